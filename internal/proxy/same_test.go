package proxy_test

import (
	"strings"
	"testing"
)

const (
	ok    = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
	get   = "GET /a%20b?c=d HTTP/1.1\r\nHost: example.com\r\nUser-Agent: test\r\n\r\n"
	short = "short"
	long  = "long"

	gzipped = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xcaH\xcd\xc9\xc9\x07\x04\x00\x00\xff\xff\x86\xa6\x106\x05\x00\x00\x00" // hello
	hangUp  = "\x00"                                                                                                           // ends an answer after which the backend closes the connection
)

// fields is a GET with further fields.
func fields(lines ...string) string {
	return "GET / HTTP/1.1\r\nHost: example.com\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// answers is a 200 with further fields.
func answers(lines ...string) string {
	return "HTTP/1.1 200 OK\r\n" + strings.Join(lines, "\r\n") + "\r\nContent-Length: 5\r\n\r\nhello"
}

// requests go to a proxy without options.
var requests = []struct{ name, request, way string }{
	{"plain", get, short},
	{"HEAD", "HEAD / HTTP/1.1\r\nHost: example.com\r\n\r\n", short},
	{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", short},
	{"without a User-Agent", fields("Accept: */*"), short},
	{"with an empty User-Agent", fields("User-Agent:"), short},
	{"absolute form", "GET http://user:secret@example.com/x HTTP/1.1\r\nHost: example.com\r\n\r\n", short},
	{"an odd path", "GET //x/%2e%2E/;y?%zz&a;b HTTP/1.1\r\nHost: example.com\r\n\r\n", short},
	{"an unknown method", "BREW / HTTP/1.1\r\nHost: example.com\r\n\r\n", short},
	{"fields of the same name", fields("X-Two: a", "x-two: b", "Cookie: a=1", "Cookie: b=2"), short},
	{"X-Forwarded of a client", fields("X-Forwarded-For: 10.0.0.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"), short},
	{"Via of another proxy", fields("Via: 1.0 a", "Via: 1.1 b"), short},
	{"keep-alive", fields("Connection: keep-alive", "Keep-Alive: timeout=5"), short},
	{"close", fields("Connection: close"), short},
	{"hop-by-hop fields", fields("Proxy-Connection: x", "Proxy-Authorization: x", "Proxy-Authenticate: y", "Alt-Svc: z"), short},
	{"a named field", fields("Connection: X-Secret", "X-Secret: 1"), long},
	{"a named field that is not there", fields("Connection: X-Secret"), short},
	{"a named User-Agent", fields("Connection: User-Agent"), long},
	{"close, and a field of that name", fields("Connection: close", "Close: x"), long},
	{"TE", fields("TE: trailers", "Connection: TE"), long},
	{"Incremental", fields("Incremental: ?1"), long},
	{"Upgrade", fields("Connection: Upgrade", "Upgrade: websocket"), long},
	{"Upgrade that is not meant", fields("Upgrade: h2c"), long},
	{"Expect", "POST / HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", short},
	{"POST", "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc", short},
	{"POST with a large body", "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 200000\r\n\r\n" + strings.Repeat("x", 200000), short},
	{"POST without a body", "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n\r\n", short},
	{"GET with a body", "GET / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc", short},
	{"chunked", "POST / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", long},
	{"chunked with trailers", "POST / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", long},
}

func TestTheBackendGetsTheSame(t *testing.T) {
	b := newBackend(t, ok, false)
	s := newSite(t, b, "", "", "")
	for _, tt := range requests {
		t.Run(tt.name, func(t *testing.T) {
			stock := s.exchange(t, s.stock, tt.request, true)
			ours := s.exchange(t, s.ours, tt.request, true)
			compare(t, stock, ours)
			if ours.way != tt.way {
				t.Errorf("it went the %s way, want %s", ours.way, tt.way)
			}
		})
	}
}

// responses of backends. Those that are flushed at once have a Content-Type: whether
// net/http guesses one is a matter of luck then. The connection is closed
// after those that end with hangUp.
var responses = []struct{ name, answer string }{
	{"200", ok},
	{"404 with a reason of its own", "HTTP/1.1 404 Nothing Here\r\nContent-Length: 3\r\n\r\nno!"},
	{"an unknown status", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"},
	{"204", "HTTP/1.1 204 No Content\r\nX-Two: a\r\nx-two: b\r\n\r\n"},
	{"304", "HTTP/1.1 304 Not Modified\r\nEtag: \"x\"\r\nContent-Length: 77\r\n\r\n"},
	{"an empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{"a Server and a Date", answers("Server: odd/1", "Date: Mon, 01 Jan 2024 00:00:00 GMT")},
	{"Via", answers("Via: 1.1 a", "Via: 1.0 b")},
	{"cookies", answers("Set-Cookie: a=1", "Set-Cookie: b=2")},
	{"hop-by-hop fields", answers("Connection: keep-alive, X-Secret", "Keep-Alive: timeout=5", "X-Secret: 1", "Alt-Svc: x", "Upgrade: h2c", "Te: x", "Proxy-Authenticate: Basic")},
	{"a named Content-Type", answers("Connection: content-type", "Content-Type: text/html")},
	{"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello" + hangUp},
	{"until close", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello" + hangUp},
	{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello" + hangUp},
	{"chunked", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
	{"trailers", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n5\r\nhello\r\n0\r\nX-A: 1\r\n\r\n"},
	{"trailers that were not announced", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-B: 1\r\n\r\n"},
	{"one announced trailer and another", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n5\r\nhello\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n"},
	{"events", answers("Content-Type: text/event-stream; charset=utf-8")},
	{"incremental", answers("Content-Type: text/plain", "Incremental: ?1")},
	{"103", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nConnection: close\r\n\r\n" + ok},
	{"102 and 103", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok},
	{"a body that breaks off", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello" + hangUp},
	{"chunks that break off", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhel" + hangUp},
	{"nothing", ""},
	{"what is not HTTP", "SSH-2.0-OpenSSH" + hangUp},
	{"a 101 that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + hangUp},
	{"compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/plain\r\nContent-Length: 29\r\n\r\n" + gzipped},
}

func TestTheClientGetsTheSame(t *testing.T) {
	for _, transport := range []string{"", "transport direct"} {
		for _, tt := range responses {
			t.Run(tt.name+" "+transport, func(t *testing.T) {
				answer, closes := strings.CutSuffix(tt.answer, hangUp)
				b := newBackend(t, answer, closes)
				s := newSite(t, b, "", "header X-Two before", transport+"")
				stock := s.exchange(t, s.stock, get, true)
				ours := s.exchange(t, s.ours, get, true)
				compare(t, stock, ours)
				if ours.way != short && !strings.Contains(ours.client, "unexpected EOF") { // then nobody is asked
					t.Errorf("it went the %s way", ours.way)
				}
			})
		}
	}
}
