package jobdesk

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statusgate/statusgate/jobs"
	"github.com/statusgate/statusgate/negotiate"
)

// Resource is what a request asks of a job.
type Resource struct {
	// ID is the job.
	ID jobs.ID
	// state says that only its state is asked for, at any time.
	state bool
}

// statePath follows the path of a job: its state, whatever has become of it.
const statePath = "/state"

// Resource tells whether a request is for a job. Only what is well-formed is ours.
func (d *Desk) Resource(r *http.Request) (Resource, bool) {
	rest, ok := strings.CutPrefix(r.URL.Path, d.Path)
	if !ok || len(rest) < 2 || rest[0] != '/' {
		return Resource{}, false
	}
	text, isState := strings.CutSuffix(rest[1:], statePath)
	id, ok := jobs.ParseID(text)
	return Resource{ID: id, state: isState}, ok
}

// Answer is what a client gets of a job.
type Answer struct {
	// Job is the short form of its ID, State the word for where it stands; "" where
	// there is none.
	Job, State string
	// Status is the status.
	Status int
	// Header has the fields.
	Header http.Header
	// Length is how long the content is, in bytes.
	Length int64
	// Write writes the content, nil for none.
	Write func(io.Writer) error
	// Problem says that a problem is the content, nil for none.
	Problem *Problem
}

// Problem is what a problem says that tells of a job.
type Problem struct {
	// Detail is a sentence on what is the matter.
	Detail string
	// Provisioning is the state in the words of pollers of Azure's kind, "" for none.
	Provisioning string
	// Error is the error type of RFC 9209 §2.3.
	Error string
}

// Place is where clients find jobs: the scheme and host by which they reached the
// gate, and what stands in front of its paths.
type Place struct{ Scheme, Host, Prefix string }

// URI is that of a job.
func (d *Desk) URI(p Place, id jobs.ID) string {
	return p.Scheme + "://" + p.Host + p.Prefix + d.Path + "/" + id.String()
}

const (
	// maxWait bounds how long a client may wait for a job to end.
	maxWait = 30 * time.Second
	// lookEvery is how often it is looked meanwhile whether a job has ended that
	// another process runs.
	lookEvery = time.Second
)

// Serve answers a request for a job.
func (d *Desk) Serve(r *http.Request, res Resource, at Place) *Answer {
	ctx := r.Context()
	methods := "GET, HEAD, DELETE"
	job, run, err := d.find(ctx, r, res.ID)
	switch {
	case err != nil:
		return d.fault(err)
	case res.state:
		methods = "GET, HEAD"
	case r.Method == http.MethodDelete, r.Method == http.MethodPost && isCancelForm(r, at):
		return d.delete(ctx, r, &job, run, at)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return notAllowed(methods)
	}
	if prefer := jobs.ParsePrefer(r.Header["Prefer"]); prefer.Waits && !job.Over() {
		job = d.await(ctx, &job, run, min(prefer.Wait, maxWait))
	}
	var a *Answer
	if res.state {
		a = d.showState(&job, at)
	} else {
		a = d.show(r, &job, at)
	}
	return revalidate(r, a)
}

// find looks for a job of who asks. One of somebody else is none.
func (d *Desk) find(ctx context.Context, r *http.Request, id jobs.ID) (jobs.Job, *jobs.Run, error) {
	job, run, err := d.Keeper().Look(ctx, id)
	if err != nil || job.Owner == "" {
		return job, run, err
	}
	owner, err := d.ownerCode(ctx, r)
	if err == nil && owner != job.Owner {
		err = jobs.ErrNone
	}
	return job, run, err
}

// await waits for a job to end.
func (d *Desk) await(ctx context.Context, job *jobs.Job, run *jobs.Run, wait time.Duration) jobs.Job {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var done <-chan struct{}
	if run != nil {
		done = run.Done()
	}
	for {
		select {
		case <-done:
			return run.Job()
		case <-ctx.Done():
			return *job
		case <-timer.C:
			return *job
		case <-look.C:
			if run != nil {
				continue
			}
			if now, _, err := d.Keeper().Look(ctx, job.ID); err == nil && now.Over() {
				return now
			}
		}
	}
}

// fault answers where a job can't be told of.
func (d *Desk) fault(err error) *Answer {
	switch {
	case errors.Is(err, jobs.ErrNone):
		return refusal(http.StatusNotFound, "There is no such job, or it can't be asked for any more.", "", "http_request_denied")
	case errors.Is(err, jobs.ErrCorrupt):
		d.events.failed(err)
		return refusal(http.StatusInternalServerError, "What was kept of this job can't be read any more.", "Failed", "proxy_internal_error")
	}
	d.events.failed(err)
	return refusal(http.StatusServiceUnavailable, "The storage of jobs does not answer for now.", "", "proxy_internal_error")
}

func refusal(status int, detail, provisioning, proxyError string) *Answer {
	return &Answer{
		Status: status, Header: http.Header{"Cache-Control": {"no-store"}},
		Problem: &Problem{Detail: detail, Provisioning: provisioning, Error: proxyError},
	}
}

func notAllowed(methods string) *Answer {
	a := refusal(http.StatusMethodNotAllowed, "A job can be read, and canceled where that is allowed.", "", "http_request_denied")
	a.Header.Set("Allow", methods)
	return a
}

// delete cancels a job that runs, and removes one that has ended.
func (d *Desk) delete(ctx context.Context, r *http.Request, job *jobs.Job, run *jobs.Run, at Place) *Answer {
	if job.Over() {
		if err := d.Keeper().Remove(context.WithoutCancel(ctx), job); err != nil {
			return d.fault(err)
		}
		return tell(job, http.StatusOK, d.links(job, at), "application/json", []byte(`{"removed":true}`+"\n"))
	}
	if !d.Cancel {
		return notAllowed("GET, HEAD")
	}
	if err := d.Keeper().Cancel(context.WithoutCancel(ctx), job, run); err != nil {
		return d.fault(err)
	}
	return d.pending(r, job, at)
}

// show tells of a job what its client waits for.
func (d *Desk) show(r *http.Request, job *jobs.Job, at Place) *Answer {
	switch {
	case !job.Over():
		return d.pending(r, job, at)
	case job.Outcome == nil:
		return d.without(job, at)
	}
	return d.outcome(r.Context(), job, at)
}

// links are the fields of all answers of a job.
func (d *Desk) links(job *jobs.Job, at Place) http.Header {
	state := d.URI(at, job.ID) + statePath
	return http.Header{
		"Cache-Control": {"no-store"},
		"Link":          {`<` + state + `>; rel="status"; type="application/json"`},
		"Etag":          {etag(job)},
	}
}

// etag changes whenever the state of a job does.
func etag(job *jobs.Job) string {
	return `"` + job.ID.Short() + "-" + job.State.String() + "-" + strconv.FormatInt(job.Since.UnixMilli(), 36) + `"`
}

// pending tells that a job runs: to programs as JSON, to people as a page.
func (d *Desk) pending(r *http.Request, job *jobs.Job, at Place) *Answer {
	retry := jobs.RetryAfter(job, time.Now())
	h := d.links(job, at)
	h.Set("Retry-After", strconv.Itoa(retry))
	h.Set("Vary", "Accept")
	if wantsPage(r.Header["Accept"]) {
		h.Set("Content-Security-Policy", pagePolicy)
		return tell(job, http.StatusAccepted, h, "text/html; charset=utf-8", page(job, d.URI(at, job.ID), retry, d.Cancel))
	}
	return tell(job, http.StatusAccepted, h, "application/json", d.state(job, at))
}

// pendingTypes are what tells that a job runs, the first where nothing is preferred.
var pendingTypes, _ = negotiate.NewOffers("application/json", "text/html")

// wantsPage reports whether a client would rather have a page than JSON.
func wantsPage(accept []string) bool {
	i, ok := pendingTypes.Choose(accept)
	return ok && i == 1
}

// showState tells the state of a job, whatever it is.
func (d *Desk) showState(job *jobs.Job, at Place) *Answer {
	h := d.links(job, at)
	if !job.Over() {
		h.Set("Retry-After", strconv.Itoa(jobs.RetryAfter(job, time.Now())))
	}
	return tell(job, http.StatusOK, h, "application/json", d.state(job, at))
}

// tell is an answer of our own.
func tell(job *jobs.Job, status int, h http.Header, contentType string, content []byte) *Answer {
	h.Set("Content-Type", contentType)
	return &Answer{
		Job: job.ID.Short(), State: job.State.String(), Status: status, Header: h, Length: int64(len(content)),
		Write: func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		},
	}
}

// causes say what became of a job that has no outcome.
var causes = map[jobs.Cause]Problem{
	jobs.Timeout:    {"The server behind this gateway took longer than a job may. It may have done what was asked.", "Failed", "http_response_timeout"},
	jobs.TooLarge:   {"The outcome of this job is larger than what is kept. What was asked may have been done.", "Failed", "http_response_body_size"},
	jobs.Incomplete: {"The server behind this gateway broke off its answer. It may have done what was asked.", "Failed", "http_response_incomplete"},
	jobs.Stream:     {"The answer of the server behind this gateway has no end, so that it can't be the outcome of a job.", "Failed", "http_protocol_error"},
	jobs.Panicked:   {"The server met an unexpected condition. What was asked may have been done.", "Failed", "proxy_internal_error"},
	jobs.ByClient:   {"This job was canceled. What was asked may have been done in part.", "Canceled", "http_request_error"},
	jobs.Unstored:   {"The outcome of this job is unknown: it could not be stored. The server behind this gateway may have done what was asked.", "Failed", "proxy_internal_error"},
	jobs.Stopped:    {"The outcome of this job is unknown: the gateway stopped. The server behind it may have done what was asked.", "Failed", "proxy_internal_error"},
	jobs.Killed:     {"The outcome of this job is unknown: the gateway that ran it is gone. The server behind it may have done what was asked.", "Failed", "proxy_internal_error"},
}

// without tells of a job that has no outcome from behind.
func (d *Desk) without(job *jobs.Job, at Place) *Answer {
	told := causes[job.Cause]
	return &Answer{
		Job: job.ID.Short(), State: job.State.String(), Status: http.StatusInternalServerError,
		Header: d.links(job, at), Problem: &told,
	}
}

// outcome gives the outcome as the client would have had it, but for what its
// pollers could not stand: a created resource is told of in Content-Location. The
// first part is read before there is an answer, so that a storage that fails is told.
func (d *Desk) outcome(ctx context.Context, job *jobs.Job, at Place) *Answer {
	o := job.Outcome
	h := http.Header(maps.Clone(o.Header))
	if h == nil {
		h = http.Header{}
	}
	status := o.Status
	if status == http.StatusCreated || status == http.StatusAccepted {
		status = http.StatusOK
		if location := h.Get("Location"); location != "" {
			h.Set("Content-Location", location)
		}
		h.Del("Location")
	}
	own := d.links(job, at)
	h["Cache-Control"] = own["Cache-Control"]
	h["Link"] = append(slices.Clone(h["Link"]), own["Link"]...)
	if len(h["Etag"]) == 0 {
		h["Etag"] = own["Etag"]
	}
	a := &Answer{Job: job.ID.Short(), State: job.State.String(), Status: status, Header: h, Length: o.Length}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		return a
	}
	part, err := d.Keeper().Part(ctx, job, 0)
	if err != nil {
		return d.fault(err)
	}
	a.Write = func(w io.Writer) error {
		_, err := w.Write(part)
		for n := 1; n < o.Parts() && err == nil; n++ {
			if part, err = d.Keeper().Part(ctx, job, n); err == nil {
				_, err = w.Write(part)
			}
		}
		return err
	}
	return a
}

// revalidate spares a client what it has (RFC 9110 §13.1.2).
func revalidate(r *http.Request, a *Answer) *Answer {
	wanted := r.Header["If-None-Match"]
	if len(wanted) == 0 || a.Problem != nil || a.Status != http.StatusOK && a.Status != http.StatusAccepted {
		return a
	}
	for _, line := range wanted {
		for member := range strings.SplitSeq(line, ",") {
			if strings.TrimPrefix(strings.TrimSpace(member), "W/") == a.Header.Get("ETag") {
				a.Status, a.Write, a.Length = http.StatusNotModified, nil, 0
				a.Header.Del("Content-Type")
				return a
			}
		}
	}
	return a
}
