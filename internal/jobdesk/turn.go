package jobdesk

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/jobs"
)

// Turn is a request that may become a job.
type Turn struct {
	// Request is the one for the handlers.
	Request *http.Request
	// Writer is what their answer is written to.
	Writer Writer

	desk     *Desk
	wish     Wish
	original *http.Request
	chain    chain
	began    time.Time
	never    bool   // it becomes no job any more
	settled  bool   // the client has all of the answer
	content  []byte // of the request
	key      key
	run      *jobs.Run // once it is a job
	limit    *time.Timer
	end      ending
}

// ending is how the handlers ended.
type ending struct {
	done     chan struct{}
	err      error
	panicked any
	exited   bool // by runtime.Goexit, or a panic
}

func newTurn(d *Desk, w http.ResponseWriter, r *http.Request, wish Wish) *Turn {
	t := &Turn{desk: d, wish: wish, original: r, began: time.Now()}
	t.Writer.client, t.Writer.header = w, maps.Clone(w.Header())
	t.Request = t.chain.begin(r, &t.Writer)
	t.Writer.kept.admit = t.admit
	t.end.done = make(chan struct{})
	return t
}

// Async reports whether the client prefers a 202 (RFC 7240 §3).
func (t *Turn) Async() bool { return t.wish.Async }

// Read reads the content of the request whole. Where it can't, there is no job.
func (t *Turn) Read() {
	whole, why, ok := readContent(t.Request, t.desk.Request)
	if !ok {
		t.desk.metrics.obstacles[why].Inc()
		t.never = true
		return
	}
	t.content = whole
}

// prepare says what the job is to be.
func (t *Turn) prepare(ctx context.Context) (*jobs.Plan, error) {
	owner, err := t.desk.ownerCode(ctx, t.original)
	return &jobs.Plan{
		Label: t.desk.Gate, Owner: owner, Began: t.began, Keep: t.desk.Keep, Limit: t.desk.Result, Max: t.desk.Running, Total: t.desk.Total,
		Kind: kindOf(t.Request), Cancel: t.cancel,
	}, err
}

// With has the handlers canceled when the client leaves, until the function that it
// returns is called.
func (t *Turn) With() (over func() bool) {
	client := t.original.Context()
	return context.AfterFunc(client, func() { t.chain.cancel(context.Cause(client)) })
}

// Verdict is what came of a turn for its client.
type Verdict uint8

const (
	// Answered says that the client has the answer of the handlers, or is to get the
	// error that they returned.
	Answered Verdict = iota
	// Accepted says that the client is to get a 202.
	Accepted
	// Gone says that the client has left, and the job goes on.
	Gone
)

// Run has the handlers called on a goroutine of their own, and waits until it is
// plain what the client gets. They may return an error, which is returned, or
// panic: then so does Run.
func (t *Turn) Run(handlers func() error) (Verdict, error) {
	if t.wish.After <= 0 && t.accept() {
		turns.do(func() { t.work(handlers) })
		return Accepted, nil
	}
	turns.do(func() { t.work(handlers) })
	verdict := t.wait()
	if verdict != Answered {
		return verdict, nil
	}
	t.desk.metrics.outcomes[finishedInTime].Inc()
	if t.end.exited && t.end.panicked != nil {
		panic(t.end.panicked)
	}
	return Answered, t.end.err
}

// patience is how long the handlers may still work for an HTTP/1.x client whose
// connection has ended towards the server: it may read on.
const patience = time.Second

// wait waits until the handlers have ended, or the client needs nothing of them any
// more.
func (t *Turn) wait() Verdict {
	client := t.original.Context().Done()
	timer := time.NewTimer(t.patience())
	defer timer.Stop()
	leaving := false
	for {
		select {
		case <-t.end.done:
			return Answered
		case <-client:
			client = nil
			switch {
			case t.run != nil && t.Writer.detach(t.run, t.inVain):
				return Gone
			case t.original.ProtoMajor == 1:
				leaving = true
				timer.Reset(patience)
			default:
				t.chain.cancel(context.Cause(t.original.Context()))
			}
		case <-timer.C:
			switch {
			case leaving:
				t.chain.cancel(context.Cause(t.original.Context()))
			case t.accept():
				return Accepted
			}
		}
	}
}

// patience is how long the client waits.
func (t *Turn) patience() time.Duration {
	if t.never {
		return t.desk.Timeout
	}
	return t.wish.After - time.Since(t.began)
}

// accept makes a job of the request, unless it has been answered meanwhile, or it
// becomes none.
func (t *Turn) accept() bool {
	if t.never || t.Writer.attached() {
		return false
	}
	run, err := t.begin()
	if err != nil {
		t.refused(err)
		return false
	}
	if !t.Writer.detach(run, t.inVain) {
		go run.Unmake(context.Background())
		return false
	}
	if t.run == nil {
		t.take(run)
	}
	t.desk.metrics.outcomes[accepted].Inc()
	return true
}

// begin gives the job of the request, which may be there already.
func (t *Turn) begin() (*jobs.Run, error) {
	if t.run != nil {
		return t.run, nil
	}
	ctx := context.Background()
	plan, err := t.prepare(ctx)
	if err != nil {
		return nil, err
	}
	return t.desk.Keeper().Begin(ctx, plan)
}

// take makes a job that of the request, and bounds its time.
func (t *Turn) take(run *jobs.Run) {
	t.run = run
	t.limit = time.AfterFunc(t.desk.Timeout-time.Since(t.began), func() {
		run.Stop(context.Background(), jobs.Failed, jobs.Timeout)
	})
}

// refused counts a request that becomes no job.
func (t *Turn) refused(err error) {
	t.never = true
	switch {
	case errors.Is(err, jobs.ErrFull), errors.Is(err, jobs.ErrClosing):
		t.desk.metrics.obstacles[noPlace].Inc()
	default:
		t.desk.metrics.obstacles[noStorage].Inc()
		t.desk.events.failed(err)
	}
}

// cancel ends the work of a job that is over.
func (t *Turn) cancel(cause jobs.Cause) {
	if cause == jobs.Timeout {
		t.chain.cancel(context.DeadlineExceeded)
		return
	}
	t.chain.cancel(context.Canceled)
}

// admit waits for room for the answer.
func (t *Turn) admit() func() { return t.desk.keeper.admit(&t.chain) }

// inVain ends the work for an answer that can't be kept.
func (t *Turn) inVain() { t.chain.cancel(context.Canceled) }

// Job is the job that the request has become.
func (t *Turn) Job() *jobs.Run { return t.run }

// work calls the handlers, and sees to what comes of them.
func (t *Turn) work(handlers func() error) {
	t.call(handlers)
	t.settle()
	close(t.end.done)
	t.finish()
	t.chain.cancel(context.Canceled)
}

// call calls the handlers. A panic ends them and nothing else.
func (t *Turn) call(handlers func() error) {
	t.end.exited = true
	defer func() {
		if t.end.exited {
			t.end.panicked = recover()
		}
	}()
	t.end.err = handlers()
	t.end.exited = false
}

// finish ends the job with what the handlers have made of it.
func (t *Turn) finish() {
	run := t.Writer.kept.run
	if run == nil {
		return
	}
	t.Writer.leave()
	defer run.Release()
	run.End(context.Background(), t.outcome(run))
	if leave := t.Writer.kept.leave; leave != nil {
		leave()
	}
	if t.limit != nil {
		t.limit.Stop()
	}
}

// outcome is how the handlers have ended the job.
func (t *Turn) outcome(run *jobs.Run) jobs.Job {
	kept := &t.Writer.kept
	err := run.Spool().Err()
	switch {
	case errors.Is(err, jobs.ErrTooLarge):
		return jobs.Job{State: jobs.Failed, Cause: jobs.TooLarge}
	case err != nil:
		return jobs.Job{State: jobs.Lost, Cause: jobs.Unstored}
	case (t.end.exited || t.end.err != nil) && !t.desk.inForce():
		return jobs.Job{State: jobs.Lost, Cause: jobs.Stopped}
	case t.end.panicked == http.ErrAbortHandler: //nolint:errorlint // net/http compares it so
		return jobs.Job{State: jobs.Failed, Cause: jobs.Incomplete}
	case t.end.exited:
		t.desk.Logger.Error("a handler panicked in a job", zap.String("job", run.ID().Short()), zap.Any("panic", t.end.panicked), zap.Stack("stack"))
		return jobs.Job{State: jobs.Failed, Cause: jobs.Panicked}
	case kept.status == 0 && t.end.err != nil:
		t.failed()
	case kept.status == 0:
		kept.status, kept.header = http.StatusOK, t.Writer.header.Clone()
	}
	return kept.outcome(run)
}

// failed answers an error of the handlers as the server would have done.
func (t *Turn) failed() {
	w, err := &t.Writer, t.end.err
	status := http.StatusInternalServerError
	if he, ok := errors.AsType[caddyhttp.HandlerError](err); ok && he.StatusCode != 0 {
		status = he.StatusCode
	}
	server, _ := t.original.Context().Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if server != nil && server.Errors != nil && len(server.Errors.Routes) > 0 {
		routes := server.Errors.Routes.Compile(caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(status)
			return nil
		}))
		_ = routes.ServeHTTP(w, server.Errors.WithError(t.Request, err))
	}
	if w.kept.status == 0 {
		w.WriteHeader(status)
	}
}
