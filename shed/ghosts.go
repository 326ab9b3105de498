package shed

import "time"

const (
	// ghostMax bounds how long the place of a client that left is kept.
	ghostMax = 30 * time.Second
	// ghostLeast is the part of the time expected of a request for which its
	// place is kept at least: when it was to end is not known.
	ghostLeast = 0.7
	// ghostMost is how many times as long as a client waited its place is kept.
	ghostMost = 2.0
	// ghostUnknown is for how long it is kept while nobody knows how long requests take.
	ghostUnknown = time.Second
)

// A ghost is a request whose client has left, while the backend, so far as
// anyone knows, still works on it. Its place is kept until then.
type ghost struct {
	until time.Duration
	slot  uint8 // of its route
	quiet bool
	late  bool          // the client had waited for longer than it takes
	taken time.Duration // when it got its place
}

// ghosts is a heap, the first to go on top.
type ghosts []ghost

func (g *ghosts) push(x ghost) {
	*g = append(*g, x)
	h := *g
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].until <= h[i].until {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func (g *ghosts) pop() ghost {
	h := *g
	top, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h[child].until < h[least].until {
				least = child
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	if *g = h; last == 0 && cap(h) > 1024 {
		*g = nil // what an incident took is given back
	}
	return top
}

// haunt keeps the place of a client that left for as long as the backend is
// expected to go on with its request.
func (c *Controller) haunt(now time.Duration, p *Place) {
	elapsed := (now - p.started).Seconds()
	idle := c.law.expected(c.law.routes.work(p.slot))
	late := elapsed >= idle && idle > 0
	if elapsed >= 2*idle {
		c.law.gaveUp() // sooner, it tells nothing of the backend
	}
	if now-p.arrived < c.cfg.Patience && (elapsed < 2*idle || idle == 0) {
		c.left.add(p.Client, 1, now)
	}
	until := now + time.Duration(c.holds(elapsed, idle)*float64(time.Second))
	if !late {
		c.law.strayed(now.Seconds(), elapsed)
	}
	c.ghosts.push(ghost{until: until, slot: p.slot, quiet: p.quiet, late: late, taken: p.started})
}

// holds is for how many seconds more the place of a request is kept that has been in the
// backend for some, and takes so many in an idle one, 0 if that is not known.
func (c *Controller) holds(elapsed, idle float64) float64 {
	if idle == 0 {
		return max(ghostUnknown.Seconds(), elapsed)
	}
	expected, most := idle*c.law.congestion(), ghostMost
	if c.law.fixed { // nothing else keeps the backend from getting more than the operator wants
		doubt := c.law.routes.doubt()
		expected, most = doubt*expected, doubt*most
	}
	hold := max(expected-elapsed, ghostLeast*expected)
	if c.law.tooLate() {
		hold = max(hold, elapsed) // what is expected seems to be wrong
	}
	return min(hold, most*max(elapsed, idle), ghostMax.Seconds())
}
