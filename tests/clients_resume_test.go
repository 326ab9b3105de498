//go:build unix

package tests

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Programs for downloads go on with a file that they have, and ask for what is
// behind its end where they have all of it: only 416 tells them.
func TestDownloadsGoOn(t *testing.T) {
	dir := publicDir(t)
	content := make([]byte, 300_000)
	_, _ = rand.Read(content)
	writeFile(t, filepath.Join(dir, "file"), string(content))
	url := gate(t, "", "root "+dir+"\nfile_server") + "/file"
	for name, args := range map[string][]string{
		"curl":   {"--silent", "--show-error", "--continue-at", "-", "--output", "file", url},
		"wget":   {"--no-verbose", "--continue", url},
		"aria2c": {"--quiet", "--continue", "--file-allocation=none", url},
	} {
		for _, have := range []int{0, 1, 100_000, len(content)} {
			t.Run(fmt.Sprintf("%s has %d bytes", name, have), func(t *testing.T) {
				path := program(t, name)
				dir := t.TempDir()
				if have > 0 {
					writeFile(t, filepath.Join(dir, "file"), string(content[:have]))
				}
				succeeds(t, dir, path, args...)
				if got, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(got) != string(content) {
					t.Errorf("the file has %d bytes (%v), want the %d of the server's", len(got), err, len(content))
				}
			})
		}
	}
}

// reluctant gives a server that answers the first request for which wants is true
// with a status, and how many requests there were.
func reluctant(t *testing.T, status int, wants func(*http.Request) bool, then http.HandlerFunc) (url string, requests func() int) {
	t.Helper()
	var mu sync.Mutex
	refused, n := false, 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		refuse := !refused && wants(r)
		refused = refused || refuse
		mu.Unlock()
		if !refuse {
			then(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		http.Error(w, "not now", status)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

func always(*http.Request) bool { return true }

func is(method, part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.Contains(r.URL.Path, part) }
}

func isFine(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") }

// Chromium and Node.js ask again on another connection, unasked.
func TestMisdirectedRequestsAreRepeated(t *testing.T) {
	backend, requests := reluctant(t, http.StatusMisdirectedRequest, always, isFine)
	url := gate(t, "", "reverse_proxy "+backend)
	node := program(t, "node", "nodejs")
	if err := exec.Command(node, "--eval", "fetch").Run(); err != nil {
		t.Skip("Node.js has no fetch")
	}
	said := succeeds(t, t.TempDir(), node, "--eval", "fetch(process.argv[1]).then(async r => console.log(r.status, await r.text()))", url)
	if strings.TrimSpace(said) != "200 fine" || requests() != 2 {
		t.Errorf("got %q after %d requests, want 200 after 2", said, requests())
	}
}

// HAProxy repeats what it is told to, the early data of a client among it.
func TestTooEarlyIsRepeated(t *testing.T) {
	haproxy := program(t, "haproxy")
	for status, options := range map[int]string{
		http.StatusTooEarly:       "",
		http.StatusRequestTimeout: "allow http",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			backend, requests := reluctant(t, status, always, isFine)
			url := gate(t, options, "reverse_proxy "+backend)
			dir, port := t.TempDir(), freePort(t)
			writeFile(t, filepath.Join(dir, "haproxy.cfg"), fmt.Sprintf(`defaults
	mode http
	timeout connect 5s
	timeout client 5s
	timeout server 5s
listen front
	bind 127.0.0.1:%d
	retries 2
	retry-on 408 425
	http-request set-header Early-Data 1
	server gate %s
`, port, strings.TrimPrefix(url, "http://")))
			startServer(t, port, haproxy, "-q", "-db", "-f", filepath.Join(dir, "haproxy.cfg"))
			before := requests()
			a := fetch(t, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", port), "")
			if a.StatusCode != 200 || requests()-before != 2 {
				t.Errorf("got %s after %d requests, want 200 after 2", a.Status, requests()-before)
			}
		})
	}
}

const webSocketClient = `const WebSocket = require("ws")
new WebSocket(process.argv[1]).on("error", e => console.log(e.message))`

func TestWebSocketClientsLearnThatAnUpgradeIsRequired(t *testing.T) {
	node := nodeWith(t, "ws")
	backend, _ := reluctant(t, http.StatusUpgradeRequired, always, isFine)
	url := gate(t, "", "reverse_proxy "+backend)
	said := succeeds(t, t.TempDir(), node, "--eval", webSocketClient, strings.Replace(url, "http", "ws", 1))
	if !strings.Contains(said, "426") {
		t.Errorf("got %q, want the status 426", said)
	}
}

// nodeWith gives Node.js, with a package that npm has installed for all.
func nodeWith(t *testing.T, pkg string) string {
	t.Helper()
	node := program(t, "node", "nodejs")
	if root, err := exec.Command("npm", "root", "--global").Output(); err == nil {
		t.Setenv("NODE_PATH", strings.TrimSpace(string(root)))
	}
	if err := exec.Command(node, "--eval", fmt.Sprintf("require.resolve(%q)", pkg)).Run(); err != nil {
		t.Skipf("npm's %s is not installed", pkg)
	}
	return node
}

// apt reads from a 416 how long the file is, and takes one of this length for
// finished. It fetches the whole of it again where the length is missing.
func TestAptKnowsAFinishedDownload(t *testing.T) {
	const apt = "/usr/lib/apt/apt-helper"
	if _, err := os.Stat(apt); err != nil {
		t.Skip("apt is not installed")
	}
	content := strings.Repeat("x", 300_000)
	var mu sync.Mutex
	var asked []string
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Header.Get("Range"))
		mu.Unlock()
		if r.Header.Get("Range") == "" {
			_, _ = io.WriteString(w, content)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", len(content)))
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		_, _ = io.WriteString(w, "<h1>Requested Range Not Satisfiable</h1>")
	}))
	t.Cleanup(backend.Close)
	url := gate(t, "", "reverse_proxy "+backend.URL)
	dir := publicDir(t)
	file := filepath.Join(dir, "file")
	writeFile(t, file, content)
	succeeds(t, dir, apt, "-o", "Acquire::http::Proxy=DIRECT", "-o", "Acquire::Retries=0", "download-file", url+"/file", file)
	if got, err := os.ReadFile(file); err != nil || string(got) != content {
		t.Errorf("the file has %d bytes (%v), want %d", len(got), err, len(content))
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 1 || asked[0] == "" {
		t.Errorf("asked for %q, want one request with Range", asked)
	}
}
