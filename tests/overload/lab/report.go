package lab

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// Write writes reports as Markdown, below a heading and a text, and beside the
// plots as README.md.
func (lab *Lab) Write(to io.Writer, head string, reports []Report) error {
	var b strings.Builder
	b.WriteString(head)
	if rows := Verdicts(reports); len(rows.Rows) > 0 {
		b.WriteString("\n## Targets\n\n" + rows.String())
	}
	for _, report := range reports {
		b.WriteString(report.String())
	}
	if lab.Out != "" {
		if err := os.WriteFile(filepath.Join(lab.Out, "README.md"), []byte(b.String()), 0o600); err != nil {
			return err
		}
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// Missed is the table of the targets that were missed.
func Missed(reports []Report) Table {
	t := Table{Columns: []string{"experiment", "figure", "target", "measured"}}
	for _, report := range reports {
		for _, check := range report.Checks {
			if !check.Pass {
				t.Rows = append(t.Rows, []string{report.Title, check.Figure, check.Target, check.Measured})
			}
		}
	}
	return t
}

// Replace puts text between the lines begin and end of a page.
func Replace(page, begin, end, text string) (string, error) {
	head, rest, begun := strings.Cut(page, begin)
	_, tail, ended := strings.Cut(rest, end)
	if !begun || !ended {
		return "", errors.New("the lines between which the figures are to stand are not there")
	}
	return head + begin + text + end + tail, nil
}

// Verdicts is the table of all targets.
func Verdicts(reports []Report) Table {
	t := Table{Columns: []string{"experiment", "figure", "target", "measured", "verdict"}}
	for _, report := range reports {
		for _, check := range report.Checks {
			verdict := "pass"
			switch {
			case check.Gross:
				verdict = "**gross failure**"
			case !check.Pass:
				verdict = "**fail**"
			}
			t.Rows = append(t.Rows, []string{report.Title, check.Figure, check.Target, check.Measured, verdict})
		}
	}
	return t
}

// String is a chapter of Markdown.
func (report Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s\n", report.Title, report.Text)
	for _, table := range report.Tables {
		b.WriteString("\n" + table.String())
	}
	if report.Plot != "" {
		fmt.Fprintf(&b, "\n![%s](%s)\n", report.Title, report.Plot)
	}
	return b.String()
}

// String is a table of Markdown.
func (t Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|---|%s\n", strings.Join(t.Columns, " | "), strings.Repeat("--:|", len(t.Columns)-1))
	for _, row := range t.Rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// Draw draws a plot of this name if plots are wanted, and notes it.
func (report *Report) Draw(lab *Lab, name string, draw func(path string) error) error {
	if lab.Out == "" {
		return nil
	}
	report.Plot = name + ".svg"
	return draw(filepath.Join(lab.Out, report.Plot))
}

// AtLeast checks a figure that should be large; below gross it is a gross
// failure. What could not be measured is not checked.
func (report *Report) AtLeast(figure, unit string, value, target, gross float64) {
	if math.IsNaN(value) {
		return
	}
	report.Checks = append(report.Checks, Check{
		figure, "≥ " + Number(target) + unit, beside(value, target) + unit, value >= target, value < gross,
	})
}

// AtMost checks a figure that should be small; above gross it is a gross
// failure. What could not be measured is not checked.
func (report *Report) AtMost(figure, unit string, value, target, gross float64) {
	if math.IsNaN(value) {
		return
	}
	report.Checks = append(report.Checks, Check{
		figure, "≤ " + Number(target) + unit, beside(value, target) + unit, value <= target, value > gross,
	})
}

// beside is a number with as many digits more as it takes to tell it from another
// one, which it may miss by little.
func beside(v, other float64) string {
	text, same := Number(v), Number(other)
	for decimals := 1; v != other && text == same; decimals++ {
		text, same = strconv.FormatFloat(v, 'f', decimals, 64), strconv.FormatFloat(other, 'f', decimals, 64)
	}
	return text
}

// Number has three digits, and all of a large number.
func Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v >= 100 || v <= -100 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case v >= 10 || v <= -10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.3g", v)
	}
}
