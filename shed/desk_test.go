package shed_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

const ms = time.Millisecond

// fixed is a configuration with so many places.
func fixed(places int) shed.Config {
	cfg := shed.Defaults()
	cfg.Fixed = places
	return cfg
}

// desk is a controller of which a test tells a story.
type desk struct {
	t   *testing.T
	c   *shed.Controller
	now time.Duration
	// Those whose verdict came after they had waited, in order.
	decided []*shed.Place
}

func newDesk(t *testing.T, cfg shed.Config) *desk {
	d := &desk{t: t}
	d.c = shed.NewController(cfg, 1, func(p *shed.Place) { d.decided = append(d.decided, p) })
	return d
}

// arrive lets a request come, which must get this verdict.
func (d *desk) arrive(p shed.Place, want shed.Verdict) *shed.Place {
	d.t.Helper()
	if got := d.c.Arrive(d.now, &p); got != want || p.Verdict != want {
		d.t.Fatalf("at %v, the verdict on %v of client %d is %d (%v, %v), want %d", d.now, p.Class, p.Client, got, p.Outcome, p.Reason, want)
	}
	return &p
}

// many lets n requests of a class come, all with this verdict.
func (d *desk) many(n int, class shed.Class, want shed.Verdict) []*shed.Place {
	d.t.Helper()
	places := make([]*shed.Place, n)
	for i := range places {
		places[i] = d.arrive(shed.Place{Class: class}, want)
	}
	return places
}

// expect checks what became of a request.
func (d *desk) expect(p *shed.Place, o shed.Outcome, r shed.Reason) {
	d.t.Helper()
	verdict := shed.Rejected
	if o <= shed.OutcomeQueued {
		verdict = shed.Admitted
	}
	if p.Verdict != verdict || p.Outcome != o || verdict == shed.Rejected && p.Reason != r {
		d.t.Fatalf("at %v, %v of client %d: verdict %d, %v, %v; want %d, %v, %v", d.now, p.Class, p.Client,
			p.Verdict, p.Outcome, p.Reason, verdict, o, r)
	}
}

// inflight checks how many places are taken.
func (d *desk) inflight(want int) {
	d.t.Helper()
	if got := d.c.Stats(d.now).Inflight; got != want {
		d.t.Fatalf("at %v, %d places are taken, want %d", d.now, got, want)
	}
}

// release ends a request.
func (d *desk) release(p *shed.Place, e shed.Ending) { d.c.Release(d.now, p, e) }

// pass lets time go by, with all that is due in it.
func (d *desk) pass(long time.Duration) {
	end := d.now + long
	for at, ok := d.c.Next(); ok && at <= end; at, ok = d.c.Next() {
		d.now = max(d.now, at)
		d.c.Advance(d.now)
	}
	d.now = end
}

// served lets n requests of a route come one after the other, each of which
// takes so long.
func (d *desk) served(n int, route uint64, long time.Duration) {
	d.t.Helper()
	for range n {
		p := d.arrive(shed.Place{Class: shed.Normal, Route: route}, shed.Admitted)
		d.pass(long)
		d.release(p, shed.Served)
	}
}

// finite fails if there is a number in v that is none.
func finite(t testing.TB, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			t.Fatalf("%s is %v", path, f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			finite(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	default: // counts, and arrays of them
		if v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Int64 {
			for i := range v.Len() {
				if v.Index(i).Int() < 0 {
					t.Fatalf("%s[%d] is %d", path, i, v.Index(i).Int())
				}
			}
		}
	}
}
