package transport

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// sweepInterval is how often idle connections are looked at while there are
	// any: their number is bounded, but a backend that has closed one should not
	// wait for long.
	sweepInterval = 2 * time.Second

	// sweepBatch bounds how many are looked at in one go, the oldest first.
	sweepBatch = 64
)

// key tells connections apart that can't stand in for each other.
type key struct {
	network, address string
	tls              bool
	name             string // that the TLS certificate is checked for
}

// pool holds the idle connections, and who waits for one.
type pool struct {
	d      *Direct
	mu     sync.Mutex
	hosts  map[key]*host
	idle   queue // the one that is idle for longest in front
	open   int
	timer  *time.Timer // runs while there are idle connections
	closed bool
}

// host is the part of a pool for one key. It exists while it holds anything.
type host struct {
	key     key
	idle    []*conn   // the one used last on top
	waiting list.List // of *waiter
	slots   int       // connections that are open or being dialled
}

// waiter is a request without a connection.
type waiter struct {
	x     *exchange
	got   chan delivery
	place *list.Element // nil once it is served
	dials bool          // a connection is being dialled for it
}

type delivery struct {
	c   *conn
	err error
}

// acquire gives a connection to a request: the one that was idle for the shortest
// time, or the first that is dialled or becomes idle.
func (d *Direct) acquire(x *exchange) (*conn, error) {
	if x.trace != nil && x.trace.GetConn != nil {
		x.trace.GetConn(x.key.address)
	}
	p := &d.pool
	p.mu.Lock()
	h := p.hosts[x.key]
	if h == nil {
		h = &host{key: x.key}
		p.hosts[x.key] = h
	}
	if x.repeats == 0 || p.full(h) { // what is repeated had better not be lost again
		if c := p.pop(h); c != nil {
			p.mu.Unlock()
			return c, nil
		}
	}
	w := &waiter{x: x, got: make(chan delivery, 1)}
	w.place = h.waiting.PushBack(w)
	p.dial(h)
	p.mu.Unlock()
	select {
	case got := <-w.got:
		if got.err != nil && x.ctx.Err() != nil {
			got.err = context.Cause(x.ctx)
		}
		return got.c, got.err
	case <-x.ctx.Done():
		p.leave(h, w)
		return nil, context.Cause(x.ctx)
	}
}

// full: no connection may be added.
func (p *pool) full(h *host) bool {
	limit := p.d.config.Limits.ConnsPerHost
	return limit > 0 && h.slots >= limit
}

// tidy forgets a host that holds nothing.
func (p *pool) tidy(h *host) {
	if h.slots == 0 && h.waiting.Len() == 0 {
		delete(p.hosts, h.key)
	}
}

// pop takes the connection that was used last. It is looked at when the request is
// sent.
func (p *pool) pop(h *host) *conn {
	n := len(h.idle)
	if n == 0 || p.expired(h.idle[n-1], time.Now()) { // then all are; sweep closes them
		return nil
	}
	c := h.idle[n-1]
	h.idle[n-1] = nil
	h.idle = h.idle[:n-1]
	p.idle.remove(c)
	return c
}

// expired: the connection was idle for too long by the clock on the wall, which
// goes on while a machine is suspended.
func (p *pool) expired(c *conn, now time.Time) bool {
	limit := p.d.config.Timeouts.Idle
	return limit > 0 && now.Round(0).Sub(c.since.Round(0)) >= limit
}

// dial has connections dialled for those that wait, as far as the bound allows.
func (p *pool) dial(h *host) {
	for e := h.waiting.Front(); e != nil && !p.full(h); e = e.Next() {
		if w := e.Value.(*waiter); !w.dials {
			w.dials = true
			h.slots++
			go p.dialled(h, w)
		}
	}
}

// dialled dials a connection for a request, which may get another one meanwhile.
func (p *pool) dialled(h *host, w *waiter) {
	c, err := p.d.open(w.x, h)
	p.mu.Lock()
	if err != nil {
		h.slots--
		w.deliver(h, delivery{err: err})
		p.dial(h)
		p.tidy(h)
		p.mu.Unlock()
		return
	}
	p.open++
	if w.deliver(h, delivery{c: c}) {
		p.mu.Unlock()
		return
	}
	dead := p.offer(c)
	p.mu.Unlock()
	dead.hangUp()
}

// deliver serves a request that waits; false if it does not.
func (w *waiter) deliver(h *host, d delivery) bool {
	if w.place == nil {
		return false
	}
	h.waiting.Remove(w.place)
	w.place = nil
	w.got <- d
	return true
}

// leave ends the wait of a request. What it was given in the same moment goes to
// another.
func (p *pool) leave(h *host, w *waiter) {
	p.mu.Lock()
	if w.place != nil {
		h.waiting.Remove(w.place)
		w.place = nil
		p.tidy(h)
		p.mu.Unlock()
		return
	}
	var dead *conn
	if got := <-w.got; got.c != nil {
		dead = p.offer(got.c)
	}
	p.mu.Unlock()
	dead.hangUp()
}

// put takes a clean connection back. It tells whether it was kept.
func (p *pool) put(c *conn) bool {
	p.mu.Lock()
	dead := p.offer(c)
	p.mu.Unlock()
	dead.hangUp()
	return dead != c
}

// offer gives a connection to the request that waits for longest, or keeps it. It
// returns the one that has to go, if one has.
func (p *pool) offer(c *conn) (dead *conn) {
	h := c.host
	c.since = time.Time{}
	if e := h.waiting.Front(); e != nil {
		e.Value.(*waiter).deliver(h, delivery{c: c})
		return nil
	}
	limits := &p.d.config.Limits
	if p.closed || p.d.config.DisableKeepAlives || !c.sock.canLook() || len(h.idle) >= limits.IdlePerHost {
		p.drop(c)
		return c
	}
	if p.idle.len >= limits.Idle {
		dead = p.idle.first
		p.forget(dead)
	}
	c.since = time.Now()
	h.idle = append(h.idle, c)
	p.idle.push(c)
	if p.timer == nil {
		p.timer = time.AfterFunc(p.interval(), p.sweep)
	}
	return dead
}

// forget takes an idle connection out of the pool. Its caller hangs up.
func (p *pool) forget(c *conn) {
	h := c.host
	i := slices.Index(h.idle, c) // near the start: the oldest are in front
	h.idle = slices.Delete(h.idle, i, i+1)
	p.idle.remove(c)
	p.drop(c)
}

// drop counts a connection as gone; those that wait may dial another.
func (p *pool) drop(c *conn) {
	p.open--
	c.host.slots--
	p.dial(c.host)
	p.tidy(c.host)
}

// remove closes a connection that is in use.
func (p *pool) remove(c *conn) {
	p.mu.Lock()
	p.drop(c)
	p.mu.Unlock()
	c.hangUp()
}

func (p *pool) interval() time.Duration {
	if idle := p.d.config.Timeouts.Idle; idle > 0 {
		return min(idle, sweepInterval)
	}
	return sweepInterval
}

// sweep closes connections that were idle for too long or that their backend has
// closed.
func (p *pool) sweep() {
	p.mu.Lock()
	now, looks := time.Now(), 0
	var dead []*conn
	for c := p.idle.first; c != nil && looks < sweepBatch; {
		next := c.next
		if !p.expired(c, now) {
			looks++
			if c.sock.quiet() {
				c = next
				continue
			}
		}
		p.forget(c)
		dead = append(dead, c)
		c = next
	}
	p.timer = nil
	if p.idle.len > 0 {
		p.timer = time.AfterFunc(p.interval(), p.sweep)
	}
	p.mu.Unlock()
	hangUpAll(dead)
}

// closeIdle closes the idle connections; forGood: and those to come.
func (p *pool) closeIdle(forGood bool) {
	p.mu.Lock()
	p.closed = p.closed || forGood
	var dead []*conn
	for p.idle.len > 0 {
		dead = append(dead, p.idle.first)
		p.forget(p.idle.first)
	}
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	p.mu.Unlock()
	hangUpAll(dead)
}

func hangUpAll(dead []*conn) {
	for _, c := range dead {
		c.hangUp()
	}
}

func (p *pool) sizes() (open, idle int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open, p.idle.len
}

// queue links the idle connections of all hosts.
type queue struct {
	first, last *conn
	len         int
}

func (q *queue) push(c *conn) {
	c.prev, c.next = q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	q.len++
}

func (q *queue) remove(c *conn) {
	if c.prev == nil {
		q.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		q.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
	q.len--
}
