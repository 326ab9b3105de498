package statusgate

import (
	"mime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statusgate/statusgate/inspect"
)

const (
	// flushWait is how long a flush waits for a decision.
	flushWait = 40 * time.Millisecond
	// firstDecode is how much of a coded body is worth decoding.
	firstDecode = 512
)

// look is a body that is held because a rule needs to know more of it. The
// timer of a flush may let it go while the handler waits for its backend, so
// the response is used under the lock from here on.
type look struct {
	mu      sync.Mutex
	held    *atomic.Int64 // bytes, of all responses of the gate
	gauge   interface{ Add(float64) }
	mine    int64 // of them
	seen    int   // bytes of the body
	coding  string
	decoded []byte // of a coded body
	fed     int    // of decoded
	tried   int    // how much of the body decoded is of
	next    int    // how much of it makes another decoding worthwhile
	whole   bool   // decoded is all that the body stands for
	settled bool   // decided, or let go
	timer   *time.Timer
	owed    bool // a flush that waits for the decision

	// What the timer leaves for the handler's goroutine to do.
	late    bool    // let the response go
	outcome outcome // as this says
	broken  any     // go on with the panic of a writer in front
}

var looks = sync.Pool{New: func() any { return new(look) }}

// release gives the look back. Nobody may be left who uses it.
func (l *look) release() {
	if l == nil {
		return
	}
	if cap(l.decoded) > keptScratch {
		l.decoded = nil
	}
	looks.Put(l)
}

// inspect begins to hold a response back.
func (w *responseWriter) inspect() {
	g, h, r := w.gate, w.header, &w.response
	l := looks.Get().(*look)
	*l = look{held: &g.held, gauge: g.metrics.held, next: firstDecode, decoded: l.decoded[:0]}
	if coding := strings.Join(h["Content-Encoding"], ","); !strings.EqualFold(coding, "identity") {
		l.coding = strings.TrimSpace(coding)
	}
	charset := "" // which JSON has none of (RFC 8259 section 11)
	if r.Media == inspect.MediaJSON {
		// nothing to ask
	} else if _, params, err := mime.ParseMediaType(h.Get("Content-Type")); err == nil {
		charset = params["charset"]
	}
	if r.Status >= 300 {
		w.requestID() // a timer can't ask for it
	}
	r.Inspector = g.inspection.plan.Get(r.Media, charset, nil, len(g.inspection.captures) > 0)
	w.look, w.state = l, stateInspecting
	if g.report {
		w.state = statePassing
		w.ResponseWriter.WriteHeader(r.Status)
	}
	if l.coding != "" {
		if _, _, ok := inspect.Decode(l.coding, nil, 0, nil); !ok {
			w.letGo(inspect.Cut, undecidedCoding)
		}
	}
}

// writeInspected takes a part of a body that is held, or was.
func (w *responseWriter) writeInspected(p []byte) (int, error) {
	l := w.look
	l.mu.Lock()
	defer l.mu.Unlock()
	w.catchUp()
	if w.gate.report && !l.settled {
		w.examine(p)
		return w.ResponseWriter.Write(p)
	}
	if l.settled {
		return w.put(p)
	}
	if kept := w.examine(p); kept {
		return len(p), nil
	}
	return w.put(p)
}

// examine looks at a part of the body. It is kept where no decision came of
// it, or where the decision came with it.
func (w *responseWriter) examine(p []byte) (kept bool) {
	l := w.look
	room := w.gate.inspection.limit - l.seen
	part := p[:min(len(p), room)]
	l.seen += len(part)
	if l.coding != "" {
		return w.examineCoded(p, part)
	}
	w.response.Inspector.Write(part)
	switch {
	case w.decides():
		return false
	case len(part) < len(p):
		w.letGo(inspect.Bound, undecidedTooLarge)
		return false
	}
	if w.gate.report {
		return true // it has gone
	}
	if !l.grow(len(p), w.gate.inspection.total) {
		w.letGo(inspect.Cut, undecidedMemory)
		return false
	}
	w.hoard(p)
	return true
}

// hoard holds a part of the body back.
func (w *responseWriter) hoard(p []byte) { w.scratch = append(w.scratch, p...) }

// examineCoded decodes what there is whenever it has doubled.
func (w *responseWriter) examineCoded(p, part []byte) (kept bool) {
	l := w.look
	if !l.grow(len(part), w.gate.inspection.total) {
		w.letGo(inspect.Cut, undecidedMemory)
		return false
	}
	w.hoard(part)
	if len(w.scratch) < l.next && len(part) == len(p) {
		return true
	}
	l.next = 2 * len(w.scratch)
	if !w.decode() || w.decides() {
		return w.rest(p, part)
	}
	if len(part) < len(p) {
		w.letGo(inspect.Bound, undecidedTooLarge)
		return w.rest(p, part)
	}
	return true
}

// rest sends on what of p does not stand in part, which has gone already.
func (w *responseWriter) rest(p, part []byte) (kept bool) {
	if !w.gate.report && len(part) < len(p) {
		_, _ = w.put(p[len(part):]) // an error shows again at the next write
	}
	return true
}

// decode shows the inspector what a coded body decodes to. It is false where
// that has come to an end.
func (w *responseWriter) decode() bool {
	l, limit := w.look, w.gate.inspection.limit
	before := len(l.decoded)
	out, complete, ok := inspect.Decode(l.coding, w.scratch, limit, l.decoded)
	l.decoded, l.tried, l.whole = out, len(w.scratch), complete
	if len(out) > l.fed {
		w.response.Inspector.Write(out[l.fed:])
		l.fed = len(out)
	}
	switch {
	case !ok:
		w.letGo(inspect.Cut, undecidedCoding)
	case !l.grow(len(out)-before, w.gate.inspection.total):
		w.letGo(inspect.Cut, undecidedMemory)
	case !complete && len(out) >= limit:
		w.letGo(inspect.Bound, undecidedTooLarge)
	default:
		return true
	}
	return false
}

// decides judges anew, and carries the decision out if there is one.
func (w *responseWriter) decides() bool {
	o, pending := w.rejudge()
	if pending {
		return false
	}
	w.settle(o)
	return true
}

// letGo decides with what is known.
func (w *responseWriter) letGo(how inspect.Ending, cause string) {
	w.response.Inspector.End(how)
	w.response.Final = true
	o, _ := w.rejudge()
	if w.undecided {
		w.gate.metrics.undecided(cause)
	}
	w.settle(o)
}

// settle carries out a decision on a response that was held, and sends what
// was held of its body the way that was decided.
func (w *responseWriter) settle(o outcome) {
	l := w.look
	l.settled = true
	w.gate.inspection.plan.Put(w.response.Inspector)
	w.response.Inspector = nil
	held := w.scratch
	w.scratch = w.scratch[:0]
	defer w.forget()
	if w.gate.report {
		o.replaced = w.planBody(&o) == planReplace
		w.conclude(o)
		return
	}
	w.state = statePending
	w.respond(o)
	if len(held) > 0 {
		_, _ = w.put(held) // an error shows again at the next write
	}
	if l.owed && !w.returned {
		_ = w.flush() // likewise
	}
}

// forget gives back the memory of what was held: a response may stream on for
// long.
func (w *responseWriter) forget() {
	l := w.look
	l.grow(-int(l.mine), 0)
	l.decoded = nil
	if w.state == statePassing && cap(w.scratch) > keptWhilePassing {
		w.scratch = nil
	}
}

// keptWhilePassing is how large a buffer a response keeps that needs none.
const keptWhilePassing = 4 << 10

// grow counts bytes that are held, if there is room for them.
func (l *look) grow(n int, total int64) bool {
	if held := l.held.Add(int64(n)); n > 0 && held > total {
		l.held.Add(int64(-n))
		return false
	}
	l.mine += int64(n)
	l.gauge.Add(float64(n))
	return true
}

// endInspection ends a body that is still held when its handler returns. One
// that failed has no body worth judging.
func (w *responseWriter) endInspection(failed bool) {
	l := w.look
	if l != nil {
		w.logLate()
	}
	if l != nil && !failed {
		w.catchUp()
	}
	switch {
	case l == nil || l.settled:
		return
	case failed && !w.gate.report:
		w.giveUp()
		return
	case failed:
		w.letGo(inspect.Cut, undecidedStream)
		return
	}
	if l.coding != "" && len(w.scratch) > l.tried && !w.decode() {
		return
	}
	how := inspect.Whole
	if l.tried > 0 && !l.whole {
		how = inspect.Cut // the coding says that there is more
	}
	w.letGo(how, undecidedMalformed)
}

// giveUp is for a body that nobody will get.
func (w *responseWriter) giveUp() {
	w.look.settled = true
	w.gate.inspection.plan.Put(w.response.Inspector)
	w.response.Inspector = nil
	w.look.grow(-int(w.look.mine), 0)
}

// holds reports whether the body is being held.
func (w *responseWriter) holds() bool {
	if w.look == nil {
		return false
	}
	w.look.mu.Lock()
	defer w.look.mu.Unlock()
	return !w.look.settled && !w.gate.report
}

// lockLook locks the body that is or was held, if there is one by now.
func (w *responseWriter) lockLook() *look {
	if w.look != nil {
		w.look.mu.Lock()
	}
	return w.look
}

func (l *look) unlock() {
	if l != nil {
		l.mu.Unlock()
	}
}
