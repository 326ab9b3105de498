package jobdesk_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// behind are handlers behind the gate, each of Caddy's that may be there, and what
// their answer has.
func handlersBehind(t *testing.T, b *backend) map[string]struct {
	directives, want string
	status           int
} {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "page.html"), []byte("a page of {{.Req.URL.Path}} by {{placeholder \"http.vars.who\"}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	const hash = "$2a$04$i6yhzJhQq0cGmHY0aMyGieaRDo3r.u1Ui1fFlf7rtHI3p8QH9HVGu" // secret
	files := "root * " + root + "\nrewrite * /page.html\n"
	return map[string]struct {
		directives, want string
		status           int
	}{
		"reverse_proxy": {b.proxy(), "from behind", 200},
		"file_server":   {files + "file_server", "a page of", 200},
		"templates":     {"vars who me\n" + files + "templates\nfile_server", "a page of /page.html by me", 200},
		"encode":        {"encode gzip {\n minimum_length 1\n}\n" + b.proxy(), "from behind", 200},
		"forward_auth":  {"forward_auth " + strings.TrimPrefix(b.URL, "http://") + " {\n uri /auth\n copy_headers X-Who\n}\n" + b.proxy(), "from behind", 200},
		"basic_auth":    {"basic_auth {\n u " + hash + "\n}\n" + b.proxy(), "401", 401},
		"nested":        {"statusgate {\n name inner\n map 200 202\n}\n" + b.proxy(), "from behind", 200},
		"nested jobs":   {"statusgate {\n name inner\n jobs inner {\n path /inner\n match path /none\n }\n}\n" + b.proxy(), "from behind", 200},
		"vars and map":  {"vars x {http.request.uuid}\nmap {path} {word} {\n default told\n}\nheader X-Word {word}\nrequest_header X-A {vars.x}\n" + b.proxy(), "from behind", 200},
		"respond":       {"respond 520", "503", 503},
		"error":         {"error 502", "503", 503},
		"groups":        {"handle /other* {\n respond other\n}\nhandle {\n " + b.proxy() + "\n}", "from behind", 200},
		"timeouts":      {"timeouts {\n read 5s\n write 5s\n}\n" + b.proxy(), "from behind", 200},
	}
}

// Each handler goes on when its client has its 202, and shares nothing with it: the
// race detector watches. The same handler answers as usual where it is quick.
func TestHandlersGoOnWithoutTheirClient(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = fmt.Fprintf(w, "from behind: %s", r.URL.Path)
	})
	for name, h := range handlersBehind(t, b) {
		if name == "timeouts" {
			continue // no directive of the Caddyfile in this version
		}
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "jobs {\n match path /*\n}\nshed", h.directives, "",
				"log {\n output discard\n}\nheader >X-Upstream {http.reverse_proxy.upstream.hostport}\nlog_append word {http.statusgate.job}")
			var wait sync.WaitGroup
			for i := range 8 {
				wait.Go(func() {
					path := fmt.Sprintf("/orders/%d", i)
					job := s.accepted("GET", path, "")
					a := s.outcome(job)
					if a.StatusCode != h.status || !strings.Contains(a.text, h.want) {
						t.Errorf("as a job: got %d\n%s", a.StatusCode, a.text)
					}
				})
				wait.Go(func() {
					a := s.ask("GET", fmt.Sprintf("/orders/%d", i), "")
					status := h.status
					if name == "nested" {
						status = 202
					}
					if a.StatusCode != status || !strings.Contains(a.text, h.want) {
						t.Errorf("as usual: got %d\n%s", a.StatusCode, a.text)
					}
					if strings.Contains(h.directives, "reverse_proxy") && h.status == 200 && a.Header.Get("X-Upstream") == "" {
						t.Error("what the handlers behind the gate set is unknown in front of it")
					}
				})
			}
			wait.Wait()
		})
	}
}

func TestPHPGoesOnWithoutItsClient(t *testing.T) {
	php, err := exec.LookPath("php-cgi")
	if err != nil {
		t.Skip("php-cgi is not installed")
	}
	root, address := t.TempDir(), freeAddress(t)
	const page = `<?php usleep(200000); http_response_code(201); header("Location: /orders/1"); echo "stored ", file_get_contents("php://input");`
	if err := os.WriteFile(filepath.Join(root, "index.php"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	server := exec.CommandContext(ctx, php, "-b", address)
	server.Env = append(os.Environ(), "PHP_FCGI_CHILDREN=4")
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) } // it ends its children
	server.WaitDelay = 10 * time.Second
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = server.Wait()
	})
	s := newSite(t, "jobs", "root * "+root+"\nphp_fastcgi "+address)
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			break
		}
		runtime.Gosched()
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			text := fmt.Sprintf("order %d", i)
			a := s.outcome(s.accepted("POST", "/", text))
			if a.StatusCode != 200 || a.text != "stored "+text || a.Header.Get("Content-Location") != "/orders/1" {
				t.Errorf("got %d %v\n%s", a.StatusCode, a.Header, a.text)
			}
		})
	}
	wait.Wait()
}
