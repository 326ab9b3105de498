package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/lab"
	"github.com/statusgate/statusgate/tests/overload/lab/labtest"
)

// TestShortForm fails only where a number of allocations has grown, which is
// exact, or where a ratio is so far off that a busy machine is no excuse.
func TestShortForm(t *testing.T) {
	pinned(t)
	labtest.ShortForm(t, os.Getenv("BENCH_CADDY"), openOnly)
}

func TestALabThatIsCalledOff(t *testing.T) {
	pinned(t)
	labtest.CalledOff(t, openOnly)
}

func openOnly(ctx context.Context, options lab.Options) (lab.Opened, error) {
	return open(ctx, options, false)
}

func pinned(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		t.Skip("needs two cores, and taskset to pin servers to them")
	}
}
