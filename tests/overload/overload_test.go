package main

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

	"github.com/statusgate/statusgate/tests/overload/experiment"
)

// TestShortForm makes the short form of the experiments. It fails only where a
// figure is so far off that a busy machine is no excuse.
func TestShortForm(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the experiments stop processes and read what they use as Linux has it")
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	lab, err := experiment.Open(ctx, experiment.Options{Module: ".", Caddy: os.Getenv("OVERLOAD_CADDY"), Short: true, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	if err := lab.CanShed(); err != nil {
		t.Skip(err)
	}
	failed := gross(ctx, t, lab, nil)
	if len(failed) == 0 {
		return
	}
	// These are experiments in real time, with processes that other ones disturb: what
	// fails has to fail twice.
	again := regexp.MustCompile("^(" + strings.Join(slices.Collect(maps.Keys(failed)), "|") + ")$")
	for name, mistakes := range gross(ctx, t, lab, again) {
		t.Errorf("%s: %s; before that: %s", name, strings.Join(mistakes, ", "), strings.Join(failed[name], ", "))
	}
}

// gross runs experiments and gives the figures that are far off, by experiment.
func gross(ctx context.Context, t *testing.T, lab *experiment.Lab, only *regexp.Regexp) map[string][]string {
	t.Helper()
	reports, err := lab.Run(ctx, only)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := lab.Write(&text, reports); err != nil {
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

// TestALabThatIsCalledOff sees to it that nothing is left of it.
func TestALabThatIsCalledOff(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("see above")
	}
	caddy, err := exec.LookPath("false") // is not asked to serve
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	lab, err := experiment.Open(ctx, experiment.Options{Module: ".", Caddy: caddy, Short: true, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := lab.Run(ctx, nil); err == nil {
		t.Error("no error")
	}
	lab.Close()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
