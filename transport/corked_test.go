package transport_test

import (
	"bufio"
	"crypto/tls"
	"net"
	"sync"
	"testing"
)

// corked is a connection whose writes can be held back, below TLS.
type corked struct {
	net.Conn
	mu   sync.Mutex
	held []byte
	on   bool
}

func (c *corked) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.on {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *corked) cork() {
	c.mu.Lock()
	c.on = true
	c.mu.Unlock()
}

// flush writes what was held back, without its last bytes.
func (c *corked) flush(without int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = false
	_, _ = c.Conn.Write(c.held[:len(c.held)-without])
	c.held = nil
}

// newCorkedBackend is a backend behind TLS that has a say below it.
func newCorkedBackend(t testing.TB, serve func(p *peer, raw net.Conn)) (*backend, *tls.Config) {
	t.Helper()
	certificates, config := trust()
	return newBackend(t, func(p *peer) {
		raw := &corked{Conn: p.Conn}
		conn := tls.Server(raw, &tls.Config{Certificates: certificates})
		p.Conn, p.in = conn, bufio.NewReader(conn)
		serve(p, raw)
	}), config
}
