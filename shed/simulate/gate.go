package simulate

import (
	"math"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Rule is what a known limiter consists of: how its limit follows from what it sees.
type rule interface {
	// Observe is told of an answer: when it came, how long it took, how many requests
	// were in flight when it was asked for, and whether it was none.
	observe(now, latency time.Duration, inFlight int, dropped bool)
	limit() int
}

// Gate is a limiter as others have it: a rule for the limit, and a queue or none.
type gate struct {
	rule     rule
	queue    *codel
	decided  func(*Request)
	inFlight int
}

func newGate(r rule, q *codel) Maker {
	return func(_ *Scenario, _ uint64, decided func(*Request)) Limiter {
		return &gate{rule: r, queue: q, decided: decided}
	}
}

// Arrive implements [Limiter].
func (g *gate) Arrive(now time.Duration, r *Request) shed.Verdict {
	if g.inFlight < g.rule.limit() && (g.queue == nil || g.queue.empty()) {
		g.inFlight++
		return shed.Admitted
	}
	if g.queue == nil {
		return shed.Rejected
	}
	g.queue.push(now, r)
	return shed.Waiting
}

// Done implements [Limiter].
func (g *gate) Done(now time.Duration, r *Request, e shed.Ending) {
	g.rule.observe(now, now-r.Started, g.inFlight, e != shed.Served)
	g.inFlight--
	g.fill(now)
}

func (g *gate) fill(now time.Duration) {
	for g.queue != nil && g.inFlight < g.rule.limit() {
		r := g.queue.pop(now)
		if r == nil {
			return
		}
		g.inFlight++
		r.Verdict = shed.Admitted
		g.decided(r)
	}
}

// Leave implements [Limiter].
func (g *gate) Leave(now time.Duration, _ *Request) {
	if g.queue != nil {
		g.queue.left(now)
	}
}

// Next implements [Limiter].
func (g *gate) Next() (time.Duration, bool) {
	if g.queue == nil {
		return 0, false
	}
	return g.queue.next()
}

// Advance implements [Limiter].
func (g *gate) Advance(now time.Duration) {
	for r := g.queue.expired(now); r != nil; r = g.queue.expired(now) {
		r.Verdict = shed.Rejected
		g.decided(r)
	}
}

// Limit implements [Limiter].
func (g *gate) Limit() int { return g.rule.limit() }

// Static is a limit that someone has set.
type static int

func (s static) observe(time.Duration, time.Duration, int, bool) {}
func (s static) limit() int                                      { return int(s) }

// None makes a limiter that admits all.
func None() Maker { return newGate(static(math.MaxInt32), nil) }

// Static makes a limit without a queue that is a multiple of the backend's
// servers: 1 is the limit that nobody knows, 10 is what a careful guess may be.
func Static(times int) Maker {
	return func(sc *Scenario, seed uint64, decided func(*Request)) Limiter {
		return newGate(static(times*sc.Backend.Servers), nil)(sc, seed, decided)
	}
}

// StaticCoDel makes the right limit with a queue that Facebook's rule bounds.
func StaticCoDel() Maker {
	return func(sc *Scenario, seed uint64, decided func(*Request)) Limiter {
		return newGate(static(sc.Backend.Servers), &codel{})(sc, seed, decided)
	}
}

// Gradient2 makes Netflix's limiter of that name with its defaults, except that
// the limit may be anything from 1 to 1000. It starts at 20.
func Gradient2() Maker {
	return func(sc *Scenario, seed uint64, decided func(*Request)) Limiter {
		return newGate(&gradient2{estimate: 20, least: math.MaxInt64}, nil)(sc, seed, decided)
	}
}

// AIMD makes Netflix's limiter of that name, for a target of 500 ms. The limit
// may be anything from 1 to 1000 and starts at 20.
func AIMD() Maker {
	return func(sc *Scenario, seed uint64, decided func(*Request)) Limiter {
		return newGate(&aimd{at: 20}, nil)(sc, seed, decided)
	}
}

// The bounds of the limits that adapt.
const (
	lowest  = 1
	highest = 1000
)

// Aimd adds one place per answer while the places are used, and takes a tenth
// away when an answer is late or missing.
type aimd struct{ at int }

func (a *aimd) observe(_, latency time.Duration, inFlight int, dropped bool) {
	switch {
	case dropped || latency > 500*time.Millisecond:
		a.at = int(float64(a.at) * 0.9)
	case inFlight*2 >= a.at:
		a.at++
	}
	a.at = min(max(a.at, lowest), highest)
}

func (a *aimd) limit() int { return a.at }

// Gradient2 compares the mean latency of a window of 1 s with its long-term mean.
type gradient2 struct {
	estimate float64
	long     float64 // seconds
	seen     int     // windows

	// The current window.
	ends        time.Duration
	sum, least  time.Duration
	n, inFlight int
}

func (g *gradient2) observe(now, latency time.Duration, inFlight int, dropped bool) {
	g.inFlight = max(g.inFlight, inFlight)
	if !dropped {
		g.sum += latency
		g.least = min(g.least, latency)
	}
	g.n++
	if now <= g.ends {
		return
	}
	g.ends = now + time.Second
	if g.n >= 10 && g.sum > 0 {
		g.update(g.sum.Seconds()/float64(g.n), g.inFlight)
	}
	g.sum, g.least, g.n, g.inFlight = 0, math.MaxInt64, 0, 0
}

func (g *gradient2) update(short float64, inFlight int) {
	const (
		tolerance = 1.5
		smoothing = 0.2
		queue     = 4
		window    = 600
		warmup    = 10
	)
	g.seen++
	if g.seen <= warmup {
		g.long += (short - g.long) / float64(g.seen)
	} else {
		g.long += (short - g.long) * 2 / (window + 1)
	}
	if g.long/short > 2 {
		g.long *= 0.95
	}
	if float64(inFlight) < g.estimate/2 {
		return
	}
	gradient := max(0.5, min(1, tolerance*g.long/short))
	g.estimate = g.estimate*(1-smoothing) + (g.estimate*gradient+queue)*smoothing
	g.estimate = min(max(g.estimate, lowest), highest)
}

func (g *gradient2) limit() int { return int(g.estimate) }
