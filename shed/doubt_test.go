package shed_test

import (
	"slices"
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

// Leaving sooner than a request takes says nothing of the backend: neither are the
// others squeezed, nor is what was expected of it doubted.
func TestClientsThatLeaveAtOnce(t *testing.T) {
	d := haunted(t)
	d.c.Configure(d.now, fixed(1))
	p := shed.Place{Class: shed.Normal, Route: 5}
	for range 200 { // always full
		d.served(1, 5, 100*ms)
		left := d.arrive(p, shed.Admitted)
		d.pass(10 * ms)
		d.release(left, shed.Left)
		at, _ := d.c.Next()
		d.pass(at - d.now)
	}
	if got := d.c.Stats(d.now).Squeeze; got < 1 {
		t.Errorf("the squeeze is %v, want 1", got)
	}
	left := d.arrive(p, shed.Admitted)
	d.pass(300 * ms)
	d.release(left, shed.Left)
	if at, _ := d.c.Next(); at-d.now > 200*ms {
		t.Errorf("the place of one that left after 300ms is kept for %v, want as long as a request takes", at-d.now)
	}
}

// How long a client stayed that left at once is only what was expected: a probe
// must not take it for a measurement.
func TestProbesDoNotMeasureClientsThatLeave(t *testing.T) {
	for _, late := range []bool{false, true} {
		work, samples := shed.ProbeSees(late)
		if work != 3 || samples != 3 {
			t.Errorf("late %v: of three that were served and one that left, a probe sees work of %v and %v samples", late, work, samples)
		}
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

// One that is not asked for more than it ever did is found congested the second time.
func TestABackendIsFoundCongested(t *testing.T) {
	for _, c := range []struct {
		name  string
		surge bool
		odds  []float64
		want  []bool
	}{
		{"more is asked for", true, []float64{-2}, []bool{true}},
		{"no more is asked for", false, []float64{-2, -2}, []bool{false, true}},
		{"it seemed slow in between", false, []float64{-2, 0.5, -2}, []bool{false, false, false}},
		{"nobody knew in between", false, []float64{-2, -0.5, -2}, []bool{false, false, true}},
		{"it was only slow", true, []float64{2}, []bool{false}},
	} {
		if got := shed.FoundCongested(c.surge, c.odds...); !slices.Equal(got, c.want) {
			t.Errorf("%s: after odds of %v, %v, want %v", c.name, c.odds, got, c.want)
		}
	}
}

// A doubt that has measured nothing goes deeper, twice. Where those inside don't get
// done it is given up.
func TestADoubtThatCannotTell(t *testing.T) {
	if got, want := shed.FailDoubt(true), []float64{8, 4, 0}; !slices.Equal(got, want) {
		t.Errorf("one of 16 goes on with %v, want %v", got, want)
	}
	if got := shed.LimitAfterFailedDoubt(); got != 4 {
		t.Errorf("after the last of them the limit is %v, want 4: not even so few got done", got)
	}
	if got, want := shed.FailDoubt(false), []float64{0}; !slices.Equal(got, want) {
		t.Errorf("one of 16 that could not drain goes on with %v, want %v", got, want)
	}
}

// Requests pile up if they become far more than they were once the backend was slow.
// That they become more when it gets slow is no sign of it, nor is chance.
func TestRequestsPileUp(t *testing.T) {
	for _, c := range []struct {
		name              string
		quick, slow, want []float64
	}{
		{"slow", []float64{3, 2, 3}, []float64{6, 12, 13, 10, 12, 16, 19, 9, 12}, nil},
		{"does not keep up", []float64{3, 2, 3}, []float64{6, 12, 18, 27, 40}, []float64{40}},
		{"large", []float64{300}, []float64{600, 1200, 1300, 1500}, []float64{1500}},
		{"quick", []float64{3, 12, 40}, nil, nil},
	} {
		if got := shed.Piling(c.quick, c.slow); !slices.Equal(got, c.want) {
			t.Errorf("%s: at %v, want %v", c.name, got, c.want)
		}
	}
}

// One that found congested what is asked for no more than it did is looked at again
// at once, deeper: those who were let wait meanwhile would crowd it.
func TestADoubtIsFollowedByAnother(t *testing.T) {
	if limit, odds := shed.LookAgain(); limit != 8 || odds != 0 {
		t.Errorf("the next lets %v in, with odds of %v; want 8, 0", limit, odds)
	}
}

// A window in which chance had more done does not count for what the backend can do.
func TestWhatTheBackendDid(t *testing.T) {
	if got := shed.Met(20, 20, 30, 20, 20); got < 20 || got > 26 {
		t.Errorf("%v, want 20 to 26", got)
	}
	if got := shed.Met(20, 20, 60, 60, 60, 60); got < 50 {
		t.Errorf("after it did 60 for long: %v", got)
	}
}

// What fewer inside tell: if work stays for less, in proportion, the backend was
// congested, also where so few already took the scale for that; if it stays as long,
// the backend is only slow.
func TestWhatFewerInsideTell(t *testing.T) {
	for _, c := range []struct {
		name               string
		scale, more, fewer float64
		congested          bool
	}{
		{"half", 1, 8, 4, true},
		{"less than the scale that was known", 8, 8, 4, true},
		{"as long", 1, 8, 8, false},
	} {
		if odds := shed.Evidence(c.scale, c.more, c.fewer); odds < -3 != c.congested || odds > 3 == c.congested {
			t.Errorf("%s: odds of %.1f that it is slow", c.name, odds)
		}
	}
}

// While requests are slow, the start lets no more in where more is asked for than
// was ever done, or where the backend was found congested once.
func TestTheStartIsHalted(t *testing.T) {
	for _, c := range []struct {
		name          string
		asked, slower float64
		found         int
		want          bool
	}{
		{"quick", 200, 1.5, 0, false},
		{"slow, more is asked for", 200, 3, 0, true},
		{"slow, no more is asked for", 100, 3, 0, false},
		{"slow, and found congested once", 100, 3, 1, true},
	} {
		halted, grown := shed.Halt(c.asked, c.slower, c.found)
		if halted != c.want || grown == halted {
			t.Errorf("%s: halted %v, the limit grows %v", c.name, halted, grown)
		}
	}
}
