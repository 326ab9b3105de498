package experiment

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Report is what an experiment comes to.
type Report struct {
	Title  string
	Text   string // how it is made
	Tables []Table
	Checks []Check
	Plot   string // file of the plot, if there is one
}

// Table is figures that are not judged. The first column is text.
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
	Name  string
	Long  bool // left out of the short form
	Extra bool // made only if -only names it
	run   func(context.Context, *Lab) (Report, error)
}

// All are the experiments, in the order of the report.
func All() []Experiment {
	return []Experiment{
		{Name: "pass", run: pass},
		{Name: "odd", run: odd},
		{Name: "refusals", run: refusals},
		{Name: "shed", run: shedding},
		{Name: "large", run: large},
		{Name: "growth", Long: true, run: growth},
		{Name: "connections", Long: true, run: growthConnections},
		{Name: "sizes", Long: true, run: growthSizes},
		{Name: "garbage", Long: true, run: garbage},
		{Name: "options", Long: true, run: options},
		{Name: "builds", Extra: true, run: builds},
		{Name: "profile", Extra: true, run: profiles},
	}
}

// Run makes the experiments whose names match, one after the other.
func (lab *Lab) Run(ctx context.Context, only *regexp.Regexp) ([]Report, error) {
	var reports []Report
	for _, e := range All() {
		named := only != nil && only.String() != ""
		if named && !only.MatchString(e.Name) || !named && (e.Extra || lab.Short && e.Long) {
			continue
		}
		begin := time.Now()
		report, err := e.run(ctx, lab)
		if err != nil {
			return reports, fmt.Errorf("experiment %s: %w", e.Name, err)
		}
		lab.say("%s took %.0f s", e.Name, time.Since(begin).Seconds())
		reports = append(reports, report)
	}
	return reports, nil
}

// Write writes reports as Markdown, and beside the plots as README.md.
func (lab *Lab) Write(to io.Writer, reports []Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cost of a request\n\n%d rounds, %s, %d cores, %s. CPU is the processor time of the proxy for a request, in user and kernel: the median, and the least and largest of all rounds.\n",
		lab.Rounds, runtime.Version(), runtime.NumCPU(), lab.shippedText())
	for _, text := range lab.missing {
		fmt.Fprintf(&b, "\nNot compared: %s.\n", text)
	}
	fmt.Fprintf(&b, "\n%d measurements were thrown away, because others took more than a quarter of the core; %d of them stayed so.\n", lab.thrown, lab.busy)
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

func (lab *Lab) shippedText() string {
	return "as shipped is " + strings.Join(lab.shipped, " ")
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
			rows = append(rows, []string{check.Figure, check.Target, check.Measured, verdict})
		}
	}
	if len(rows) > 0 {
		b.WriteString("\n## Targets\n\n")
		Table{[]string{"figure", "target", "measured", "verdict"}, rows}.write(b)
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
	fmt.Fprintf(b, "| %s |\n|---|%s\n", strings.Join(t.Columns, " | "), strings.Repeat("--:|", len(t.Columns)-1))
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

// gross is by how much a ratio must miss its target to be no matter of noise.
const gross = 1.5

// atMost checks a ratio that should be small. What could not be measured is not
// checked.
func (report *Report) atMost(figure string, value, target float64) {
	if math.IsNaN(value) {
		return
	}
	report.Checks = append(report.Checks, Check{
		figure, "≤ " + times(target) + " ×", times(value) + " ×", value <= target, value > gross*target,
	})
}

// atLeast checks a ratio that should be large.
func (report *Report) atLeast(figure string, value, target float64) {
	if math.IsNaN(value) {
		return
	}
	report.Checks = append(report.Checks, Check{
		figure, "≥ " + times(target) + " ×", times(value) + " ×", value >= target, value < target/gross,
	})
}
