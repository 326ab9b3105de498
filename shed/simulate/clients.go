package simulate

import (
	"math/rand/v2"
	"time"
)

// NextPage notes when the next page of the open loop arrives.
func (s *simulation) nextPage() {
	wait := s.arrivals.ExpFloat64() * s.pause
	if wait < float64(s.end) {
		s.agenda.add(s.now+time.Duration(wait), pageArrives, nil, 0)
		return
	}
	// Nothing is offered in this phase: ask again in the next.
	if s.phase+1 < len(s.sc.Phases) {
		s.agenda.add(s.now+s.sc.Phases[s.phase].For, pageArrives, nil, 0)
	}
}

func (s *simulation) arrivePage() {
	client, counted := s.drawClient()
	n := max(s.sc.Page, 1)
	page := -1
	if n > 1 {
		page = s.result.newPage(s.now, n)
	}
	for i := range n {
		r := s.pool.get()
		r.Client, r.client, r.page = client, counted, page
		r.kind = s.drawKind()
		s.describe(r, s.arrivals)
		if i == 0 || s.sc.Gap == 0 {
			s.arrive(r)
		} else {
			s.agenda.add(s.now+time.Duration(i)*s.sc.Gap, requestComes, r, 0)
		}
	}
}

// Describe fills in what the kind of a request says.
func (s *simulation) describe(r *Request, rng *rand.Rand) {
	k := &s.sc.Mix[r.kind]
	r.Class = k.Class
	r.Route = k.Route
	law := k.Law
	if s.sc.Noise.Work != Exponential {
		law = s.sc.Noise.Work
	}
	r.work = law.draw(rng, k.Mean)
	if c := &s.sc.Clients; c.Cancels && c.leaver(r) {
		r.work = min(r.work, c.LeaveAfter)
	}
}

func (s *simulation) drawKind() int {
	last := len(s.shares) - 1
	if last == 0 {
		return 0
	}
	x := s.arrivals.Float64()
	for i, share := range s.shares[:last] {
		if x < share {
			return i
		}
		x -= share
	}
	return last
}

// DrawClient gives a client's hash, and under which number it is counted.
func (s *simulation) drawClient() (hash uint64, counted int) {
	switch c := &s.sc.Clients; {
	case c.Equal > 0:
		i := s.arrivals.IntN(c.Equal)
		return scatter(uint64(i)), i //nolint:gosec // not negative
	case c.Leavers > 0 && s.arrivals.Float64() < c.Leavers:
		return scatter(uint64(s.arrivals.IntN(c.LeaverCount))), hog //nolint:gosec // not negative
	case c.Hog > 0 && s.arrivals.Float64() < c.Hog:
		return scatter(0), hog
	case c.Hog > 0, c.Leavers > 0:
		return s.arrivals.Uint64(), others
	default:
		return s.arrivals.Uint64(), -1
	}
}

// LeaveEarly lets a client leave before its answer, if its request is still that one.
func (s *simulation) leaveEarly(r *Request, life uint32) {
	if r.life != life || r.state == ended || r.gone {
		return
	}
	r.gone = true
	s.result.gone(s.now)
	s.deliver(leaves, r)
}

// Leaver reports whether a request is of a client that leaves early.
func (c *Clients) leaver(r *Request) bool { return c.Leavers > 0 && r.client == hog }

// The numbers under which clients are counted when one of them asks for most.
const (
	hog = iota
	others
)

// Scatter makes hashes of small numbers (the finalizer of splitmix64).
func scatter(x uint64) uint64 {
	x = (x + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Retry lets the client of an attempt that came to nothing try again, if it does
// that. After is its Retry-After in seconds, 0 for none.
func (s *simulation) retry(r *Request, after int) {
	if r.attempt >= s.sc.Retry.Times {
		return
	}
	next := s.pool.get()
	next.Client, next.client, next.page = r.Client, r.client, r.page
	next.kind, next.born, next.attempt = r.kind, r.born, r.attempt+1
	s.describe(next, s.retries)
	s.agenda.add(s.now+s.retryWait(r.attempt, after), requestComes, next, 0)
}

func (s *simulation) retryWait(attempt, after int) time.Duration {
	switch p := &s.sc.Retry; {
	case p.Honour && after > 0:
		return time.Duration(after) * time.Second
	case p.Grow:
		return time.Duration(s.retries.Float64() * float64(p.Wait<<attempt))
	default:
		return time.Duration((0.5 + s.retries.Float64()) * float64(p.Wait))
	}
}
