package transport_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/statusgate/statusgate/transport"
)

// losing is a backend that ends its first connection when it has a request in
// hand, its second of that connection, and answers on all others.
func losing(t *testing.T, requests *atomic.Int32, reset bool) *backend {
	return newBackend(t, func(p *peer) {
		if p.n > 1 {
			for {
				req := p.request()
				if req == nil {
					return
				}
				requests.Add(1)
				body, _ := io.ReadAll(req.Body)
				p.ok(fmt.Sprintf("%s %s", req.Method, body))
			}
		}
		p.whole()
		p.ok("/")
		p.whole()
		requests.Add(1)
		if reset {
			_ = p.Conn.(*net.TCPConn).SetLinger(0)
		}
	})
}

func TestALostRequestIsRepeatedIfRFC9110LetsIt(t *testing.T) {
	withKey := func(field string) func(*http.Request) {
		return func(r *http.Request) { r.Header[field] = []string{"k"} }
	}
	large := strings.Repeat("large", 10_000)
	again := func(r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(large)), nil }
	}
	no := func(r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return nil, errTest }
	}
	for _, tt := range []struct {
		name, method, body string
		change             func(*http.Request)
		want               string // "" if it is not repeated
	}{
		{"GET", "GET", "", nil, "GET "},
		{"no method", "", "", nil, "GET "},
		{"OPTIONS", "OPTIONS", "", nil, "OPTIONS "},
		{"TRACE", "TRACE", "", nil, "TRACE "},
		{"PUT without a body", "PUT", "", nil, "PUT "},
		{"DELETE", "DELETE", "", nil, "DELETE "},
		{"POST", "POST", "", nil, ""},
		{"PATCH", "PATCH", "", nil, ""},
		{"another method", "REPORT", "", nil, ""},
		{"POST with a key", "POST", "", withKey("Idempotency-Key"), "POST "},
		{"POST with an X- key", "POST", "", withKey("X-Idempotency-Key"), "POST "},
		{"PUT with a body that is in memory", "PUT", "small", nil, "PUT small"},
		{"PUT with a body that is gone", "PUT", large, nil, ""},
		{"PUT with a body that is to be had again", "PUT", large, again, "PUT " + large},
		{"PUT with a body that is not", "PUT", large, no, ""},
		{"POST with a body that is to be had again", "POST", large, again, ""},
	} {
		for _, reset := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, reset %v", tt.name, reset), func(t *testing.T) {
				smallBodies(t, func() error {
					var requests atomic.Int32
					b := losing(t, &requests, reset)
					d := newDirect(t, transport.Config{})
					mustGet(t, d, b.url()+"/", "/")
					req := request(t, tt.method, b.url(), nil)
					req.Method = tt.method
					if tt.body != "" {
						req = sized(t, tt.method, b.url(), tt.body)
					}
					if tt.change != nil {
						tt.change(req)
					}
					got, err := send(d, req)
					stats := transport.Stats{Open: 1, Idle: 1, Dialled: 2, Reused: 1, Repeated: 1}
					if tt.want == "" {
						stats = transport.Stats{Dialled: 1, Reused: 1}
						if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
							err = nil
						}
					}
					if got != tt.want || err != nil {
						return fmt.Errorf("got %q, %w", got, err)
					}
					wantStats(t, d, stats)
					return nil
				})
			})
		}
	}
}

// smallBodies tries something that needs a small body in memory before the request
// is sent, which the scheduler may now and then decide otherwise.
func smallBodies(t *testing.T, try func() error) {
	t.Helper()
	n := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(n)
	var err error
	for range 10 {
		if err = try(); err == nil {
			return
		}
	}
	t.Error(err)
}

// awaitStale waits until an idle connection has received something.
func awaitStale(t *testing.T, d *transport.Direct) {
	t.Helper()
	eventually(t, func() error {
		if !transport.IdleIsStale(d) {
			return errors.New("no idle connection has received anything")
		}
		return nil
	})
}

// TestARequestIsRepeatedOnce: RFC 9110 §9.2.2, a failed automatic retry is not
// retried. And a new connection has no excuse.
func TestARequestIsRepeatedOnce(t *testing.T) {
	var requests atomic.Int32
	b := newBackend(t, func(p *peer) {
		if p.n <= 2 { // two idle connections, by two requests at a time
			p.whole()
			p.ok("/")
		}
		if p.whole() != nil {
			requests.Add(1)
		}
	})
	d := newDirect(t, transport.Config{})
	if _, err := get(t, d, b.url()); err != nil {
		t.Fatal(err)
	}
	got, err := get(t, d, b.url())
	if !errors.Is(err, io.EOF) || requests.Load() != 1 {
		// The first connection is lost, the repetition goes to a new one, which the
		// backend answers once before it loses it, too.
		if got != "/" {
			t.Errorf("got %q, %v after %d requests", got, err, requests.Load())
		}
	}
	if got, err := get(t, d, b.url()); !errors.Is(err, io.EOF) {
		t.Errorf("got %q, %v: the second one was lost and repeated on a third, which is lost as well", got, err)
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("%d requests were lost, want 3", n)
	}
	wantStats(t, d, transport.Stats{Dialled: 3, Reused: 2, Repeated: 2})
}

func TestARequestIsNotRepeatedOnceAnAnswerHasBegun(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.whole()
		p.ok("/")
		p.whole()
		p.say("HTTP/1.1 200 OK\r\nX: y")
	})
	d := newDirect(t, transport.Config{})
	mustGet(t, d, b.url(), "/")
	_, err := get(t, d, b.url())
	var response *transport.ResponseError
	if !errors.As(err, &response) || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, transport.ErrMalformed) {
		t.Errorf("got %v", err)
	}
	wantStats(t, d, transport.Stats{Dialled: 1, Reused: 1})
}

// TestTheDialErrorTellsWhetherTheRequestCanGoElsewhere: it was not sent, and its
// body is untouched.
func TestTheDialErrorTellsWhetherTheRequestCanGoElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name, method, body string
		lose               bool // the first connection, with the request
		untouched          bool
	}{
		{"nothing was there", "GET", "", false, true},
		{"nothing was there, with a body", "POST", "small", false, true},
		{"nothing was there, with a large body", "POST", strings.Repeat("x", 100_000), false, true},
		{"it was sent and lost", "GET", "", true, false},
		{"it was sent and lost, with a body", "PUT", "small", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			smallBodies(t, func() error {
				b := newBackend(t, func(p *peer) {
					p.whole()
					p.ok("/")
					if tt.lose {
						p.whole()
					}
				})
				d := newDirect(t, transport.Config{})
				mustGet(t, d, b.url(), "/")
				if !tt.lose {
					awaitStale(t, d)
				}
				b.Listener.Close()
				body := &closeCounter{Reader: strings.NewReader(tt.body)}
				req := request(t, tt.method, b.url(), nil)
				if tt.body != "" {
					req = request(t, tt.method, b.url(), body)
					req.ContentLength = int64(len(tt.body))
				}
				_, err := send(d, req)
				var dial *transport.DialError
				if !errors.As(err, &dial) || !errors.Is(err, syscall.ECONNREFUSED) || dial.Untouched != tt.untouched {
					return fmt.Errorf("got %T: %w", err, err)
				}
				if op := new(net.OpError); !errors.As(err, &op) || op.Op != "dial" || err.Error() != op.Error() {
					t.Errorf("the cause is hidden: %v", err)
				}
				if n := body.closes.Load(); tt.body != "" && n != 1 {
					t.Errorf("the body was closed %d times", n)
				}
				return nil
			})
		})
	}
}

// TestAStaleConnectionLeavesTheBodyWhole, whatever was read of it for the first
// attempt.
func TestAStaleConnectionLeavesTheBodyWhole(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		for range 2 { // and then it closes the connection, without a word
			req := p.request()
			if req == nil {
				return
			}
			body, err := io.ReadAll(req.Body)
			p.ok(fmt.Sprint(len(body), err))
		}
	})
	d := newDirect(t, transport.Config{})
	for i := range 400 {
		size := []int{0, 1, 100, 20_000, 100_000}[i%5]
		req := sized(t, "POST", b.url(), strings.Repeat("x", size))
		if i%2 == 1 && size > 0 {
			req.ContentLength = -1
		}
		if size == 0 {
			req.Body = http.NoBody
		}
		// The end may come after the look: then it is lost, and may not be repeated.
		got, err := send(d, req)
		if err == nil && got != fmt.Sprintf("%d <nil>", size) {
			t.Fatalf("request %d of %d bytes: %q", i, size, got)
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Fatalf("request %d of %d bytes: %v", i, size, err)
		}
	}
	if stats := d.Stats(); stats.Stale == 0 || stats.Repeated > 0 {
		t.Errorf("%+v", stats)
	}
}
