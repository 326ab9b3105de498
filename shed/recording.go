package shed

import (
	"io"
	"slices"
	"time"
)

// Trace writes what is recorded, see [Config.Record], as JSON lines: first a [Trace],
// then its events, the oldest first. Nobody can be told from it: clients are hashes
// whose key is the process's own. Errors are those of w.
func (l *Limiter) Trace(w io.Writer) error {
	l.mu.Lock()
	now := l.now()
	cfg, copied := l.controller.cfg, l.controller.recorder.clone()
	l.mu.Unlock()
	return copied.trace(now, cfg).write(w)
}

// Trace writes what is recorded, as [Limiter.Trace].
func (c *Controller) Trace(now time.Duration, w io.Writer) error {
	return c.recorder.trace(c.clock(now), c.cfg).write(w)
}

// clone copies what is recorded, nil is none.
func (r *recorder) clone() *recorder {
	if r == nil {
		return nil
	}
	x := *r
	x.calls, x.steps = slices.Clone(r.calls), slices.Clone(r.steps)
	return &x
}

// trace puts what is recorded in order.
func (r *recorder) trace(now time.Duration, cfg Config) *Trace {
	t := &Trace{Format: traceFormat, Version: TraceVersion, Now: Seconds(now), Config: cfg}
	if r == nil {
		return t
	}
	room := uint64(len(r.calls))
	first := r.called - min(r.called, room)
	t.Lost = first
	for n := first; n < r.called; n++ {
		for i := range r.frames {
			if f := &r.frames[i]; f.taken && f.called == n {
				t.Events = append(t.Events, Event{At: Seconds(f.at), What: EventFrame, Known: f.law.known()})
			}
		}
		t.Events = append(t.Events, r.calls[n%room].event())
	}
	for n := r.stepped - min(r.stepped, recordedSteps); n < r.stepped; n++ {
		t.Events = append(t.Events, r.steps[n%recordedSteps].event())
	}
	slices.SortStableFunc(t.Events, func(a, b Event) int { return int(a.At - b.At) })
	return t
}

// event is a call as it stands in a trace.
func (x *call) event() Event {
	e := Event{At: Seconds(x.at), What: x.kind, Request: x.request, Client: x.client, Took: Seconds(x.took)}
	if x.kind == EventConfigured {
		return e
	}
	e.Class, e.Slot = x.class.String(), x.slot
	switch x.kind { //nolint:exhaustive // the others have no more
	case EventReleased:
		e.Ending = x.ending.String()
	case EventArrived, EventStreamArrived, EventDecided:
		if x.verdict == Waiting {
			break
		}
		e.Outcome = x.outcome.String()
		if x.verdict == Rejected {
			e.Reason, e.After = x.reason.String(), int(x.retryAfter)
		}
	}
	return e
}

// event is a step as it stands in a trace.
func (x *step) event() Event {
	e := Event{
		At: Seconds(x.at), What: x.kind, Limit: int(x.limit), Inflight: int(x.inflight), Ghosts: int(x.ghosts),
		Parked: int(x.parked), Queued: int(x.queued), Load: x.load, Stay: x.stay, Rate: x.rate, Samples: x.samples,
		Scale: x.scale, Odds: x.odds, Squeeze: x.squeeze,
	}
	if x.kind == EventProbed {
		e.Result = x.result.String()
	}
	return e
}
