package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/load"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// trial is one gateway under one load.
type trial struct {
	rival    rival.Rival
	replicas int // backends; default: 1
	backend  backend.Settings
	load     load.Config
	requests float64 // per second, if it is not the rate of the load
	alone    bool    // no other trial runs beside this one
	limit    bool    // record the limit over time
	script   []step
	// before and after run when the gateway has started, and once the load has ended.
	before, after func(context.Context, *stand) error
}

// step is something that happens during a trial.
type step struct {
	at time.Duration
	do func(context.Context, *stand) error
}

// every makes a step of each interval.
func every(interval, until time.Duration, do func(context.Context, *stand) error) []step {
	var steps []step
	for at := interval; at < until; at += interval {
		steps = append(steps, step{at, do})
	}
	return steps
}

// outcome is what a trial comes to.
type outcome struct {
	*load.Result
	rival string
	sheds bool
	peak  int64     // the most requests inside the backends at a time
	times []float64 // when the limit was read, in seconds
	limit []float64 // what it was
	leak  int       // places that were not given back
}

// try makes a trial.
func (lab *Lab) try(ctx context.Context, t trial) (outcome, error) {
	need := t.requests
	if need == 0 {
		need = t.load.Rate
	}
	if t.alone {
		need = budget
	}
	leave, err := lab.rooms.enter(ctx, int(need)+100)
	if err != nil {
		return outcome{}, err
	}
	defer leave()
	s, err := lab.stand(ctx, t.rival, t.replicas, t.backend)
	if err != nil {
		return outcome{}, err
	}
	defer s.stop()
	o, err := t.run(ctx, s)
	if err != nil {
		return o, fmt.Errorf("%s: %w", t.rival.Name, err)
	}
	return o, nil
}

func (t trial) run(ctx context.Context, s *stand) (outcome, error) {
	o := outcome{rival: t.rival.Name, sheds: t.rival.Sheds}
	if t.before != nil {
		if err := t.before(ctx, s); err != nil {
			return o, err
		}
	}
	playing, cancel := context.WithCancel(ctx)
	defer cancel()
	var beside sync.WaitGroup
	var scriptError error
	t.load.Address, t.load.Mark, t.load.Deadline = s.gateway.Address, backend.Header, deadline
	t.load.StartedAt = func(start time.Time) {
		beside.Go(func() { scriptError = play(playing, s, start, t.script) })
		if t.limit {
			beside.Go(func() { o.watch(playing, s, start) })
		}
	}
	var err error
	o.Result, err = load.Run(ctx, t.load)
	cancel()
	beside.Wait()
	if err := errors.Join(err, scriptError); err != nil {
		return o, err
	}
	for _, m := range s.members {
		stats, err := m.control.Stats(ctx, false)
		if err != nil {
			return o, err
		}
		o.peak += stats.Peak
	}
	if t.after != nil {
		if err := t.after(ctx, s); err != nil {
			return o, err
		}
	}
	if t.rival.Sheds {
		o.leak, err = s.leak(ctx)
	}
	return o, err
}

// play takes the steps of the script when it is their time.
func play(ctx context.Context, s *stand, start time.Time, script []step) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, step := range script {
		timer.Reset(time.Until(start.Add(step.at)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		if err := step.do(ctx, s); err != nil {
			return fmt.Errorf("at %v: %w", step.at, err)
		}
	}
	return nil
}

// watch reads the limit four times a second.
func (o *outcome) watch(ctx context.Context, s *stand, start time.Time) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if value, ok, err := s.gateway.Metric(ctx, metricLimit); err == nil && ok {
			o.times = append(o.times, time.Since(start).Seconds())
			o.limit = append(o.limit, value)
		}
	}
}

// tries makes trials side by side, as far as there is room, and returns what
// they come to in their order.
func (lab *Lab) tries(ctx context.Context, trials []trial) ([]outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results, failures := make([]outcome, len(trials)), make([]error, len(trials))
	var wait sync.WaitGroup
	for i, t := range trials {
		wait.Go(func() {
			if results[i], failures[i] = lab.try(ctx, t); failures[i] != nil {
				cancel()
			}
		})
	}
	wait.Wait()
	return results, firstCause(failures)
}

// firstCause is the failure that had the others called off.
func firstCause(failures []error) error {
	var called error
	for _, err := range failures {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		called = cmp.Or(called, err)
	}
	return called
}

// recovery is how long after a moment the first second began that satisfies;
// -1 if none did.
func (o outcome) recovery(from time.Duration, satisfies func(load.Summary) bool, filter load.Filter) time.Duration {
	const pace = 250 * time.Millisecond
	for at := from; at+time.Second <= o.Duration; at += pace {
		if satisfies(o.Window(at, at+time.Second, filter)) {
			return at - from
		}
	}
	return -1
}

// delivers is a condition for recovery: so many good answers in a second.
func delivers(goodput float64) func(load.Summary) bool {
	return func(s load.Summary) bool { return s.Goodput >= goodput }
}
