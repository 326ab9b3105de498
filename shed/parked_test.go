package shed_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Uploads that don't come to an end, of which nobody knows anything yet, must not
// keep everyone else out.
func TestPlacesThatAreHeldKeepNobodyOutForLong(t *testing.T) {
	d := newDesk(t, shed.Defaults())
	held := d.many(4, shed.Normal, shed.Admitted)
	next := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	d.pass(300 * ms)
	d.expect(next, shed.OutcomeQueued, 0)
	d.pass(10 * ms)
	d.release(next, shed.Served)
	for range 100 { // from now on they are beside the limit
		p := d.arrive(shed.Place{Class: shed.Normal}, shed.Admitted)
		d.pass(10 * ms)
		d.release(p, shed.Served)
	}
	d.pass(time.Minute)
	for _, p := range held {
		d.release(p, shed.Served)
	}
	d.inflight(0)
}

// When they end after all, what was let in beside them is over.
func TestPlacesThatWereHeldAreNotLetInTwice(t *testing.T) {
	cfg := shed.Defaults()
	cfg.Max = 6
	d := newDesk(t, cfg)
	held := d.many(4, shed.Normal, shed.Admitted)
	waiting := d.many(4, shed.Normal, shed.Waiting)
	d.pass(900 * ms) // after 300 and after 600 ms one more, up to max
	d.inflight(6)
	d.expect(waiting[0], shed.OutcomeQueued, 0)
	d.expect(waiting[1], shed.OutcomeQueued, 0)
	d.pass(2 * time.Second)
	d.expect(waiting[3], shed.OutcomeTimeout, shed.ReasonPatience)
	for _, p := range held {
		d.release(p, shed.Served)
	}
	for _, p := range waiting[:2] {
		d.release(p, shed.Served)
	}
	d.inflight(0)
	if got := d.c.Parked(); got != 0 {
		t.Errorf("all have ended, but %d are taken for parked", got)
	}
	d.many(d.c.Stats(d.now).Limit, shed.Normal, shed.Admitted)
	d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
}

// A limit that the operator has fixed stands, whatever holds it.
func TestAFixedLimitStandsWhateverHoldsIt(t *testing.T) {
	d := newDesk(t, fixed(4))
	d.many(4, shed.Normal, shed.Admitted)
	next := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	d.pass(time.Second)
	d.expect(next, shed.OutcomeTimeout, shed.ReasonPatience)
	d.inflight(4)
}

// Failures beside work don't make the work look slow.
func TestFailuresDoNotMakeWorkLookSlow(t *testing.T) {
	d := newDesk(t, fixed(2))
	d.served(300, 1, 10*ms)
	for range 100 {
		p := d.arrive(shed.Place{Class: shed.Normal, Route: 2}, shed.Admitted)
		d.served(5, 1, 10*ms)
		d.release(p, shed.Failed)
	}
	if got := d.c.Stats(d.now).Congestion; got > 1.5 {
		t.Errorf("the congestion is %v, want about 1", got)
	}
}
