package simulate

import "time"

// Enough is the share of capacity at which a change counts as coped with.
const enough = 0.9

func changes() []Experiment {
	return []Experiment{
		adaptation("time to 90 %, C12", c12, 2),
		adaptation("time to 90 %, C100", c100, 1),
		ghosts(),
		stall(),
	}
}

func adaptation(name string, z size, most float64) Experiment {
	seconds := func(name string) Figure {
		return Figure{Name: name, Unit: "s", Mean: anything, Worst: most}
	}
	start := z.steady(z.fifo(), Exponential, 0)
	ramp, halving := start, start
	ramp.Phases = phases(
		Phase{For: 30 * time.Second, Load: .5},
		Phase{For: 30 * time.Second, Load: 10},
	)
	halving.Phases = phases(
		Phase{For: 30 * time.Second, Load: 1.2},
		Phase{For: 30 * time.Second, Load: 1.2, Servers: z.servers / 2},
		Phase{For: 30 * time.Second, Load: 1.2},
	)
	return Experiment{
		Name:    name,
		Figures: []Figure{seconds("0.5x to 10x"), seconds("halving"), seconds("recovery")},
		Cells: []Cell{
			{Name: "ramp", Scenario: ramp, Measure: func(t *Trial) []float64 {
				return []float64{t.reachIn(1), anything, anything}
			}},
			{Name: "halving", Scenario: halving, Measure: func(t *Trial) []float64 {
				return []float64{anything, t.reachIn(1), t.reachIn(2)}
			}},
		},
	}
}

// ReachIn is how long it takes in a phase until enough is answered.
func (t *Trial) reachIn(phase int) float64 {
	from, to := t.Phase(phase)
	return t.Reach(from, to, enough)
}

// Ghosts are requests that the backend works on for clients that have left. On
// the small backend a limit that is a few places too high makes all clients leave.
func ghosts() Experiment {
	e := Experiment{
		Name: "clients leave and the backend works on, 3x",
		Figures: []Figure{
			{Name: "efficiency, queueing", High: true, Mean: .92, Worst: anything},
			{Name: "efficiency, collapsing", High: true, Mean: .88, Worst: anything},
		},
	}
	for _, z := range []size{c4, c12} {
		queueing, collapsing := z.steady(z.fifo(), Exponential, 3), z.steady(z.mild(), Exponential, 3)
		queueing.Gone, collapsing.Gone = true, true
		e.Cells = append(e.Cells,
			Cell{Name: z.String() + " queueing", Scenario: queueing, Measure: func(t *Trial) []float64 {
				return []float64{t.Efficiency(), anything}
			}},
			Cell{Name: z.String() + " collapsing", Scenario: collapsing, Measure: func(t *Trial) []float64 {
				return []float64{anything, t.Efficiency()}
			}})
	}
	return e
}

func stall() Experiment {
	sc := c12.steady(c12.fifo(), Exponential, 0)
	sc.Phases = phases(
		Phase{For: 30 * time.Second, Load: .7},
		Phase{For: 5 * time.Second, Load: .7, Stalled: true},
		Phase{For: 60 * time.Second, Load: .7},
	)
	sc.Retry = Retry{Times: 3, Wait: 100 * time.Millisecond}
	return Experiment{
		Name:    "stall of 5 s, three retries that ignore Retry-After",
		Figures: []Figure{{Name: "recovery", Unit: "s", Mean: anything, Worst: 2}},
		Cells: []Cell{{Name: "stall", Scenario: sc, Measure: func(t *Trial) []float64 {
			return []float64{t.reachIn(2)}
		}}},
	}
}
