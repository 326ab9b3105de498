package experiment

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/statusgate/statusgate/tests/overload/load"
)

// Report is what an experiment comes to.
type Report struct {
	Name   string // of the experiment
	Title  string
	Text   string // how it is made
	Tables []Table
	Checks []Check
	Plot   string // file of the plot, if there is one
}

// Table is figures that are not judged.
type Table struct {
	Columns []string
	Rows    [][]string
}

// Check is a figure with its target.
type Check struct {
	Figure, Target, Measured string
	Pass                     bool
	Gross                    bool // so far off that it is no matter of noise
}

// Experiment is one that can be made.
type Experiment struct {
	Name string
	Long bool // left out of the short form
	run  func(context.Context, *Lab) (Report, error)
}

// All are the experiments, in the order of the report.
func All() []Experiment {
	return []Experiment{
		{Name: "goodput", run: goodput},
		{Name: "rejects", run: rejects},
		{Name: "cost", Long: true, run: cost},
		{Name: "memory", Long: true, run: memory},
		{Name: "added", Long: true, run: added},
		{Name: "reload", run: reload},
		{Name: "halving", Long: true, run: halving},
		{Name: "doubling", Long: true, run: doubling},
		{Name: "pages", Long: true, run: pages},
		{Name: "fairness", Long: true, run: fairness},
		{Name: "critical", Long: true, run: critical},
		{Name: "stop", run: stop},
		{Name: "restart", Long: true, run: restart},
		{Name: "broken-replica", Long: true, run: brokenReplica},
		{Name: "slow-replica", Long: true, run: slowReplica},
		{Name: "slowdown", Long: true, run: slowdown},
		{Name: "slow-readers", Long: true, run: slowReaders},
		{Name: "streams", Long: true, run: streams},
	}
}

// Run makes the experiments whose names match, side by side as far as the
// machine has room, and returns their reports in order.
func (lab *Lab) Run(ctx context.Context, only *regexp.Regexp) ([]Report, error) {
	var chosen []Experiment
	for _, e := range All() {
		if (!lab.Short || !e.Long) && (only == nil || only.MatchString(e.Name)) {
			chosen = append(chosen, e)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reports, failures := make([]Report, len(chosen)), make([]error, len(chosen))
	var wait sync.WaitGroup
	for i, e := range chosen {
		wait.Go(func() {
			begin := time.Now()
			if reports[i], failures[i] = e.run(ctx, lab); failures[i] != nil {
				failures[i] = fmt.Errorf("experiment %s: %w", e.Name, failures[i])
				cancel()
				return
			}
			reports[i].Name = e.Name
			lab.say("%s took %.0f s", e.Name, time.Since(begin).Seconds())
		})
	}
	wait.Wait()
	return reports, firstCause(failures)
}

// Write writes reports as Markdown, and beside the plots as README.md.
func (lab *Lab) Write(to io.Writer, reports []Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Overload\n\nA backend of %d workers and %v mean service time, %.0f requests a second, behind each gateway. Clients leave after %v. %d cores, %s.\n",
		workers, mean, capacity, deadline, runtime.NumCPU(), runtime.Version())
	if lab.noShed != nil {
		b.WriteString("\nThis Statusgate does not take `shed`, so all figures are those of the others.\n")
	}
	checks(&b, reports)
	for _, report := range reports {
		report.write(&b)
	}
	if lab.Out != "" {
		if err := os.WriteFile(filepath.Join(lab.Out, "README.md"), []byte(b.String()), 0o600); err != nil {
			return err
		}
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// checks is the table of all targets.
func checks(b *strings.Builder, reports []Report) {
	var rows [][]string
	for _, report := range reports {
		for _, check := range report.Checks {
			verdict := "pass"
			switch {
			case check.Gross:
				verdict = "**gross failure**"
			case !check.Pass:
				verdict = "**fail**"
			}
			rows = append(rows, []string{report.Title, check.Figure, check.Target, check.Measured, verdict})
		}
	}
	if len(rows) > 0 {
		b.WriteString("\n## Targets\n\n")
		Table{[]string{"experiment", "figure", "target", "measured", "verdict"}, rows}.write(b)
	}
}

func (report Report) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", report.Title, report.Text)
	for _, table := range report.Tables {
		b.WriteString("\n")
		table.write(b)
	}
	if report.Plot != "" {
		fmt.Fprintf(b, "\n![%s](%s)\n", report.Title, report.Plot)
	}
}

func (t Table) write(b *strings.Builder) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(t.Columns, " | "), strings.Repeat("---|", len(t.Columns)))
	for _, row := range t.Rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
}

// plot draws a plot of this name if plots are wanted, and notes it.
func (report *Report) plot(lab *Lab, name string, draw func(path string) error) error {
	if lab.Out == "" {
		return nil
	}
	report.Plot = name + ".svg"
	return draw(filepath.Join(lab.Out, report.Plot))
}

// atLeast checks a share that should be large; below gross it is a gross failure.
func (report *Report) atLeast(figure string, value, target, gross float64) {
	report.Checks = append(report.Checks, Check{
		figure, ">= " + number(target), number(value), value >= target, value < gross,
	})
}

// atMost checks a figure that should be small; above gross it is a gross failure.
func (report *Report) atMost(figure, unit string, value, target, gross float64) {
	report.Checks = append(report.Checks, Check{
		figure, "<= " + number(target) + unit, number(value) + unit, value <= target, value > gross,
	})
}

// within checks a time to recover; -1 is never.
func (report *Report) within(figure string, value, target time.Duration) {
	measured := number(value.Seconds()) + " s"
	if value < 0 {
		measured = "never"
	}
	report.Checks = append(report.Checks, Check{
		figure, "<= " + number(target.Seconds()) + " s", measured, value >= 0 && value <= target, value < 0,
	})
}

// sound checks what holds in every trial of ours: no place is lost, and no more
// errors than this share of the attempts are the gateway's own.
func (report *Report) sound(o outcome, tolerated float64) {
	if !o.sheds {
		return
	}
	report.Checks = append(report.Checks, Check{
		"places not given back", "0", fmt.Sprint(o.leak), o.leak == 0, o.leak != 0,
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
		target = "<= " + number(100*tolerated) + " %"
	}
	share := float64(n) / float64(max(1, len(o.Records)))
	report.Checks = append(report.Checks, Check{
		"errors that are neither rejects nor the backend's", target, measured, share <= tolerated, share > 10*tolerated,
	})
}

func number(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.3g", v)
	}
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/1e6) }
