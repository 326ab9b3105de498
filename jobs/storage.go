package jobs

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// Storage is where jobs are kept: whole values under keys whose parts are
// separated by slashes. It is what Caddy's storage modules offer.
type Storage interface {
	// Store puts a value at a key, in place of what was there.
	Store(ctx context.Context, key string, value []byte) error
	// Load gives the value at a key, or an error that is [fs.ErrNotExist].
	Load(ctx context.Context, key string) ([]byte, error)
	// Delete takes a key away, and all below it. It is no error if there is none.
	Delete(ctx context.Context, key string) error
	// List gives the keys right below a prefix, or all below it.
	List(ctx context.Context, prefix string, recursive bool) ([]string, error)
	// Lock takes the lock of a name, and waits for it.
	Lock(ctx context.Context, name string) error
	// Unlock gives it back.
	Unlock(ctx context.Context, name string) error
}

// ErrStorage says that the storage failed, or did not answer in time.
var ErrStorage = errors.New("the storage of jobs failed")

const (
	// storageTimeout is how long one operation of the storage may take.
	storageTimeout = 5 * time.Second
	// maxStuck bounds the operations that are under way at a time. A storage that
	// does not answer holds no more goroutines than these.
	maxStuck = 256
)

// vault asks a storage that may hang and does not care for contexts.
type vault struct {
	storage func() Storage // the one that is in use now
	places  chan struct{}
}

func newVault(storage func() Storage) *vault {
	return &vault{storage: storage, places: make(chan struct{}, maxStuck)}
}

// ask runs an operation, and waits for it no longer than it may take. One that
// does not end goes on by itself.
func ask[T any](ctx context.Context, v *vault, what, key string, limit time.Duration, operation func(context.Context, Storage) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	keepPace(ctx)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, context.DeadlineExceeded)
	select {
	case v.places <- struct{}{}:
	case <-ctx.Done():
		cancel()
		return none, failed(what, key, context.Cause(ctx))
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() { <-v.places }()
		value, err := operation(ctx, v.storage())
		answers <- answer{value, err}
	}()
	defer cancel()
	select {
	case a := <-answers:
		if a.err != nil {
			return none, failed(what, key, a.err)
		}
		return a.value, nil
	case <-ctx.Done():
		return none, failed(what, key, context.Cause(ctx))
	}
}

// storageError is an error of a storage, whose words may have keys in them.
type storageError struct {
	what string
	err  error
}

// Error hides what may be all that protects a job.
func (e *storageError) Error() string {
	return ErrStorage.Error() + ": " + e.what + ": " + redact(e.err.Error())
}

// Unwrap gives [ErrStorage] and the error of the storage.
func (e *storageError) Unwrap() []error { return []error{ErrStorage, e.err} }

// failed is the error of an operation; that there is no value is none of the
// storage's.
func failed(what, key string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &storageError{what: what + " " + redact(key), err: err}
}

// unreadable is the error where what stands beside jobs is corrupt: it may be written
// anew, or mended, and no job is broken by it.
func unreadable(key string, err error) error {
	if errors.Is(err, ErrCorrupt) {
		return &storageError{what: "read " + redact(key), err: errors.New("corrupt")}
	}
	return err
}

func (v *vault) store(ctx context.Context, key string, value []byte) error {
	_, err := ask(ctx, v, "store", key, storageTimeout, func(ctx context.Context, s Storage) (struct{}, error) {
		return struct{}{}, s.Store(ctx, key, value)
	})
	return err
}

func (v *vault) load(ctx context.Context, key string) ([]byte, error) {
	return ask(ctx, v, "load", key, storageTimeout, func(ctx context.Context, s Storage) ([]byte, error) {
		return s.Load(ctx, key)
	})
}

func (v *vault) remove(ctx context.Context, key string) error {
	_, err := ask(ctx, v, "delete", key, storageTimeout, func(ctx context.Context, s Storage) (struct{}, error) {
		return struct{}{}, s.Delete(ctx, key)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// list gives the names below a prefix. A directory that is not there has none.
// What disappears while the storage lists it may end the list early: what it gave
// until then counts.
func (v *vault) list(ctx context.Context, prefix string) ([]string, error) {
	keys, err := ask(ctx, v, "list", prefix, storageTimeout, func(ctx context.Context, s Storage) ([]string, error) {
		keys, err := s.List(ctx, prefix, false)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return keys, err
	})
	return below(prefix, keys), err
}

// lockTimeout is how long a lock may be waited for. The locks of files are looked
// at once in a second, and one that a process left behind counts for ten.
const lockTimeout = 15 * time.Second

// locked runs something under a lock of the storage. A storage may keep a lock only
// as long as the context of its taking, so that this one ends with the lock.
func (v *vault) locked(ctx context.Context, name string, run func() error) error {
	held, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	_, err := ask(ctx, v, "lock", name, lockTimeout, func(ctx context.Context, s Storage) (struct{}, error) {
		stop := context.AfterFunc(ctx, release)
		err := s.Lock(held, name)
		if !stop() && err == nil { // nobody waits for it any more
			_ = s.Unlock(context.WithoutCancel(ctx), name)
			err = ctx.Err()
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	defer func() {
		_, _ = ask(held, v, "unlock", name, storageTimeout, func(ctx context.Context, s Storage) (struct{}, error) {
			return struct{}{}, s.Unlock(ctx, name)
		})
	}()
	return run()
}
