package transport

import (
	"io"
	"net/http"
	"sync/atomic"
)

// smallBody is the size of bodies that are sent in one write with their header
// section if they are there already.
const smallBody = 16 << 10

// requestBody is the body of a request over all attempts to send it. It is nil if
// there is none.
type requestBody struct {
	src      io.ReadCloser
	length   int64
	touched  atomic.Bool // something was read of src
	streamed atomic.Bool // and given to a connection as it came
	lent     atomic.Bool // a goroutine has it, which closes it
	closed   atomic.Bool
	early    *early // what was read before the request was sent
}

// early is what the first read of a small body gave.
type early struct {
	done chan struct{}
	buf  []byte
	rest []byte // what is still to be sent
	err  error
}

func newBody(req *http.Request) *requestBody {
	if req.Body == nil || req.Body == http.NoBody {
		return nil
	}
	return &requestBody{src: req.Body, length: req.ContentLength}
}

// close closes the body, once. It waits for no read.
func (b *requestBody) close() {
	if b == nil || !b.closed.CompareAndSwap(false, true) {
		return
	}
	if b.early != nil && !b.early.over() {
		go func() {
			<-b.early.done
			_ = b.src.Close()
		}()
		return
	}
	_ = b.src.Close()
}

// giveUp closes the body unless a goroutine will.
func (b *requestBody) giveUp() {
	if b != nil && !b.lent.Load() {
		b.close()
	}
}

func (b *requestBody) untouched() bool { return b == nil || !b.touched.Load() }

// over: the read has returned.
func (e *early) over() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// whole: all of the body is in memory, or more than it should be.
func (b *requestBody) whole() bool {
	e := b.early
	return e != nil && e.over() && (e.err == io.EOF || int64(len(e.buf)) > b.length) //nolint:errorlint // what a Reader returns at its end
}

// prefetch reads what is there of a small body. It may block, so it is not for the
// goroutine that waits for the answer.
func (b *requestBody) prefetch() {
	e := b.early
	defer close(e.done)
	b.touched.Store(true)
	buf := e.buf[:cap(e.buf)] // a byte more than announced, to notice what is too long
	n, err := b.src.Read(buf)
	if int64(n) == b.length && err == nil {
		var more int
		more, err = b.src.Read(buf[n:])
		n += more
	}
	e.buf, e.rest, e.err = buf[:n], buf[:n], err
	if err == io.EOF { //nolint:errorlint // what a Reader returns at its end
		b.closed.Store(true)
		_ = b.src.Close()
	}
}

// Read continues with what was not read early.
func (b *requestBody) Read(p []byte) (int, error) {
	b.touched.Store(true)
	b.streamed.Store(true)
	if e := b.early; e != nil {
		<-e.done
		if len(e.rest) > 0 {
			n := copy(p, e.rest)
			e.rest = e.rest[n:]
			return n, nil
		}
		if e.err != nil {
			return 0, e.err
		}
	}
	return b.src.Read(p)
}

// resume makes a body ready for another connection after nothing was sent to the
// first. A goroutine that had it has failed at its first write.
func (x *exchange) resume() bool {
	if x.body == nil {
		return true
	}
	if x.body.streamed.Load() { // net/http has looked whether there is any, and may still do
		go x.body.close()
		return x.rewind()
	}
	x.body.lent.Store(false)
	return true
}

// rewind makes a body ready to be sent again from its start, if it can.
func (x *exchange) rewind() bool {
	if x.body == nil || x.body.whole() && !x.body.lent.Load() {
		return true
	}
	if x.req.GetBody == nil {
		return false
	}
	src, err := x.req.GetBody()
	if err != nil {
		return false
	}
	x.body.giveUp()
	x.body = &requestBody{src: src, length: x.body.length}
	return true
}

// memory is a body that is all there.
type memory struct{ rest []byte }

// Read reads on.
func (m *memory) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// Close does nothing.
func (m *memory) Close() error { return nil }
