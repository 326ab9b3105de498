package shed

import "time"

// counters count decisions.
type counters struct {
	requests  [Classes][Outcomes]uint64
	reasons   [Reasons]uint64
	demotions uint64
}

// Stats is how things stand with a limiter. Counts go up from its beginning.
type Stats struct {
	Limit    int          // requests that may be in flight, while no probe lets fewer in
	Inflight int          // places taken, those of ghosts included
	Ghosts   int          // places kept for clients that have left
	Streams  int          // requests that go on as streams
	Queued   [Classes]int // requests that wait

	Requests  [Classes][Outcomes]uint64
	Reasons   [Reasons]uint64 // of rejections
	Demotions uint64          // requests that were put behind others because of what their client has had
	Probes    [ProbeResults]uint64

	Overloaded [Classes]bool // whether a class can't be served as it comes
	Erlangs    float64       // requests that the backend really works on at a time
	Congestion float64       // how much longer requests stay than in an idle backend, 1: not at all
	Elasticity float64       // how their stay answers to their number: 0 not at all, 1 in proportion
	Squeeze    float64       // 1: clients wait for their answers; 0.1: they leave

	// Expected is how long a request of a route stays in an idle backend, by
	// [Slot]; 0: unknown.
	Expected [Slots]time.Duration
}

// Stats tells how things stand.
func (c *Controller) Stats(now time.Duration) Stats {
	c.clock(now)
	l := &c.law
	s := Stats{
		Limit: min(int(l.limit+0.5), c.cfg.Max), Inflight: l.inflight, Ghosts: len(c.ghosts), Streams: c.streams,
		Requests: c.stats.requests, Reasons: c.stats.reasons, Demotions: c.stats.demotions, Probes: l.probe.count,
		Erlangs: l.erlangs(), Congestion: l.congestion(), Elasticity: l.probe.elastic.mean, Squeeze: l.squeeze,
	}
	for class := range c.overload {
		s.Overloaded[class] = c.overload[class].on
		s.Queued[class] = c.queue.upToClass(Class(class)) //nolint:gosec // of queueClasses
		if class > 0 {
			s.Queued[class] -= c.queue.upToClass(Class(class - 1)) //nolint:gosec // likewise
		}
	}
	for slot := range s.Expected {
		if l.routes.known(uint8(slot)) { //nolint:gosec // of Slots
			s.Expected[slot] = time.Duration(l.expected(l.routes.work(uint8(slot))) * float64(time.Second))
		}
	}
	return s
}
