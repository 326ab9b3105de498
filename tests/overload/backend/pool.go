// Package backend is the server that the experiments overload: a few workers
// with a queue in front of them, as PHP and Java servers have. It serves by
// timers, not by burning CPU, and works on what it was asked even if the client
// has gone.
package backend

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Settings are what can be switched while a backend runs.
type Settings struct {
	Workers int           // requests served at a time
	Mean    time.Duration // mean service time
	Shape   Shape         // distribution of the service times; fixed at the start
	Backlog int           // requests that may wait; 0: any number
	// Collapse makes a server that does worse the more it is asked: n requests
	// in a server of C workers take 1 + Collapse*(n-C)/C times as long.
	Collapse float64
	Slow     float64 // factor on service times; 0 is 1
	Stalled  bool    // no request is begun
	Errors   float64 // share of requests answered by a 500, after their service
	Broken   bool    // every request is answered by a 503 at once
	Seed     uint64
}

// Stats is what a backend has done so far.
type Stats struct {
	Served    int64 // requests worked on to the end
	Abandoned int64 // those of them whose client had gone
	Refused   int64 // requests that found the backlog full, or the backend broken
	Failed    int64 // requests answered by a 500
	Inside    int64 // requests that wait or are worked on, now
	Peak      int64 // the most of them since the last reset
	Streams   int64 // open event streams
	Service   time.Duration
}

// lateness is how late a worker may wake up and still make up for it, so that
// timers do not cost capacity. One that was stopped for longer does not.
const lateness = 20 * time.Millisecond

// job is a request in the pool. What becomes of it is sent once.
type job struct {
	arrived time.Time
	result  chan bool // whether the service succeeded
	gone    atomic.Bool
}

// Pool serves requests by workers that sleep.
type Pool struct {
	mu       sync.Mutex
	wake     *sync.Cond
	settings Settings
	queue    []*job
	busy     int
	workers  int // running goroutines, numbered from 0
	closed   bool
	draws    *sampler
	rng      *rand.Rand
	stats    Stats
}

// NewPool starts the workers. Close stops them.
func NewPool(settings Settings) (*Pool, error) {
	draws, err := newSampler(settings.Shape, settings.Seed)
	if err != nil {
		return nil, err
	}
	p := &Pool{draws: draws, rng: rand.New(rand.NewPCG(settings.Seed, 8))} //nolint:gosec // an experiment is to be repeatable
	p.wake = sync.NewCond(&p.mu)
	p.Set(settings)
	return p, nil
}

// Set switches the pool over. A request that is being worked on ends as it began.
func (p *Pool) Set(settings Settings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if settings.Slow == 0 {
		settings.Slow = 1
	}
	p.settings = settings
	for ; p.workers < settings.Workers && !p.closed; p.workers++ {
		go p.work(p.workers)
	}
	p.wake.Broadcast()
}

// Settings tells how the pool is switched now.
func (p *Pool) Settings() Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings
}

// Stats tells what was done so far. reset begins a new peak.
func (p *Pool) Stats(reset bool) Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	stats := p.stats
	if reset {
		p.stats.Peak = p.stats.Inside
	}
	return stats
}

// Close ends the workers once their request is done.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.wake.Broadcast()
}

// Verdict is what became of a request.
type Verdict int

// The verdicts that there are.
const (
	Served  Verdict = iota // a 200
	Failed                 // a 500
	Refused                // a 503
	Gone                   // the client left; the pool works on
)

// Do has a request served.
func (p *Pool) Do(ctx context.Context) Verdict {
	j := p.enqueue()
	if j == nil {
		return Refused
	}
	select {
	case ok := <-j.result:
		if ok {
			return Served
		}
		return Failed
	case <-ctx.Done():
		j.gone.Store(true)
		return Gone
	}
}

func (p *Pool) enqueue() *job {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settings.Broken || p.closed || p.settings.Backlog > 0 && len(p.queue) >= p.settings.Backlog {
		p.stats.Refused++
		return nil
	}
	j := &job{arrived: time.Now(), result: make(chan bool, 1)}
	p.queue = append(p.queue, j)
	p.stats.Inside++
	p.stats.Peak = max(p.stats.Peak, p.stats.Inside)
	p.wake.Broadcast()
	return j
}

// work is the i-th worker.
func (p *Pool) work(i int) {
	var free time.Time
	for {
		j, service, ok := p.take(i)
		if !ok {
			return
		}
		start := j.arrived
		if free.After(start) {
			start = free
		}
		if now := time.Now(); now.Sub(start) > lateness {
			start = now
		}
		free = start.Add(service)
		time.Sleep(time.Until(free))
		p.finish(j, service)
	}
}

// take waits for a request, and says how long it takes.
func (p *Pool) take(i int) (*job, time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.closed || i >= p.settings.Workers && i == p.workers-1:
			p.workers--
			p.wake.Broadcast() // the one before may be too many, too
			return nil, 0, false
		case i < p.settings.Workers && !p.settings.Stalled && len(p.queue) > 0:
			j := p.queue[0]
			p.queue[0], p.queue = nil, p.queue[1:]
			p.busy++
			factor := p.settings.Slow
			if over := float64(p.stats.Inside)/float64(p.settings.Workers) - 1; over > 0 {
				factor *= 1 + p.settings.Collapse*over
			}
			return j, time.Duration(float64(p.draws.draw(p.settings.Mean)) * factor), true
		}
		p.wake.Wait()
	}
}

func (p *Pool) finish(j *job, service time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy--
	p.stats.Inside--
	p.stats.Served++
	p.stats.Service += service
	if j.gone.Load() {
		p.stats.Abandoned++
	}
	ok := p.rng.Float64() >= p.settings.Errors
	if !ok {
		p.stats.Failed++
	}
	j.result <- ok
}
