package experiment

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/statusgate/statusgate/tests/overload/lab"
)

// figuresBegin and figuresEnd enclose the figures on each page that has some.
const (
	figuresBegin = "<!-- Figures of `go -C tests/bench run . -update`, which replaces what is between these two lines. -->\n"
	figuresEnd   = "<!-- End of the figures. -->\n"
)

// Pages of the repository that have figures.
const (
	pageREADME      = "README.md"
	pagePerformance = "docs/performance.md"
)

// updatePages draws the summary and replaces the figures on the pages of the
// repository.
func (l *Lab) updatePages(reports []Report) error {
	if err := l.drawSummary(filepath.Join(l.Out, "summary.svg")); err != nil {
		return err
	}
	for page, figures := range map[string]string{
		pageREADME:      l.rows(),
		pagePerformance: l.figures(reports),
	} {
		path := filepath.Join(l.root, page)
		old, err := os.ReadFile(path) //nolint:gosec // this repository's
		if err != nil {
			return err
		}
		text, err := replace(string(old), figures)
		if err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // as it was
			return err
		}
	}
	return nil
}

// rows are the figures of the README: a row for each case.
func (l *Lab) rows() string {
	return "\n" + short(l.summary()).String() + "\n"
}

// shortColumns are those of the summary that the README has.
var shortColumns = []string{columns[0], columns[2], columns[4], columns[5], timesStock}

// short leaves out of the summary what only the page on performance has.
func short(summary Table) Table {
	t := Table{Columns: []string{summary.Columns[0]}}
	var kept []int
	for _, column := range shortColumns {
		for i, name := range summary.Columns {
			if name == column {
				t.Columns, kept = append(t.Columns, name), append(kept, i)
			}
		}
	}
	for _, row := range summary.Rows {
		cells := []string{row[0]}
		for _, i := range kept {
			cells = append(cells, row[i])
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// figures are those of the page on performance.
func (l *Lab) figures(reports []Report) string {
	return fmt.Sprintf("\n%s As shipped is %s. Stock Caddy was measured twice: with its defaults, and with the same settings. "+
		"It answers the 520 by `handle_response`, the 405 and the 503 by `respond`.\n\n%s\n%s\n%s\n### Missed targets\n\n%s\n",
		l.machine(), l.shipped, l.summary(), l.through(), l.disturbed(), lab.Missed(reports))
}

// replace puts figures between the two lines that enclose them.
func replace(text, figures string) (string, error) {
	return lab.Replace(text, figuresBegin, figuresEnd, figures)
}
