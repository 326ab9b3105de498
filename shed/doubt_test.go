package shed_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// overloaded has a backend of ten that was quick for a while, and is asked for
// more than it can do from then on.
func overloaded(cfg shed.Config) *server {
	s := newServer(cfg, 10, 10*ms)
	for range 200 { // 500 a second
		s.run(2*ms, 0)
		s.arrive(1, shed.Place{Class: shed.Normal})
	}
	s.run(5*time.Second, 2)
	return s
}

// Who only reports must not try anything out: it takes a backend that has become
// slow for congested.
func TestReportTakesSlownessForCongestion(t *testing.T) {
	cfg := shed.Defaults()
	cfg.Report = true
	st := overloaded(cfg).c.Stats(0)
	if st.Limit >= st.Inflight/2 || st.Congestion < 2 {
		t.Errorf("%d in flight, the limit is %d, the congestion %v", st.Inflight, st.Limit, st.Congestion)
	}
	for result, n := range st.Probes {
		if n > 0 {
			t.Errorf("%d probes were %v", n, shed.ProbeResult(result)) //nolint:gosec // of ProbeResults
		}
	}
}

// A backend that takes five times as long as it did, but does all that is asked
// for, is asked whether it is congested. They wait for the answer, and nobody is
// shed.
func TestNobodyIsShedWhileASlowBackendIsAsked(t *testing.T) {
	s := newServer(shed.Defaults(), 1000, 100*ms)
	run := func(long time.Duration) {
		for end := s.now + long; s.now < end; {
			s.run(10*ms, 0)
			s.arrive(1, shed.Place{Class: shed.Normal}) // 100 a second
		}
	}
	run(10 * time.Second)
	s.long *= 5
	run(30 * time.Second)
	st := s.c.Stats(s.now)
	for o := shed.OutcomeRejected; o < shed.Outcomes; o++ {
		if n := st.Requests[shed.Normal][o]; n > 0 {
			t.Errorf("%d requests were %v", n, o)
		}
	}
	if st.Inflight < 45 {
		t.Errorf("%d are in flight, want about 50", st.Inflight)
	}
}

// When all requests take longer, none of them has become more expensive.
func TestRoutesThatGetSlowerTogether(t *testing.T) {
	var r shed.Routes
	learn := func(times float64) {
		for range 100 {
			for range 9 {
				r.Learn(1, 0.1*times)
			}
			r.Learn(2, 2*times)
		}
	}
	learn(1)
	cheap, dear := r.Work(1), r.Work(2)
	learn(10)
	if got, want := r.Work(2)/r.Work(1), dear/cheap; got < want/2 || got > 2*want {
		t.Errorf("one costs %v times as much as the other, want %v", got, want)
	}
	if got := 0.9*r.Work(1) + 0.1*r.Work(2); got > 1.3*(0.9*cheap+0.1*dear) {
		t.Errorf("they cost %v and %v now, %v and %v before", r.Work(1), r.Work(2), cheap, dear)
	}
	for range 100 {
		r.Learn(1, 10)
	}
	if got, want := r.Work(1)/r.Work(2), cheap/dear; got < 2*want {
		t.Errorf("one that became more expensive alone costs %v times the other, it was %v", got, want)
	}
}

// Leaving sooner than a request takes says nothing of the backend.
func TestClientsThatLeaveAtOnce(t *testing.T) {
	d := haunted(t)
	d.c.Configure(d.now, fixed(2))
	for range 200 {
		left := d.arrive(shed.Place{Class: shed.Normal, Route: 5}, shed.Admitted)
		d.pass(10 * ms)
		d.release(left, shed.Left)
		d.pass(time.Second)
	}
	if st := d.c.Stats(d.now); st.Squeeze < 1 || st.Congestion > 2 {
		t.Errorf("the squeeze is %v, the congestion %v", st.Squeeze, st.Congestion)
	}
}

// What a doubt has found is looked at again with what became of the backend.
func TestADoubtIsReconsidered(t *testing.T) {
	for _, c := range []struct {
		name            string
		inside, stays   float64
		held, searching bool
	}{
		{"it is quicker", 8, 2, false, false},
		{"it is hardly quicker", 8, 4.2, true, false},
		{"it is as it was", 8, 8, false, true},
		{"it is slower, so something else has changed", 8, 12, false, false},
		{"as many are inside", 30, 8, false, false},
	} {
		if held, searching := shed.Reconsider(c.inside, c.stays); held != c.held || searching != c.searching {
			t.Errorf("%s: held %v, searching %v; want %v, %v", c.name, held, searching, c.held, c.searching)
		}
	}
}
