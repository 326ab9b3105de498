package shed

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Limiter is a [Controller] for servers: safe for concurrent use, with a
// clock and a place to wait. Make one with [New].
type Limiter struct {
	mu         sync.Mutex
	controller *Controller
	epoch      time.Time
	timer      *time.Timer
	alarm      time.Duration // when the timer goes off, 0 if it does not
	crowded    atomic.Bool
	// Channels for those who wait, each with room for one verdict. They are the
	// limiter's own, since they must not leave the bubble of a test.
	signals sync.Pool
}

// New makes a limiter.
func New(cfg Config) *Limiter {
	l := &Limiter{epoch: time.Now()}
	l.signals.New = func() any { return make(chan struct{}, 1) }
	l.controller = NewController(cfg, rand.Uint64(), wake) //nolint:gosec // nothing to guess but cohorts
	return l
}

// wake tells a request that waits of its verdict.
func wake(p *Place) { p.ready <- struct{}{} }

// Acquire asks for a place, and waits for it where there is hope. It fills in
// the verdict and what belongs to it. Who is admitted has to call Release in the
// end, whatever happens. A request whose context ends while it waits is Rejected
// with [OutcomeAbandoned].
func (l *Limiter) Acquire(ctx context.Context, p *Place) Verdict {
	l.mu.Lock()
	if l.controller.Arrive(l.now(), p) != Waiting {
		l.unlock()
		return p.Verdict
	}
	ready := l.signals.Get().(chan struct{})
	p.ready = ready
	l.unlock()
	select {
	case <-ready:
	case <-ctx.Done():
		l.mu.Lock()
		l.controller.Leave(l.now(), p)
		decided := p.Outcome != OutcomeAbandoned
		l.unlock()
		if decided {
			<-ready
		}
	}
	p.ready = nil
	l.signals.Put(ready)
	if p.Verdict == Admitted && ctx.Err() != nil {
		l.Release(p, Unused)
		p.Verdict, p.Outcome = Rejected, OutcomeAbandoned
	}
	return p.Verdict
}

// Answered notes that the answer to an admitted request has begun: should its
// client leave from now on, the backend is taken to be done with it.
func (l *Limiter) Answered(p *Place) {
	l.mu.Lock()
	l.controller.Answered(l.now(), p)
	l.mu.Unlock()
}

// BecomeStream gives the place of an admitted request back, which goes on as a
// stream until Release. It is false if there are as many streams as may be: the
// request keeps its place.
func (l *Limiter) BecomeStream(p *Place) bool {
	l.mu.Lock()
	defer l.unlock()
	return l.controller.BecomeStream(l.now(), p)
}

// Release takes the place of an admitted request back. A second call does
// nothing.
func (l *Limiter) Release(p *Place, e Ending) {
	l.mu.Lock()
	l.controller.Release(l.now(), p, e)
	l.unlock()
}

// Configure changes the settings for those in flight and in the queue, too.
func (l *Limiter) Configure(cfg Config) {
	l.mu.Lock()
	l.controller.Configure(l.now(), cfg)
	l.unlock()
}

// Close rejects those who wait and all who come. Admitted requests still release
// their places.
func (l *Limiter) Close() {
	l.mu.Lock()
	l.controller.Close(l.now())
	l.unlock()
}

// Crowded reports whether a request that comes now may have to wait, in which
// case [Place.Size] is of interest.
func (l *Limiter) Crowded() bool { return l.crowded.Load() }

// Stats tells how things stand.
func (l *Limiter) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.controller.Stats(l.now())
}

// now is the time for the controller.
func (l *Limiter) now() time.Duration { return time.Since(l.epoch) }

// unlock sets the timer for what the controller wants to do next.
func (l *Limiter) unlock() {
	c := l.controller
	if crowded := c.queue.len > 0 || !c.free(Normal); crowded != l.crowded.Load() {
		l.crowded.Store(crowded)
	}
	if at, ok := c.Next(); ok && (l.alarm == 0 || at < l.alarm) {
		l.alarm = max(at, 1)
		wait := max(l.alarm-l.now(), 0)
		if l.timer == nil {
			l.timer = time.AfterFunc(wait, l.advance)
		} else {
			l.timer.Reset(wait)
		}
	}
	l.mu.Unlock()
}

// advance is what the timer does.
func (l *Limiter) advance() {
	l.mu.Lock()
	l.alarm = 0
	l.controller.Advance(l.now())
	l.unlock()
}
