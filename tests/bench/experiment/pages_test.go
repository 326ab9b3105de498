package experiment_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/bench/experiment"
)

// page reads a page of the repository.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// figures are those of a page.
func figures(t *testing.T, name string) string {
	t.Helper()
	text := page(t, name)
	if _, err := experiment.Replace(text, ""); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	_, text, _ = strings.Cut(text, experiment.FiguresBegin)
	text, _, _ = strings.Cut(text, experiment.FiguresEnd)
	return text
}

// table reads the first table of a text whose head begins with a cell.
func table(t *testing.T, text, first string) experiment.Table {
	t.Helper()
	_, text, found := strings.Cut("\n"+text, "\n| "+first+" | ")
	if !found {
		t.Fatalf("there is no table that begins with %q", first)
	}
	text, _, _ = strings.Cut("| "+first+" | "+text, "\n\n")
	var read experiment.Table
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		switch {
		case read.Columns == nil:
			read.Columns = cells
		case !strings.HasPrefix(line, "|--"):
			read.Rows = append(read.Rows, cells)
		}
	}
	return read
}

func TestFiguresAreReplaced(t *testing.T) {
	begin, end := experiment.FiguresBegin, experiment.FiguresEnd
	got, err := experiment.Replace("before\n"+begin+"old\n"+end+"after\n", "new\n")
	if want := "before\n" + begin + "new\n" + end + "after\n"; got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, text := range []string{"", begin, end, end + begin} {
		if got, err := experiment.Replace(text, "new\n"); err == nil {
			t.Errorf("%q: got %q and no error", text, got)
		}
	}
}

// TestPagesHaveTheFiguresOfOneRun: the README and docs/performance.md say the same, and the
// page does not hide a target that docs/bench has as missed.
func TestPagesHaveTheFiguresOfOneRun(t *testing.T) {
	const cases = "CPU per request (µs)"
	readme, performance := figures(t, experiment.PageREADME), figures(t, experiment.PagePerformance)
	if got, want := strings.TrimSpace(readme), strings.TrimSpace(experiment.Short(table(t, performance, cases)).String()); got != want {
		t.Errorf("%s has\n%s\n%s would have\n%s", experiment.PageREADME, got, experiment.PagePerformance, want)
	}
	var failed [][]string
	for _, row := range table(t, page(t, "docs/bench/README.md"), "experiment").Rows {
		if verdict := row[len(row)-1]; verdict != "pass" {
			failed = append(failed, row[:len(row)-1])
		}
	}
	missed := table(t, performance, "experiment").Rows
	if !slices.EqualFunc(missed, failed, slices.Equal) {
		t.Errorf("%s has the misses %q, docs/bench %q", experiment.PagePerformance, missed, failed)
	}
}
