package exchange

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// errEnded is what a handler gets that writes after it has returned.
var errEnded = errors.New("the exchange has ended")

// writer is what handlers behind the gate write to. It is small and belongs to
// one exchange for ever, so that a handler which uses it after it has returned
// finds no other exchange behind it. Its methods may be called from any
// goroutine; between them handlers have to take turns, as with any
// [http.ResponseWriter].
type writer struct {
	caddyhttp.ResponseWriterWrapper
	exchange *exchange
	inside   atomic.Int32 // calls under way; far below zero once it has ended
}

// ended is what is taken from inside at the end: more than there are calls.
const ended = 1 << 30

func newWriter(client http.ResponseWriter, x *exchange) *writer {
	return &writer{ResponseWriterWrapper: caddyhttp.ResponseWriterWrapper{ResponseWriter: client}, exchange: x}
}

// enter begins a call. It gives nil where the exchange has ended.
func (w *writer) enter() *exchange {
	if w.inside.Add(1) > 0 {
		return w.exchange
	}
	w.inside.Add(-1)
	return nil
}

func (w *writer) leave() { w.inside.Add(-1) }

// end lets no more calls in. It reports whether none is under way: then nobody
// has the exchange any more.
func (w *writer) end() (alone bool) { return w.inside.Add(-ended) == -ended }

// nestedIn reports whether a writer leads through a gate of a name.
func nestedIn(rw http.ResponseWriter, name string) bool {
	for {
		if w, ok := rw.(*writer); ok && w.exchange.gate.Name == name {
			return true
		}
		wrapper, ok := rw.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		rw = wrapper.Unwrap()
	}
}

// Header gives the handler's header map. Where bodies may be held it is not the
// client's: that gets a copy when the handler writes the head, so that the
// handler may keep and change its own after that.
func (w *writer) Header() http.Header {
	x := w.enter()
	if x == nil {
		return make(http.Header)
	}
	defer w.leave()
	return x.sender.head.handlers(x.gate.apart())
}

// WriteHeader takes the status from behind.
func (w *writer) WriteHeader(status int) {
	if x := w.enter(); x != nil {
		defer w.leave()
		x.writeHeader(status)
	}
}

// Write takes a part of the body from behind.
func (w *writer) Write(p []byte) (int, error) {
	x := w.enter()
	if x == nil {
		return 0, errEnded
	}
	defer w.leave()
	return x.write(p)
}

// ReadFrom takes the body from behind; one that passes keeps the fast path of
// the connection.
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	x := w.enter()
	if x == nil {
		return 0, errEnded
	}
	defer w.leave()
	return x.readFrom(r)
}

// FlushError flushes what has been decided; what is still held has nothing to
// flush.
func (w *writer) FlushError() error {
	x := w.enter()
	if x == nil {
		return errEnded
	}
	defer w.leave()
	return x.flush()
}

// Hijack hands the connection over.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	x := w.enter()
	if x == nil {
		return nil, nil, errEnded
	}
	defer w.leave()
	return x.hijack()
}

// SetWriteDeadline sets that of a writer in front, which must not be at work for
// the timer of an inspection meanwhile.
func (w *writer) SetWriteDeadline(deadline time.Time) error {
	x := w.enter()
	if x == nil {
		return errEnded
	}
	defer w.leave()
	defer unlock(lock(x.inspection))
	return http.NewResponseController(w.ResponseWriter).SetWriteDeadline(deadline)
}

// Interface guards
var (
	_ http.ResponseWriter             = (*writer)(nil)
	_ http.Hijacker                   = (*writer)(nil)
	_ io.ReaderFrom                   = (*writer)(nil)
	_ interface{ FlushError() error } = (*writer)(nil)

	_ interface {
		SetWriteDeadline(deadline time.Time) error
	} = (*writer)(nil)
)
