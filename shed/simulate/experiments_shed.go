package simulate

import (
	"time"

	"github.com/statusgate/statusgate/shed"
)

// ShedMost is the one figure of experiments in which the backend could serve all.
func shedMost(mean, worst float64) []Figure {
	return []Figure{{Name: "shed", Unit: "%", Mean: mean, Worst: worst}}
}

func measureShed(t *Trial) []float64 { return []float64{t.Shed()} }

// LoseMost is also about those who waited too long, because the limiter asked the
// backend or let too few in.
func loseMost(mean, worst float64) []Figure {
	return append(shedMost(mean, worst), Figure{Name: "lost", Unit: "%", Mean: mean, Worst: worst})
}

// MeasureLost compares the answers in time with those without any limiter.
func measureLost(t *Trial) []float64 {
	alone := t.With(None()).Success(shed.Normal)
	return []float64{t.Shed(), 1 - t.Success(shed.Normal)/alone}
}

// Cold makes a scenario measured from its start, when the limiter knows nothing.
func cold(sc Scenario) Scenario {
	sc.From = -1
	return sc
}

func falseShedding() []Experiment {
	slower := c100.steady(c100.fifo(), Exponential, 0)
	slower.Phases = phases(
		Phase{For: 30 * time.Second, Load: .15},
		Phase{For: 60 * time.Second, Load: .15, Slow: 4},
	)
	slower.From = 30 * time.Second
	boundless := slower
	boundless.Backend.Boundless = true
	failing := func(z size) Cell {
		sc := cold(z.steady(z.fifo(), Exponential, .6))
		sc.Backend.Failing = .3
		return Cell{Name: z.String(), Scenario: sc, Measure: measureShed}
	}
	return []Experiment{
		{Name: "C400, cold start at 0.5x", Figures: shedMost(0, anything), Cells: []Cell{
			{Name: "queueing", Scenario: cold(c400.steady(c400.fifo(), Lognormal, .5)), Measure: measureShed},
			{Name: "collapsing", Scenario: cold(c400.steady(c400.mild(), Lognormal, .5)), Measure: measureShed},
		}},
		{Name: "cold start at 0.5x, any mix", Figures: shedMost(0, .02), Cells: halfLoads()},
		{Name: "mix shifts from 2 % to 30 % slow at 0.5x", Figures: shedMost(.005, .02), Cells: mixShifts()},
		{Name: "backend gets 4x slower, far from full", Figures: loseMost(.01, .05), Cells: []Cell{
			{Name: "queueing", Scenario: slower, Measure: measureLost},
			{Name: "boundless", Scenario: boundless, Measure: measureLost},
		}},
		{Name: "C12 at 0.8x", Figures: shedMost(.015, anything), Cells: []Cell{
			{Name: "exp", Scenario: c12.steady(c12.fifo(), Exponential, .8), Measure: measureShed},
			{Name: "lognormal", Scenario: c12.steady(c12.fifo(), Lognormal, .8), Measure: measureShed},
		}},
		{Name: "bursts of 10 at 0.6x", Figures: shedMost(.005, anything), Cells: []Cell{burst(10)}},
		{Name: "bursts of 30 at 0.6x", Figures: shedMost(.05, anything), Cells: []Cell{burst(30)}},
		{
			Name: "30 % of the answers are 503, 0.6x", Figures: shedMost(0, anything),
			Cells: []Cell{failing(c12), failing(c100)},
		},
	}
}

func halfLoads() []Cell {
	sizes := []size{c12, c100, c400}
	cells := make([]Cell, 0, 5*len(sizes))
	for _, z := range sizes {
		for _, l := range []Law{Exponential, Lognormal, Constant} {
			sc := cold(z.steady(z.fifo(), l, .5))
			cells = append(cells, Cell{Name: cellName(z, .5, l), Long: z == c400, Scenario: sc, Measure: measureShed})
		}
		for _, slow := range []float64{.1, .3} {
			sc := cold(z.steady(z.fifo(), Exponential, .5))
			sc.Mix = fastSlow(slow)
			name := cellName(z, .5, mixName(slow))
			cells = append(cells, Cell{Name: name, Scenario: sc, Measure: measureShed})
		}
	}
	return cells
}

func mixShifts() []Cell {
	sizes := []size{c12, c100}
	cells := make([]Cell, 0, len(sizes))
	for _, z := range sizes {
		sc := z.steady(z.fifo(), Exponential, 0)
		sc.Mix = fastSlow(.02)
		sc.Phases = phases(
			Phase{For: 30 * time.Second, Load: .5},
			Phase{For: 60 * time.Second, Load: .5, Shares: []float64{.7, .3}},
		)
		sc.From = 30 * time.Second
		cells = append(cells, Cell{Name: z.String(), Scenario: sc, Measure: measureShed})
	}
	return cells
}

func burst(n int) Cell {
	sc := c12.steady(c12.fifo(), Exponential, .6)
	sc.Page = n
	return Cell{Name: "C12", Scenario: sc, Measure: measureShed}
}

// MixName is the name of a mix of fast and slow routes.
type mixName float64

func (m mixName) String() string {
	return "mix with " + percent(float64(m)) + " slow"
}

// MixedOverload is how the work is done when few requests are most of it.
func mixedOverload() []Cell {
	sizes, loads := []size{c12, c100}, []float64{1, 2, 5}
	cells := make([]Cell, 0, len(sizes)*len(loads))
	for _, z := range sizes {
		for _, load := range loads {
			sc := z.steady(z.fifo(), Exponential, load)
			sc.Mix = fastSlow(.1)
			cells = append(cells, Cell{Name: cellName(z, load, mixName(.1)), Scenario: sc, Measure: measureEfficiency})
		}
	}
	return cells
}
