package experiment

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/statusgate/statusgate/tests/overload/chart"
)

// line is how a cost grows.
type line struct {
	name   string
	at     []int
	bench  func(n int) (*bench, error)
	costs  []float64 // nanoseconds
	allocs []float64
}

// growth is what more of a configuration costs, in process: the wire would only
// add noise.
func growth(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Growth of the configuration",
		Text:  "Nanoseconds that an exchange through the handler takes in process, and its allocations, with a backend that answers 1 KiB of JSON. Of gates one behind the other each does all of its work, and asks the next one for the header fields, which asks the next one.",
	}
	tens := []int{1, 10, 100, 1000}
	lines := []line{
		{name: "rules of other statuses", at: tens, bench: otherRules},
		{name: "rules of this status, by header", at: tens, bench: headerRules},
		{name: "rules of this status, by body", at: tens, bench: bodyRules},
		{name: "resources, the last is asked for", at: []int{1, 10, 100, 1000, 10000}, bench: manyResources},
		{name: "gates, one is asked", at: []int{1, 10, 100}, bench: oneOfManyGates},
		// Nobody does that: even a second gate on the way of a request is rare.
		{name: "gates, one behind the other", at: []int{1, 10, 100}, bench: nestedGates},
	}
	table := Table{Columns: []string{"what grows", "1", "10", "100", "1000", "10 000"}}
	for i := range lines {
		if err := lab.timeLine(ctx, &lines[i]); err != nil {
			return report, err
		}
		row := make([]string, len(table.Columns))
		row[0] = lines[i].name
		for k, cost := range lines[i].costs {
			row[k+1] = fmt.Sprintf("%.0f; %.0f", cost, lines[i].allocs[k])
		}
		table.Rows = append(table.Rows, row)
	}
	report.Tables = append(report.Tables, table)
	last := func(i int) float64 { return lines[i].costs[len(lines[i].costs)-1] }
	// Half of it again is for caches of the processor that get too small.
	atMost(&report, "1000 rules of other statuses, to one", ratios{last(0) / lines[0].costs[0]}, 1.5)
	atMost(&report, "10 000 resources, to 10", ratios{last(3) / lines[3].costs[1]}, math.Log(10000)/math.Log(10))
	atMost(&report, "one of 100 gates, to the only one", ratios{last(4) / lines[4].costs[0]}, 1.5)
	atMost(&report, "ten gates one behind the other, to ten times one", ratios{lines[5].costs[1] / (10 * lines[5].costs[0])}, 1.5)
	return report, report.Draw(lab.Lab, "growth", func(path string) error {
		panel := chart.Panel{X: "how many", Y: "ns per exchange", LogX: true, LogY: true}
		for _, l := range lines {
			s := chart.Series{Name: l.name, Points: true, Y: l.costs}
			for _, n := range l.at {
				s.X = append(s.X, float64(n))
			}
			panel.Series = append(panel.Series, s)
		}
		return chart.Lines(path, report.Title, panel)
	})
}

// timeLine measures a line at all its places, while nobody else measures.
func (lab *Lab) timeLine(ctx context.Context, l *line) error {
	leave, err := lab.alone(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, n := range l.at {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := l.bench(n)
		if err != nil {
			return fmt.Errorf("%d %s: %w", n, l.name, err)
		}
		nanoseconds, allocations := b.time()
		b.close()
		l.costs, l.allocs = append(l.costs, nanoseconds), append(l.allocs, allocations)
	}
	return nil
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i)
	}
	return b.String()
}

func otherRules(n int) (*bench, error) {
	return newBench(setup{options: many(n, "map 500-599 503 when header X-Error e%d")})
}

func headerRules(n int) (*bench, error) {
	return newBench(setup{options: many(n, "map 200 500 when header X-Error e%d")})
}

func bodyRules(n int) (*bench, error) {
	return newBench(setup{options: many(n, "map 200 404 when json /error/code E%d")})
}

func manyResources(n int) (*bench, error) {
	return newBench(setup{path: fmt.Sprintf("/r%d/17", n-1), options: resources(n)})
}

func resources(n int) string {
	return many(n, "resource /r%d/{id} {\nmethods GET POST\nproduces application/json text/html\n}")
}

func oneOfManyGates(n int) (*bench, error) {
	b, err := newBench(setup{})
	for i := 1; i < n && err == nil; i++ {
		err = b.add("name gate" + fmt.Sprint(i))
	}
	if err == nil {
		b.only(0)
	}
	return b, err
}

func nestedGates(n int) (*bench, error) {
	b, err := newBench(setup{})
	for i := 1; i < n && err == nil; i++ {
		err = b.add("name gate" + fmt.Sprint(i))
	}
	return b, err
}
