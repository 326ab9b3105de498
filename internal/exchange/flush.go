package exchange

import (
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/telemetry"
)

// A handler that has flushed may wait for its backend for long, so it is a
// timer that lets go what is held. It runs beside the handler, and may touch
// nothing that the handler might be using, too: the header map that it uses is
// not the handler's. What has no lock of its own, the access log and the
// request's ID, is done before it or left to the handler's next step.

// flush lets a response go that has been flushed, in a while.
func (i *inspection) flush() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.catchUp()
	if i.settled || i.sender.gate.Report {
		return i.sender.body.flush()
	}
	i.grace.flush()
	if i.idle.overridden() {
		i.letGo(&stop{inspect.Cut, telemetry.Stream})
		return nil
	}
	if i.held.stale() {
		if stopped := i.held.decode(); stopped != nil {
			i.letGo(stopped)
			return nil
		}
		if i.decides() {
			return nil
		}
	}
	if i.timer == nil {
		i.timer = time.AfterFunc(i.grace.left(), i.flushWaited)
	}
	return nil
}

// headWait is how long a flush waits at least for the first byte of a body.
// Servers that send the head and the body by two writes meet Nagle's algorithm
// and the delayed acknowledgement of TCP, 40 ms on Linux and up to 500 ms
// elsewhere (RFC 1122 §4.2.3.2): what is flushed is on its way then.
const headWait = time.Second

// grace is how long a flush waits for a decision.
type grace struct {
	wait    time.Duration // from the first byte of the body on
	begun   time.Time     // when that came, zero before
	flushed time.Time     // since when a flush waits, zero: none does
}

// begin takes note that bytes of the body have come. It reports whether they are
// the first.
func (g *grace) begin(bytes int) (first bool) {
	if bytes == 0 || !g.begun.IsZero() {
		return false
	}
	g.begun = time.Now()
	return true
}

// flush takes note of a flush.
func (g *grace) flush() {
	if g.flushed.IsZero() {
		g.flushed = time.Now()
	}
}

// owed reports whether a flush waits.
func (g *grace) owed() bool { return !g.flushed.IsZero() }

// left is how long a flush may still wait.
func (g *grace) left() time.Duration {
	if g.begun.IsZero() {
		return time.Until(g.flushed.Add(max(g.wait, headWait)))
	}
	return time.Until(g.begun.Add(g.wait))
}

// flushWaited is what the timer does.
func (i *inspection) flushWaited() {
	i.mu.Lock()
	defer i.mu.Unlock()
	defer func() { i.broken = recover() }()
	if i.settled || i.late {
		return
	}
	if left := i.grace.left(); left > 0 { // a byte came just now
		i.timer.Reset(left)
		return
	}
	i.late = true
	i.outcome = i.conclude(inspect.Cut, telemetry.Stream)
	s := i.sender
	if s.request.id == "" && planBody(s.gate, s.request, s.head.fields, &i.outcome, true).plan == planReplace {
		return // a problem has the request's ID
	}
	s.record.Defer()
	i.settle(i.outcome)
}

// catchUp does what a timer has left to do.
func (i *inspection) catchUp() {
	i.sender.record.CatchUp()
	switch {
	case i.broken != nil:
		panic(i.broken)
	case i.settled || !i.late:
	default:
		i.settle(i.outcome)
	}
}

// idle is the writer in front that cuts a client off which takes nothing. Its
// settings have no lock. A handler behind may change them, as timeouts does, and
// puts them back when it ends, which the gate is not told: beside that no timer
// may send.
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
