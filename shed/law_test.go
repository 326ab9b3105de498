package shed_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// server is a backend that serves so many requests at a time, each in the same
// time, and always has more to do.
type server struct {
	c       *shed.Controller
	now     time.Duration
	running []*shed.Place
}

func newServer(cfg shed.Config) *server {
	s := &server{}
	s.c = shed.NewController(cfg, 1, func(p *shed.Place) {
		if p.Verdict == shed.Admitted {
			s.running = append(s.running, p)
		}
	})
	return s
}

// arrive lets n requests come.
func (s *server) arrive(n int, p shed.Place) {
	for range n {
		r := p
		if s.c.Arrive(s.now, &r) == shed.Admitted {
			s.running = append(s.running, &r)
		}
	}
}

// serve answers the first n.
func (s *server) serve(n int, e shed.Ending) {
	for ; n > 0 && len(s.running) > 0; n-- {
		p := s.running[0]
		s.running = s.running[1:]
		s.c.Release(s.now, p, e)
	}
}

func TestProbeInNoTime(t *testing.T) {
	s := newServer(shed.Defaults())
	for probes := 0; probes < 20; {
		s.now += time.Millisecond
		s.arrive(10, shed.Place{Class: shed.Normal})
		if !s.c.Probing() {
			s.serve(1, shed.Served)
			s.c.Advance(s.now)
			if s.now > time.Hour {
				t.Fatal("no probe in an hour")
			}
			continue
		}
		probes++
		for range 1000 {
			s.serve(1, shed.Served)
			s.arrive(2, shed.Place{Class: shed.Normal})
		}
		finite(t, "Stats", reflect.ValueOf(s.c.Stats(s.now)))
	}
	t.Logf("%+v", s.c.Stats(s.now))
}
