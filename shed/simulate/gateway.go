package simulate

import (
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Gateway is one of those that stand in front of the backend: a limiter, and what a
// server around it does.
type gateway struct {
	limiter  Limiter
	up       bool
	term     uint32 // how often it was started
	inFlight int
	queued   int

	// The timer of the limiter, as [shed.Limiter] has it.
	armed bool
	alarm time.Duration // when the limiter wants to be called
	rings time.Duration // when it is

	stalled int // stalls that it is in
	inbox   []message
}

// Message is what reaches a gateway.
type message struct {
	what news
	r    *Request
	life uint32
}

type news uint8

const (
	arrives news = iota
	leaves
	answers
)

// SetUp starts or ends a gateway. With its end all is lost that it knew.
func (s *simulation) setUp(i int, up bool) {
	g := &s.gateways[i]
	if g.up == up {
		return
	}
	*g = gateway{up: up, term: g.term + 1, stalled: g.stalled}
	if up {
		seed := s.seed + uint64(i)<<32 //nolint:gosec // not negative
		g.limiter = s.sc.Noise.withClock(s.maker(s.sc, seed, s.decided))
	}
}

// ChooseGateway is what a load balancer does.
func (s *simulation) chooseGateway() int {
	last := len(s.gateways) - 1
	if last == 0 {
		return 0
	}
	p := &s.sc.Phases[s.phase]
	sum := 0.0
	for i := range s.gateways {
		sum += p.spread(i)
	}
	x := s.chance.Float64() * sum
	for i := range s.gateways[:last] {
		if x -= p.spread(i); x < 0 {
			return i
		}
	}
	return last
}

// Deliver brings news of a request to its gateway, as soon as that does anything.
func (s *simulation) deliver(what news, r *Request) {
	g := &s.gateways[r.gateway]
	switch {
	case r.term != g.term: // it is gone, and another one knows nothing of the request
		if what == answers {
			s.pool.put(r)
		}
	case g.stalled > 0:
		g.inbox = append(g.inbox, message{what, r, r.life})
	default:
		s.handle(g, what, r)
		s.rearm(g)
	}
}

// Wake lets a gateway go on after a stall. As in Go's scheduler its timers come first.
func (s *simulation) wake(g *gateway) {
	if g.armed && g.rings <= s.now {
		s.advance(g)
	}
	inbox := g.inbox
	g.inbox = nil
	for _, m := range inbox {
		if m.life == m.r.life {
			s.handle(g, m.what, m.r)
			s.rearm(g)
		}
	}
}

func (s *simulation) handle(g *gateway, what news, r *Request) {
	switch what {
	case arrives:
		s.ask(g, r)
	case leaves:
		s.leave(g, r)
	case answers:
		s.answer(r)
	}
}

// Ask brings an attempt to the limiter.
func (s *simulation) ask(g *gateway, r *Request) {
	switch g.limiter.Arrive(s.now, r) {
	case shed.Admitted:
		s.admit(r)
	case shed.Rejected:
		s.reject(r)
	default:
		r.state = waiting
		g.queued++
	}
}

// Decided is called by the limiter about a request that waits.
func (s *simulation) decided(r *Request) {
	s.gateways[r.gateway].queued--
	switch {
	case r.Verdict != shed.Admitted:
		s.reject(r)
	case r.gone: // the one that waits sees that, too
		r.state = working
		s.gateways[r.gateway].inFlight++
		s.agenda.add(s.now, unusedEnds, r, 0)
	default:
		s.admit(r)
	}
}

func (s *simulation) admit(r *Request) {
	s.result.admitted(s.now, r)
	r.state = working
	r.Started = s.now
	r.work = time.Duration(float64(r.work) * s.sc.Phases[s.phase].slow() * s.weather)
	s.gateways[r.gateway].inFlight++
	s.inBackend++
	s.result.Peak = max(s.result.Peak, s.inBackend)
	s.backend.start(s.now, r)
}

func (s *simulation) reject(r *Request) {
	s.result.rejected(s.now, r)
	if !r.gone {
		s.retry(r, r.RetryAfter)
	}
	s.pool.put(r)
}

// Leave tells the limiter that a client has given up.
func (s *simulation) leave(g *gateway, r *Request) {
	switch {
	case r.state == waiting:
		g.queued--
		r.state = ended
		g.limiter.Leave(s.now, r)
		s.pool.put(r)
	case r.state == working && (s.sc.Gone || s.sc.Clients.leaver(r)) && !r.given:
		s.giveBack(r, shed.Left)
	}
}

// Answer is the backend's, as the gateway gets it.
func (s *simulation) answer(r *Request) {
	s.result.answered(s.now, r)
	if !r.given {
		ending := shed.Served
		if r.failed {
			ending = shed.Failed
		}
		s.giveBack(r, ending)
	}
	if r.failed && !r.gone {
		s.retry(r, 0)
	}
	s.pool.put(r)
}

func (s *simulation) giveBack(r *Request, e shed.Ending) {
	r.given = true
	g := &s.gateways[r.gateway]
	g.inFlight--
	g.limiter.Done(s.now, r, e)
}

// Rearm sets the timer for what the limiter wants to do next.
func (s *simulation) rearm(g *gateway) {
	at, ok := g.limiter.Next()
	if !ok || g.armed && at >= g.alarm {
		return
	}
	g.armed, g.alarm = true, at
	g.rings = max(at, s.now)
	if late := s.sc.Noise.Late; late > 0 {
		g.rings += time.Duration(float64(late) * s.chance.ExpFloat64())
	}
}

// Advance lets the limiter do what is due. If it still wants to be called at once,
// it has to be patient, or time would stand still.
func (s *simulation) advance(g *gateway) {
	g.armed = false
	g.limiter.Advance(s.now)
	s.rearm(g)
	if g.armed && g.alarm <= s.now {
		s.result.Restless++
		g.rings = max(g.rings, s.now+time.Millisecond)
	}
}
