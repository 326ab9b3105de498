package exchange

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/internal/requestbody"
)

const (
	// holdLimit bounds a document that is held to be checked, in bytes.
	holdLimit = 64 << 10
	// holdWait is how long its end may take. After that the handlers are canceled,
	// and the client gets a problem.
	holdWait = time.Second
	// discardLimit bounds what is read of a body that the client will not see,
	// in bytes. Reading a short one to its end saves the backend's connection.
	discardLimit = 256 << 10
	// discardWait is how long that may go on: over HTTP/1.1 the client's next
	// request waits for it, over HTTP/2 the end of this answer.
	discardWait = 100 * time.Millisecond
)

// errHeld is why handlers are canceled whose document does not come to an end.
var errHeld = errors.New("the body of an error takes too long to its end")

// errDiscarded makes a handler stop sending a body that nobody will see.
var errDiscarded = errors.New("the body is longer than what is read of a body that was replaced")

// state is where an answer stands.
type state uint8

const (
	pending    state = iota // there is no decision yet
	inspecting              // there is a head, but a rule needs to see more of the body
	deferred                // decided: the backend's body is kept if one comes, replaced if none does
	holding                 // decided: the body is a document to be checked
	refusing                // decided: the body goes nowhere, an error follows
	passing                 // the head is out, the backend's body follows
	discarding              // our own answer is out, the backend's body goes nowhere
	hijacked                // the connection is not ours any more
	states
)

// next lists the states that may follow each. A head that is out stays out, and
// a connection that is taken over does not come back.
var next = [states]set{
	pending:    of(inspecting, deferred, holding, refusing, passing, discarding, hijacked),
	inspecting: of(pending, passing, discarding, hijacked),
	deferred:   of(passing, discarding, hijacked),
	holding:    of(passing, discarding, hijacked),
	refusing:   of(discarding, hijacked),
	passing:    of(passing, hijacked),
	discarding: of(hijacked),
	hijacked:   of(hijacked),
}

type set uint16

func of(states ...state) (s set) {
	for _, one := range states {
		s |= 1 << one
	}
	return s
}

// missteps counts states that were not entered because they may not follow.
// Tests hold it at zero.
var missteps atomic.Int64

// body is where the bytes of the backend's body go.
type body struct {
	client    http.ResponseWriter
	visit     *overload.Visit
	state     state
	room      room                    // for kept, while it holds a document
	stop      context.CancelCauseFunc // ends the work of the handlers
	timer     *time.Timer             // that calls stop, while a document is held
	kept      []byte                  // a held document, then our own body
	discarded int                     // bytes
	until     time.Time               // when discarding ends; zero: no limit
}

// become enters a state if it may follow.
func (b *body) become(s state) {
	if next[b.state]&(1<<s) == 0 {
		missteps.Add(1)
		return
	}
	switch {
	case s == holding:
		stop := b.stop
		b.timer = time.AfterFunc(holdWait, func() { stop(errHeld) })
	case b.state == holding:
		b.timer.Stop()
		b.room.giveBack()
	}
	b.state = s
}

// late reports whether the handlers were canceled because of a document that is
// held.
func (b *body) late() bool { return !b.timer.Stop() }

// begun reports whether the backend has sent a head that is held back.
func (b *body) begun() bool {
	return b.state == deferred || b.state == holding || b.state == inspecting
}

// hold keeps a part of a document, if there is room for it.
func (b *body) hold(p []byte) bool {
	if len(b.kept)+len(p) > holdLimit || !b.room.take(len(p)) {
		return false
	}
	b.kept = append(b.kept, p...)
	return true
}

// write sends a part of the body on, or nowhere.
func (b *body) write(p []byte) (int, error) {
	if b.state == discarding || b.state == refusing {
		return b.discard(p)
	}
	b.visit.Body(len(p))
	return b.client.Write(p)
}

func (b *body) discard(p []byte) (int, error) {
	b.discarded += len(p)
	if b.discarded > discardLimit || !b.until.IsZero() && time.Now().After(b.until) {
		return 0, errDiscarded
	}
	return len(p), nil
}

// readFrom sends what a reader has, on the fast path of the connection.
func (b *body) readFrom(r io.Reader) (int64, error) {
	return (&caddyhttp.ResponseWriterWrapper{ResponseWriter: b.client}).ReadFrom(r)
}

// flush flushes what was sent; what is held back has nothing to flush.
func (b *body) flush() error {
	switch b.state {
	case deferred, holding, refusing:
		return nil
	default:
		return http.NewResponseController(b.client).Flush()
	}
}

// settle sees to what is left of the request's body before the head is sent.
func (b *body) settle(r *request, fields http.Header, gateway bool) {
	if r.upload.Whole() {
		return
	}
	who, scratch := requestbody.Handler, []byte(nil)
	if gateway {
		who = requestbody.Gateway
		b.kept = slices.Grow(b.kept[:0], 1<<10)
		scratch = b.kept[:1<<10]
	} else if r.backend() != "" {
		who = requestbody.Proxy
	}
	if r.upload.Settle(who, scratch) {
		fields["Connection"] = []string{"close"}
	}
}

// lingerRead is how much is read at a time while a connection lingers, in bytes.
const lingerRead = 16 << 10

// linger waits for a client that is still sending, where the answer is whole: a
// body without a length ends only after this.
func (b *body) linger(r *request, fields http.Header) {
	if r.upload.Whole() || len(fields["Content-Length"]) == 0 {
		return
	}
	b.kept = slices.Grow(b.kept[:0], lingerRead)
	r.upload.Linger(b.kept[:lingerRead])
}
