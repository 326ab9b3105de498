package statusgate

import (
	"context"
	"errors"
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
)

// serve takes a request through the gate.
func (g *gate) serve(rw http.ResponseWriter, r *http.Request, next caddyhttp.Handler) (err error) {
	w := newResponseWriter(g, rw, r)
	if ok, err := w.admit(r); !ok {
		w.done()
		return err
	}
	w.watch.pause()
	returned := false
	defer func() {
		if returned {
			w.done()
			return
		}
		// A handler that panicked may have left the writer to others: it is
		// not given back.
		reason := recover()
		w.leave(nil, reason)
		err = w.panicked(reason)
	}()
	err = next.ServeHTTP(w, r)
	returned = true
	w.leave(err, nil)
	w.watch.resume()
	err = w.handled(err)
	w.watch.pause()
	return err
}

// admit prepares a request for the backend. It is not ok where the request was
// answered without it.
func (w *responseWriter) admit(r *http.Request) (ok bool, err error) {
	g := w.gate
	if !g.report {
		w.body = watchBody(r)
	}
	if g.inspection.plan != nil && !g.report {
		w.idle = idleOf(r)
		offerDecodable(r)
	}
	if g.checks {
		o, ok := g.check(w, r)
		switch {
		case ok: // nothing speaks against it
		case g.report:
			w.refused = o
		default:
			return false, w.reject(o)
		}
	}
	if g.shedder != nil {
		return w.enter()
	}
	return true, nil
}

// done ends the measurement and gives the writer back.
func (w *responseWriter) done() {
	w.gate.metrics.took(&w.watch)
	w.release()
}

// reject answers a request that the backend never sees.
func (w *responseWriter) reject(o outcome) error {
	if o.sent < 400 {
		w.answerOptions(o)
		return nil
	}
	return w.fail(o, nil)
}

// handled ends an exchange whose handler has returned, and with it what a
// timer may do.
func (w *responseWriter) handled(err error) error {
	defer w.lockLook().unlock()
	return w.finish(err)
}

// finish ends an exchange whose handler has returned.
func (w *responseWriter) finish(err error) error {
	w.drips, w.returned = false, true
	if w.state == statePending {
		w.handOn()
	}
	w.endInspection(err != nil)
	if err != nil {
		return w.failed(err)
	}
	switch w.state {
	case statePending:
		// No handler answered: net/http sends an empty 200. With HTTP/1 a
		// proxy whose client left also ends here.
		if w.request.Context().Err() != nil {
			w.conclude(clientGone(notAsked))
			return nil
		}
		if w.switchedUnasked() && !w.gate.report {
			return w.failed(caddyhttp.Error(http.StatusBadGateway, errSwitched))
		}
		return w.judgeSilence()
	case stateDeferred:
		normalize.DropTrailers(w.header)
		w.replace(w.outcome) // no body came: there is nothing to keep
	case stateHolding:
		normalize.DropTrailers(w.header)
		w.conform()
	case stateRefusing:
		return w.fail(w.outcome, nil)
	case stateDiscarding:
		normalize.DropTrailers(w.header)
	case statePassing:
		w.handOnTrailers()
	default: // there is nothing to send
	}
	return nil
}

// judgeSilence judges the 200 that net/http sends where no handler has answered.
// One that passes is left to it: a handler in front may still answer.
func (w *responseWriter) judgeSilence() error {
	w.unanswered = true
	o, _ := w.judge(http.StatusOK, normalize.SourceBackend)
	if !o.changed() {
		w.conclude(o)
		return nil
	}
	w.respond(o)
	return w.finish(nil)
}

var errSwitched = errors.New("the backend switched to a protocol that nobody asked for")

// switchedUnasked reports whether a proxy got a 101 that it could not hand on.
// It says nothing then, which would be an empty success.
func (w *responseWriter) switchedUnasked() bool {
	if w.replacer == nil {
		return false
	}
	status, _ := w.replacer.Get("http.reverse_proxy.status_code")
	return status == http.StatusSwitchingProtocols
}

// failed ends an exchange whose handler returned an error. Before anything
// was sent the error is answered in the words of the contract, after that it
// is the server's.
func (w *responseWriter) failed(err error) error {
	switch w.state {
	case statePassing, stateHijacked:
		return err
	case stateRefusing:
		return w.fail(w.outcome, nil)
	case stateDiscarding:
		// The client has its answer; a second one must not be appended.
		normalize.DropTrailers(w.header)
		if !errors.Is(err, errDiscarded) {
			w.gate.events.failed(http.StatusBadGateway, normalize.ReasonBackendIncomplete, err)
		}
		return nil
	default: // nothing was sent
	}
	status := http.StatusInternalServerError
	if he, ok := errors.AsType[caddyhttp.HandlerError](err); ok && he.StatusCode != 0 {
		status = he.StatusCode
	}
	if status == statusClientGone || errors.Is(w.request.Context().Err(), context.Canceled) {
		w.conclude(clientGone(w.receivedOr(notAsked)))
		return err
	}
	o, _ := w.judge(status, normalize.SourceGateway)
	o.gateway = true
	reason, proxyError := classify(err, status)
	o.err = proxyError
	if reason != 0 && o.reason != normalize.ReasonRule {
		o.reason = reason
	}
	if w.gate.report || o.verbatim || o.sent < 400 && !o.changed() {
		if w.begun() { // with a body that nobody gets
			normalize.DropTrailers(w.header)
			normalize.DropBodyFields(w.header)
		}
		w.conclude(o)
		return err
	}
	w.gate.events.failed(status, o.reason, err)
	if o.sent < 400 {
		w.drop(o) // a rule made a success of it
		return nil
	}
	return w.fail(o, err)
}

// receivedOr is the status that the backend has begun to answer with, if it has.
func (w *responseWriter) receivedOr(none int) int {
	switch {
	case w.state == stateInspecting:
		return w.response.Status
	case w.begun():
		return w.outcome.received
	}
	return none
}

// begun reports whether the backend has sent a head that is held back.
func (w *responseWriter) begun() bool {
	return w.state == stateDeferred || w.state == stateHolding || w.state == stateInspecting
}

// panicked deals with a handler that panicked. [http.ErrAbortHandler] is how
// a proxy drops a response that it can't complete: as long as nothing of it
// was sent, the client gets a 503 instead of a broken connection. Every other
// panic goes on.
func (w *responseWriter) panicked(reason any) error {
	defer w.lockLook().unlock()
	if w.state == statePending {
		w.handOn()
	}
	w.endInspection(true)
	if reason == nil {
		return nil // runtime.Goexit
	}
	if reason != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		panic(reason)
	}
	switch w.state {
	case stateDiscarding:
		normalize.DropTrailers(w.header)
		return nil // our response is whole
	case stateRefusing:
		return w.fail(w.outcome, nil)
	case statePassing, stateHijacked:
		panic(reason)
	default: // nothing was sent
	}
	if w.request.Context().Err() != nil {
		w.conclude(clientGone(w.receivedOr(notAsked)))
		panic(reason)
	}
	o := outcome{
		received: w.receivedOr(notAsked), sent: http.StatusServiceUnavailable, rule: -1,
		reason: normalize.ReasonBackendIncomplete, err: "http_response_incomplete", gateway: true,
	}
	if w.gate.report {
		w.conclude(o)
		panic(reason)
	}
	w.gate.events.failed(o.sent, o.reason, http.ErrAbortHandler)
	return w.fail(o, http.ErrAbortHandler)
}
