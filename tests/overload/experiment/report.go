package experiment

import (
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/statusgate/statusgate/tests/overload/lab"
	"github.com/statusgate/statusgate/tests/overload/load"
)

// What experiments come to.
type (
	Report = lab.Report
	Table  = lab.Table
	Check  = lab.Check
)

// All are the experiments, in the order of the report.
func All() []lab.Experiment[*Lab] {
	return []lab.Experiment[*Lab]{
		{Name: "goodput", Make: goodput},
		{Name: "rejects", Make: rejects},
		{Name: "cost", Long: true, Make: cost},
		{Name: "memory", Long: true, Make: memory},
		{Name: "added", Long: true, Make: added},
		{Name: "reload", Make: reload},
		{Name: "halving", Long: true, Make: halving},
		{Name: "doubling", Long: true, Make: doubling},
		{Name: "pages", Long: true, Make: pages},
		{Name: "fairness", Long: true, Make: fairness},
		{Name: "critical", Long: true, Make: critical},
		{Name: "stop", Make: stop},
		{Name: "restart", Long: true, Make: restart},
		{Name: "broken-replica", Long: true, Make: brokenReplica},
		{Name: "slow-replica", Long: true, Make: slowReplica},
		{Name: "slowdown", Long: true, Make: slowdown},
		{Name: "slow-readers", Long: true, Make: slowReaders},
		{Name: "streams", Long: true, Make: streams},
		{Name: "neighbours", Long: true, Make: neighbours},
	}
}

// Run makes the experiments whose names match, side by side as far as the
// machine has room, and returns their reports in order.
func (l *Lab) Run(ctx context.Context, only *regexp.Regexp) ([]Report, error) {
	if err := l.updatable(only); err != nil {
		return nil, err
	}
	chosen := lab.Choose(All(), only, l.Short)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reports, failures := make([]Report, len(chosen)), make([]error, len(chosen))
	var wait sync.WaitGroup
	for i, e := range chosen {
		wait.Go(func() {
			if reports[i], failures[i] = e.Run(ctx, l, l.Say); failures[i] != nil {
				cancel()
			}
		})
	}
	wait.Wait()
	if err := firstCause(failures); err != nil {
		return nil, err
	}
	return reports, nil
}

// Write writes reports as Markdown, beside the plots as README.md, and into the
// pages of the repository that have figures if that is wanted.
func (l *Lab) Write(to io.Writer, reports []Report) error {
	if l.update && len(reports) > 0 {
		if err := l.updatePages(reports); err != nil {
			return err
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Overload\n\nA backend of %d workers and %v mean service time, %.0f requests a second, behind each gateway. Clients leave after %v. %d cores, %s.\n",
		workers, mean, capacity, deadline, runtime.NumCPU(), runtime.Version())
	if l.noShed != nil {
		b.WriteString("\nThis Statusgate does not take `shed`, so all figures are those of the others.\n")
	}
	return l.Lab.Write(to, b.String(), reports)
}

// within checks a time to recover; -1 is never.
func within(report *Report, figure string, value, target time.Duration) {
	measured := lab.Number(value.Seconds()) + " s"
	if value < 0 {
		measured = "never"
	}
	report.Checks = append(report.Checks, Check{
		Figure: figure, Target: "≤ " + lab.Number(target.Seconds()) + " s", Measured: measured, Pass: value >= 0 && value <= target, Gross: value < 0,
	})
}

// sound checks what holds in every trial of ours: no place is lost, and no more
// errors than this share of the attempts are the gateway's own.
func sound(report *Report, o outcome, tolerated float64) {
	if !o.sheds {
		return
	}
	report.Checks = append(report.Checks, Check{
		Figure: "places not given back", Target: "0", Measured: fmt.Sprint(o.leak), Pass: o.leak == 0, Gross: o.leak != 0,
	})
	strange, n := map[string]int{}, 0
	for _, r := range o.Records {
		switch r.Outcome { //nolint:exhaustive // the others are as they should be
		case load.Gateway:
			n++
			strange[fmt.Sprintf("status %d", r.Status)]++
		case load.Broken:
			n++
			strange["broken connection"]++
		}
	}
	parts := []string{fmt.Sprint(n)}
	for _, what := range slices.Sorted(maps.Keys(strange)) {
		parts = append(parts, fmt.Sprintf("%s: %d", what, strange[what]))
	}
	measured := strings.Join(parts, ", ")
	target := "0"
	if tolerated > 0 {
		target = "≤ " + lab.Number(100*tolerated) + " %"
	}
	share := float64(n) / float64(max(1, len(o.Records)))
	report.Checks = append(report.Checks, Check{
		Figure: "errors that are neither rejects nor the backend's", Target: target, Measured: measured, Pass: share <= tolerated, Gross: share > 10*tolerated,
	})
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/1e6) }

// number is lab.Number, where lab is something else.
func number(v float64) string { return lab.Number(v) }
