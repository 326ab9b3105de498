package shed_test

import (
	"testing"

	"github.com/statusgate/statusgate/shed"
)

// A stream that is one too many tells nothing of the requests: they are
// overloaded no longer than without it.
func TestStreamsThatAreTooManyKeepNoOverloadUp(t *testing.T) {
	cfg := fixed(1)
	cfg.MaxStreams = 0
	d := newDesk(t, cfg)
	d.many(1, shed.Normal, shed.Admitted)
	overloaded := func() bool { return d.c.Stats(d.now).Overloaded[shed.Normal] }
	for range 300 { // somebody waits all the time
		d.c.Arrive(d.now, &shed.Place{Class: shed.Normal})
		d.pass(10 * ms)
	}
	if !overloaded() {
		t.Fatal("not overloaded: the test shows nothing")
	}
	for range 100 { // nobody comes any more but streams
		d.pass(20 * ms)
		d.arrive(shed.Place{Class: shed.Normal, Stream: true}, shed.Rejected)
	}
	d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	if overloaded() {
		t.Error("still overloaded, though nobody has waited for a second")
	}
}

// Nor does it of the other requests of its client, which get what there is.
func TestAStreamThatIsTooManyCostsItsClientNothing(t *testing.T) {
	cfg := fixed(1)
	cfg.MaxStreams = 0
	d := newDesk(t, cfg)
	running := d.many(1, shed.Normal, shed.Admitted)[0]
	for range 300 {
		d.c.Arrive(d.now, &shed.Place{Class: shed.Normal})
		d.pass(10 * ms)
	}
	d.arrive(shed.Place{Class: shed.Normal, Client: 7, Stream: true}, shed.Rejected)
	for d.c.Stats(d.now).Queued[shed.Normal] > 0 {
		d.release(running, shed.Served)
		running = d.decided[len(d.decided)-1]
	}
	d.release(running, shed.Served)
	d.arrive(shed.Place{Class: shed.Normal, Client: 7}, shed.Admitted)
}

// A limiter that only reports takes every stream out of the requests in flight,
// of which it learns.
func TestStreamsThatAreOnlyReported(t *testing.T) {
	cfg := fixed(1)
	cfg.MaxStreams, cfg.Report = 1, true
	d := newDesk(t, cfg)
	for n := range 3 {
		p := d.arrive(shed.Place{Stream: true}, shed.Admitted)
		if !d.c.BecomeStream(d.now, p) {
			t.Errorf("stream %d keeps its place", n+1)
		}
	}
	d.inflight(0)
}
