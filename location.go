package statusgate

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
)

// location gives the Location of a 201 or 202: the backend's own, or what the
// configuration and the response make of it; "" where there is none.
func (w *responseWriter) location(status int) string {
	h := w.header
	if values := h["Location"]; len(values) > 0 && values[0] != "" {
		return values[0]
	}
	if status == http.StatusAccepted {
		return w.expandLocation(w.gate.location.accepted)
	}
	if location := w.expandLocation(w.gate.location.created); location != "" {
		return location
	}
	if location := h.Get("Content-Location"); location != "" {
		return location
	}
	if w.method == http.MethodPut {
		return w.onThisHost(normalize.CleanLocation(originalURI(w.request)))
	}
	return ""
}

// expandLocation fills in a template. A placeholder without a value makes it
// useless: "/orders/" is not the order.
func (w *responseWriter) expandLocation(template string) string {
	if template == "" || w.replacer == nil {
		return ""
	}
	w.foreseeID(template)
	location, err := w.replacer.ReplaceOrErr(template, true, true)
	if err != nil {
		return ""
	}
	return w.onThisHost(normalize.CleanLocation(location))
}

// onThisHost keeps a path that begins with two slashes from naming a host
// (RFC 3986 §4.2).
func (w *responseWriter) onThisHost(location string) string {
	if !strings.HasPrefix(location, "//") {
		return location
	}
	scheme, host := publicBase(w.request)
	return scheme + "://" + host + location
}

// originalURI is the target URI as the client sent it, before any rewrite.
func originalURI(r *http.Request) string {
	if orig, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok && orig.URL != nil {
		return orig.URL.RequestURI()
	}
	return r.URL.RequestURI()
}

// publishLocation moves a Location on the backend's own host to where the
// client found the gateway.
func (w *responseWriter) publishLocation(h http.Header) {
	hostport, host := backendHosts(w.replacer)
	if hostport == "" {
		return
	}
	scheme, public := publicBase(w.request)
	if moved, ok := normalize.PublicLocation(h["Location"][0], scheme, public, hostport, host); ok {
		h["Location"] = []string{moved}
	}
}

// publicBase is the scheme and host by which the client reached the gateway,
// or says a trusted proxy in front of it.
func publicBase(r *http.Request) (scheme, host string) {
	scheme, host = "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if trusted, _ := caddyhttp.GetVar(r.Context(), caddyhttp.TrustedProxyVarKey).(bool); !trusted {
		return scheme, host
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto == "http" || proto == "https" {
		scheme = proto
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && !strings.ContainsAny(forwarded, ", /\\") {
		host = forwarded
	}
	return scheme, host
}

// backendHosts are the names by which reverse_proxy reached the backend.
func backendHosts(replacer *caddy.Replacer) (hostport, host string) {
	if replacer == nil {
		return "", ""
	}
	hostport, _ = replacer.GetString("http.reverse_proxy.upstream.hostport")
	host, _ = replacer.GetString("http.reverse_proxy.upstream.host")
	return hostport, host
}
