package simulate

import (
	"math"
	"math/rand/v2"
	"time"
)

// Backend is what works on the requests. The zero value of all but Servers is so
// many servers, and a queue without an end before them.
type Backend struct {
	Servers   int
	Shared    bool    // all requests are worked on at once, and share the servers
	Kappa     float64 // with Shared: how much capacity is lost per request and server beyond one each
	Boundless bool    // it works on all at full speed; Servers is only the measure of the load
	Room      int     // how long its queue can be; who finds it full gets 503. 0: no bound
	Failing   float64 // the share of requests that gets 503, whatever the load
}

// How long a backend takes to answer 503.
const refusal = time.Millisecond

// Machine is a running backend.
type machine interface {
	start(now time.Duration, r *Request)
	// Next is when a request will be answered if nothing happens before.
	next() (at time.Duration, ok bool)
	// Finish gives the request that is answered at the time of next.
	finish(now time.Duration) *Request
	resize(now time.Duration, servers int)
}

func (b *Backend) build(rng *rand.Rand) machine {
	if b.Shared {
		return &sharing{kappa: b.Kappa}
	}
	return &servers{spec: b, rng: rng}
}

// Servers work on one request each.
type servers struct {
	spec    *Backend
	rng     *rand.Rand
	n, busy int
	working agenda
	waiting ring[*Request]
}

func (s *servers) start(now time.Duration, r *Request) {
	full := s.spec.Room > 0 && s.busy >= s.n && s.waiting.len() >= s.spec.Room
	if full || s.spec.Failing > 0 && s.rng.Float64() < s.spec.Failing {
		r.failed = true
		s.working.add(now+refusal, 0, r, 0)
		return
	}
	s.waiting.push(r)
	s.fill(now)
}

func (s *servers) fill(now time.Duration) {
	for s.waiting.len() > 0 && s.busy < s.n {
		r := s.waiting.pop()
		s.busy++
		s.working.add(now+r.work, 0, r, 0)
	}
}

func (s *servers) next() (time.Duration, bool) {
	if len(s.working.entries) == 0 {
		return 0, false
	}
	return s.working.entries[0].at, true
}

func (s *servers) finish(now time.Duration) *Request {
	r := s.working.take().r
	if !r.failed {
		s.busy--
		s.fill(now)
	}
	return r
}

func (s *servers) resize(now time.Duration, n int) {
	s.n = n
	if s.spec.Boundless {
		s.n = math.MaxInt
	}
	s.fill(now)
}

// Sharing works on all requests at once. Beyond one request per server they slow
// each other down, and more than a fair share of the servers explains.
type sharing struct {
	kappa   float64
	n       float64       // servers
	done    float64       // ns of work that every request present has had since the start
	changed time.Duration // when done was right
	working agenda        // by the amount of done at which a request is finished
}

// Rate is how fast each request proceeds.
func (s *sharing) rate() float64 {
	present := float64(len(s.working.entries))
	if s.n == 0 || present == 0 {
		return 0
	}
	if present <= s.n {
		return 1
	}
	return s.n / present / (1 + s.kappa*(present-s.n)/s.n)
}

func (s *sharing) catchUp(now time.Duration) {
	s.done += float64(now-s.changed) * s.rate()
	s.changed = now
}

func (s *sharing) start(now time.Duration, r *Request) {
	s.catchUp(now)
	s.working.add(time.Duration(s.done)+r.work, 0, r, 0)
}

func (s *sharing) next() (time.Duration, bool) {
	rate := s.rate()
	if rate == 0 {
		return 0, false
	}
	left := float64(s.working.entries[0].at) - s.done
	return s.changed + time.Duration(math.Ceil(max(left, 0)/rate)), true
}

func (s *sharing) finish(now time.Duration) *Request {
	s.catchUp(now)
	return s.working.take().r
}

func (s *sharing) resize(now time.Duration, n int) {
	s.catchUp(now)
	s.n = float64(n)
}
