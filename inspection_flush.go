package statusgate

import (
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// A handler that has flushed may wait for its backend for long, so it is a
// timer that lets go what is held. It runs beside the handler, and may touch
// nothing that the handler might be using, too: the header map that it uses is
// not the handler's, and what has no lock of its own, the access log and the
// request's ID, is done before it or left to the handler's next step.

// flushInspected lets a response go that has been flushed, in a while.
func (w *responseWriter) flushInspected() error {
	l := w.look
	l.mu.Lock()
	defer l.mu.Unlock()
	w.catchUp()
	if l.settled || w.gate.report {
		return w.flush()
	}
	l.owed = true
	if w.idle.overridden() {
		w.letGo(inspect.Cut, undecidedStream)
		return nil
	}
	if l.coding != "" && len(w.scratch) > l.tried && (!w.decode() || w.decides()) {
		return nil
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(flushWait, w.flushWaited)
	}
	return nil
}

// idle is the writer in front that cuts a client off which takes nothing. Its
// settings have no lock. A handler behind may change them, as timeouts does, and
// puts them back when it ends, which the gate is not told: beside that no timer may
// send.
type idle struct {
	writer *caddyhttp.IdleTimeoutWriter // nil where there is none
	since  time.Time                    // when it got its settings
}

func idleOf(r *http.Request) idle {
	_, writer := caddyhttp.IdleTimeoutsFromContext(r.Context())
	if writer == nil {
		return idle{}
	}
	return idle{writer, writer.Deadline.Start}
}

// overridden tells whether a handler behind has changed the settings.
func (i idle) overridden() bool {
	return i.writer != nil && !i.writer.Deadline.Start.Equal(i.since)
}

// SetWriteDeadline sets that of a writer in front, which must not be at work for
// the timer meanwhile.
func (w *responseWriter) SetWriteDeadline(deadline time.Time) error {
	defer w.lockLook().unlock()
	return http.NewResponseController(w.ResponseWriter).SetWriteDeadline(deadline)
}

func (w *responseWriter) flushWaited() {
	l := w.look
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.broken = recover() }()
	if l.settled || l.late {
		return
	}
	l.late = true
	w.response.Inspector.End(inspect.Cut)
	w.response.Final = true
	l.outcome, _ = w.rejudge()
	if w.undecided {
		w.gate.metrics.undecided(undecidedStream)
	}
	if w.id == "" && w.planBody(&l.outcome) == planReplace {
		return // a problem has the request's ID
	}
	w.unlogged = true
	w.settle(l.outcome)
}

func (w *responseWriter) logLate() {
	if w.unlogged {
		w.unlogged = false
		w.log(&w.outcome)
	}
}

// catchUp does what a timer has left to do.
func (w *responseWriter) catchUp() {
	l := w.look
	w.logLate()
	switch {
	case l.broken != nil:
		panic(l.broken)
	case l.settled || !l.late:
	default:
		w.settle(l.outcome)
	}
}

// Header gives the header map. Where bodies may be held it is the handler's
// own, which goes to the client when the handler writes the head: it may keep
// and change it after that.
func (w *responseWriter) Header() http.Header {
	if w.gate.inspection.plan == nil || w.gate.report {
		return w.header
	}
	if w.fields == nil {
		if w.fields, w.kept = w.kept, nil; w.fields == nil {
			w.fields = make(http.Header, len(w.header))
		}
		maps.Copy(w.fields, w.header)
	}
	return w.fields
}

// handOn makes the handler's header map that of the response.
func (w *responseWriter) handOn() {
	if w.fields == nil {
		return
	}
	clear(w.header)
	maps.Copy(w.header, w.fields)
}

// handOnTrailers adds the trailer fields that the handler has set behind the
// body.
func (w *responseWriter) handOnTrailers() {
	if w.fields == nil || w.state != statePassing {
		return
	}
	shared := w.header
	for _, name := range normalize.List(shared["Trailer"]) {
		name = http.CanonicalHeaderKey(name)
		if values, ok := w.fields[name]; ok {
			shared[name] = values
		}
	}
	for name, values := range w.fields {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			shared[name] = values
		}
	}
}
