package jobs

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"
)

const (
	// LeaseTime is how long a process vouches for its jobs without renewing it.
	LeaseTime = 30 * time.Second
	// renewEvery is how often a lease is renewed.
	renewEvery = 5 * time.Second
	// leaseMargin is how long after its end a lease still counts for others. It
	// covers clocks that differ, and a last write that is on its way.
	leaseMargin = 2 * storageTimeout
	// leaseMemory is how long after its end a lease is kept, so that look-ups find
	// that it ended in good order.
	leaseMemory = 24 * time.Hour
)

// fate is what has become of a process.
type fate uint8

const (
	alive  fate = iota
	ended       // in good order: all its jobs have an end
	fallen      // without a word: those that have no end are lost
)

// wall is the time by the clock on the wall, which goes on while a machine sleeps.
func wall() time.Time { return time.Now().Round(0) }

// fates knows what has become of other processes.
type fates struct {
	vault *vault
	root  root

	mu    sync.Mutex
	known map[string]knownFate
}

type knownFate struct {
	fate
	until time.Time // when to look again; zero: never
}

const (
	// maxFates bounds the processes that are remembered.
	maxFates = 1024
	// fateTime is how long it counts that a process is alive.
	fateTime = time.Second
)

// of tells what has become of a process.
func (f *fates) of(ctx context.Context, process string) (fate, error) {
	f.mu.Lock()
	known, ok := f.known[process]
	f.mu.Unlock()
	if ok && (known.until.IsZero() || time.Now().Before(known.until)) {
		return known.fate, nil
	}
	fate, err := f.look(ctx, process)
	if err != nil {
		return alive, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.known) >= maxFates {
		clear(f.known)
	}
	known = knownFate{fate: fate}
	if fate == alive {
		known.until = time.Now().Add(fateTime)
	}
	f.known[process] = known
	return fate, nil
}

// look reads the lease. One that can't be read says nothing, so that the process
// counts for gone only where there is none.
func (f *fates) look(ctx context.Context, process string) (fate, error) {
	lease, err := f.lease(ctx, process)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fallen, nil
	case err != nil:
		return alive, unreadable(f.root.lease(process), err)
	case lease.Ended:
		return ended, nil
	case wall().After(lease.Expires.Add(leaseMargin)):
		return fallen, nil
	}
	return alive, nil
}

func (f *fates) lease(ctx context.Context, process string) (lease leaseRecord, err error) {
	key := f.root.lease(process)
	value, err := f.vault.load(ctx, key)
	if err == nil {
		_, err = unsealRecord(key, value, &lease)
	}
	return lease, err
}
