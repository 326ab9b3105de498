package packaging_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// root is the repository.
const root = "../.."

// scratch is a folder for what several tests need.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "packaging"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// caddyBinary is the Caddy of releases.
var caddyBinary = sync.OnceValues(func() (string, error) { return built("packaging/build.sh") })

// healthcheckBinary is what the image has beside it.
var healthcheckBinary = sync.OnceValues(func() (string, error) { return built("./packaging/healthcheck") })

// built builds a package, or what a script builds.
func built(what string) (string, error) {
	output := filepath.Join(scratch, filepath.Base(strings.TrimSuffix(what, ".sh")))
	cmd := exec.Command("go", "build", "-o", output, what)
	if strings.HasSuffix(what, ".sh") {
		cmd = exec.Command("sh", what, output)
	}
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", what, err, out)
	}
	return output, nil
}

func must[T any](t *testing.T, get func() (T, error)) T {
	t.Helper()
	value, err := get()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// read is a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	return string(must(t, func() ([]byte, error) { return os.ReadFile(filepath.Join(root, name)) }))
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // others read it
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil { //nolint:gosec // others read it
		t.Fatal(err)
	}
}

func installed(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
}

// run runs a program that has to succeed, in a folder.
func run(t *testing.T, dir string, environment []string, program string, arguments ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, arguments...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

// freeAddresses are addresses of this machine that nobody listens on.
func freeAddresses(t *testing.T, n int) []string {
	t.Helper()
	addresses := make([]string, n)
	for i := range addresses {
		l := must(t, func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") })
		defer l.Close()
		addresses[i] = l.Addr().String()
	}
	return addresses
}

// startCaddy starts the Caddy of releases with a Caddyfile, waits until it listens on an
// address, and stops it with the test.
func startCaddy(t *testing.T, caddyfile, address string) {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "Caddyfile"), caddyfile)
	cmd := exec.Command(must(t, caddyBinary), "run", "--config", filepath.Join(dir, "Caddyfile"))
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("Caddy says:\n%s", said.String())
		}
	})
	awaited(t, ended, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// awaited asks until something is so, something else has ended, or two minutes are over: the
// machine may be busy.
func awaited(t *testing.T, ended <-chan struct{}, so func() bool) {
	t.Helper()
	again, late := time.NewTicker(5*time.Millisecond), time.After(2*time.Minute)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-ended:
			t.Fatal("the program has ended")
		case <-late:
			t.Fatal("it takes too long")
		}
	}
}

// get asks a URL.
func get(t *testing.T, url string) *http.Response {
	t.Helper()
	req := must(t, func() (*http.Request, error) {
		return http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	})
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}
