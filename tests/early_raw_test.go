package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smuggled is a request that stands where a body should be.
const smuggled = "GET /admin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

// rawClient is one connection to a gate, used byte by byte.
type rawClient struct {
	t *testing.T
	*net.TCPConn
	in *bufio.Reader
}

func dialGate(t *testing.T, url string) *rawClient {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return &rawClient{t: t, TCPConn: conn.(*net.TCPConn), in: bufio.NewReader(conn)}
}

func (c *rawClient) send(parts ...string) {
	c.t.Helper()
	for _, part := range parts {
		if _, err := io.WriteString(c, part); err != nil {
			c.t.Fatalf("sending %.40q: %v", part, err)
		}
	}
}

// receive reads one final response.
func (c *rawClient) receive() answer {
	c.t.Helper()
	for {
		resp, err := http.ReadResponse(c.in, nil)
		if err != nil {
			c.t.Fatalf("no response: %v", err)
		}
		if resp.StatusCode < 200 {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			c.t.Fatalf("%s: the body broke off after %q: %v", resp.Status, body, err)
		}
		return answer{resp, string(body)}
	}
}

// nothingElse reads until the connection ends, which must be without another
// response on it.
func (c *rawClient) nothingElse() {
	c.t.Helper()
	rest, err := io.ReadAll(c.in)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		c.t.Errorf("the connection does not end: %v", err)
	}
	if len(rest) > 0 {
		c.t.Errorf("what nobody asked for came after the response:\n%s", rest)
	}
}

// next makes another request on the same connection.
func (c *rawClient) next() {
	c.t.Helper()
	c.send("GET /next HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	if a := c.receive(); a.StatusCode != http.StatusNoContent {
		c.t.Errorf("the next request got %s: %s", a.Status, a.body)
	}
}

func post(path string, fields ...string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"
}

// fullDuplex runs a test with and without the server option that lets
// handlers read while they write.
func fullDuplex(t *testing.T, run func(t *testing.T, global string)) {
	t.Run("half duplex", func(t *testing.T) { run(t, "") })
	t.Run("full duplex", func(t *testing.T) { run(t, "\tservers {\n\t\tenable_full_duplex\n\t}\n") })
}

// rejecting is a gate that rejects what arrives for reasons of its own.
func rejecting(t *testing.T, global string, b *rawBackend) string {
	t.Helper()
	port := freePort(t)
	startCaddy(t, global, gateSite(port, `
resource /next {
	methods GET
}
resource /admin {
	methods GET
}
resource /orders {
	methods  GET POST
	consumes application/json
	produces application/json
}
resource /reports {
	methods GET
}
unknown_resources reject`, b.proxy()))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// emptyBackend answers 204 to everything.
func emptyBackend(t *testing.T) *rawBackend {
	return newRawBackend(t, func(conn *net.TCPConn, _ *http.Request) {
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	})
}

// asBody frames a content that reads like requests, in pieces.
func asBody(chunked bool, content string, pieces int) (field string, parts []string) {
	size := (len(content) + pieces - 1) / pieces
	for piece := range slices.Chunk([]byte(content), size) {
		if chunked {
			parts = append(parts, fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece))
		} else {
			parts = append(parts, string(piece))
		}
	}
	if chunked {
		return "Transfer-Encoding: chunked", append(parts, "0\r\n\r\n")
	}
	return fmt.Sprintf("Content-Length: %d", len(content)), parts
}

// What the gate is there for: Caddy alone takes the leftover of a body that its
// proxy has closed for requests. If this test fails after an update of Caddy,
// Caddy has mended it.
func TestWithoutGateLeftoverIsRequest(t *testing.T) {
	sites := []struct {
		name, directive string
		smuggles        bool
	}{
		{"Caddy alone", "", true},
		{"Caddy with the gate", "statusgate", false},
	}
	for _, site := range sites {
		t.Run(site.name, func(t *testing.T) {
			hungUp := make(chan struct{}, 100)
			backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
				if r.Method == http.MethodPost {
					io.WriteString(conn, response("HTTP/1.1 200 Already", jsonType, `{"early":true}`))
					conn.CloseWrite()
					io.Copy(io.Discard, conn)
					hungUp <- struct{}{}
				}
			})
			port := freePort(t)
			startCaddy(t, "", fmt.Sprintf("http://127.0.0.1:%d {\n%s\n%s\n}\n", port, site.directive, backend.proxy()))
			// Whether the proxy closes the body before the server reads on is
			// chance, but likely.
			smuggles := false
			for attempts := 0; attempts < 10 && !smuggles; attempts++ {
				smuggle(dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", port)), hungUp)
				smuggles = slices.Contains(backend.requests(), "/admin")
			}
			if smuggles != site.smuggles {
				t.Errorf("a part of the body became a request: %t, want %t", smuggles, site.smuggles)
			}
		})
	}
}

// smuggle makes a request whose body goes on as another request once the
// answer is there.
func smuggle(c *rawClient, hungUp <-chan struct{}) {
	c.t.Helper()
	c.send(post("/", "Content-Type: application/json", "Content-Length: 10485760"))
	within(c.t, patience, "the end of the proxy's connection", hungUp)
	io.WriteString(c, "x") // the proxy reads it and finds that it has nowhere to write it to
	c.SetReadDeadline(time.Now().Add(patience / 20))
	if resp, err := http.ReadResponse(c.in, nil); err == nil {
		io.Copy(io.Discard, resp.Body)
		io.WriteString(c, smuggled)
		http.ReadResponse(c.in, nil) // to the request that is none, if it became one
	}
}
