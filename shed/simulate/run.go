package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// How often the limit and the requests in flight are looked at.
const sampling = 100 * time.Millisecond

// Run plays a scenario for a limiter. Pace, if not nil, is called before each
// event with its time.
func Run(sc *Scenario, maker Maker, seed uint64, pace func(to time.Duration)) *Result {
	s := &simulation{
		sc:       sc,
		maker:    maker,
		seed:     seed,
		arrivals: stream(seed, 1),
		retries:  stream(seed, 2),
		chance:   stream(seed, 4),
		weather:  1,
		result:   newResult(sc),
		end:      sc.Long(),
	}
	s.backend.machine = sc.Backend.build(stream(seed, 3))
	s.gateways = make([]gateway, max(1, sc.Gateways))
	s.startPhase()
	s.startNoise()
	s.agenda.add(sampling/2, sampleTaken, nil, 0)
	s.nextPage()
	for s.step(pace) {
	}
	s.now = s.end
	s.account()
	return s.result
}

func stream(seed, n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) } //nolint:gosec // no secrets: the same seed has to give the same run

type simulation struct {
	sc        *Scenario
	maker     Maker
	seed      uint64
	now, end  time.Duration
	phase     int
	shares    []float64 // of the phase's kinds
	pause     float64   // mean time between pages, in ns
	arrivals  *rand.Rand
	retries   *rand.Rand
	chance    *rand.Rand // of the noise
	agenda    agenda
	deadlines ring[deadline]
	backend   frozen
	gateways  []gateway
	stalls    []standstill
	weather   float64       // the factor of work that is begun now
	accounted time.Duration // until when the result knows what stalls and the weather took
	pool      pool
	inBackend int
	result    *Result
}

// Deadline is when a client gives up on a request. All requests have the same
// time, so they are due in the order in which they came.
type deadline struct {
	at   time.Duration
	r    *Request
	life uint32
}

// Step does what is due next and reports whether there was anything. At one
// time, the backend comes first, then the clients, then the limiter.
func (s *simulation) step(pace func(time.Duration)) bool {
	at := s.end
	do := (func(*simulation))(nil)
	if t, ok := s.backend.next(); ok && t < at {
		at, do = t, (*simulation).finish
	}
	if s.deadlines.len() > 0 && s.deadlines.first().at < at {
		at, do = s.deadlines.first().at, (*simulation).giveUp
	}
	if len(s.agenda.entries) > 0 && s.agenda.entries[0].at < at {
		at, do = s.agenda.entries[0].at, (*simulation).keep
	}
	var rings *gateway
	for i := range s.gateways {
		if g := &s.gateways[i]; g.armed && g.stalled == 0 && g.rings < at {
			at, rings = g.rings, g
		}
	}
	if do == nil && rings == nil {
		return false
	}
	at = max(at, s.now)
	if pace != nil {
		pace(at)
	}
	s.now = at
	if rings != nil {
		s.advance(rings)
	} else {
		do(s)
	}
	return true
}

func (s *simulation) keep() {
	e := s.agenda.take()
	switch e.what {
	case pageArrives:
		s.arrivePage()
		s.nextPage()
	case requestComes:
		s.arrive(e.r)
	case phaseStarts:
		s.phase++
		s.startPhase()
	case sampleTaken:
		s.sample()
		s.agenda.add(s.now+sampling, sampleTaken, nil, 0)
	case stallBegins:
		s.beginStall(e.n)
	case stallEnds:
		s.endStall(e.n)
	case weatherChanges:
		s.changeWeather()
	case clientLeaves:
		s.leaveEarly(e.r, uint32(e.n)) //nolint:gosec // it was one
	case unusedEnds:
		s.giveBack(e.r, shed.Unused)
		s.pool.put(e.r)
	}
}

func (s *simulation) sample() {
	limit, inFlight, queued := 0, 0, 0
	for i := range s.gateways {
		if g := &s.gateways[i]; g.up {
			limit += g.limiter.Limit()
			inFlight += g.inFlight
			queued += g.queued
		}
	}
	s.result.sample(s.now, limit, inFlight, queued)
}

func (s *simulation) startPhase() {
	p := &s.sc.Phases[s.phase]
	s.shares = s.sc.shares(p)
	s.pause = math.Inf(1)
	if rate := s.sc.offered(p); rate > 0 {
		s.pause = float64(time.Second) * float64(max(s.sc.Page, 1)) / rate
	}
	s.backend.resize(s.now, s.sc.servers(p))
	for i := range s.gateways {
		s.setUp(i, p.spread(i) > 0)
	}
	if s.phase+1 < len(s.sc.Phases) {
		s.agenda.add(s.now+p.For, phaseStarts, nil, 0)
	}
}

// Arrive sends an attempt to a gateway.
func (s *simulation) arrive(r *Request) {
	r.Arrived = s.now
	if r.attempt == 0 {
		r.born = s.now
	}
	s.result.arrived(s.now, r)
	s.deadlines.push(deadline{s.now + s.sc.Deadline, r, r.life})
	if s.sc.Clients.leaver(r) {
		s.agenda.add(s.now+s.sc.Clients.LeaveAfter, clientLeaves, r, int(r.life))
	}
	r.gateway = s.chooseGateway()
	r.term = s.gateways[r.gateway].term
	if s.result.measuring(s.now) {
		s.result.Gateways[r.gateway].Offered++
	}
	s.deliver(arrives, r)
}

// GiveUp is the client's deadline.
func (s *simulation) giveUp() {
	d := s.deadlines.pop()
	r := d.r
	if r.life != d.life || r.state == ended || r.gone {
		return
	}
	r.gone = true
	s.result.gone(s.now)
	s.retry(r, 0)
	s.deliver(leaves, r)
}

// Finish is the backend's answer.
func (s *simulation) finish() {
	s.inBackend--
	s.deliver(answers, s.backend.finish(s.now))
}
