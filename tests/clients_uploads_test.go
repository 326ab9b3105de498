//go:build unix

package tests

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// tusServer takes one upload at a time by tus 1.0 (https://tus.io/protocols/resumable-upload).
type tusServer struct {
	mu      sync.Mutex
	content []byte
	length  int
	uploads int
}

func (s *tusServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Tus-Resumable", "1.0.0")
	offset, _ := strconv.Atoi(r.Header.Get("Upload-Offset"))
	switch r.Method {
	case http.MethodPost:
		s.uploads++
		s.content = nil
		s.length, _ = strconv.Atoi(r.Header.Get("Upload-Length"))
		w.Header().Set("Location", fmt.Sprintf("/files/%d", s.uploads))
		w.WriteHeader(http.StatusCreated)
	case http.MethodHead:
		w.Header().Set("Upload-Offset", strconv.Itoa(len(s.content)))
		w.Header().Set("Upload-Length", strconv.Itoa(s.length))
		w.Header().Set("Cache-Control", "no-store")
	case http.MethodPatch:
		if offset != len(s.content) {
			w.WriteHeader(http.StatusConflict)
			return
		}
		part, _ := io.ReadAll(r.Body)
		s.content = append(s.content, part...)
		w.Header().Set("Upload-Offset", strconv.Itoa(len(s.content)))
		w.WriteHeader(http.StatusNoContent)
	}
}

// tusClient uploads 300 kB in three parts, leaves after the first and comes back.
const tusClient = `const tus = require("tus-js-client")
const content = Buffer.alloc(300000, "x")
const options = more => ({ endpoint: process.argv[1] + "/files/", chunkSize: 100000, retryDelays: [10, 10], ...more })
let first
first = new tus.Upload(content, options({
	onError: e => console.log("first:", e.message),
	onChunkComplete: (_, sent) => sent === 100000 && first.abort().then(() => new tus.Upload(content, options({
		uploadUrl: first.url,
		onError: e => console.log("again:", e.message),
		onSuccess: () => console.log("done"),
	})).start()),
}))
first.start()`

// A client of tus goes on where it was, whether somebody else holds the upload
// or the offset is another one.
func TestTusGoesOn(t *testing.T) {
	node := nodeWith(t, "tus-js-client")
	for _, c := range []struct {
		status int
		method string
	}{{http.StatusLocked, http.MethodHead}, {http.StatusLocked, http.MethodPatch}, {http.StatusConflict, http.MethodPatch}} {
		t.Run(fmt.Sprintf("%d to %s", c.status, c.method), func(t *testing.T) {
			server := new(tusServer)
			backend, _ := reluctant(t, c.status, is(c.method, "/files/"), server.ServeHTTP)
			url := gate(t, "allow tus", "reverse_proxy "+backend)
			said := succeeds(t, t.TempDir(), node, "--eval", tusClient, url)
			if said != "done\n" || server.uploads != 1 || len(server.content) != 300_000 {
				t.Errorf("the client said %q; %d uploads, %d bytes", said, server.uploads, len(server.content))
			}
		})
	}
}

func TestTransmission(t *testing.T) {
	remote, daemon := program(t, "transmission-remote"), program(t, "transmission-daemon")
	dir, port := t.TempDir(), freePort(t)
	startServer(t, port, daemon, "--foreground", "--config-dir", dir, "--download-dir", dir, "--port", fmt.Sprint(port),
		"--rpc-bind-address", "127.0.0.1", "--bind-address-ipv4", "127.0.0.1", "--peerport", fmt.Sprint(freePort(t)),
		"--no-auth", "--no-portmap", "--no-dht", "--no-lpd", "--no-utp")
	url := gate(t, "allow transmission", fmt.Sprintf("reverse_proxy 127.0.0.1:%d", port))
	said := succeeds(t, dir, remote, strings.TrimPrefix(url, "http://"), "--session-info")
	if !strings.Contains(said, "RPC version") {
		t.Errorf("got %s", said)
	}
}

// image writes an image with one small layer, as OCI's image layout has it.
func image(t *testing.T, dir string) {
	t.Helper()
	blob := func(content []byte) map[string]any {
		digest := fmt.Sprintf("%x", sha256.Sum256(content))
		writeFile(t, filepath.Join(dir, "blobs", "sha256", digest), string(content))
		return map[string]any{"digest": "sha256:" + digest, "size": len(content)}
	}
	marshal := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	typed := func(descriptor map[string]any, name string) map[string]any {
		descriptor["mediaType"] = "application/vnd.oci.image." + name
		return descriptor
	}
	layer := make([]byte, 10240) // an empty archive of tar
	manifest := typed(blob(marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": typed(blob(marshal(map[string]any{
			"architecture": "amd64", "os": "linux", "config": map[string]any{},
			"rootfs": map[string]any{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))}},
		})), "config.v1+json"),
		"layers": []any{typed(blob(layer), "layer.v1.tar")},
	})), "manifest.v1+json")
	manifest["annotations"] = map[string]string{"org.opencontainers.image.ref.name": "latest"}
	writeFile(t, filepath.Join(dir, "index.json"), string(marshal(map[string]any{"schemaVersion": 2, "manifests": []any{manifest}})))
	writeFile(t, filepath.Join(dir, "oci-layout"), `{"imageLayoutVersion":"1.0.0"}`)
}

// An image goes into a registry and comes out, though the registry is busy once.
func TestSkopeo(t *testing.T) {
	skopeo, registry := program(t, "skopeo"), program(t, "docker-registry")
	dir, port := t.TempDir(), freePort(t)
	writeFile(t, filepath.Join(dir, "config.yml"), fmt.Sprintf(
		"version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: %s/data}}\nhttp: {addr: 127.0.0.1:%d}\n", dir, port))
	writeFile(t, filepath.Join(dir, "policy.json"), `{"default":[{"type":"insecureAcceptAnything"}]}`)
	image(t, filepath.Join(dir, "image"))
	startServer(t, port, registry, "serve", filepath.Join(dir, "config.yml"))
	target, err := url.Parse(fmt.Sprintf("http://127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host }}
	backend, _ := reluctant(t, http.StatusTooManyRequests, is("GET", "/manifests/"), proxy.ServeHTTP)
	remote := "docker://" + strings.TrimPrefix(gate(t, "allow registry", "reverse_proxy "+backend), "http://") + "/some/image:1"
	policy := []string{"--policy", filepath.Join(dir, "policy.json"), "copy"}
	succeeds(t, dir, skopeo, append(policy, "--dest-tls-verify=false", "oci:image:latest", remote)...)
	succeeds(t, dir, skopeo, append(policy, "--src-tls-verify=false", remote, "oci:copied:latest")...)
	if blobs, err := os.ReadDir(filepath.Join(dir, "copied", "blobs", "sha256")); err != nil || len(blobs) != 3 {
		t.Errorf("%d blobs (%v), want 3", len(blobs), err)
	}
}

// etcd's clients go by the body of an error.
func TestEtcd(t *testing.T) {
	etcdctl, etcd := program(t, "etcdctl"), program(t, "etcd")
	dir, port, peer := t.TempDir(), freePort(t), freePort(t)
	own, other := fmt.Sprintf("http://127.0.0.1:%d", port), fmt.Sprintf("http://127.0.0.1:%d", peer)
	startServer(t, port, etcd, "--data-dir", filepath.Join(dir, "data"), "--enable-v2", "--listen-client-urls", own, "--advertise-client-urls", own,
		"--listen-peer-urls", other, "--initial-advertise-peer-urls", other, "--initial-cluster", "default="+other)
	url := gate(t, "allow etcd", "reverse_proxy "+own)
	t.Setenv("ETCDCTL_API", "2")
	keys := func(args ...string) []string { return append([]string{"--endpoints", url, "--no-sync"}, args...) }
	succeeds(t, dir, etcdctl, keys("mk", "/a/b", "1")...)
	unable(t, dir, "105: Key already exists", etcdctl, keys("mk", "/a/b", "2")...)
	unable(t, dir, "101: Compare failed", etcdctl, keys("set", "--swap-with-value", "9", "/a/b", "3")...)
	succeeds(t, dir, etcdctl, keys("set", "--swap-with-value", "1", "/a/b", "3")...)
	unable(t, dir, "100: Key not found", etcdctl, keys("get", "/a/none")...)
}

// twine skips what is there already.
func TestTwine(t *testing.T) {
	twine := program(t, "twine")
	var wheel bytes.Buffer
	archive := zip.NewWriter(&wheel)
	for name, content := range map[string]string{
		"demo/__init__.py":              "",
		"demo-1.0.dist-info/METADATA":   "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
		"demo-1.0.dist-info/WHEEL":      "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"demo-1.0.dist-info/RECORD":     "",
		"demo-1.0.dist-info/LICENSE.md": "",
	} {
		w, _ := archive.Create(name)
		_, _ = io.WriteString(w, content)
	}
	archive.Close()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "demo-1.0-py3-none-any.whl"), wheel.String())
	backend, _ := reluctant(t, http.StatusConflict, always, isFine)
	url := gate(t, "allow pypi", "reverse_proxy "+backend)
	said := succeeds(t, dir, twine, "upload", "--skip-existing", "--non-interactive", "--disable-progress-bar", "--username", "a", "--password", "b",
		"--repository-url", url+"/", "demo-1.0-py3-none-any.whl")
	if !strings.Contains(said, "Skipping") {
		t.Errorf("got %s", said)
	}
}

// git-lfs comes back later to a server that is busy.
func TestGitLFS(t *testing.T) {
	git := program(t, "git")
	program(t, "git-lfs")
	var stored bytes.Buffer
	var self string
	lfs := func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/objects/batch"):
			var asked struct {
				Objects []map[string]any `json:"objects"`
			}
			_ = json.NewDecoder(r.Body).Decode(&asked)
			for _, object := range asked.Objects {
				object["authenticated"] = true
				object["actions"] = map[string]any{"upload": map[string]any{"href": self + "/store"}}
			}
			w.Header().Set("Content-Type", "application/vnd.git-lfs+json")
			_ = json.NewEncoder(w).Encode(map[string]any{"transfer": "basic", "objects": asked.Objects})
		case r.Method == http.MethodPut:
			_, _ = io.Copy(&stored, r.Body)
		}
	}
	backend, _ := reluctant(t, http.StatusTooManyRequests, is("POST", "/objects/batch"), lfs)
	self = gate(t, "allow lfs", "reverse_proxy "+backend)
	dir := t.TempDir()
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"config", "user.email", "a@example.com"},
		{"config", "user.name", "a"},
		{"lfs", "install", "--local"},
		{"lfs", "track", "*.bin"},
		{"config", "lfs.url", self + "/lfs"},
		{"config", "lfs.locksverify", "false"},
		{"remote", "add", "origin", self + "/r.git"},
	} {
		succeeds(t, dir, git, args...)
	}
	writeFile(t, filepath.Join(dir, "file.bin"), "0123456789")
	succeeds(t, dir, git, "add", ".")
	succeeds(t, dir, git, "commit", "--quiet", "--message", "x")
	succeeds(t, dir, git, "lfs", "push", "--all", "origin")
	if stored.String() != "0123456789" {
		t.Errorf("stored is %q", stored.String())
	}
}
