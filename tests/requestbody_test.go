package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// With problems off the request's body is for handle_errors as it was, and still
// held to the limits of request_body.
func TestTheBodyIsLeftToHandleErrors(t *testing.T) {
	// Each has a port of its own: a client repeats no POST whose connection ends
	// with the server before.
	site := func(t *testing.T, gate string) (url string) {
		t.Helper()
		port := freePort(t)
		startCaddy(t, "\torder statusgate first\n", fmt.Sprintf(`http://127.0.0.1:%d {
	%s
	request_body {
		max_size 10
	}
	respond "next handler reached"
	handle_errors {
		respond "{http.request.body}" {err.status_code}
	}
}
`, port, gate))
		return fmt.Sprintf("http://127.0.0.1:%d/", port)
	}
	for name, c := range map[string]struct {
		gate, content, body string
		status              int
	}{
		"without a gate":              {"", "abcdefghijklm", "request body: http: request body too large", 413},
		"too large":                   {"statusgate {\n\t\tproblems off\n\t}", "abcdefghijklm", "request body: http: request body too large", 400},
		"too large, allowed":          {"statusgate {\n\t\tproblems off\n\t\tallow 413\n\t}", "abcdefghijklm", "request body: http: request body too large", 413},
		"refused, and small":          {"statusgate {\n\t\tproblems off\n\t\tmethods GET\n\t}", "abc", "abc", 405},
		"refused, looked at, a chunk": {"statusgate {\n\t\tproblems off\n\t\tconsumes text/plain\n\t}", "", "", 415},
	} {
		t.Run(name, func(t *testing.T) {
			url := site(t, c.gate)
			if c.content != "" {
				if a := fetch(t, "POST", url, c.content); a.StatusCode != c.status || a.body != c.body {
					t.Errorf("got %s %q, want %d %q", a.Status, a.body, c.status, c.body)
				}
				return
			}
			r, err := http.NewRequestWithContext(t.Context(), "POST", url, io.MultiReader(strings.NewReader("chunk")))
			if err != nil {
				t.Fatal(err)
			}
			if a := do(t, http.DefaultTransport, r); a.StatusCode != c.status || a.body != "chunk" {
				t.Errorf("got %s %q, want %d and all of the content", a.Status, a.body, c.status)
			}
		})
	}
}

// Content of unknown length that turns out empty is none, on every version, and the
// backend reads what there is.
func TestContentOfUnknownLengthThatIsEmpty(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %q %v", r.Method, b, err)
	}))
	t.Cleanup(backend.Close)
	port := freePort(t)
	startCaddy(t, "\tservers {\n\t\tprotocols h1 h2c\n\t}\n", gateSite(port, "consumes application/json", "reverse_proxy "+backend.URL))
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	for _, method := range []string{"GET", "DELETE", "POST"} {
		t.Run("HTTP/1.1 "+method, func(t *testing.T) {
			client := dialGate(t, url)
			const head = " / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
			for range 2 { // on one connection
				client.send(method+head+"\r\n", "0\r\n\r\n")
				if a := client.receive(); a.StatusCode != 200 || a.body != method+` "" <nil>` {
					t.Errorf("empty: got %s %s", a.Status, a.body)
				}
			}
			client.send(method+head+"Content-Type: application/json\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n")
			if a := client.receive(); a.StatusCode != 200 || a.body != method+` "{}" <nil>` {
				t.Errorf("JSON: got %s %s", a.Status, a.body)
			}
			client.send(method+head+"\r\n", "2\r\n{}\r\n0\r\n\r\n")
			if a := client.receive(); a.StatusCode != 415 {
				t.Errorf("no type: got %s %s", a.Status, a.body)
			}
		})
		t.Run("HTTP/2 "+method, func(t *testing.T) {
			transport := scenarioTransport(t, port, "h2")
			for content, want := range map[string]int{"": 200, "{}": 415} {
				r, err := http.NewRequestWithContext(t.Context(), method, url, io.MultiReader(strings.NewReader(content)))
				if err != nil {
					t.Fatal(err)
				}
				r.ContentLength = -1 // HEADERS, then DATA with END_STREAM, empty or not
				if a := do(t, transport, r); a.StatusCode != want {
					t.Errorf("%q: got %s %s, want %d", content, a.Status, a.body, want)
				}
			}
		})
	}
}

// Each of many clients at a time gets its answer, also one that ends its sending
// with its request and looks like one that has left.
func TestEmptyContentIsAnsweredOnABusyMachine(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method)
	}))
	t.Cleanup(backend.Close)
	url := gate(t, "consumes application/json", "reverse_proxy "+backend.URL)
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			method := []string{"GET", "DELETE"}[i%2]
			_, _ = io.WriteString(conn, method+" /x HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n")
			if i%4 >= 2 {
				_ = conn.(*net.TCPConn).CloseWrite()
			}
			said, err := io.ReadAll(conn)
			if got := string(said); err != nil || !strings.HasPrefix(got, "HTTP/1.1 200 OK") || !strings.HasSuffix(got, "\r\n\r\n"+method) {
				t.Errorf("client %d: got %q, %v", i, got, err)
			}
		})
	}
	clients.Wait()
}
