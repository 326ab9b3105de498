package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/chart"
)

// summed is a case as the README has it: what a request costs each gateway.
type summed struct {
	name string
	of   [gateways]*series
}

// gateways are the columns of the summary.
const gateways = 6

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
	t := Table{Columns: append(append([]string{"CPU per request (µs)"}, columns[:]...), "× stock Caddy", "least–largest", "× the same settings", "least–largest", "× best peer")}
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

// What encloses the figures in the README.
const (
	figuresBegin = "<!-- Figures of `go -C tests/bench run . -update`, which replaces what is between these two lines. -->\n"
	figuresEnd   = "<!-- End of the figures. -->\n"
)

// updateREADME replaces the figures in the README of the repository.
func (lab *Lab) updateREADME() error {
	path := filepath.Join(lab.root, "README.md")
	old, err := os.ReadFile(path) //nolint:gosec // this repository's
	if err != nil {
		return err
	}
	if err := lab.drawSummary(filepath.Join(lab.Out, "summary.svg")); err != nil {
		return err
	}
	text, err := replace(string(old), lab.figures())
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644) //nolint:gosec // as it was
}

func (lab *Lab) figures() string {
	return fmt.Sprintf("\n%s As shipped is %s; stock Caddy was measured with its defaults, and with the same settings. It answers the 520 by `handle_response`, the 405 and the 503 by `respond`, whatever the load.\n\n%s\n%s\n%s\n", lab.machine(), lab.shipped, lab.summary(), lab.through(), lab.disturbed())
}

// replace puts figures between the two lines that enclose them.
func replace(text, figures string) (string, error) {
	head, rest, begun := strings.Cut(text, figuresBegin)
	_, tail, ended := strings.Cut(rest, figuresEnd)
	if !begun || !ended {
		return "", errors.New("README.md lacks the lines between which the figures are")
	}
	return head + figuresBegin + figures + figuresEnd + tail, nil
}
