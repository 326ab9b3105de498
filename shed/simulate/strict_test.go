package simulate_test

import (
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
	"github.com/statusgate/statusgate/shed/simulate"
)

// Strict checks that the simulator keeps the contract of a limiter, and that the
// limiter keeps its own.
type strict struct {
	simulate.Limiter

	t     *testing.T
	now   time.Duration
	state map[*simulate.Request]shed.Verdict // of those that wait or are in flight
}

func strictly(t *testing.T, maker simulate.Maker, s *strict) simulate.Maker {
	return func(sc *simulate.Scenario, seed uint64, decided func(*simulate.Request)) simulate.Limiter {
		s.t = t
		s.state = map[*simulate.Request]shed.Verdict{}
		s.Limiter = maker(sc, seed, func(r *simulate.Request) {
			if v, ok := s.state[r]; !ok || v != shed.Waiting || r.Verdict == shed.Waiting {
				t.Errorf("at %v, %v was decided of a request that is %v, %v", s.now, r.Verdict, v, ok)
			}
			s.set(r, r.Verdict)
			decided(r)
		})
		return s
	}
}

func (s *strict) set(r *simulate.Request, v shed.Verdict) {
	if v == shed.Rejected {
		delete(s.state, r)
	} else {
		s.state[r] = v
	}
}

func (s *strict) time(now time.Duration) {
	if now < s.now {
		s.t.Errorf("time goes from %v back to %v", s.now, now)
	}
	s.now = now
}

func (s *strict) Arrive(now time.Duration, r *simulate.Request) shed.Verdict {
	s.time(now)
	if v, ok := s.state[r]; ok {
		s.t.Errorf("at %v, a request arrives that is %v already", now, v)
	}
	v := s.Limiter.Arrive(now, r)
	s.set(r, v)
	return v
}

func (s *strict) Done(now time.Duration, r *simulate.Request, e shed.Ending) {
	s.time(now)
	if v, ok := s.state[r]; !ok || v != shed.Admitted {
		s.t.Errorf("at %v, a request ends that is %v, %v", now, v, ok)
	}
	delete(s.state, r)
	s.Limiter.Done(now, r, e)
}

func (s *strict) Leave(now time.Duration, r *simulate.Request) {
	s.time(now)
	if v, ok := s.state[r]; !ok || v != shed.Waiting {
		s.t.Errorf("at %v, a request leaves that is %v, %v", now, v, ok)
	}
	delete(s.state, r)
	s.Limiter.Leave(now, r)
}

func (s *strict) Advance(now time.Duration) {
	s.time(now)
	s.Limiter.Advance(now)
}

func TestEveryRequestEndsOnce(t *testing.T) {
	for name, maker := range makers() {
		t.Run(name, func(t *testing.T) {
			for _, gone := range []bool{false, true} {
				sc := eventful()
				sc.Gone = gone
				s := &strict{}
				res := simulate.Run(sc, strictly(t, maker, s), 1, nil)
				if res.Restless > 0 {
					t.Errorf("Next was not later than Advance %d times", res.Restless)
				}
				checkSums(t, res, s)
			}
		})
	}
}

// CheckSums holds the counts against each other.
func checkSums(t *testing.T, res *simulate.Result, s *strict) {
	t.Helper()
	var offered, admitted, rejected, answered, born, tries int
	for i := range res.Seconds {
		sec := &res.Seconds[i]
		offered += sec.Offered
		answered += sec.Good + sec.Late
		born += sec.Born
		tries += sec.Tries
		for _, c := range sec.Classes {
			admitted += c.Admitted
			rejected += c.Rejected
		}
	}
	waiting, inFlight := 0, 0
	for _, v := range s.state {
		if v == shed.Waiting {
			waiting++
		} else {
			inFlight++
		}
	}
	if tries != offered || born >= offered || admitted == 0 {
		t.Errorf("%d first attempts, %d attempts, %d arrivals, %d admitted", born, tries, offered, admitted)
	}
	if left := offered - admitted - rejected - waiting; left < 0 {
		t.Errorf("%d arrived, %d were admitted, %d rejected, and %d wait", offered, admitted, rejected, waiting)
	}
	if working := admitted - answered; working < inFlight {
		t.Errorf("%d were admitted, %d answered, but %d are in flight", admitted, answered, inFlight)
	}
}
