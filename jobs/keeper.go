package jobs

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrNone says that there is no job of an ID, or none any more.
var ErrNone = errors.New("no such job")

// ErrFull says that as many jobs run as may, or that those that have ended take as much
// as they may.
var ErrFull = errors.New("as many jobs run, or are kept, as may")

// ErrClosing says that the process ends, and begins no jobs any more.
var ErrClosing = errors.New("no jobs are begun any more")

// Watch is told what happens. Its functions may be called from any goroutine, and
// should return soon. Each may be nil.
type Watch struct {
	// Running is told how many jobs run. It must not call the keeper.
	Running func(jobs int)
	// Ended is told of a job that has ended, with the label of its plan; "" where
	// another process ran it.
	Ended func(job Job, label string)
	// Expired is told how many jobs were removed because their time was over.
	Expired func(jobs int)
	// Failed is told of an error of the storage that no caller gets.
	Failed func(error)
}

// Keeper keeps the jobs of a namespace for one process: it runs some, and answers
// for all. It is safe for concurrent use.
type Keeper struct {
	vault     *vault
	root      root
	watch     Watch
	fates     fates
	estimates Estimates
	codes     codes
	claims    claims
	buffers   buffers
	sweeper   sweeper

	mu       sync.Mutex
	lease    *lease        // nil: there is none yet, or it was not renewed in time
	renewing chan struct{} // has room for whoever renews the lease
	running  map[ID]*Run
	places   int // of those that run and of those that are about to
	kept     kept
	closing  bool
	unsaved  map[ID]Job       // whose end is not stored yet
	unmade   map[ID]time.Time // which are to be removed again, since when
}

// lease is the one that this process holds.
type lease struct {
	process string
	expires time.Time // by the clock on the wall
}

// NewKeeper makes the keeper of a namespace. Storage gives the storage that is to
// be used from now on; it is asked each time.
func NewKeeper(name string, storage func() Storage, watch Watch) *Keeper {
	v, r := newVault(storage), rootOf(name)
	return &Keeper{
		vault: v, root: r, watch: watch,
		fates: fates{vault: v, root: r, known: make(map[string]knownFate)},
		codes: codes{vault: v, root: r, asking: make(chan struct{}, 1)}, claims: claims{held: make(map[string]chan struct{})},
		sweeper: newSweeper(), renewing: make(chan struct{}, 1),
		running: make(map[ID]*Run), unsaved: make(map[ID]Job), unmade: make(map[ID]time.Time),
	}
}

// Estimates tell how long jobs take.
func (k *Keeper) Estimates() *Estimates { return &k.estimates }

// Running is how many jobs this process runs.
func (k *Keeper) Running() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.places
}

// hold gives the lease, and takes or renews one where that is due.
func (k *Keeper) hold(ctx context.Context) (*lease, error) {
	if l := k.held(renewEvery); l != nil {
		return l, nil
	}
	return k.renew(ctx)
}

// held gives the lease if it counts for some time still.
func (k *Keeper) held(left time.Duration) *lease {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lease == nil || k.lease.expires.Sub(wall()) < left {
		return nil
	}
	return k.lease
}

// renew stores the lease anew. One that is over is over: its process is given up,
// and another one begins.
func (k *Keeper) renew(ctx context.Context) (*lease, error) {
	select {
	case k.renewing <- struct{}{}:
		defer func() { <-k.renewing }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	k.fence()
	now := wall()
	next := &lease{expires: now.Add(LeaseTime)}
	k.mu.Lock()
	before := k.lease
	switch {
	case before == nil:
		next.process = newProcess()
	case before.expires.Sub(now) > LeaseTime-time.Second: // somebody has just done it
		k.mu.Unlock()
		return before, nil
	default:
		next.process = before.process
	}
	k.mu.Unlock()
	key := k.root.lease(next.process)
	if err := k.vault.store(unpaced(ctx), key, sealRecord(key, leaseRecord{Expires: next.expires}, nil)); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lease != before || before != nil && !wall().Before(before.expires) {
		return nil, errLate // the storage took too long: the old one has ended meanwhile
	}
	k.lease = next
	return next, nil
}

// errLate says that the lease was not renewed before it ended.
var errLate = errors.New("the lease of this process was not renewed in time")

// fence gives up the process whose lease has ended, and with it the jobs that it
// runs: others may have told already that they are lost.
func (k *Keeper) fence() {
	k.mu.Lock()
	var lost []*Run
	if k.lease != nil && !wall().Before(k.lease.expires) {
		for _, run := range k.running {
			if run.job.Process == k.lease.process {
				lost = append(lost, run)
			}
		}
		k.lease = nil
	}
	k.mu.Unlock()
	for _, run := range lost {
		run.lose()
	}
}

// Serve renews the lease, saves what could not be saved, hears of jobs that others
// cancel and removes what has expired, until the context ends. However long the
// removal takes, the lease does not wait for it.
func (k *Keeper) Serve(ctx context.Context) {
	var sweeping sync.WaitGroup
	defer sweeping.Wait()
	sweeping.Go(func() { k.sweepAlways(ctx) })
	renewal := time.NewTicker(renewEvery)
	defer renewal.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renewal.C:
			k.tick(ctx)
		}
	}
}

// tick is what is done each time the lease is renewed. A process without jobs
// needs no lease.
func (k *Keeper) tick(ctx context.Context) {
	k.fence()
	k.mu.Lock()
	needed := k.lease != nil
	k.mu.Unlock()
	if needed {
		l, err := k.renew(ctx)
		if err != nil {
			k.failed(err)
			return // so will the rest
		}
		k.readMail(ctx, l.process)
	}
	k.saveRest(ctx)
}

func (k *Keeper) failed(err error) {
	if err != nil && k.watch.Failed != nil {
		k.watch.Failed(err)
	}
}

// Close ends the process: no job is begun any more, those that run get the time
// until the context ends, and are recorded as lost then. The caller sees to it that
// the handlers of canceled jobs end.
func (k *Keeper) Close(ctx context.Context) {
	k.mu.Lock()
	k.closing = true
	runs := make([]*Run, 0, len(k.running))
	for _, run := range k.running {
		runs = append(runs, run)
	}
	k.mu.Unlock()
	for _, run := range runs {
		select {
		case <-run.done:
		case <-ctx.Done():
		}
	}
	final, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), closeTimeout, context.DeadlineExceeded)
	defer cancel()
	k.mu.Lock()
	runs = runs[:0]
	for _, run := range k.running {
		runs = append(runs, run)
	}
	k.mu.Unlock()
	var saving sync.WaitGroup
	for _, run := range runs {
		saving.Go(func() { run.End(final, Job{State: Lost, Cause: Stopped}) })
	}
	saving.Wait()
	k.saveRest(final)
	k.resign(final)
}

// closeTimeout is how long the records of the last jobs may take.
const closeTimeout = 2 * storageTimeout

// resign ends the lease in good order, unless a job of it has no end in storage.
func (k *Keeper) resign(ctx context.Context) {
	k.mu.Lock()
	l := k.lease
	k.lease = nil
	open := len(k.unsaved) > 0
	k.mu.Unlock()
	if l == nil || open {
		return
	}
	key := k.root.lease(l.process)
	k.failed(k.vault.store(ctx, key, sealRecord(key, leaseRecord{Expires: wall(), Ended: true}, nil)))
}

// Reopen lets jobs begin again on a keeper that was closed.
func (k *Keeper) Reopen() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closing = false
}
