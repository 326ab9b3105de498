package drive

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// server is a target with the connections to it.
type server struct {
	Target
	backend   *Backend
	request   []byte
	processes []int
	asks      chan ask
	open      atomic.Int64 // asks that no connection is done with
	rest      sync.WaitGroup
	random    *rand.Rand
}

// ask has a connection send a request, or one after the other until a window is
// over.
type ask struct {
	window *window
	due    time.Time
	again  bool
}

// window is the turn of a target.
type window struct {
	over  atomic.Bool // nothing is asked any more
	mu    sync.Mutex
	last  time.Time // when the last answer came
	late  bool      // what comes now came too late
	sum   Measurement
	times []time.Duration
}

// connect opens the connections to all targets.
func (p Plan) connect() []*server {
	servers := make([]*server, len(p.Targets))
	for i, t := range p.Targets {
		servers[i] = &server{
			Target: t, backend: p.Backend, request: t.Request.bytes(), processes: tree(t.PID),
			asks:   make(chan ask, 1<<16),
			random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // to be repeatable
		}
		servers[i].connect()
	}
	return servers
}

func (s *server) connect() {
	var begun sync.WaitGroup
	begun.Add(s.Connections)
	for range s.Connections {
		s.rest.Go(func() {
			c := &conn{address: s.Address}
			defer c.close()
			_ = c.dial() // the first exchange tries again
			begun.Done()
			for a := range s.asks {
				s.follow(a, c)
				s.open.Add(-1)
			}
		})
	}
	begun.Wait()
}

// follow does what is asked.
func (s *server) follow(a ask, c *conn) {
	for !a.window.over.Load() {
		status, err := c.exchange(s.request)
		a.window.record(a.due, status == s.Want, status, err)
		if !a.again {
			return
		}
		a.due = time.Now()
	}
}

// close ends the connections. Those that still wait for an answer end with this
// process.
func (s *server) close() {
	close(s.asks)
	if s.open.Load() == 0 {
		s.rest.Wait()
	}
}

// record notes an answer.
func (w *window) record(due time.Time, wanted bool, status int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.late {
		return
	}
	w.last = time.Now()
	switch {
	case err != nil:
		w.sum.Failures++
		w.sum.Failure = err.Error()
	case wanted:
		w.sum.Requests++
		w.times = append(w.times, w.last.Sub(due))
	default:
		w.sum.Others++
		w.sum.Failure = fmt.Sprintf("status %d", status)
	}
}

// turn asks the server for so long, and measures what that takes until it is done
// with all of it.
func (s *server) turn(length time.Duration) (*window, error) {
	if s.Lead > 0 {
		lead, now := new(window), time.Now()
		for range s.Lead {
			s.ask(ask{window: lead, due: now})
		}
		if _, err := s.settle(); err != nil {
			return nil, err
		}
	}
	w := new(window)
	before, err := s.take()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	w.last = begin
	if s.Rate > 0 {
		s.schedule(w, begin, length)
	} else {
		s.release(w)
	}
	time.Sleep(time.Until(begin.Add(length)))
	w.over.Store(true)
	used, err := s.settle()
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = true
	after, err := s.take()
	w.sum.CPU, w.sum.Accepted, w.sum.Took = used-before.used, after.accepted-before.accepted, w.last.Sub(begin)
	return w, err
}

func (s *server) ask(a ask) {
	select {
	case s.asks <- a:
		s.open.Add(1)
	default: // so late that it does not matter any more
	}
}

// schedule has requests fall due.
func (s *server) schedule(w *window, begin time.Time, length time.Duration) {
	end := begin.Add(length)
	for next := begin; ; {
		next = next.Add(time.Duration(-math.Log(1-s.random.Float64()) / s.Rate * float64(time.Second)))
		if next.After(end) {
			return
		}
		nap(time.Until(next))
		s.ask(ask{window: w, due: next})
	}
}

// stagger is what lies between the beginnings of two connections, about the time
// of one request. All at the same moment would want more connections to the
// backend than they ever do later.
const stagger = 100 * time.Microsecond

// release has each connection ask for as long as the window is.
func (s *server) release(w *window) {
	for range s.Connections {
		s.ask(ask{window: w, due: time.Now(), again: true})
		time.Sleep(stagger)
	}
}

// reading is what the counters say before and after a window.
type reading struct {
	used     time.Duration // processor time of the server
	accepted int64         // connections of the backend
}

func (s *server) take() (r reading, err error) {
	if s.backend != nil {
		if r.accepted, err = accepted(s.backend.Address); err != nil {
			return r, err
		}
	}
	r.used, err = s.used()
	return r, err
}

// used is the processor time that the server has had so far.
func (s *server) used() (time.Duration, error) {
	var sum time.Duration
	for _, id := range s.processes {
		used, err := processTime(id)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.Name, err)
		}
		sum += used
	}
	return sum, nil
}

// How a window ends.
const (
	look     = 500 * time.Microsecond // between two looks at the clock of a server
	still    = .1                     // share of the time that a server which rests may take
	patience = 10 * time.Millisecond  // with a server that rests before all is answered: it waits for a slow backend itself
	deadline = 2 * exchangeTimeout
)

// settle waits until all is answered and the server rests, and gives the
// processor time that it has had until then. What it leaves for later, such as
// collecting its garbage, is part of what the answers cost.
func (s *server) settle() (time.Duration, error) {
	begin := time.Now()
	return settle(s.used, func() bool { return s.open.Load() == 0 }, func() time.Duration {
		time.Sleep(look)
		return time.Since(begin)
	})
}

func settle(used func() (time.Duration, error), answered func() bool, wait func() time.Duration) (time.Duration, error) {
	before, err := used()
	if err != nil {
		return 0, err
	}
	var then, rested time.Duration // since when the server rests
	for {
		done, now := answered(), wait()
		after, err := used()
		if err != nil {
			return 0, err
		}
		if float64(after-before) > still*float64(now-then) {
			rested = now
		}
		before, then = after, now
		switch resting := now - rested; {
		case resting > 0 && done, resting >= patience, now >= deadline:
			return after, nil
		}
	}
}

var errEnded = errors.New("the process has ended")
