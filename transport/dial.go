package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
)

// open dials a connection for an exchange. It runs on a goroutine of its own, as
// the exchange may get another connection first; the end of its context ends the
// dial, too.
func (d *Direct) open(x *exchange, h *host) (*conn, error) {
	raw, err := d.config.Dial(x.ctx, h.key.network, h.key.address)
	if err != nil {
		return nil, &DialError{Err: err}
	}
	s := newSocket(raw, d.config.Timeouts)
	c := &conn{d: d, host: h, sock: s, rw: s}
	if h.key.tls {
		if err := c.handshake(x); err != nil {
			_ = raw.Close()
			return nil, err
		}
	}
	c.in = bufio.NewReaderSize(c, d.config.ReadBufferSize)
	c.abort = s.abortAll
	d.counts.dialled.Add(1)
	return c, nil
}

// handshake puts TLS on the connection.
func (c *conn) handshake(x *exchange) (err error) {
	ctx := x.ctx
	if limit := c.d.config.Timeouts.TLSHandshake; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, &TimeoutError{Awaited: "the TLS handshake"})
		defer cancel()
	}
	if x.trace != nil && x.trace.TLSHandshakeStart != nil {
		x.trace.TLSHandshakeStart()
	}
	c.sock.records.on = true
	c.tls = tls.Client(c.sock, c.d.tlsConfig(c.host.key))
	if err = c.tls.HandshakeContext(ctx); err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	state := c.tls.ConnectionState()
	if x.trace != nil && x.trace.TLSHandshakeDone != nil {
		x.trace.TLSHandshakeDone(state, err)
	}
	c.rw, c.tlsState = net.Conn(c.tls), &state
	if err == nil && state.NegotiatedProtocol != "" && state.NegotiatedProtocol != "http/1.1" {
		err = &protocolError{state.NegotiatedProtocol}
	}
	return err
}

// protocolError: TLS has negotiated a protocol that is not spoken here (RFC 7301).
type protocolError struct{ protocol string }

func (e *protocolError) Error() string {
	return fmt.Sprintf("TLS negotiated the protocol %q", e.protocol)
}

// maxOthers bounds the addresses that are known to speak another protocol. Each
// further one costs a handshake for each request.
const maxOthers = 1024

// others are the addresses where another protocol was negotiated.
type others struct {
	mu   sync.RWMutex
	keys map[key]struct{}
}

func (o *others) has(k key) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	_, ok := o.keys[k]
	return ok
}

func (o *others) add(k key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keys == nil {
		o.keys = make(map[key]struct{})
	}
	if len(o.keys) < maxOthers {
		o.keys[k] = struct{}{}
	}
}
