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
		arrivals: stream(seed, 1),
		retries:  stream(seed, 2),
		result:   newResult(sc),
		end:      sc.Long(),
	}
	s.backend = sc.Backend.build(stream(seed, 3))
	s.limiter = maker(sc, seed, s.decided)
	s.startPhase()
	s.agenda.add(sampling/2, sampleTaken, nil)
	s.nextPage()
	for s.step(pace) {
	}
	return s.result
}

func stream(seed, n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) } //nolint:gosec // no secrets: the same seed has to give the same run

type simulation struct {
	sc        *Scenario
	now, end  time.Duration
	phase     int
	shares    []float64 // of the phase's kinds
	pause     float64   // mean time between pages, in ns
	arrivals  *rand.Rand
	retries   *rand.Rand
	agenda    agenda
	deadlines ring[deadline]
	backend   machine
	limiter   Limiter
	patience  time.Duration // before then, the limiter is not called for what is due
	pool      pool
	inFlight  int
	queued    int
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
	if t, ok := s.limiter.Next(); ok && max(t, s.patience) < at {
		at, do = max(t, s.patience), (*simulation).advance
	}
	if do == nil {
		return false
	}
	at = max(at, s.now)
	if pace != nil {
		pace(at)
	}
	s.now = at
	do(s)
	return true
}

// Advance lets the limiter do what is due. If it still wants to be called at once,
// it has to be patient, or time would stand still.
func (s *simulation) advance() {
	s.limiter.Advance(s.now)
	if t, ok := s.limiter.Next(); ok && t <= s.now {
		s.result.Restless++
		s.patience = s.now + time.Millisecond
	}
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
		s.result.sample(s.now, s.limiter.Limit(), s.inFlight, s.queued)
		s.agenda.add(s.now+sampling, sampleTaken, nil)
	}
}

func (s *simulation) startPhase() {
	p := &s.sc.Phases[s.phase]
	s.shares = s.sc.shares(p)
	s.pause = math.Inf(1)
	if rate := s.sc.offered(p); rate > 0 {
		s.pause = float64(time.Second) * float64(max(s.sc.Page, 1)) / rate
	}
	s.backend.resize(s.now, s.sc.servers(p))
	if s.phase+1 < len(s.sc.Phases) {
		s.agenda.add(s.now+p.For, phaseStarts, nil)
	}
}

// Arrive brings an attempt to the limiter.
func (s *simulation) arrive(r *Request) {
	r.Arrived = s.now
	if r.attempt == 0 {
		r.born = s.now
	}
	s.result.arrived(s.now, r)
	switch s.limiter.Arrive(s.now, r) {
	case shed.Admitted:
		s.admit(r)
	case shed.Rejected:
		s.reject(r)
		return
	default:
		r.state = waiting
		s.queued++
	}
	s.deadlines.push(deadline{s.now + s.sc.Deadline, r, r.life})
}

// Decided is called by the limiter about a request that waits.
func (s *simulation) decided(r *Request) {
	s.queued--
	if r.Verdict == shed.Admitted {
		s.admit(r)
	} else {
		s.reject(r)
	}
}

func (s *simulation) admit(r *Request) {
	s.result.admitted(s.now, r)
	r.state = working
	r.Started = s.now
	r.work = time.Duration(float64(r.work) * s.sc.Phases[s.phase].slow())
	s.inFlight++
	s.backend.start(s.now, r)
}

func (s *simulation) reject(r *Request) {
	s.result.rejected(s.now, r)
	s.retry(r, r.RetryAfter)
	s.pool.put(r)
}

// GiveUp is the client's deadline.
func (s *simulation) giveUp() {
	d := s.deadlines.pop()
	r := d.r
	if r.life != d.life || r.state == ended {
		return
	}
	r.gone = true
	s.result.gone(s.now)
	s.retry(r, 0)
	if r.state == waiting {
		s.queued--
		r.state = ended
		s.limiter.Leave(s.now, r)
		s.pool.put(r)
	} else if s.sc.Gone {
		s.giveBack(r, shed.Left)
	}
}

// Finish is the backend's answer.
func (s *simulation) finish() {
	r := s.backend.finish(s.now)
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
	s.inFlight--
	s.limiter.Done(s.now, r, e)
}
