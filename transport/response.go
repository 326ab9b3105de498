package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// isSwitch: the connection is the caller's from now on, RFC 9110 §15.2.2.
func isSwitch(res *http.Response) bool {
	return res.StatusCode == http.StatusSwitchingProtocols && res.Header.Get("Upgrade") != "" && hasToken(res.Header["Connection"], "upgrade")
}

// hasToken looks for a member of a list of tokens, RFC 9110 §5.6.1.
func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for member := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.Trim(member, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// The states of a body.
const (
	bodyOpen = iota
	bodyEnded
	bodyClosed
)

// body is that of a response. Its end gives the connection back; Close before the
// end closes it, and may be called while another goroutine reads.
type body struct {
	src   io.ReadCloser
	c     *conn
	ctx   context.Context
	keep  bool
	state atomic.Int32
	err   error // at which it ended
}

// Read reads on.
func (b *body) Read(p []byte) (int, error) {
	switch b.state.Load() {
	case bodyEnded:
		return 0, b.err
	case bodyClosed:
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.src.Read(p)
	if err != nil {
		err = b.end(err)
	}
	return n, err
}

func (b *body) end(err error) error {
	if err != io.EOF && b.ctx.Err() != nil { //nolint:errorlint // what a Reader returns at its end
		err = context.Cause(b.ctx)
	}
	b.err = err
	if !b.state.CompareAndSwap(bodyOpen, bodyEnded) {
		return http.ErrBodyReadAfterClose
	}
	b.c.finish(b.keep && err == io.EOF) //nolint:errorlint // what a Reader returns at its end
	return err
}

// Close ends the exchange.
func (b *body) Close() error {
	if b.state.CompareAndSwap(bodyOpen, bodyClosed) {
		b.c.stop()
		b.c.close()
	}
	return nil
}

// tunnel is the body of a 101 (Switching Protocols): the connection, beginning
// with what has come of the new protocol. The context of the request has no power
// over it any more.
type tunnel struct{ c *conn }

// Read reads from the backend.
func (t *tunnel) Read(p []byte) (int, error) {
	if n := t.c.in.Buffered(); n > 0 {
		return t.c.in.Read(p[:min(n, len(p))])
	}
	return t.c.rw.Read(p)
}

// Write writes to the backend.
func (t *tunnel) Write(p []byte) (int, error) { return t.c.rw.Write(p) }

// Close closes the connection.
func (t *tunnel) Close() error {
	t.c.close()
	return nil
}

// CloseWrite tells the backend that nothing follows.
func (t *tunnel) CloseWrite() error {
	var conn any = t.c.tls
	if t.c.tls == nil {
		conn = t.c.sock.Conn
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
