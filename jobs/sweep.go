package jobs

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

const (
	// firstSweep is when the first shard is swept.
	firstSweep = 2 * time.Second
	// sweepEvery is how long after one shard the next is swept: all in nine minutes.
	sweepEvery = 2 * time.Second
	// sweepShare is how much of the time sweeping may take: one part in this many.
	sweepShare = 20
	// sweepStep is how many operations a sweep asks of the storage before it rests.
	// It asks one at a time, and holds no lock meanwhile.
	sweepStep = 32
	// sweepRest is how long it rests: requests have the storage for themselves.
	sweepRest = 10 * time.Millisecond
	// maxExpiries bounds the jobs whose end is remembered, so that they need not be
	// read again each time.
	maxExpiries = 200_000
)

// sweeper goes through the shards, one after the other.
type sweeper struct {
	busy     chan struct{} // has room for who sweeps
	next     int
	expiries map[ID]time.Time // of jobs that have ended
	suspects map[string]bool  // what was there without a record when it was looked at
	limit    int              // of both
}

func newSweeper() sweeper {
	return sweeper{busy: make(chan struct{}, 1), expiries: make(map[ID]time.Time), suspects: make(map[string]bool), limit: maxExpiries}
}

// pace counts what a sweep asks of the storage, and how long it has rested.
type pace struct {
	asked  int
	rested time.Duration
}

type paceKey struct{}

// paced has the operations that are asked with a context rest at times.
func paced(ctx context.Context) (context.Context, *pace) {
	p := new(pace)
	return context.WithValue(ctx, paceKey{}, p), p
}

// unpaced lets none rest whom others wait for.
func unpaced(ctx context.Context) context.Context { return context.WithValue(ctx, paceKey{}, nil) }

// keepPace rests where a sweep has asked for enough. Requests never do.
func keepPace(ctx context.Context) {
	p, sweeps := ctx.Value(paceKey{}).(*pace)
	if !sweeps {
		return
	}
	if p.asked == sweepStep {
		began := time.Now()
		pause(ctx, sweepRest)
		p.asked, p.rested = 0, p.rested+time.Since(began)
	}
	p.asked++
}

// sweepAlways sweeps one shard after the other, until the context ends.
func (k *Keeper) sweepAlways(ctx context.Context) {
	for due := firstSweep; pause(ctx, due); {
		due = k.sweep(ctx)
	}
}

// sweep sweeps a shard, and tells when the next is due.
func (k *Keeper) sweep(ctx context.Context) time.Duration {
	k.sweeper.busy <- struct{}{}
	defer func() { <-k.sweeper.busy }()
	ctx, pace := paced(ctx)
	began := time.Now()
	shard := k.sweeper.next
	k.sweeper.next = (shard + 1) % shards
	k.sweepJobs(ctx, shard)
	k.sweepKeys(ctx, shard)
	if shard == 0 {
		k.sweepLeases(ctx)
	}
	return max(sweepEvery, sweepShare*(time.Since(began)-pace.rested))
}

// Sweep goes through all that is in storage at once: it removes what has expired,
// and leaves marks at jobs that are lost.
func (k *Keeper) Sweep(ctx context.Context) {
	k.sweeper.busy <- struct{}{}
	defer func() { <-k.sweeper.busy }()
	ctx, _ = paced(ctx)
	for shard := range shards {
		k.sweepJobs(ctx, shard)
		k.sweepKeys(ctx, shard)
	}
	k.sweepLeases(ctx)
}

func (k *Keeper) sweepJobs(ctx context.Context, shard int) {
	names, err := k.vault.list(ctx, k.root.shard(shard))
	if err != nil {
		k.failed(err)
		return
	}
	expired := 0
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		if id, ok := ParseID(name); ok && k.sweepJob(ctx, id) {
			expired++
		}
	}
	if expired > 0 && k.watch.Expired != nil {
		k.watch.Expired(expired)
	}
}

// sweepJob removes a job if it has expired.
func (k *Keeper) sweepJob(ctx context.Context, id ID) (expired bool) {
	s, now := &k.sweeper, time.Now()
	if until, ok := s.expiries[id]; ok && now.Before(until) {
		return false
	}
	k.mu.Lock()
	_, runs := k.running[id]
	_, unmade := k.unmade[id]
	k.mu.Unlock()
	if runs || unmade {
		return false
	}
	job, err := k.read(ctx, id, k.lose)
	switch {
	case errors.Is(err, ErrNone):
		k.sweepRemains(ctx, k.root.job(id), func() error { return k.remove(ctx, &Job{ID: id}) })
	case err != nil:
		k.failed(err)
	case job.expired(now):
		delete(s.expiries, id)
		err = k.remove(ctx, &job)
		k.failed(err)
		return err == nil
	case job.Over():
		if len(s.expiries) >= s.limit {
			clear(s.expiries)
		}
		s.expiries[id] = job.Expires
	}
	return false
}

// sweepRemains removes what has no record, if it had none when it was looked at
// before: it may be about to be made.
func (k *Keeper) sweepRemains(ctx context.Context, name string, remove func() error) {
	s := &k.sweeper
	if !s.suspects[name] {
		if len(s.suspects) >= s.limit {
			clear(s.suspects)
		}
		s.suspects[name] = true
		return
	}
	delete(s.suspects, name)
	if ctx.Err() == nil {
		k.failed(remove())
	}
}

// sweepKeys removes idempotency keys that have expired.
func (k *Keeper) sweepKeys(ctx context.Context, shard int) {
	names, err := k.vault.list(ctx, k.root.keyShard(shard))
	k.failed(err)
	for _, name := range names {
		if ctx.Err() != nil {
			return
		}
		key := k.root.keyShard(shard) + "/" + name
		switch record, err := k.keyed(ctx, key); {
		case errors.Is(err, ErrCorrupt):
			k.sweepRemains(ctx, key, func() error { return k.vault.remove(ctx, key) })
		case err == nil && time.Now().After(record.Expires):
			k.failed(k.vault.remove(ctx, key))
		}
	}
}

// sweepLeases removes leases that nobody needs any more: without one, what a
// process left without an end counts for lost. One that can't be read is removed
// when it could not be before: a process that is alive renews it.
func (k *Keeper) sweepLeases(ctx context.Context) {
	names, err := k.vault.list(ctx, k.root.leases())
	k.failed(err)
	for _, process := range names {
		key := k.root.lease(process)
		lease, err := k.fates.lease(ctx, process)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, ErrCorrupt):
			k.sweepRemains(ctx, key, func() error { return k.vault.remove(ctx, key) })
		case err != nil:
			k.failed(err)
			return
		case wall().After(lease.Expires.Add(leaseMemory)):
			k.failed(k.vault.remove(ctx, k.root.mail(process)))
			k.failed(k.vault.remove(ctx, key))
		}
	}
}
