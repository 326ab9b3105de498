package jobs_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// process is a Caddy of its own.
type process struct {
	t       *testing.T
	address string
	config  string
	command *exec.Cmd
}

// startProcess starts a Caddy with jobs. The global options say where these are stored.
func startProcess(t *testing.T, global, options, backend string) *process {
	t.Helper()
	return startAt(t, freeAddress(t), global, options, backend)
}

// startAt starts one that listens at an address, which others may have, too.
func startAt(t *testing.T, address, global, options, backend string) *process {
	t.Helper()
	p := &process{t: t, address: address, config: filepath.Join(t.TempDir(), "Caddyfile")}
	if err := os.WriteFile(p.config, []byte(caddyfileOf(p.address, global, options, backend)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	t.Cleanup(p.kill)
	return p
}

func (p *process) start() {
	p.t.Helper()
	p.command = exec.Command(os.Args[0], "run", "--config", p.config, "--adapter", "caddyfile")
	p.command.Env = append(os.Environ(), asCaddy+"=1", "XDG_DATA_HOME="+filepath.Dir(p.config), "XDG_CONFIG_HOME="+filepath.Dir(p.config))
	stderr, err := p.command.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	startAndWait(p.t, p.command, stderr, "serving initial configuration")
}

// startAndWait starts a program, and waits until it says that it is ready.
func startAndWait(t *testing.T, command *exec.Cmd, output io.Reader, ready string) {
	t.Helper()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		var before strings.Builder
		lines := bufio.NewScanner(output)
		lines.Buffer(nil, 1<<20)
		for waiting := true; lines.Scan(); { // to its end, so that it never waits for a reader
			if waiting && strings.Contains(lines.Text(), ready) {
				said <- ""
				waiting = false
			}
			if waiting {
				before.WriteString(lines.Text() + "\n")
			}
		}
		said <- "it ended\n" + before.String()
	}()
	select {
	case failure := <-said:
		if failure != "" {
			t.Fatalf("%s: %s", command, failure)
		}
	case <-time.After(time.Minute):
		t.Fatalf("%s does not get ready", command)
	}
}

// kill kills the process, as kill -9 does.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

// signal sends a signal to the process.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// memory reads a figure of the process in KiB, such as VmRSS.
func (p *process) memory(figure string) int {
	p.t.Helper()
	status, err := os.ReadFile("/proc/" + itoa(p.command.Process.Pid) + "/status")
	if err != nil {
		p.t.Skip("no /proc here")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, figure+":"); ok {
			return atoi(strings.Fields(rest)[0])
		}
	}
	p.t.Fatalf("no %s", figure)
	return 0
}
