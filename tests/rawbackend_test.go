package tests

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait of these tests: what takes longer has failed.
const patience = 5 * time.Second

// secret stands for what a backend must not tell the world.
const secret = "panic at dbHandler.java:42, password=hunter2"

// rawBackend answers with bytes that a script chooses: it is a server only as
// far as it reads the head of each request.
type rawBackend struct {
	addr  string
	mu    sync.Mutex
	asked []string // the targets of the requests that arrived
}

// newRawBackend starts a backend that calls answer once for each connection,
// with the head of the first request, and then closes the connection.
func newRawBackend(t *testing.T, answer func(conn *net.TCPConn, r *http.Request)) *rawBackend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &rawBackend{addr: l.Addr().String()}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { b.serve(conn.(*net.TCPConn), answer) })
		}
	})
	return b
}

func (b *rawBackend) serve(conn *net.TCPConn, answer func(*net.TCPConn, *http.Request)) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	buffered := bufio.NewReader(conn)
	r, err := http.ReadRequest(buffered)
	if err != nil {
		return
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{r.Body, io.NopCloser(nil)} // closing it would read it
	b.mu.Lock()
	b.asked = append(b.asked, r.RequestURI)
	b.mu.Unlock()
	answer(conn, r)
}

// requests gives the targets of the requests that have arrived.
func (b *rawBackend) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// proxy is a reverse_proxy to the backend that opens a connection for each
// request, so that no request is tried twice.
func (b *rawBackend) proxy() string {
	return "reverse_proxy " + b.addr + " {\n\ttransport http {\n\t\tkeepalive off\n\t}\n}"
}

// reset ends a connection with a TCP reset instead of a FIN.
func reset(conn *net.TCPConn) {
	conn.SetLinger(0)
	conn.Close()
}

// htmlPage is a body that no error of the contract may show to a program.
var htmlPage = "<html><title>" + secret + "</title></html>"

func response(statusLine, contentType, body string, fields ...string) string {
	return statusLine + "\r\nContent-Type: " + contentType + "\r\n" + strings.Join(append(fields, ""), "\r\n") +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// caddyLog is a global option that sends Caddy's log to a file, and a function
// that reads it.
func caddyLog(t *testing.T) (option string, read func() string) {
	file := filepath.Join(t.TempDir(), "caddy.log")
	return "\tlog {\n\t\toutput file " + file + "\n\t\tformat json\n\t}\n", func() string {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

// gateBefore starts a Caddy with one gate before a raw backend, and checks
// when the test ends that no handler panicked.
func gateBefore(t *testing.T, options string, b *rawBackend) string {
	t.Helper()
	option, read := caddyLog(t)
	t.Cleanup(func() {
		if log := read(); strings.Contains(log, "panic serving") {
			t.Errorf("a handler panicked:\n%s", log)
		}
	})
	port := freePort(t)
	startCaddy(t, option, gateSite(port, options, b.proxy()))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// attempt makes a request and reads as much of the response as comes. err
// tells of a response that broke off, or of none at all (then resp is nil).
func attempt(t *testing.T, method, url string, header ...string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := (&http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}).Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp, string(body)}, err
}

const (
	jsonType    = "application/json"
	htmlType    = "text/html"
	problemType = "application/problem+json"
)

// isProblem checks that a body is a problem of the gate for a status.
func isProblem(t *testing.T, a answer, status int) {
	t.Helper()
	if got := a.Header.Get("Content-Type"); got != problemType {
		t.Errorf("Content-Type %q, want %q", got, problemType)
	}
	if want := fmt.Sprintf(`"status":%d`, status); !strings.Contains(strings.ReplaceAll(a.body, " ", ""), want) {
		t.Errorf("the body has no %s:\n%s", want, a.body)
	}
}

// What a backend that breaks off, in every place where it can, leaves to the
// client.
func TestBackendBreaksOff(t *testing.T) {
	const (
		head200     = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
		head404     = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
		headProblem = "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: 100\r\n\r\n"
		head500     = "HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
		chunked     = "Transfer-Encoding: chunked\r\n\r\n"
		incomplete  = "statusgate; error=http_response_incomplete"
		protocol    = "statusgate; error=http_protocol_error"
	)
	tests := []struct {
		name        string
		sends       string
		status      int
		proxyStatus string
		aborted     bool   // the client sees that the response is not whole
		body        string // of a response that passes; otherwise a problem is due
	}{
		// net/http takes what came of a line for the whole line, and finds it malformed.
		{name: "nothing at all", sends: "", status: 503, proxyStatus: incomplete},
		{name: "half a status line", sends: "HTTP/1.1 2", status: 503, proxyStatus: protocol},
		{name: "a status line and nothing else", sends: "HTTP/1.1 200 OK\r\n", status: 503, proxyStatus: incomplete},
		{name: "a head without its end", sends: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", status: 503, proxyStatus: incomplete},
		{name: "half a header field", sends: "HTTP/1.1 200 OK\r\nContent-Ty", status: 503, proxyStatus: protocol},
		{name: "100 and nothing after it", sends: "HTTP/1.1 100 Continue\r\n\r\n", status: 503, proxyStatus: incomplete},
		{name: "103 and nothing after it", sends: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", status: 503, proxyStatus: incomplete},
		{name: "199 and nothing after it", sends: "HTTP/1.1 199 Wait\r\n\r\n", status: 503, proxyStatus: incomplete},
		{name: "a success without its body", sends: head200, status: 200, aborted: true},
		{name: "a success within its body", sends: head200 + `{"a":`, status: 200, aborted: true, body: `{"a":`},
		{
			name: "a chunked success between chunks", status: 200, aborted: true, body: `{"a":`,
			sends: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + chunked + "5\r\n{\"a\":\r\n",
		},
		{
			name: "a chunked success within a chunk", status: 200, aborted: true, body: `{"a"`,
			sends: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + chunked + "f\r\n{\"a\"",
		},
		{
			name: "a chunk size that is no number", status: 200, aborted: true, body: "ab",
			sends: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + chunked + "2\r\nab\r\nzz\r\n",
		},
		{name: "JSON of a 404 within its body", sends: head404 + `{"a":`, status: 404, aborted: true, body: `{"a":`},
		{
			name: "chunked JSON of a 404 between chunks", status: 404, aborted: true, body: `{"a":`,
			sends: "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n" + chunked + "5\r\n{\"a\":\r\n",
		},
		{
			name: "chunked JSON of a 404 before the first chunk", status: 404,
			sends: "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n" + chunked,
		},
		{
			name: "HTML of a 404 within its body", status: 404,
			sends: "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<h1>" + secret,
		},
		{name: "a 500 without its body", sends: head500, status: 500},
		{name: "a 500 within its body", sends: head500 + secret, status: 500},
		{
			name: "a chunked 500 between chunks", status: 500,
			sends: "HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\n" + chunked + "6\r\nsecret\r\n",
		},
		{
			name: "a 520 within its body", status: 503, proxyStatus: "statusgate; received-status=520",
			sends: "HTTP/1.1 520 Oops\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n" + secret,
		},
		{name: "a problem without its body", sends: headProblem, status: 404},
		{name: "a problem within its body", sends: headProblem + `{"title":"` + secret, status: 404},
		{
			name: "a problem of a 500 within its body", status: 500,
			sends: "HTTP/1.1 500 Oops\r\nContent-Type: application/problem+json\r\nContent-Length: 100\r\n\r\n{\"title\":\"" + secret,
		},
		{
			name: "a chunked problem between chunks", status: 404,
			sends: "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n" + chunked + "4\r\n{\"a\"\r\n",
		},
		{name: "a head that is not HTTP", sends: "220 smtp.example ESMTP ready\r\n", status: 503, proxyStatus: protocol},
	}
	endings := []struct {
		name string
		end  func(*net.TCPConn)
	}{
		{"then closes", func(c *net.TCPConn) { c.Close() }},
		{"then resets", reset},
	}
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		var row, ending int
		fmt.Sscanf(r.URL.Path, "/%d/%d", &row, &ending)
		io.WriteString(conn, tests[row].sends)
		endings[ending].end(conn)
	})
	url := gateBefore(t, "", backend)
	for row, tt := range tests {
		for i, ending := range endings {
			if i == 1 && runtime.GOOS != "linux" {
				continue // elsewhere a reset overtakes the bytes that are on their way
			}
			t.Run(tt.name+", "+ending.name, func(t *testing.T) {
				a, err := attempt(t, http.MethodGet, fmt.Sprintf("%s/%d/%d", url, row, i), "Accept", "application/json")
				if a.Response == nil {
					t.Fatalf("the client got no response: %v", err)
				}
				if a.StatusCode != tt.status {
					t.Fatalf("status %d, want %d", a.StatusCode, tt.status)
				}
				if got := a.Header.Get("Proxy-Status"); got != tt.proxyStatus {
					t.Errorf("Proxy-Status %q, want %q", got, tt.proxyStatus)
				}
				if aborted := err != nil; aborted != tt.aborted {
					t.Errorf("reading the body: %v; want it to break off: %t", err, tt.aborted)
				}
				if strings.Contains(a.body, secret) {
					t.Errorf("the backend's secret got out: %s", a.body)
				}
				if tt.aborted {
					if a.body != tt.body {
						t.Errorf("body %q, want %q", a.body, tt.body)
					}
					return
				}
				isProblem(t, a, tt.status)
				if tt.status == 503 && a.Header.Get("Retry-After") != "5" {
					t.Errorf("Retry-After %q, want 5", a.Header.Get("Retry-After"))
				}
			})
		}
	}
}
