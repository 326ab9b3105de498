package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/transport"
)

// TestCancellationEndsEachPhase, with its cause.
func TestCancellationEndsEachPhase(t *testing.T) {
	for _, tt := range []struct {
		name   string
		body   string // of the request; "..." has no end
		answer func(p *peer, cancel func())
	}{
		{"the wait for an answer", "", func(p *peer, cancel func()) {
			p.request()
			cancel()
		}},
		{"a header section", "", func(p *peer, cancel func()) {
			p.request()
			p.say("HTTP/1.1 200 O")
			cancel()
		}},
		{"the body of the answer", "", func(p *peer, cancel func()) {
			p.request()
			p.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
			cancel()
		}},
		{"the chunks of the answer", "", func(p *peer, cancel func()) {
			p.request()
			p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
			cancel()
		}},
		{"the time between 1xx", "", func(p *peer, cancel func()) {
			p.request()
			p.say("HTTP/1.1 103 Early Hints\r\n\r\n")
			cancel()
		}},
		{"the body of the request", "...", func(p *peer, cancel func()) {
			p.request()
			cancel()
		}},
		{"a body of the request that is not taken", strings.Repeat("x", 64<<20), func(p *peer, cancel func()) {
			p.request()
			cancel()
		}},
		{"a small body of the request", "small", func(p *peer, cancel func()) {
			p.whole()
			cancel()
		}},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %v", tt.name, secure), func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				serve := func(p *peer) {
					tt.answer(p, func() { cancel(errTest) })
					<-p.gone
				}
				b, config := newTLSBackend(t, serve)
				url := "https://" + b.Addr().String()
				if !secure {
					b = newBackend(t, serve)
					url = b.url()
				}
				d := newDirect(t, transport.Config{TLS: config})
				req := sized(t, "POST", url, tt.body)
				if tt.body == "..." {
					body, _ := pending(t, "part")
					req = request(t, "POST", url, body)
				}
				if _, err := send(d, req.WithContext(ctx)); err != errTest { //nolint:errorlint // the very cause
					t.Errorf("got %v", err)
				}
				wantStats(t, d, transport.Stats{Dialled: 1})
			})
		}
	}
}

func TestCancellationEndsTheDial(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	dialled := make(chan struct{})
	d := newDirect(t, transport.Config{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(dialled)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	go func() {
		<-dialled
		cancel(errTest)
	}()
	if _, err := send(d, request(t, "GET", "http://example.com", nil).WithContext(ctx)); err != errTest { //nolint:errorlint // the very cause
		t.Errorf("got %v", err)
	}
	wantStats(t, d, transport.Stats{})
}

// TestADialThatEndsWithTheRequestIsNoDialError: the request could not go elsewhere.
func TestADialThatEndsWithTheRequestIsNoDialError(t *testing.T) {
	for range 100 { // the dial or the request may be first to notice
		ctx, cancel := context.WithCancelCause(t.Context())
		d := newDirect(t, transport.Config{Dial: func(context.Context, string, string) (net.Conn, error) {
			cancel(errTest)
			return nil, errors.New("another error")
		}})
		if _, err := send(d, request(t, "GET", "http://example.com", nil).WithContext(ctx)); err != errTest { //nolint:errorlint // the very cause
			t.Fatalf("got %v", err)
		}
	}
}

func TestARequestThatIsOverIsNotSent(t *testing.T) {
	b := newBackend(t, polite)
	d := newDirect(t, transport.Config{})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	body := &closeCounter{Reader: strings.NewReader("body")}
	if _, err := send(d, request(t, "POST", b.url(), body).WithContext(ctx)); err != errTest { //nolint:errorlint // the very cause
		t.Errorf("got %v", err)
	}
	if b.accepted.Load() != 0 || body.closes.Load() != 1 {
		t.Errorf("%d connections, the body was closed %d times", b.accepted.Load(), body.closes.Load())
	}
}

// TestTheEndOfARequestLeavesItsConnectionAlone once the answer has been read.
func TestTheEndOfARequestLeavesItsConnectionAlone(t *testing.T) {
	b := newBackend(t, polite)
	d := newDirect(t, transport.Config{})
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		if got, err := send(d, request(t, "GET", b.url()+"/x", nil).WithContext(ctx)); got != "/x" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		cancel()
	}
	wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 2})
}

// TestABodyCanBeClosedWhileItIsRead.
func TestABodyCanBeClosedWhileItIsRead(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.whole()
		p.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
		p.ended()
	})
	d := newDirect(t, transport.Config{})
	res, err := d.RoundTrip(request(t, "GET", b.url(), nil))
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		_, err := io.ReadAll(res.Body)
		read <- err
	}()
	res.Body.Close()
	if err := within(t, "the end of the read", read); err == nil {
		t.Error("a body that was closed came to its end")
	}
	if _, err := res.Body.Read(make([]byte, 1)); err == nil {
		t.Error("a body that was closed can be read")
	}
	if err := res.Body.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	wantStats(t, d, transport.Stats{Dialled: 1})
}

// TestABodyKeepsItsEnd: it is asked again, and closed, after the connection has
// gone to another request.
func TestABodyKeepsItsEnd(t *testing.T) {
	b := newBackend(t, polite)
	d := newDirect(t, transport.Config{})
	res, err := d.RoundTrip(request(t, "GET", b.url()+"/x", nil))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	other, err := d.RoundTrip(request(t, "GET", b.url()+"/other", nil))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, err := res.Body.Read(make([]byte, 1)); n != 0 || err != io.EOF { //nolint:errorlint // what a Reader returns
			t.Errorf("got %d, %v", n, err)
		}
		res.Body.Close()
	}
	if got, err := io.ReadAll(other.Body); string(got) != "/other" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// pipe is a backend in memory: it runs on the clock of a bubble.
func pipe(t *testing.T, serve func(p net.Conn, over <-chan struct{})) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			serve(there, t.Context().Done())
		}()
		return here, nil
	}
}

// TestTimeLimits: each after its time, and not before.
func TestTimeLimits(t *testing.T) {
	const limit = 3 * time.Second
	say := func(conn net.Conn, text string) { _, _ = io.WriteString(conn, text) }
	hear := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 64<<10)) }
	for _, tt := range []struct {
		name     string
		timeouts transport.Timeouts
		size     int // of the request's body
		serve    func(conn net.Conn, over <-chan struct{})
		after    time.Duration
		awaited  string // "" for the error of a connection
		fine     bool
	}{
		{"no answer", transport.Timeouts{ResponseHeader: limit}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			hear(conn)
		}, limit, "response headers", false},
		{"half a header section", transport.Timeouts{ResponseHeader: limit}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			say(conn, "HTTP/1.1 200 OK\r\nX: ")
			hear(conn)
		}, limit, "response headers", false},
		{"1xx only", transport.Timeouts{ResponseHeader: limit}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			for range 3 {
				say(conn, "HTTP/1.1 103 Early Hints\r\n\r\n")
				time.Sleep(time.Second / 2)
			}
			hear(conn)
		}, limit, "response headers", false},
		{"an answer in time, and a body that takes its own", transport.Timeouts{ResponseHeader: limit}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			time.Sleep(limit - time.Second)
			say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
			time.Sleep(limit * 2)
			say(conn, "k")
		}, 3*limit - time.Second, "", true},
		{"no answer to a body: the time begins when it is sent", transport.Timeouts{ResponseHeader: limit}, 100_000, func(conn net.Conn, _ <-chan struct{}) {
			time.Sleep(limit * 2)
			for {
				if _, err := conn.Read(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, 3 * limit, "response headers", false},
		{"an early answer and a body that takes its time", transport.Timeouts{ResponseHeader: limit}, 100_000, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			time.Sleep(limit * 2)
			say(conn, "ok")
		}, 2 * limit, "", true},
		{"nothing to read for long", transport.Timeouts{Read: limit}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			time.Sleep(limit - time.Second)
			say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
			hear(conn)
		}, 2*limit - time.Second, "", false},
		{"something to read now and then", transport.Timeouts{Read: limit}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			time.Sleep(limit - time.Second)
			say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
			time.Sleep(limit - time.Second)
			say(conn, "k")
		}, 2*limit - 2*time.Second, "", true},
		{"the earlier of two limits", transport.Timeouts{Read: limit, ResponseHeader: limit + time.Second}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			time.Sleep(limit - time.Second)
			say(conn, "HTTP/1.1 200 OK\r\n")
			hear(conn)
		}, limit + time.Second, "response headers", false},
		{"nothing to read, of two limits", transport.Timeouts{Read: limit, ResponseHeader: limit + time.Second}, 0, func(conn net.Conn, _ <-chan struct{}) {
			hear(conn)
			hear(conn)
		}, limit, "", false},
		{"a write that is not taken", transport.Timeouts{Write: limit}, 0, func(_ net.Conn, over <-chan struct{}) { <-over }, limit, "", false},
		{"a body that is not taken", transport.Timeouts{Write: limit}, 100_000, func(conn net.Conn, over <-chan struct{}) {
			hear(conn)
			<-over
		}, limit + 100*time.Millisecond, "", false},
		{"a body that is taken slowly", transport.Timeouts{Write: limit}, 100_000, func(conn net.Conn, _ <-chan struct{}) {
			for range 5 {
				hear(conn)
				time.Sleep(limit - time.Second)
			}
			say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}, 5 * (limit - time.Second), "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDirect(t, transport.Config{Dial: pipe(t, tt.serve), Timeouts: tt.timeouts})
				req := request(t, "GET", "http://example.com", nil)
				if tt.size > 0 {
					req = sized(t, "POST", "http://example.com", strings.Repeat("x", tt.size))
				}
				begin := time.Now()
				got, err := send(d, req.WithContext(t.Context()))
				if took := time.Since(begin); took != tt.after {
					t.Errorf("took %v, want %v", took, tt.after)
				}
				if tt.fine {
					if got != "ok" || err != nil {
						t.Errorf("got %q, %v", got, err)
					}
					return
				}
				wantTimeout(t, err, tt.awaited)
			})
		})
	}
}

func wantTimeout(t *testing.T, err error, awaited string) {
	t.Helper()
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if e, ok := err.(net.Error); !ok || !e.Timeout() { //nolint:errorlint // reverse_proxy asks it this way
		t.Errorf("%#v is no net.Error that is a timeout", err)
	}
	var timeout *transport.TimeoutError
	if errors.As(err, &timeout) != (awaited != "") || awaited != "" && (timeout.Awaited != awaited || !errors.Is(err, context.DeadlineExceeded)) {
		t.Errorf("got %#v, want the end of the wait for %q", err, awaited)
	}
}

func TestTheTLSHandshakeHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDirect(t, transport.Config{
			Dial:     pipe(t, func(conn net.Conn, _ <-chan struct{}) { _, _ = io.Copy(io.Discard, conn) }),
			TLS:      new(tls.Config),
			Timeouts: transport.Timeouts{TLSHandshake: time.Second},
		})
		begin := time.Now()
		_, err := get(t, d, "https://example.com")
		if took := time.Since(begin); took != time.Second {
			t.Errorf("took %v", took)
		}
		wantTimeout(t, err, "the TLS handshake")
	})
}

// TestAnAbortIsNotUndone by who sets a time limit at the same moment.
func TestAnAbortIsNotUndone(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.request()
		p.say("HTTP/1.1 103 Early Hints\r\n\r\n")
		<-p.gone
	})
	for range 200 {
		d := newDirect(t, transport.Config{Timeouts: transport.Timeouts{ResponseHeader: time.Hour, Read: time.Hour, Write: time.Hour}})
		ctx, cancel := context.WithCancelCause(t.Context())
		trace := &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error {
			go cancel(errTest)
			return nil
		}}
		req := sized(t, "POST", b.url(), strings.Repeat("x", 20_000))
		if _, err := send(d, req.WithContext(httptrace.WithClientTrace(ctx, trace))); err != errTest { //nolint:errorlint // the very cause
			t.Fatalf("got %v", err)
		}
	}
}
