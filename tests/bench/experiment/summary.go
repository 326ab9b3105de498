package experiment

import (
	"strings"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/chart"
)

// summed is a case of the summary: what a request costs each gateway.
type summed struct {
	name string
	of   [gateways]*series
}

// gateways are the columns of the summary.
const gateways = 6

// timesStock is the column of the ratio to stock Caddy.
const timesStock = "× stock Caddy"

var columns = [gateways]string{"Statusgate as shipped", "Statusgate, Go's defaults", "stock Caddy", "stock Caddy, same settings", "nginx", "HAProxy"}

// sum adds a case to the summary. The stock is the one to compare with.
func (lab *Lab) sum(name string, g group, shipped, gate, stock string) {
	s := summed{name: name, of: [gateways]*series{g.named(shipped), g.named(gate), g.named(stock), g.named(stock + sameSettings)}}
	for _, peer := range g.among(isPeer) {
		switch peer.Kind {
		case proxy.Nginx:
			s.of[4] = peer
		default:
			s.of[5] = peer
		}
	}
	lab.cases = append(lab.cases, s)
}

// summary is the table of all cases.
func (lab *Lab) summary() Table {
	t := Table{Columns: append(append([]string{"CPU per request (µs)"}, columns[:]...), timesStock, "least–largest", "× the same settings", "least–largest", "× best peer")}
	for _, c := range lab.cases {
		row := []string{c.name}
		for _, s := range c.of {
			if s == nil {
				row = append(row, "–")
				continue
			}
			row = append(row, number(s.cost()))
		}
		toStock, toSame := c.of[0].over(c.of[2]), c.of[0].over(c.of[3])
		best := group(c.of[4:]).among(func(s *series) bool { return s != nil }).cheapest()
		t.Rows = append(t.Rows, append(row, times(toStock.median()), toStock.spread(), times(toSame.median()), toSame.spread(), times(c.of[0].over(best).median())))
	}
	return t
}

// through is all about what passes through, by gateway.
func (lab *Lab) through() Table {
	t := Table{Columns: []string{"200, 1 KiB passed through", "requests/s on one core", "CPU (µs)", "least–largest", "p50 (µs)", "p99 (µs)", "peak memory (MiB)"}}
	for i, s := range lab.cases[0].of {
		if s == nil {
			continue
		}
		t.Rows = append(t.Rows, []string{
			columns[i], number(s.rate()), number(s.cost()), spread(s.each(drive.Measurement.PerRequest)),
			number(s.latency(p50)), number(s.latency(p99)), number(s.peak()),
		})
	}
	return t
}

// drawSummary draws what a request costs each in all cases but the large one,
// which has another scale.
func (lab *Lab) drawSummary(path string) error {
	panel := chart.BarPanel{Y: "CPU per request (µs)"}
	for i, name := range columns {
		bars := chart.BarSeries{Name: name}
		for _, c := range lab.cases {
			switch {
			case strings.Contains(c.name, "MiB"):
				continue
			case c.of[i] == nil:
				bars.Values = append(bars.Values, 0)
			default:
				bars.Values = append(bars.Values, c.of[i].cost())
			}
			if i == 0 {
				panel.Groups = append(panel.Groups, c.name)
			}
		}
		panel.Series = append(panel.Series, bars)
	}
	return chart.Bars(path, "Cost of a request", panel)
}
