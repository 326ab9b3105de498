package tests

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// outputOf runs a command of Caddy, and gives its standard output and exit status.
func outputOf(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, err := caddyCommand(t, args...).Output()
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return string(out), 0
	case !ok:
		t.Fatal(err)
	}
	return string(out), exit.ExitCode()
}

func TestCommandExits(t *testing.T) {
	explain := []string{"statusgate", "explain", "--config", "Caddyfile.example"}
	for _, c := range []struct {
		args []string
		want int
	}{
		{append(explain, "GET", "/status/520"), 0},
		{append(explain, "GET", "http://localhost:8081/orders"), 1}, // no gate
		{append(explain, "GET"), 2},
		{append(explain, "GET", "/", "--nothing"), 2},
		{[]string{"statusgate", "nothing"}, 2},
		{[]string{"statusgate"}, 0},
	} {
		if out, got := outputOf(t, c.args...); got != c.want {
			t.Errorf("%q: got exit status %d, want %d\n%s", c.args, got, c.want, out)
		}
	}
}

// The manual and the completion of Caddy have our commands.
func TestCommandIsInManualAndCompletion(t *testing.T) {
	dir := t.TempDir()
	if out, status := outputOf(t, "manpage", "--directory", dir); status != 0 {
		t.Fatal(out)
	}
	for page, words := range map[string]string{
		"caddy-statusgate": "explain", "caddy-statusgate-explain": "response-body", "caddy-statusgate-test": "junit",
		"caddy-statusgate-audit": "resources", "caddy-statusgate-table": "out",
		"caddy-statusgate-openapi": "caddyfile", "caddy-statusgate-drift": "overlay",
	} {
		text, err := os.ReadFile(filepath.Join(dir, page+".8"))
		if err != nil || !strings.Contains(string(text), words) {
			t.Errorf("%s: %v; %q is not in it", page, err, words)
		}
	}
	if out, _ := outputOf(t, "completion", "bash"); !strings.Contains(out, "_caddy_statusgate_explain()") || !strings.Contains(out, "--response-body") {
		t.Error("the completion of bash does not know explain")
	}
	out, _ := outputOf(t, "__complete", "statusgate", "")
	for _, command := range []string{"explain\t", "test\t", "audit\t", "table\t", "openapi\t", "drift\t"} {
		if !strings.Contains(out, "\n"+command) && !strings.HasPrefix(out, command) {
			t.Errorf("%s is not completed: %s", command, out)
		}
	}
	if out, _ = outputOf(t, "__complete", "statusgate", "explain", "--response"); !strings.Contains(out, "--response-header\t") {
		t.Errorf("flags are not completed: %s", out)
	}
}

// What the command does to the system: it reads the configuration.
func TestCommandReachesNothing(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	cmd := caddyCommand(t, "statusgate", "explain", "--config", "Caddyfile.example", "POST", "/orders", "-H", "Content-Type: application/json", "--body", "go.mod")
	log := filepath.Join(t.TempDir(), "calls")
	cmd.Args = append([]string{strace, "-f", "-qq", "-e", "trace=socket,openat,mkdirat,renameat,unlinkat", "-o", log, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = strace
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("strace can't trace here: %v\n%s", err, out)
	}
	calls, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(calls), `"Caddyfile.example"`) {
		t.Fatalf("%v: it did not read the configuration:\n%s", err, calls)
	}
	reaches := regexp.MustCompile(`socket\(|O_WRONLY|O_RDWR|O_CREAT|mkdirat\(|renameat|unlinkat`)
	for line := range strings.Lines(string(calls)) {
		if reaches.MatchString(line) && !strings.Contains(line, "/dev/null") {
			t.Error(line)
		}
	}
}

// BenchmarkCommandStarts is the processor time of an explanation, from the start of
// the program on, beside that of caddy version.
func BenchmarkCommandStarts(b *testing.B) {
	for name, args := range map[string][]string{
		"version": {"version"},
		"explain": {"statusgate", "explain", "--config", "Caddyfile.example", "GET", "/status/520", "--status", "520"},
	} {
		b.Run(name, func(b *testing.B) {
			var spent time.Duration
			for b.Loop() {
				cmd := caddyCommand(b, args...)
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
				spent += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(spent.Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
