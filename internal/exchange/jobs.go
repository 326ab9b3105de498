package exchange

import (
	"errors"
	"maps"
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/jobdesk"
	"github.com/statusgate/statusgate/internal/requestbody"
	"github.com/statusgate/statusgate/normalize"
)

// serveWithJobs serves a gate that has jobs. What is asked of a job is answered by
// the gate, before anything is checked. What may become a job is checked as usual
// and has its place, but the handlers run apart from the client.
func (g *Gate) serveWithJobs(rw http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if res, ok := g.Jobs.Resource(r); ok && !g.Report && !isPreflight(r) {
		x := begin(g, rw, r)
		x.request.upload = requestbody.Watch(rw, r, false)
		defer x.release(true)
		return x.job(g.Jobs.Serve(r, res, x.place()))
	}
	wish, ok, err := g.Jobs.Wish(r)
	switch {
	case errors.Is(err, jobdesk.ErrKey) && !g.Report:
		x := begin(g, rw, r)
		x.request.upload = requestbody.Watch(rw, r, false)
		defer x.release(true)
		return x.job(jobdesk.BadKey())
	case errors.Is(err, jobdesk.ErrKey):
		return g.serve(rw, r, next)
	case err != nil:
		return g.serve(rw, r, caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return err }))
	case !ok:
		return g.serve(rw, r, next)
	case g.Report:
		return g.Jobs.Report(rw, wish, func(rw http.ResponseWriter) error { return g.serve(rw, r, next) })
	}
	return g.serveApart(g.Jobs.Turn(rw, r, wish), rw, r, next)
}

// serveApart takes a request through the gate whose handlers run apart from the
// client. Until they are called and after they have ended, the exchange belongs to
// this goroutine.
func (g *Gate) serveApart(t *jobdesk.Turn, rw http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	x := begin(g, &t.Writer, t.Request)
	at := x.place()
	if ok, err := x.admitTurn(t, at); !ok {
		t.Close(&x.record)
		x.release(true)
		return err
	}
	verdict, err := t.Run(func() error {
		return x.hand(&t.Writer, t.Request, next, func() { t.Settle(&x.record) })
	})
	if verdict == jobdesk.Accepted {
		front := begin(g, rw, r)
		defer front.release(true)
		return front.job(t.Accepted(at))
	}
	return err
}

// admitTurn prepares a request for the backend whose handlers run apart from the
// client. It is not ok where the request was answered without it.
func (x *exchange) admitTurn(t *jobdesk.Turn, at jobdesk.Place) (ok bool, err error) {
	if ok, err = x.check(t.Request); !ok {
		return false, err
	}
	t.Read()
	if a := t.Known(at); a != nil {
		return false, x.job(a)
	}
	if x.gate.Shedder != nil {
		over := t.With()
		defer over()
		if ok, err = x.enter(); !ok {
			return false, err
		}
	}
	if a := t.Claim(at); a != nil {
		x.visit.Withdraw()
		return false, x.job(a)
	}
	return true, nil
}

// job answers with what is told of a job.
func (x *exchange) job(a *jobdesk.Answer) error {
	s := &x.sender
	x.record.PublishJob(a.Job, a.State)
	maps.Copy(s.head.fields, a.Header)
	o := normalize.Outcome{Received: normalize.NotAsked, Sent: a.Status, Rule: -1, Reason: normalize.ReasonJob, Gateway: true}
	if a.Problem != nil {
		x.request.job = a.Problem
		o.Error = a.Problem.Error
		return s.fail(o, nil)
	}
	o.Verbatim = true
	return s.tell(&o, a)
}

// tell sends an answer that tells of a job. Where its content can't be read to its
// end, the client must not take it for whole.
func (s *sender) tell(o *normalize.Outcome, a *jobdesk.Answer) error {
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		s.head.set("Content-Length", decimal(int(a.Length)))
	}
	s.body.become(discarding)
	s.commit(o)
	if a.Write == nil || s.request.method == http.MethodHead {
		return nil
	}
	if err := a.Write(s.body.client); err != nil && !s.request.left() {
		s.gate.Telemetry.Failed(a.Status, normalize.ReasonJob, err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// place is where the client finds the jobs of the gate. A path that was stripped of
// its beginning on the way has it again.
func (x *exchange) place() jobdesk.Place {
	r := &x.request
	public := r.public()
	at := jobdesk.Place{Scheme: public.Scheme, Host: public.Host, Prefix: x.gate.Owed.Prefix}
	if at.Prefix == "" {
		at.Prefix = strippedPrefix(r.Request)
	}
	return at
}
