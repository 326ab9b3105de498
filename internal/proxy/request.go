package proxy

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// servedKey is the variable of a request that reverse_proxy sets when it begins.
// Its placeholders would hide those of the short way.
const servedKey = "reverse_proxy.proxy_protocol_info"

// take begins the short way of a request. It returns nil if reverse_proxy must do
// it; nothing has happened then.
func (s *shortWay) take(w http.ResponseWriter, r *http.Request, repl *caddy.Replacer) *exchange {
	vars, _ := r.Context().Value(caddyhttp.VarsCtxKey).(map[string]any)
	if !isPlainRequest(r) || vars[servedKey] != nil {
		return nil
	}
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return nil
	}
	if _, again := repl.Get(wayKey); again {
		return nil
	}
	trusted, _ := vars[caddyhttp.TrustedProxyVarKey].(bool)
	client, _, _ = strings.Cut(client, "%") // the zone of an IPv6 address
	x := newExchange(s, w, r, repl)
	out := x.out
	out.Close = false
	if out.Body != nil {
		if out.Body = nil; r.ContentLength > 0 {
			out.Body = &requestBody{ReadCloser: r.Body}
		}
	}
	out.URL = new(url.URL)
	*out.URL = *r.URL
	out.URL.Scheme, out.URL.Host = "", ""
	out.Header = outgoing(r, client, trusted || s.trusts(client))
	if !x.choose() {
		return nil
	}
	repl.Map(x.placeholder)
	return x
}

// isPlainRequest: nothing of it needs more than to be sent on.
func isPlainRequest(r *http.Request) bool {
	if r.ProtoMajor > 2 || r.Method == http.MethodConnect || r.ContentLength < 0 || len(r.Trailer) > 0 || r.TLS != nil && !r.TLS.HandshakeComplete {
		return false
	}
	for _, name := range [...]string{"Te", "Upgrade", "Incremental"} {
		if _, ok := r.Header[name]; ok {
			return false
		}
	}
	for _, name := range [...]string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"} {
		if values, ok := r.Header[name]; ok && values == nil { // a handler wants it left out
			return false
		}
	}
	for _, name := range nominated(r.Header["Connection"]) {
		// reverse_proxy takes away even the User-Agent that is not there, so that
		// net/http has one of its own.
		if _, ok := r.Header[name]; ok || name == "User-Agent" {
			return false
		}
	}
	return true
}

// isHop: RFC 9110 §7.6.1 and what clients send beside; the fields that reverse_proxy
// takes away.
func isHop(field string) bool {
	switch field {
	case "Alt-Svc", "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// nominated are the fields that Connection names, besides those of isHop.
func nominated(connection []string) []string {
	var names []string
	for _, value := range connection {
		for name := range strings.SplitSeq(value, ",") {
			if name = http.CanonicalHeaderKey(strings.Trim(name, " \t")); name != "" && !isHop(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// trusts tells whether a client is one of the proxies that the handler trusts.
func (s *shortWay) trusts(client string) bool {
	if len(s.trusted) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(client)
	if err != nil {
		return false
	}
	for _, prefix := range s.trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// outgoing are the fields that the upstream gets, without those of the options. No
// value is shared with the request.
func outgoing(r *http.Request, client string, trusted bool) http.Header {
	n := 5
	for _, values := range r.Header {
		n += len(values)
	}
	store := make([]string, 0, n)
	h := make(http.Header, len(r.Header)+5)
	for field, values := range r.Header {
		if !isHop(field) {
			h[field], store = keep(store, values)
		}
	}
	add := func(field, value string) { h[field], store = keep(store, []string{value}) }
	if _, ok := h["User-Agent"]; !ok {
		add("User-Agent", "") // else net/http has one of its own
	}
	proto := "http"
	if r.TLS != nil {
		proto = "https"
	}
	host := r.Host
	if trusted {
		if prior := strings.Join(h["X-Forwarded-For"], ", "); prior != "" {
			client = prior + ", " + client
		}
		proto = lastOr(h["X-Forwarded-Proto"], proto)
		host = lastOr(h["X-Forwarded-Host"], host)
	}
	add("X-Forwarded-For", client)
	add("X-Forwarded-Proto", proto)
	add("X-Forwarded-Host", host)
	if prior := h["Via"]; prior != nil {
		h["Via"] = append(prior, via(r.ProtoMajor, r.ProtoMinor))
	} else {
		add("Via", via(r.ProtoMajor, r.ProtoMinor))
	}
	return h
}

// keep copies values into a store, which has room for them, and gives the copy and
// the store.
func keep(store, values []string) (kept, grown []string) {
	if values == nil {
		return nil, store
	}
	begin := len(store)
	store = append(store, values...)
	return store[begin:len(store):len(store)], store
}

// lastOr is the last value unless there is none or it is empty.
func lastOr(values []string, otherwise string) string {
	if len(values) == 0 || values[len(values)-1] == "" {
		return otherwise
	}
	return values[len(values)-1]
}

// via is what Caddy calls itself (RFC 9110 §7.6.3).
func via(major, minor int) string {
	if major == 1 && minor == 1 {
		return "1.1 Caddy"
	}
	return strconv.Itoa(major) + "." + strconv.Itoa(minor) + " Caddy"
}

// requestBody is not closed as long as nothing of it was read: a transport that
// reaches nobody leaves it to whoever answers instead.
type requestBody struct {
	io.ReadCloser
	touched atomic.Bool
}

// Read implements [io.Reader].
func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 || err == io.EOF { //nolint:errorlint // as net/http gives it
		b.touched.Store(true)
	}
	return n, err
}

// Close implements [io.Closer].
func (b *requestBody) Close() error {
	if !b.touched.Load() {
		return nil
	}
	return b.ReadCloser.Close()
}
