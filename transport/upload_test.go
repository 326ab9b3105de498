package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"syscall"
	"testing"

	"github.com/statusgate/statusgate/transport"
)

// pending is a body of which a part is there, and the rest when the test writes it.
func pending(t *testing.T, first string) (*io.PipeReader, *io.PipeWriter) {
	t.Helper()
	r, w := io.Pipe()
	t.Cleanup(func() { w.Close() })
	if first != "" {
		go func() { _, _ = io.WriteString(w, first) }()
	}
	return r, w
}

// TestAnAnswerThatComesEarlyIsSeen: the body has not come to its end, and never
// will. The connection is not used again.
func TestAnAnswerThatComesEarlyIsSeen(t *testing.T) {
	for _, tt := range []struct {
		name, first string
		length      int64
	}{
		{"nothing of a small body", "", 100},
		{"a part of a small body", "part", 100},
		{"nothing of a large body", "", 1 << 20},
		{"a part of a large body", strings.Repeat("p", 1000), 1 << 20},
		{"nothing of a body of unknown length", "", -1},
		{"a part of a body of unknown length", "part", -1},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %v", tt.name, secure), func(t *testing.T) {
				serve := func(p *peer) {
					if req := p.request(); req != nil {
						_, _ = io.ReadFull(req.Body, make([]byte, len(tt.first)))
						p.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
						p.ended()
					}
				}
				b, config := newTLSBackend(t, serve)
				url := "https://" + b.Addr().String()
				if !secure {
					b = newBackend(t, serve)
					url = b.url()
				}
				d := newDirect(t, transport.Config{TLS: config})
				body, rest := pending(t, tt.first)
				req := request(t, "POST", url, body)
				req.ContentLength = tt.length
				res, err := d.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(res.Body); string(got) != "no" || err != nil || res.StatusCode != 413 {
					t.Errorf("got %d %q, %v", res.StatusCode, got, err)
				}
				wantStats(t, d, transport.Stats{Dialled: 1})
				// The goroutine that had the body gives it up.
				eventually(t, func() error {
					_, err := rest.Write([]byte("x"))
					if !errors.Is(err, io.ErrClosedPipe) {
						return fmt.Errorf("the body is still read: %w", err)
					}
					return nil
				})
			})
		}
	}
}

// TestTheEarlyAnswerOfABackendThatResetsIsSeen: it has not read what it would not
// take.
func TestTheEarlyAnswerOfABackendThatResetsIsSeen(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		if p.request() != nil {
			p.say("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
		}
	})
	d := newDirect(t, transport.Config{})
	seen := 0
	for range 50 {
		if got, err := send(d, sized(t, "POST", b.url(), strings.Repeat("x", 10<<20))); err == nil && got == "no" {
			seen++
		}
	}
	if seen < 45 { // a reset may overtake the answer
		t.Errorf("%d of 50 answers were seen", seen)
	}
}

// TestWhatIsThereOfABodyIsSent: also if the rest takes its time.
func TestWhatIsThereOfABodyIsSent(t *testing.T) {
	for _, length := range []int64{8, 1 << 20, -1} {
		b := newBackend(t, func(p *peer) {
			req := p.request()
			if req == nil {
				return
			}
			first := make([]byte, 4)
			_, _ = io.ReadFull(req.Body, first)
			p.say("HTTP/1.1 103 Early Hints\r\nX: " + string(first) + "\r\n\r\n")
			rest, err := io.ReadAll(req.Body)
			p.ok(fmt.Sprintf("%s %d %v", first, len(rest), err))
		})
		d := newDirect(t, transport.Config{})
		body, rest := pending(t, "part")
		trace := &httptrace.ClientTrace{Got1xxResponse: func(_ int, h textproto.MIMEHeader) error {
			if h.Get("X") != "part" {
				t.Errorf("got %v", h)
			}
			go func() {
				_, _ = rest.Write(bytes.Repeat([]byte("r"), max(4, int(length)-4)))
				rest.Close()
			}()
			return nil
		}}
		req := request(t, "POST", b.url(), body)
		req.ContentLength = length
		req = req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
		want := fmt.Sprintf("part %d <nil>", max(4, length-4))
		if got, err := send(d, req); got != want || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
		wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1})
	}
}

// TestASmallBodyThatIsThereGoesOutInOneWrite with the header section.
func TestASmallBodyThatIsThereGoesOutInOneWrite(t *testing.T) {
	received := make(chan string, 1)
	b := newBackend(t, func(p *peer) {
		buf := make([]byte, 64<<10)
		n, _ := p.Read(buf)
		received <- string(buf[:n])
		p.ok("")
	})
	d := newDirect(t, transport.Config{})
	if _, err := send(d, sized(t, "POST", b.url(), "the body")); err != nil {
		t.Fatal(err)
	}
	if got := within(t, "the request", received); !strings.HasSuffix(got, "\r\n\r\nthe body") {
		t.Errorf("first came %q", got)
	}
}

func TestTheBodyIsClosedOnce(t *testing.T) {
	b := newBackend(t, polite)
	gone := newBackend(t, func(*peer) {})
	gone.Close()
	for name, url := range map[string]string{"sent": b.url(), "not sent": gone.url(), "refused": "ftp://example.com", "impossible": b.url() + "/?a\x01b"} {
		for _, length := range []int64{4, 50_000, -1} {
			t.Run(fmt.Sprint(name, length), func(t *testing.T) {
				d := newDirect(t, transport.Config{})
				body := &closeCounter{Reader: strings.NewReader(strings.Repeat("b", max(4, int(length))))}
				req := request(t, "POST", b.url(), body)
				req.URL.Scheme, _, _ = strings.Cut(url, ":")
				req.URL.Host = strings.Split(url, "/")[2]
				_, req.URL.RawQuery, _ = strings.Cut(url, "?")
				req.ContentLength = length
				_, err := send(d, req)
				if (err == nil) != (name == "sent") {
					t.Error(err)
				}
				eventually(t, func() error {
					if n := body.closes.Load(); n != 1 {
						return fmt.Errorf("closed %d times", n)
					}
					return nil
				})
			})
		}
	}
}

// TestAnErrorOfTheBodyEndsTheExchange, and is what the caller gets.
func TestAnErrorOfTheBodyEndsTheExchange(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		if req := p.request(); req != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			p.ended() // no answer to half a request
		}
	})
	failing := func(after string) io.Reader { return io.MultiReader(strings.NewReader(after), errorReader{}) }
	for _, tt := range []struct {
		name   string
		body   io.Reader
		length int64
	}{
		{"at once", errorReader{}, 100},
		{"at once, unknown length", errorReader{}, -1},
		{"after a part of a small body", failing("part"), 100},
		{"after a part of a large body", failing("part"), 100_000},
		{"after a part, unknown length", failing("part"), -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDirect(t, transport.Config{})
			body := &closeCounter{Reader: tt.body}
			req := request(t, "POST", b.url(), body)
			req.ContentLength = tt.length
			if _, err := send(d, req); err != errTest { //nolint:errorlint // the very error
				t.Errorf("got %v", err)
			}
			eventually(t, func() error {
				if n := body.closes.Load(); n != 1 {
					return fmt.Errorf("closed %d times", n)
				}
				return nil
			})
			wantStats(t, d, transport.Stats{Dialled: 1})
		})
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errTest }

// TestALargeHeaderSectionDoesNotHideAnAnswer: the backend refuses it without
// reading it.
func TestALargeHeaderSectionDoesNotHideAnAnswer(t *testing.T) {
	release := make(chan struct{})
	b := newBackend(t, func(p *peer) {
		_ = p.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		p.say("HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 2\r\n\r\nno")
		<-release
	})
	defer close(release)
	d := newDirect(t, transport.Config{})
	req := request(t, "GET", b.url(), nil)
	req.Header.Set("X", strings.Repeat("x", 32<<20))
	if got, err := send(d, req); got != "no" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	wantStats(t, d, transport.Stats{Dialled: 1})
}

// TestALargeHeaderSectionIsSent: and the connection is used again.
func TestALargeHeaderSectionIsSent(t *testing.T) {
	b := newBackend(t, polite)
	d := newDirect(t, transport.Config{})
	for range 3 {
		req := request(t, "GET", b.url()+"/x", nil)
		req.Header.Set("X", strings.Repeat("x", 200_000))
		if got, err := send(d, req); got != "/x" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 2})
}

// TestAWriteThatFailsIsTold: the backend is gone and says nothing.
func TestAWriteThatFailsIsTold(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		p.request()
		_ = p.Conn.(*net.TCPConn).SetLinger(0)
	})
	d := newDirect(t, transport.Config{})
	_, err := send(d, sized(t, "POST", b.url(), strings.Repeat("x", 10<<20)))
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	wantStats(t, d, transport.Stats{Dialled: 1})
}

// TestTrailersGoBothWays.
func TestTrailersGoBothWays(t *testing.T) {
	b := newBackend(t, func(p *peer) {
		for req := p.request(); req != nil; req = p.request() {
			_, _ = io.Copy(io.Discard, req.Body)
			p.say("HTTP/1.1 200 OK\r\nTrailer: X-Back\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Back: " + req.Trailer.Get("X-Sum") + "\r\n\r\n")
		}
	})
	d := newDirect(t, transport.Config{})
	for range 2 {
		req := request(t, "POST", b.url(), nil)
		req.Trailer = http.Header{"X-Sum": nil}
		req.Body, req.ContentLength = &lateTrailer{strings.NewReader("body"), req.Trailer}, -1
		res, err := d.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if string(body) != "ok" || err != nil || res.Trailer.Get("X-Back") != "42" {
			t.Errorf("got %q, %v, %v", body, err, res.Trailer)
		}
	}
	wantStats(t, d, transport.Stats{Open: 1, Idle: 1, Dialled: 1, Reused: 1})
}

// lateTrailer knows the trailer at its end, as the body of a server's request.
type lateTrailer struct {
	io.Reader
	trailer http.Header
}

func (l *lateTrailer) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		l.trailer.Set("X-Sum", "42")
	}
	return n, err
}

func (l *lateTrailer) Close() error { return nil }
