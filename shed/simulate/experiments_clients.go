package simulate

import (
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Classed is a mix in which requests differ in their importance only.
func (z size) classed(critical, background float64) []Kind {
	kind := func(c shed.Class, share float64) Kind {
		return Kind{Share: share, Mean: z.mean, Class: c, Route: scatter(uint64(c))}
	}
	return []Kind{
		kind(shed.Critical, critical),
		kind(shed.Normal, 1-critical-background),
		kind(shed.Background, background),
	}
}

func (z size) important(load float64) Scenario {
	sc := z.steady(z.fifo(), Exponential, load)
	sc.Mix = z.classed(.2, 0)
	return sc
}

func importance() []Experiment {
	success := func(name string, least float64) Figure {
		return Figure{Name: name, Unit: "%", High: true, Mean: least, Worst: anything}
	}
	inversions := make([]Cell, 0, 2)
	for _, load := range []float64{2, 4} {
		sc := c12.important(load)
		sc.Mix = c12.classed(.2, .3)
		inversions = append(inversions, Cell{
			Name: cellName(c12, load, Exponential), Scenario: sc,
			Measure: func(t *Trial) []float64 { return []float64{float64(t.Inversions())} },
		})
	}
	return []Experiment{
		{
			Name:    "critical requests, 20 % of all",
			Figures: []Figure{success("success at 2x", .997), success("success at 4x", .995)},
			Cells: []Cell{
				{Name: "2x", Scenario: c12.important(2), Measure: func(t *Trial) []float64 {
					return []float64{t.Success(shed.Critical), anything}
				}},
				{Name: "4x", Scenario: c12.important(4), Measure: func(t *Trial) []float64 {
					return []float64{anything, t.Success(shed.Critical)}
				}},
			},
		},
		{
			Name:    "latency of critical requests, against an idle backend",
			Figures: []Figure{{Name: "p99", Unit: "x", Mean: 1.25, Worst: anything}},
			Cells: []Cell{
				{Name: "2x", Scenario: c12.important(2), Measure: criticalLatency},
				{Name: "4x", Scenario: c12.important(4), Measure: criticalLatency},
			},
		},
		{
			Name:    "seconds in which a critical request is shed and a background one is not",
			Figures: []Figure{{Name: "seconds", Unit: "s", Mean: 0, Worst: 0}},
			Cells:   inversions,
		},
	}
}

func criticalLatency(t *Trial) []float64 {
	idle := *t.Scenario
	idle.Phases = phases(Phase{For: time.Minute, Load: .3})
	p99 := func(res *Result) float64 { return res.Quantile(shed.Critical, .99).Seconds() }
	return []float64{p99(t.Result) / p99(t.Play(&idle))}
}

func manyClients() []Experiment {
	pages := c12.steady(c12.fifo(), Exponential, 2)
	pages.Page, pages.Gap = 10, 20*time.Millisecond
	greedy := c12.steady(c12.fifo(), Exponential, 2)
	greedy.Clients.Hog = .7
	equal := c12.steady(c12.fifo(), Exponential, 2)
	equal.Clients.Equal = 20
	return []Experiment{
		{
			Name: "pages of 10 requests at 2x",
			Figures: []Figure{
				{Name: "complete", Unit: "%", High: true, Mean: .47, Worst: anything},
				{Name: "broken", Unit: "%", Mean: .05, Worst: anything},
			},
			Cells: []Cell{{Name: "C12", Scenario: pages, Measure: measurePages}},
		},
		{
			Name:    "one client asks for 70 % of 2x",
			Figures: []Figure{{Name: "success of the others", Unit: "%", High: true, Mean: .995, Worst: anything}},
			Cells:   []Cell{{Name: "C12", Scenario: greedy, Measure: measureOthers}},
		},
		{
			Name:    "20 equal clients at 2x",
			Figures: []Figure{{Name: "Jain's index", High: true, Mean: .95, Worst: anything}},
			Cells:   []Cell{{Name: "C12", Scenario: equal, Measure: func(t *Trial) []float64 { return []float64{t.Jain()} }}},
		},
		surge(),
	}
}

func measurePages(t *Trial) []float64 {
	complete, broken := t.PagesDone()
	return []float64{complete, broken}
}

func measureOthers(t *Trial) []float64 { return []float64{t.OthersSuccess()} }

// Surge is 20 s of four times the capacity, on a site that has 0.6 times before
// and after, and whose clients come back as they are told.
func surge() Experiment {
	sc := c12.steady(c12.fifo(), Exponential, 0)
	sc.Phases = phases(
		Phase{For: 30 * time.Second, Load: .6},
		Phase{For: 20 * time.Second, Load: 4},
		Phase{For: 150 * time.Second, Load: .6},
	)
	sc.Retry = Retry{Times: 10, Wait: time.Second, Honour: true}
	return Experiment{
		Name: "surge, clients honour Retry-After",
		Figures: []Figure{
			{Name: "attempts per client", High: false, Mean: 1.6, Worst: anything},
			{Name: "shed in the 120 s after", Unit: "%", Mean: .15, Worst: anything},
			{Name: "served", Unit: "%", High: true, Mean: anything, Worst: anything},
		},
		Cells: []Cell{{Name: "C12", Scenario: sc, Measure: func(t *Trial) []float64 {
			from, to := t.Phase(1)
			attempts, served := t.Patience(from, to)
			return []float64{attempts, t.ShedIn(to, to+120), served}
		}}},
	}
}
