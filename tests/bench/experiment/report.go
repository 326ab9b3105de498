package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/tests/bench/proxy"
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
		{Name: "ways", Long: true, Make: theWays},
		{Name: "growth", Long: true, Make: growth},
		{Name: "described", Long: true, Make: growthDescribed},
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
	l.cases, l.noise = nil, nil
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
// pages of the repository that have figures if that is wanted.
func (l *Lab) Write(to io.Writer, reports []Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cost of a request\n\n%s As shipped is %s. CPU is the processor time of the proxy for a request, in user and kernel: the median, and the least and largest of all rounds, between which the machine may have become faster or slower. Ratios are medians of those of each round, in which all had their turn many times, with the least and largest of the rounds: what is noise is there, and where the same gateway was measured twice. [tests/bench](../../tests/bench/README.md) says how it is measured.\n",
		l.machine(), l.shipped)
	for _, text := range l.missing {
		fmt.Fprintf(&b, "\nNot compared: %s.\n", text)
	}
	b.WriteString("\n" + l.disturbed())
	if l.update && len(l.cases) == allCases {
		if err := l.updatePages(reports); err != nil {
			return err
		}
	}
	return l.Lab.Write(to, b.String(), reports)
}

// machine says where it was measured, and how often.
func (l *Lab) machine() string {
	return fmt.Sprintf("%d rounds on %s, %d cores, %s%s.", l.Rounds, processor(), runtime.NumCPU(), runtime.Version(), l.versions())
}

// number of a version, as programs print it.
var version = regexp.MustCompile(`\d+(\.\d+)+`)

// versions are those of the gateways that there are.
func (l *Lab) versions() string {
	var b strings.Builder
	for _, p := range []struct {
		kind proxy.Kind
		name string
		ask  string
	}{{proxy.Stock, "Caddy", "version"}, {proxy.Nginx, "nginx", "-v"}, {proxy.HAProxy, "HAProxy", "-v"}} {
		if program := l.host.Programs[p.kind]; program != "" {
			said, _ := exec.Command(program, p.ask).CombinedOutput() //nolint:gosec,noctx // a program that was measured
			b.WriteString(", " + p.name + " " + version.FindString(string(said)))
		}
	}
	return b.String()
}

// allCases are those of the summary.
const allCases = 5

// disturbed says how far others were in the way.
func (l *Lab) disturbed() string {
	text := fmt.Sprintf("%d passes were thrown away, because others took more than a quarter of the time of a core; %d count although they did.", l.thrown, l.busy)
	if len(l.noise) > 0 {
		text += fmt.Sprintf(" The same gateway, measured twice, lay %.1f to %.1f %% apart.", 100*slices.Min(l.noise), 100*slices.Max(l.noise))
	}
	return text + "\n"
}

// gross is by how much a ratio must miss its target to be no matter of noise.
const gross = 1.5

// atMost checks a ratio that should be small.
func atMost(report *Report, figure string, r ratios, target float64) {
	checked(report, r, func() { report.AtMost(figure, " ×", r.median(), target, gross*target) })
}

// atLeast checks a ratio that should be large.
func atLeast(report *Report, figure string, r ratios, target float64) {
	checked(report, r, func() { report.AtLeast(figure, " ×", r.median(), target, target/gross) })
}

// same checks that a gateway costs what it costs: how far two of the same lie
// apart is how much of all other figures is noise.
func same(report *Report, name string, r ratios) {
	const target = 1.02
	m := r.median()
	report.Checks = append(report.Checks, Check{
		Figure: "the same twice: " + name, Target: "0.98 to 1.02 ×", Measured: number(m) + " ×" + r.inBrackets(),
		Pass: apart(m) <= target, Gross: apart(m) > gross,
	})
}

// apart is by how much a ratio is not 1, as a factor that is not less than 1.
func apart(ratio float64) float64 { return max(ratio, 1/ratio) }

// checked adds to what a check says the least and the largest of the rounds.
func checked(report *Report, r ratios, check func()) {
	before := len(report.Checks)
	check()
	for i := range report.Checks[before:] {
		report.Checks[before+i].Measured += r.inBrackets()
	}
}
