package transport

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lastWords is how long an answer may still take when the request can't be sent
	// any further: it may say why.
	lastWords = 100 * time.Millisecond

	// lastWrite is how long a response that is complete waits for the last write of
	// its request.
	lastWrite = 50 * time.Millisecond
)

// upload is a request that a goroutine writes while the caller waits for the
// answer, which may come first.
type upload struct {
	c         *conn
	tried     chan error // what the first write met, before it waits
	done      chan error // how it ended
	goOn      chan bool  // whether to send a body that expects 100; nil: at once
	trace     *httptrace.ClientTrace
	ended     atomic.Bool // the body has come to its end
	abandoned atomic.Bool
	over      chan struct{} // closed when abandoned
}

func (c *conn) newUpload(x *exchange) *upload {
	u := &upload{c: c, tried: make(chan error, 1), done: make(chan error, 1), over: make(chan struct{}), trace: x.trace}
	c.up, c.sock.tried = u, u.tried
	return u
}

// run writes the request and tells how that went.
func (u *upload) run(write func(io.Writer) error) {
	err := write(u.c.rw)
	select {
	case u.tried <- err: // it did not come to a write
	default:
	}
	sock := u.c.sock
	if err == nil {
		if limit := u.c.d.config.Timeouts.ResponseHeader; limit > 0 {
			sock.await(sock.Conn, time.Now().Add(limit))
		}
		u.done <- nil // the last thing: the next exchange may begin
		return
	}
	u.done <- err
	until := time.Now().Add(lastWords)
	if _, ok := errors.AsType[*bodyError](err); ok { // half a request gets no answer
		until = past
	}
	sock.await(sock.Conn, until)
}

// early tells whether an answer comes before the end of the request's body, so that a
// backend may take what follows for another request.
func (u *upload) early() bool { return u != nil && !u.ended.Load() }

// complete tells whether all of the request was sent, and waits a moment for it.
func (u *upload) complete() bool {
	if u == nil {
		return true
	}
	timer := time.NewTimer(lastWrite)
	defer timer.Stop()
	select {
	case err := <-u.done:
		return err == nil
	case <-timer.C:
		return false
	}
}

// failure is the error of the upload, if it has one by now.
func (u *upload) failure() error {
	if u == nil {
		return nil
	}
	select {
	case err := <-u.done:
		return err
	default:
		return nil
	}
}

// goAhead tells a body that expects 100 (Continue) whether it is to be sent. The
// first word counts.
func (u *upload) goAhead(send bool) {
	if u != nil && u.goOn != nil {
		u.goOn <- send
		u.goOn = nil
	}
}

// abandon keeps the goroutine from touching the request any more, except for a
// read of the body that it is in.
func (u *upload) abandon() {
	if u != nil && u.abandoned.CompareAndSwap(false, true) {
		close(u.over)
	}
}

// writeRequest has net/http write the request, with the body as it comes.
func (u *upload) writeRequest(out *http.Request, body *requestBody) func(io.Writer) error {
	req := *out
	location := *out.URL
	// The caller may change these when RoundTrip has returned an error.
	req.URL, req.Header = &location, out.Header.Clone()
	source := &uploadBody{upload: u, body: body, gate: u.goOn}
	req.Body = source
	return func(w io.Writer) error {
		out := &eager{Writer: w}
		buffered := bufio.NewWriterSize(out, u.c.d.config.WriteBufferSize)
		err := req.Write(buffered)
		if err == nil {
			err = buffered.Flush()
		}
		if failed := source.failure(); failed != nil {
			err = &bodyError{failed}
		} else if out.err != nil { // which net/http may call one of the body
			err = out.err
		}
		if err != errStale { //nolint:errorlint // as the socket returns it
			body.close()
		}
		return err
	}
}

// eager sends a body of known length as it comes: bufio would wait until its buffer
// is full.
type eager struct {
	io.Writer
	err error
}

// Write keeps the error.
func (e *eager) Write(p []byte) (n int, err error) {
	n, err = e.Writer.Write(p)
	if err != nil {
		e.err = err
	}
	return n, err
}

// ReadFrom implements [io.ReaderFrom], which bufio asks for.
func (e *eager) ReadFrom(r io.Reader) (int64, error) {
	buf := copyBuffers.Get().(*[copyBuffer]byte)
	defer copyBuffers.Put(buf)
	return io.CopyBuffer(writer{e}, r, buf[:])
}

// writer hides ReadFrom.
type writer struct{ io.Writer }

const copyBuffer = 32 << 10

var copyBuffers = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

// uploadBody is the body of a request that is written by a goroutine.
type uploadBody struct {
	*upload
	body *requestBody
	gate <-chan bool // nil if it is open
	got  int64       // bytes
	err  atomic.Pointer[error]
}

// Read reads the body as long as the exchange goes on.
func (b *uploadBody) Read(p []byte) (int, error) {
	if b.gate != nil && !b.mayGoOn() {
		return 0, errUnwanted
	}
	if b.abandoned.Load() {
		return 0, errAbandoned
	}
	n, err := b.body.Read(p)
	if b.abandoned.Load() { // net/http would go on to the trailer
		return n, errAbandoned
	}
	b.got += int64(n)
	switch {
	case err != nil && err != io.EOF: //nolint:errorlint // what a Reader returns at its end
		b.err.Store(&err)
	case err != nil, b.got == b.body.length:
		b.ended.Store(true)
	}
	return n, err
}

// Close does nothing: a body whose connection was stale is needed again.
func (b *uploadBody) Close() error { return nil }

func (b *uploadBody) failure() error {
	if err := b.err.Load(); err != nil {
		return *err
	}
	return nil
}

// mayGoOn waits until the body of a request that expects 100 (Continue) may be
// sent: RFC 9110 §10.1.1.
func (b *uploadBody) mayGoOn() bool {
	gate := b.gate
	b.gate = nil
	if b.trace != nil && b.trace.Wait100Continue != nil {
		b.trace.Wait100Continue()
	}
	timer := time.NewTimer(b.c.d.config.Timeouts.ExpectContinue)
	defer timer.Stop()
	select {
	case send := <-gate:
		return send
	case <-timer.C:
		return true
	case <-b.over:
		return false
	}
}
