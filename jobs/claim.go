package jobs

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// ErrOtherRequest says that an idempotency key was used for another request.
var ErrOtherRequest = errors.New("the idempotency key was used for another request")

// codes makes codes of what must not be in storage in the clear, with a secret
// that all processes of a namespace share.
type codes struct {
	vault *vault
	root  root

	asking chan struct{} // has room for whoever asks the storage
	secret atomic.Pointer[[]byte]
}

// secretSize is how long the secret is, in bytes.
const secretSize = 32

// Code makes a code of some texts, which nobody makes without the secret of the
// namespace. The purpose keeps codes for different purposes apart.
func (k *Keeper) Code(ctx context.Context, purpose string, texts ...[]byte) (string, error) {
	secret, err := k.codes.get(ctx)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, secret)
	for _, text := range append([][]byte{[]byte(purpose)}, texts...) {
		_, _ = fmt.Fprintf(mac, "%d:", len(text))
		_, _ = mac.Write(text)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}

// get gives the secret. The first process makes it. One that is corrupt is for a
// person to remove: without it, nobody owns the jobs that are there.
func (c *codes) get(ctx context.Context) ([]byte, error) {
	if secret := c.secret.Load(); secret != nil {
		return *secret, nil
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	secret, err := c.load(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		err = c.vault.locked(ctx, c.root.secret(), func() error {
			secret, err = c.load(ctx)
			if errors.Is(err, fs.ErrNotExist) {
				secret = make([]byte, secretSize)
				_, _ = rand.Read(secret) // it never fails
				err = c.vault.store(ctx, c.root.secret(), seal(c.root.secret(), secret))
			}
			return err
		})
	}
	if err == nil {
		c.secret.Store(&secret)
	}
	return secret, unreadable(c.root.secret(), err)
}

func (c *codes) load(ctx context.Context) ([]byte, error) {
	value, err := c.vault.load(ctx, c.root.secret())
	if err != nil {
		return nil, err
	}
	return unseal(c.root.secret(), value)
}

// claims keeps requests of one idempotency key from running at once in this
// process.
type claims struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// take waits until nobody else has the key.
func (c *claims) take(ctx context.Context, key string) (giveBack func(), err error) {
	for {
		c.mu.Lock()
		taken, ok := c.held[key]
		if !ok {
			mine := make(chan struct{})
			c.held[key] = mine
			c.mu.Unlock()
			return func() {
				c.mu.Lock()
				delete(c.held, key)
				c.mu.Unlock()
				close(mine)
			}, nil
		}
		c.mu.Unlock()
		select {
		case <-taken:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Find gives the job of an idempotency key, [ErrNone] if it has none, or
// [ErrOtherRequest] where that is of a request with another fingerprint. Key and
// fingerprint are codes. A job that ended with 503 holds its key no more: its client
// was told to come back.
func (k *Keeper) Find(ctx context.Context, key, fingerprint string) (ID, error) {
	name := k.root.key(key)
	record, err := k.keyed(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return ID{}, ErrNone
	}
	id, ok := ParseID(record.Job)
	switch {
	case err != nil || !ok:
		return ID{}, unreadable(name, cmp.Or(err, ErrCorrupt))
	case !record.Expires.IsZero() && time.Now().After(record.Expires):
		return ID{}, ErrNone
	case record.Fingerprint != fingerprint:
		return ID{}, ErrOtherRequest
	}
	if job, _, err := k.Look(ctx, id); err == nil && job.putOff() {
		return ID{}, ErrNone
	}
	return id, nil
}

// keyed reads the record of an idempotency key.
func (k *Keeper) keyed(ctx context.Context, name string) (record keyRecord, err error) {
	value, err := k.vault.load(ctx, name)
	if err == nil {
		_, err = unsealRecord(name, value, &record)
	}
	return record, err
}

// Claim begins the job of an idempotency key, unless there is one: then it gives
// the ID of that. Of requests with the same key at once, in any process, one
// begins.
func (k *Keeper) Claim(ctx context.Context, plan *Plan) (run *Run, there ID, err error) {
	giveBack, err := k.claims.take(ctx, plan.Key)
	if err != nil {
		return nil, ID{}, failed("claim", k.root.key(plan.Key), err)
	}
	defer giveBack()
	err = k.vault.locked(ctx, k.root.key(plan.Key), func() error {
		there, err = k.Find(ctx, plan.Key, plan.Fingerprint)
		if err == nil {
			_, _, err = k.Look(ctx, there)
		}
		if !errors.Is(err, ErrNone) {
			return err
		}
		there = ID{}
		run, err = k.beginKeyed(ctx, plan)
		return err
	})
	return run, there, err
}

func (k *Keeper) beginKeyed(ctx context.Context, plan *Plan) (*Run, error) {
	run, err := k.Begin(ctx, plan)
	if err != nil {
		return nil, err
	}
	name := k.root.key(plan.Key)
	record := keyRecord{Job: run.job.Name, Fingerprint: plan.Fingerprint, Expires: time.Now().Add(keyTime + plan.Keep).UTC()}
	if err := k.vault.store(ctx, name, sealRecord(name, record, nil)); err != nil {
		ctx = context.WithoutCancel(ctx)
		run.Unmake(ctx)
		k.failed(k.vault.remove(ctx, name)) // it may stand there in half
		return nil, err
	}
	return run, nil
}

// keyTime is how much longer than its outcome an idempotency key is known: at
// least as long as a job may run.
const keyTime = 24 * time.Hour
