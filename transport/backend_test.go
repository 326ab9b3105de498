package transport_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/transport"
)

// long asks for the long forms of the tests that try many cases by chance:
//
//	go test ./transport -race -timeout 1h -long
var long = flag.Bool("long", false, "many more cases")

// patience bounds every wait of these tests: what takes longer has failed.
const patience = 10 * time.Second

// TestMain is also the backend of the benchmarks. It fails if the tests leave
// goroutines of the package behind.
func TestMain(m *testing.M) {
	if os.Getenv("TRANSPORT_BENCH_BACKEND") != "" {
		benchBackend()
		return
	}
	if !transport.Supported {
		fmt.Println("connections can't be looked at on this system, and serve one request")
		return
	}
	code := m.Run()
	if left := ownGoroutines(); code == 0 && left != "" {
		fmt.Println("goroutines are left behind:\n" + left)
		code = 1
	}
	os.Exit(code)
}

// ownGoroutines are the stacks of what still runs in the package.
func ownGoroutines() string {
	var left string
	for range 100 {
		buf := make([]byte, 1<<22)
		left = ""
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(stack, "statusgate/transport.(") {
				left += stack + "\n\n"
			}
		}
		if left == "" {
			return ""
		}
		time.Sleep(20 * time.Millisecond)
	}
	return left
}

// backend answers with bytes that a test chooses.
type backend struct {
	net.Listener
	accepted atomic.Int32
	mu       sync.Mutex
	open     []net.Conn
	gone     chan struct{}
	stopping sync.Once
	serving  sync.WaitGroup
}

// peer is a connection at the backend's end.
type peer struct {
	net.Conn
	in   *bufio.Reader
	n    int           // which connection it is, from 1
	gone chan struct{} // closed when the test is over
}

// newBackend starts a backend that calls serve for each connection, and closes the
// connection when it returns.
func newBackend(t testing.TB, serve func(p *peer)) *backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return backendOn(t, l, serve)
}

// newTLSBackend is one behind TLS, and the configuration that trusts it.
func newTLSBackend(t testing.TB, serve func(p *peer), protocols ...string) (*backend, *tls.Config) {
	t.Helper()
	certificates, trusting := trust()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificates, NextProtos: protocols})
	if err != nil {
		t.Fatal(err)
	}
	return backendOn(t, l, serve), trusting
}

// trust gives a certificate for 127.0.0.1 and example.com, and a configuration
// that trusts it. It costs less than that of httptest, which is RSA.
var trust = sync.OnceValues(func() ([]tls.Certificate, *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: true,
		DNSNames: []string{"example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, &tls.Config{RootCAs: roots}
})

func backendOn(t testing.TB, l net.Listener, serve func(p *peer)) *backend {
	t.Helper()
	b := &backend{Listener: l, gone: make(chan struct{})}
	t.Cleanup(b.stop)
	b.serving.Go(func() {
		for {
			conn, err := b.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.open = append(b.open, conn)
			b.mu.Unlock()
			p := &peer{Conn: conn, in: bufio.NewReader(conn), n: int(b.accepted.Add(1)), gone: b.gone}
			b.serving.Go(func() {
				defer conn.Close()
				serve(p)
			})
		}
	})
	return b
}

// stop closes everything and waits until the backend is at rest.
func (b *backend) stop() {
	b.stopping.Do(func() { close(b.gone) })
	b.Close()
	b.mu.Lock()
	for _, conn := range b.open {
		conn.Close()
	}
	b.mu.Unlock()
	b.serving.Wait()
}

func (b *backend) url() string { return "http://" + b.Addr().String() }

// request reads a request, without its body; nil at the end of the connection.
func (p *peer) request() *http.Request {
	req, err := http.ReadRequest(p.in)
	if err != nil {
		return nil
	}
	return req
}

// whole reads a request to its end.
func (p *peer) whole() *http.Request {
	req := p.request()
	if req == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil
	}
	return req
}

func (p *peer) say(text string) { _, _ = io.WriteString(p, text) }

// ok answers with a body.
func (p *peer) ok(body string) {
	p.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
}

// ended waits until the other side has closed the connection.
func (p *peer) ended() { _, _ = io.Copy(io.Discard, p.in) }

// polite answers every request with its target.
func polite(p *peer) {
	for {
		req := p.whole()
		if req == nil {
			return
		}
		p.ok(req.URL.Path)
	}
}

// newDirect makes one that is closed with the test.
func newDirect(t testing.TB, config transport.Config) *transport.Direct {
	t.Helper()
	d := transport.New(config)
	t.Cleanup(d.Close)
	return d
}

// request makes one that fails where it would wait for ever.
func request(t testing.TB, method, url string, body io.Reader) *http.Request {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// hidden is a reader that net/http does not know, as a server's body is.
type hidden struct{ io.Reader }

// sized is a request with such a body of known length.
func sized(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	req := request(t, method, url, hidden{strings.NewReader(body)})
	req.ContentLength = int64(len(body))
	return req
}

// get makes a request and returns the body.
func get(t testing.TB, rt http.RoundTripper, url string) (string, error) {
	t.Helper()
	return send(rt, request(t, http.MethodGet, url, nil))
}

func send(rt http.RoundTripper, req *http.Request) (string, error) {
	res, err := rt.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

// mustGet makes a request that has to succeed.
func mustGet(t testing.TB, rt http.RoundTripper, url, want string) {
	t.Helper()
	if got, err := get(t, rt, url); err != nil || got != want {
		t.Fatalf("GET %s: %q, %v; want %q", url, got, err, want)
	}
}

// wantStats compares the figures, given time: a connection may be on its way.
func wantStats(t testing.TB, d *transport.Direct, want transport.Stats) {
	t.Helper()
	eventually(t, func() error {
		if got := d.Stats(); got != want {
			return fmt.Errorf("got %+v, want %+v", got, want)
		}
		return nil
	})
}

// eventually tries until there is no error, or fails with the last.
func eventually(t testing.TB, try func() error) {
	t.Helper()
	var err error
	for begin := time.Now(); time.Since(begin) < patience; runtime.Gosched() {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// within fails the test if something does not happen in time.
func within[T any](t testing.TB, what string, done <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-done:
	case <-time.After(patience):
		t.Fatalf("%s did not happen", what)
	}
	return got
}

// outcome is all that a caller sees of an exchange.
func outcome(rt http.RoundTripper, req *http.Request) string {
	var b strings.Builder
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		fmt.Fprintf(&b, "1xx %d %v\n", code, h)
		return nil
	}}
	res, err := rt.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return b.String() + "error"
	}
	defer res.Body.Close()
	var fields []string
	for name, values := range res.Header {
		fields = append(fields, fmt.Sprintf("%s=%q", name, values))
	}
	slices.Sort(fields)
	body, err := io.ReadAll(res.Body)
	fmt.Fprintf(&b, "%d %q %s length %d coding %v close %v %v body %d %.40q trailer %v broken %v", res.StatusCode, res.Status, res.Proto,
		res.ContentLength, res.TransferEncoding, res.Close, fields, len(body), body, res.Trailer, err)
	return b.String()
}

// closeCounter is a body that knows how often it was closed.
type closeCounter struct {
	io.Reader
	closes atomic.Int32
}

func (c *closeCounter) Close() error {
	c.closes.Add(1)
	return nil
}

var errTest = errors.New("an error of the test")
