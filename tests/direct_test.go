package tests

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	directtransport "github.com/statusgate/statusgate/transport"
)

// direct is a reverse_proxy with the transport direct.
func direct(to string, options ...string) string {
	return "reverse_proxy " + to + " {\n\ttransport direct {\n\t\t" + strings.Join(options, "\n\t\t") + "\n\t}\n}"
}

// unsolicited is an answer to no request.
const unsolicited = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

// newLawlessBackend starts a backend that sends more than it was asked for, less
// than it promised, too early, or with a status that it must not have. Answers
// carry the name of their request.
func newLawlessBackend(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for n := uint64(0); ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				in, r := bufio.NewReader(conn), rand.New(rand.NewPCG(n, 1))
				for req, err := http.ReadRequest(in); err == nil; req, err = http.ReadRequest(in) {
					if r.IntN(8) > 0 {
						_, _ = io.Copy(io.Discard, req.Body)
					}
					name := req.Header.Get("Name")
					head := fmt.Sprintf("Content-Type: text/plain\r\nName: %s\r\nContent-Length: %d\r\n\r\n", name, len(name))
					if req.Method != http.MethodHead {
						head += name
					}
					more := r.IntN(12)
					answers := []string{
						"HTTP/1.1 200 OK\r\n" + head + unsolicited, "HTTP/1.1 200 OK\r\n" + head + "\r\n", "HTTP/1.1 404 Not Found\r\n" + head + unsolicited,
						"HTTP/1.1 204 No Content\r\n" + head, "HTTP/1.1 520 What\r\n" + head + unsolicited, "HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\n" + head,
						"HTTP/1.1 200 OK\r\nName: " + name + "\r\nContent-Length: 999\r\n\r\n" + name, "HTTP/1.0 200 OK\r\n" + head + unsolicited, "HTTP/1.1 200 OK\r\n" + head,
					}
					fmt.Fprint(conn, answers[min(more, len(answers)-1)])
					if more == 6 || more == 9 {
						return
					}
				}
			})
		}
	})
	return l.Addr().String()
}

// TestNoAnswerGoesToAnotherClient: a gate with the transport direct before a
// backend that breaks the rules.
func TestNoAnswerGoesToAnotherClient(t *testing.T) {
	url := gate(t, "", direct(newLawlessBackend(t)))
	var answered atomic.Int64
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			transport := &http.Transport{DisableCompression: true}
			defer transport.CloseIdleConnections()
			r := rand.New(rand.NewPCG(2, uint64(client)))
			for i := range 250 {
				name := fmt.Sprint(client, "-", i)
				method := []string{"GET", "HEAD", "POST", "PUT"}[r.IntN(4)]
				var body io.Reader = http.NoBody
				if method[0] == 'P' {
					body = strings.NewReader(strings.Repeat("b", []int{1, 1000, 50_000}[r.IntN(3)]))
				}
				req, err := http.NewRequestWithContext(t.Context(), method, url+"/"+name, body)
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Name", name)
				resp, err := transport.RoundTrip(req)
				if err != nil {
					continue // the backend broke off
				}
				b, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if got := resp.Header.Get("Name"); got != name && got != "" || strings.Contains(string(b), "poison") {
					t.Errorf("%s %s: got %d of %q, %q", method, name, resp.StatusCode, got, b)
				}
				if resp.Header.Get("Name") == name {
					answered.Add(1)
				}
			}
		})
	}
	clients.Wait()
	if answered.Load() < 500 {
		t.Errorf("only %d answers", answered.Load())
	}
}

// TestTheTransportDirectInACaddyfile: its words are those of http, and its
// connections are used again.
func TestTheTransportDirectInACaddyfile(t *testing.T) {
	var connections atomic.Int64
	backend := newHTTPBackend(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %d", r.Method, len(b))
	}, &connections)
	port, metricsPort := freePort(t), freePort(t)
	startCaddy(t, "", gateSite(port, "", direct(backend, "keepalive 1m", "keepalive_idle_conns_per_host 5", "dial_timeout 1s", "response_header_timeout 10s"))+
		fmt.Sprintf("http://127.0.0.1:%d {\n\tmetrics /metrics\n}\n", metricsPort))
	for i := range 10 {
		body := strings.Repeat("x", i*5000)
		if a := fetch(t, http.MethodPost, fmt.Sprintf("http://127.0.0.1:%d/", port), body); a.StatusCode != 200 || a.body != fmt.Sprintf("POST %d", len(body)) {
			t.Errorf("got %d %q", a.StatusCode, a.body)
		}
	}
	if !directtransport.Supported {
		return
	}
	metrics := fetch(t, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/metrics", metricsPort), "").body
	for _, line := range []string{
		"direct_connections_open 1", "direct_connections_idle 1", "direct_connections_dialled_total 1", "direct_connections_reused_total 9",
		"direct_connections_stale_total 0", "direct_requests_repeated_total 0",
	} {
		if !strings.Contains(metrics, "\ncaddy_statusgate_"+line+"\n") {
			t.Errorf("no %s in the metrics", line)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// newHTTPBackend starts a server of net/http that counts its connections.
func newHTTPBackend(t *testing.T, handler http.HandlerFunc, connections *atomic.Int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// TestABodyGoesToTheNextBackendIfOneIsNotThere: the transport tells reverse_proxy
// that nothing was sent, and leaves the body whole.
func TestABodyGoesToTheNextBackendIfOneIsNotThere(t *testing.T) {
	var connections atomic.Int64
	backend := newHTTPBackend(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, len(b))
	}, &connections)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	proxy := strings.Replace(direct(gone.Addr().String()+" "+backend), "{\n", "{\n\tlb_policy first\n\tlb_retries 1\n\tfail_duration 1m\n", 1)
	for _, size := range []int{0, 10, 100_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			if a := fetch(t, http.MethodPost, gate(t, "", proxy), strings.Repeat("x", size)); a.StatusCode != 200 || a.body != fmt.Sprint(size) {
				t.Errorf("got %d %q", a.StatusCode, a.body)
			}
		})
	}
}

func TestUnixSocketsWithTheTransportDirect(t *testing.T) {
	dir, err := os.MkdirTemp("", "direct") // the name of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", dir+"/s")
	if err != nil {
		t.Skip(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	url := gate(t, "", direct("unix/"+dir+"/s"))
	for range 3 {
		if a := fetch(t, http.MethodGet, url+"/x", ""); a.body != "/x" {
			t.Errorf("got %d %q", a.StatusCode, a.body)
		}
	}
}
