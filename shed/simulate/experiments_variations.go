package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/statusgate/statusgate/shed"
)

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }

// Variations are experiments around those with targets. The limiter has to do
// as well in them, or as well as in the nearest.
func variations() []Experiment {
	list := slices.Concat(steadyVariations(), changeVariations(), clientVariations())
	for i := range list {
		list[i].Variation = true
	}
	return list
}

func steadyVariations() []Experiment {
	loads := []float64{1.2, 3, 8}
	laws := []Law{Constant, Exponential, Lognormal}
	harsh := func(z size) Backend { return z.collapse(1) }
	bounded := func(z size) Backend { return Backend{Servers: z.servers, Room: 2 * z.servers} }
	long := c12
	long.mean = 250 * time.Millisecond
	short := c100
	short.mean = 8 * time.Millisecond
	return []Experiment{
		{
			Name: "other sizes, queueing backend", Figures: efficiency(.98, .93),
			Cells: steadyCells([]size{c30, c250}, size.fifo, loads, laws),
		},
		{
			Name: "other sizes, collapsing backend", Figures: efficiency(.94, .88),
			Cells: steadyCells([]size{c30, c250}, size.mild, loads, laws),
		},
		{
			Name: "other work, queueing backend", Figures: efficiency(.98, .93),
			Cells: steadyCells([]size{long, short}, size.fifo, []float64{1.5, 4}, laws),
		},
		{
			Name: "backend that collapses fast", Figures: efficiency(.88, .8),
			Cells: steadyCells([]size{c12, c100}, harsh, []float64{1.2, 2, 5}, laws[1:]),
		},
		{
			Name: "small sizes, queueing backend", Figures: efficiency(.93, anything),
			Cells: steadyCells([]size{c1, c2, c7}, size.fifo, []float64{1.5, 2, 5}, laws[1:]),
		},
		{
			Name: "small sizes, collapsing backend", Figures: efficiency(.85, anything),
			Cells: steadyCells([]size{c1, c2, c7}, size.mild, []float64{1.5, 2, 5}, laws[1:]),
		},
		{
			Name: "backend whose queue is bounded", Figures: efficiency(.98, .93),
			Cells: steadyCells([]size{c12, c100}, bounded, []float64{1.5, 2, 5}, laws[1:]),
		},
		{
			Name: "10 % of the requests take 100 times as long", Figures: efficiency(.89, anything),
			Cells: mixedOverload(),
		},
		boundless(),
	}
}

// Boundless is a backend that is never overloaded.
func boundless() Experiment {
	e := Experiment{Name: "backend without a limit", Figures: shedMost(.005, .02)}
	for _, z := range []size{c12, c100} {
		for _, load := range []float64{.3, 2} {
			sc := cold(z.steady(z.fifo(), Lognormal, load))
			sc.Backend.Boundless = true
			e.Cells = append(e.Cells, Cell{Name: cellName(z, load, Lognormal), Scenario: sc, Measure: measureShed})
		}
	}
	return e
}

// slowerBackends get slower in other measures than the one of the table, and closer to
// what they can do.
func slowerBackends() Experiment {
	e := Experiment{Name: "other backends get slower, not full", Figures: loseMost(.02, .1)}
	for _, z := range []size{c12, c30} {
		for _, c := range []struct{ load, slow float64 }{{.15, 4}, {.2, 4}, {.35, 2}, {.05, 10}} {
			sc := z.steady(z.fifo(), Exponential, 0)
			sc.Phases = phases(
				Phase{For: 20 * time.Second, Load: c.load},
				Phase{For: 40 * time.Second, Load: c.load, Slow: c.slow},
			)
			sc.From = 20 * time.Second
			name := fmt.Sprintf("%v %gx, %g times slower", z, c.load, c.slow)
			e.Cells = append(e.Cells, Cell{Name: name, Scenario: sc, Measure: measureLost})
		}
	}
	return e
}

// quietHalves lose capacity below what they are asked for, and have never been asked
// for more than they had.
func quietHalves() Experiment {
	e := Experiment{Name: "backend that was never full halves at 0.8x", Figures: efficiency(.88, .8)}
	for _, z := range []size{c12, c30, c100} {
		for _, b := range []struct {
			name string
			Backend
		}{{"queueing", z.fifo()}, {"collapsing", z.mild()}} {
			sc := z.steady(b.Backend, Exponential, 0)
			sc.Phases = phases(
				Phase{For: 20 * time.Second, Load: .8},
				Phase{For: 30 * time.Second, Load: .8, Servers: z.servers / 2},
			)
			sc.From = 20 * time.Second
			e.Cells = append(e.Cells, Cell{Name: z.String() + " " + b.name, Scenario: sc, Measure: measureEfficiency})
		}
	}
	return e
}

func changeVariations() []Experiment {
	return []Experiment{
		lightLoads(),
		slowerBackends(),
		quietHalves(),
		collapsingHalves(),
		adaptation("time to 90 %, C30", c30, 2),
		adaptation("time to 90 %, C250", c250, 2),
	}
}

func lightLoads() Experiment {
	e := Experiment{Name: "cold start below capacity", Figures: shedMost(.005, .02)}
	for _, z := range []size{c7, c30, c100, c250} {
		for _, load := range []float64{.3, .6, .7} {
			if z == c7 && load > .6 {
				continue // a queue that short overflows by chance
			}
			sc := cold(z.steady(z.mild(), Lognormal, load))
			e.Cells = append(e.Cells, Cell{Name: cellName(z, load, Lognormal), Scenario: sc, Measure: measureShed})
		}
	}
	return e
}

func collapsingHalves() Experiment {
	e := Experiment{Name: "collapsing backend halves at 1.2x", Figures: []Figure{
		{Name: "efficiency while halved", High: true, Mean: .88, Worst: anything},
		{Name: "efficiency after", High: true, Mean: .88, Worst: anything},
	}}
	for _, z := range []size{c12, c100} {
		sc := z.steady(z.mild(), Exponential, 0)
		sc.Phases = phases(
			Phase{For: 30 * time.Second, Load: 1.2},
			Phase{For: 30 * time.Second, Load: 1.2, Servers: z.servers / 2},
			Phase{For: 30 * time.Second, Load: 1.2},
		)
		e.Cells = append(e.Cells, Cell{Name: z.String(), Scenario: sc, Measure: func(t *Trial) []float64 {
			halved, _ := t.Phase(1)
			after, to := t.Phase(2)
			return []float64{t.EfficiencyIn(halved, after), t.EfficiencyIn(after, to)}
		}})
	}
	return e
}

func clientVariations() []Experiment {
	pages := func(n int, gap time.Duration, z size) Cell {
		sc := z.steady(z.fifo(), Lognormal, 2)
		sc.Page, sc.Gap = n, gap
		return Cell{Name: fmt.Sprintf("%v, %d every %v", z, n, gap), Scenario: sc, Measure: measurePages}
	}
	equal := func(n int) Cell {
		sc := c30.steady(c30.mild(), Exponential, 2)
		sc.Clients.Equal = n
		return Cell{Name: fmt.Sprintf("%d clients", n), Scenario: sc, Measure: func(t *Trial) []float64 {
			return []float64{t.Jain()}
		}}
	}
	critical := func(z size, l Law, load float64) Cell {
		sc := z.important(load)
		for i := range sc.Mix {
			sc.Mix[i].Law = l
		}
		return Cell{Name: cellName(z, load, l), Scenario: sc, Measure: func(t *Trial) []float64 {
			return []float64{t.Success(shed.Critical)}
		}}
	}
	return []Experiment{
		{
			Name: "other pages at 2x",
			Figures: []Figure{
				{Name: "complete", Unit: "%", High: true, Mean: .45, Worst: anything},
				{Name: "broken", Unit: "%", Mean: .06, Worst: anything},
			},
			Cells: []Cell{pages(6, 0, c30), pages(20, 10*time.Millisecond, c30), pages(10, 50*time.Millisecond, c100)},
		},
		{
			Name:    "other numbers of equal clients at 2x",
			Figures: []Figure{{Name: "Jain's index", High: true, Mean: .95, Worst: anything}},
			Cells:   []Cell{equal(3), equal(10), equal(50)},
		},
		{
			Name:    "critical requests of other backends",
			Figures: []Figure{{Name: "success", Unit: "%", High: true, Mean: .995, Worst: anything}},
			Cells:   []Cell{critical(c30, Lognormal, 2), critical(c30, Exponential, 4), critical(c100, Lognormal, 4)},
		},
	}
}
