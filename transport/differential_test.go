package transport_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/statusgate/statusgate/transport"
)

// answers are what backends say, in order and not.
var answers = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 -20 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 999 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"ICY 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok",
	"HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 O\xffK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2 \r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length:\t2\t\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2_\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\n Content-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: a\x7fb\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: a\x80b\xff\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX\x80: a\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX(: a\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nnocolon\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX:a\r\nx: b\r\nX: c  \r\nContent-length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nx_y: b\r\nX-CUSTOM-thing: c  \r\nX--: 1\r\nContent-length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;ext=1\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nConnection: close, X-A\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nPragma: no-cache\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\n\r\nuntil the end",
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 204 No Content\r\n\r\n",
	"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nContent-Length: 200\r\n\r\n",
	"HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: keep-alive, Upgrade\r\nUpgrade: x\r\n\r\nhello",
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\nhello",
	"HTTP/1.1 101 Switching Protocols\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	strings.Repeat("HTTP/1.1 102 Processing\r\nX: 1\r\n\r\n", 50) + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 199 What\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
	"HTTP/1.1 200 OK\r\nContent-Le",
	"HTTP/1.1 200 OK",
	"garbage\r\n\r\n",
	"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 5000) + "\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Many: y\r\n", 300) + "Content-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
	"",
}

// saying is a backend that answers a request for /n with the text of that number,
// and ends the connection.
func saying(t *testing.T, texts []string) string {
	t.Helper()
	return newBackend(t, func(p *peer) {
		if req := p.whole(); req != nil {
			n, _ := strconv.Atoi(req.URL.Path[1:])
			p.say(texts[n])
		}
	}).url()
}

// differ compares what two callers see who ask for the same texts: one has
// net/http's transport. Connections are not used again: who gets one that the
// backend has just closed is a matter of chance.
func differ(t *testing.T, method string, texts []string) {
	t.Helper()
	base := saying(t, texts)
	std := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	own := newDirect(t, transport.Config{DisableKeepAlives: true})
	for i, text := range texts {
		target := fmt.Sprintf("%s/%d", base, i)
		want, got := outcome(std, request(t, method, target, nil)), outcome(own, request(t, method, target, nil))
		if got != want {
			t.Errorf("%s %.200q\n got %s\nwant %s", method, text, got, want)
		}
	}
}

func TestAnswersAreTakenAsNetHTTPTakesThem(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
		differ(t, method, answers)
	}
}

func TestBrokenAnswersAreTakenAsNetHTTPTakesThem(t *testing.T) {
	n := 1000
	if *long {
		n = 100_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, n)
	for i := range texts {
		texts[i] = mutate(r, answers[r.IntN(len(answers))])
	}
	differ(t, "GET", texts)
}

// mutate breaks a text in one to three places.
func mutate(r *rand.Rand, s string) string {
	b := []byte(s)
	for range 1 + r.IntN(3) {
		if len(b) == 0 {
			break
		}
		i, j := r.IntN(len(b)), r.IntN(len(b))
		switch r.IntN(5) {
		case 0:
			b[i] = byte(r.UintN(256))
		case 1:
			b = slices.Delete(b, i, i+1)
		case 2:
			b = slices.Insert(b, i, " \t\r\n:,;\x00-0\x7f"[r.IntN(11)])
		case 3:
			if j > i {
				b = append(b[:j:j], b[i:]...) // a part twice
			}
		case 4:
			lines := bytes.SplitAfter(b, []byte("\r\n"))
			k := r.IntN(len(lines))
			b = bytes.Join(slices.Insert(slices.Clone(lines), k, lines[r.IntN(len(lines))]), nil)
		}
		b = b[:min(len(b), 6000)]
	}
	return string(b)
}

// wireCase is a request, made anew for each transport.
type wireCase struct {
	name string
	make func(t *testing.T, url string) *http.Request
}

func changed(method, body string, change func(*http.Request)) func(*testing.T, string) *http.Request {
	return func(t *testing.T, url string) *http.Request {
		var reader io.Reader
		if body != "" {
			reader = hidden{strings.NewReader(body)}
		}
		req := request(t, method, url, reader)
		change(req)
		return req
	}
}

var wireCases = []wireCase{
	{"a target", changed("GET", "", func(r *http.Request) { r.URL.Path, r.URL.RawQuery = "/a/b", "c=d&e" })},
	{"an escaped target", changed("GET", "", func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/a/b c/€", "/a%2Fb%20c/%E2%82%AC" })},
	{"an empty query", changed("GET", "", func(r *http.Request) { r.URL.ForceQuery = true })},
	{"an opaque target", changed("GET", "", func(r *http.Request) { r.URL.Opaque = "//h/p" })},
	{"the target *", changed("OPTIONS", "", func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Host: r.URL.Host, Path: "*"} })},
	{"a host", changed("GET", "", func(r *http.Request) { r.Host = "Example.COM:80" })},
	{"an international host", changed("GET", "", func(r *http.Request) { r.Host = "exämple.com" })},
	{"a host with a zone", changed("GET", "", func(r *http.Request) { r.Host = "[fe80::1%25en0]:80" })},
	{"an invalid host", changed("GET", "", func(r *http.Request) { r.Host = "a b/c" })},
	{"a body of known length", changed("POST", "abc", func(r *http.Request) { r.ContentLength = 3 })},
	{"a body of known length with DELETE", changed("DELETE", "abc", func(r *http.Request) { r.ContentLength = 3 })},
	{"a body of unknown length", changed("POST", "abc", func(*http.Request) {})},
	{"a body of unknown length with GET", changed("GET", "abc", func(*http.Request) {})},
	{"no body with POST", changed("POST", "", func(*http.Request) {})},
	{"no body with PUT", changed("PUT", "", func(*http.Request) {})},
	{"a large body", changed("POST", strings.Repeat("x", 300_000), func(r *http.Request) { r.ContentLength = 300_000 })},
	{"a large body of unknown length", changed("POST", strings.Repeat("x", 300_000), func(*http.Request) {})},
	{"a body that is chunked though its length is known", changed("POST", "abc", func(r *http.Request) { r.ContentLength, r.TransferEncoding = 3, []string{"chunked"} })},
	{"an empty body of unknown length", func(t *testing.T, url string) *http.Request {
		return request(t, "POST", url, hidden{strings.NewReader("")})
	}},
	{"an empty body of unknown length with GET", func(t *testing.T, url string) *http.Request {
		return request(t, "GET", url, hidden{strings.NewReader("")})
	}},
	{"a trailer", changed("POST", "abc", func(r *http.Request) { r.Trailer = http.Header{"X-T": {"1"}} })},
	{"a trailer with a body of known length", changed("POST", "abc", func(r *http.Request) { r.ContentLength, r.Trailer = 3, http.Header{"X-T": {"1"}} })},
	{"odd fields", changed("GET", "", func(r *http.Request) {
		r.Header = http.Header{
			"X-A": {"1", "2"}, "x-lower": {" v "}, "Empty": {""}, "Nil": nil, "User-Agent": {""}, "Content-Length": {"99"},
			"Host": {"evil"}, "Transfer-Encoding": {"chunked"}, "Trailer": {"X"}, "Te": {"trailers"},
		}
	})},
	{"a user agent", changed("GET", "", func(r *http.Request) { r.Header.Set("User-Agent", "u") })},
	{"a close", changed("GET", "", func(r *http.Request) { r.Close = true })},
	{"a close by a field", changed("GET", "", func(r *http.Request) { r.Header.Set("Connection", "x, close") })},
	{"an upgrade", changed("GET", "", func(r *http.Request) { r.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"x"}} })},
	{"an expectation", changed("POST", "abc", func(r *http.Request) {
		r.ContentLength = 3
		r.Header.Set("Expect", "100-continue")
	})},
	{"a header section of 100 kB", changed("GET", "", func(r *http.Request) { r.Header.Set("X-Large", strings.Repeat("y", 100_000)) })},
	{"a value with a line break", changed("GET", "", func(r *http.Request) { r.Header["X"] = []string{"a\r\nInjected: 1"} })},
	{"a name with a space", changed("GET", "", func(r *http.Request) { r.Header["X Y"] = []string{"a"} })},
	{"an empty name", changed("GET", "", func(r *http.Request) { r.Header[""] = []string{"a"} })},
	{"a trailer with a line break", changed("POST", "abc", func(r *http.Request) { r.Trailer = http.Header{"X": {"a\nb"}} })},
	{"an impossible trailer", changed("POST", "abc", func(r *http.Request) { r.Trailer = http.Header{"Content-Length": {"1"}} })},
	{"a method with a space", changed("GET", "", func(r *http.Request) { r.Method = "FOO BAR" })},
	{"no method", changed("GET", "", func(r *http.Request) { r.Method = "" })},
	{"a control character in the target", changed("GET", "", func(r *http.Request) { r.URL.RawQuery = "a\nb" })},
	{"another scheme", changed("GET", "", func(r *http.Request) { r.URL.Scheme = "ftp" })},
	{"no host", changed("GET", "", func(r *http.Request) { r.URL.Host = "" })},
	{"no URL", changed("GET", "", func(r *http.Request) { r.URL = nil })},
	{"no header", changed("GET", "", func(r *http.Request) { r.Header = nil })},
}

func TestRequestsAreSentAsNetHTTPSendsThem(t *testing.T) {
	received := make(chan string, 1)
	url := newBackend(t, func(p *peer) {
		for {
			req := p.request()
			if req == nil {
				return
			}
			received <- described(req)
			p.ok("")
		}
	}).url()
	std := &http.Transport{DisableCompression: true}
	defer std.CloseIdleConnections()
	own := newDirect(t, transport.Config{})
	for _, c := range wireCases {
		t.Run(c.name, func(t *testing.T) {
			var seen [2]string
			for i, rt := range []http.RoundTripper{std, own} {
				if _, err := send(rt, c.make(t, url)); err != nil {
					seen[i] = "error"
				} else {
					seen[i] = within(t, "the request", received)
				}
			}
			if seen[0] != seen[1] {
				t.Errorf("\n got %.2000s\nwant %.2000s", seen[1], seen[0])
			}
		})
	}
}

// described is a request as a backend sees it.
func described(req *http.Request) string {
	body, err := io.ReadAll(req.Body)
	var fields []string
	for name, values := range req.Header {
		fields = append(fields, fmt.Sprintf("%s=%q", name, values))
	}
	slices.Sort(fields)
	return fmt.Sprintf("%s %s %s host %q length %d coding %v close %v %v body %d %v trailer %v", req.Method, req.RequestURI, req.Proto, req.Host,
		req.ContentLength, req.TransferEncoding, req.Close, fields, len(body), err, req.Trailer)
}

// TestRequestsThatAreNotAsTheySayAreNotSent: net/http notices on the way, when the
// backend has the start of them.
func TestRequestsThatAreNotAsTheySayAreNotSent(t *testing.T) {
	var sent atomic.Int32
	b := newBackend(t, func(p *peer) {
		if req := p.request(); req != nil {
			sent.Add(1)
		}
	})
	d := newDirect(t, transport.Config{})
	for i := range 20 {
		length := int64(2 + i%2*2)
		req := request(t, "POST", b.url(), iotest.DataErrReader(strings.NewReader("abc"))) // its end comes with its last byte, as of a server
		req.ContentLength = length
		if body, err := send(d, req); err == nil {
			t.Errorf("a body of 3 bytes instead of %d: %q", length, body)
		}
	}
	b.stop()
	if sent := sent.Load(); sent > 10 { // the body may not be there at once
		t.Errorf("%d of 20 were sent", sent)
	}
}
