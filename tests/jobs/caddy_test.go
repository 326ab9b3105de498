package jobs_test

import (
	"net"
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

// startProcess starts a Caddy with jobs on a storage.
func startProcess(t *testing.T, storage, options, backend string) *process {
	t.Helper()
	p := &process{t: t, address: freeAddress(t), config: filepath.Join(t.TempDir(), "Caddyfile")}
	if err := os.WriteFile(p.config, []byte(caddyfile(p.address, storage, options, backend)), 0o600); err != nil {
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
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	for until := time.Now().Add(30 * time.Second); ; {
		conn, err := net.Dial("tcp", p.address)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(until) {
			p.t.Fatalf("Caddy does not listen: %v", err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// kill kills the process, as kill -9 does.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
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
