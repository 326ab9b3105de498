//go:build unix

package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeGo stands in for Go and for xcaddy: what it builds is a Caddy that prints
// its arguments. To build a real one takes minutes.
const fakeGo = `#!/bin/sh
case "$*" in
*"tool -n xcaddy") echo "$0" ;;
"build --output"*)
	printf '#!/bin/sh\necho "$@"\n[ "$1" != list-modules ] || echo http.handlers.statusgate\n' >"$3"
	chmod +x "$3"
	;;
esac
`

// TestScriptSaysWhatToOpen: ./xcaddy.sh run prints one line with the address of
// the first site of Caddyfile.example, whatever it is.
func TestScriptSaysWhatToOpen(t *testing.T) {
	for port, want := range map[string]string{
		gatePort: "open http://localhost:8080/ in a browser; Ctrl-C stops everything\n",
		"9876":   "open http://localhost:9876/ in a browser; Ctrl-C stops everything\n",
	} {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "Caddyfile.example"), strings.ReplaceAll(readExample(t), gatePort, port))
		for _, name := range []string{"xcaddy.sh", "go.mod", "go.sum", "packaging/statusgate.env"} {
			writeFile(t, filepath.Join(dir, name), readFile(t, name))
		}
		path := filepath.Join(dir, "bin", "go")
		writeFile(t, path, fakeGo)
		if err := os.Chmod(path, 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "xcaddy.sh"), "run", "--watch")
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(path)+string(os.PathListSeparator)+os.Getenv("PATH"), "CADDY_VERSION=test")
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s%s", err, out, said.String())
		}
		if n := strings.Count(said.String(), want); n != 1 {
			t.Errorf("%q stands %d times in what it says, want once:\n%s", want, n, said.String())
		}
		if run := "run --config " + filepath.Join(dir, "Caddyfile.example") + " --adapter caddyfile --watch\n"; !strings.HasSuffix(string(out), run) {
			t.Errorf("it did not start Caddy by %q:\n%s", run, out)
		}
	}
}
