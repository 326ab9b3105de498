package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

var rejections = []struct {
	name, path, contentType string
	status                  int
}{
	{"unknown resource", "/nowhere", jsonType, 404},
	{"method that the resource lacks", "/reports", jsonType, 405},
	{"media type that the resource does not take", "/orders", "text/plain", 415},
}

// A rejection does not wait for the body of the request, and the connection
// ends after it, since the rest of the body stands on it.
func TestRejectionBeforeBody(t *testing.T) {
	fullDuplex(t, func(outer *testing.T, global string) {
		t := outer
		backend := emptyBackend(t)
		url := rejecting(t, global, backend)
		frames := []struct{ name, field, begin string }{
			{"ten megabytes of which nothing comes", "Content-Length: 10485760", ""},
			{"ten megabytes of which a little comes", "Content-Length: 10485760", `{"a":`},
			{"chunks of which none comes", "Transfer-Encoding: chunked", ""},
			{"chunks of which one comes", "Transfer-Encoding: chunked", "5\r\n{\"a\":\r\n"},
			{"chunks of which half a one comes", "Transfer-Encoding: chunked", "f\r\n{\"a\":"},
			{"a small body of which nothing comes", "Content-Length: 10", ""},
			{"a body that waits to be asked for", "Content-Length: 10485760\r\nExpect: 100-continue", ""},
			{"a small body that waits to be asked for", "Content-Length: 10\r\nExpect: 100-continue", ""},
			{"chunks that wait to be asked for", "Transfer-Encoding: chunked\r\nExpect: 100-continue", ""},
		}
		var ending []*rawClient // waited for together: net/http gives each a while
		for _, rejection := range rejections {
			for _, frame := range frames {
				t.Run(rejection.name+", "+frame.name, func(t *testing.T) {
					c := dialGate(outer, url)
					c.send(post(rejection.path, "Content-Type: "+rejection.contentType, frame.field), frame.begin)
					a := c.receive()
					if a.StatusCode != rejection.status {
						t.Errorf("status %d, want %d", a.StatusCode, rejection.status)
					}
					if !a.Close {
						t.Error("the response lacks Connection: close")
					}
					isProblem(t, a, rejection.status)
					ending = append(ending, c)
				})
			}
		}
		for _, c := range ending {
			c.nothingElse()
		}
		if asked := backend.requests(); len(asked) > 0 {
			t.Errorf("the backend was asked for %q", asked)
		}
	})
}

// Whatever is left of a body is never taken for a request.
func TestLeftoverIsNoRequest(t *testing.T) {
	fullDuplex(t, func(t *testing.T, global string) {
		backend := emptyBackend(t)
		url := rejecting(t, global, backend)
		for _, rejection := range rejections {
			for _, repeats := range []int{1, 100, 10_000} {
				for _, chunked := range []bool{false, true} {
					for _, expects := range []bool{false, true} {
						t.Run(fmt.Sprintf("%s, %d requests as its body, chunked %t, expects 100 %t", rejection.name, repeats, chunked, expects), func(t *testing.T) {
							field, parts := asBody(chunked, strings.Repeat(smuggled, repeats), 3)
							if expects {
								field += "\r\nExpect: 100-continue"
							}
							leftover(t, dialGate(t, url), post(rejection.path, "Content-Type: "+rejection.contentType, field), parts, rejection.status)
						})
					}
				}
			}
		}
		if asked := backend.requests(); slices.Contains(asked, "/admin") {
			t.Errorf("the backend was asked for %q", asked)
		}
	})
}

// leftover sends a head, reads the response and sends the body nevertheless.
func leftover(t *testing.T, c *rawClient, head string, body []string, status int) {
	t.Helper()
	c.send(head)
	a := c.receive()
	if a.StatusCode != status {
		t.Errorf("status %d, want %d", a.StatusCode, status)
	}
	for _, part := range body {
		if _, err := io.WriteString(c, part); err != nil {
			break // the gate hung up, as it may
		}
	}
	c.CloseWrite()
	c.nothingElse()
}

// A small body that was sent with its head costs the client no connection.
// Not in full duplex: there nothing is read before an answer.
func TestSmallBodyKeepsConnection(t *testing.T) {
	url := rejecting(t, "", emptyBackend(t))
	for _, rejection := range rejections {
		for _, size := range []int{1, 1000, 8000} {
			for _, chunked := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %d bytes, chunked %t", rejection.name, size, chunked), func(t *testing.T) {
					c := dialGate(t, url)
					field, parts := asBody(chunked, strings.Repeat("x", size), 1)
					for range 3 {
						c.send(post(rejection.path, "Content-Type: "+rejection.contentType, field) + strings.Join(parts, ""))
						a := c.receive()
						if a.StatusCode != rejection.status || a.Close {
							t.Fatalf("status %d, connection closes: %t", a.StatusCode, a.Close)
						}
						c.next()
					}
				})
			}
		}
	}
}

// A client that does not listen before it has sent all its body gets the
// whole answer all the same.
func TestAnswerWhileSending(t *testing.T) {
	fullDuplex(t, func(t *testing.T, global string) {
		url := rejecting(t, global, emptyBackend(t))
		var sending sync.WaitGroup
		t.Cleanup(sending.Wait)
		var ending []*rawClient
		for _, rejection := range rejections {
			c := dialGate(t, url)
			c.send(post(rejection.path, "Content-Type: "+rejection.contentType, "Content-Length: 10485760"))
			sending.Go(func() {
				part := make([]byte, 64<<10)
				for range 10 << 20 / len(part) {
					if _, err := c.Write(part); err != nil {
						return // the gate hung up after its answer
					}
				}
			})
			a := c.receive()
			if a.StatusCode != rejection.status || !a.Close {
				t.Errorf("%s: status %d, connection closes: %t", rejection.name, a.StatusCode, a.Close)
			}
			isProblem(t, a, rejection.status)
			ending = append(ending, c)
		}
		for _, c := range ending {
			c.nothingElse()
		}
	})
}

// After an answer the gate stops sending before it stops listening: a reset,
// which unread bytes would cause, can overtake the answer.
func TestAnswerIsNotReset(t *testing.T) {
	fullDuplex(t, func(t *testing.T, global string) {
		url := rejecting(t, global, emptyBackend(t))
		for _, rejection := range rejections {
			t.Run(rejection.name, func(t *testing.T) {
				c := dialGate(t, url)
				c.send(post(rejection.path, "Content-Type: "+rejection.contentType, "Content-Length: 10485760"), strings.Repeat("x", 128<<10))
				if a := c.receive(); a.StatusCode != rejection.status {
					t.Errorf("status %d, want %d", a.StatusCode, rejection.status)
				}
				if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
					t.Errorf("after the answer: %q, %v; want the end", rest, err)
				}
			})
		}
	})
}

// hasty is a backend that answers to the head of a request. POSTs get what
// their path says.
func hasty(t *testing.T) *rawBackend {
	return newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		if r.Method != http.MethodPost {
			io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
			return
		}
		io.WriteString(conn, response("HTTP/1.1 "+strings.TrimPrefix(r.URL.Path, "/")+" Already", jsonType, `{"early":true}`))
		conn.CloseWrite()
		// What the gateway has sent by then must not turn the end into a reset.
		io.Copy(io.Discard, conn)
	})
}

var hastyAnswers = []struct {
	received, sent int
	kept           bool
}{
	{200, 200, true}, {401, 401, true}, {520, 500, false}, {521, 503, false},
}

// A backend that answers before it has read the body leaves the rest of the
// body on the client's connection. It must not become a request there.
func TestBackendAnswersEarly(t *testing.T) {
	fullDuplex(t, func(t *testing.T, global string) {
		backend := hasty(t)
		port := freePort(t)
		startCaddy(t, global, gateSite(port, "", backend.proxy()))
		url := fmt.Sprintf("http://127.0.0.1:%d", port)
		const large = 10 << 20
		frames := []struct {
			name, field string
			before      string // sent with the head
			after       string // sent after the answer
		}{
			{"a large body", fmt.Sprintf("Content-Length: %d", large), strings.Repeat("x", 1000), strings.Repeat(smuggled, 10_000)},
			{"a large body of which nothing came", fmt.Sprintf("Content-Length: %d", large), "", strings.Repeat(smuggled, 10_000)},
			{"a body of which half came", fmt.Sprintf("Content-Length: %d", 2*len(smuggled)), smuggled, smuggled},
			{"a chunked body", "Transfer-Encoding: chunked", "a\r\n0123456789\r\n", "fffff\r\n" + strings.Repeat(smuggled, 10_000)},
			{"a chunked body of which nothing came", "Transfer-Encoding: chunked", "", "fffff\r\n" + strings.Repeat(smuggled, 10_000)},
			{"a large body that waits to be asked for", fmt.Sprintf("Content-Length: %d\r\nExpect: 100-continue", large), "", strings.Repeat(smuggled, 10_000)},
		}
		for _, early := range hastyAnswers {
			for _, frame := range frames {
				t.Run(fmt.Sprintf("%d to %s", early.received, frame.name), func(t *testing.T) {
					c := dialGate(t, url)
					c.send(post(fmt.Sprintf("/%d", early.received), "Content-Type: application/json", frame.field), frame.before)
					a := c.receive()
					if a.StatusCode != early.sent {
						t.Errorf("status %d, want %d", a.StatusCode, early.sent)
					}
					if early.kept != (a.body == `{"early":true}`) {
						t.Errorf("body %q", a.body)
					}
					if !a.Close {
						t.Error("the response lacks Connection: close")
					}
					io.WriteString(c, frame.after)
					c.CloseWrite()
					c.nothingElse()
				})
			}
		}
		if asked := backend.requests(); slices.Contains(asked, "/admin") {
			t.Errorf("the backend was asked for %q", asked)
		}
	})
}

// A backend may answer before the proxy has begun to read a small body. Whether
// it does is chance, so this goes on for a while.
func TestBackendAnswersBeforeSmallBody(t *testing.T) {
	backend := hasty(t)
	port := freePort(t)
	startCaddy(t, "", gateSite(port, "", backend.proxy()))
	for range 40 {
		c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", port))
		c.send(post("/401", "Content-Type: application/json", "Content-Length: 10"), "12345")
		if a := c.receive(); a.StatusCode != 401 || !a.Close {
			t.Fatalf("status %d, connection closes: %t", a.StatusCode, a.Close)
		}
		c.Close()
	}
}
