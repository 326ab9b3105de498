// Package labtest makes the short form of experiments as a test.
package labtest

import (
	"context"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/lab"
)

// Open opens a lab for a test.
type Open func(context.Context, lab.Options) (lab.Opened, error)

// ShortForm makes the short form of the experiments. It fails only where a
// figure is so far off that a busy machine is no excuse.
func ShortForm(t *testing.T, caddy string, open Open) {
	t.Helper()
	onLinux(t)
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	opened, err := open(ctx, lab.Options{Module: ".", Caddy: caddy, Short: true, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	failed := gross(ctx, t, opened, nil)
	if len(failed) == 0 {
		return
	}
	// These are experiments in real time, with processes that other ones disturb: what
	// fails has to fail twice.
	again := regexp.MustCompile("^(" + strings.Join(slices.Collect(maps.Keys(failed)), "|") + ")$")
	for name, mistakes := range gross(ctx, t, opened, again) {
		t.Errorf("%s: %s; before that: %s", name, strings.Join(mistakes, ", "), strings.Join(failed[name], ", "))
	}
}

// gross runs experiments and gives the figures that are far off, by experiment.
func gross(ctx context.Context, t *testing.T, opened lab.Opened, only *regexp.Regexp) map[string][]string {
	t.Helper()
	reports, err := opened.Run(ctx, only)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := opened.Write(&text, reports); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	failed := make(map[string][]string)
	for _, report := range reports {
		for _, check := range report.Checks {
			if check.Gross {
				failed[report.Name] = append(failed[report.Name], check.Figure+" is "+check.Measured+", want "+check.Target)
			}
		}
	}
	return failed
}

// CalledOff sees to it that nothing is left of a lab that is called off.
func CalledOff(t *testing.T, open Open) {
	t.Helper()
	onLinux(t)
	caddy, err := exec.LookPath("false") // is not asked to serve
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	opened, err := open(ctx, lab.Options{Module: ".", Caddy: caddy, Short: true, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := opened.Run(ctx, nil); err == nil {
		t.Error("no error")
	}
	opened.Close()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the experiments stop processes and read what they use as Linux has it")
	}
}
