package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A client that ends its sending and reads on, as `nc -N` and socat do, looks like
// one that has left. It gets the backend's answer where that is near, and never a
// status outside the contract.
func TestAClientThatEndsItsSending(t *testing.T) {
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if r.URL.Path == "/slow" {
			<-time.After(700 * time.Millisecond) // the client's end has come by then
		}
		if r.URL.Path == "/never" {
			_, _ = io.Copy(io.Discard, conn) // until the gate hangs up
			return
		}
		_, _ = io.WriteString(conn, response("HTTP/1.1 200 OK", jsonType, `{"a":1}`))
	})
	url := gateBefore(t, "", backend)
	for _, c := range []struct {
		name, request string
		status        int
		body          string
	}{
		{"a whole request", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200, `{"a":1}`},
		{"a whole request to a backend that takes a while", "GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200, `{"a":1}`},
		{"a whole request with content", post("/slow", "Content-Length: 2") + "{}", 200, `{"a":1}`},
		{"a whole request to a backend that takes too long", "GET /never HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 503, ""},
		{"3 of 30 bytes", post("/", "Content-Length: 30") + "abc", 400, ""},
		{"half a chunk", post("/", "Transfer-Encoding: chunked") + "5\r\nab", 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := dialGate(t, url)
			client.send(c.request)
			if err := client.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			a := client.receive()
			if a.StatusCode != c.status || c.body != "" && a.body != c.body {
				t.Errorf("got %s %s, want %d %s", a.Status, a.body, c.status, c.body)
			}
			if c.body == "" {
				isProblem(t, a, c.status)
			}
			if got := a.Header.Get("Proxy-Status"); c.status == 400 && got != "statusgate; error=http_request_error" {
				t.Errorf("got Proxy-Status %q, want one that blames the request", got)
			}
		})
	}
}

// What is no HTTP in a request's body is the client's fault (RFC 9112 §7.1): the
// backend is not blamed, and nobody is told to come back.
func TestAMalformedRequestBody(t *testing.T) {
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	option, log := caddyLog(t)
	port := freePort(t)
	startCaddy(t, option, gateSite(port, "", backend.proxy()))
	for name, body := range map[string]string{
		"a size that is none":       "zz\r\n",
		"a negative size":           "-1\r\n",
		"no line end behind data":   "3\r\nabcXX0\r\n\r\n",
		"one good chunk, one bad":   "3\r\nabc\r\nzz\r\n",
		"a line end without its CR": "3\nabc\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			client := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", port))
			client.send(post("/", "Transfer-Encoding: chunked"), body)
			a := client.receive()
			isProblem(t, a, 400)
			if a.Header.Get("Retry-After") != "" {
				t.Errorf("got Retry-After %q", a.Header.Get("Retry-After"))
			}
		})
	}
	if text := log(); strings.Contains(text, "answered in place of the backend") {
		t.Errorf("the log blames the backend: %s", text)
	}
}

// A body that does not come within the server's time is like a 408.
func TestABodyThatComesTooLate(t *testing.T) {
	backend := newRawBackend(t, func(conn *net.TCPConn, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	port := freePort(t)
	startCaddy(t, "\tservers {\n\t\ttimeouts {\n\t\t\tread_body 300ms\n\t\t}\n\t}\n", gateSite(port, "", backend.proxy()))
	for name, request := range map[string]string{
		"a length": post("/", "Content-Length: 30") + "abc",
		"chunks":   post("/", "Transfer-Encoding: chunked") + "5\r\nab",
	} {
		t.Run(name, func(t *testing.T) {
			client := dialGate(t, fmt.Sprintf("http://127.0.0.1:%d", port))
			client.send(request)
			a := client.receive()
			isProblem(t, a, 503)
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		})
	}
}

// Many clients send all they have before they read anything. A refusal reaches
// them all the same, and the end of their connection is no reset.
func TestARefusalReachesAClientThatSendsFirst(t *testing.T) {
	url := rejecting(t, "", emptyBackend(t))
	const size = 8 << 20
	t.Run("byte by byte", func(t *testing.T) {
		c := dialGate(t, url)
		c.send(post("/reports", "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", size)))
		for sent := 0; sent < size; sent += 64 << 10 {
			c.send(strings.Repeat("x", 64<<10))
		}
		isProblem(t, c.receive(), 405)
		if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
			t.Errorf("behind the answer: %q, %v, want the end", rest, err)
		}
	})
	for name, script := range map[string]string{
		"Python's urllib": `import sys, urllib.request, urllib.error
try: urllib.request.urlopen(urllib.request.Request(sys.argv[1], data=b"x"*int(sys.argv[2]), headers={"Content-Type": "application/json"}))
except urllib.error.HTTPError as e: print(e.code)`,
		"Python's http.client, a generator": `import sys, http.client
c = http.client.HTTPConnection(sys.argv[1].split("/")[2])
c.request("POST", "/reports", body=(b"x"*65536 for _ in range(int(sys.argv[2])//65536)), headers={"Content-Type": "application/json"}, encode_chunked=True)
print(c.getresponse().status)`,
	} {
		t.Run(name, func(t *testing.T) {
			python := program(t, "python3")
			for range 3 {
				out, err := exec.CommandContext(t.Context(), python, "-c", script, url+"/reports", fmt.Sprint(size)).CombinedOutput()
				if got := strings.TrimSpace(string(out)); got != "405" || err != nil {
					t.Errorf("got %q (%v), want 405", got, err)
				}
			}
		})
	}
	t.Run("wget", func(t *testing.T) {
		wget := program(t, "wget")
		file := t.TempDir() + "/content"
		writeFile(t, file, strings.Repeat("x", size))
		out, _ := exec.CommandContext(t.Context(), wget, "-q", "-S", "-O", "-", "--tries=1", "--post-file="+file, url+"/reports").CombinedOutput()
		if !strings.Contains(string(out), "405 Method Not Allowed") {
			t.Errorf("got %q, want a 405", out)
		}
	})
}
