package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/chart"
)

// How often what grows is measured on the wire: the growth is what matters.
const (
	growthRounds = 4 // even: each of two comes first as often
	growthPasses = 16
)

// grows measures two or more proxies at each of some sizes, and has a table and a
// plot of them.
func (lab *Lab) grows(ctx context.Context, report *Report, name, x string, at []int, entries func(n int) []entry, p pace) (map[int]group, error) {
	all := map[int]group{}
	table := Table{Columns: []string{x, "gateway", "CPU (µs)", "× the first", "least–largest", "requests/s", "p99 (µs)", "resident (MiB)"}}
	panels := []chart.Panel{
		{X: x, Y: "CPU per request (µs)", LogX: true, LogY: true},
		{X: x, Y: "resident (MiB)", LogX: true},
	}
	lines := map[string][2]*chart.Series{}
	var names []string
	for _, n := range at {
		found, err := lab.rounds(ctx, growthRounds, p, entries(n))
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
		all[n] = found
		for _, s := range found {
			table.Rows = append(table.Rows, []string{fmt.Sprint(n), s.Name, number(s.cost()), times(s.over(found[0]).median()), s.over(found[0]).spread(), number(s.rate()), number(median(s.each(p99))), number(s.resident())})
			if _, ok := lines[s.Name]; !ok {
				names = append(names, s.Name)
				lines[s.Name] = [2]*chart.Series{{Name: s.Name, Points: true}, {Name: s.Name, Points: true}}
			}
			for i, y := range []float64{s.cost(), s.resident()} {
				l := lines[s.Name][i]
				l.X, l.Y = append(l.X, float64(n)), append(l.Y, y)
			}
		}
	}
	for _, series := range names {
		for i := range panels {
			panels[i].Series = append(panels[i].Series, *lines[series][i])
		}
	}
	report.Tables = append(report.Tables, table)
	return all, report.Draw(lab.Lab, name, func(path string) error { return chart.Lines(path, report.Title, panels...) })
}

// growthGates is what more gates cost that stand side by side, each in a handle of
// its own as for an application, and the last is asked for. Caddy tries the
// matchers of all the others first, with gates or without.
func growthGates(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Growth of gates side by side",
		Text:  "Each gate is in a `handle` of its own, before the same backend; the last is asked for.",
	}
	at := []int{1, 10, 100}
	all, err := lab.grows(ctx, &report, "gates", "gates", at, func(n int) []entry {
		request := get(fmt.Sprintf("/app%d/orders/17", n-1))
		return []entry{
			{Proxy: proxy.Handles("the same handles, no gate", "", n), request: request},
			{Proxy: proxy.Handles(nameGate, "statusgate", n), request: request},
		}
	}, pace{warm: 200 * time.Millisecond, window: window, passes: growthPasses})
	if err != nil {
		return report, err
	}
	most := all[at[len(at)-1]]
	atMost(&report, "100 gates side by side, to the same handles without gates", most[1].over(most[0]), 1.05)
	return report, nil
}

// growthConnections is what more connections cost.
func growthConnections(ctx context.Context, lab *Lab) (Report, error) {
	const rate = 2000
	report := Report{
		Title: "Growth of connections",
		Text:  fmt.Sprintf("%d requests a second over all connections, 1 KiB of JSON passed through. 10 000 connections to each are too many for one client, so there one gateway is measured after the other, and in the next round the other way round.", rate),
	}
	at := []int{1, 10, 100, 1000, 10000}
	all, err := lab.grows(ctx, &report, "connections", "connections", at, func(n int) []entry {
		request := get("/orders/17")
		entries := []entry{{Proxy: proxy.NoGate(nameNoGate), request: request}, {Proxy: proxy.Ours(nameGate, ""), request: request}}
		for i := range entries {
			entries[i].connections, entries[i].closedRate = n, rate
		}
		return entries
	}, pace{warm: 300 * time.Millisecond, window: 4 * window, passes: growthPasses})
	if err != nil {
		return report, err
	}
	most := all[at[len(at)-1]]
	atMost(&report, "10 000 connections with the gate, to those without", most.named(nameGate).over(most.named(nameNoGate)), 1.05)
	atMost(&report, "memory of 10 000 connections with the gate, to those without", most.named(nameGate).ratio(most.named(nameNoGate), resident), 1.05)
	return report, nil
}

// growthSizes is what longer bodies cost.
func growthSizes(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Growth of bodies",
		Text:  "Bodies in bytes, passed through; six rules that their first byte rules out. 16 connections.",
	}
	at := []int{1 << 10, 16 << 10, 256 << 10, 1 << 20, 16 << 20}
	const few = 16
	all, err := lab.grows(ctx, &report, "sizes", "bytes", at, func(n int) []entry {
		request := get(fmt.Sprintf("/text/%d", n))
		return []entry{
			{Proxy: proxy.NoGate(nameNoGate), request: request, connections: few, want: http.StatusOK},
			{Proxy: proxy.Ours(nameGate+", six body rules", proxy.SixRules), request: request, connections: few},
		}
	}, pace{warm: 200 * time.Millisecond, window: window, passes: growthPasses})
	if err != nil {
		return report, err
	}
	for _, n := range at[1:] {
		ruled, bare := all[n].named(nameGate+", six body rules"), all[n].named(nameNoGate)
		atMost(&report, fmt.Sprintf("%d KiB with body rules, to the same without the gate", n>>10), ruled.ratio(bare, drive.Measurement.PerRequest), 1.06)
	}
	return report, nil
}
