package exchange

import (
	"context"
	"errors"
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/failure"
	"github.com/statusgate/statusgate/internal/requestbody"
	"github.com/statusgate/statusgate/normalize"
)

// Serve takes a request through the gate: it answers the request itself, or
// hands it to next and answers in the words of the contract.
func (g *Gate) Serve(rw http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if g.nested.CompareAndSwap(false, true) && nestedIn(rw, g.Name) {
		g.Telemetry.Nested()
	}
	if g.Page.serves(r) && !isPreflight(r) {
		return g.servePage(rw, r)
	}
	if g.Jobs != nil {
		return g.serveWithJobs(rw, r, next)
	}
	return g.serve(rw, r, next)
}

func (g *Gate) serve(rw http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	x := begin(g, rw, r)
	if ok, err := x.admit(r); !ok {
		x.release(true)
		return err
	}
	if !g.Report {
		p := g.patients.admit(r)
		x.sender.body.stop = p.cancel
		defer g.patients.dismiss(p)
	}
	return x.hand(rw, r, next, nil)
}

// hand hands the request to the handlers behind the gate, and ends the exchange
// when they have ended. Before the exchange is released, last is called.
func (x *exchange) hand(rw http.ResponseWriter, r *http.Request, next caddyhttp.Handler, last func()) (err error) {
	x.record.Watch.Pause()
	w := newWriter(rw, x)
	returned, alone := false, false
	defer func() {
		x.endLook(returned, alone)
		if returned {
			if last != nil {
				last()
			}
			x.release(alone)
			return
		}
		w.end()
		err = x.panicked(recover())
	}()
	err = next.ServeHTTP(w, r)
	returned, alone = true, w.end()
	return x.returned(err)
}

// returned ends an exchange whose handler has returned, and with it what a timer
// may do. The place of the request is given back first: what is left to do is
// not the backend's.
func (x *exchange) returned(err error) error {
	defer unlock(lock(x.inspection))
	err = x.request.blame(err)
	x.visit.Leave(err, nil)
	x.record.Watch.Resume()
	defer x.record.Watch.Pause()
	return x.finish(err)
}

// finish ends an exchange whose handler has returned.
func (x *exchange) finish(err error) error {
	s := &x.sender
	s.drips = false
	if s.body.state == pending {
		s.head.handOn()
	}
	if x.inspection != nil {
		x.inspection.end(err != nil)
	}
	if err != nil {
		return x.failed(err)
	}
	switch s.body.state {
	case pending:
		// No handler answered: net/http sends an empty 200.
		if x.request.left() {
			return x.gone(nil)
		}
		if x.request.switchedUnasked() && !x.gate.Report {
			return x.failed(caddyhttp.Error(http.StatusBadGateway, failure.ErrSwitched))
		}
		return x.silent()
	case deferred:
		s.head.dropTrailers()
		s.replace(s.outcome) // no body came: there is nothing to keep
	case holding:
		if s.body.late() { // its end is not the backend's
			s.head.dropTrailers()
			s.replace(s.outcome)
			return nil
		}
		if s.judgeDocument(); s.body.state == passing {
			s.head.handOnTrailers()
		}
	case refusing:
		return s.fail(s.outcome, nil)
	case discarding:
		s.head.dropTrailers()
	case passing:
		s.head.handOnTrailers()
	default: // there is nothing to send
	}
	return nil
}

// silent judges the 200 that net/http sends where no handler has answered. One
// that passes is left to it: a handler in front may still answer.
func (x *exchange) silent() error {
	x.judgement.unanswered = true
	o, _ := x.judgement.begin(http.StatusOK, normalize.SourceBackend)
	if !o.Changed() {
		x.sender.conclude(o)
		return nil
	}
	if x.gate.Report {
		x.sender.report(o)
		return nil
	}
	x.sender.respond(o, true)
	return x.finish(nil)
}

// failed ends an exchange whose handler returned an error. Before anything was
// sent the error is answered in the words of the contract, after that it is the
// server's.
func (x *exchange) failed(err error) error {
	s := &x.sender
	switch s.body.state {
	case passing, hijacked:
		return err
	case refusing:
		return s.fail(s.outcome, nil)
	case holding:
		if s.body.late() {
			s.head.dropTrailers()
			s.replace(s.outcome)
			return nil
		}
	case discarding:
		// The client has its answer; a second one must not be appended.
		s.head.dropTrailers()
		if !errors.Is(err, errDiscarded) {
			x.gate.Telemetry.Failed(http.StatusBadGateway, normalize.ReasonBackendIncomplete, err)
		}
		return nil
	default: // nothing was sent
	}
	status := http.StatusInternalServerError
	if he, ok := errors.AsType[caddyhttp.HandlerError](err); ok && he.StatusCode != 0 {
		status = he.StatusCode
	}
	if status == normalize.ClientGone || errors.Is(x.request.client.Err(), context.Canceled) && x.request.upload.Fault() == requestbody.None {
		return x.gone(err)
	}
	x.request.trace.failed(err)
	o, _ := x.judgement.judge(&normalize.Response{
		Status: status, Source: normalize.SourceGateway, Reached: failure.Reached(err, status) && x.request.upload.Fault() == requestbody.None,
	})
	o.Gateway = true
	reason, proxyError := normalize.Reason(0), "http_request_error"
	if x.request.upload.Fault() == requestbody.None { // else it is the client's
		reason, proxyError = failure.Classify(err, status)
	}
	o.Error = proxyError
	if reason != 0 && o.Reason != normalize.ReasonRule {
		o.Reason = reason
	}
	if x.gate.Report || o.Verbatim || o.Sent < 400 && !o.Changed() {
		if s.body.begun() { // with a body that nobody gets
			s.head.dropTrailers()
			s.head.dropBody(o.Sent)
		}
		if x.gate.Report {
			s.foresee(&o)
		}
		s.conclude(o)
		return err
	}
	x.gate.Telemetry.Failed(status, o.Reason, err)
	if o.Sent < 400 {
		s.drop(o) // a rule made a success of it
		return nil
	}
	return s.fail(o, err)
}

// gone ends an exchange whose client has left, as far as one can tell. It is
// counted as that.
func (x *exchange) gone(err error) error {
	x.sender.conclude(normalize.Left(received(x)))
	if !x.request.mayStillRead(x.gate.Report) {
		return err
	}
	return x.sender.fail(x.leftWhileWorking(), err)
}

// leftWhileWorking is the answer for a client that may only have ended its
// sending, where that of the backend is not to be had.
func (x *exchange) leftWhileWorking() normalize.Outcome {
	o, _ := x.judgement.judge(&normalize.Response{Status: http.StatusGatewayTimeout, Source: normalize.SourceGateway, Reached: true})
	o.Received, o.Reason, o.Error, o.Gateway = normalize.NotAsked, normalize.ReasonClientGone, "http_request_error", true
	return o
}

// received is the status that the backend has begun to answer with, if it has.
func received(x *exchange) int {
	switch b := &x.sender.body; {
	case b.state == inspecting:
		return x.judgement.response.Status
	case b.begun():
		return x.sender.outcome.Received
	}
	return normalize.NotAsked
}

// panicked deals with a handler that panicked. [http.ErrAbortHandler] is how a
// proxy drops a response that it can't complete: as long as nothing of it was
// sent, the client gets a 503 instead of a broken connection. Every other panic
// goes on.
//
// A handler that panicked may have left work behind: the exchange is not used
// again.
func (x *exchange) panicked(reason any) error {
	defer unlock(lock(x.inspection))
	x.visit.Leave(nil, reason)
	s := &x.sender
	if s.body.state == pending {
		s.head.handOn()
	}
	if x.inspection != nil {
		x.inspection.end(true)
	}
	if reason != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		s.conclude(normalize.Outcome{
			Received: received(x), Sent: normalize.NotAsked, Reason: normalize.ReasonBackendIncomplete, Rule: -1, Gateway: true,
		})
		if reason == nil {
			return nil // runtime.Goexit
		}
		panic(reason)
	}
	switch s.body.state {
	case discarding:
		s.head.dropTrailers()
		return nil // our response is whole
	case refusing:
		return s.fail(s.outcome, nil)
	case passing, hijacked:
		panic(reason)
	case deferred, holding:
		if !x.request.left() {
			s.head.dropTrailers()
			s.replace(s.outcome) // the status is known, if not the body
			return nil
		}
	default: // nothing was sent
	}
	if x.request.left() {
		if x.request.mayStillRead(x.gate.Report) {
			return x.gone(nil)
		}
		s.conclude(normalize.Left(received(x)))
		panic(reason)
	}
	begun := received(x)
	o, _ := x.judgement.judge(&normalize.Response{Status: http.StatusBadGateway, Source: normalize.SourceGateway, Reached: true})
	o.Received, o.Reason, o.Error, o.Gateway = begun, normalize.ReasonBackendIncomplete, "http_response_incomplete", true
	if x.gate.Report {
		s.conclude(o)
		panic(reason)
	}
	x.gate.Telemetry.Failed(http.StatusBadGateway, o.Reason, http.ErrAbortHandler)
	if o.Sent < 400 {
		s.drop(o) // a rule made a success of it
		return nil
	}
	return s.fail(o, http.ErrAbortHandler)
}
