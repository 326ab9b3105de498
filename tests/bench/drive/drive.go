// Package drive asks servers for answers, one of them at a time, and measures
// what the answers cost each. It runs in a process of its own, on another core
// than the servers.
package drive

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/statusgate/statusgate/tests/overload/load"
)

// Plan is who is asked, and for how long. In each pass every target has one short
// window, in an order of chance, while the connections of all others rest: what
// makes the machine faster or slower for a while does so for all of them.
type Plan struct {
	Targets []Target
	Warm    time.Duration // for each, before the first pass
	Window  time.Duration // for each in a pass
	Passes  int           // that count
	Seed    uint64        // of the orders
	Core    int           // where the servers run
	Backend *Backend      // behind the servers, if there is one
}

// Target is a server, and what it is asked.
type Target struct {
	Name        string // for messages
	Address     string // host and port
	Request     Request
	Connections int     // kept alive
	Rate        float64 // requests per second, at random (Poisson); 0: each connection asks again at once
	Want        int     // the status that is measured
	Lead        int     // requests before each window, which do not count: they take the places of those that wait for a slow backend
	PID         int     // the server's process, with its children
}

// Backend is what stands behind the servers. It shares a core with the client.
type Backend struct {
	Address string // host and port; /accepted says how many connections it has accepted
	PID     int
	Core    int
	First   bool // whether backend and client come before all others there
}

// Measurement is what windows of a target come to, all together.
type Measurement struct {
	Requests int64         // answered with the status that was wanted
	Others   int64         // answered otherwise
	Failures int64         // connections that broke
	Failure  string        // why the last did
	CPU      time.Duration // of the server, for these answers
	Accepted int64         // connections that the backend has accepted meanwhile
	Took     time.Duration // until the last answer
	P50, P99 time.Duration // of the answers with the status that was wanted
	Peak     int64         // bytes the server was resident at most, since it began
	Resident int64         // bytes at the end
}

// PerRequest is the processor time that an answer took, in microseconds.
func (m Measurement) PerRequest() float64 {
	return float64(m.CPU.Nanoseconds()) / 1e3 / float64(m.Requests+m.Others)
}

// Rate is how many answers there were in a second.
func (m Measurement) Rate() float64 { return float64(m.Requests+m.Others) / m.Took.Seconds() }

// Result is what a plan comes to.
type Result struct {
	Measurements []Measurement // in the order of the targets
	Thrown       int           // passes that do not count, because others were in the way
	Disturbed    int           // passes that count all the same, for lack of better ones
}

// pass is a window of each target, in the order of the targets.
type pass struct {
	windows []*window
	foreign float64 // share of the time that others took
}

// Bounds of what others may do.
const (
	foreign = .25 // share of the time of a pass
	most    = 2   // times as many passes as are to count, at most
)

// Run asks the targets as the plan says.
func (p Plan) Run() (Result, error) {
	servers := p.connect()
	defer func() {
		for _, s := range servers {
			s.close()
		}
	}()
	for _, s := range servers {
		if _, err := s.turn(p.Warm); err != nil {
			return Result{}, err
		}
	}
	passes, err := p.passes(servers)
	if err != nil {
		return Result{}, err
	}
	made := len(passes)
	passes = least(passes, p.Passes)
	result := Result{Thrown: made - len(passes)}
	for _, pass := range passes {
		if pass.foreign > foreign {
			result.Disturbed++
		}
	}
	for i, s := range servers {
		m, err := s.sum(passes, i)
		if err != nil {
			return Result{}, err
		}
		result.Measurements = append(result.Measurements, m)
	}
	return result, nil
}

// passes makes as many as are to count, and others for those that were disturbed.
func (p Plan) passes(servers []*server) ([]pass, error) {
	var passes []pass
	for undisturbed := 0; undisturbed < p.Passes && len(passes) < most*p.Passes; {
		one, err := p.pass(servers, uint64(len(passes)))
		if err != nil {
			return nil, err
		}
		if passes = append(passes, one); one.foreign <= foreign {
			undisturbed++
		}
	}
	return passes, nil
}

func (p Plan) pass(servers []*server, number uint64) (pass, error) {
	one := pass{windows: make([]*window, len(servers))}
	before, err := p.disturbance(servers)
	if err != nil {
		return one, err
	}
	begin := time.Now()
	for _, i := range order(p.Seed, number, len(servers)) {
		if one.windows[i], err = servers[i].turn(p.Window); err != nil {
			return one, err
		}
	}
	took := time.Since(begin)
	after, err := p.disturbance(servers)
	if !slices.ContainsFunc(p.Targets, func(t Target) bool { return t.Rate > 0 }) { // a rate leaves time to others
		one.foreign = after.since(before, took)
	}
	return one, err
}

// order is who has his turn when in a pass. It is the same in every run.
func order(seed, pass uint64, n int) []int {
	return rand.New(rand.NewPCG(seed, pass)).Perm(n) //nolint:gosec // to be repeatable
}

// least are so many of the passes, those in which others did least.
func least(passes []pass, n int) []pass {
	sorted := slices.Clone(passes)
	slices.SortStableFunc(sorted, func(a, b pass) int {
		switch {
		case a.foreign < b.foreign:
			return -1
		case a.foreign > b.foreign:
			return 1
		default:
			return 0
		}
	})
	return sorted[:min(n, len(sorted))]
}

// sum is what the windows of a server come to that count, with its memory by now.
func (s *server) sum(passes []pass, i int) (Measurement, error) {
	var m Measurement
	var times []time.Duration
	for _, pass := range passes {
		w := pass.windows[i]
		m.Requests += w.sum.Requests
		m.Others += w.sum.Others
		m.Failures += w.sum.Failures
		m.CPU += w.sum.CPU
		m.Accepted += w.sum.Accepted
		m.Took += w.sum.Took
		if w.sum.Failure != "" {
			m.Failure = w.sum.Failure
		}
		times = append(times, w.times...)
	}
	m.P50, m.P99 = load.Quantile(times, .5), load.Quantile(times, .99)
	for _, id := range s.processes {
		peak, resident := memory(id)
		m.Peak += peak
		m.Resident += resident
	}
	if m.Requests == 0 {
		return m, fmt.Errorf("%s: no answer has the status %d: %d have another, %d connections broke: %s", s.Name, s.Want, m.Others, m.Failures, m.Failure)
	}
	return m, nil
}
