package shed_test

import (
	"testing"

	"github.com/statusgate/statusgate/shed"
)

// Who asks and leaves at once waits behind those who wait for their answers.
func TestWhoLeavesAtOnceWaitsBehindTheOthers(t *testing.T) {
	const leaver, other = 7, 8
	d := newDesk(t, fixed(1))
	d.served(30, 5, 100*ms)
	p := d.arrive(shed.Place{Class: shed.Normal, Client: leaver, Route: 5}, shed.Admitted)
	d.pass(10 * ms)
	d.release(p, shed.Left)
	first := d.arrive(shed.Place{Class: shed.Normal, Client: leaver, Route: 5}, shed.Waiting)
	second := d.arrive(shed.Place{Class: shed.Normal, Client: other, Route: 5}, shed.Waiting)
	d.pass(100 * ms)
	d.expect(second, shed.OutcomeQueued, 0)
	if first.Verdict != shed.Waiting {
		t.Errorf("who left at once got its place before the other")
	}
}

// A client that leaves one of many, or that left because the answer was late, waits as all do.
func TestWhoLeavesForAReasonDoesNotWaitBehindTheOthers(t *testing.T) {
	const client, other = 7, 8
	for name, behave := range map[string]func(*desk){
		"one of many": func(d *desk) {
			for range 5 {
				p := d.arrive(shed.Place{Class: shed.Normal, Client: client, Route: 5}, shed.Admitted)
				d.pass(100 * ms)
				d.release(p, shed.Served)
			}
			p := d.arrive(shed.Place{Class: shed.Normal, Client: client, Route: 5}, shed.Admitted)
			d.release(p, shed.Left)
		},
		"the answer was late": func(d *desk) {
			p := d.arrive(shed.Place{Class: shed.Normal, Client: client, Route: 5}, shed.Admitted)
			d.pass(900 * ms)
			d.release(p, shed.Left)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, fixed(1))
			for range 60 {
				p := d.arrive(shed.Place{Class: shed.Normal, Client: other, Route: 5}, shed.Admitted)
				d.pass(100 * ms)
				d.release(p, shed.Served)
			}
			behave(d)
			p := d.arrive(shed.Place{Class: shed.Normal, Client: client, Route: 5}, shed.Waiting)
			if p.Bucket()%shed.ClassBuckets >= (shed.Bands-1)*shed.Cohorts {
				t.Errorf("it waits in bucket %d of its class, with those that leave at once", p.Bucket()%shed.ClassBuckets)
			}
		})
	}
}
