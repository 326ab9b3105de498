package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
)

// A client that asks whether it may send its content is told so once, although the
// backend says so, too. Java's HttpClient 25.0.3 waits for ever after a second.
func TestOneContinue(t *testing.T) {
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(conn, response("HTTP/1.1 200 OK", jsonType, "{}"))
	})
	for name, proxy := range map[string]string{
		"http": backend.proxy(), "direct": direct(backend.addr), "direct that waits": direct(backend.addr, "expect_continue_timeout 5s"),
	} {
		t.Run(name, func(t *testing.T) { oneContinue(t, proxy) })
	}
}

func oneContinue(t *testing.T, proxy string) {
	t.Helper()
	port := freePort(t)
	startCaddy(t, "", gateSite(port, "", proxy))
	c := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", port))
	c.send(post("/", "Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue"))
	var got []int
	for len(got) == 0 || got[len(got)-1] < 200 {
		resp, err := http.ReadResponse(c.in, nil)
		if err != nil {
			t.Fatalf("%v after %v", err, got)
		}
		if got = append(got, resp.StatusCode); len(got) == 1 {
			c.send("{}")
		}
	}
	if !slices.Equal(got, []int{100, 200}) {
		t.Errorf("got %v", got)
	}
}
