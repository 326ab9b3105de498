package simulate

import (
	"math"
	"slices"

	"github.com/statusgate/statusgate/shed"
)

// No target.
var anything = math.NaN()

func efficiency(mean, worst float64) []Figure {
	return []Figure{
		{Name: "efficiency", High: true, Mean: mean, Worst: worst},
		{Name: "utilization", High: true, Mean: anything, Worst: anything},
	}
}

func steady() []Experiment {
	overload := []float64{1.5, 2, 5, 10}
	all := []float64{1, 1.5, 2, 5, 10}
	laws := []Law{Exponential, Lognormal}
	return []Experiment{
		{
			Name:    "efficiency, queueing backend",
			Figures: efficiency(.98, .93),
			Cells:   steadyCells([]size{c12, c100, c400}, size.fifo, overload, laws),
		},
		{
			Name:    "efficiency, collapsing backend",
			Figures: efficiency(.94, .88),
			Cells:   steadyCells([]size{c12, c100, c400}, size.mild, all, laws),
		},
		{
			Name:    "efficiency, small queueing backend",
			Figures: efficiency(.93, anything),
			Cells:   steadyCells([]size{c4}, size.fifo, all, laws),
		},
		{
			Name:    "efficiency, small collapsing backend",
			Figures: efficiency(.85, anything),
			Cells:   steadyCells([]size{c4}, size.mild, all, laws),
		},
		{
			Name:    "C400, queueing backend",
			Figures: efficiency(.98, anything),
			Cells:   steadyCells([]size{c400}, size.fifo, []float64{2}, laws[1:]),
		},
		{
			Name:    "C400, collapsing backend",
			Figures: efficiency(.95, anything),
			Cells:   steadyCells([]size{c400}, size.mild, []float64{2}, laws[1:]),
		},
		acceptedLatency(),
		probing(),
	}
}

func steadyCells(sizes []size, backend func(size) Backend, loads []float64, laws []Law) []Cell {
	cells := make([]Cell, 0, len(sizes)*len(loads)*len(laws))
	for _, z := range sizes {
		for _, load := range loads {
			for _, l := range laws {
				cells = append(cells, Cell{
					Name:     cellName(z, load, l),
					Long:     z == c400 && load != 2 || z == c100 && load == 10,
					Scenario: z.steady(backend(z), l, load),
					Measure:  measureEfficiency,
				})
			}
		}
	}
	return cells
}

func measureEfficiency(t *Trial) []float64 {
	return []float64{t.WorkEfficiency(), t.Utilization()}
}

// AcceptedLatency compares with the limit that nobody knows.
func acceptedLatency() Experiment {
	return Experiment{
		Name: "latency of the accepted, against the right limit with CoDel",
		Figures: []Figure{
			{Name: "p99", Unit: "x", Mean: 1.15, Worst: anything},
			{Name: "p50", Unit: "x", Mean: anything, Worst: anything},
		},
		Cells: func() []Cell {
			cells := steadyCells([]size{c12}, size.fifo, []float64{2}, []Law{Exponential, Lognormal})
			for i := range cells {
				cells[i].Measure = func(t *Trial) []float64 {
					right := t.With(StaticCoDel())
					ratio := func(q float64) float64 {
						return t.Quantile(shed.Normal, q).Seconds() / right.Quantile(shed.Normal, q).Seconds()
					}
					return []float64{ratio(.99), ratio(.5)}
				}
			}
			return cells
		}(),
	}
}

// Probing compares with the shipped limiter at the right fixed limit, which has
// the same queue, and nothing to find out.
func probing() Experiment {
	near := steadyCells([]size{c12, c100}, size.fifo, []float64{.9}, []Law{Exponential})
	over := steadyCells([]size{c12, c100}, size.fifo, []float64{2}, []Law{Exponential})
	for i := range near {
		near[i].Measure = func(t *Trial) []float64 {
			return []float64{max(0, t.Shed()-t.With(Fixed()).Shed()), anything}
		}
		over[i].Measure = func(t *Trial) []float64 {
			return []float64{anything, t.With(Fixed()).Efficiency() - t.Efficiency()}
		}
	}
	return Experiment{
		Name: "the price of probing, against the right fixed limit",
		Figures: []Figure{
			{Name: "more shed at 0.9x", Unit: "%", Mean: 0, Worst: anything},
			{Name: "goodput lost at 2x", Unit: "%", Mean: .01, Worst: anything},
		},
		Cells: slices.Concat(near, over),
	}
}
