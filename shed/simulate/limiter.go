package simulate

import (
	"io"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Limiter is what is put to the test. Times are those since the start of the run.
type Limiter interface {
	// Arrive takes a request and gives its verdict. If that is [shed.Waiting], the
	// limiter sets the request's Verdict and calls decided later.
	Arrive(now time.Duration, r *Request) shed.Verdict
	// Done takes the place of an admitted request back.
	Done(now time.Duration, r *Request, e shed.Ending)
	// Leave takes a waiting request whose client left.
	Leave(now time.Duration, r *Request)
	// Next is when Advance wants to be called, ok is false if it does not.
	Next() (at time.Duration, ok bool)
	// Advance does what is due.
	Advance(now time.Duration)
	// Limit is how many requests may be in flight now.
	Limit() int
}

// Maker makes a limiter for one run of a scenario. Decided must not be called
// during Arrive for the request that arrives.
type Maker func(sc *Scenario, seed uint64, decided func(*Request)) Limiter

// Controller makes the shipped limiter. Adjust may change its configuration
// for the scenario; nil leaves the defaults.
func Controller(adjust func(sc *Scenario, cfg *shed.Config)) Maker {
	return func(sc *Scenario, seed uint64, decided func(*Request)) Limiter {
		cfg := shed.Defaults()
		if adjust != nil {
			adjust(sc, &cfg)
		}
		cfg.Record = sc.Record
		c := &controlled{waiting: map[*shed.Place]*Request{}}
		c.controller = shed.NewController(cfg, seed, func(p *shed.Place) {
			r := c.waiting[p]
			delete(c.waiting, p)
			decided(r)
		})
		return c
	}
}

// Fixed makes the shipped limiter with the backend's servers as its fixed number of places.
func Fixed() Maker {
	return Controller(func(sc *Scenario, cfg *shed.Config) { cfg.Fixed = sc.Backend.Servers })
}

type controlled struct {
	controller *shed.Controller
	waiting    map[*shed.Place]*Request
}

// Arrive implements [Limiter].
func (c *controlled) Arrive(now time.Duration, r *Request) shed.Verdict {
	v := c.controller.Arrive(now, &r.Place)
	if v == shed.Waiting {
		c.waiting[&r.Place] = r
	}
	return v
}

// Done implements [Limiter].
func (c *controlled) Done(now time.Duration, r *Request, e shed.Ending) {
	if e != shed.Left {
		c.controller.Answered(now, &r.Place)
	}
	c.controller.Release(now, &r.Place, e)
}

// Leave implements [Limiter].
func (c *controlled) Leave(now time.Duration, r *Request) {
	delete(c.waiting, &r.Place)
	c.controller.Leave(now, &r.Place)
}

// Next implements [Limiter].
func (c *controlled) Next() (time.Duration, bool) { return c.controller.Next() }

// Advance implements [Limiter].
func (c *controlled) Advance(now time.Duration) { c.controller.Advance(now) }

// Trace writes what is recorded, see [shed.Controller.Trace].
func (c *controlled) Trace(now time.Duration, w io.Writer) error { return c.controller.Trace(now, w) }

// Limit implements [Limiter].
func (c *controlled) Limit() int { return c.controller.Limit() }
