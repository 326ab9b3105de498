package transport

import (
	"net"
	"sync"
	"time"
)

// past is a deadline that ends what waits.
var past = time.Unix(1, 0)

// guard sets the deadlines of a connection. Several want to: whoever ends the
// exchange, whoever waits for the header section, whoever sends the body, and each
// single read. Nothing undoes an abort.
type guard struct {
	mu      sync.Mutex
	aborted bool
	waiting bool      // for the header section
	until   time.Time // when it has to be there
}

// begin starts an exchange.
func (g *guard) begin() {
	g.mu.Lock()
	g.waiting = true
	g.mu.Unlock()
}

// abort ends every read and write, now and later.
func (g *guard) abort(conn net.Conn) {
	g.mu.Lock()
	g.aborted = true
	_ = conn.SetDeadline(past)
	g.mu.Unlock()
}

func (g *guard) isAborted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.aborted
}

// await limits the wait for the header section.
func (g *guard) await(conn net.Conn, until time.Time) {
	g.mu.Lock()
	if g.waiting && !g.aborted {
		g.until = until
		_ = conn.SetReadDeadline(until)
	}
	g.mu.Unlock()
}

// arrived ends that limit.
func (g *guard) arrived(conn net.Conn) {
	g.mu.Lock()
	g.waiting = false
	if !g.until.IsZero() {
		g.until = time.Time{}
		if !g.aborted {
			_ = conn.SetReadDeadline(time.Time{})
		}
	}
	g.mu.Unlock()
}

// reading limits the next read.
func (g *guard) reading(conn net.Conn, limit time.Duration) {
	until := time.Now().Add(limit)
	g.mu.Lock()
	if g.waiting && !g.until.IsZero() && g.until.Before(until) {
		until = g.until
	}
	if !g.aborted {
		_ = conn.SetReadDeadline(until)
	}
	g.mu.Unlock()
}

// writing limits the next write.
func (g *guard) writing(conn net.Conn, limit time.Duration) {
	g.mu.Lock()
	if !g.aborted {
		_ = conn.SetWriteDeadline(time.Now().Add(limit))
	}
	g.mu.Unlock()
}

// expired tells whether the limit of the header section has passed.
func (g *guard) expired() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting && !g.until.IsZero() && !time.Now().Before(g.until)
}
