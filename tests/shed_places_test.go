package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// onePlace is a gate whose backend takes one request at a time.
const onePlace = "shed {\n\tfixed 1\n\tqueue 0\n}"

// However a handler ends, its place is free again.
func TestAPlaceIsGivenBackHoweverAHandlerEnds(t *testing.T) {
	begin := func(h *heldRequest) {
		h.w.Header().Set("Content-Length", "10")
		h.w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(h.w, "half")
		_ = http.NewResponseController(h.w).Flush()
	}
	tests := []struct {
		name   string
		ends   func(h *heldRequest) error
		status int // 0: the connection breaks
	}{
		{"an answer", func(h *heldRequest) error { return answers(200, "ok")(h.w, h.Request) }, 200},
		{"an answer of 503", func(h *heldRequest) error { return answers(503, "ok")(h.w, h.Request) }, 503},
		{"nothing", func(*heldRequest) error { return nil }, 200},
		{"an error", func(*heldRequest) error { return errors.New("oh") }, 500},
		{"an error with a status", func(*heldRequest) error { return caddyhttp.Error(502, errors.New("oh")) }, 503},
		{"a panic", func(*heldRequest) error { panic("a test panics") }, 0},
		{"an abort", func(*heldRequest) error { panic(http.ErrAbortHandler) }, 503},
		{"a panic in the body", func(h *heldRequest) error { begin(h); panic("a test panics") }, 0},
		{"an abort in the body", func(h *heldRequest) error { begin(h); panic(http.ErrAbortHandler) }, 0},
		{"an error in the body", func(h *heldRequest) error { begin(h); return errors.New("oh") }, 0},
		{"a connection that was taken over", func(h *heldRequest) error {
			conn, _, err := http.NewResponseController(h.w).Hijack()
			if err != nil {
				return err
			}
			_, err = io.WriteString(conn, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			conn.Close()
			return err
		}, 202},
	}
	s := newShedStage(t, onePlace)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := s.ask("GET", "/thing")
			held := s.reached("/thing")
			s.await(inflight, 1)
			s.ask("GET", "/another").want(503)
			held.do(func() error { return tt.ends(held) })
			if tt.status == 0 {
				p.fails()
			} else {
				p.want(tt.status)
			}
			s.await(inflight, 0)
		})
	}
}

// What a client that left has asked for may still keep the backend busy.
func TestAPlaceOfAClientThatLeaves(t *testing.T) {
	const abandoned = `requests_total{class="normal",limiter="statusgate",mode="enforce",outcome="abandoned"}`
	t.Run("while it waits", func(t *testing.T) {
		s := newShedStage(t, "shed {\n\tfixed 1\n\tpatience 1m\n}")
		first := s.ask("GET", "/first")
		held := s.reached("/first")
		second := s.ask("GET", "/second")
		s.await(queued, 1)
		second.leave()
		s.await(queued, 0)
		s.await(abandoned, 1)
		s.await(inflight, 1)
		if got := s.responses()[responsesSeries("statusgate", "enforce", "none", "499", "client_gone")]; got != "1" {
			t.Errorf("got %v, want one client that is gone", s.responses())
		}
		held.answer(200, "ok")
		first.want(200)
		s.await(inflight, 0)
	})
	for name, ends := range map[string]func(h *heldRequest) error{
		"before the head, and the handler says nothing": func(*heldRequest) error { return nil },
		"before the head, and the handler fails":        func(h *heldRequest) error { return h.Context().Err() },
		"before the head, and the handler says 499":     func(*heldRequest) error { return caddyhttp.Error(499, errors.New("gone")) },
		"before the head, and the handler sends 499":    func(h *heldRequest) error { h.w.WriteHeader(499); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShedStage(t, onePlace)
			p := s.ask("GET", "/thing")
			held := s.reached("/thing")
			p.leave()
			p.fails()
			<-held.Context().Done()
			held.do(func() error { return ends(held) })
			s.await(inflight, 0)
		})
	}
	t.Run("in the body", func(t *testing.T) {
		s := newShedStage(t, onePlace)
		p := s.ask("GET", "/thing")
		held := s.reached("/thing")
		held.do(func() error {
			held.w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(held.w).Flush()
			p.leave()
			<-held.Context().Done()
			panic(http.ErrAbortHandler)
		})
		p.fails()
		s.await(inflight, 0)
		if got := s.series()[`ghost_inflight{limiter="statusgate",mode="enforce"}`]; got != 0 {
			t.Errorf("%v ghosts, want none: the backend had answered", got)
		}
	})
}

// The backend is done when it has sent its last byte, not when the client has
// it.
func TestAClientThatReadsSlowlyTakesNoPlace(t *testing.T) {
	s := newShedStage(t, onePlace)
	c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", s.port))
	c.send("GET /thing HTTP/1.1\r\nHost: localhost\r\nX-Scenario: " + s.name + "\r\n\r\n")
	held := s.reached("/thing")
	const size = 32 << 20 // more than the buffers of the connection take
	body := strings.Repeat("x", size)
	sent := make(chan struct{})
	held.do(func() error {
		defer close(sent)
		held.w.Header().Set("Content-Length", fmt.Sprint(size))
		_, err := io.Copy(struct{ io.Writer }{held.w}, strings.NewReader(body))
		return err
	})
	if _, err := http.ReadResponse(c.in, nil); err != nil {
		t.Fatal(err)
	}
	s.await(inflight, 0)
	select {
	case <-sent:
		t.Fatal("the body was sent, though nobody reads it: the test shows nothing")
	default:
	}
	second := s.ask("GET", "/second")
	s.reached("/second").answer(200, "ok")
	second.want(200)
	c.Close()
	within(t, patience, "the end of the handler", sent)
	s.await(inflight, 0)
}

// Streams give their place back when they begin.
func TestStreamsTakeNoPlaces(t *testing.T) {
	const streams = `streams{limiter="statusgate",mode="enforce"}`
	begin := func(contentType string) func(h *heldRequest) {
		return func(h *heldRequest) {
			h.w.Header().Set("Content-Type", contentType)
			h.w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(h.w).Flush()
		}
	}
	tests := []struct {
		name  string
		asks  []string // how a client asks for one
		begin func(h *heldRequest)
	}{
		{"server-sent events", []string{"Accept", "text/event-stream"}, begin("text/event-stream; charset=utf-8")},
		{"gRPC", []string{"Content-Type", "application/grpc+proto"}, begin("application/grpc+proto")},
		{"WebSocket", []string{"Connection", "Upgrade", "Upgrade", "websocket"}, func(h *heldRequest) {
			h.w.Header().Set("Upgrade", "websocket")
			h.w.Header().Set("Connection", "Upgrade")
			h.w.WriteHeader(http.StatusSwitchingProtocols)
			conn, _, err := http.NewResponseController(h.w).Hijack()
			if err == nil {
				go func() { // until the client leaves
					defer conn.Close()
					_, _ = conn.Read(make([]byte, 1))
				}()
			}
		}},
		{"WebSocket, by a handler that writes the head itself", []string{"Connection", "Upgrade", "Upgrade", "websocket"}, func(h *heldRequest) {
			conn, _, err := http.NewResponseController(h.w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
				go func() {
					defer conn.Close()
					_, _ = conn.Read(make([]byte, 1))
				}()
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShedStage(t, "shed {\n\tfixed 1\n\tqueue 0\n\tmax_streams 1\n}")
			s.ask("GET", "/stream", tt.asks...)
			held := s.reached("/stream")
			s.await(inflight, 1)
			end := make(chan struct{})
			held.do(func() error {
				tt.begin(held)
				<-end
				return nil
			})
			s.await(streams, 1)
			s.await(inflight, 0)
			page := s.ask("GET", "/page")
			s.reached("/page").answer(200, "ok")
			page.want(200)
			s.ask("GET", "/stream", tt.asks...).want(503) // there is one stream already
			close(end)
			s.await(streams, 0)
			again := s.ask("GET", "/stream", tt.asks...)
			s.reached("/stream").answer(200, "no stream after all")
			again.want(200)
			s.await(inflight, 0)
			s.await(streams, 0)
		})
	}
}

// An error is no stream, whatever it says of itself.
func TestAStreamThatFailsKeepsItsPlace(t *testing.T) {
	s := newShedStage(t, onePlace)
	s.ask("GET", "/stream")
	held := s.reached("/stream")
	begun, end := make(chan struct{}), make(chan struct{})
	held.do(func() error {
		held.w.Header().Set("Content-Type", "text/event-stream")
		held.w.WriteHeader(http.StatusBadGateway)
		close(begun)
		<-end
		return nil
	})
	within(t, patience, "the head", begun)
	if got := s.series()[inflight]; got != 1 {
		t.Errorf("%v in flight, want 1", got)
	}
	close(end)
	s.await(inflight, 0)
}

// WebSocket through reverse_proxy: the stream ends with the tunnel.
func TestAWebSocketBehindAProxyIsAStream(t *testing.T) {
	b := newRawBackend(t, webSocketEcho)
	port := freePort(t)
	s := &shedStage{t: t, port: port}
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", port, onePlace, "", b.proxy())+s.metrics())
	c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", port))
	c.send("GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if resp, err := http.ReadResponse(c.in, nil); err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp, err)
	}
	s.await(`streams{limiter="statusgate",mode="enforce"}`, 1)
	s.await(inflight, 0)
	if _, err := c.Write(frame("hello")); err != nil {
		t.Fatal(err)
	}
	if echo, err := readFrame(c.in); err != nil || echo != "hello" {
		t.Errorf("got %q, %v", echo, err)
	}
	c.Close()
	s.await(`streams{limiter="statusgate",mode="enforce"}`, 0)
	s.await(inflight, 0)
}

func readFrame(in *bufio.Reader) (string, error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return "", err
	}
	text := make([]byte, head[1])
	_, err := io.ReadFull(in, text)
	return string(text), err
}

// A proxy tells that its client has gone, and its place is kept for a while.
func TestAClientThatLeavesAProxy(t *testing.T) {
	asked, stop := make(chan struct{}, 1), make(chan struct{})
	b := newRawBackend(t, func(_ *net.TCPConn, _ *http.Request) {
		asked <- struct{}{}
		<-stop
	})
	defer close(stop)
	port := freePort(t)
	s := &shedStage{t: t, port: port}
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", port, onePlace, "", b.proxy())+s.metrics())
	p := s.ask("GET", "/thing")
	within(t, patience, "the request", asked)
	s.await(inflight, 1)
	p.leave()
	p.fails()
	s.await(inflight, 0)
	if got := s.responses()[responsesSeries("statusgate", "enforce", "none", "499", "client_gone")]; got != "1" {
		t.Errorf("got %v, want one client that is gone", s.responses())
	}
}
