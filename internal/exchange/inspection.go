package exchange

import (
	"sync"
	"time"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/normalize"
)

// inspection holds a response back until a rule has seen enough of its body.
// The timer of a flush may let it go while the handler waits for its backend. So
// from here on the judgement, the sender and all below it are used under the
// lock; whoever takes it after the timer calls catchUp first.
type inspection struct {
	mu        sync.Mutex
	held      held
	judgement *judgement
	sender    *sender
	idle      idle
	settled   bool // decided, or let go
	returned  bool // the handler has
	grace     grace
	timer     *time.Timer

	// What the timer leaves for the handler's goroutine to do.
	late    bool              // let the response go
	outcome normalize.Outcome // as this says
	broken  any               // go on with the panic of a writer in front
}

var inspections = sync.Pool{New: func() any { return new(inspection) }}

// keptScratch bounds the buffers that go back to a pool, in bytes.
const keptScratch = 64 << 10

// release gives the inspection back. It is not, where a timer may still use it.
func (i *inspection) release() (ok bool) {
	if i == nil {
		return true
	}
	if i.timer != nil {
		return false
	}
	held := i.held
	held.gate, held.inspector, held.room = nil, nil, room{}
	if cap(held.buffer) > keptScratch {
		held.buffer = nil
	}
	if cap(held.decoded) > keptScratch {
		held.decoded = nil
	}
	*i = inspection{held: held} //nolint:govet // nobody holds the lock
	inspections.Put(i)
	return true
}

// inspectBody begins to hold a response back.
func inspectBody(j *judgement, s *sender, idle idle) *inspection {
	g, r := s.gate, &j.response
	i := inspections.Get().(*inspection)
	i.judgement, i.sender, i.idle, i.grace.wait = j, s, idle, g.Inspection.Wait
	r.Inspector = i.held.begin(g, s.head.fields, r.Media)
	if r.Status >= 300 {
		s.request.requestID() // a timer can't ask for it
	}
	s.body.become(inspecting)
	if g.Report {
		s.body.become(passing)
		s.body.client.WriteHeader(r.Status)
	}
	if !i.held.known() {
		i.letGo(&undecodable)
	}
	return i
}

// write takes a part of the body.
func (i *inspection) write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.catchUp()
	if i.settled {
		return i.sender.write(p)
	}
	kept := i.examine(p)
	if !i.settled && i.grace.begin(len(p)) && i.timer != nil {
		i.timer.Reset(i.grace.left())
	}
	switch {
	case i.sender.gate.Report:
		return i.sender.body.client.Write(p)
	case kept == len(p):
		return kept, nil
	}
	n, err := i.sender.write(p[kept:])
	return kept + n, err
}

// examine looks at a part of the body, and returns how much of it is held, or
// was sent from what is held.
func (i *inspection) examine(p []byte) (kept int) {
	kept, stopped := i.held.look(p)
	switch {
	case i.decides():
		return kept
	case stopped == nil && i.held.coding == "" && !i.sender.gate.Report:
		if stopped = i.held.keep(p); stopped == nil {
			return len(p)
		}
	}
	if stopped != nil {
		i.letGo(stopped)
	}
	return kept
}

// decides judges anew, and carries the decision out if there is one.
func (i *inspection) decides() bool {
	o, pending := i.judgement.decide()
	if !pending {
		i.settle(o)
	}
	return !pending
}

// letGo decides with what is known.
func (i *inspection) letGo(s *stop) { i.settle(i.conclude(s.how, s.cause)) }

// conclude decides with what is known, and counts a body that told too little.
func (i *inspection) conclude(how inspect.Ending, cause telemetry.Cause) normalize.Outcome {
	o := i.judgement.conclude(how)
	if i.judgement.undecided {
		i.sender.gate.Telemetry.Undecided(cause)
		i.sender.request.trace.undecided(cause.String())
	}
	return o
}

// settle carries out a decision on a response that was held, and sends what
// was held of its body the way that was decided.
func (i *inspection) settle(o normalize.Outcome) {
	i.settled = true
	i.judgement.putInspector()
	defer i.forget()
	s := i.sender
	if s.gate.Report {
		s.report(o)
		return
	}
	s.body.become(pending)
	s.head.varies = i.judgement.varies()
	s.respond(o, i.returned)
	if len(i.held.buffer) > 0 {
		_, _ = s.write(i.held.buffer) // an error shows again at the next write
	}
	if i.late && s.body.state == holding && s.document.kind == faultDocument {
		s.judgeDocument() // by what there is: the client has waited
	}
	if i.grace.owed() && !i.returned {
		_ = s.body.flush() // likewise
	}
}

// keptWhilePassing is how large a buffer a response keeps that needs none, in
// bytes.
const keptWhilePassing = 4 << 10

// forget gives back the memory of what was held: a response may stream on for
// long.
func (i *inspection) forget() {
	i.held.room.giveBack()
	i.held.decoded = nil
	i.held.buffer = i.held.buffer[:0]
	if i.sender.body.state == passing && cap(i.held.buffer) > keptWhilePassing {
		i.held.buffer = nil
	}
}

// end ends a body that may still be held when its handler has ended. The body
// of a handler that failed is not worth judging. The caller has the lock, and
// keeps it.
func (i *inspection) end(failed bool) {
	i.returned = true
	i.sender.record.CatchUp()
	if !failed {
		i.catchUp()
	}
	switch {
	case i.settled:
	case failed && !i.sender.gate.Report:
		i.giveUp()
	case failed:
		i.letGo(&stop{inspect.Cut, telemetry.Stream})
	default:
		if i.held.stale() {
			if stopped := i.held.decode(); stopped != nil {
				i.letGo(stopped)
				return
			}
		}
		i.letGo(&stop{i.held.ending(), telemetry.Malformed})
	}
}

// giveUp is for a body that nobody will get.
func (i *inspection) giveUp() {
	i.settled = true
	i.judgement.putInspector()
	i.held.room.giveBack()
}

// holds reports whether the body is being held.
func (i *inspection) holds() bool {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.settled && !i.sender.gate.Report
}

// lock locks the inspection, if there is one by now.
func lock(i *inspection) *inspection {
	if i != nil {
		i.mu.Lock()
	}
	return i
}

// unlock unlocks what lock gave.
func unlock(i *inspection) {
	if i != nil {
		i.mu.Unlock()
	}
}

// passes reports whether a body needs nothing of an inspection any more.
func passes(i *inspection) bool { return i == nil || i.settled }
