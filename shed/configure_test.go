package shed_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

func TestConfigure(t *testing.T) {
	with := func(change func(*shed.Config)) shed.Config {
		cfg := fixed(4)
		change(&cfg)
		return cfg
	}
	tests := []struct {
		name string
		then shed.Config
		// Of the four that are in flight and the two that wait before.
		inflight, waiting, limit int
		next                     shed.Verdict // on the one that comes then
	}{
		{"the same again", fixed(4), 4, 2, 4, shed.Waiting},
		{"one place more goes to one that waits", fixed(5), 5, 1, 5, shed.Waiting},
		{"there are places for all", fixed(7), 6, 0, 7, shed.Admitted},
		{"those in flight stay where there are fewer places", fixed(1), 4, 2, 1, shed.Waiting},
		{"likewise where the ceiling is lower", with(func(c *shed.Config) { c.Max = 2 }), 4, 2, 2, shed.Waiting},
		{"who waits does so where nobody else may", with(func(c *shed.Config) { c.Queue = 0 }), 4, 2, 4, shed.Rejected},
		{"all are let in where it is only reported", with(func(c *shed.Config) { c.Report = true }), 6, 0, 4, shed.Admitted},
		{"what is learned begins where the operator was", with(func(c *shed.Config) { c.Fixed = 0 }), 4, 2, 4, shed.Waiting},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t, fixed(4))
			running := d.many(4, shed.Normal, shed.Admitted)
			waits := d.many(2, shed.Normal, shed.Waiting)
			d.c.Configure(d.now, test.then)
			s := d.c.Stats(d.now)
			if s.Inflight != test.inflight || s.Queued[shed.Normal] != test.waiting || s.Limit != test.limit || d.c.Limit() != test.limit {
				t.Errorf("%d are in flight, %d wait, the limit is %d and %d; want %d, %d, %d", s.Inflight, s.Queued[shed.Normal],
					s.Limit, d.c.Limit(), test.inflight, test.waiting, test.limit)
			}
			p := d.arrive(shed.Place{Class: shed.Normal}, test.next)
			d.c.Configure(d.now, fixed(100))
			if waits[1].Verdict != shed.Admitted || p.Verdict == shed.Waiting {
				t.Errorf("there are places, but the verdicts are %d and %d", waits[1].Verdict, p.Verdict)
			}
			for _, p := range append(append(running, waits...), p) {
				d.release(p, shed.Served)
			}
			d.inflight(0)
		})
	}
}

func TestWhatWasLearnedSurvives(t *testing.T) {
	s := newServer(shed.Defaults(), 10, 10*ms)
	s.run(20*time.Second, 2)
	learned := s.c.Stats(s.now).Limit
	if learned < 6 || learned > 40 {
		t.Fatalf("the limit before 10 servers is %d", learned)
	}
	cfg := shed.Defaults()
	cfg.Patience = time.Second
	s.c.Configure(s.now, cfg)
	if got := s.c.Stats(s.now).Limit; got != learned {
		t.Errorf("another patience changed the limit from %d to %d", learned, got)
	}
	s.c.Configure(s.now, fixed(3))
	if got := s.c.Stats(s.now).Limit; got != 3 || s.c.Probing() {
		t.Errorf("the limit is %d, want the operator's 3", got)
	}
	s.c.Configure(s.now, shed.Defaults())
	if got := s.c.Stats(s.now).Limit; got != 4 {
		t.Errorf("the limit is %d, want to start with 4 again", got)
	}
	cfg.Max = 2
	s.c.Configure(s.now, cfg)
	if got := s.c.Stats(s.now).Limit; got != 2 {
		t.Errorf("the limit is %d, want no more than the ceiling, 2", got)
	}
}

func TestReport(t *testing.T) {
	cfg := fixed(2) // 20 requests a second: 10 might wait
	cfg.Report, cfg.MaxStreams, cfg.Max = true, 0, 50
	d := newDesk(t, cfg)
	var all []*shed.Place
	come := func(n int, p shed.Place, want shed.Outcome) {
		t.Helper()
		for range n {
			r := d.arrive(p, shed.Admitted)
			all = append(all, r)
			if r.Outcome != want {
				t.Fatalf("number %d, %v, would have been %v, want %v", len(all), r.Class, r.Outcome, want)
			}
		}
	}
	normal := shed.Place{Class: shed.Normal}
	come(2, normal, shed.OutcomeAdmitted)
	come(10, normal, shed.OutcomeQueued)
	come(1, normal, shed.OutcomeRejected)
	come(1, shed.Place{Class: shed.Exempt, Stream: true}, shed.OutcomeAdmitted)
	come(40, shed.Place{Class: shed.Critical}, shed.OutcomeRejected)
	s := d.c.Stats(d.now)
	if s.Requests[shed.Normal] != [shed.Outcomes]uint64{2, 10, 1} || s.Reasons != [shed.Reasons]uint64{41} {
		t.Errorf("counted %v, for the reasons %v", s.Requests, s.Reasons)
	}
	if at, ok := d.c.Next(); ok {
		t.Errorf("nobody waits, but Next is %v", at)
	}
	d.c.Close(d.now)
	come(1, normal, shed.OutcomeRejected)
	for _, p := range all {
		d.release(p, shed.Served)
	}
	d.inflight(0)
}

func TestReportTellsOfOverload(t *testing.T) {
	cfg := fixed(1)
	cfg.Report = true
	d := newDesk(t, cfg)
	running := d.many(1, shed.Normal, shed.Admitted)
	overloaded := func() bool { return d.c.Stats(d.now).Overloaded[shed.Normal] }
	turn := func(class shed.Class) {
		running = append(running, d.many(1, class, shed.Admitted)...)
		d.now += 100 * ms
		d.release(running[0], shed.Served)
		running = running[1:]
	}
	for range 20 {
		turn(shed.Normal)
	}
	if overloaded() {
		t.Error("overloaded, though each one got its place soon")
	}
	running = append(running, d.many(2, shed.Normal, shed.Admitted)...)
	for range 10 {
		turn(shed.Normal)
	}
	if overloaded() {
		t.Error("overloaded after a second, want it after twice the patience")
	}
	turn(shed.Exempt) // says nothing of those who wait
	turn(shed.Normal)
	if !overloaded() {
		t.Error("not overloaded, though more were there than may be all the time")
	}
	for _, p := range running {
		d.release(p, shed.Served)
	}
	d.pass(time.Second)
	d.many(3, shed.Normal, shed.Admitted)
	if overloaded() {
		t.Error("still overloaded, though all have gone")
	}
}

// haunted is a desk before a backend that serves the requests of route 5 in 100 ms.
func haunted(t *testing.T) *desk {
	d := newDesk(t, fixed(10))
	d.served(100, 5, 100*ms)
	return d
}

func TestPlaceOfAClientThatLeft(t *testing.T) {
	tests := []struct {
		name string
		left time.Duration // after it was admitted
		want time.Duration // for which the place is kept
	}{
		{"as long as the request is expected to go on", 20 * ms, 80 * ms},
		{"and a part of that in any case", 50 * ms, 70 * ms},
		{"also after that", 300 * ms, 70 * ms},
		{"at once", 0, 100 * ms},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := haunted(t)
			p := d.arrive(shed.Place{Class: shed.Normal, Route: 5}, shed.Admitted)
			d.pass(test.left)
			d.release(p, shed.Left)
			if s := d.c.Stats(d.now); s.Inflight != 1 || s.Ghosts != 1 {
				t.Fatalf("%d in flight, %d ghosts; want 1 and 1", s.Inflight, s.Ghosts)
			}
			at, _ := d.c.Next()
			if got := (at - d.now).Round(ms); got != test.want {
				t.Errorf("the place of one that left after %v is kept for %v, want %v", test.left, got, test.want)
			}
			d.c.Advance(at - 1)
			d.inflight(1)
			d.c.Advance(at)
			d.inflight(0)
		})
	}
}

func TestGhostsAreBounded(t *testing.T) {
	d := newDesk(t, fixed(1000))
	d.served(25, 5, time.Hour)
	p := d.arrive(shed.Place{Class: shed.Normal, Route: 5}, shed.Admitted)
	d.release(p, shed.Left)
	if at, _ := d.c.Next(); at-d.now != shed.GhostMax {
		t.Errorf("the place is kept for %v, want %v", at-d.now, shed.GhostMax)
	}
}

func TestNoGhosts(t *testing.T) {
	tests := []struct {
		name     string
		answered bool
		ending   shed.Ending
	}{
		{"its answer had begun", true, shed.Left},
		{"it was served", false, shed.Served},
		{"it failed", false, shed.Failed},
		{"the backend never had it", false, shed.Unused},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := haunted(t)
			p := d.arrive(shed.Place{Class: shed.Normal, Route: 5}, shed.Admitted)
			if test.answered {
				d.c.Answered(d.now, p)
			}
			d.pass(20 * ms)
			d.release(p, test.ending)
			if s := d.c.Stats(d.now); s.Inflight != 0 || s.Ghosts != 0 {
				t.Errorf("%d in flight, %d ghosts; want none", s.Inflight, s.Ghosts)
			}
		})
	}
}

// While nothing is known of how long requests take, those whose clients leave at once must not
// pile up in the backend.
func TestPlaceOfAClientThatLeftAnUnknownBackend(t *testing.T) {
	d := newDesk(t, fixed(1))
	p := d.arrive(shed.Place{Class: shed.Normal}, shed.Admitted)
	d.release(p, shed.Left)
	d.pass(999 * ms)
	d.inflight(1)
	d.pass(ms)
	d.inflight(0)
}

func TestGhostsGiveTheirPlaceToThoseWhoWait(t *testing.T) {
	d := haunted(t)
	d.c.Configure(d.now, fixed(1))
	p := d.arrive(shed.Place{Class: shed.Normal, Route: 5}, shed.Admitted)
	d.release(p, shed.Left)
	waits := d.arrive(shed.Place{Class: shed.Normal, Route: 5}, shed.Waiting)
	d.pass(150 * ms)
	d.expect(waits, shed.OutcomeQueued, 0)
	if got := waits.Wait.Round(ms); got != 100*ms {
		t.Errorf("it waited %v, want 100ms", got)
	}
}

func TestManyThatLeaveShowThatTheExpectationIsWrong(t *testing.T) {
	d := haunted(t)
	d.c.Configure(d.now, fixed(1))
	p := shed.Place{Class: shed.Normal, Route: 5}
	for range 100 { // always full, and each second client waits in vain
		d.served(1, 5, 100*ms)
		left := d.arrive(p, shed.Admitted)
		d.pass(150 * ms)
		d.release(left, shed.Left)
		at, _ := d.c.Next()
		d.pass(at - d.now)
	}
	left := d.arrive(p, shed.Admitted)
	d.pass(300 * ms)
	d.release(left, shed.Left)
	if at, _ := d.c.Next(); at-d.now < 200*ms {
		t.Errorf("the place of one that left after 300ms is kept for %v, want about as long", at-d.now)
	}
}
