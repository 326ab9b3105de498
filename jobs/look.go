package jobs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// Look tells of a job, whichever process runs it or ran it. Run is not nil where
// this one does, and the job has not ended. The error is [ErrNone], [ErrCorrupt] or
// one of the storage.
func (k *Keeper) Look(ctx context.Context, id ID) (Job, *Run, error) {
	k.mu.Lock()
	run, runs := k.running[id]
	unsaved, ended := k.unsaved[id]
	k.mu.Unlock()
	switch {
	case ended:
		return unsaved, nil, nil
	case runs && k.holds(run.job.Process):
		return run.job, run, nil
	case runs: // others may have told that it is lost
		k.fence()
		select {
		case <-run.done:
			return run.Job(), nil, nil
		case <-ctx.Done():
			return Job{}, nil, context.Cause(ctx)
		}
	}
	job, err := k.read(ctx, id, k.lose)
	if err == nil && job.expired(time.Now()) {
		err = ErrNone
	}
	return job, nil, err
}

// read reads a job from storage. One that turns out to be lost is handed to lose.
func (k *Keeper) read(ctx context.Context, id ID, lose func(context.Context, *Job) (Job, error)) (Job, error) {
	job, err := k.readEnd(ctx, id)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return job, err
	}
	begun, err := k.readRecord(ctx, id, k.root.begin(id))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Job{}, ErrNone
	case err != nil:
		return Job{}, err
	}
	fate, err := k.fateOf(ctx, &begun)
	if err != nil || fate == alive {
		return begun, err
	}
	// It may have ended between the two readings.
	if job, err = k.readEnd(ctx, id); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return job, err
	}
	return lose(ctx, &begun)
}

// readEnd reads how a job ended. What a process left that lost its lease does not
// count where somebody has found the job lost.
func (k *Keeper) readEnd(ctx context.Context, id ID) (Job, error) {
	end, err := k.readRecord(ctx, id, k.root.end(id))
	if err != nil || end.State == Lost {
		return end, err
	}
	fate, err := k.fateOf(ctx, &end)
	if err != nil || fate != fallen {
		return end, err
	}
	marks, err := k.marks(ctx, id)
	if err != nil || len(marks) == 0 {
		return end, err
	}
	return k.marked(ctx, &end, marks[0])
}

func (k *Keeper) readRecord(ctx context.Context, id ID, key string) (job Job, err error) {
	value, err := k.vault.load(ctx, key)
	if err != nil {
		return Job{}, err
	}
	content, err := unsealRecord(key, value, &job)
	if err == nil && job.Name != id.String() {
		err = fmt.Errorf("%w: %s is of another job", ErrCorrupt, redact(key))
	}
	if err != nil {
		return Job{}, err
	}
	job.ID = id
	if job.Outcome != nil && job.Outcome.Chunks == 0 {
		job.Outcome.inline = content
	}
	return job, nil
}

// fateOf tells what has become of the process of a job.
func (k *Keeper) fateOf(ctx context.Context, job *Job) (fate, error) {
	if k.holds(job.Process) {
		return alive, nil
	}
	return k.fates.of(ctx, job.Process)
}

// marks are the processes that have found a job lost.
func (k *Keeper) marks(ctx context.Context, id ID) (marks []string, err error) {
	names, err := k.vault.list(ctx, k.root.job(id))
	for _, name := range names {
		if process, ok := strings.CutPrefix(name, markPrefix); ok {
			marks = append(marks, process)
		}
	}
	return marks, err
}

// marked is a job that a process has found lost.
func (k *Keeper) marked(ctx context.Context, job *Job, process string) (Job, error) {
	key := k.root.mark(job.ID, process)
	var mark markRecord
	value, err := k.vault.load(ctx, key)
	if err == nil {
		_, err = unsealRecord(key, value, &mark)
	}
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return Job{}, err
	}
	return lost(job, mark), nil
}

func lost(job *Job, mark markRecord) Job {
	lost := *job
	lost.State, lost.Cause, lost.Outcome = Lost, Killed, nil
	lost.Since, lost.Expires = mark.At, mark.Expires
	return lost
}

// lostFor is how long a job that was found lost can be asked for.
const lostFor = 24 * time.Hour

// lose finds a job lost, and leaves a mark that says so. Where that can't be
// stored it is lost all the same: its process gave it up by itself.
func (k *Keeper) lose(ctx context.Context, job *Job) (Job, error) {
	marks, err := k.marks(ctx, job.ID)
	if err != nil {
		return Job{}, err
	}
	if len(marks) > 0 {
		return k.marked(ctx, job, marks[0])
	}
	now := time.Now().UTC()
	found := lost(job, markRecord{At: now, Expires: now.Add(lostFor)})
	l, err := k.hold(ctx)
	if err == nil {
		key := k.root.mark(job.ID, l.process)
		err = k.vault.store(ctx, key, sealRecord(key, markRecord{At: now, Expires: found.Expires}, nil))
	}
	if err != nil {
		k.failed(err)
		return found, nil
	}
	if k.watch.Ended != nil {
		k.watch.Ended(found, "")
	}
	return found, nil
}

// Part reads a part of the content of an outcome, the first of which is 0.
func (k *Keeper) Part(ctx context.Context, job *Job, n int) ([]byte, error) {
	if job.Outcome.Chunks == 0 {
		return job.Outcome.inline, nil
	}
	key := k.root.chunk(job.ID, n)
	value, err := k.vault.load(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %s is missing", ErrCorrupt, redact(key))
	}
	if err != nil {
		return nil, err
	}
	return unseal(key, value)
}

// Cancel cancels a job that has not ended, whichever process runs it. One that
// runs elsewhere ends when its process hears of it.
func (k *Keeper) Cancel(ctx context.Context, job *Job, run *Run) error {
	if run != nil {
		run.Stop(ctx, Canceled, ByClient)
		return nil
	}
	l, err := k.hold(ctx)
	if err != nil {
		return err
	}
	key := k.root.letter(job.Process, job.ID, l.process)
	return k.vault.store(ctx, key, seal(key))
}

// readMail cancels the jobs of this process that others have been asked to cancel.
func (k *Keeper) readMail(ctx context.Context, process string) {
	names, err := k.vault.list(ctx, k.root.mail(process))
	k.failed(err)
	for _, name := range names {
		text, _, _ := strings.Cut(name, ".")
		if id, ok := ParseID(text); ok {
			k.mu.Lock()
			run := k.running[id]
			k.mu.Unlock()
			if run != nil {
				run.Stop(ctx, Canceled, ByClient)
			}
		}
		k.failed(k.vault.remove(ctx, k.root.mail(process)+"/"+name))
	}
}

// Remove removes a job that has ended.
func (k *Keeper) Remove(ctx context.Context, job *Job) error {
	k.mu.Lock()
	delete(k.unsaved, job.ID)
	k.mu.Unlock()
	return k.remove(ctx, job)
}

// remove takes all away that is of a job. What proves that there is one goes first,
// so that one that was removed in part is none. Not every storage deletes what is
// below a key.
func (k *Keeper) remove(ctx context.Context, job *Job) error {
	id := job.ID
	if job.Key != "" {
		if err := k.forget(ctx, job); err != nil {
			return err
		}
	}
	for _, key := range []string{k.root.begin(id), k.root.end(id)} {
		if err := k.vault.remove(ctx, key); err != nil {
			return err
		}
	}
	names, err := k.vault.list(ctx, k.root.job(id))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := k.vault.remove(ctx, k.root.job(id)+"/"+name); err != nil {
			return err
		}
	}
	return k.vault.remove(ctx, k.root.job(id))
}

// forget removes the idempotency key of a job, unless it is another job's by now.
func (k *Keeper) forget(ctx context.Context, job *Job) error {
	record, err := k.keyed(ctx, k.root.key(job.Key))
	if err != nil || record.Job != job.ID.String() {
		if errors.Is(err, ErrStorage) {
			return err
		}
		return nil
	}
	return k.vault.remove(ctx, k.root.key(job.Key))
}
