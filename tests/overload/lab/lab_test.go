package lab_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/lab"
)

func TestReportIsMarkdown(t *testing.T) {
	l := &lab.Lab{Options: lab.Options{Out: t.TempDir()}}
	reports := []lab.Report{{
		Title: "Rain", Text: "How much.", Plot: "rain.svg",
		Tables: []lab.Table{{Columns: []string{"day", "mm"}, Rows: [][]string{{"Monday", "3"}}}},
		Checks: []lab.Check{
			{Figure: "rain", Target: "<= 5 mm", Measured: "3 mm", Pass: true},
			{Figure: "wind", Target: "<= 5", Measured: "6"},
			{Figure: "hail", Target: "0", Measured: "100", Gross: true},
		},
	}}
	var b strings.Builder
	if err := l.Write(&b, "# Weather\n", reports); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| Rain | rain | <= 5 mm | 3 mm | pass |\n", "| Rain | wind | <= 5 | 6 | **fail** |\n", "| **gross failure** |\n",
		"\n## Rain\n\nHow much.\n\n| day | mm |\n|---|--:|\n| Monday | 3 |\n\n![Rain](rain.svg)\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
	if got, want := lab.Missed(reports).String(), "| experiment | figure | target | measured |\n|---|--:|--:|--:|\n"+
		"| Rain | wind | <= 5 | 6 |\n| Rain | hail | 0 | 100 |\n"; got != want {
		t.Errorf("missed: got\n%s\nwant\n%s", got, want)
	}
	if content, err := os.ReadFile(l.Out + "/README.md"); string(content) != b.String() {
		t.Errorf("the file has %d bytes, %v", len(content), err)
	}
}

// TestMissesCanBeSeen: what misses a target by little has the digits that say so.
func TestMissesCanBeSeen(t *testing.T) {
	for _, c := range []struct {
		value, target float64
		want          string
		pass          bool
	}{
		{1.0201, 1.02, "1.0201 ×", false},
		{1.0199, 1.02, "1.0199 ×", true},
		{1.02, 1.02, "1.02 ×", true},
		{1.0314, 1.02, "1.03 ×", false},
		{100.4, 100, "100.4 ×", false},
		{7, 5, "7 ×", false},
		{12345.4, 12345, "12345.4 ×", false},
		{1.097, 1.1, "1.097 ×", true},
	} {
		var r lab.Report
		r.AtMost("rain", " ×", c.value, c.target, 2*c.target)
		r.AtLeast("sun", " ×", -c.value, -c.target, -2*c.target)
		if most, least := r.Checks[0], r.Checks[1]; most.Measured != c.want || most.Pass != c.pass || least.Measured != "-"+c.want || least.Pass != c.pass {
			t.Errorf("%v of %v: got %+v", c.value, c.target, r.Checks)
		}
	}
}

func TestExperimentsAreChosen(t *testing.T) {
	all := []lab.Experiment[int]{{Name: "rain"}, {Name: "snow", Long: true}, {Name: "hail", Extra: true}}
	for _, test := range []struct {
		only  string
		short bool
		want  []string
	}{
		{"", false, []string{"rain", "snow"}},
		{"", true, []string{"rain"}},
		{"hail|snow", true, []string{"snow", "hail"}},
		{"fog", false, []string{}},
	} {
		got := lab.Names(lab.Choose(all, regexp.MustCompile(test.only), test.short))
		if !slices.Equal(got, test.want) {
			t.Errorf("-only %q, short %v: got %v, want %v", test.only, test.short, got, test.want)
		}
	}
	if got := lab.Choose(all, nil, false); len(got) != 2 {
		t.Errorf("without a pattern: got %v", got)
	}
}

func TestOneAtATimeMeasures(t *testing.T) {
	l := &lab.Lab{Options: lab.Options{Lock: filepath.Join(t.TempDir(), "lock")}}
	leave, err := l.Quiet(t.Context())
	if err != nil {
		t.Skip(err) // this system has no such locks
	}
	called, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Quiet(called); err == nil {
		t.Error("two have the lock")
	}
	leave()
	leave, err = l.Quiet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leave()
}
