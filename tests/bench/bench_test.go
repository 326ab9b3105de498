package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/statusgate/statusgate/tests/bench/experiment"
)

// TestShortForm makes the short form of the experiments. It fails only where a
// ratio is so far off that a busy machine is no excuse. Allocations, which are
// exact, are counted by the tests beside the handler's own benchmarks.
func TestShortForm(t *testing.T) {
	lab := open(t, os.Getenv("BENCH_CADDY"))
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	reports, err := lab.Run(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := lab.Write(&text, reports); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	for _, report := range reports {
		for _, check := range report.Checks {
			if check.Gross {
				t.Errorf("%s: %s is %s, want %s", report.Title, check.Figure, check.Measured, check.Target)
			}
		}
	}
}

func open(t *testing.T, caddy string) *experiment.Lab {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("what processes use is read as Linux has it")
	}
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		t.Skip("needs two cores, and taskset to pin servers to them")
	}
	lab, err := experiment.Open(t.Context(), experiment.Options{Module: ".", Caddy: caddy, Short: true, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	return lab
}

// TestALabThatIsCalledOff sees to it that nothing is left of it.
func TestALabThatIsCalledOff(t *testing.T) {
	caddy, err := exec.LookPath("false") // is not asked to serve
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	lab := open(t, caddy)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lab.Run(ctx, nil); err == nil {
		t.Error("no error")
	}
	if err := lab.Write(io.Discard, nil); err != nil {
		t.Error(err)
	}
	lab.Close()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
