package transport

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"
)

// atOnce is the size of requests that the caller writes itself: any socket takes
// as much before the backend has read anything.
const atOnce = 32 << 10

// buffers hold requests that are written in one go.
var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 4<<10)) }}

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= 2*atOnce {
		b.Reset()
		buffers.Put(b)
	}
}

// send sends the request, or has it sent, and waits for the first byte of an
// answer.
func (c *conn) send(x *exchange) error {
	out := x.outgoing()
	if x.body != nil {
		if c.reused && !c.sock.quiet() { // before the body is touched
			return errStale
		}
		small, err := x.fetch()
		if err != nil {
			return err
		}
		if !small {
			return c.upload(x, out)
		}
		shallow := *out
		shallow.Body = &memory{x.body.early.buf}
		out = &shallow
	}
	return c.sendAtOnce(x, out)
}

// sendAtOnce sends a request whose body is in memory.
func (c *conn) sendAtOnce(x *exchange, out *http.Request) error {
	b := buffers.Get().(*bytes.Buffer)
	if err := out.Write(b); err != nil {
		putBuffer(b)
		return err
	}
	if b.Len() > atOnce {
		u := c.newUpload(x)
		u.ended.Store(true)
		go u.run(func(w io.Writer) error {
			defer putBuffer(b)
			_, err := w.Write(b.Bytes())
			return err
		})
		return c.firstByte(<-u.tried)
	}
	defer putBuffer(b)
	if limit := c.d.config.Timeouts.ResponseHeader; limit > 0 {
		c.sock.await(c.sock.Conn, time.Now().Add(limit))
	}
	if c.tls == nil {
		c.sock.pending = b.Bytes()
		return c.firstByte(nil)
	}
	_, err := c.rw.Write(b.Bytes())
	return c.firstByte(err)
}

// upload has a goroutine send the request.
func (c *conn) upload(x *exchange, out *http.Request) error {
	u := c.newUpload(x)
	if c.d.config.Timeouts.ExpectContinue > 0 && expectsContinue(out) {
		u.goOn = make(chan bool, 1)
	}
	x.body.lent.Store(true)
	go u.run(u.writeRequest(out, x.body))
	return c.firstByte(<-u.tried)
}

// firstByte waits for the answer to a request that was sent as err tells.
func (c *conn) firstByte(err error) error {
	if err == nil {
		_, err = c.in.Peek(1)
	}
	if err != nil {
		err = c.why(err)
	}
	return err
}

// fetch gets a small body into memory, if it is there already. Reading may block,
// and the backend may answer before there is anything to read, so a goroutine does
// it, which gets a chance to run.
func (x *exchange) fetch() (bool, error) {
	b := x.body
	if b.early == nil {
		if b.length <= 0 || b.length > smallBody || len(x.req.TransferEncoding) > 0 || len(x.req.Trailer) > 0 || expectsContinue(x.req) {
			return false, nil
		}
		b.early = &early{done: make(chan struct{}), buf: make([]byte, 0, b.length+1)}
		go b.prefetch()
		for range 2 { // now and then the scheduler takes the caller first
			if runtime.Gosched(); b.early.over() {
				break
			}
		}
	}
	if b.whole() {
		return true, nil
	}
	if b.early.over() && b.early.err != nil {
		return false, &bodyError{b.early.err}
	}
	return false, nil
}

// expectsContinue: RFC 9110 §10.1.1.
func expectsContinue(req *http.Request) bool {
	return strings.EqualFold(req.Header.Get("Expect"), "100-continue")
}
