package experiment

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/statusgate/statusgate/tests/overload/chart"
	"github.com/statusgate/statusgate/tests/overload/load"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// pages asks for pages of ten requests, at twice the capacity.
func pages(ctx context.Context, lab *Lab) (Report, error) {
	const size, duration = 10, 18 * time.Second
	report := Report{
		Title: "Pages",
		Text:  "Twice the capacity, in pages of ten requests: the first at once, the others within half a second. At most half of the pages can be had.",
	}
	page := func(rng *rand.Rand) []load.Request {
		client := rng.Int32N(2000)
		requests := make([]load.Request, 1, size)
		requests[0] = load.Request{Path: "/", Client: client}
		for range size - 1 {
			after := 50*time.Millisecond + time.Duration(rng.Int64N(int64(450*time.Millisecond)))
			requests = append(requests, load.Request{Path: "/asset", Client: client, After: after})
		}
		return requests
	}
	all := lab.rivals()
	trials := make([]trial, 0, len(all))
	for _, r := range all {
		trials = append(trials, trial{
			rival: r, backend: ordinary(), requests: 2 * capacity,
			load: load.Config{Rate: 2 * capacity / size, Duration: duration, Arrival: page, Pages: true},
		})
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{"gateway", "complete", "broken", "nothing", "goodput (1/s)"}}
	panel := chart.BarPanel{Y: "share of the pages (%)", Groups: []string{"complete", "broken", "nothing"}, Max: 100}
	for _, o := range results {
		const from, to = 5 * time.Second, duration - time.Second
		complete, broken, none := o.Pages(from, to)
		all := float64(max(1, complete+broken+none))
		c, b, n := float64(complete)/all, float64(broken)/all, float64(none)/all
		table.Rows = append(table.Rows, []string{o.rival, percent(c), percent(b), percent(n), number(o.Window(from, to, nil).Goodput)})
		panel.Series = append(panel.Series, chart.BarSeries{Name: o.rival, Values: []float64{100 * c, 100 * b, 100 * n}})
		if o.sheds {
			report.AtLeast("complete pages (%)", "", 100*c, 47, 20)
			report.AtMost("broken pages", " %", 100*b, 5, 60)
			sound(&report, o, 0)
		}
	}
	report.Tables = append(report.Tables, table)
	err = report.Draw(lab.Lab, "pages", func(path string) error { return chart.Bars(path, "Pages of ten requests at twice the capacity", panel) })
	return report, err
}

// fairness has one client ask for 70 % of twice the capacity, and then all
// clients for the same.
func fairness(ctx context.Context, lab *Lab) (Report, error) {
	const duration = 18 * time.Second
	report := Report{
		Title: "Fairness",
		Text:  "Twice the capacity. First, one client makes 70 % of the requests, and 60 others the rest; then 40 clients make equally many.",
	}
	greedy := func(rng *rand.Rand) []load.Request {
		if rng.Float64() < .7 {
			return []load.Request{{Path: "/", Class: 1}}
		}
		return []load.Request{{Path: "/", Client: 1 + rng.Int32N(60)}}
	}
	all := lab.rivals()
	trials := make([]trial, 0, 2*len(all))
	for _, arrival := range []load.Arrival{greedy, load.Anyone(40, "/")} {
		for _, r := range all {
			trials = append(trials, trial{
				rival: r, backend: ordinary(),
				load: load.Config{Rate: 2 * capacity, Duration: duration, Arrival: arrival},
			})
		}
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{"gateway", "the greedy client's success", "the others'", "equal clients: Jain's index", "worst client's success"}}
	panel := chart.BarPanel{Y: "requests that succeed (%)", Groups: []string{"greedy client", "all others"}, Max: 100}
	for k := range all {
		unequal, equal := results[k], results[len(all)+k]
		const from, to = 6 * time.Second, duration
		one := unequal.Window(from, to, func(r load.Record) bool { return r.Class == 1 }).Share(load.Good)
		others := unequal.Window(from, to, func(r load.Record) bool { return r.Class == 0 }).Share(load.Good)
		shares := equal.Clients(from, to)
		worst := 1.
		for _, share := range shares {
			worst = min(worst, share)
		}
		table.Rows = append(table.Rows, []string{unequal.rival, percent(one), percent(others), fmt.Sprintf("%.2f", load.Jain(shares)), percent(worst)})
		panel.Series = append(panel.Series, chart.BarSeries{Name: unequal.rival, Values: []float64{100 * one, 100 * others}})
		if unequal.sheds {
			report.AtLeast("success of the others (%)", "", 100*others, 99.5, 60)
			report.AtLeast("Jain's index of equal clients", "", load.Jain(shares), .95, 0)
			sound(&report, unequal, 0)
			sound(&report, equal, 0)
		}
	}
	report.Tables = append(report.Tables, table)
	err = report.Draw(lab.Lab, "fairness", func(path string) error {
		return chart.Bars(path, "One client makes 70 % of the requests at twice the capacity", panel)
	})
	return report, err
}

// critical has a fifth of the requests be more important than the rest.
func critical(ctx context.Context, lab *Lab) (Report, error) {
	const duration = 14 * time.Second
	report := Report{
		Title: "Critical requests",
		Text:  "A fifth of the requests is for `/critical`. Caddy with shed is told by `critical path /critical`; the others know no such thing.",
	}
	fifth := func(rng *rand.Rand) []load.Request {
		if rng.Float64() < .2 {
			return []load.Request{{Path: "/critical", Client: rng.Int32N(400), Class: 1}}
		}
		return []load.Request{{Path: "/", Client: rng.Int32N(400)}}
	}
	all := lab.rivals()
	for i, r := range all {
		if r.Sheds {
			all[i] = rival.Shed(r.Name, "critical path /critical", "")
		}
	}
	loads := []float64{.3, 2, 4}
	var trials []trial
	for _, multiple := range loads {
		for _, r := range all {
			if multiple > 2 && !r.Sheds {
				continue
			}
			trials = append(trials, trial{
				rival: r, backend: ordinary(),
				load: load.Config{Rate: multiple * capacity, Duration: duration, Arrival: fifth},
			})
		}
	}
	results, err := lab.tries(ctx, trials)
	if err != nil {
		return report, err
	}
	judgeCritical(&report, trials, results, duration)
	return report, nil
}

func judgeCritical(report *Report, trials []trial, results []outcome, duration time.Duration) {
	table := Table{Columns: []string{"gateway", "load", "critical success", "critical p99 (ms)", "others' success"}}
	var unloaded time.Duration
	for i, o := range results {
		multiple := trials[i].load.Rate / capacity
		important := o.Window(4*time.Second, duration, func(r load.Record) bool { return r.Class == 1 })
		others := o.Window(4*time.Second, duration, func(r load.Record) bool { return r.Class == 0 })
		success := important.Share(load.Good)
		table.Rows = append(table.Rows, []string{o.rival, number(multiple) + "x", percent(success), milliseconds(important.P99), percent(others.Share(load.Good))})
		if !o.sheds {
			continue
		}
		sound(report, o, 0)
		if multiple < 1 {
			unloaded = important.P99
			continue
		}
		at := fmt.Sprintf(" at %sx", number(multiple))
		target := 99.7
		if multiple > 2 {
			target = 99.5
		}
		report.AtLeast("critical success (%)"+at, "", 100*success, target, 80)
		report.AtMost("critical p99 / unloaded"+at, "", float64(important.P99)/float64(max(1, unloaded)), 1.25, 20)
	}
	slices.SortStableFunc(table.Rows, func(a, b []string) int { return rank(a[0], trials) - rank(b[0], trials) })
	report.Tables = append(report.Tables, table)
}

// rank is the place of a rival in the order of the trials.
func rank(name string, trials []trial) int {
	return slices.IndexFunc(trials, func(t trial) bool { return t.rival.Name == name })
}
