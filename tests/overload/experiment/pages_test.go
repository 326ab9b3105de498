package experiment_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/experiment"
)

// TestThePageIsBroughtUpToDate: the goodput of all and the targets that were missed get
// to the page, and the plot beside it.
func TestThePageIsBroughtUpToDate(t *testing.T) {
	root := t.TempDir()
	module := filepath.Join(root, "tests", "overload")
	page, plot := filepath.Join(root, experiment.PagePerformance), filepath.Join(root, experiment.PlotMeasured)
	for _, dir := range []string{module, filepath.Dir(page), filepath.Dir(plot)} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "goodput.svg"), "<svg/>")
	write(page, "before\n"+experiment.FiguresBegin+"old\n"+experiment.FiguresEnd+"after\n")
	reports := []experiment.Report{
		{
			Title: "Goodput", Plot: "goodput.svg",
			Tables: []experiment.Table{{Columns: []string{"share", "1x"}, Rows: [][]string{{"Caddy with shed", "0.95"}}}},
			Checks: []experiment.Check{{Figure: "at 2x", Target: "≥ 0.95", Measured: "0.97", Pass: true}},
		},
		{Title: "Pages", Checks: []experiment.Check{{Figure: "broken", Target: "0", Measured: "3"}}},
	}
	if err := experiment.Updating(module, root).Write(io.Discard, reports); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\n" + experiment.FiguresBegin, "| Caddy with shed | 0.95 |\n", "| Pages | broken | 0 | 3 |\n", experiment.FiguresEnd + "after\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "old") || strings.Contains(string(text), "at 2x") {
		t.Errorf("the page has what was there before, or a target that was met:\n%s", text)
	}
	if got, err := os.ReadFile(plot); string(got) != "<svg/>" {
		t.Errorf("the plot is %q, %v", got, err)
	}
}

func TestUpdateIsForAll(t *testing.T) {
	if _, err := experiment.Updating("", "").Run(t.Context(), regexp.MustCompile("goodput")); err == nil {
		t.Error("the page was to get the figures of one experiment, and there is no error")
	}
}

func TestThePageHasRoomForTheFigures(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("../../..", experiment.PagePerformance))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(text), experiment.FiguresBegin)
	figures, _, ended := strings.Cut(rest, experiment.FiguresEnd)
	if !begun || !ended || !strings.Contains(figures, "\n| Caddy with shed | ") {
		t.Errorf("%s lacks the lines of the figures, or the figures", experiment.PagePerformance)
	}
}
