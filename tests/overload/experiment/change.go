package experiment

import (
	"context"
	"fmt"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/chart"
	"github.com/statusgate/statusgate/tests/overload/load"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// set is a step that switches all backends over.
func set(at time.Duration, change func(*backend.Settings)) step {
	return step{at, func(ctx context.Context, s *stand) error { return s.change(ctx, change) }}
}

func toWorkers(at time.Duration, n int) step {
	return set(at, func(settings *backend.Settings) { settings.Workers = n })
}

// reload loads the configuration anew every 2 s at twice the capacity.
func reload(ctx context.Context, lab *Lab) (Report, error) {
	duration := 14 * time.Second
	if lab.Short {
		duration = 8 * time.Second
	}
	report := Report{
		Title: "Reloads under load",
		Text:  fmt.Sprintf("Twice the capacity; the configuration is loaded anew every 2 s. With `fixed %d` no more than that may be inside the backend at a time. Connections that wait for Caddy to accept them when it closes a listener are reset, with shed or without.", workers),
	}
	if lab.noShed != nil {
		return report, nil
	}
	fixed := rival.Shed(fmt.Sprintf("shed, fixed %d", workers), fmt.Sprintf("fixed %d", workers), "")
	adaptive, plain := rival.Shed(nameShed, "", ""), rival.Plain(namePlain, "")
	reloads := every(2*time.Second, duration, func(ctx context.Context, s *stand) error { return s.gateway.Reload(ctx) })
	trials := make([]trial, 0, 6)
	for _, r := range []rival.Rival{fixed, adaptive, plain} {
		for _, script := range [][]step{nil, reloads} {
			trials = append(trials, trial{
				rival: r, backend: ordinary(), script: script, limit: r.Sheds,
				load: load.Config{Rate: 2 * capacity, Duration: duration},
			})
		}
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{"gateway", "reloads", "goodput (1/s)", "accepted p99 (ms)", "peak inside the backend", "highest limit", "broken connections"}}
	var goodputs []float64
	for i, o := range results {
		w := o.Window(2*time.Second, duration, nil)
		goodputs = append(goodputs, w.Goodput)
		limit := 0.
		for _, l := range o.limit {
			limit = max(limit, l)
		}
		table.Rows = append(table.Rows, []string{o.rival, fmt.Sprint(len(trials[i].script)), number(w.Goodput), milliseconds(w.P99), fmt.Sprint(o.peak), number(limit), fmt.Sprint(w.Count[load.Broken])})
		sound(&report, o, .001) // a listener that Caddy closes resets what waits in it
	}
	report.Tables = append(report.Tables, table)
	report.AtMost("goodput lost by reloads, fixed limit", " %", 100*(1-goodputs[1]/goodputs[0]), 2, 20)
	report.AtMost("goodput lost by reloads, adaptive limit", " %", 100*(1-goodputs[3]/goodputs[2]), 2, 30)
	report.AtMost("requests inside the backend, reloads, fixed limit", "", float64(results[1].peak), workers+1, 2*workers)
	return report, nil
}

// halving takes half of the workers away and gives them back.
func halving(ctx context.Context, lab *Lab) (Report, error) {
	const halved, recovered, duration = 10 * time.Second, 20 * time.Second, 30 * time.Second
	report := Report{
		Title: "Capacity halves and recovers",
		Text:  "1.2 times the capacity. After 10 s half of the workers are gone; after 20 s they are back.",
	}
	all := lab.rivals()
	trials := make([]trial, 0, len(all))
	for _, r := range all {
		trials = append(trials, trial{
			rival: r, backend: ordinary(), limit: r.Sheds,
			load:   load.Config{Rate: 1.2 * capacity, Duration: duration},
			script: []step{toWorkers(halved, workers/2), toWorkers(recovered, workers)},
		})
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{
		"gateway", "goodput before (1/s)", "halved", "recovered", "p99 before (ms)", "halved", "recovered", "90 % of half after (s)", "of all after (s)",
	}}
	for _, o := range results {
		before, half, after := o.Window(4*time.Second, halved, nil), o.Window(halved+3*time.Second, recovered, nil), o.Window(recovered+3*time.Second, duration, nil)
		down, up := o.recovery(halved, delivers(.9*capacity/2), nil), o.recovery(recovered, delivers(.9*capacity), nil)
		table.Rows = append(table.Rows, []string{
			o.rival, number(before.Goodput), number(half.Goodput), number(after.Goodput),
			milliseconds(before.P99), milliseconds(half.P99), milliseconds(after.P99), when(down), when(up),
		})
		if o.sheds {
			within(&report, "90 % of the capacity that is left", down, 2*time.Second)
			within(&report, "90 % of the capacity that is back", up, 2*time.Second)
			report.AtLeast("goodput / capacity, halved", "", half.Goodput/(capacity/2), .95, .6)
			report.AtLeast("goodput / capacity, recovered", "", after.Goodput/capacity, .95, .6)
			sound(&report, o, 0)
		}
	}
	report.Tables = append(report.Tables, table)
	err = report.Draw(lab.Lab, "halving", func(path string) error {
		return timeline(path, report.Title, results, chart.Mark{X: halved.Seconds(), Name: "halved"}, chart.Mark{X: recovered.Seconds(), Name: "recovered"})
	})
	return report, err
}

// doubling doubles the workers, as a deployment does.
func doubling(ctx context.Context, lab *Lab) (Report, error) {
	const doubled, duration = 8 * time.Second, 18 * time.Second
	report := Report{Title: "Capacity doubles", Text: "1.5 times the capacity. After 8 s there are twice as many workers."}
	all := lab.ours("", "")
	trials := make([]trial, 0, len(all))
	for _, r := range all {
		trials = append(trials, trial{
			rival: r, backend: ordinary(), limit: r.Sheds,
			load:   load.Config{Rate: 1.5 * capacity, Duration: duration},
			script: []step{toWorkers(doubled, 2*workers)},
		})
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{"gateway", "goodput before (1/s)", "after", "90 % of what is asked after (s)", "rejected at the end"}}
	for _, o := range results {
		before, after := o.Window(3*time.Second, doubled, nil), o.Window(doubled+4*time.Second, duration, nil)
		up := o.recovery(doubled, delivers(.9*1.5*capacity), nil)
		table.Rows = append(table.Rows, []string{o.rival, number(before.Goodput), number(after.Goodput), when(up), percent(after.RejectShare)})
		if o.sheds {
			within(&report, "90 % of the new goodput", up, 2*time.Second)
			sound(&report, o, 0)
		}
	}
	report.Tables = append(report.Tables, table)
	err = report.Draw(lab.Lab, "doubling", func(path string) error {
		return timeline(path, report.Title, results, chart.Mark{X: doubled.Seconds(), Name: "doubled"})
	})
	return report, err
}

func when(d time.Duration) string {
	if d < 0 {
		return "never"
	}
	return number(d.Seconds())
}

// timeline draws goodput, latency and the limit over time.
func timeline(path, title string, results []outcome, marks ...chart.Mark) error {
	good := chart.Panel{Title: "Goodput", X: "time (s)", Y: "answers in time (1/s)", Marks: marks}
	late := chart.Panel{Title: "Latency of accepted requests", X: "time (s)", Y: "p99 (ms)", Max: 1000, Marks: marks}
	limit := chart.Panel{Title: "Limit", X: "time (s)", Y: "requests at a time", Marks: marks}
	var ticks []float64
	for second := 0.; second <= results[0].Duration.Seconds(); second += 5 {
		ticks = append(ticks, second)
	}
	for _, panel := range []*chart.Panel{&good, &late, &limit} {
		panel.Ticks, panel.To = ticks, results[0].Duration.Seconds()
	}
	for _, o := range results {
		a, b := chart.Series{Name: o.rival}, chart.Series{Name: o.rival}
		for i, s := range o.Seconds(time.Second, nil) {
			x := float64(i) + .5
			a.X, a.Y = append(a.X, x), append(a.Y, s.Goodput)
			if s.Count[load.Good] > 0 {
				b.X, b.Y = append(b.X, x), append(b.Y, float64(s.P99)/1e6)
			}
		}
		good.Series, late.Series = append(good.Series, a), append(late.Series, b)
		if len(o.limit) > 0 {
			limit.Series = append(limit.Series, chart.Series{Name: o.rival, X: o.times, Y: o.limit, Steps: true})
		}
	}
	panels := []chart.Panel{good, late}
	if len(limit.Series) > 0 {
		panels = append(panels, limit)
	}
	return chart.Lines(path, title, panels...)
}
