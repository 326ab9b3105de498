package experiment

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/statusgate/statusgate/tests/overload/chart"
	"github.com/statusgate/statusgate/tests/overload/load"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// sweep is how the goodput is measured: what is offered, and the window.
type sweep struct {
	rivals   []rival.Rival
	loads    []float64 // multiples of the capacity
	from, to time.Duration
}

func (lab *Lab) sweep() sweep {
	if !lab.Short {
		return sweep{lab.rivals(), []float64{.3, .7, 1, 1.5, 2, 4, 10}, 4 * time.Second, 12 * time.Second}
	}
	return sweep{lab.ours("", ""), []float64{.7, 2, 10}, 3 * time.Second, 8 * time.Second}
}

// goodput offers more and more, and counts what is answered in time.
func goodput(ctx context.Context, lab *Lab) (Report, error) {
	s := lab.sweep()
	report := Report{
		Title: "Goodput against offered load",
		Text: fmt.Sprintf("Each gateway starts cold under each load, which comes from 400 clients at random (Poisson). "+
			"Answers within %v count, from second %.0f to %.0f.", deadline, s.from.Seconds(), s.to.Seconds()),
	}
	trials := make([]trial, 0, len(s.loads)*len(s.rivals))
	for _, multiple := range s.loads {
		for _, r := range s.rivals {
			trials = append(trials, trial{
				rival: r, backend: ordinary(),
				load: load.Config{Rate: multiple * capacity, Duration: s.to},
			})
		}
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	report.Tables = s.tables(results)
	for i, o := range results {
		multiple := s.loads[i/len(s.rivals)]
		if o.sheds {
			judgeGoodput(&report, o, multiple, s)
		}
	}
	err = report.Draw(lab.Lab, "goodput", func(path string) error { return s.draw(path, results) })
	return report, err
}

// efficiency is the goodput as a share of what could be had.
func efficiency(s load.Summary) float64 {
	return s.Goodput / min(s.Offered, capacity)
}

func judgeGoodput(report *Report, o outcome, multiple float64, s sweep) {
	w := o.Window(s.from, s.to, nil)
	at := fmt.Sprintf(" at %sx", number(multiple))
	switch {
	case multiple < 1:
		report.AtMost("rejects"+at, " %", 100*w.RejectShare, .5, 20)
	case multiple >= 10:
		report.AtLeast("goodput / capacity"+at, "", efficiency(w), .97, .8)
	case multiple > 1:
		report.AtLeast("goodput / capacity"+at, "", efficiency(w), .95, .75)
	}
	sound(report, o, 0)
}

// tables has a row for each rival and load.
func (s sweep) tables(results []outcome) []Table {
	share := Table{Columns: []string{"goodput, share of what could be had"}}
	detail := Table{Columns: []string{
		"gateway", "load", "offered (1/s)", "goodput (1/s)", "rejected", "timeouts", "other errors",
		"accepted p50 (ms)", "accepted p99 (ms)", "reject p99 (ms)", "peak inside the backend", "begun late, p99 (ms)",
	}}
	for _, multiple := range s.loads {
		share.Columns = append(share.Columns, number(multiple)+"x")
	}
	for k, r := range s.rivals {
		row := make([]string, 1, 1+len(s.loads))
		row[0] = r.Name
		for i, multiple := range s.loads {
			o := results[i*len(s.rivals)+k]
			w := o.Window(s.from, s.to, nil)
			row = append(row, fmt.Sprintf("%.2f", efficiency(w)))
			errors := w.Share(load.Failed) + w.Share(load.Gateway) + w.Share(load.Broken) + w.Share(load.Unsent)
			detail.Rows = append(detail.Rows, []string{
				r.Name, number(multiple) + "x", number(w.Offered), number(w.Goodput), percent(w.RejectShare),
				percent(w.Share(load.Timeout)), percent(errors), milliseconds(w.P50), milliseconds(w.P99),
				milliseconds(w.RejectP99), fmt.Sprint(o.peak), milliseconds(w.LateP99),
			})
		}
		share.Rows = append(share.Rows, row)
	}
	return []Table{share, detail}
}

func (s sweep) draw(path string, results []outcome) error {
	x := "offered load (multiples of the capacity, 200 requests/s)"
	good := chart.Panel{Title: "Goodput", X: x, Y: "answers in time (1/s)", LogX: true, Ticks: s.loads}
	late := chart.Panel{Title: "Latency of accepted requests", X: x, Y: "p99 (ms)", LogX: true, LogY: true, Ticks: s.loads}
	for k, r := range s.rivals {
		a, b := chart.Series{Name: r.Name, Points: true}, chart.Series{Name: r.Name, Points: true}
		for i, multiple := range s.loads {
			w := results[i*len(s.rivals)+k].Window(s.from, s.to, nil)
			a.X, a.Y = append(a.X, multiple), append(a.Y, w.Goodput)
			p99 := math.NaN()
			if w.P99 > 0 {
				p99 = float64(w.P99) / 1e6
			}
			b.X, b.Y = append(b.X, multiple), append(b.Y, p99)
		}
		good.Series, late.Series = append(good.Series, a), append(late.Series, b)
	}
	return chart.Lines(path, "Goodput against offered load", good, late)
}
