package jobdesk

import (
	"context"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/jobs"
)

// Accepted is the 202 of a turn that has become a job.
func (t *Turn) Accepted(at Place) *Answer {
	job := t.run.Job()
	a := t.desk.pending(t.original, &job, at)
	t.promise(a, &job, at)
	return a
}

// promise tells where the outcome will be.
func (t *Turn) promise(a *Answer, job *jobs.Job, at Place) {
	a.Header.Set("Location", t.desk.URI(at, job.ID))
	if t.wish.Async {
		a.Header.Set("Preference-Applied", "respond-async")
	}
}

// Report serves a request that might become a job, where none is made: it counts
// what would have become of it.
func (d *Desk) Report(rw http.ResponseWriter, wish Wish, serve func(http.ResponseWriter) error) error {
	began := time.Now()
	w := &firstByte{ResponseWriterWrapper: &caddyhttp.ResponseWriterWrapper{ResponseWriter: rw}}
	defer func() {
		if w.at.IsZero() {
			w.at = time.Now()
		}
		if w.at.Sub(began) >= wish.After {
			d.metrics.outcomes[accepted].Inc()
		} else {
			d.metrics.outcomes[finishedInTime].Inc()
		}
	}()
	return serve(w)
}

// firstByte takes the time when an answer begins.
type firstByte struct {
	*caddyhttp.ResponseWriterWrapper
	at time.Time
}

// WriteHeader implements [http.ResponseWriter].
func (w *firstByte) WriteHeader(status int) {
	if w.at.IsZero() && status >= 200 {
		w.at = time.Now()
	}
	w.ResponseWriterWrapper.WriteHeader(status)
}

// Settle shows the handlers in front what those behind the gate have made of the
// request, and what has been decided on its answer, if that is the client's. It is
// called when the handlers have ended.
func (t *Turn) Settle(record *telemetry.Record) {
	if t.settle() {
		record.LogTo(t.original)
	}
}

func (t *Turn) settle() bool {
	if !t.settled && t.Writer.settle() {
		t.settled = true
		t.chain.giveBack(t.original, t.Request)
	}
	return t.settled
}

// Close ends a turn whose handlers were not called.
func (t *Turn) Close(record *telemetry.Record) {
	t.Settle(record)
	t.chain.cancel(context.Canceled)
}
