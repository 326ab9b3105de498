package tests

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// TestTheProxyOfOurOwnBehindAGate: the gate knows what it knows of reverse_proxy.
func TestTheProxyOfOurOwnBehindAGate(t *testing.T) {
	var connections atomic.Int64
	backend := newHTTPBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/520":
			w.WriteHeader(520)
		case "/created":
			w.Header().Set("Location", "http://"+r.Header.Get("X-Upstream")+"/orders/17")
			w.WriteHeader(http.StatusCreated)
		case "/switch":
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			c.Close()
		case "/abort":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "part")
			panic(http.ErrAbortHandler)
		case "/way":
			fmt.Fprint(w, "hello")
		}
	}, &connections)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	url := gate(t, "", "header >X-Way {http.statusgate_proxy.way}\nstatusgate_proxy /gone "+gone.Addr().String()+" {\n\ttransport direct\n}\n"+
		"statusgate_proxy "+backend+" {\n\ttransport direct\n\theader_up X-Upstream {upstream_hostport}\n}")
	for _, tt := range []struct {
		path, proxyStatus string
		status            int
	}{
		{"/520", "received-status=520", 503},
		{"/gone", "error=connection_refused", 503},
		{"/switch", "error=http_upgrade_failed", 503},
		{"/way", "", 200},
	} {
		a := fetch(t, http.MethodGet, url+tt.path, "")
		if got := a.Header.Get("Proxy-Status"); a.StatusCode != tt.status || !strings.Contains(got, tt.proxyStatus) {
			t.Errorf("%s: got %d with Proxy-Status %q, want %d with %s", tt.path, a.StatusCode, got, tt.status, tt.proxyStatus)
		}
	}
	if a := fetch(t, http.MethodGet, url+"/way", ""); a.Header.Get("X-Way") != "short" {
		t.Errorf("the way is %q", a.Header.Get("X-Way"))
	}
	a := fetch(t, http.MethodPost, url+"/created", "")
	if got := a.Header.Get("Location"); a.StatusCode != 201 || strings.Contains(got, backend) || !strings.HasSuffix(got, "/orders/17") {
		t.Errorf("the Location of a %d is %q: the backend's address leaks", a.StatusCode, got)
	}
}
