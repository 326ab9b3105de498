package simulate

import (
	"fmt"
	"time"
)

// gateways are experiments with several gateways in front of one backend, none of which
// knows of the others.
func gateways() []Experiment {
	e := Experiment{
		Name: "several gateways, 2x", Variation: true,
		Figures: []Figure{
			{Name: "efficiency", High: true, Mean: .9, Worst: .8},
			{Name: "least served by a gateway, against its share", Unit: "x", High: true, Mean: anything, Worst: anything},
		},
	}
	for _, n := range []int{2, 4, 8} {
		e.Cells = append(e.Cells, gatewaysCell(fmt.Sprintf("%d alike", n), n, Phase{For: time.Minute, Load: 2}))
	}
	half := 30 * time.Second
	e.Cells = append(e.Cells,
		gatewaysCell("2, one gets three times as much", 2, Phase{For: time.Minute, Load: 2, Spread: []float64{3, 1}}),
		gatewaysCell("a third one joins", 3, Phase{For: half, Load: 2, Spread: []float64{1, 1, 0}}, Phase{For: half, Load: 2}),
		gatewaysCell("one of three dies", 3, Phase{For: half, Load: 2}, Phase{For: half, Load: 2, Spread: []float64{1, 1, 0}}),
	)
	return []Experiment{e}
}

func gatewaysCell(name string, n int, p ...Phase) Cell {
	sc := c30.steady(c30.fifo(), Exponential, 2)
	sc.Gone = true
	sc.Gateways, sc.Phases = n, phases(p...)
	return Cell{Name: name, Scenario: sc, Measure: func(t *Trial) []float64 {
		return []float64{measureEfficiency(t)[0], t.GatewayShare()}
	}}
}
