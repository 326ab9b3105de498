package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/command"
)

// What clients and backends have sent commands no terminal.
func TestTerminalsAreNotCommanded(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "GET /caf\u00e9\tok\n\u2192 200", "GET /caf\u00e9\tok\n\u2192 200"},
		{"a title", "/a\x1b]0;root\x07b", `/a\x1b]0;root\ab`},
		{"a screen that is cleared", "\x1b[2J\x1b[1;1H", `\x1b[2J\x1b[1;1H`},
		{"a line that is overwritten", "bad\rgood\b\x7f", `bad\rgood\b\x7f`},
		{"C1, as UTF-8", "\u009b31mred", `\u009b31mred`},
		{"C1, as a byte", "\x9b31mred", `\x9b31mred`},
		{"an order that is turned round", "/\u202egpj.exe", `/\u202egpj.exe`},
	} {
		for _, colour := range []bool{false, true} {
			if got := command.Printed(c.text, colour); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	}
	red := command.Coloured("x")
	if got := command.Printed(red, true); got != red {
		t.Errorf("our own colours: got %q", got)
	}
	if got := command.Printed(red, false); strings.Contains(got, "\x1b") {
		t.Errorf("colours of others: got %q", got)
	}
	got, _, _ := command.Run(defaultGate, "explain", "-c", "-", "GET", "/", "-R", "X-A: a\x9bb", "--status", "404", "-R", "Content-Type: text/plain",
		"--response-body", hostile(t))
	if strings.ContainsAny(got, "\x1b\x07") || strings.Contains(got, "\x9b") || !strings.Contains(got, `\x1b]0;root\a`) {
		t.Errorf("explain: got %q", got)
	}
}

const defaultGate = "http://localhost {\n\tstatusgate\n\treverse_proxy 127.0.0.1:1\n}\n"

// hostile is a file with the body of a backend that wants to command a terminal.
func hostile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, []byte("no\x1b]0;root\x07\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
