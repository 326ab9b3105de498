package simulate_test

import (
	"math"
	"os"
	"runtime"
	"testing"

	"github.com/statusgate/statusgate/shed/simulate"
)

// Bound is what a row has to reach, instead of its target.
type bound struct{ mean, worst float64 }

// Bounds are those of the rows that do not reach their targets, which stand beside
// them. All other rows have to reach the target itself.
var bounds = map[string]bound{}

// TestTargets runs all experiments: with few seeds, or with SIMULATE_LONG=1 in the
// environment, all cells with 20 seeds, which takes many minutes.
func TestTargets(t *testing.T) {
	if withRace {
		t.Skip("too slow with the race detector")
	}
	o := &simulate.Options{Maker: simulate.Controller(nil), Seeds: 3, First: 1, Jobs: runtime.GOMAXPROCS(0)}
	if os.Getenv("SIMULATE_LONG") != "" {
		o.Seeds, o.Long = 20, true
	}
	known := map[string]bool{}
	for _, e := range simulate.Experiments() {
		few := *o
		if e.Variation && !o.Long {
			few.Seeds = 1
		}
		for _, row := range e.Measure(&few) {
			name := row.Experiment + ": " + row.Figure.Name
			known[name] = true
			t.Run(name, func(t *testing.T) { checkRow(t, &row, name) })
		}
	}
	for name := range bounds {
		if !known[name] {
			t.Errorf("there is a bound for %q, but no such row", name)
		}
	}
}

func checkRow(t *testing.T, row *simulate.Row, name string) {
	asserted := row.Figure
	if b, ok := bounds[name]; ok {
		asserted.Mean, asserted.Worst = b.mean, b.worst
	}
	say := t.Logf
	if row.Runs == 0 || !asserted.Met(row.Mean, row.Worst) {
		say = t.Errorf
	}
	say("mean %.4g, worst %.4g of %d runs; want mean %v, worst %v; the target is %v, %v",
		row.Mean, row.Worst, row.Runs, none(asserted.Mean), none(asserted.Worst),
		none(row.Figure.Mean), none(row.Figure.Worst))
}

// None shows that there is nothing to reach.
func none(target float64) any {
	if math.IsNaN(target) {
		return "any"
	}
	return target
}
