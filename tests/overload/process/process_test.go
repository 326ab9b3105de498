package process_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/process"
)

func start(t *testing.T, k *process.Keeper, script string) *process.Process {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS != "linux" {
		t.Skip("needs Linux and a shell")
	}
	p, err := k.Start(t.TempDir(), "sh", "-c", script)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAKeeperLeavesNothingBehind(t *testing.T) {
	k := process.NewKeeper()
	a, b := start(t, k, "echo ready; sleep 1000"), start(t, k, "exit 3")
	if line, err := a.Line(t.Context()); line != "ready\n" {
		t.Errorf("got %q, %v", line, err)
	}
	<-b.Done()
	k.Close()
	<-a.Done()
	if _, err := k.Start(t.TempDir(), "sh"); err == nil {
		t.Error("a closed keeper started a process")
	}
	k.Close()
}

func TestAPausedProcessCanBeKilled(t *testing.T) {
	k := process.NewKeeper()
	defer k.Close()
	p := start(t, k, "echo ready; sleep 1000")
	if _, err := p.Line(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Pause(); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	<-p.Done()
}

func TestUsage(t *testing.T) {
	k := process.NewKeeper()
	defer k.Close()
	p := start(t, k, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo ready; sleep 1000")
	if _, err := p.Line(t.Context()); err != nil {
		t.Fatal(err)
	}
	usage, err := p.Usage()
	if err != nil || usage.CPU <= 0 || usage.Memory < int64(os.Getpagesize()) {
		t.Errorf("got %+v, %v", usage, err)
	}
}

func TestTheEndOfTheErrorsIsKept(t *testing.T) {
	k := process.NewKeeper()
	defer k.Close()
	p := start(t, k, "i=0; while [ $i -lt 1000 ]; do echo noise >&2; i=$((i+1)); done; echo last words >&2")
	<-p.Done()
	if got := p.Errors(); !strings.HasSuffix(got, "last words") || len(got) > 4<<10 {
		t.Errorf("%d bytes, ending in %q", len(got), got[max(0, len(got)-20):])
	}
}

func TestAProgramThatIsNotThere(t *testing.T) {
	k := process.NewKeeper()
	defer k.Close()
	if _, err := k.Start(t.TempDir(), "no-such-program"); err == nil {
		t.Error("no error")
	}
}
