package tests

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// everyProtocol starts a Caddy with one gate, for HTTP/1.1, HTTP/2 and HTTP/3
// with a certificate of its own, and for cleartext HTTP/1.1 and HTTP/2.
func everyProtocol(t *testing.T, options, behind string) (secure, clear string) {
	t.Helper()
	ports := [2]int{freePort(t), freePort(t)}
	startCaddy(t, "\tauto_https disable_redirects\n\tdefault_sni 127.0.0.1\n\tskip_install_trust\n\tstorage file_system "+t.TempDir()+"\n"+
		"\tdefault_bind 127.0.0.1\n\tservers {\n\t\tprotocols h1 h2 h2c h3\n\t}\n",

		fmt.Sprintf("(gated) {\n\tstatusgate {\n\t\t%s\n\t}\n\t%s\n}\n", steady(options), behind)+
			fmt.Sprintf("https://127.0.0.1:%d {\n\ttls internal\n\timport gated\n}\nhttp://127.0.0.1:%d {\n\timport gated\n}\n", ports[0], ports[1]))
	awaitServer(t, func() error { // the certificate is issued in the background
		conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[0]), trusting())
		if err == nil {
			conn.Close()
		}
		return err
	})
	return fmt.Sprintf("https://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d", ports[1])
}

// clientsOptions and clientsBehind are the site that these tests ask.
const (
	clientsOptions = `methods GET POST DELETE
		consumes application/json`
	clientsBehind = `handle /file {
		header ETag "\"v1\""
		root %s
		file_server
	}
	handle /page {
		header Content-Type text/html
		respond "<h1>no such page</h1>" 404
	}
	respond /broken "stack trace" 520
	respond /odd "odd but fine" 299
	respond /none 204
	respond /login "{\"login\":true}" 401
	handle /echo {
		respond "body: {http.request.body}" 200
	}`
)

func clientsSite(t *testing.T) (secure, clear string) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "0123456789")
	return everyProtocol(t, clientsOptions, fmt.Sprintf(clientsBehind, dir))
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // servers of other users read it
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil { //nolint:gosec // as above
		t.Fatal(err)
	}
}

// curl runs curl and gives what it wrote: the head, then the body.
func curl(t *testing.T, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	args = append([]string{"--silent", "--show-error", "--insecure", "--include", "--noproxy", "*"}, args...)
	// curl 7.88 (exit status 92) trips over an HTTP/2 response that is there before
	// its request is sent, with any Go server.
	for attempts := 10; ; attempts-- {
		cmd := exec.CommandContext(ctx, path, args...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if err == nil {
			return strings.ReplaceAll(out.String(), "\r\n", "\n")
		}
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 92 || attempts == 0 {
			t.Fatalf("curl %s: %v\n%s", strings.Join(args, " "), err, errs.String())
		}
	}
}

func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	secure, clear := clientsSite(t)
	protocols := []struct {
		name, url, proto string
		args             []string
	}{
		{"HTTP/1.1", clear, "HTTP/1.1", []string{"--http1.1"}},
		{"HTTP/2 without TLS", clear, "HTTP/2", []string{"--http2-prior-knowledge"}},
		{"HTTP/1.1 with TLS", secure, "HTTP/1.1", []string{"--http1.1"}},
		{"HTTP/2 with TLS", secure, "HTTP/2", []string{"--http2"}},
	}
	tests := []struct {
		name   string
		path   string
		args   []string
		status string
		has    []string // fields and parts of the body
		hasNot []string
	}{
		{"a page of the backend's for a program", "/page", nil, "404", []string{"content-type: " + problemType, `"status":404`}, []string{"<h1>"}},
		{"HEAD of it", "/page", []string{"--head"}, "404", []string{"content-type: " + problemType, "content-length: "}, []string{`"status"`}},
		{"a status of a CDN", "/broken", nil, "503", []string{"retry-after: 5", "proxy-status: statusgate; received-status=520"}, []string{"stack trace"}},
		{"HEAD of it", "/broken", []string{"--head"}, "503", []string{"retry-after: 5"}, []string{`"status"`}},
		{"a success that nobody knows", "/odd", nil, "200", []string{"received-status=299", "odd but fine"}, nil},
		{"no content", "/none", nil, "204", nil, []string{"content-length"}},
		{"credentials that lack", "/login", nil, "401", []string{"www-authenticate: bearer"}, nil},
		{"a method that there is not", "/file", []string{"--request", "PATCH"}, "405", []string{"allow: get, head, post, delete"}, nil},
		{"content of a type that is not taken", "/file", []string{"--data", "a=b"}, "415", []string{"accept: application/json", "accept-post: application/json"}, nil},
		{"content that is taken", "/echo", []string{"--data", `{"a":1}`, "--header", "Content-Type: application/json"}, "200", []string{`body: {"a":1}`}, nil},
		{"GET without content", "/file", nil, "200", []string{"0123456789"}, nil},
		{"DELETE without content", "/echo", []string{"--request", "DELETE"}, "200", []string{"body: "}, nil},
		{"a range", "/file", []string{"--range", "2-4"}, "206", []string{"content-range: bytes 2-4/10", "\n\n234"}, []string{"proxy-status"}},
		{"a range that is not there", "/file", []string{"--range", "20-"}, "416", []string{"content-range: bytes */10"}, []string{"proxy-status"}},
		{"the entity tag that it has", "/file", []string{"--header", `If-None-Match: "v1"`}, "304", []string{`etag: "v1"`}, []string{"0123456789"}},
		{"OPTIONS", "/file", []string{"--request", "OPTIONS"}, "200", []string{"allow: get, head, post, delete", "content-length: 0"}, nil},
	}
	for _, protocol := range protocols {
		for _, tt := range tests {
			t.Run(protocol.name+", "+tt.name, func(t *testing.T) {
				out := curl(t, append(append(protocol.args, protocol.url+tt.path), tt.args...)...)
				if want := protocol.proto + " " + tt.status; !strings.HasPrefix(out, want) {
					t.Fatalf("want %s:\n%s", want, out)
				}
				for _, part := range tt.has {
					if !strings.Contains(strings.ToLower(out), part) {
						t.Errorf("no %q in\n%s", part, out)
					}
				}
				for _, part := range tt.hasNot {
					if strings.Contains(strings.ToLower(out), part) {
						t.Errorf("%q in\n%s", part, out)
					}
				}
			})
		}
	}
}

// trusting takes the certificate of a test's Caddy without asking.
func trusting() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, ServerName: "127.0.0.1"} //nolint:gosec // it is this process's own
}

// overHTTP3 gives a client that speaks nothing else.
func overHTTP3(t *testing.T) *http3.Transport {
	tr := &http3.Transport{TLSClientConfig: trusting()}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// unsized hides the length of a body.
type unsized struct{ io.Reader }

// In HTTP/3 a request without content and one with content of unknown length
// begin alike.
func TestContentInHTTP3(t *testing.T) {
	secure, _ := clientsSite(t)
	tests := []struct {
		name, method string
		body         io.Reader
		contentType  string
		status       int
		answer       string
	}{
		{"GET without content", "GET", nil, "", 200, "body: "},
		{"DELETE without content", "DELETE", nil, "", 200, "body: "},
		{"POST without content", "POST", nil, "", 200, "body: "},
		{"POST of unknown length with nothing in it", "POST", unsized{strings.NewReader("")}, "", 200, "body: "},
		{"POST of a type that is taken", "POST", strings.NewReader(`{"a":1}`), jsonType, 200, `body: {"a":1}`},
		{"POST of a type that is taken, of unknown length", "POST", unsized{strings.NewReader(`{"a":1}`)}, jsonType, 200, `body: {"a":1}`},
		{"POST of a type that is not taken", "POST", strings.NewReader("a=b"), "text/plain", 415, ""},
		{"POST of a type that is not taken, of unknown length", "POST", unsized{strings.NewReader("a=b")}, "text/plain", 415, ""},
		{"POST of content without a type", "POST", strings.NewReader("a=b"), "", 415, ""},
		{"POST of content without a type, of unknown length", "POST", unsized{strings.NewReader("a=b")}, "", 415, ""},
		{"GET with content of a type that is not taken", "GET", unsized{strings.NewReader("a=b")}, "text/plain", 415, ""},
	}
	client := overHTTP3(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, tt.method, secure+"/echo", tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if tt.contentType != "" {
				req.Header.Set("Content-Type", tt.contentType)
			}
			a := do(t, client, req)
			if a.ProtoMajor != 3 || a.StatusCode != tt.status {
				t.Fatalf("%s %s, want HTTP/3 %d", a.Proto, a.Status, tt.status)
			}
			if tt.status != 200 {
				isProblem(t, a, tt.status)
			} else if a.body != tt.answer {
				t.Errorf("body %q, want %q", a.body, tt.answer)
			}
		})
	}
}

// The same request gets the same answer over every version of HTTP.
func TestSameAnswerOverEveryProtocol(t *testing.T) {
	secure, clear := clientsSite(t)
	over := func(version int) http.RoundTripper {
		protocols := new(http.Protocols)
		protocols.SetHTTP1(version == 1)
		protocols.SetHTTP2(version == 2)
		tr := &http.Transport{Protocols: protocols, TLSClientConfig: trusting()}
		t.Cleanup(tr.CloseIdleConnections)
		return tr
	}
	ways := []struct {
		name, url string
		version   int
		via       http.RoundTripper
	}{
		{"HTTP/1.1 without TLS", clear, 1, transport(t, 1)},
		{"HTTP/2 without TLS", clear, 2, transport(t, 2)},
		{"HTTP/1.1", secure, 1, over(1)},
		{"HTTP/2", secure, 2, over(2)},
		{"HTTP/3", secure, 3, overHTTP3(t)},
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "OPTIONS"} {
		for _, path := range []string{"/page", "/broken", "/odd", "/none", "/login", "/file", "/echo"} {
			for _, accept := range []string{"", "text/html", "application/xml", "image/png"} {
				t.Run(method+" "+path+" Accept "+accept, func(t *testing.T) {
					var first string
					for _, way := range ways {
						req := request(t, method, way.url+path)
						if accept != "" {
							req.Header.Set("Accept", accept)
						}
						req.Header.Set("Accept-Encoding", "identity")
						a := do(t, way.via, req)
						if a.ProtoMajor != way.version {
							t.Errorf("%s: protocol %s", way.name, a.Proto)
						}
						got := comparable(a)
						if first == "" {
							first = got
						} else if got != first {
							t.Errorf("%s gives\n%s\nbut %s gives\n%s", way.name, got, ways[0].name, first)
						}
					}
				})
			}
		}
	}
}

// comparable is a response without what differs between two of them.
func comparable(a answer) string {
	a.Header.Del("Date")
	a.Header.Del("Alt-Svc")
	if a.StatusCode == http.StatusNoContent {
		a.Header.Del("Content-Length") // quic-go adds it, against RFC 9110 §8.6
	}
	body := a.body
	if at := strings.Index(body, "urn:uuid:"); at >= 0 {
		body = body[:at] + body[at+len("urn:uuid:")+36:]
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, a.StatusCode)
	a.Header.Write(&b)
	return b.String() + "\n" + body
}

// awaitServer tries to connect until a server is ready.
func awaitServer(t *testing.T, connect func() error) {
	t.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := connect()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("no server: %v", err)
		}
	}
}
