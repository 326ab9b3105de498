//go:build unix

package tests

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// These tests run servers that nobody here wrote. Each is started for a test,
// on 127.0.0.1 and a free port, and ended with it.

// publicDir is a temporary directory that servers which give up their rights
// can read.
func publicDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil { //nolint:gosec // as above
			t.Fatal(err)
		}
	}
	return dir
}

// program finds the first of several names of a program, in the directories
// for administrators too, or skips the test.
func program(t *testing.T, names ...string) string {
	t.Helper()
	dirs := append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin", "/sbin")
	for _, name := range names {
		for _, dir := range dirs {
			found, _ := filepath.Glob(filepath.Join(dir, name))
			for _, file := range found {
				if path, err := exec.LookPath(file); err == nil {
					return path
				}
			}
		}
	}
	t.Skipf("%s is not installed", strings.Join(names, " or "))
	return ""
}

// nobody names the user and the group to run as for servers that must not run
// as root, "" where the test does not either.
func nobody(t *testing.T) (name, group string) {
	t.Helper()
	if os.Getuid() != 0 {
		return "", ""
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Skip("there is no user to run the server as")
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		t.Skip("there is no group to run the server as")
	}
	return u.Username, g.Name
}

// output collects what a server says, safely.
type output struct {
	mu sync.Mutex
	bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Buffer.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Buffer.String()
}

// startServer runs a program until the test ends, and waits until it listens.
func startServer(t *testing.T, port int, path string, args ...string) {
	t.Helper()
	startProgram(t, func() error {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
		}
		return err
	}, path, args...)
}

// startProgram runs a program until the test ends, and waits until it is ready.
func startProgram(t *testing.T, ready func() error, path string, args ...string) {
	t.Helper()
	said := new(output)
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.WaitDelay = patience
	// Apache, when told to end, tells its whole process group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		cmd.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-gone:
		case <-time.After(patience):
			cmd.Process.Kill()
			<-gone
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(path), said)
		}
	})
	awaitServer(t, func() error {
		select {
		case <-gone:
			t.Fatalf("%s ended:\n%s", filepath.Base(path), said)
		default:
		}
		return ready()
	})
}

// exchange is a request through the gate, and what the client must get.
type exchange struct {
	name, method, path string
	body               string
	header             []string
	status             int
	want               map[string]string // fields; "" for one that must be absent
	text               string            // the body, "problem" for one of the gate's, "any" for whatever
}

// exchanges makes requests and compares. Whatever else comes, no server's
// page may.
func exchanges(t *testing.T, url string, table []exchange, never ...string) {
	t.Helper()
	for _, x := range table {
		t.Run(x.name, func(t *testing.T) {
			req := request(t, x.method, url+x.path)
			if x.body != "" {
				req.Body, req.ContentLength = io.NopCloser(strings.NewReader(x.body)), int64(len(x.body))
			}
			req.Header.Set("Accept", "application/json, application/octet-stream, text/plain")
			for i := 0; i < len(x.header); i += 2 {
				req.Header.Set(x.header[i], x.header[i+1])
			}
			a := do(t, http.DefaultTransport, req)
			if a.StatusCode != x.status {
				t.Errorf("status %d, want %d\n%v\n%s", a.StatusCode, x.status, a.Header, a.body)
			}
			for field, want := range x.want {
				if got := a.Header.Get(field); got != want {
					t.Errorf("%s %q, want %q", field, got, want)
				}
			}
			switch {
			case x.text == "any":
				return
			case x.text == "problem":
				isProblem(t, a, x.status)
			case a.body != x.text:
				t.Errorf("body %q, want %q", a.body, x.text)
			}
			for _, text := range append(never, "<html", "<HTML", "<h1>") {
				if strings.Contains(a.body, text) {
					t.Errorf("%q got out:\n%s", text, a.body)
				}
			}
		})
	}
}

func changedFrom(status int) string { return fmt.Sprintf("statusgate; received-status=%d", status) }
