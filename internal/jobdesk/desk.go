// Package jobdesk ties the jobs of package jobs to Caddy: which requests may
// become jobs, how the handlers behind a gate go on when their client has its 202,
// what the job resource answers, and what operators see of it.
//
// A request that may become a job takes a [Turn]. Its handlers run on a goroutine
// of their own, with a context, a replacer, variables and log fields of their own,
// and write to a [Writer]. As long as nobody has been answered, that may still
// become the client's own: from the first byte of an answer in time, everything
// goes to the client as if there were no jobs. Otherwise the client gets its 202,
// and what the handlers write is kept.
package jobdesk

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/jobs"
)

// Options say which requests of a gate become jobs, and how those are kept.
type Options struct {
	// Name is the namespace in storage.
	Name string
	// Gate is the name of the gate.
	Gate string
	// Path is where jobs live, without a slash at its end.
	Path string
	// After is how long a client waits before it gets its 202.
	After time.Duration
	// Keep is how long an outcome can be asked for.
	Keep time.Duration
	// Timeout is how long the backend may take.
	Timeout time.Duration
	// Running is how many jobs may run at a time.
	Running int
	// Request is how long the content of a request may be, in bytes.
	Request int64
	// Result is how long an outcome may be, in bytes.
	Result int64
	// Total is what all outcomes may take that have not expired, in bytes.
	Total int64
	// Owner is the template of who may ask. Its placeholders are known to be
	// well-formed.
	Owner string
	// Cancel says whether DELETE cancels.
	Cancel bool
	// Matchers take the requests that may become jobs; nil: those that prefer it.
	Matchers caddyhttp.MatcherSets
	// Storage is where jobs are kept.
	Storage jobs.Storage
	// Logger is the log of the gate.
	Logger *zap.Logger
}

// Desk is a gate's way to its jobs, which other gates and other configurations may
// share. It is safe for concurrent use.
type Desk struct {
	Options
	owner   ownerTemplate
	keeper  *keeper
	metrics *metrics
	events  events
}

// New gives a gate its desk. The registry is that of the configuration. Close gives
// the desk back.
func New(reg *prometheus.Registry, o *Options) (*Desk, error) {
	m, err := newMetrics(reg, o.Gate)
	if err != nil {
		return nil, err
	}
	d := &Desk{Options: *o, owner: parseOwner(o.Owner), metrics: m}
	d.events.logger = o.Logger
	d.keeper = takeKeeper(d)
	return d, nil
}

// Keeper keeps the jobs.
func (d *Desk) Keeper() *jobs.Keeper { return d.keeper.Keeper }

// Wish is what a request that may become a job asks for.
type Wish struct {
	// After is how long its client waits at most.
	After time.Duration
	// Async says that it prefers a 202 (RFC 7240 §4.1).
	Async bool
	// Key is its idempotency key, "" for none.
	Key string
}

// Wish tells whether a request may become a job. It fails where a matcher does, or
// where the idempotency key is none.
func (d *Desk) Wish(r *http.Request) (w Wish, ok bool, err error) {
	prefer := jobs.Preferences{}
	if lines := r.Header["Prefer"]; len(lines) > 0 {
		prefer = jobs.ParsePrefer(lines)
	}
	switch {
	case d.Matchers == nil && !prefer.Async, isNoJob(r):
		return w, false, nil
	case d.Matchers != nil:
		if ok, err = d.Matchers.AnyMatchWithError(r); !ok || err != nil {
			return w, false, err
		}
	}
	w.After, w.Async = d.After, prefer.Async
	switch {
	case prefer.Waits:
		w.After = min(w.After, prefer.Wait)
	case prefer.Async:
		w.After = 0
	}
	if lines := r.Header["Idempotency-Key"]; len(lines) > 0 {
		w.Key, err = idempotencyKey(lines)
	}
	return w, err == nil, err
}

// Turn begins a turn for a request that may become a job.
func (d *Desk) Turn(w http.ResponseWriter, r *http.Request, wish Wish) *Turn {
	return newTurn(d, w, r, wish)
}

// ownerCode is the code of who asks, "" where nobody knows.
func (d *Desk) ownerCode(ctx context.Context, r *http.Request) (string, error) {
	owner := d.Owner(r)
	if owner == "" {
		return "", nil
	}
	return d.Keeper().Code(ctx, "owner", []byte(owner))
}

// Owner tells who asks, "" where nobody knows.
func (d *Desk) Owner(r *http.Request) string {
	replacer, _ := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	return d.owner.expand(replacer)
}
