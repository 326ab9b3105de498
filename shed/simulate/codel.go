package simulate

import "time"

// Codel is the queue of Facebook's "Fail at Scale": who waits may wait for 100 ms
// while the queue was empty within the last 100 ms, and for 5 ms otherwise; then also
// the newest is served first.
type codel struct {
	waiting ring[*ticket]
	patient ring[*ticket] // the same tickets, those that may wait long
	hasty   ring[*ticket] // and those that may not
	n       int           // how many really wait
	emptied time.Duration // when the queue was empty last
}

const (
	longWait  = 100 * time.Millisecond
	shortWait = 5 * time.Millisecond
)

// Ticket is a request in the queue. It is stale when the request has left.
type ticket struct {
	r       *Request
	life    uint32
	expires time.Duration
	taken   bool
}

func (t *ticket) stale() bool { return t.taken || t.r.life != t.life || !t.r.Waits() }

func (c *codel) empty() bool { return c.n == 0 }

func (c *codel) overloaded(now time.Duration) bool { return c.n > 0 && now-c.emptied > longWait }

func (c *codel) push(now time.Duration, r *Request) {
	if c.n == 0 {
		c.emptied = now
	}
	t := &ticket{r: r, life: r.life}
	if c.overloaded(now) {
		t.expires = now + shortWait
		c.hasty.push(t)
	} else {
		t.expires = now + longWait
		c.patient.push(t)
	}
	c.waiting.push(t)
	c.n++
}

// Pop takes the request that is served next, nil if there is none.
func (c *codel) pop(now time.Duration) *Request {
	newest := c.overloaded(now)
	for c.waiting.len() > 0 {
		var t *ticket
		if newest {
			t = c.waiting.popLast()
		} else {
			t = c.waiting.pop()
		}
		if !t.stale() {
			t.taken = true
			c.left(now)
			return t.r
		}
	}
	return nil
}

// Left notes that one waits no longer.
func (c *codel) left(now time.Duration) {
	c.n--
	if c.n == 0 {
		c.emptied = now
	}
}

func (c *codel) next() (time.Duration, bool) {
	at, ok := head(&c.patient)
	if t, other := head(&c.hasty); other && (!ok || t < at) {
		at, ok = t, true
	}
	return at, ok
}

// Expired takes a request that has waited too long, nil if there is none.
func (c *codel) expired(now time.Duration) *Request {
	for _, q := range []*ring[*ticket]{&c.patient, &c.hasty} {
		if at, ok := head(q); ok && at <= now {
			t := q.pop()
			t.taken = true
			c.left(now)
			c.trim()
			return t.r
		}
	}
	return nil
}

// Trim forgets the oldest tickets that are stale.
func (c *codel) trim() {
	for c.waiting.len() > 0 && (*c.waiting.first()).stale() {
		c.waiting.pop()
	}
}

// Head is when the first ticket of a queue expires.
func head(q *ring[*ticket]) (time.Duration, bool) {
	for q.len() > 0 {
		if t := *q.first(); !t.stale() {
			return t.expires, true
		}
		q.pop()
	}
	return 0, false
}
