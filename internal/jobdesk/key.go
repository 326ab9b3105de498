package jobdesk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

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
	texts := append(target(t.original), t.content)
	if len(owner) == 0 {
		texts = append(texts, credentials(t.original)...)
	}
	if t.key.fingerprint, err = k.Code(ctx, "request", texts...); err != nil {
		return id, err
	}
	return k.Find(ctx, t.key.code, t.key.fingerprint)
}

// target is what a request asks for, as its client wrote it: sites and paths may
// share a gate behind which they are told apart no more.
func target(r *http.Request) [][]byte {
	method, uri := r.Method, r.URL
	if original, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok && original.URL != nil { // it has no host
		method, uri = original.Method, original.URL
	}
	return [][]byte{[]byte(method), []byte(strings.ToLower(r.Host)), []byte(uri.RequestURI())}
}

// credentialFields are those by which backends know who asks.
var credentialFields = [...]string{
	"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key", "Apikey", "X-Auth-Token", "X-Access-Token",
	"X-Amz-Security-Token", "Private-Token", "X-Forwarded-User", "X-Remote-User", "Remote-User",
}

// credentials are what a request says of who asks. Where the gate doesn't know that,
// who only knows an idempotency key must not get what somebody else has asked for.
func credentials(r *http.Request) (texts [][]byte) {
	for _, name := range credentialFields {
		for _, line := range r.Header[name] {
			texts = append(texts, []byte(name), []byte(line))
		}
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		texts = append(texts, []byte("certificate"), r.TLS.PeerCertificates[0].Raw)
	}
	return texts
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
