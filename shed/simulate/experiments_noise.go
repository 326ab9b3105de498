package simulate

// noisy are experiments on machines that others use, too: with each noise.
func noisy() []Experiment {
	list := []Experiment{
		{Name: "noise, queueing backend", Variation: true, Figures: efficiency(.95, .85), Cells: noisyCells(size.fifo)},
		{Name: "noise, collapsing backend", Variation: true, Figures: efficiency(.90, .78), Cells: noisyCells(size.mild)},
		{Name: "noise, half of the load", Variation: true, Figures: loseMost(0, 0), Cells: noisyHalves()},
	}
	return list
}

func noisyCells(backend func(size) Backend) []Cell {
	cells := make([]Cell, 0, 8*len(Noises()))
	for _, n := range Noises() {
		for _, z := range []size{c12, c100} {
			for _, load := range []float64{1.5, 4} {
				for _, gone := range []bool{false, true} {
					sc := z.steady(backend(z), Exponential, load)
					sc.Noise, sc.Gone = n, gone
					name := cellName(z, load, Exponential) + ", " + n.Name
					if gone {
						name += ", clients leave"
					}
					cells = append(cells, Cell{Name: name, Long: z == c100, Scenario: sc, Measure: measureEfficiency})
				}
			}
		}
	}
	return cells
}

func noisyHalves() []Cell {
	cells := make([]Cell, 0, 4*len(Noises()))
	for _, n := range Noises() {
		for _, z := range []size{c12, c100} {
			for _, gone := range []bool{false, true} {
				sc := cold(z.steady(z.fifo(), Exponential, .5))
				sc.Noise, sc.Gone = n, gone
				name := cellName(z, .5, Exponential) + ", " + n.Name
				if gone {
					name += ", clients leave"
				}
				cells = append(cells, Cell{Name: name, Long: z == c100, Scenario: sc, Measure: measureLost})
			}
		}
	}
	return cells
}
