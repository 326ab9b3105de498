package shed_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// unsureDesk is a desk whose backend holds all places, and of which nothing is known.
func unsureDesk(t *testing.T) *desk {
	cfg := shed.Defaults()
	cfg.Max = 4
	d := newDesk(t, cfg)
	d.many(4, shed.Normal, shed.Admitted)
	return d
}

// Nobody is made to wait for a limit that is searched for longer than clients wait.
func TestNobodyWaitsLongerThanClientsDo(t *testing.T) {
	d := unsureDesk(t)
	most := d.c.Patience()
	if most != 5*shed.Defaults().Patience {
		t.Fatalf("at first one may wait for %v", most)
	}
	waiting := d.many(40, shed.Normal, shed.Waiting)
	d.pass(time.Second)
	for _, p := range waiting {
		d.c.Leave(d.now, p)
	}
	if got := d.c.Patience(); got > 800*ms {
		t.Errorf("clients leave after 1s, but one may wait for %v", got)
	}
	late := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	d.pass(801 * ms)
	d.expect(late, shed.OutcomeTimeout, shed.ReasonPatience)
	d.pass(time.Minute)
	d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
	if got := d.c.Patience(); got != most {
		t.Errorf("a minute later one may wait for %v, want %v", got, most)
	}
}

// A few that leave, or many that leave at once, say nothing of the others.
func TestClientsThatAskAndLeaveDoNotShortenThePatience(t *testing.T) {
	d := unsureDesk(t)
	most := d.c.Patience()
	for range 200 {
		p := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
		d.pass(2 * ms)
		d.c.Leave(d.now, p)
	}
	for range 3 {
		p := d.arrive(shed.Place{Class: shed.Normal}, shed.Waiting)
		d.pass(600 * ms)
		d.c.Leave(d.now, p)
	}
	if got := d.c.Patience(); got < most*9/10 {
		t.Errorf("one may wait for %v, which were %v", got, most)
	}
}

// Nor do many, while others are served: those may have waited behind them.
func TestClientsThatLeaveWhileOthersAreServedDoNotShortenThePatience(t *testing.T) {
	cfg := shed.Defaults()
	cfg.Max = 4
	d := newDesk(t, cfg)
	inside := d.many(4, shed.Normal, shed.Admitted)
	most := d.c.Patience()
	waiting := d.many(40, shed.Normal, shed.Waiting)
	d.pass(100 * ms)
	d.c.Release(d.now, inside[0], shed.Unused) // one of those that wait begins
	d.pass(900 * ms)
	for _, p := range waiting {
		d.c.Leave(d.now, p)
	}
	if got := d.c.Patience(); got < most*9/10 {
		t.Errorf("one may wait for %v, which were %v", got, most)
	}
}
