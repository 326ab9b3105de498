package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"math"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// conn is a connection to a backend. One exchange has it at a time.
type conn struct {
	d        *Direct
	host     *host
	sock     *socket
	rw       net.Conn // the socket, or the TLS on it
	tls      *tls.Conn
	tlsState *tls.ConnectionState
	in       *bufio.Reader
	abort    func() // ends what waits on the socket

	current // what belongs to the exchange
	closed  atomic.Bool

	one        [1]byte   // a place to read to
	reused     bool      // it has served before
	since      time.Time // when it became idle; zero if it went from hand to hand
	prev, next *conn     // in the queue of idle ones
}

// current is the part of a connection that begins anew with each exchange.
type current struct {
	stop   func() bool // takes the connection from the context
	up     *upload     // nil if nobody else writes the request
	left   int64       // bytes that may still be read
	any    bool        // something of an answer has come
	lost   bool        // the connection ended before that, having served before
	broken error       // what the last read met
	early  bool        // the answer came before the end of the request
	traced *httptrace.ClientTrace
}

// Read reads below the buffer, within the limit of the header section.
func (c *conn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, ErrHeaderTooLarge
	}
	n, err := c.rw.Read(p[:min(int64(len(p)), c.left)])
	if n > 0 {
		c.any = true
		c.left -= int64(n)
	}
	c.broken = err
	return n, err
}

// unlimited lets the body follow.
const unlimited = math.MaxInt64

// begin gives the connection to an exchange.
func (c *conn) begin(x *exchange) {
	c.current = current{left: c.d.config.Limits.ResponseHeader, traced: x.trace}
	c.sock.begin()
	c.sock.look = c.reused
	c.stop = context.AfterFunc(x.ctx, c.abort)
	if x.trace != nil && x.trace.GotConn != nil {
		info := httptrace.GotConnInfo{Conn: c.rw, Reused: c.reused, WasIdle: !c.since.IsZero()}
		if info.WasIdle {
			info.IdleTime = time.Since(c.since)
		}
		x.trace.GotConn(info)
	}
}

// finish ends an exchange that came to its end. The connection becomes idle if it
// is clean and the exchange left it so.
func (c *conn) finish(keep bool) {
	stopped := c.stop()
	// An early answer lets the rest of the request through, though the connection is
	// not used again: the backend may want it all the same.
	keep = keep && stopped && c.in.Buffered() == 0 && c.up.complete() && !c.early && c.silent()
	if !keep {
		c.close()
		return
	}
	trace := c.traced
	c.current, c.reused = current{}, true
	kept := c.d.pool.put(c)
	if trace != nil && trace.PutIdleConn != nil {
		if kept {
			trace.PutIdleConn(nil)
		} else {
			trace.PutIdleConn(errNotKept)
		}
	}
}

var errNotKept = errors.New("the connection is not kept")

// silent looks into the TLS layer: it holds nothing, and no record in part. What
// it had to do with what has come, such as tickets, is done on the way.
func (c *conn) silent() bool {
	if c.tls == nil {
		return true
	}
	c.sock.hushed = true
	n, err := c.tls.Read(c.one[:])
	c.sock.hushed = false
	return n == 0 && errors.Is(err, errHushed) && c.sock.records.whole()
}

// fail ends an exchange that broke off. It says why: the end of the context comes
// before what that has led to.
func (c *conn) fail(x *exchange, err error) error {
	c.stop()
	c.close()
	if x.ctx.Err() != nil {
		return context.Cause(x.ctx)
	}
	if body, ok := errors.AsType[*bodyError](err); ok {
		return body.err
	}
	return err
}

// close closes the connection, once.
func (c *conn) close() {
	if c.closed.CompareAndSwap(false, true) {
		c.up.abandon()
		c.d.pool.remove(c)
	}
}

// hangUp closes a connection that the pool no longer counts. TLS says goodbye, for
// which it takes its time, unless the exchange was aborted.
func (c *conn) hangUp() {
	if c == nil {
		return
	}
	if c.sock.isAborted() {
		_ = c.sock.Conn.Close()
		return
	}
	_ = c.rw.Close()
}
