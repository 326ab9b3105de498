package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/statusgate/statusgate/transport"
)

// faults count the operations on the sockets of a test, and have one go wrong.
type faults struct {
	ops  atomic.Int32
	at   int32
	kind string
}

var errInjected = errors.New("injected")

// strike tells whether this is the operation that goes wrong.
func (f *faults) strike() bool { return f.ops.Add(1) == f.at }

// faulty is a socket whose reads and writes, and those steps below them, can fail.
type faulty struct {
	*net.TCPConn
	f *faults
}

// fail brings the fault about. Errors of its own are returned as the operation's.
func (c *faulty) fail() error {
	switch c.f.kind {
	case "closed":
		c.TCPConn.Close()
	case "ended":
		_ = c.TCPConn.CloseRead()
		_ = c.TCPConn.CloseWrite()
	case "late":
		_ = c.TCPConn.SetDeadline(time.Unix(1, 0))
	case "error":
		return errInjected
	}
	return nil
}

func (c *faulty) Read(p []byte) (int, error) {
	if c.f.strike() {
		if err := c.fail(); err != nil {
			return 0, err
		}
	}
	return c.TCPConn.Read(p)
}

func (c *faulty) Write(p []byte) (int, error) {
	if c.f.strike() {
		if c.f.kind == "short" {
			n, _ := c.TCPConn.Write(p[:len(p)/2])
			return n, io.ErrShortWrite
		}
		if err := c.fail(); err != nil {
			return 0, err
		}
	}
	return c.TCPConn.Write(p)
}

func (c *faulty) SyscallConn() (syscall.RawConn, error) {
	raw, err := c.TCPConn.SyscallConn()
	return &faultyRaw{raw, c}, err
}

type faultyRaw struct {
	syscall.RawConn
	c *faulty
}

func (r *faultyRaw) Control(f func(uintptr)) error {
	if r.c.f.strike() {
		if err := r.c.fail(); err != nil {
			return err
		}
	}
	return r.RawConn.Control(f)
}

func (r *faultyRaw) Read(f func(uintptr) bool) error {
	if r.c.f.strike() {
		if err := r.c.fail(); err != nil {
			return err
		}
	}
	again := false
	return r.RawConn.Read(func(fd uintptr) bool {
		if again && r.c.f.strike() && r.c.f.kind != "closed" { // between the write and the read; a close would wait for the end of it
			_ = r.c.fail()
		}
		again = true
		return f(fd)
	})
}

func (r *faultyRaw) Write(f func(uintptr) bool) error {
	if r.c.f.strike() {
		if err := r.c.fail(); err != nil {
			return err
		}
	}
	return r.RawConn.Write(f)
}

// faultCases are exchanges that are tried with a fault in each of their operations.
var faultCases = []struct {
	name, method, body string
	length             int64
	timeouts           transport.Timeouts
	expect             bool
}{
	{name: "no body", method: "GET"},
	{name: "a small body", method: "POST", body: "small", length: 5},
	{name: "a large body", method: "PUT", body: strings.Repeat("x", 100_000), length: 100_000},
	{name: "a body of unknown length", method: "POST", body: strings.Repeat("x", 50_000), length: -1},
	{name: "time limits", method: "GET", timeouts: transport.Timeouts{ResponseHeader: time.Hour, Read: time.Hour, Write: time.Hour}},
	{name: "time limits and a body", method: "POST", body: "small", length: 5, timeouts: transport.Timeouts{ResponseHeader: time.Hour, Read: time.Hour, Write: time.Hour}},
	{name: "an expectation", method: "POST", body: "small", length: 5, timeouts: transport.Timeouts{ExpectContinue: time.Hour}, expect: true},
}

// TestEveryOperationMayFail: the exchange ends, with the right answer or an error,
// the body is closed, and the next exchange is fine.
func TestEveryOperationMayFail(t *testing.T) {
	serve := func(p *peer) {
		for req := p.request(); req != nil; req = p.request() {
			if req.Header.Get("Expect") != "" {
				p.say("HTTP/1.1 100 Continue\r\n\r\n")
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return
			}
			p.say("HTTP/1.1 103 Early Hints\r\n\r\n")
			text := fmt.Sprint(req.URL.Path, len(body))
			p.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n%x\r\n%s\r\n", len(text), text))
			p.say("0\r\nX: y\r\n\r\n")
		}
	}
	plain := newBackend(t, serve)
	secure, config := newTLSBackend(t, serve)
	urls := []string{plain.url(), "https://" + secure.Addr().String()}
	for i, c := range faultCases {
		for _, kind := range []string{"closed", "ended", "late", "error", "short"} {
			for _, url := range urls {
				if url == urls[1] && i%3 != 0 {
					continue // handshakes cost much
				}
				t.Run(fmt.Sprintf("%s, %s, %.5s", c.name, kind, url), func(t *testing.T) {
					for at := int32(1); ; at++ {
						f := &faults{at: at, kind: kind}
						d := transport.New(transport.Config{TLS: config, Timeouts: c.timeouts, Dial: f.dial})
						fine := true
						for range 2 { // the second one on the same connection, if it is clean
							fine = tryWithFaults(t, d, url, i) && fine
						}
						n := f.ops.Load()
						f.at = -1
						if !tryWithFaults(t, d, url, i) {
							t.Errorf("operation %d: the exchange after the fault failed", at)
						}
						eventually(t, func() error {
							if s := d.Stats(); s.Open != s.Idle || s.Open > 1 {
								return fmt.Errorf("operation %d: %+v", at, s)
							}
							return nil
						})
						d.Close()
						if fine && n < at {
							return
						}
					}
				})
			}
		}
	}
}

func (f *faults) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &faulty{conn.(*net.TCPConn), f}, nil
}

// tryWithFaults makes one of the exchanges. False: it failed, as it may.
func tryWithFaults(t *testing.T, d *transport.Direct, url string, i int) bool {
	t.Helper()
	c := faultCases[i]
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var body *closeCounter
	req := request(t, c.method, url+"/x", nil)
	if c.body != "" {
		body = &closeCounter{Reader: strings.NewReader(c.body)}
		req.Body, req.ContentLength = body, c.length
	}
	if c.expect {
		req.Header.Set("Expect", "100-continue")
	}
	got, err := send(d, req.WithContext(ctx))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		t.Errorf("the exchange did not end: %v", err)
	}
	if err == nil && got != fmt.Sprint("/x", len(c.body)) {
		t.Errorf("got %q", got)
	}
	if body != nil {
		eventually(t, func() error {
			if n := body.closes.Load(); n != 1 {
				return fmt.Errorf("the body was closed %d times after %w", n, err)
			}
			return nil
		})
	}
	return err == nil
}

// TestWritesThatTakeSeveralSteps: the socket takes less than a whole request.
func TestWritesThatTakeSeveralSteps(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		for req := p.request(); req != nil; req = p.request() {
			p.ok(fmt.Sprint(len(req.Header.Get("X"))))
		}
	})
	for _, timeout := range []time.Duration{0, time.Hour} {
		d := newDirect(t, transport.Config{Timeouts: transport.Timeouts{Write: timeout}, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			if err == nil {
				_ = conn.(*net.TCPConn).SetWriteBuffer(1)
			}
			return conn, err
		}})
		for range 3 {
			req := request(t, "GET", b.url(), nil)
			req.Header.Set("X", strings.Repeat("x", 31_000))
			if got, err := send(d, req); got != "31000" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		}
		wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 2})
	}
}

// TestASocketThatDoesNotTellIsNotLookedAt.
func TestASocketThatDoesNotTellIsNotLookedAt(t *testing.T) {
	b := newBackend(t, polite)
	d := newDirect(t, transport.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return secretive{conn}, err
	}})
	for range 2 {
		mustGet(t, d, b.url()+"/x", "/x")
	}
	wantStats(t, d, transport.Stats{Dialled: 2})
}

type secretive struct{ net.Conn }

func (secretive) SyscallConn() (syscall.RawConn, error) { return nil, errTest }

// TestLimitsOfAnswers.
func TestLimitsOfAnswers(t *testing.T) {
	interim := "HTTP/1.1 103 Early Hints\r\nLink: </" + strings.Repeat("x", 50) + ">\r\n\r\n"
	const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for _, tt := range []struct {
		name, answer string
		limits       transport.Limits
		want         error // nil if it passes
	}{
		{"a header section within the limit", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 7000) + "\r\nContent-Length: 2\r\n\r\nok", transport.Limits{ResponseHeader: 8 << 10}, nil},
		{"one beyond", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 9000) + "\r\nContent-Length: 2\r\n\r\nok", transport.Limits{ResponseHeader: 8 << 10}, transport.ErrHeaderTooLarge},
		{"a line without an end", strings.Repeat("x", 9000), transport.Limits{ResponseHeader: 8 << 10}, transport.ErrHeaderTooLarge},
		{"1xx within the limits", strings.Repeat(interim, 3) + final, transport.Limits{Interim: 3}, nil},
		{"too many", strings.Repeat(interim, 4) + final, transport.Limits{Interim: 3}, transport.ErrTooManyInterim},
		{"too many by default", strings.Repeat(interim, 1001) + final, transport.Limits{}, transport.ErrTooManyInterim},
		{"too much of them", strings.Repeat(interim, 100) + final, transport.Limits{ResponseHeader: 8 << 10}, transport.ErrHeaderTooLarge},
		{"no HTTP", "SSH-2.0-x\r\n\r\n", transport.Limits{}, transport.ErrMalformed},
		{"conflicting lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", transport.Limits{}, transport.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBackend(t, func(p *peer) {
				p.whole()
				p.say(tt.answer)
				p.ended()
			})
			d := newDirect(t, transport.Config{Limits: tt.limits})
			trace := &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error { return nil }}
			req := request(t, "GET", b.url(), nil)
			got, err := send(d, req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
			if !errors.Is(err, tt.want) || tt.want == nil && (got != "ok" || err != nil) {
				t.Errorf("got %q, %v", got, err)
			}
			var response *transport.ResponseError
			if tt.want != nil && (!errors.As(err, &response) || !strings.Contains(err.Error(), "transport connection broken")) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestAnErrorOfTheTraceEndsTheExchange.
func TestAnErrorOfTheTraceEndsTheExchange(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.whole()
		p.say("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		p.ended()
	})
	d := newDirect(t, transport.Config{})
	trace := &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error { return errTest }}
	req := request(t, "GET", b.url(), nil)
	if _, err := send(d, req.WithContext(httptrace.WithClientTrace(req.Context(), trace))); err != errTest { //nolint:errorlint // the very error
		t.Errorf("got %v", err)
	}
	wantStats(t, d, transport.Stats{Dialled: 1})
}

// TestFlood: a backend that sends 1xx for ever comes to an end.
func TestFlood(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.whole()
		for {
			if _, err := io.WriteString(p, "HTTP/1.1 103 Early Hints\r\n\r\n"); err != nil {
				return
			}
		}
	})
	d := newDirect(t, transport.Config{})
	var flooded sync.WaitGroup
	for range 4 {
		flooded.Go(func() {
			if _, err := get(t, d, b.url()); !errors.Is(err, transport.ErrTooManyInterim) {
				t.Errorf("got %v", err)
			}
		})
	}
	flooded.Wait()
}
