package proxy_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/proxy"
)

// TestRequestsThatAreNotPlain are those that no HTTP/1.1 client without TLS can
// send.
func TestRequestsThatAreNotPlain(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"HTTP/3":                       func(r *http.Request) { r.ProtoMajor = 3 },
		"early data":                   func(r *http.Request) { r.TLS = new(tls.ConnectionState) },
		"WebSocket over HTTP/2":        func(r *http.Request) { r.Method, r.ProtoMajor = http.MethodConnect, 2 },
		"trailers with a known length": func(r *http.Request) { r.Trailer = http.Header{"X": nil} },
		"X-Forwarded-For left out":     func(r *http.Request) { r.Header["X-Forwarded-For"] = nil },
		"X-Forwarded-Host left out":    func(r *http.Request) { r.Header["X-Forwarded-Host"] = nil },
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if !proxy.IsPlainRequest(r) {
			t.Fatal("a plain request is not")
		}
		if change(r); proxy.IsPlainRequest(r) {
			t.Errorf("%s is plain", name)
		}
	}
}

// TestNoValueIsShared: who changes the fields of the one does not change the
// other's.
func TestNoValueIsShared(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.TLS = &tls.ConnectionState{HandshakeComplete: true}
	r.Header = http.Header{"A": {"1", "2"}, "B": {"3"}, "Via": {"1.0 x"}, "C": nil}
	h := proxy.Outgoing(r, "192.0.2.1", false)
	if h.Get("X-Forwarded-Proto") != "https" {
		t.Errorf("got %v", h)
	}
	if values, ok := h["C"]; !ok || values != nil {
		t.Errorf("a field without values: got %v", h)
	}
	for field := range h {
		for i := range h[field] {
			h[field][i] = "changed"
		}
		h[field] = append(h[field], "more")
	}
	if got := fmt.Sprint(r.Header); got != "map[A:[1 2] B:[3] C:[] Via:[1.0 x]]" {
		t.Errorf("the request has %s", got)
	}
	for field, values := range h {
		if n := slices.Index(values, "more"); n != len(values)-1 {
			t.Errorf("%s has %v", field, values)
		}
	}
}

// TestOtherUpstreams: over TLS, where the Host is the upstream's, and on a Unix
// socket.
func TestOtherUpstreams(t *testing.T) {
	dir, err := os.MkdirTemp("", "proxy") // the name of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket, err := net.Listen("unix", dir+"/s")
	if err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, r.Proto, r.Method, r.Host, r.URL, r.Header, string(b))
	})
	plain := httptest.NewUnstartedServer(handler)
	plain.Listener.Close()
	plain.Listener = socket
	plain.Start()
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(handler)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	insecure := "{\ntls_insecure_skip_verify\n}"
	for _, options := range []string{
		"to unix/" + dir + "/s",
		"to unix/" + dir + "/s\ntransport direct",
		"to " + secure.Listener.Addr().String() + "\ntransport http " + insecure,
		"to " + secure.Listener.Addr().String() + "\ntransport direct " + insecure,
		"to " + secure.Listener.Addr().String() + "\nheader_up Host {host}\ntransport direct {\ntls_insecure_skip_verify\nversions 1.1\n}",
	} {
		s := newSite(t, newBackend(t, ok, false), "", "", options)
		request := "POST /x?y HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc"
		stock := s.exchange(t, s.stock, request, false)
		ours := s.exchange(t, s.ours, request, false)
		compare(t, stock, ours)
		if ours.way != short || !strings.Contains(ours.client, "abc") {
			t.Errorf("%s: the %s way, %q", options, ours.way, ours.client)
		}
	}
}
