package simulated_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
	"github.com/statusgate/statusgate/shed/simulate"
	"github.com/statusgate/statusgate/tests/overload/simulated"
)

func overload(long time.Duration) *simulate.Scenario {
	return &simulate.Scenario{
		Backend:  simulate.Backend{Servers: 12},
		Mix:      []simulate.Kind{{Share: 1, Mean: 100 * time.Millisecond, Class: shed.Normal, Route: 1}},
		Phases:   []simulate.Phase{{For: long, Load: 2}},
		Deadline: time.Second,
		Gone:     true,
	}
}

// TestEveryLimiterIsReal: each admits and rejects, and its places all come back.
func TestEveryLimiterIsReal(t *testing.T) {
	sc := overload(20 * time.Second)
	sc.Phases = append(sc.Phases, simulate.Phase{For: 20 * time.Second, Load: .01})
	for _, p := range simulated.Players() {
		res := p.Play(t, sc, 1)
		var good, rejected int
		for i := range res.Seconds {
			good += res.Seconds[i].Good
			rejected += res.Seconds[i].Rejected
		}
		if good < 100 || rejected == 0 && p.Name != "none" {
			t.Errorf("%s answered %d in time and rejected %d", p.Name, good, rejected)
		}
		if last := res.Seconds[len(res.Seconds)-1]; p.Name != "none" && (last.InFlight > 1 || last.Queued > 0 || last.Limit < 1) {
			t.Errorf("%s ends with %v in flight, %v queued, and a limit of %v", p.Name, last.InFlight, last.Queued, last.Limit)
		}
	}
}
