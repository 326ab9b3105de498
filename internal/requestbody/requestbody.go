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
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

const (
	// arrivedWait is how long an answer may wait for the rest of a body that
	// has already been sent.
	arrivedWait = time.Millisecond
	// arrivedLimit is how much of it is read to save the connection.
	arrivedLimit = 16 << 10
	// lingerWait bounds how long net/http reads what a client still sends
	// after its answer.
	lingerWait = time.Second
)

// Body counts what is read of an HTTP/1.x request body, and keeps it open until
// net/http closes it itself. It belongs to one request and is never reused: a
// transport may read it after the handler has returned. Its methods may be
// called from any goroutine.
type Body struct {
	io.ReadCloser
	request *http.Request
	length  int64 // of the content; -1: chunked
	read    atomic.Int64
	state   atomic.Int32
}

const (
	untouched int32 = iota
	touched         // a handler reads it
	closed          // by a handler or for the gate; nobody may read on
	whole           // the end was read
)

// Watch puts a Body into the request where one is needed, else it returns nil.
func Watch(r *http.Request) *Body {
	if r.ProtoMajor != 1 || r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body := &Body{ReadCloser: r.Body, request: r, length: r.ContentLength}
	r.Body = body
	return body
}

// Read implements [io.Reader].
func (b *Body) Read(p []byte) (int, error) {
	b.state.CompareAndSwap(untouched, touched)
	if b.state.Load() == closed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.count(p)
}

func (b *Body) count(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.read.Add(int64(n)) == b.length || err == io.EOF {
		b.state.Store(whole)
	}
	return n, err
}

// Close ends the reading, but does not close the body of net/http. A body that
// net/http finds open at the end of the exchange, it reads or gives up together
// with the connection; one that it finds closed, it takes for read.
func (b *Body) Close() error {
	if !b.state.CompareAndSwap(untouched, closed) {
		b.state.CompareAndSwap(touched, closed)
	}
	return nil
}

// Whole reports whether nothing of the body is left on the connection. A nil
// Body is whole.
func (b *Body) Whole() bool { return b == nil || b.state.Load() == whole }

// Who answers decides what is done about a body that was not read.
type Who uint8

const (
	// Gateway answers where the backend was not asked, or its answer is not used.
	Gateway Who = iota
	// Handler is one that has the request to itself.
	Handler
	// Proxy is a reverse proxy whose backend answered. It may begin to read a body
	// that it has not touched so far, and wait in it for the client.
	Proxy
)

// Settle is called before the head of an answer is sent, so that it does not
// wait for what the client has still to send. It reports whether the connection
// ends with the answer: then the answer says Connection: close, and net/http is
// told so. A small body that has arrived does not cost the connection: where the
// gateway answers, Settle reads it into scratch; where a handler did not look at
// it, net/http does.
func (b *Body) Settle(w http.ResponseWriter, who Who, scratch []byte) (closes bool) {
	if b.Whole() {
		return false
	}
	r := b.request
	small := b.length <= arrivedLimit && b.state.Load() == untouched && len(r.Header["Expect"]) == 0
	switch {
	case !small:
	case who == Gateway && !isFullDuplex(r) && b.drain(w, scratch):
		return false
	case who == Handler && b.length >= 0:
		return false
	}
	announceClose(w)
	if who == Gateway {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingerWait))
	}
	return true
}

// drain reads a body that is there already, and reports whether it was all
// there. No handler may be using the body.
func (b *Body) drain(w http.ResponseWriter, scratch []byte) bool {
	if !b.state.CompareAndSwap(untouched, closed) {
		return false
	}
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(arrivedWait)) != nil {
		return false
	}
	var err error
	for err == nil && !b.Whole() && b.read.Load() <= arrivedLimit {
		_, err = b.count(scratch)
	}
	if !b.Whole() {
		return false
	}
	if err == nil { // let net/http see the end of a body whose last byte was read
		var n int
		if n, err = b.ReadCloser.Read(scratch); n != 0 {
			return false
		}
	}
	return errors.Is(err, io.EOF) && control.SetReadDeadline(time.Time{}) == nil
}

// DrainStream reads a small body of an HTTP/2 request that has arrived. The
// connection does not need it, but clients such as curl 7.88 take the end of
// the stream for an error while they are still sending.
func DrainStream(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor != 2 || r.ContentLength <= 0 || r.ContentLength > arrivedLimit {
		return
	}
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(arrivedWait)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength+1)
	_ = control.SetReadDeadline(time.Time{})
}

func isFullDuplex(r *http.Request) bool {
	server, _ := r.Context().Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	return server != nil && server.EnableFullDuplex
}

// announceClose tells net/http that the connection ends with unread bytes, so
// that it closes it in the order that lets the client read the answer:
// half-close, wait, close. The way to say it is the one that
// [http.MaxBytesReader] takes when a body is over its limit.
func announceClose(w http.ResponseWriter) {
	for {
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			break
		}
		w = wrapper.Unwrap()
	}
	over := http.MaxBytesReader(w, io.NopCloser(strings.NewReader("..")), 1)
	_, _ = io.Copy(io.Discard, over)
}
