package jobs

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Plan says what a job is to be.
type Plan struct {
	// Owner is the code of who may ask, "" for whoever knows the ID.
	Owner string
	// Key and Fingerprint are the codes of an idempotency key and of its request,
	// "" for none.
	Key, Fingerprint string
	// Label is for [Watch].
	Label string
	// Began is when the request came.
	Began time.Time
	// Kind is of which kind it is, for [Estimates].
	Kind uint64
	// Keep is how long its outcome can be asked for.
	Keep time.Duration
	// Limit is how long its outcome may be, in bytes.
	Limit int64
	// Max is how many jobs may run at a time, this one included.
	Max int
	// Total is what the jobs may take that this process has ended and that have not
	// expired, in bytes; beyond it, none is begun. 0 is no bound.
	Total int64
	// Cancel ends the work. It is called at most once, when the job is over before
	// the work is; its argument says why.
	Cancel func(Cause)
}

// Run is a job that this process runs.
type Run struct {
	keeper *Keeper
	plan   Plan
	job    Job // as it was begun
	spool  Spool

	ending atomic.Bool // somebody decides how it ends
	ended  atomic.Pointer[Job]
	done   chan struct{} // closed when the job has ended
	placed sync.Once     // the place is given back
}

// Begin begins a job: it is in storage when Begin returns. The error is [ErrFull],
// [ErrClosing] or one of the storage; there is no job then.
func (k *Keeper) Begin(ctx context.Context, plan *Plan) (*Run, error) {
	if err := k.take(plan); err != nil {
		return nil, err
	}
	run, err := k.begin(ctx, plan)
	if err != nil {
		k.giveBack()
	}
	return run, err
}

func (k *Keeper) take(plan *Plan) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.closing:
		return ErrClosing
	case k.places >= plan.Max, plan.Total > 0 && k.kept.at(time.Now()) >= plan.Total:
		return ErrFull
	}
	k.places++
	k.changed()
	return nil
}

func (k *Keeper) giveBack() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.places--
	k.changed()
}

func (k *Keeper) changed() {
	if k.watch.Running != nil {
		k.watch.Running(k.places)
	}
}

func (k *Keeper) begin(ctx context.Context, plan *Plan) (*Run, error) {
	l, err := k.hold(ctx)
	if err != nil {
		return nil, err
	}
	id := NewID()
	run := &Run{keeper: k, plan: *plan, done: make(chan struct{})}
	run.job = Job{
		ID: id, Name: id.String(), Process: l.process, Owner: plan.Owner, Key: plan.Key, Began: plan.Began.UTC(), Since: time.Now().UTC(),
	}
	if expected := k.estimates.Expect(plan.Kind); expected > 0 {
		run.job.Expected = run.job.Began.Add(expected)
	}
	run.spool.run = run
	k.mu.Lock()
	k.running[id] = run
	k.mu.Unlock()
	key := k.root.begin(id)
	if err := k.vault.store(ctx, key, sealRecord(key, &run.job, nil)); err != nil {
		k.unmake(context.WithoutCancel(ctx), run)
		return nil, err
	}
	return run, nil
}

// ID names the job.
func (r *Run) ID() ID { return r.job.ID }

// Job is the job as it stands.
func (r *Run) Job() Job {
	if ended := r.ended.Load(); ended != nil {
		return *ended
	}
	return r.job
}

// Done is closed when the job has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// Spool is where the content of the outcome goes.
func (r *Run) Spool() *Spool { return &r.spool }

// Unmake takes back a job that nobody has been told of.
func (r *Run) Unmake(ctx context.Context) {
	r.keeper.unmake(ctx, r)
	r.Release()
}

// unmake removes a job again. The storage may be at work on it still, so it is
// removed once more later.
func (k *Keeper) unmake(ctx context.Context, run *Run) {
	id := run.job.ID
	k.mu.Lock()
	delete(k.running, id)
	if len(k.unmade) < maxUnsaved {
		k.unmade[id] = time.Now()
	}
	k.mu.Unlock()
	k.failed(k.remove(ctx, &run.job))
}

// Release gives the place of the job back: nothing is done for it any more.
func (r *Run) Release() { r.placed.Do(r.keeper.giveBack) }

// End ends the job with an outcome, whose content is in the spool, or with a state
// and a cause. A job ends once: what comes later is dropped. It returns the job as
// it has ended. Nobody is told of an outcome before it is stored: until then, a
// process that vanishes makes a lost job of it.
func (r *Run) End(ctx context.Context, end Job) Job {
	if !r.ending.CompareAndSwap(false, true) {
		<-r.done
		return *r.ended.Load()
	}
	k := r.keeper
	if end.Outcome != nil && !r.spool.finish(ctx, end.Outcome) {
		end = Job{State: Lost, Cause: Unstored}
	}
	final := r.final(end)
	if !k.save(ctx, &final) {
		final = r.final(Job{State: Lost, Cause: Unstored})
		k.later(&final)
	}
	r.told(&final)
	return final
}

// final is how a job ends.
func (r *Run) final(end Job) Job {
	final := r.job
	final.State, final.Cause, final.Outcome = end.State, end.Cause, end.Outcome
	final.Since = time.Now().UTC()
	final.Expires = final.Since.Add(r.plan.Keep)
	return final
}

// told makes the end known.
func (r *Run) told(final *Job) {
	k := r.keeper
	k.mu.Lock()
	r.ended.Store(final)
	delete(k.running, final.ID)
	k.kept.add(final)
	k.mu.Unlock()
	close(r.done)
	r.spool.drop()
	if final.Outcome != nil {
		k.estimates.Took(r.plan.Kind, final.Since.Sub(final.Began))
	}
	if r.plan.Cancel != nil && final.Outcome == nil {
		r.plan.Cancel(final.Cause)
	}
	if k.watch.Ended != nil {
		k.watch.Ended(*final, r.plan.Label)
	}
}

// lose ends the job at once as lost; its record follows when the storage takes it.
// Where somebody is ending it already, he finds out by himself.
func (r *Run) lose() {
	if r.ending.CompareAndSwap(false, true) {
		final := r.final(Job{State: Lost, Cause: Unstored})
		r.keeper.later(&final)
		r.told(&final)
	}
}

// Stop ends the job without an outcome, and cancels its work.
func (r *Run) Stop(ctx context.Context, state State, cause Cause) Job {
	return r.End(ctx, Job{State: state, Cause: cause})
}
