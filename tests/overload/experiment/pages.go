package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/statusgate/statusgate/tests/overload/lab"
)

// figuresBegin and figuresEnd enclose the figures on the page that has them.
const (
	figuresBegin = "<!-- Figures of `go -C tests/overload run . -update`, which replaces what is between these two lines. -->\n"
	figuresEnd   = "<!-- End of the figures of an overload. -->\n"
)

// Files of the repository that have figures.
const (
	pagePerformance = "docs/performance.md"
	plotMeasured    = "docs/overload/measured.svg"
)

// updatable is an error where the figures would not be those of all experiments.
func (l *Lab) updatable(only *regexp.Regexp) error {
	if l.update && (l.Short || only != nil && only.String() != "") {
		return errors.New("-update is for all experiments")
	}
	return nil
}

// updatePages replaces the figures and the plot of the repository. The first
// report is that of the goodput.
func (l *Lab) updatePages(reports []Report) error {
	root := filepath.Join(l.Module, "..", "..")
	plot, err := os.ReadFile(filepath.Join(l.Out, reports[0].Plot))
	if err != nil {
		return err
	}
	path := filepath.Join(root, pagePerformance)
	old, err := os.ReadFile(path) //nolint:gosec // this repository's
	if err != nil {
		return err
	}
	text, err := lab.Replace(string(old), figuresBegin, figuresEnd, figures(reports))
	if err != nil {
		return fmt.Errorf("%s: %w", pagePerformance, err)
	}
	if err := os.WriteFile(filepath.Join(root, plotMeasured), plot, 0o644); err != nil { //nolint:gosec // as it was
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644) //nolint:gosec // as it was
}

// figures are those of the page: the goodput of all, and what we missed.
func figures(reports []Report) string {
	return fmt.Sprintf("\n%d cores, %s.\n\n%s\nMissed targets:\n\n%s\n",
		runtime.NumCPU(), runtime.Version(), reports[0].Tables[0], lab.Missed(reports))
}
