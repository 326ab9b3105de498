package simulated_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed/simulate"
	"github.com/statusgate/statusgate/tests/overload/chart"
	"github.com/statusgate/statusgate/tests/overload/simulated"
)

var plots = flag.String("plots", "", "draw the plots into this directory")

// TestPlots draws the plots of the report: small ones, if not asked for them.
func TestPlots(t *testing.T) {
	p := &plotting{t: t, dir: *plots, seeds: *seeds, loads: []float64{.3, .5, .8, 1, 1.2, 1.5, 2, 3, 5, 7, 10}, long: time.Minute}
	if *plots == "" {
		p.dir, p.seeds, p.loads, p.long = t.TempDir(), 1, []float64{.5, 2}, 6*time.Second
	} else if err := os.MkdirAll(p.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p.goodput(false)
	p.goodput(true)
	p.halving()
	p.pages()
	p.fairness()
}

type plotting struct {
	t     *testing.T
	dir   string
	seeds int
	loads []float64
	long  time.Duration
}

func (p *plotting) lines(file, title string, panels ...chart.Panel) {
	if err := chart.Lines(filepath.Join(p.dir, file), title, panels...); err != nil {
		p.t.Error(err)
	}
}

func (p *plotting) bars(file, title string, panels ...chart.BarPanel) {
	if err := chart.Bars(filepath.Join(p.dir, file), title, panels...); err != nil {
		p.t.Error(err)
	}
}

// mean is a figure's mean over the seeds.
func (p *plotting) mean(player simulated.Player, sc *simulate.Scenario, figure func(*simulate.Result) float64) float64 {
	sum := 0.0
	for seed := range p.seeds {
		sum += figure(player.Play(p.t, sc, uint64(seed)+1))
	}
	return sum / float64(p.seeds)
}

func (p *plotting) goodput(collapsing bool) {
	panels := make([]chart.Panel, 0, 2)
	for _, z := range []struct {
		name    string
		servers int
		mean    time.Duration
	}{{"12 servers, 100 ms", 12, 100 * time.Millisecond}, {"100 servers, 50 ms", 100, 50 * time.Millisecond}} {
		panel := chart.Panel{
			Title: z.name, X: "offered load (multiples of capacity)", Y: "answered in time / capacity",
			LogX: true, Ticks: p.loads, Max: 1.1,
		}
		for _, player := range simulated.Players() {
			series := chart.Series{Name: player.Name, X: p.loads, Points: true}
			for _, load := range p.loads {
				sc := overload(p.long)
				sc.Gone = false
				sc.Mix[0].Mean = z.mean
				sc.Phases[0].Load = load
				sc.Backend = simulate.Backend{Servers: z.servers, Shared: collapsing, Kappa: .3}
				series.Y = append(series.Y, min(1, load)*p.mean(player, sc, (*simulate.Result).Efficiency))
			}
			panel.Series = append(panel.Series, series)
		}
		panels = append(panels, panel)
	}
	if collapsing {
		p.lines("goodput-collapsing.svg", "Goodput of a backend that collapses", panels...)
	} else {
		p.lines("goodput-queueing.svg", "Goodput of a backend that queues", panels...)
	}
}

// halving shows one run.
func (p *plotting) halving() {
	sc := overload(p.long / 2)
	sc.Phases = []simulate.Phase{
		{For: p.long / 2, Load: 1.2},
		{For: p.long / 2, Load: 1.2, Servers: 6},
		{For: p.long / 2, Load: 1.2},
	}
	marks := []chart.Mark{
		{X: (p.long / 2).Seconds(), Name: "capacity halves"},
		{X: p.long.Seconds(), Name: "and recovers"},
	}
	limit := chart.Panel{Title: "Limit", X: "time (s)", Y: "requests", LogY: true, Marks: marks}
	p99 := chart.Panel{Title: "Latency of the answered, p99", X: "time (s)", Y: "ms", LogY: true, Marks: marks}
	for _, player := range simulated.Players() {
		if player.Name == "none" {
			continue
		}
		res := player.Play(p.t, sc, 1)
		l, q := chart.Series{Name: player.Name}, chart.Series{Name: player.Name}
		for i := range res.Seconds {
			s := &res.Seconds[i]
			l.X, q.X = append(l.X, float64(i)), append(q.X, float64(i))
			l.Y = append(l.Y, s.Limit)
			q.Y = append(q.Y, float64(s.Latency.Quantile(.99))/float64(time.Millisecond))
		}
		limit.Series, p99.Series = append(limit.Series, l), append(p99.Series, q)
	}
	p.lines("halving.svg", "A backend of 12 servers halves and recovers at 1.2 times its capacity", limit, p99)
}

func (p *plotting) pages() {
	sc := overload(p.long)
	sc.Gone = false
	sc.Page, sc.Gap = 10, 20*time.Millisecond
	panel := chart.BarPanel{Y: "pages (%)", Max: 100}
	complete, broken := chart.BarSeries{Name: "complete"}, chart.BarSeries{Name: "broken"}
	for _, player := range simulated.Players() {
		panel.Groups = append(panel.Groups, breakLine(player.Name))
		complete.Values = append(complete.Values, 100*p.mean(player, sc, func(res *simulate.Result) float64 {
			all, _ := res.PagesDone()
			return all
		}))
		broken.Values = append(broken.Values, 100*p.mean(player, sc, func(res *simulate.Result) float64 {
			_, some := res.PagesDone()
			return some
		}))
	}
	panel.Series = []chart.BarSeries{complete, broken}
	panel.Horizontal = []chart.Mark{{X: 50, Name: "possible"}}
	p.bars("pages.svg", "Pages of 10 requests at twice the capacity", panel)
}

func (p *plotting) fairness() {
	hog := overload(p.long)
	hog.Clients.Hog = .7
	equal := overload(p.long)
	equal.Clients.Equal = 20
	others := chart.BarPanel{Title: "One client asks for 70 %: success of the others", Y: "%", Max: 100}
	jain := chart.BarPanel{Title: "20 equal clients: Jain's index", Y: "1 is fair", Max: 1}
	a, b := chart.BarSeries{Name: "success"}, chart.BarSeries{Name: "index"}
	for _, player := range simulated.Players() {
		others.Groups = append(others.Groups, breakLine(player.Name))
		a.Values = append(a.Values, 100*p.mean(player, hog, (*simulate.Result).OthersSuccess))
		b.Values = append(b.Values, p.mean(player, equal, (*simulate.Result).Jain))
	}
	jain.Groups = others.Groups
	others.Series, jain.Series = []chart.BarSeries{a}, []chart.BarSeries{b}
	p.bars("fairness.svg", "Fairness at twice the capacity", others, jain)
}

// breakLine makes a name fit under its bars.
func breakLine(name string) string { return strings.Replace(name, ", ", ",\n", 1) }
