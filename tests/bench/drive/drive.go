// Package drive asks a server for answers and measures what they cost it. It
// runs in a process of its own, on another core than the server.
package drive

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statusgate/statusgate/tests/overload/load"
)

// Plan is what is asked, and how.
type Plan struct {
	Address     string // host and port
	Request     Request
	Connections int           // kept alive
	Warm        time.Duration // before the measurement
	Window      time.Duration // of the measurement
	Rate        float64       // requests per second, at random (Poisson); 0: each connection asks again at once
	Want        int           // the status that is measured
	PID         int           // the server's process, with its children
	Core        int           // where it runs
	Backend     *Backend      // behind the server, if there is one
}

// Backend is what stands behind the server. It shares a core with the client.
type Backend struct {
	Address string // host and port; /accepted says how many connections it has accepted
	PID     int
	Core    int
	First   bool // whether backend and client come before all others there
}

// Measurement is what a window comes to.
type Measurement struct {
	Requests int64         // answered with the status that was wanted
	Others   int64         // answered otherwise
	Failures int64         // connections that broke
	Failure  string        // why the last did
	CPU      time.Duration // of the server
	Foreign  float64       // share that others took of the server's core, or of the client's if that is more
	Accepted int64         // connections that the backend has accepted meanwhile
	Took     time.Duration
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

// phases of a run.
const (
	warming int32 = iota
	measuring
	over
)

// runner is a plan that runs.
type runner struct {
	Plan
	request []byte
	phase   atomic.Int32
	due     chan time.Time // when there is a rate
	mu      sync.Mutex
	sum     Measurement
	times   []time.Duration
	wait    sync.WaitGroup
	begun   sync.WaitGroup // until all connections are there
}

// Run drives the server for as long as the plan says.
func (p Plan) Run() (Measurement, error) {
	r := &runner{Plan: p, request: p.Request.bytes()}
	if p.Rate > 0 {
		r.due = make(chan time.Time, 1<<16)
		go r.schedule()
	}
	r.begun.Add(p.Connections)
	for range p.Connections {
		r.wait.Go(r.connection)
	}
	r.begun.Wait()
	time.Sleep(p.Warm)
	before, err := p.take()
	if err != nil {
		return Measurement{}, err
	}
	begin := time.Now()
	r.phase.Store(measuring)
	time.Sleep(p.Window)
	r.phase.Store(over)
	took := time.Since(begin)
	after, err := p.take()
	if err != nil {
		return Measurement{}, err
	}
	finished := make(chan struct{})
	go func() { r.wait.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-time.After(exchangeTimeout):
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.sum
	m.Took, m.CPU, m.Accepted = took, after.process-before.process, after.accepted-before.accepted
	m.Foreign = after.foreign(before) / took.Seconds()
	m.Peak, m.Resident = after.peak, after.resident
	slices.Sort(r.times)
	m.P50, m.P99 = load.Quantile(r.times, .5), load.Quantile(r.times, .99)
	if m.Requests == 0 {
		return m, fmt.Errorf("no answer has the status %d: %d have another, %d connections broke: %s", p.Want, m.Others, m.Failures, m.Failure)
	}
	return m, nil
}

// schedule has requests fall due.
func (r *runner) schedule() {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // to be repeatable
	for next := time.Now(); r.phase.Load() != over; {
		next = next.Add(time.Duration(-math.Log(1-rng.Float64()) / r.Rate * float64(time.Second)))
		time.Sleep(time.Until(next))
		select {
		case r.due <- next:
		default: // so late that it does not matter any more
		}
	}
	close(r.due)
}

// connection asks over one connection, or its successors where it breaks.
func (r *runner) connection() {
	c := &conn{address: r.Address}
	defer c.close()
	_ = c.dial() // the first exchange tries again
	r.begun.Done()
	times := make([]time.Duration, 0, 1<<12)
	var sum Measurement
	for r.phase.Load() != over {
		begin := time.Now()
		if r.due != nil {
			var more bool
			if begin, more = <-r.due; !more {
				break
			}
		}
		status, err := c.exchange(r.request)
		if r.phase.Load() != measuring {
			continue
		}
		switch {
		case err != nil:
			sum.Failures++
			sum.Failure = err.Error()
		case status == r.Want:
			sum.Requests++
			times = append(times, time.Since(begin))
		default:
			sum.Others++
			sum.Failure = fmt.Sprintf("status %d", status)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = append(r.times, times...)
	r.sum.Requests += sum.Requests
	r.sum.Others += sum.Others
	r.sum.Failures += sum.Failures
	if sum.Failure != "" {
		r.sum.Failure = sum.Failure
	}
}

var errEnded = errors.New("the process has ended")
