package statusgate

import (
	"io"
	"net/http"
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

// requestBody counts what is read of an HTTP/1.x request body. It belongs to
// one request and is never reused: a transport may read it after the handler
// has returned.
type requestBody struct {
	io.ReadCloser
	length int64 // of the content; -1: chunked
	read   atomic.Int64
	state  atomic.Int32
}

const (
	bodyUntouched int32 = iota
	bodyReading
	bodyWhole   // the end was read
	bodyClaimed // the gate drains it; nobody else may read
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
	if !b.state.CompareAndSwap(bodyUntouched, bodyReading) && b.state.Load() == bodyClaimed {
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

// whole reports whether nothing of the body is left on the connection.
func (b *requestBody) whole() bool { return b == nil || b.state.Load() == bodyWhole }

// settleBody is called before a head is sent. It makes sure that what is left
// of the request's body is never taken for another request: a small body
// that is already there is read, otherwise the connection ends with this answer.
func (w *responseWriter) settleBody() {
	if w.body.whole() {
		return
	}
	if w.drainArrived() {
		return
	}
	w.Header()["Connection"] = []string{"close"}
	announceClose(w.ResponseWriter)
	if w.body.state.Load() == bodyClaimed {
		_ = http.NewResponseController(w.ResponseWriter).SetReadDeadline(time.Now().Add(lingerWait))
	}
}

// drainArrived reads a small body that has already arrived. It leaves alone a
// body that a handler has begun to read or may read while it answers, and one
// that the client holds back until it is asked for it (RFC 9110 §10.1.1).
func (w *responseWriter) drainArrived() bool {
	b, r := w.body, w.request
	if b.length > arrivedLimit || len(r.Header["Expect"]) > 0 || isFullDuplex(r) {
		return false
	}
	if !b.state.CompareAndSwap(bodyUntouched, bodyClaimed) {
		return false
	}
	control := http.NewResponseController(w.ResponseWriter)
	if control.SetReadDeadline(time.Now().Add(arrivedWait)) != nil {
		return false
	}
	var scratch [1 << 10]byte
	for b.read.Load() <= arrivedLimit {
		if _, err := b.count(scratch[:]); err != nil || b.whole() {
			break
		}
	}
	return b.whole() && b.sawEnd(scratch[:]) && control.SetReadDeadline(time.Time{}) == nil
}

// sawEnd lets net/http see the end of a body whose last byte was read.
func (b *requestBody) sawEnd(scratch []byte) bool {
	n, err := b.ReadCloser.Read(scratch)
	return n == 0 && err == io.EOF
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
