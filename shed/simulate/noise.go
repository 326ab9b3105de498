package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Noise is what a machine does to a gateway and a backend that others share it
// with. The zero value is a quiet machine.
type Noise struct {
	Name    string
	Gateway Stalls        // in which the gateway does nothing
	Backend Stalls        // in which no request is worked on
	Both    Stalls        // in which neither does anything
	Late    time.Duration // mean lateness of the gateway's timers, exponentially distributed
	Tick    time.Duration // what its clock goes forward by, 0: it is exact
	Slow    float64       // the part of the time that its clock shows, 0 is 1
	Work    Law           // how the work of all requests is distributed, Exponential: as the scenario says
	Weather Weather       // what all requests that are begun at a time have in common
}

// Stalls are moments in which something stands still.
type Stalls struct {
	Every       time.Duration // from the end of one to the start of the next, on average; 0: there are none
	Least, Most time.Duration // how long one is, all orders of magnitude alike
	Burst       int           // so many follow each other within a second or two, 0 is 1
	Regular     bool          // always after the same time
}

// Weather is how work that is begun at about the same time is alike: it takes less
// than the mean for a while, then more.
type Weather struct {
	Quick, Slow float64       // the factors
	For         time.Duration // mean time of both together; the mean of the factors is 1
}

// Noises are those that the limiter is judged by.
func Noises() []Noise {
	ms := time.Millisecond
	poisson := Stalls{Every: time.Second, Least: 5 * ms, Most: 500 * ms}
	bursts := Stalls{Every: 10 * time.Second, Least: 5 * ms, Most: 500 * ms, Burst: 8}
	steal := Stalls{Every: 66 * ms, Least: 34 * ms, Most: 34 * ms, Regular: true}
	return []Noise{
		{Name: "gateway stalls", Gateway: poisson},
		{Name: "gateway stalls in bursts", Gateway: bursts},
		{Name: "backend stalls", Backend: poisson},
		{Name: "backend stalls in bursts", Backend: bursts},
		{Name: "both stall", Both: poisson},
		{Name: "both stall in bursts", Both: bursts},
		{Name: "each stalls", Gateway: poisson, Backend: poisson},
		{Name: "late timers", Late: 20 * ms},
		{Name: "coarse, slow clock", Tick: 16 * ms, Slow: .9, Late: 5 * ms},
		{Name: "a third of the CPU is stolen", Both: steal},
		{Name: "bimodal work", Work: Bimodal},
		{Name: "heavy-tailed work", Work: HeavyTailed},
		{Name: "correlated work", Weather: Weather{Quick: .6, Slow: 1.8, For: 6 * time.Second}},
	}
}

// schedule gives the stalls of one machine, one after the other.
type schedule struct {
	of   Stalls
	rng  *rand.Rand
	left int // of a burst
}

// next is when the stall begins and ends that follows the moment now, which is the end of the
// one before.
func (s *schedule) next(now time.Duration) (from, to time.Duration) {
	if s.of.Every == 0 {
		return math.MaxInt64, math.MaxInt64
	}
	pause := float64(s.of.Every)
	switch {
	case s.left > 0:
		s.left--
		pause = float64(250*time.Millisecond) * s.rng.ExpFloat64()
	case !s.of.Regular:
		pause *= s.rng.ExpFloat64()
		s.left = max(s.of.Burst, 1) - 1
	}
	long := float64(s.of.Least) * math.Pow(float64(s.of.Most)/float64(s.of.Least), s.rng.Float64())
	from = now + time.Duration(pause)
	return from, from + time.Duration(long)
}

// clock is what a limiter sees of the time.
type clocked struct {
	Limiter

	tick time.Duration
	rate float64
}

// withClock gives a limiter the clock of a noise.
func (n *Noise) withClock(l Limiter) Limiter {
	if n.Tick == 0 && n.Slow == 0 {
		return l
	}
	c := &clocked{Limiter: l, tick: max(n.Tick, 1), rate: n.Slow}
	if c.rate == 0 {
		c.rate = 1
	}
	return c
}

func (c *clocked) shown(now time.Duration) time.Duration {
	return time.Duration(float64(now) * c.rate).Truncate(c.tick)
}

// Arrive implements [Limiter].
func (c *clocked) Arrive(now time.Duration, r *Request) shed.Verdict {
	return c.Limiter.Arrive(c.shown(now), r)
}

// Done implements [Limiter].
func (c *clocked) Done(now time.Duration, r *Request, e shed.Ending) {
	c.Limiter.Done(c.shown(now), r, e)
}

// Leave implements [Limiter].
func (c *clocked) Leave(now time.Duration, r *Request) { c.Limiter.Leave(c.shown(now), r) }

// Next implements [Limiter].
func (c *clocked) Next() (time.Duration, bool) {
	at, ok := c.Limiter.Next()
	if !ok {
		return 0, false
	}
	ticks := (at + c.tick - 1).Truncate(c.tick)
	return time.Duration(math.Ceil(float64(ticks)/c.rate)) + 1, true
}

// Advance implements [Limiter].
func (c *clocked) Advance(now time.Duration) { c.Limiter.Advance(c.shown(now)) }
