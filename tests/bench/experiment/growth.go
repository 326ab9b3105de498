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
	costs  [][]float64 // nanoseconds at each place, in each batch
	allocs []float64   // at each place
}

// ratio is what a place costs in proportion to another one.
func (l *line) ratio(place, other int) ratios {
	r := make(ratios, batches)
	for k := range r {
		r[k] = l.costs[place][k] / l.costs[other][k]
	}
	return r
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
			row[k+1] = fmt.Sprintf("%.0f; %.0f", median(cost), lines[i].allocs[k])
		}
		table.Rows = append(table.Rows, row)
	}
	report.Tables = append(report.Tables, table)
	// Half of it again is for caches of the processor that get too small.
	atMost(&report, "1000 rules of other statuses, to one", lines[0].ratio(3, 0), 1.5)
	atMost(&report, "10 000 resources, to 10", lines[3].ratio(4, 1), math.Log(10000)/math.Log(10))
	atMost(&report, "one of 100 gates, to the only one", lines[4].ratio(2, 0), 1.5)
	atMost(&report, "ten gates one behind the other, to one", lines[5].ratio(1, 0), 10*1.5)
	return report, report.Draw(lab.Lab, "growth", func(path string) error {
		panel := chart.Panel{X: "how many", Y: "ns per exchange", LogX: true, LogY: true}
		for _, l := range lines {
			s := chart.Series{Name: l.name, Points: true}
			for k, n := range l.at {
				s.X, s.Y = append(s.X, float64(n)), append(s.Y, median(l.costs[k]))
			}
			panel.Series = append(panel.Series, s)
		}
		return chart.Lines(path, report.Title, panel)
	})
}

// timeLine measures a line at all its places in turn, while nobody else measures.
func (lab *Lab) timeLine(ctx context.Context, l *line) error {
	leave, err := lab.alone(ctx)
	if err != nil {
		return err
	}
	defer leave()
	places, repeats := make([]*bench, len(l.at)), make([]int, len(l.at))
	l.costs, l.allocs = make([][]float64, len(l.at)), make([]float64, len(l.at))
	for i, n := range l.at {
		if places[i], err = l.bench(n); err != nil {
			return fmt.Errorf("%d %s: %w", n, l.name, err)
		}
		defer places[i].close()
		repeats[i], l.allocs[i] = places[i].calibrate(), places[i].allocations()
	}
	for range batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, b := range places {
			took, _ := b.repeat(repeats[i])
			l.costs[i] = append(l.costs[i], float64(took)/float64(repeats[i]))
		}
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
