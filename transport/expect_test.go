package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/transport"
)

// TestExpectationsAreWaitedFor, if there is a time limit.
func TestExpectationsAreWaitedFor(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limit  time.Duration
		answer func(p *peer, req *http.Request)
		body   string // that the backend gets
		stats  transport.Stats
	}{
		{"100", time.Hour, func(p *peer, req *http.Request) {
			p.say("HTTP/1.1 100 Continue\r\n\r\n")
			body, _ := io.ReadAll(req.Body)
			p.ok(string(body))
		}, "body", transport.Stats{Open: 1, Idle: 1, Dialled: 1}},
		{"two of them", time.Hour, func(p *peer, req *http.Request) {
			p.say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
			body, _ := io.ReadAll(req.Body)
			p.ok(string(body))
		}, "body", transport.Stats{Open: 1, Idle: 1, Dialled: 1}},
		{"another 1xx is none", time.Millisecond, func(p *peer, req *http.Request) {
			p.say("HTTP/1.1 103 Early Hints\r\n\r\n")
			body, _ := io.ReadAll(req.Body)
			p.ok(string(body))
		}, "body", transport.Stats{Open: 1, Idle: 1, Dialled: 1}},
		{"silence", time.Millisecond, func(p *peer, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			p.ok(string(body))
		}, "body", transport.Stats{Open: 1, Idle: 1, Dialled: 1}},
		{"no limit", 0, func(p *peer, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			p.ok(string(body))
		}, "body", transport.Stats{Open: 1, Idle: 1, Dialled: 1}},
		{"a final response with a close", time.Hour, func(p *peer, req *http.Request) {
			p.say("HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
			if body, _ := io.ReadAll(req.Body); len(body) > 0 {
				t.Errorf("the backend got %q", body)
			}
		}, "no", transport.Stats{Dialled: 1}},
		{"a final response", time.Hour, func(p *peer, req *http.Request) {
			p.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
			_, _ = io.Copy(p, req.Body)
			p.ended()
		}, "body", transport.Stats{Dialled: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBackend(t, func(p *peer) {
				for req := p.request(); req != nil; req = p.request() {
					if req.Header.Get("Expect") != "100-continue" {
						t.Error("the expectation is gone")
					}
					tt.answer(p, req)
				}
			})
			d := newDirect(t, transport.Config{Timeouts: transport.Timeouts{ExpectContinue: tt.limit}})
			var waits, gots atomic.Int32
			trace := &httptrace.ClientTrace{
				Wait100Continue: func() { waits.Add(1) },
				Got100Continue:  func() { gots.Add(1) },
			}
			req := sized(t, "POST", b.url(), "body")
			req.Header.Set("Expect", "100-continue")
			got, err := send(d, req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
			if got != tt.body || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			eventually(t, func() error { // the goroutine that sends the body may be late
				if waited := waits.Load() == 1; waited != (tt.limit > 0) {
					return fmt.Errorf("waited: %v", waited)
				}
				return nil
			})
			if strings.Contains(tt.name, "100") && gots.Load() != 1 {
				t.Errorf("got 100 %d times", gots.Load())
			}
			wantStats(t, d, tt.stats)
		})
	}
}

// TestAnExpectationEndsWithTheRequest: nobody waits any more.
func TestAnExpectationEndsWithTheRequest(t *testing.T) {
	arrived := make(chan struct{})
	b := newBackend(t, func(p *peer) {
		p.request()
		close(arrived)
		p.ended()
	})
	d := newDirect(t, transport.Config{Timeouts: transport.Timeouts{ExpectContinue: time.Hour}})
	body := &closeCounter{Reader: strings.NewReader("body")}
	ctx, cancel := context.WithCancel(t.Context())
	req := request(t, "POST", b.url(), body).WithContext(ctx)
	req.ContentLength = 4
	req.Header.Set("Expect", "100-continue")
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := send(d, req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	eventually(t, func() error {
		if body.closes.Load() != 1 {
			return errors.New("the body is not closed")
		}
		return nil
	})
}
