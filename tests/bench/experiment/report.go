package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"

	"github.com/statusgate/statusgate/tests/overload/lab"
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
		{Name: "allocations", Make: allocations},
		{Name: "pass", Make: pass},
		{Name: "odd", Make: odd},
		{Name: "refusals", Make: refusals},
		{Name: "shed", Make: shedding},
		{Name: "large", Make: large},
		{Name: "growth", Long: true, Make: growth},
		{Name: "gates", Long: true, Make: growthGates},
		{Name: "connections", Long: true, Make: growthConnections},
		{Name: "sizes", Long: true, Make: growthSizes},
		{Name: "garbage", Long: true, Make: garbage},
		{Name: "options", Long: true, Make: options},
		{Name: "builds", Extra: true, Make: builds},
		{Name: "profile", Extra: true, Make: profiles},
	}
}

// Run makes the experiments whose names match, one after the other. Where one
// fails, it returns the reports of those before.
func (l *Lab) Run(ctx context.Context, only *regexp.Regexp) ([]Report, error) {
	if l.update && (l.Short || only != nil && only.String() != "") {
		return nil, errors.New("-update is for all experiments")
	}
	var reports []Report
	l.cases = nil
	for _, e := range lab.Choose(All(), only, l.Short) {
		report, err := e.Run(ctx, l, l.Say)
		if err != nil {
			return reports, err
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// Write writes reports as Markdown, beside the plots as README.md, and into the
// README of the repository if that is wanted.
func (l *Lab) Write(to io.Writer, reports []Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cost of a request\n\n%s As shipped is %s. CPU is the processor time of the proxy for a request, in user and kernel: the median, and the least and largest of all rounds. [tests/bench](../../tests/bench/README.md) says how it is measured.\n",
		l.machine(), l.shipped)
	for _, text := range l.missing {
		fmt.Fprintf(&b, "\nNot compared: %s.\n", text)
	}
	b.WriteString("\n" + l.disturbed())
	if l.update && len(l.cases) == allCases {
		if err := l.updateREADME(); err != nil {
			return err
		}
	}
	return l.Lab.Write(to, b.String(), reports)
}

// machine says where it was measured, and how often.
func (l *Lab) machine() string {
	return fmt.Sprintf("%d rounds on %s, %d cores, %s.", l.Rounds, processor(), runtime.NumCPU(), runtime.Version())
}

// allCases are those of the summary.
const allCases = 5

// disturbed says how far others were in the way.
func (l *Lab) disturbed() string {
	return fmt.Sprintf("%d measurements were thrown away, because others took more than a quarter of a core; %d figures are from the least disturbed of several that were.\n", l.thrown, l.busy)
}

// gross is by how much a ratio must miss its target to be no matter of noise.
const gross = 1.5

// atMost checks a ratio that should be small.
func atMost(report *Report, figure string, value, target float64) {
	report.AtMost(figure, " ×", value, target, gross*target)
}

// atLeast checks a ratio that should be large.
func atLeast(report *Report, figure string, value, target float64) {
	report.AtLeast(figure, " ×", value, target, target/gross)
}
