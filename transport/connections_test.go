package transport_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/statusgate/statusgate/transport"
)

// TestTunnels: a 101 gives the connection to the caller, and to nobody else.
func TestTunnels(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, early := range []string{"", "early"} {
			t.Run(fmt.Sprintf("TLS %v, %q", secure, early), func(t *testing.T) {
				serve := func(p *peer) {
					if p.whole() == nil {
						return
					}
					p.say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" + early)
					heard, err := io.ReadAll(p.in) // until the half-close
					p.say(fmt.Sprintf("%s %v", heard, err))
				}
				b, config := newTLSBackend(t, serve)
				url := "https://" + b.Addr().String()
				if !secure {
					b = newBackend(t, serve)
					url = b.url()
				}
				d := newDirect(t, transport.Config{TLS: config})
				req := request(t, "GET", url, nil)
				req.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"x"}}
				res, err := d.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				tunnel := res.Body.(interface {
					io.ReadWriteCloser
					CloseWrite() error
				})
				if _, err := io.WriteString(tunnel, "hello"); err != nil {
					t.Error(err)
				}
				if err := tunnel.CloseWrite(); err != nil {
					t.Error(err)
				}
				if got, err := io.ReadAll(tunnel); string(got) != early+"hello <nil>" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
				wantStats(t, d, transport.Stats{Open: 1, Dialled: 1})
				tunnel.Close()
				tunnel.Close()
				wantStats(t, d, transport.Stats{Dialled: 1})
			})
		}
	}
}

func TestATunnelWithoutHalfClose(t *testing.T) {
	d := newDirect(t, transport.Config{Dial: pipe(t, func(conn net.Conn, _ <-chan struct{}) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})})
	res, err := d.RoundTrip(request(t, "GET", "http://example.com", nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.(interface{ CloseWrite() error }).CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	res.Body.Close()
}

// recorded notes what a trace is told.
type recorded struct {
	mu     sync.Mutex
	events []string
}

func (r *recorded) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, fmt.Sprintf(format, args...))
}

func (r *recorded) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	// Whether the answer or the end of the request comes first is a matter of chance.
	if i := slices.Index(r.events, "first"); i >= 0 && i+1 < len(r.events) && strings.HasPrefix(r.events[i+1], "wrote") {
		r.events[i], r.events[i+1] = r.events[i+1], r.events[i]
	}
	all := strings.Join(r.events, " ")
	r.events = nil
	return all
}

func (r *recorded) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:              func(string) { r.note("get") },
		GotConn:              func(i httptrace.GotConnInfo) { r.note("got:%v,%v,%v", i.Reused, i.WasIdle, i.IdleTime > 0) },
		PutIdleConn:          func(err error) { r.note("put:%v", err) },
		GotFirstResponseByte: func() { r.note("first") },
		ConnectStart:         func(string, string) { r.note("connect") },
		ConnectDone:          func(_, _ string, err error) { r.note("connected:%v", err) },
		TLSHandshakeStart:    func() { r.note("handshake") },
		TLSHandshakeDone:     func(s tls.ConnectionState, err error) { r.note("shaken:%v,%v", s.HandshakeComplete, err) },
		WroteHeaders:         func() { r.note("headers") },
		WroteRequest:         func(i httptrace.WroteRequestInfo) { r.note("wrote:%v", i.Err) },
	}
}

// TestTraces are told of the way of a request, as net/http tells it.
func TestTraces(t *testing.T) {
	b := newBackend(t, polite)
	secure, config := newTLSBackend(t, polite)
	std := &http.Transport{TLSClientConfig: config.Clone(), MaxIdleConnsPerHost: 1}
	defer std.CloseIdleConnections()
	own := newDirect(t, transport.Config{TLS: config})
	for _, url := range []string{b.url(), "https://" + secure.Addr().String()} {
		for _, body := range []string{"", "small", strings.Repeat("large", 10_000)} {
			for range 2 { // a new connection and one that is used again
				var seen [2]string
				for i, rt := range []http.RoundTripper{std, own} {
					r := new(recorded)
					req := sized(t, "POST", url, body)
					if body == "" {
						req.Body = http.NoBody
					}
					if _, err := send(rt, req.WithContext(httptrace.WithClientTrace(req.Context(), r.trace()))); err != nil {
						t.Fatal(err)
					}
					seen[i] = r.take()
				}
				if seen[0] != seen[1] {
					t.Errorf("%s, %d bytes:\n got %s\nwant %s", url, len(body), seen[1], seen[0])
				}
			}
		}
	}
}

func TestATraceIsToldOfAConnectionThatIsNotKept(t *testing.T) {
	b := newBackend(t, polite)
	d := transport.New(transport.Config{})
	r := new(recorded)
	req := request(t, "GET", b.url()+"/x", nil)
	res, err := d.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), r.trace())))
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if got := r.take(); !strings.HasSuffix(got, "first put:the connection is not kept") {
		t.Errorf("got %s", got)
	}
}

func TestTLS(t *testing.T) {
	b, config := newTLSBackend(t, polite)
	url := "https://" + b.Addr().String() + "/x"
	t.Run("the state is told", func(t *testing.T) {
		d := newDirect(t, transport.Config{TLS: config})
		for range 2 {
			res, err := d.RoundTrip(request(t, "GET", url, nil))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, res.Body)
			if res.TLS == nil || !res.TLS.HandshakeComplete || res.TLS.ServerName != "" {
				t.Errorf("got %+v", res.TLS)
			}
		}
	})
	t.Run("a name of the configuration", func(t *testing.T) {
		named := config.Clone()
		named.ServerName = "example.com"
		d := newDirect(t, transport.Config{TLS: named})
		mustGet(t, d, url, "/x")
	})
	t.Run("another name", func(t *testing.T) {
		named := config.Clone()
		named.ServerName = "example.org"
		d := newDirect(t, transport.Config{TLS: named})
		_, err := get(t, d, url)
		if e := new(tls.CertificateVerificationError); !errors.As(err, &e) {
			t.Errorf("got %v", err)
		}
		if e := new(transport.DialError); errors.As(err, &e) {
			t.Error("a handshake is no dial")
		}
		wantStats(t, d, transport.Stats{})
	})
	t.Run("an unknown authority", func(t *testing.T) {
		d := newDirect(t, transport.Config{TLS: &tls.Config{RootCAs: x509.NewCertPool()}})
		_, err := get(t, d, url)
		if e := new(tls.CertificateVerificationError); !errors.As(err, &e) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no TLS", func(t *testing.T) {
		plain := newBackend(t, func(p *peer) { p.say("HTTP/1.1 400 Bad Request\r\n\r\n") })
		d := newDirect(t, transport.Config{})
		_, err := get(t, d, "https://"+plain.Addr().String())
		if e := new(tls.RecordHeaderError); !errors.As(err, e) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("HTTP/1.1 negotiated", func(t *testing.T) {
		b, config := newTLSBackend(t, polite, "http/1.1")
		config = config.Clone()
		config.NextProtos = []string{"h2", "http/1.1"}
		d := newDirect(t, transport.Config{TLS: config})
		mustGet(t, d, "https://"+b.Addr().String()+"/x", "/x")
	})
}

// TestAnotherProtocolIsLeftToAnother: TLS has negotiated it.
func TestAnotherProtocolIsLeftToAnother(t *testing.T) {
	b, config := newTLSBackend(t, func(p *peer) { p.ended() }, "h2")
	config = config.Clone()
	config.NextProtos = []string{"h2", "http/1.1"}
	url := "https://" + b.Addr().String()
	var other roundTripper = func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("other " + string(body)))}, err
	}
	d := newDirect(t, transport.Config{TLS: config, Other: other})
	for range 3 {
		if got, err := send(d, sized(t, "POST", url, "body")); got != "other body" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	eventually(t, func() error {
		if n := b.accepted.Load(); n != 1 {
			return fmt.Errorf("%d handshakes", n)
		}
		return nil
	})
	wantStats(t, d, transport.Stats{})

	d = newDirect(t, transport.Config{TLS: config})
	body := &closeCounter{Reader: strings.NewReader("body")}
	if _, err := send(d, request(t, "POST", url, body)); err == nil || !strings.Contains(err.Error(), `"h2"`) || body.closes.Load() != 1 {
		t.Errorf("got %v", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
