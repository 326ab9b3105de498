package shed_test

import (
	"math"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/shed"
)

// A few requests tell little. Until more are done, the limit rises by less than one
// for each.
func TestTheStartTakesSmallSteps(t *testing.T) {
	got := shed.SmallSteps(40)
	at := func(limit float64) int {
		return slices.IndexFunc(got, func(l float64) bool { return l >= limit }) + 1
	}
	if eight, double := at(8), at(24)-at(12); eight < 7 || eight > 12 || double != 12 {
		t.Errorf("the limit of 4 has doubled after %d, that of 12 after %d: want 7 to 12, and 12", eight, double)
	}
}

// The less is known of what a request takes, the longer it must take to be too long.
func TestTooLong(t *testing.T) {
	for _, c := range []struct{ known, least, most float64 }{
		{1000, 1.8, 1.8}, {12, 1.8, 1.8}, {6, 2.5, 3}, {1, 6, 8}, {0, 6, 8},
	} {
		if got := shed.TooSlow(c.known); got < c.least || got > c.most {
			t.Errorf("%v samples: %v, want %v to %v", c.known, got, c.least, c.most)
		}
	}
}

// What a backend does that is only slow is what it can do, until it does more: that as
// much is asked of it is no surge.
func TestASlowBackendThatIsExpanded(t *testing.T) {
	if limit, met := shed.Expanded(); limit != 24 || met != 40 {
		t.Errorf("limit %v, %v a second; want 24 and 40", limit, met)
	}
}

// Where fewer clients leave now that less is inside, there was more than anyone knows:
// what the others took says nothing of an idle backend. Those who leave whatever the
// load is don't keep it from being measured.
func TestAProbeWhoseClientsLeave(t *testing.T) {
	for _, c := range []struct {
		name           string
		before, served float64
		left           float64
		want           shed.ProbeResult
		scale          float64
	}{
		{"half of them, before most", 18, 20, 20, shed.ProbeFailed, 1},
		{"half of them, as before", 10, 20, 20, shed.ProbeMoved, 5},
		{"one of them", 10, 20, 1, shed.ProbeMoved, 5},
	} {
		if result, scale := shed.LostProbe(c.before, c.served, c.left); result != c.want || scale != c.scale {
			t.Errorf("%s: %v, and the scale is %v; want %v, %v", c.name, result, scale, c.want, c.scale)
		}
	}
}

// A client that leaves at once can't make the backend look slow to a probe.
func TestStraysDoNotMeasure(t *testing.T) {
	if got := shed.StayBesideStrays(); got != 1 {
		t.Errorf("requests that took 1 s stay for %v s in the eyes of a probe", got)
	}
}

// Where clients leave a backend that is full, the start ends: those who are served are
// no measure.
func TestAStartThatServesNobody(t *testing.T) {
	for lost, want := range map[float64]bool{0: false, 10: true} {
		if got := shed.StartEnds(lost); got != want {
			t.Errorf("the clients of %v left beside 10 who were served: the start ends %v", lost, got)
		}
	}
}

// That nobody waits for the answers is something to act on.
func TestAWindowWhoseClientsLeave(t *testing.T) {
	if !shed.WindowOf(1, 39) {
		t.Error("39 have left, and the window goes on")
	}
	if shed.WindowOf(1, 0) {
		t.Error("one was served, and the window ends")
	}
}

// A backend that collapses is watched in time.
func TestTheTrendOfACollapse(t *testing.T) {
	for _, c := range []struct{ stay, want float64 }{{0.05, 0.1}, {0.2, 0.2}, {0.3, 0.3}, {10, 0.3}} {
		if got := shed.TrendAfter(c.stay); math.Abs(got-c.want) > 0.02 {
			t.Errorf("requests stay %v s: after %v s, want %v", c.stay, got, c.want)
		}
	}
}

// While the start may not end, nobody is shed because the queue is longer than what a
// backend does of which nobody knows what it can do.
func TestNobodyIsShedWhileNothingIsKnown(t *testing.T) {
	d := newDesk(t, shed.Defaults())
	d.many(4, shed.Normal, shed.Admitted)
	d.now += 10 * ms
	d.many(512, shed.Normal, shed.Waiting)
}
