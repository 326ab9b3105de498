package simulated

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"

	"github.com/statusgate/statusgate/shed"
	"github.com/statusgate/statusgate/shed/simulate"
)

// Failsafe is failsafe-go's adaptive limiter as the simulator sees it. It works
// in a bubble of synctest only.
type failsafe struct {
	limiter adaptivelimiter.AdaptiveLimiter[any]
	decided func(*simulate.Request)
	queues  bool
	permits map[*simulate.Request]adaptivelimiter.Permit
	leave   map[*simulate.Request]context.CancelFunc // of those that wait

	mu       sync.Mutex
	verdicts []verdict // not yet told the simulator
}

type builder = adaptivelimiter.Builder[any]

// Verdict is what the goroutine of a waiting request has got.
type verdict struct {
	r      *simulate.Request
	life   uint32
	permit adaptivelimiter.Permit // nil: rejected
}

// newFailsafe makes a limiter; configure may change its defaults, and nil does not.
func newFailsafe(sc *simulate.Scenario, configure func(*simulate.Scenario, builder), queues bool, decided func(*simulate.Request)) *failsafe {
	b := adaptivelimiter.NewBuilder[any]()
	if configure != nil {
		configure(sc, b)
	}
	return &failsafe{
		limiter: b.Build(),
		decided: decided,
		queues:  queues,
		permits: map[*simulate.Request]adaptivelimiter.Permit{},
		leave:   map[*simulate.Request]context.CancelFunc{},
	}
}

// Arrive implements [simulate.Limiter].
func (f *failsafe) Arrive(_ time.Duration, r *simulate.Request) shed.Verdict {
	if !f.queues {
		permit, ok := f.limiter.TryAcquirePermit()
		if !ok {
			return shed.Rejected
		}
		f.permits[r] = permit
		return shed.Admitted
	}
	ctx, cancel := context.WithCancel(context.Background())
	go f.wait(ctx, verdict{r: r, life: r.Life()})
	synctest.Wait()
	for i, v := range f.verdicts {
		if v.r != r || v.life != r.Life() {
			continue
		}
		f.verdicts = append(f.verdicts[:i], f.verdicts[i+1:]...)
		cancel()
		if v.permit == nil {
			return shed.Rejected
		}
		f.permits[r] = v.permit
		return shed.Admitted
	}
	f.leave[r] = cancel
	return shed.Waiting
}

// wait is the goroutine of a request.
func (f *failsafe) wait(ctx context.Context, v verdict) {
	permit, err := f.limiter.AcquirePermit(ctx)
	if err == nil {
		v.permit = permit
	}
	f.mu.Lock()
	f.verdicts = append(f.verdicts, v)
	f.mu.Unlock()
}

// Done implements [simulate.Limiter].
func (f *failsafe) Done(_ time.Duration, r *simulate.Request, e shed.Ending) {
	permit := f.permits[r]
	delete(f.permits, r)
	if e == shed.Served {
		permit.Record()
	} else {
		permit.Drop()
	}
}

// Leave implements [simulate.Limiter].
func (f *failsafe) Leave(_ time.Duration, r *simulate.Request) {
	f.leave[r]()
	delete(f.leave, r)
}

// Next implements [simulate.Limiter]: it lets the goroutines run until all of
// them wait again.
func (f *failsafe) Next() (time.Duration, bool) {
	if !f.queues {
		return 0, false
	}
	synctest.Wait()
	return 0, len(f.verdicts) > 0
}

// Advance implements [simulate.Limiter].
func (f *failsafe) Advance(time.Duration) {
	for len(f.verdicts) > 0 {
		verdicts := f.verdicts
		f.verdicts = nil
		for _, v := range verdicts {
			f.tell(v)
		}
		synctest.Wait() // one that was given back may have gone to the next
	}
}

func (f *failsafe) tell(v verdict) {
	cancel, waits := f.leave[v.r]
	if !waits || v.life != v.r.Life() { // it left, and may have got a permit nevertheless
		if v.permit != nil {
			v.permit.Drop()
		}
		return
	}
	cancel()
	delete(f.leave, v.r)
	v.r.Verdict = shed.Rejected
	if v.permit != nil {
		v.r.Verdict = shed.Admitted
		f.permits[v.r] = v.permit
	}
	f.decided(v.r)
}

// Limit implements [simulate.Limiter].
func (f *failsafe) Limit() int { return f.limiter.Limit() }

// close lets the goroutines end, which the bubble insists on.
func (f *failsafe) close() {
	for _, cancel := range f.leave {
		cancel()
	}
	synctest.Wait()
}

// Interface guards.
var _ simulate.Limiter = (*failsafe)(nil)
