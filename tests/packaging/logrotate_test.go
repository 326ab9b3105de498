package packaging_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogrotate: a real logrotate cuts the log of a Caddy that goes on writing. No line is
// lost that was there before, each is whole, and the file begins anew with the next one.
func TestLogrotate(t *testing.T) {
	installed(t, "logrotate")
	backend := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer backend.Close()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // logrotate wants it to be nobody else's
		t.Fatal(err)
	}
	log := filepath.Join(dir, "access.log")
	const shipped = "/var/log/caddy/access.log"
	address := freeAddresses(t, 1)[0]
	caddyfile := strings.NewReplacer(shipped, log, "\n:8080 {", "\nhttp://"+address+" {", "127.0.0.1:9000", backend.URL).Replace(read(t, "packaging/logrotate/Caddyfile"))
	startCaddy(t, "{\n\tadmin off\n}\n"+caddyfile, address)

	configuration, state := filepath.Join(dir, "logrotate.conf"), filepath.Join(dir, "state")
	write(t, configuration, strings.Replace(read(t, "packaging/logrotate/statusgate"), shipped, log, 1))
	if os.Getuid() == 0 {
		if err := os.Chown(configuration, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	ask := func(n int) {
		for range n {
			get(t, "http://"+address+"/")
		}
		asked += n
	}
	for round := range 3 {
		ask(5)
		awaited(t, nil, func() bool { return len(lines(t, log)) == 5 })
		run(t, dir, nil, "logrotate", "--force", "--state", state, configuration)
		if left := lines(t, log); len(left) != 0 {
			t.Errorf("round %d: %d lines are left", round, len(left))
		}
	}
	ask(1)
	awaited(t, nil, func() bool { return len(lines(t, log)) == 1 })
	if got := len(lines(t, log+".1")); got != 5 {
		t.Errorf("the last file has %d lines, want 5", got)
	}
	for _, older := range []string{".2.gz", ".3.gz"} {
		packed := run(t, dir, nil, "gzip", "-dc", log+older)
		if got := strings.Count(packed, "\n"); got != 5 {
			t.Errorf("%s has %d lines, want 5", older, got)
		}
	}
}

// lines are those of a log, each a whole object.
func lines(t *testing.T, file string) (all []string) {
	t.Helper()
	text := string(must(t, func() ([]byte, error) { return os.ReadFile(file) }))
	for line := range strings.Lines(text) {
		if !json.Valid([]byte(line)) {
			t.Errorf("%s has the line %q", file, line)
		}
		all = append(all, line)
	}
	return all
}
