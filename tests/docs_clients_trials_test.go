//go:build unix

package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// trials are the rows of docs/clients.md, in its order.
var trials = []trial{
	download("curl 7.88.1", "`-C -` on a finished download", "curl", "--silent", "--show-error", "--continue-at", "-", "--output", "file"),
	download("wget 1.21.3", "`-c` on a finished download", "wget", "--no-verbose", "--continue"),
	download("aria2 1.36.0", "`-c` on a finished download", "aria2c", "--quiet", "--continue", "--file-allocation=none"),
	{
		client: "curl 7.88.1", does: "a 204 with `Content-Length`, over HTTP/2", programs: []string{"curl"},
		behind: answering("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "--silent", "--show-error", "--http2-prior-knowledge", url)
			return ends(said, err, nil)
		},
	},
	{
		client: "curl 7.88.1", does: "the JSON of a 400, to `Accept: application/json; charset=utf-8`", programs: []string{"curl"},
		behind: answering(response("HTTP/1.1 400 Bad Request", jsonType, `{"field":"name"}`)),
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "--silent", "--show-error", "--header", "Accept: application/json; charset=utf-8", url)
			if strings.Contains(said, `"field"`) {
				return "shows the application's error"
			}
			if strings.Contains(said, `"about:blank"`) {
				return "shows a problem in its place"
			}
			return ends(said, err, nil)
		},
	},
	{
		client: "skopeo 1.9.3", does: "an image that is not there", programs: []string{"skopeo"}, behind: registryWithout,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "inspect", "--tls-verify=false", "docker://"+strings.TrimPrefix(url, "http://")+"/some/image:1")
			if strings.Contains(said, "manifest unknown") {
				return "says so: manifest unknown"
			}
			return ends(said, err, regexp.MustCompile(`(StatusCode: \d+)`))
		},
	},
	{
		client: "cadaver 0.24", does: "lists a collection", programs: []string{"cadaver"}, behind: davBehind,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, _ := client(t, dir, "ls\nquit\n", programs[0], url+"/")
			if strings.Contains(said, "collection is empty") {
				return "lists it"
			}
			return "fails: " + strings.TrimSuffix(regexp.MustCompile(`(?m)^Could not .*$`).FindString(said), ":")
		},
	},
	{
		client: "rclone 1.60.1", does: "makes the collections a/b/c", line: "allow webdav", programs: []string{"rclone"}, behind: davBehind,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "--retries=1", "--low-level-retries=1", "mkdir", ":webdav,url='"+url+"':a/b/c")
			return ends(said, err, regexp.MustCompile(`: (\d{3} [A-Z][A-Za-z ]*)`))
		},
	},
	{
		client: "svn 1.14.2", does: "checks out", line: "allow svn", programs: []string{"svn", "svnadmin"}, behind: svnBehind,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "--non-interactive", "checkout", url+"/svn", "copy")
			return ends(said, err, regexp.MustCompile(`svn: (E\d+)`))
		},
	},
	{
		client: "svn 1.14.2", does: "makes a directory and commits", line: "allow svn", programs: []string{"svn", "svnadmin"}, behind: svnBehind,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "--non-interactive", "--no-auth-cache", "--username", "a", "--password", "a@b.example",
				"mkdir", "--message", "new", url+"/svn/new")
			return ends(said, err, regexp.MustCompile(`svn: (E\d+)`))
		},
	},
	{
		client: "transmission-remote 3.00", does: "asks for the session", line: "allow transmission",
		programs: []string{"transmission-remote", "transmission-daemon"}, behind: transmissionBehind,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], strings.TrimPrefix(url, "http://"), "--session-info")
			if strings.Contains(said, "RPC version") {
				return "shows it"
			}
			return ends(said, err, regexp.MustCompile(`"status":(\d{3})`))
		},
	},
	{
		client: "git 2.39", does: "clones", programs: []string{"git"}, behind: gitBehind,
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "clone", "--quiet", url+"/repository.git", "copy")
			return ends(said, err, nil)
		},
	},
	{
		client: "Python 3.11", does: "ends its sending and reads on, as `nc -N` does", programs: []string{"python3"},
		behind: func(t *testing.T) string {
			return newRawBackend(t, func(conn *net.TCPConn, _ *http.Request) {
				<-time.After(300 * time.Millisecond) // the client's end has come by then
				_, _ = io.WriteString(conn, response("HTTP/1.1 200 OK", jsonType, "{}"))
			}).proxy()
		},
		run: func(t *testing.T, dir, url string, programs []string) string {
			said, err := client(t, dir, "", programs[0], "-c", `import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1].split(":")[2])))
s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); s.shutdown(socket.SHUT_WR)
print(s.makefile().readline()[9:].strip())`, url)
			if err == nil {
				return "gets " + strings.TrimSpace(said)
			}
			return ends(said, err, nil)
		},
	},
	executionsOf("POST"),
}

// download is a program that has a file and asks for what is behind its end.
func download(named, does, name string, args ...string) trial {
	const content = "0123456789"
	return trial{
		client: named, does: does, programs: []string{name},
		behind: func(t *testing.T) string {
			dir := publicDir(t)
			writeFile(t, filepath.Join(dir, "file"), content)
			return "root * " + dir + "\nfile_server"
		},
		run: func(t *testing.T, dir, url string, programs []string) string {
			writeFile(t, filepath.Join(dir, "file"), content)
			said, err := client(t, dir, "", programs[0], append(args, url+"/file")...)
			if got, _ := os.ReadFile(filepath.Join(dir, "file")); string(got) != content {
				return ends(said, err, nil) + ", and has spoilt the file"
			}
			return ends(said, err, nil)
		},
	}
}

// executionsOf is Apache's HttpClient 5 before a backend that executes a request and
// breaks off.
func executionsOf(method string) trial {
	done := &executions{n: make(map[string]int)}
	return trial{
		client: "Apache HttpClient 5.2.1", does: method + " to a backend that executes it and breaks off", programs: []string{"java", "javac"},
		behind: func(t *testing.T) string {
			done.mu.Lock()
			defer done.mu.Unlock()
			done.n["/resets/1"] = 0
			return "reverse_proxy " + executing(t, done).addr + " {\n\ttransport http {\n\t\tkeepalive off\n\t}\n}"
		},
		run: func(t *testing.T, dir, url string, programs []string) string {
			writeFile(t, filepath.Join(dir, "Client.java"), httpClient)
			status := succeeds(t, dir, programs[0], "-cp", httpClientJars(t), filepath.Join(dir, "Client.java"), method+" "+url+"/resets/1")
			return fmt.Sprintf("gets %s, executed %s", strings.TrimSpace(status), []string{"never", "once", "twice"}[done.of("/resets/1")])
		},
	}
}

func davBehind(t *testing.T) string {
	return fmt.Sprintf("reverse_proxy 127.0.0.1:%d", apacheDAV(t, davFiles, "mod_dav_fs.so", func(string) {}))
}

func svnBehind(t *testing.T) string {
	return fmt.Sprintf("reverse_proxy 127.0.0.1:%d", apacheDAV(t, davSubversion, "mod_dav_svn.so", func(dir string) {
		succeeds(t, dir, program(t, "svnadmin"), "create", filepath.Join(dir, "repository"))
	}))
}

func transmissionBehind(t *testing.T) string {
	dir, ports := t.TempDir(), freePorts(t, 2)
	startServer(t, ports[0], program(t, "transmission-daemon"), "--foreground", "--config-dir", dir, "--download-dir", dir, "--port", fmt.Sprint(ports[0]),
		"--rpc-bind-address", "127.0.0.1", "--bind-address-ipv4", "127.0.0.1", "--peerport", fmt.Sprint(ports[1]),
		"--no-auth", "--no-portmap", "--no-dht", "--no-lpd", "--no-utp")
	return fmt.Sprintf("reverse_proxy 127.0.0.1:%d", ports[0])
}

// gitBehind is a repository as files.
func gitBehind(t *testing.T) string {
	dir, git := publicDir(t), program(t, "git")
	bare := filepath.Join(dir, "repository.git")
	succeeds(t, dir, git, "init", "--quiet", "--bare", bare)
	succeeds(t, bare, git, "update-server-info")
	return "root * " + dir + "\nfile_server"
}

// registryWithout is a registry that has no image.
func registryWithout(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		if strings.Contains(r.URL.Path, "/manifests/") {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"1"}}]}`)
			return
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(s.Close)
	return "reverse_proxy " + s.URL
}
