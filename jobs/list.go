package jobs

import (
	"context"
	"errors"
	"time"
)

// List gives all jobs of the namespace to a function until that fails, in no
// particular order. It changes nothing in storage. Records that can't be read are
// told as an error in the end; the rest is given all the same.
func (k *Keeper) List(ctx context.Context, each func(Job) error) error {
	var unread []error
	for shard := range shards {
		names, err := k.vault.list(ctx, k.root.shard(shard))
		if err != nil {
			return err
		}
		for _, name := range names {
			id, ok := ParseID(name)
			if !ok {
				continue
			}
			job, err := k.read(ctx, id, onlyTell)
			switch {
			case errors.Is(err, ErrNone), err == nil && job.expired(time.Now()):
			case errors.Is(err, ErrCorrupt):
				unread = append(unread, err)
			case err != nil:
				return err
			default:
				if err := each(job); err != nil {
					return err
				}
			}
		}
	}
	return errors.Join(unread...)
}

// onlyTell tells of a lost job and leaves no mark.
func onlyTell(_ context.Context, job *Job) (Job, error) {
	return lost(job, markRecord{At: job.Since}), nil
}
