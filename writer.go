package statusgate

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

const (
	// holdLimit bounds a problem document that is held to be checked.
	holdLimit = 64 << 10
	// discardLimit bounds what is read of a body that the client will not
	// see. Reading a short one to its end saves the backend's connection.
	discardLimit = 256 << 10
	// discardWait is how long that may go on: over HTTP/1.1 the client's next
	// request waits for it, over HTTP/2 the end of this answer.
	discardWait = 100 * time.Millisecond
	// firstRead is how much is read of a body before its head is decided on,
	// where the handler leaves that to the body.
	firstRead = 512
	// heldRead is how much of a body is read at a time while it is held: what
	// comes behind a decision keeps the fast path of the connection.
	heldRead = 4 << 10
	// keptScratch bounds the buffer that goes back to the pool.
	keptScratch = 64 << 10
	// keptFields bounds the header map that does.
	keptFields = 32
)

// errDiscarded makes a handler stop sending a body that nobody will see.
var errDiscarded = errors.New("the body is longer than what is read of a body that was replaced")

// state is where a response stands.
type state uint8

const (
	statePending    state = iota // no head yet
	stateDeferred                // decided; kept if a body comes, replaced if none does
	stateHolding                 // decided; the body is a problem document to be checked
	statePassing                 // the head is out, the backend's body follows
	stateDiscarding              // our own response is out, the backend's body goes nowhere
	stateInspecting              // a rule needs to know more of the body
	stateRefusing                // nothing is out: the body goes nowhere, an error follows
	stateHijacked                // the connection is no longer ours
)

// responseWriter stands between a handler and the client. It decides when
// the head is written and carries the decision out. It is pooled; every field
// belongs to one exchange.
type responseWriter struct {
	caddyhttp.ResponseWriterWrapper
	header   http.Header // of ResponseWriter, asked for once: there may be many writers in front
	gate     *gate
	request  *http.Request
	replacer *caddy.Replacer
	extra    *caddyhttp.ExtraLogFields // of the access log, nil where there is none
	resource *resource
	// The request as it came: handlers behind may change it.
	method string
	accept []string
	ranged bool

	idle     idle // where bodies may be held
	body     *requestBody
	shed     shedState
	watch    stopwatch
	response normalize.Response // what is being judged
	look     *look              // a body that is held for it, or was
	fields   http.Header        // the handler's own header map, where bodies may be held
	kept     http.Header        // an empty map for it, of an exchange before

	outcome    outcome
	refused    outcome  // in report mode: how the request would have been answered
	id         string   // of the request, once it was needed
	urn        string   // the same as a URI
	spare      []string // for values of fields, see single
	state      state
	recorded   bool
	format     problem.Format // of a held problem document
	scratch    []byte         // a held body, then our own
	varies     bool           // the body depends on the request's Accept
	drips      bool           // the backend's body may take its time after our own is ready
	returned   bool           // the handler has
	undecided  bool           // a rule was passed over, the body told too little
	unlogged   bool           // a timer has decided, the access log does not have it yet
	unanswered bool           // no handler has written anything
	discarded  int

	discardUntil time.Time // zero: no limit
}

var writers = sync.Pool{New: func() any { return new(responseWriter) }}

func newResponseWriter(g *gate, w http.ResponseWriter, r *http.Request) *responseWriter {
	rw := writers.Get().(*responseWriter) // zero but for scratch and kept
	rw.ResponseWriterWrapper.ResponseWriter = w
	// What stands in the context is asked for now: behind the backend's answer
	// nothing of it is left in the processor's caches.
	rw.header, rw.gate, rw.request, rw.resource = w.Header(), g, r, g.defaults
	rw.replacer, rw.extra = replacerOf(r), accessLog(r)
	rw.method, rw.accept, rw.ranged = r.Method, r.Header["Accept"], len(r.Header["Range"]) > 0
	rw.watch = g.metrics.stopwatch()
	return rw
}

// release gives the writer back. A writer whose connection was taken over, or
// whose handler panicked, may still be held by someone and is left alone.
func (w *responseWriter) release() {
	if w.state == stateHijacked || w.look != nil && w.look.timer != nil {
		return
	}
	w.look.release()
	scratch := w.scratch[:0]
	if cap(scratch) > keptScratch {
		scratch = nil
	}
	kept := w.kept
	if w.fields != nil && len(w.fields) <= keptFields {
		kept = w.fields
		clear(kept)
	}
	*w = responseWriter{}
	w.scratch, w.kept = scratch, kept
	writers.Put(w)
}

// WriteHeader takes the status from behind. Informational responses pass
// (RFC 9110 §15.2); 101 ends the exchange of HTTP messages.
func (w *responseWriter) WriteHeader(status int) {
	if w.look != nil || w.state != statePending {
		return
	}
	w.handOn()
	w.noteHead(status)
	switch {
	case status == http.StatusSwitchingProtocols:
		w.conclude(outcome{received: status, sent: status, reason: normalize.ReasonProtocol, rule: -1})
		w.state = stateHijacked
		w.ResponseWriter.WriteHeader(status)
	case status >= 100 && status < 200:
		w.ResponseWriter.WriteHeader(status)
	case status == statusClientGone && w.request.Context().Err() != nil:
		w.conclude(clientGone(notAsked)) // how reverse_proxy tells the access log
		w.state = statePassing
		w.ResponseWriter.WriteHeader(status)
	default:
		w.watch.resume()
		if o, pending := w.judge(status, normalize.SourceBackend); pending {
			w.inspect()
		} else {
			w.respond(o)
		}
		w.watch.pause()
	}
}

// Write takes a part of the body from behind.
func (w *responseWriter) Write(p []byte) (int, error) {
	if w.look == nil && w.state == statePending {
		w.WriteHeader(http.StatusOK)
	}
	if w.look != nil {
		return w.writeInspected(p)
	}
	return w.put(p)
}

// put sends a part of the body the way that was decided.
func (w *responseWriter) put(p []byte) (int, error) {
	switch w.state {
	case statePassing:
		w.noteBody(len(p))
		return w.ResponseWriter.Write(p)
	case stateDeferred:
		if len(p) == 0 {
			return 0, nil
		}
		w.pass(w.outcome)
	case stateHolding:
		if w.hold(p) {
			return len(p), nil
		}
	default: // nothing to decide
	}
	if w.state == stateDiscarding || w.state == stateRefusing {
		return w.discard(p)
	}
	w.noteBody(len(p))
	return w.ResponseWriter.Write(p)
}

// hold keeps a part of a problem document. Where it grows over the limit it
// is let go, or replaced if it must not be seen unchecked, and hold is false.
func (w *responseWriter) hold(p []byte) bool {
	if len(w.scratch)+len(p) <= holdLimit {
		w.scratch = append(w.scratch, p...)
		return true
	}
	w.gate.metrics.undecided(undecidedTooLarge)
	if w.outcome.sent >= 500 {
		w.replace(w.outcome)
		return false
	}
	held := w.scratch
	w.pass(w.outcome)
	_, _ = w.ResponseWriter.Write(held) // an error shows again at the next write
	return false
}

func (w *responseWriter) discard(p []byte) (int, error) {
	w.discarded += len(p)
	if w.discarded > discardLimit || !w.discardUntil.IsZero() && time.Now().After(w.discardUntil) {
		return 0, errDiscarded
	}
	return len(p), nil
}

// ReadFrom takes the body from behind; one that passes keeps the fast path of
// the connection. As in net/http, nothing is decided before there is a first
// byte: a reader that fails at once leaves the handler free to send an error.
func (w *responseWriter) ReadFrom(r io.Reader) (int64, error) {
	var first int64
	if w.look == nil && w.state == statePending {
		var err error
		first, err = io.CopyN(writeOnly{w}, r, firstRead)
		if errors.Is(err, io.EOF) {
			return first, nil
		}
		if err != nil {
			return first, err
		}
	}
	for w.holds() {
		n, err := io.CopyN(writeOnly{w}, r, heldRead)
		first += n
		if errors.Is(err, io.EOF) {
			return first, nil
		}
		if err != nil {
			return first, err
		}
	}
	if w.state == statePassing && (w.look == nil || w.look.settled) {
		n, err := w.ResponseWriterWrapper.ReadFrom(r)
		return first + n, err
	}
	n, err := io.Copy(writeOnly{w}, r)
	return first + n, err
}

// writeOnly hides ReadFrom from [io.Copy].
type writeOnly struct{ io.Writer }

// FlushError flushes what has been decided; what is still held has nothing
// to flush.
func (w *responseWriter) FlushError() error {
	if w.look == nil && w.state == statePending {
		w.WriteHeader(http.StatusOK)
	}
	if w.look != nil {
		return w.flushInspected()
	}
	return w.flush()
}

func (w *responseWriter) flush() error {
	switch w.state {
	case stateDeferred, stateHolding, stateRefusing:
		return nil
	default:
		return http.NewResponseController(w.ResponseWriter).Flush()
	}
}

// Hijack hands the connection over.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	defer w.lockLook().unlock()
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil && w.look != nil && !w.look.settled {
		w.giveUp()
	}
	if err == nil {
		w.noteHead(http.StatusSwitchingProtocols) // where the handler writes it itself
		w.state = stateHijacked
	}
	return conn, rw, err
}

// Interface guards
var (
	_ http.ResponseWriter             = (*responseWriter)(nil)
	_ http.Hijacker                   = (*responseWriter)(nil)
	_ io.ReaderFrom                   = (*responseWriter)(nil)
	_ interface{ FlushError() error } = (*responseWriter)(nil)

	_ interface {
		SetWriteDeadline(deadline time.Time) error
	} = (*responseWriter)(nil)
)
