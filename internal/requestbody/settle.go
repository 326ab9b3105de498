package requestbody

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

const (
	// arrivedWait is how long an answer may wait for the rest of a body that
	// has already been sent.
	arrivedWait = time.Millisecond
	// arrivedTries is how often that time begins anew where the machine is so busy
	// that it is over before it was used.
	arrivedTries = 5
	// arrivedLimit is how much of it is read to save the connection, in bytes.
	arrivedLimit = 16 << 10
	// closeWait bounds how long net/http reads what a client still sends after
	// its answer, where nobody lingers.
	closeWait = time.Second
)

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
func (b *Body) Settle(who Who, scratch []byte) (closes bool) {
	if b.Whole() || b.passive {
		return false
	}
	r := b.request
	if r.ProtoMajor != 1 {
		if who == Gateway {
			b.drainStream()
		}
		return false
	}
	small := b.length <= arrivedLimit && b.state.Load() == untouched && len(r.Header["Expect"]) == 0
	switch {
	case !small:
	case who == Gateway && !isFullDuplex(r) && b.drain(scratch):
		return false
	case who == Handler && b.length >= 0:
		return false
	}
	announceClose(b.client)
	b.closing = true
	if who == Gateway {
		_ = http.NewResponseController(b.client).SetReadDeadline(time.Now().Add(closeWait))
	}
	return true
}

// drain reads a body that is there already, and reports whether it was all
// there. No handler may be using the body.
func (b *Body) drain(scratch []byte) bool {
	if !b.state.CompareAndSwap(untouched, closed) {
		return false
	}
	b.drained = true
	control := http.NewResponseController(b.client)
	var err error
	for range arrivedTries {
		begun := time.Now()
		if control.SetReadDeadline(begun.Add(arrivedWait)) != nil {
			return false
		}
		for err = nil; err == nil && !b.Whole() && b.read.Load() <= arrivedLimit; {
			_, err = b.count(scratch)
		}
		if b.Whole() || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) < 2*arrivedWait {
			break
		}
		// The time was over before anyone looked: the machine is busy.
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

// drainStream reads a small body of an HTTP/2 request that has arrived. The
// connection does not need it, but clients such as curl 7.88 take the end of
// the stream for an error while they are still sending. No handler may be using
// the body.
func (b *Body) drainStream() {
	if b.request.ProtoMajor != 2 || b.length <= 0 || b.length > arrivedLimit || !b.state.CompareAndSwap(untouched, closed) {
		return
	}
	control := http.NewResponseController(b.client)
	if control.SetReadDeadline(time.Now().Add(arrivedWait)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, b.ReadCloser, b.length+1)
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

const (
	// lingerWait bounds how long a connection lingers.
	lingerWait = 5 * time.Second
	// lingerLimit bounds what is read of it meanwhile, in bytes.
	lingerLimit = 64 << 20
	// maxLingering bounds the connections that do so at a time.
	maxLingering = 256
)

// lingering counts the connections that linger.
var lingering atomic.Int32

// Linger ends a connection of HTTP/1.x whose answer is sent whole, although the
// client is still sending. Many clients send all before they read anything, and
// take the reset of a connection for an error, whatever was answered. So the
// connection is closed towards the client only, and what comes is read for a
// while. Linger does nothing where the connection goes on, and where a handler
// has begun to read the body.
func (b *Body) Linger(scratch []byte) {
	if b == nil || !b.closing || b.Whole() || !b.drained && !b.state.CompareAndSwap(untouched, closed) {
		return
	}
	defer lingering.Add(-1)
	if lingering.Add(1) > maxLingering {
		return
	}
	control := http.NewResponseController(b.client)
	if control.Flush() != nil {
		return
	}
	conn, buffered, err := control.Hijack()
	if err != nil {
		return // something in front keeps the connection: net/http ends it
	}
	defer func() { _ = conn.Close() }() // nobody reads any more
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || conn.SetReadDeadline(time.Now().Add(lingerWait)) != nil {
		return
	}
	for read := 0; err == nil && read < lingerLimit; {
		var n int
		n, err = buffered.Read(scratch)
		read += n
	}
}
