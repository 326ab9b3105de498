package shed

import "time"

// recordedSteps is how many steps of the law are kept: minutes of them.
const recordedSteps = 4096

// recorder keeps the last events of a limiter, for [Controller.Trace]. It is nil
// where nothing is recorded.
type recorder struct {
	calls   []call // a ring, in the order in which they were
	called  uint64 // all that there were
	steps   []step // likewise
	stepped uint64
	frames  [2]frame // what was known, each half a ring of calls after the other
	ids     uint32   // requests that have come
}

// call is what a request did, or what became of it.
type call struct {
	at         time.Duration
	took       time.Duration // in the queue, or in the backend
	request    uint32
	client     uint32
	kind       EventKind
	class      Class
	slot       uint8
	verdict    Verdict
	outcome    Outcome
	reason     Reason
	ending     Ending
	retryAfter uint16
}

// step is what the law did, and what it knew by then.
type step struct {
	at                           time.Duration
	kind                         EventKind
	result                       ProbeResult
	limit, inflight              int32
	ghosts, queued               int32
	load, stay, rate, samples    float32
	scale, odds, squeeze, parked float32
}

// frame is the law when so many calls had been recorded.
type frame struct {
	taken  bool
	at     time.Duration
	called uint64
	law    law
}

// record begins or ends to record, as the configuration says. What was recorded
// is lost where the room for it changes.
func (c *Controller) record() {
	switch room := max(0, c.cfg.Record); {
	case room == 0:
		c.recorder, c.law.noted = nil, nil
	case c.recorder == nil || len(c.recorder.calls) != room:
		c.recorder = &recorder{calls: make([]call, room), steps: make([]step, recordedSteps)}
		c.law.noted = c.recordStep
	}
}

// recordArrival keeps that a request came, and its verdict if it has one.
func (c *Controller) recordArrival(now time.Duration, p *Place) {
	c.recorder.ids++
	p.id = c.recorder.ids
	kind := EventArrived
	if p.Stream {
		kind = EventStreamArrived
	}
	c.recordCall(now, kind, p, 0, 0)
}

// recordCall keeps what happened to a request.
func (c *Controller) recordCall(now time.Duration, kind EventKind, p *Place, took time.Duration, e Ending) {
	r := c.recorder
	room := uint64(len(r.calls))
	if half := (room + 1) / 2; r.called%half == 0 {
		r.frames[r.called/half%2] = frame{true, now, r.called, c.law}
	}
	r.calls[r.called%room] = call{
		at: now, took: took, request: p.id, client: uint32(p.Client), kind: kind, class: p.Class, slot: p.slot, //nolint:gosec // the low bits tell enough
		verdict: p.Verdict, outcome: p.Outcome, reason: p.Reason, ending: e,
		retryAfter: uint16(min(max(p.RetryAfter, 0), 1<<16-1)),
	}
	r.called++
}

// recordStep keeps what the law did.
func (c *Controller) recordStep(kind EventKind, result ProbeResult, m meter) {
	r, l := c.recorder, &c.law
	s := step{
		at: c.now, kind: kind, result: result,
		limit: int32(l.allowed()), inflight: int32(l.inflight), ghosts: int32(len(c.ghosts)), queued: int32(c.queue.len), //nolint:gosec // bounded by Max and Queue
		scale: float32(l.scale()), odds: float32(l.probe.odds), squeeze: float32(l.squeeze), parked: float32(l.parked),
	}
	if m.work > 0 && m.seconds > 0 {
		s.load, s.stay, s.rate, s.samples = float32(m.load()), float32(m.stay()), float32(m.rate()), float32(m.samples)
	}
	r.steps[r.stepped%recordedSteps] = s
	r.stepped++
}
