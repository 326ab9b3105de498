package shed_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// server is a backend that serves a number of requests at a time, each for as
// long, and always has more to do.
type server struct {
	c       *shed.Controller
	now     time.Duration
	long    time.Duration   // that a request takes
	free    []time.Duration // when each of the servers is
	running []job           // in the order in which they end
}

type job struct {
	*shed.Place
	end time.Duration
}

func newServer(cfg shed.Config, servers int, long time.Duration) *server {
	s := &server{long: long, free: make([]time.Duration, servers)}
	s.c = shed.NewController(cfg, 1, func(p *shed.Place) {
		if p.Verdict == shed.Admitted {
			s.start(p)
		}
	})
	return s
}

// start gives a request to the server that is free first.
func (s *server) start(p *shed.Place) {
	first := 0
	for i := range s.free {
		if s.free[i] < s.free[first] {
			first = i
		}
	}
	s.free[first] = max(s.now, s.free[first]) + s.long
	s.running = append(s.running, job{p, s.free[first]})
}

// arrive lets n requests come.
func (s *server) arrive(n int, p shed.Place) {
	for range n {
		r := p
		if s.c.Arrive(s.now, &r) == shed.Admitted {
			s.start(&r)
		}
	}
}

// serve answers the first n.
func (s *server) serve(n int) {
	for ; n > 0 && len(s.running) > 0; n-- {
		p := s.running[0].Place
		s.running = s.running[1:]
		s.c.Release(s.now, p, shed.Served)
	}
}

// run lets so many requests come in each millisecond.
func (s *server) run(long time.Duration, n int) {
	for end := s.now + long; s.now < end; s.now += ms {
		s.c.Advance(s.now)
		for len(s.running) > 0 && s.running[0].end <= s.now {
			s.serve(1)
		}
		s.arrive(n, shed.Place{Class: shed.Normal})
	}
}

func TestProbeInNoTime(t *testing.T) {
	s := newServer(shed.Defaults(), 10, 10*ms)
	for range 20 {
		for !s.c.Probing() {
			if s.now > time.Hour {
				t.Fatal("no probe in an hour")
			}
			s.run(ms, 2)
		}
		for range 1000 {
			s.serve(1)
			s.arrive(2, shed.Place{Class: shed.Normal})
		}
		finite(t, "Stats", reflect.ValueOf(s.c.Stats(s.now)))
	}
}

func TestCriticalDoesNotWaitForAProbe(t *testing.T) {
	s := newServer(shed.Defaults(), 10, 10*ms)
	s.run(20*time.Second, 2)
	probes := 0
	for end := s.now + time.Minute; s.now < end; s.run(ms, 2) {
		st := s.c.Stats(s.now)
		if limit := s.c.Limit(); !s.c.Probing() || st.Inflight < limit || st.Inflight >= st.Limit {
			continue
		}
		probes++
		for class, want := range map[shed.Class]shed.Verdict{shed.Normal: shed.Waiting, shed.Critical: shed.Admitted} {
			p := shed.Place{Class: class}
			if got := s.c.Arrive(s.now, &p); got != want && got != shed.Rejected || class == shed.Critical && got != want {
				t.Fatalf("%d of %d in flight, a probe of %d: the verdict on %v is %d, want %d",
					st.Inflight, st.Limit, s.c.Limit(), class, got, want)
			}
			s.c.Leave(s.now, &p)
			s.c.Release(s.now, &p, shed.Unused)
		}
	}
	if probes == 0 {
		t.Error("there was no probe")
	}
}

// TestProbeBeforeAnythingIsKnown: a backend that only failed until a probe has
// nothing that the probe could be compared with.
func TestProbeBeforeAnythingIsKnown(t *testing.T) {
	result, odds := shed.JudgeFirst()
	if result != shed.ProbeConfirmed || odds != 0 {
		t.Errorf("got %v with odds of %v, want %v and 0", result, odds, shed.ProbeConfirmed)
	}
}
