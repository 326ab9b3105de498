package statusgate

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// On HTTP/1.x the bytes of a request body that nobody read stand before the
// next request. net/http usually discards them or closes the connection, but
// it can't see the state of a body that a handler has wrapped, as Caddy's idle
// timeouts do: the leftover bytes of a body that the proxy closed early would
// be parsed as the next request. So the gate watches the body itself.

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

// requestBody counts what is read of an HTTP/1.x request body, and keeps it
// open until net/http closes it itself. It belongs to one request and is
// never reused: a transport may read it after the handler has returned.
type requestBody struct {
	io.ReadCloser
	length int64 // of the content; -1: chunked
	read   atomic.Int64
	state  atomic.Int32
}

const (
	bodyUntouched int32 = iota
	bodyTouched         // a handler reads it
	bodyClosed          // by a handler or for the gate; nobody may read on
	bodyWhole           // the end was read
)

// watchBody puts a requestBody into the request where one is needed.
func watchBody(r *http.Request) *requestBody {
	if r.ProtoMajor != 1 || r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body := &requestBody{ReadCloser: r.Body, length: r.ContentLength}
	r.Body = body
	return body
}

// Read implements [io.Reader].
func (b *requestBody) Read(p []byte) (int, error) {
	b.state.CompareAndSwap(bodyUntouched, bodyTouched)
	if b.state.Load() == bodyClosed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.count(p)
}

func (b *requestBody) count(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.read.Add(int64(n)) == b.length || err == io.EOF {
		b.state.Store(bodyWhole)
	}
	return n, err
}

// Close ends the reading, but does not close the body of net/http: what it
// finds open at the end of the exchange it reads or gives up together with the
// connection, what it finds closed it takes for read.
func (b *requestBody) Close() error {
	if !b.state.CompareAndSwap(bodyUntouched, bodyClosed) {
		b.state.CompareAndSwap(bodyTouched, bodyClosed)
	}
	return nil
}

// whole reports whether nothing of the body is left on the connection.
func (b *requestBody) whole() bool { return b == nil || b.state.Load() == bodyWhole }

// untouched reports whether nobody has begun to read the body.
func (b *requestBody) untouched() bool { return b.state.Load() == bodyUntouched }

// settleBody is called before a head is sent, so that an answer does not wait
// for what the client has still to send: the connection ends with it. A small
// body does not cost the connection: if it has arrived, the gate reads it
// when it answers itself; when a handler answers that did not look at it,
// net/http does.
func (w *responseWriter) settleBody(o *outcome) {
	b := w.body
	if b == nil && o.gateway && o.received == notAsked {
		w.drainStream()
	}
	if b.whole() {
		return
	}
	small := b.length <= arrivedLimit && b.untouched() && len(w.request.Header["Expect"]) == 0
	switch {
	case !small:
	case o.gateway && !isFullDuplex(w.request) && w.drainArrived():
		return
	case !o.gateway && b.length >= 0 && !w.proxied():
		return
	}
	w.header["Connection"] = []string{"close"}
	announceClose(w.ResponseWriter)
	if o.gateway {
		_ = http.NewResponseController(w.ResponseWriter).SetReadDeadline(time.Now().Add(lingerWait))
	}
}

// drainStream reads a small body of an HTTP/2 request that has arrived. The
// connection does not need it, but clients such as curl 7.88 take the end of
// the stream for an error while they are still sending.
func (w *responseWriter) drainStream() {
	r := w.request
	if r.ProtoMajor != 2 || r.ContentLength <= 0 || r.ContentLength > arrivedLimit {
		return
	}
	control := http.NewResponseController(w.ResponseWriter)
	if control.SetReadDeadline(time.Now().Add(arrivedWait)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength+1)
	_ = control.SetReadDeadline(time.Time{})
}

// drainArrived reads a body that is there already, and reports whether it was
// all there. No handler may be using the body.
func (w *responseWriter) drainArrived() bool {
	b := w.body
	if !b.state.CompareAndSwap(bodyUntouched, bodyClosed) {
		return false
	}
	control := http.NewResponseController(w.ResponseWriter)
	if control.SetReadDeadline(time.Now().Add(arrivedWait)) != nil {
		return false
	}
	w.scratch = slices.Grow(w.scratch[:0], 1<<10)
	scratch := w.scratch[:1<<10]
	var err error
	for err == nil && !b.whole() && b.read.Load() <= arrivedLimit {
		_, err = b.count(scratch)
	}
	if !b.whole() {
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

// proxied reports whether the request has gone to a reverse_proxy. One whose
// backend answered at once may yet begin to read the body that it has not
// touched so far, and wait in it for the client.
func (w *responseWriter) proxied() bool {
	hostport, _ := backendHosts(w.replacer)
	return hostport != ""
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

// hasContent reports whether the request has content (RFC 9110 §6.4):
// a length above zero, or a body of unknown length. HTTP/3 gives every
// request without Content-Length a body of unknown length, so there the body
// itself is asked.
func hasContent(r *http.Request) bool {
	if r.Method == http.MethodConnect {
		return false // a tunnel (RFC 9110 §9.3.6)
	}
	if r.ContentLength >= 0 || r.ProtoMajor < 3 || r.Body == nil {
		return r.ContentLength != 0
	}
	var first [1]byte
	n, err := io.ReadFull(r.Body, first[:])
	if n == 0 {
		if err == io.EOF {
			r.ContentLength = 0
		}
		return false // nothing came; the backend will meet the error, if it is one
	}
	r.Body = &peekedBody{first: first, ReadCloser: r.Body}
	return true
}

// peekedBody is a request body whose first byte has been looked at.
type peekedBody struct {
	first [1]byte
	given bool
	io.ReadCloser
}

// Read implements [io.Reader].
func (b *peekedBody) Read(p []byte) (int, error) {
	if b.given || len(p) == 0 {
		return b.ReadCloser.Read(p)
	}
	b.given = true
	return copy(p, b.first[:]), nil
}
