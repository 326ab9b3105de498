package proxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/proxy"
)

// TestASecondProxyGoesTheLongWay: its placeholders are what counts, whoever was
// first.
func TestASecondProxyGoesTheLongWay(t *testing.T) {
	auth := newBackend(t, answers("X-Auth: yes", "X-Two: of auth"), false)
	b := newBackend(t, answers("Content-Type: text/plain"), false)
	missing := newBackend(t, "HTTP/1.1 404 Not Found\r\nX-Two: of the first\r\nContent-Length: 0\r\n\r\n", false)
	ask := "forward_auth " + auth.address + " {\nuri /auth\ncopy_headers X-Auth\n}"
	for _, tt := range []struct{ name, global, before, way string }{
		{"forward_auth", "", ask, long},
		{"a first proxy of the same kind", "", "@first header X-First *\nPROXY @first {\nto " + missing.address + "\n}", short},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, b, tt.global, tt.before, "")
			stock := s.exchange(t, s.stock, get, true)
			ours := s.exchange(t, s.ours, get, true)
			compare(t, stock, ours)
			if ours.way != tt.way {
				t.Errorf("it went the %s way, want %s", ours.way, tt.way)
			}
		})
	}
}

// TestErrorRoutesWithAProxy: the first upstream is not there, the second is.
func TestErrorRoutesWithAProxy(t *testing.T) {
	b := newBackend(t, answers("Content-Type: text/plain"), false)
	for _, tt := range []struct{ name, answer string }{
		{"nobody", ""},
		{"an answer that is no answer", "nonsense" + hangUp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer, closes := strings.CutSuffix(tt.answer, hangUp)
			first := newBackend(t, answer, closes)
			s := newSite(t, b, "", "handle_errors {\nPROXY {\nto BACKEND\nheader_down X-First \"{http.reverse_proxy.header.X-Two}\"\n}\n}", "to "+first.address)
			stock := s.exchange(t, s.stock, get, true)
			ours := s.exchange(t, s.ours, get, true)
			compare(t, stock, ours)
			if !strings.Contains(ours.client, "hello") {
				t.Errorf("got %q", ours.client)
			}
		})
	}
}

// TestAnAnswerThatDoesNotCome is a 504.
func TestAnAnswerThatDoesNotCome(t *testing.T) {
	for _, transport := range []string{"http", "direct"} {
		b := newBackend(t, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", false)
		s := newSite(t, b, "", "", "transport "+transport+" {\nresponse_header_timeout 200ms\n}")
		stock := s.exchange(t, s.stock, get, true)
		ours := s.exchange(t, s.ours, get, true)
		compare(t, stock, ours)
		if !strings.Contains(ours.client, "HTTP/1.1 504") {
			t.Errorf("%s: got %q", transport, ours.client)
		}
	}
}

// TestAClientThatLeaves has a 499 in the access log, and no answer.
func TestAClientThatLeaves(t *testing.T) {
	for _, transport := range []string{"http", "direct"} {
		b := newBackend(t, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", false)
		s := newSite(t, b, "", "", "transport "+transport)
		var lines []map[string]any
		for _, address := range []string{s.stock, s.ours} {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(c, get)
			if _, err := bufio.NewReader(c).ReadString('\n'); err != nil { // the 103: it is at the backend
				t.Fatal(err)
			}
			c.Close()
			<-b.got
			line := readLog(t, "access")
			delete(line, "way")
			clean(line)
			lines = append(lines, line)
			for len(logOf("debug")) > 0 {
				readLog(t, "debug")
			}
		}
		compareLines(t, "access log", lines[0], lines[1])
		if lines[1]["status"] != 499.0 {
			t.Errorf("%s: the access log has %v", transport, lines[1]["status"])
		}
	}
}

// handlerSite loads statusgate_proxy before an HTTP server.
func handlerSite(t *testing.T, handler http.HandlerFunc, global, options string) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	load(t, fmt.Sprintf("{\nadmin off\npersist_config off\nauto_https off\n%s\n}\nhttp://:%s {\nbind 127.0.0.1\nheader X-Requests {http.reverse_proxy.upstream.requests}\nlog {\noutput test access\n}\nstatusgate_proxy %s {\n%s\n}\n}\n",
		global, port, server.Listener.Addr(), options))
	return "http://" + address
}

// TestStreamsAreNotHeldBack: header and parts come as they are sent.
func TestStreamsAreNotHeldBack(t *testing.T) {
	goOn := make(chan bool)
	url := handlerSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		for part := range 3 {
			<-goOn
			fmt.Fprintf(w, "data: %d\n\n", part)
			_ = http.NewResponseController(w).Flush()
		}
	}, "", "")
	res, err := http.Get(url) // the header alone
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	for part := range 3 {
		goOn <- true
		if line, err := in.ReadString('\n'); line != fmt.Sprintf("data: %d\n", part) {
			t.Fatalf("got %q, %v", line, err)
		}
		_, _ = in.ReadString('\n')
	}
	if line := readLog(t, "access"); line["status"] != 200.0 {
		t.Errorf("got %v", line)
	}
}

// TestRequestsInFlightAreCounted, over configurations, until nobody asks.
func TestRequestsInFlightAreCounted(t *testing.T) {
	arrived, leave := make(chan string), make(chan bool)
	url := handlerSite(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- r.Header.Get("X-Requests")
		<-leave
	}, "grace_period 10s", "header_up X-Requests {http.reverse_proxy.upstream.requests}")
	var clients sync.WaitGroup
	for n := range 3 {
		clients.Go(func() {
			res, err := http.Get(url)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
		})
		if others := <-arrived; others != fmt.Sprint(n) {
			t.Errorf("the placeholder says %s, want %d", others, n)
		}
	}
	upstream := ""
	proxy.EachInFlight(func(name string, requests int) {
		if upstream = name; requests != 3 {
			t.Errorf("%d requests to %s, want 3", requests, name)
		}
	})
	for range 3 {
		leave <- true
	}
	clients.Wait()
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	proxy.EachInFlight(func(name string, requests int) { t.Errorf("%s is kept, with %d requests", name, requests) })
	if upstream == "" {
		t.Error("nothing was counted")
	}
	for range 3 {
		readLog(t, "access")
	}
}

// TestHTTP2Clients get what reverse_proxy gives them.
func TestHTTP2Clients(t *testing.T) {
	b := newBackend(t, answers("Content-Type: text/plain", "X-Two: a"), false)
	s := newSite(t, b, "servers {\nprotocols h1 h2c\n}", "", "")
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	for _, body := range []string{"", "abc"} {
		var answers, requests []string
		for _, address := range []string{s.stock, s.ours} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/x", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = "example.com"
			res, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(res.Body)
			res.Body.Close()
			res.Header.Del("Date")
			answers = append(answers, fmt.Sprint(res.Proto, res.Status, res.Header, string(got)))
			requests = append(requests, <-b.got)
			if line := readLog(t, "access"); address == s.ours && line["way"] != short {
				t.Errorf("it went the %s way", line["way"])
			}
		}
		if answers[0] != answers[1] || requests[0] != requests[1] {
			t.Errorf("reverse_proxy\n%q %q\nstatusgate_proxy\n%q %q", answers[0], requests[0], answers[1], requests[1])
		}
	}
}

// TestUpgradesGoThrough, by the long way.
func TestUpgradesGoThrough(t *testing.T) {
	url := handlerSite(t, func(w http.ResponseWriter, _ *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := rw.ReadString('\n')
		_, _ = io.WriteString(c, "echo "+line)
	}, "", "transport direct")
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, fields("Connection: Upgrade", "Upgrade: echo"))
	in := bufio.NewReader(c)
	if res, err := http.ReadResponse(in, nil); err != nil || res.StatusCode != 101 {
		t.Fatalf("got %v, %v", res, err)
	}
	_, _ = io.WriteString(c, "hello\n")
	if line, err := in.ReadString('\n'); line != "echo hello\n" {
		t.Errorf("got %q, %v", line, err)
	}
	c.Close()
	readLog(t, "access")
}

// TestCancellationReachesTheBackend while it works.
func TestCancellationReachesTheBackend(t *testing.T) {
	arrived, left := make(chan bool, 1), make(chan bool, 1)
	url := handlerSite(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-r.Context().Done()
		left <- true
	}, "", "transport direct")
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	go func() {
		<-arrived
		cancel()
	}()
	if res, err := http.DefaultClient.Do(req); err == nil {
		res.Body.Close()
		t.Error("an answer")
	}
	<-left
	readLog(t, "access")
}

// TestTheAdminEndpointListsUpstreams, as those of reverse_proxy.
func TestTheAdminEndpointListsUpstreams(t *testing.T) {
	load(t, "{\nadmin off\npersist_config off\nauto_https off\n}\nhttp://"+freeAddress(t)+" {\nstatusgate_proxy 127.0.0.9:1\n}\n")
	info, err := caddy.GetModule("admin.api.reverse_proxy")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	routes := info.New().(caddy.AdminRouter).Routes()
	if err := routes[0].Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/reverse_proxy/upstreams", nil)); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(w.Body.String()); got != `[{"address":"127.0.0.9:1","num_requests":0,"fails":0}]` {
		t.Errorf("got %s", got)
	}
}
