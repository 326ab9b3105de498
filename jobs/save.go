package jobs

import (
	"context"
	"time"
)

// saveTries is how often the end of a job is tried to be stored before its outcome
// is given up.
const saveTries = 3

// save stores the end of a job, and reports whether it counts: only where the
// process held its lease all the time. What could not be stored is stored later.
func (k *Keeper) save(ctx context.Context, final *Job) bool {
	for try := range saveTries {
		if try > 0 && !pause(ctx, time.Duration(try)*saveWait) {
			break
		}
		l := k.held(storageTimeout)
		if l == nil {
			l, _ = k.renew(ctx)
		}
		if l == nil || l.process != final.Process {
			continue
		}
		err := k.storeEnd(ctx, final)
		k.failed(err)
		if err == nil && k.holds(final.Process) {
			return true
		}
	}
	return false
}

// saveWait is how long the first pause between two tries is.
const saveWait = 200 * time.Millisecond

// pause waits, unless the context ends meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// holds reports whether a process still holds its lease.
func (k *Keeper) holds(process string) bool {
	l := k.held(0)
	return l != nil && l.process == process
}

func (k *Keeper) storeEnd(ctx context.Context, final *Job) error {
	key := k.root.end(final.ID)
	var content []byte
	if final.Outcome != nil {
		content = final.Outcome.inline
	}
	return k.vault.store(ctx, key, sealRecord(key, final, content))
}

// maxUnsaved bounds the ends that wait for the storage, and what was taken back. Of
// more ends than these, the lease that is not renewed tells the same; what was taken
// back was removed at once, and nobody has been told of it.
const maxUnsaved = 10_000

// later has the end of a lost job stored when the storage works again.
func (k *Keeper) later(final *Job) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.unsaved) < maxUnsaved {
		k.unsaved[final.ID] = *final
	}
}

// unmadeTime is for how long a job that was taken back is removed again and again:
// longer than a storage may be at work on it.
const unmadeTime = time.Minute

// restStep is how many of those that wait are taken at a time, so that nobody waits
// long for the keeper, nor the lease for its renewal.
const restStep = 512

// saveRest stores the ends that wait, and removes again some of what was taken back.
func (k *Keeper) saveRest(ctx context.Context) {
	for ends := k.someUnsaved(); len(ends) > 0; ends = k.someUnsaved() {
		for i := range ends {
			if err := k.storeEnd(ctx, &ends[i]); err != nil {
				k.failed(err)
				return
			}
			k.mu.Lock()
			delete(k.unsaved, ends[i].ID)
			k.mu.Unlock()
		}
	}
	for _, job := range k.someUnmade() {
		if err := k.remove(ctx, &job); err != nil {
			k.failed(err)
			return
		}
		k.mu.Lock()
		if time.Since(k.unmade[job.ID]) > unmadeTime {
			delete(k.unmade, job.ID)
		}
		k.mu.Unlock()
	}
}

func (k *Keeper) someUnsaved() (ends []Job) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, job := range k.unsaved {
		if ends = append(ends, job); len(ends) == restStep {
			break
		}
	}
	return ends
}

func (k *Keeper) someUnmade() (unmade []Job) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range k.unmade {
		if unmade = append(unmade, Job{ID: id}); len(unmade) == restStep {
			break
		}
	}
	return unmade
}
