package jobdesk

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// key is what stands in storage for the idempotency key of a request, and for the
// request: their codes.
type key struct{ code, fingerprint string }

// Known answers a request with an idempotency key that has a job already; it is nil
// where there is none. Where that can't be known, nothing is done: the backend might
// do it twice.
func (t *Turn) Known(at Place) *Answer {
	if t.wish.Key == "" || t.never {
		return nil
	}
	ctx := t.original.Context()
	id, err := t.find(ctx)
	if errors.Is(err, jobs.ErrNone) {
		return nil
	}
	return t.repeat(ctx, id, err, at)
}

// find looks for the job of the idempotency key. A key is its owner's: others have
// keys of their own.
func (t *Turn) find(ctx context.Context) (id jobs.ID, err error) {
	k, owner := t.desk.Keeper(), []byte(t.desk.Owner(t.original))
	if t.key.code, err = k.Code(ctx, "key", owner, []byte(t.wish.Key)); err != nil {
		return id, err
	}
	request := t.original
	t.key.fingerprint, err = k.Code(ctx, "request", []byte(request.Method), []byte(request.URL.RequestURI()), t.content)
	if err != nil {
		return id, err
	}
	return k.Find(ctx, t.key.code, t.key.fingerprint)
}

// repeat answers with the job that an earlier request of the same key has made; it
// is nil where that is gone.
func (t *Turn) repeat(ctx context.Context, id jobs.ID, err error, at Place) *Answer {
	d := t.desk
	if errors.Is(err, jobs.ErrOtherRequest) {
		return refusal(http.StatusBadRequest, "This Idempotency-Key was used for another request.", "", "http_request_denied")
	}
	var (
		job jobs.Job
		run *jobs.Run
	)
	if err == nil {
		job, run, err = d.Keeper().Look(ctx, id)
	}
	switch {
	case errors.Is(err, jobs.ErrNone):
		return nil
	case err != nil:
		return d.fault(err)
	}
	if left := t.wish.After - time.Since(t.began); !job.Over() && left > 0 {
		job = d.await(ctx, &job, run, left)
	}
	a := d.show(t.original, &job, at)
	if !job.Over() {
		t.promise(a, &job, at)
	}
	return a
}

// BadKey answers a request whose idempotency key is none.
func BadKey() *Answer {
	return refusal(http.StatusBadRequest, "The Idempotency-Key is not one text of 1 to 255 visible characters.", "", "http_request_denied")
}

// Claim makes a job of a request with an idempotency key before the backend is
// asked, so that of two at once one is. It answers the other; it is nil for the one.
func (t *Turn) Claim(at Place) *Answer {
	if t.key.code == "" || t.never {
		return nil
	}
	ctx := context.WithoutCancel(t.original.Context())
	plan, err := t.prepare(ctx)
	if err != nil {
		t.refused(err)
		return nil
	}
	plan.Key, plan.Fingerprint = t.key.code, t.key.fingerprint
	run, there, err := t.desk.Keeper().Claim(ctx, plan)
	switch {
	case errors.Is(err, jobs.ErrOtherRequest), err == nil && run == nil:
		return t.repeat(t.original.Context(), there, err, at)
	case err != nil:
		t.refused(err)
		return nil
	}
	t.take(run)
	t.Writer.keep(run, t.inVain)
	return nil
}
