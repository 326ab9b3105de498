// Package requestbody watches the body of a request on its connection, so that
// an answer need not wait for it and no byte of it is taken for the next
// request.
//
// On HTTP/1.x the bytes of a request body that nobody read stand before the
// next request. net/http usually discards them or closes the connection. It
// can't see the state of a body that a handler has wrapped, as Caddy's idle
// timeouts do: it would parse the leftover bytes as the next request.
package requestbody

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Body counts what is read of a request body, and remembers how it failed. On
// HTTP/1.x it also keeps the body open until net/http closes it itself. It
// belongs to one request and is never reused: a transport may read it after the
// handler has returned. Read and Close may be called from any goroutine.
type Body struct {
	io.ReadCloser
	client  http.ResponseWriter
	request *http.Request
	passive bool  // closes as the body below does
	length  int64 // of the content; -1: unknown
	read    atomic.Int64
	state   atomic.Int32
	fault   atomic.Int32
	first   [1]byte // that Empty has read
	ahead   bool    // the first byte is still to be given
	closing bool    // the connection ends with the answer
	drained bool    // nobody but the gate has read it, nor will
}

const (
	untouched int32 = iota
	touched         // a handler reads it
	closed          // by a handler or for the gate; nobody may read on
	whole           // the end was read
)

// Watch puts a Body into a request that may have content, else it returns nil.
// A passive one changes nothing about how the body is read and closed.
func Watch(client http.ResponseWriter, r *http.Request, passive bool) *Body {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body := &Body{ReadCloser: r.Body, client: client, request: r, passive: passive, length: r.ContentLength}
	r.Body = body
	return body
}

// GiveBack puts the body below back into the request, if nobody has used it.
func (b *Body) GiveBack() {
	if b != nil && b.state.Load() == untouched && !b.ahead && b.request.Body == io.ReadCloser(b) {
		b.request.Body = b.ReadCloser
	}
}

// Read implements [io.Reader].
func (b *Body) Read(p []byte) (int, error) {
	b.state.CompareAndSwap(untouched, touched)
	if b.state.Load() == closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.ahead && len(p) > 0 {
		b.ahead = false
		return copy(p, b.first[:]), nil
	}
	return b.count(p)
}

func (b *Body) count(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.read.Add(int64(n)) == b.length || err == io.EOF {
		b.state.Store(whole)
	}
	if err != nil && err != io.EOF {
		b.fault.CompareAndSwap(int32(None), int32(b.faultOf(err)))
	}
	return n, err
}

// Close ends the reading. On HTTP/1.x it does not close the body of net/http:
// one that net/http finds open at the end of the exchange, it reads or gives up
// together with the connection; one that it finds closed, it takes for read.
func (b *Body) Close() error {
	if b.passive || b.request.ProtoMajor != 1 {
		return b.ReadCloser.Close()
	}
	if !b.state.CompareAndSwap(untouched, closed) {
		b.state.CompareAndSwap(touched, closed)
	}
	return nil
}

// Whole reports whether nothing of the body is left on the connection. A nil
// Body is whole.
func (b *Body) Whole() bool { return b == nil || b.state.Load() == whole }

// Fault is how the reading of a request body failed through no fault of the
// backend.
type Fault int32

const (
	// None says that the body was read, or that its client has left.
	None Fault = iota
	// Malformed says that it was not framed as RFC 9112 §7.1 wants it.
	Malformed
	// BrokenOff says that it ended before its end.
	BrokenOff
	// Late says that it did not come within the time that the server gives.
	Late
)

// Fault is how the reading of the body failed.
func (b *Body) Fault() Fault {
	if b == nil {
		return None
	}
	return Fault(b.fault.Load())
}

// faultOf understands an error of net/http's, which tells of malformed chunks
// only in words of many kinds.
func (b *Body) faultOf(err error) Fault {
	if netErr, ok := errors.AsType[net.Error](err); ok {
		if netErr.Timeout() {
			return Late
		}
		return None // the connection broke
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return BrokenOff
	case b.request.ProtoMajor != 1, b.length >= 0, tooLarge, errors.Is(err, http.ErrBodyReadAfterClose):
		return None
	}
	return Malformed
}

// emptyWait is how long [Body.Empty] waits for a first byte.
const emptyWait = time.Second

// Empty reports whether a body of unknown length turns out to have not a byte:
// then the request has no content (RFC 9110 §6.4). So it is where the body can't
// be read: the backend will meet the error. No handler may have the body yet, and
// Empty is asked at most once. A client that waits to be asked for its content
// has some.
func (b *Body) Empty() bool {
	if b == nil {
		return true
	}
	if b.length >= 0 || len(b.request.Header["Expect"]) > 0 {
		return false
	}
	control := http.NewResponseController(b.client)
	timed := control.SetReadDeadline(time.Now().Add(emptyWait)) == nil
	n, err := 0, error(nil)
	for n == 0 && err == nil {
		n, err = b.count(b.first[:])
	}
	b.ahead = n > 0
	if timed {
		_ = control.SetReadDeadline(time.Time{})
	}
	if n == 0 && errors.Is(err, io.EOF) {
		b.request.ContentLength = 0
	}
	return n == 0 && b.Fault() != Late
}
