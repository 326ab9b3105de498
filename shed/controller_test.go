package shed_test

import (
	"slices"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

func TestTheMoreImportantIsServedFirst(t *testing.T) {
	d := newDesk(t, fixed(1))
	running := d.arrive(shed.Place{Class: shed.Background}, shed.Admitted)
	background := d.arrive(shed.Place{Class: shed.Background}, shed.Waiting)
	normal := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	critical := d.arrive(shed.Place{Class: shed.Critical}, shed.Waiting)
	second := d.arrive(shed.Place{Class: shed.Critical}, shed.Waiting)
	want := []*shed.Place{critical, second, normal, background}
	for i, p := range want {
		d.now += 10 * ms
		d.release(running, shed.Served)
		if len(d.decided) != i+1 || d.decided[i] != p {
			t.Fatalf("release %d: %d were decided, or another one first", i, len(d.decided))
		}
		d.expect(p, shed.OutcomeQueued, 0)
		if p.Wait != time.Duration(i+1)*10*ms {
			t.Errorf("number %d waited %v", i, p.Wait)
		}
		running = p
	}
	d.release(running, shed.Served)
	d.inflight(0)
}

func TestExemptNeverWaits(t *testing.T) {
	cfg := fixed(1)
	cfg.Max = 3
	d := newDesk(t, cfg)
	d.many(3, shed.Exempt, shed.Admitted)
	d.expect(d.arrive(shed.Place{Class: shed.Exempt}, shed.Rejected), shed.OutcomeRejected, shed.ReasonCapacity)
	d.arrive(shed.Place{Class: shed.Critical}, shed.Waiting)
	d.inflight(3)
}

func TestPatience(t *testing.T) {
	d := newDesk(t, fixed(1))
	d.many(1, shed.Normal, shed.Admitted)
	d.now = 100 * ms
	p := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	if at, ok := d.c.Next(); !ok || at != 600*ms {
		t.Fatalf("Next is %v, %v; want 600ms", at, ok)
	}
	d.c.Advance(600*ms - 1)
	if p.Verdict != shed.Waiting {
		t.Fatal("it did not wait until its time was over")
	}
	d.pass(500 * ms)
	d.expect(p, shed.OutcomeTimeout, shed.ReasonPatience)
	if p.Wait != 500*ms || p.RetryAfter < 1 || !slices.Contains(d.decided, p) {
		t.Errorf("it waited %v and should come back in %d s", p.Wait, p.RetryAfter)
	}
	if at, ok := d.c.Next(); ok {
		t.Errorf("nobody waits, but Next is %v", at)
	}
}

func TestPatienceIsOneForAll(t *testing.T) {
	cfg := fixed(1)
	cfg.Patience = 10 * time.Second
	d := newDesk(t, cfg)
	d.many(1, shed.Normal, shed.Admitted)
	d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	cfg.Patience = 100 * ms
	d.c.Configure(d.now, cfg)
	p := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	d.pass(100 * ms)
	d.expect(p, shed.OutcomeTimeout, shed.ReasonPatience)
}

func TestFullQueue(t *testing.T) {
	known := shed.Place{Class: shed.Normal, Client: 7}
	hog := shed.Place{Class: shed.Normal, Client: 9} // has had all there was
	tests := []struct {
		name  string
		queue int
		wait  []shed.Place // who wait before
		comes shed.Place
		want  shed.Verdict
		out   shed.Reason // of the one that does not wait, in the end
	}{
		{"nobody waits where there is no queue", 0, nil, shed.Place{Class: shed.Critical}, shed.Rejected, shed.ReasonCapacity},
		{"known clients neither", 0, nil, hog, shed.Rejected, shed.ReasonCapacity},
		{"the one that comes too late", 1, []shed.Place{{Class: shed.Normal}}, shed.Place{Class: shed.Normal}, shed.Rejected, shed.ReasonCapacity},
		{"one of a lower class", 1, []shed.Place{{Class: shed.Normal}}, shed.Place{Class: shed.Background}, shed.Rejected, shed.ReasonCapacity},
		{"a better one takes the place", 1, []shed.Place{{Class: shed.Background}}, shed.Place{Class: shed.Normal}, shed.Waiting, shed.ReasonCapacity},
		{"of the same class, too", 1, []shed.Place{hog}, shed.Place{Class: shed.Normal}, shed.Waiting, shed.ReasonUsage},
		{"the cohort decides", 1, []shed.Place{{Class: shed.Critical, Client: 3}}, shed.Place{Class: shed.Normal, Client: 3}, shed.Rejected, shed.ReasonCohort},
		{"and the usage", 1, []shed.Place{known}, hog, shed.Rejected, shed.ReasonUsage},
		{"a known client gives way", 1, []shed.Place{{Class: shed.Background, Client: 7}}, shed.Place{Class: shed.Normal}, shed.Waiting, shed.ReasonCohort},
		{"the largest that fits", 9, nil, shed.Place{Class: shed.Normal, Size: shed.QueueBytes}, shed.Waiting, 0},
		{"too large for an empty queue", 9, nil, shed.Place{Class: shed.Normal, Size: shed.QueueBytes + 1}, shed.Rejected, shed.ReasonCapacity},
		{"and nobody goes for it", 9, []shed.Place{{Class: shed.Background}}, shed.Place{Class: shed.Critical, Size: shed.QueueBytes + 1}, shed.Rejected, shed.ReasonCapacity},
		{"a large one takes the place of a worse one", 9, []shed.Place{{Class: shed.Background}}, shed.Place{Class: shed.Critical, Size: shed.QueueBytes}, shed.Waiting, shed.ReasonCapacity},
		{"a large one does not take that of a better one", 9, []shed.Place{{Class: shed.Critical}}, shed.Place{Class: shed.Normal, Size: shed.QueueBytes}, shed.Rejected, shed.ReasonCapacity},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := fixed(1)
			cfg.Queue = test.queue
			d := newDesk(t, cfg)
			d.served(40, 1, 10*ms)                                                 // so that work has a measure
			d.release(d.arrive(shed.Place{Client: 9}, shed.Admitted), shed.Served) // the hog's
			d.pass(4 * time.Second)                                                // its page is over
			d.many(1, shed.Normal, shed.Admitted)
			waits := make([]*shed.Place, len(test.wait))
			for i, p := range test.wait {
				waits[i] = d.arrive(p, shed.Waiting)
			}
			comes := d.arrive(test.comes, test.want)
			if test.want == shed.Rejected {
				d.expect(comes, shed.OutcomeRejected, test.out)
				if len(d.decided) > 0 {
					t.Errorf("%d had to go for one that was rejected", len(d.decided))
				}
				return
			}
			for _, p := range waits {
				d.expect(p, shed.OutcomeEvicted, test.out)
			}
		})
	}
}

func TestSizeThatIsHeld(t *testing.T) {
	d := newDesk(t, fixed(1))
	d.many(1, shed.Normal, shed.Admitted)
	p := d.arrive(shed.Place{Class: shed.Normal, Size: -5}, shed.Waiting)
	if got := d.c.Inside().Bytes; got != shed.MinSize || p.Size != shed.MinSize {
		t.Errorf("one of %d bytes holds %d, want %d", p.Size, got, shed.MinSize)
	}
	d.c.Leave(d.now, p)
	if got := d.c.Inside().Bytes; got != 0 {
		t.Errorf("nobody waits, but %d bytes are held", got)
	}
}

func TestOverload(t *testing.T) {
	d := newDesk(t, fixed(1)) // 10 requests a second, so far as anyone knows
	running := d.many(1, shed.Normal, shed.Admitted)[0]
	overloaded := func() (on [shed.Classes]bool) { return d.c.Stats(d.now).Overloaded }
	// There is always one that waits, for a little more than twice the patience.
	d.many(1, shed.Normal, shed.Waiting)
	for range 11 {
		d.many(1, shed.Normal, shed.Waiting)
		d.now += 100 * ms
		d.release(running, shed.Served)
		running = d.decided[len(d.decided)-1]
	}
	d.many(1, shed.Normal, shed.Waiting)
	if on := overloaded(); !on[shed.Normal] || on[shed.Critical] || on[shed.Exempt] {
		t.Fatalf("overloaded: %v, want normal", on)
	}
	// Fewer may wait now.
	d.expect(d.arrive(shed.Place{Class: shed.Normal}, shed.Rejected), shed.OutcomeRejected, shed.ReasonCapacity)
	d.pass(500 * ms)
	// A page waits as a whole, and goes as a whole when better requests come; the
	// rest of it is not even asked for.
	known := shed.Place{Class: shed.Normal, Client: 7}
	page := []*shed.Place{d.arrive(known, shed.Waiting), d.arrive(known, shed.Waiting), d.arrive(known, shed.Waiting)}
	for _, better := range d.many(3, shed.Critical, shed.Waiting) {
		d.c.Leave(d.now, better)
	}
	for _, p := range page {
		d.expect(p, shed.OutcomeEvicted, shed.ReasonCohort)
	}
	d.expect(d.arrive(known, shed.Rejected), shed.OutcomeRejected, shed.ReasonCohort)
	d.arrive(shed.Place{Class: shed.Critical, Client: 7}, shed.Waiting)
	// Nobody is rejected for as long as the patience: it is over.
	d.pass(499 * ms)
	d.release(running, shed.Served)
	d.pass(2 * ms)
	d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	if on := overloaded(); on[shed.Normal] {
		t.Errorf("overloaded: %v, though all were served for a while", on)
	}
}

func TestStreams(t *testing.T) {
	cfg := fixed(1)
	cfg.MaxStreams = 1
	d := newDesk(t, cfg)
	p := d.arrive(shed.Place{Stream: true}, shed.Admitted)
	waits := d.arrive(shed.Place{}, shed.Waiting)
	if !d.c.BecomeStream(d.now, p) {
		t.Fatal("the first stream is one too many")
	}
	d.expect(waits, shed.OutcomeQueued, 0) // it got the place
	if s := d.c.Stats(d.now); s.Streams != 1 || s.Inflight != 1 {
		t.Fatalf("%d streams, %d in flight; want 1 and 1", s.Streams, s.Inflight)
	}
	if d.c.BecomeStream(d.now, p) || d.c.BecomeStream(d.now, waits) {
		t.Fatal("there are more streams than may be")
	}
	d.inflight(1) // the second one kept its place
	d.expect(d.arrive(shed.Place{Class: shed.Exempt, Stream: true}, shed.Rejected), shed.OutcomeRejected, shed.ReasonCapacity)
	for range 2 {
		d.release(p, shed.Left)
		if s := d.c.Stats(d.now); s.Streams != 0 || s.Ghosts != 0 || s.Inflight != 1 {
			t.Fatalf("%d streams, %d ghosts, %d in flight; want 0, 0, 1", s.Streams, s.Ghosts, s.Inflight)
		}
	}
	if !d.c.BecomeStream(d.now, waits) {
		t.Error("the place of a stream that ended is not free")
	}
}

func TestLeave(t *testing.T) {
	d := newDesk(t, fixed(1))
	running := d.arrive(shed.Place{}, shed.Admitted)
	first, second := d.arrive(shed.Place{}, shed.Waiting), d.arrive(shed.Place{}, shed.Waiting)
	d.now = 30 * ms
	for range 2 { // the second time it is gone
		d.c.Leave(d.now, first)
	}
	d.c.Leave(d.now, running) // does not wait
	d.expect(first, shed.OutcomeAbandoned, 0)
	if first.Wait != 30*ms || len(d.decided) != 0 {
		t.Errorf("it waited %v, and %d were decided", first.Wait, len(d.decided))
	}
	d.release(first, shed.Served) // has no place
	d.inflight(1)
	d.release(running, shed.Served)
	d.expect(second, shed.OutcomeQueued, 0)
	if s := d.c.Stats(d.now); s.Requests[0][shed.OutcomeAbandoned] != 1 {
		t.Errorf("%d were abandoned, want 1", s.Requests[0][shed.OutcomeAbandoned])
	}
}

func TestClose(t *testing.T) {
	d := newDesk(t, fixed(1))
	running := d.arrive(shed.Place{}, shed.Admitted)
	waits := append(d.many(2, shed.Background, shed.Waiting), d.many(2, shed.Critical, shed.Waiting)...)
	d.now = 20 * ms
	d.c.Close(d.now)
	for _, p := range waits {
		d.expect(p, shed.OutcomeEvicted, shed.ReasonCapacity)
		if p.Wait != 20*ms {
			t.Errorf("it waited %v, want 20ms", p.Wait)
		}
	}
	for class := range shed.Class(shed.Classes) {
		d.expect(d.arrive(shed.Place{Class: class}, shed.Rejected), shed.OutcomeRejected, shed.ReasonCapacity)
	}
	d.inflight(1)
	d.release(running, shed.Served)
	d.inflight(0)
	d.arrive(shed.Place{}, shed.Rejected)
	if at, ok := d.c.Next(); ok {
		t.Errorf("all is over, but Next is %v", at)
	}
}

func TestTimeGoesForwardOnly(t *testing.T) {
	d := newDesk(t, fixed(1))
	d.now = time.Hour
	running := d.arrive(shed.Place{}, shed.Admitted)
	d.now = 0
	p := d.arrive(shed.Place{}, shed.Waiting)
	d.now = time.Minute
	d.release(running, shed.Served)
	if p.Verdict != shed.Admitted || p.Wait != 0 {
		t.Errorf("verdict %d after %v, want %d at once", p.Verdict, p.Wait, shed.Admitted)
	}
	d.release(p, shed.Served)
	if erlangs := d.c.Stats(0).Erlangs; erlangs < 0 {
		t.Errorf("%v requests are worked on", erlangs)
	}
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		name   string
		now    time.Duration
		most   time.Duration
		class  shed.Class
		before int // rejected before
		want   int
	}{
		// Of 10 requests a second, 4 may come back, 3 of them whoever they are.
		{"the first one comes back in a second", 1900 * ms, time.Minute, shed.Normal, 0, 1},
		{"the next ones later", 1900 * ms, time.Minute, shed.Normal, 3, 2},
		{"background requests leave room", time.Hour, time.Minute, shed.Background, 0, 10},
		{"not later than the operator wants", time.Hour, time.Second, shed.Background, 0, 1},
		{"which is at least a second", time.Hour, time.Millisecond, shed.Normal, 9, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := fixed(1)
			cfg.Queue, cfg.RetryAfterMax = 0, test.most
			d := newDesk(t, cfg)
			d.now = test.now
			d.many(1, shed.Normal, shed.Admitted)
			d.many(test.before, shed.Normal, shed.Rejected)
			if got := d.many(1, test.class, shed.Rejected)[0].RetryAfter; got != test.want {
				t.Errorf("after %d others: come back in %d s, want %d", test.before, got, test.want)
			}
		})
	}
}

func TestPlacesCanBeUsedAgain(t *testing.T) {
	d := newDesk(t, fixed(1))
	running := d.arrive(shed.Place{}, shed.Admitted)
	p := &shed.Place{Class: shed.Normal}
	if d.c.Arrive(d.now, p) != shed.Waiting {
		t.Fatal("it does not wait")
	}
	d.pass(time.Second)
	d.expect(p, shed.OutcomeTimeout, shed.ReasonPatience)
	d.release(running, shed.Served)
	if d.c.Arrive(d.now, p) != shed.Admitted || p.Wait != 0 || p.RetryAfter != 0 || p.Reason != 0 {
		t.Errorf("used again: verdict %d, wait %v, Retry-After %d, %v", p.Verdict, p.Wait, p.RetryAfter, p.Reason)
	}
	d.expect(p, shed.OutcomeAdmitted, 0)
}

func TestStats(t *testing.T) {
	cfg := fixed(2)
	cfg.Queue = 3
	d := newDesk(t, cfg)
	d.served(100, 5, 200*ms)
	d.pass(10 * time.Second)
	d.arrive(shed.Place{Class: shed.Normal, Client: 4, Route: 5}, shed.Admitted)
	left := d.arrive(shed.Place{Class: shed.Exempt, Route: 5}, shed.Admitted)
	d.release(left, shed.Left)
	d.pass(3 * time.Second)
	left = d.arrive(shed.Place{Class: shed.Exempt, Route: 5}, shed.Admitted)
	d.release(left, shed.Left)
	d.arrive(shed.Place{Class: shed.Critical}, shed.Waiting)
	d.arrive(shed.Place{Class: shed.Normal, Client: 4}, shed.Waiting) // had all
	d.arrive(shed.Place{Class: shed.Background}, shed.Waiting)
	d.arrive(shed.Place{Class: shed.Background}, shed.Rejected)
	got := d.c.Stats(d.now)
	want := shed.Stats{
		Limit: 2, Inflight: 2, Ghosts: 1, Queued: [shed.Classes]int{1, 1, 1}, Demotions: 1,
		Squeeze: 1, Congestion: got.Congestion, Erlangs: got.Erlangs, Elasticity: got.Elasticity,
	}
	want.Requests[shed.Normal][shed.OutcomeAdmitted] = 101
	want.Requests[shed.Exempt][shed.OutcomeAdmitted] = 2
	want.Requests[shed.Background][shed.OutcomeRejected] = 1
	want.Reasons[shed.ReasonCapacity] = 1
	want.Expected[5] = got.Expected[5]
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if e := got.Expected[5]; e < 199*ms || e > 201*ms {
		t.Errorf("requests of 200ms are expected to take %v", e)
	}
}

// What is in the background gets no place for a while after a critical request was
// shed, even if one is free: the next critical one may need it.
func TestBackgroundYieldsToCritical(t *testing.T) {
	cfg := fixed(1)
	cfg.Queue = 0
	d := newDesk(t, cfg)
	first := d.arrive(shed.Place{Class: shed.Background}, shed.Admitted) // nobody was shed yet
	d.arrive(shed.Place{Class: shed.Critical}, shed.Rejected)
	d.now += 1900 * ms
	d.c.Release(d.now, first, shed.Served)
	d.arrive(shed.Place{Class: shed.Background}, shed.Rejected)
	d.c.Release(d.now, d.arrive(shed.Place{Class: shed.Normal}, shed.Admitted), shed.Served)
	d.now += 200 * ms
	d.arrive(shed.Place{Class: shed.Background}, shed.Admitted)
}
