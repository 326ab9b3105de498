package statusgate

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shed"
)

// shedState is what an exchange has to do with the limiter.
type shedState struct {
	place   shed.Place
	entered bool  // the limiter was asked
	status  int   // of the head that came from behind, 0 for none
	toCome  int64 // bytes of a body whose length is known
	left    bool  // the place is given back
}

// enter asks the limiter for a place, and waits for one where there is hope. It
// is false if the request is not to go on: it has its answer then.
func (w *responseWriter) enter() (ok bool, err error) {
	s, r, p := w.gate.shedder, w.request, &w.shed.place
	if p.Class, err = s.classOf(r); err != nil {
		return false, w.handled(err)
	}
	l := s.limiter
	if l.inForce.Load() < s.generation {
		l.configure(&s.config, s.generation)
	}
	p.Client, p.Route, p.Stream = s.clientOf(r, w.replacer), s.routeOf(r, w.resource), w.asksForStream()
	if l.Crowded() {
		p.Size = sizeOf(r)
	}
	running := w.watch
	w.watch.pause()
	verdict := l.Acquire(r.Context(), p)
	if p.Wait == 0 {
		w.watch = running // nobody waited: what it took is the gate's
	} else {
		w.watch.resume()
		s.waits[p.Class].Observe(p.Wait.Seconds())
	}
	if verdict == shed.Rejected && p.Outcome == shed.OutcomeRejected && l.closed.Load() {
		// A straggler of a configuration that is gone, as is its limiter:
		// nothing is shed any more.
		return true, nil
	}
	w.shed.entered = true
	w.publishShed(p)
	if verdict == shed.Admitted {
		if s.config.Report && p.Outcome == shed.OutcomeRejected {
			w.wouldShed()
		}
		return true, nil
	}
	if p.Outcome == shed.OutcomeAbandoned {
		w.conclude(clientGone(notAsked))
		return false, nil
	}
	return false, w.shedRequest()
}

// wouldShed takes note that the request would have been shed if the limiter
// did not only report. Where the gate only reports, that is its outcome.
func (w *responseWriter) wouldShed() {
	w.summarize()
	if w.gate.report && w.refused.sent == 0 {
		w.refused = overload
	}
}

// overload is the outcome of a request that the limiter has no place for.
var overload = outcome{
	received: notAsked, sent: http.StatusServiceUnavailable, rule: -1,
	reason: normalize.ReasonOverload, err: "connection_limit_reached", gateway: true,
}

// shedRequest answers a request that gets no place.
func (w *responseWriter) shedRequest() error {
	after := w.shed.place.RetryAfter
	w.gate.shedder.retryAfter.Observe(float64(after))
	w.summarize()
	h := w.header
	h["Retry-After"], h["Cache-Control"] = w.single(decimal(after)), w.single("no-store")
	return w.reject(overload)
}

// noteHead tells the limiter that the backend has begun to answer. What goes on
// as a stream gives its place back.
func (w *responseWriter) noteHead(status int) {
	if !w.shed.entered || status >= 100 && status < 200 && status != http.StatusSwitchingProtocols ||
		status == statusClientGone && w.request.Context().Err() != nil {
		return
	}
	l, p, h := w.gate.shedder.limiter, &w.shed.place, w.header
	w.shed.status = status
	// WebSocket over HTTP/2 and /3 begins with a 200 (RFC 8441 §5).
	tunnel := p.Stream && w.method == http.MethodConnect
	if status == http.StatusSwitchingProtocols || status < 300 && (tunnel || isStream(h)) {
		if l.BecomeStream(p) {
			return
		}
	}
	l.Answered(p)
	if length := h["Content-Length"]; len(length) > 0 && w.ending(nil, nil) == shed.Served {
		w.shed.toCome, _ = strconv.ParseInt(length[0], 10, 64)
	}
}

// noteBody is called before a part of the backend's body is sent. With the last
// part the backend is done, however long the client takes to get it.
func (w *responseWriter) noteBody(n int) {
	if w.shed.toCome <= 0 {
		return
	}
	if w.shed.toCome -= int64(n); w.shed.toCome <= 0 {
		w.vacate(shed.Served)
	}
}

// leave gives the place back, as soon as the handler has ended and however it
// did: what is left to do is not the backend's.
func (w *responseWriter) leave(err error, reason any) {
	if w.shed.entered {
		defer w.lockLook().unlock() // a timer may be sending the body
		w.vacate(w.ending(err, reason))
	}
}

func (w *responseWriter) vacate(e shed.Ending) {
	if !w.shed.left {
		w.shed.left = true
		w.gate.shedder.limiter.Release(&w.shed.place, e)
	}
}

// ending tells how the backend did its work, by what its handler returned or
// panicked with.
func (w *responseWriter) ending(err error, reason any) shed.Ending {
	returned := 0
	if err != nil {
		if he, ok := errors.AsType[caddyhttp.HandlerError](err); ok {
			returned = he.StatusCode
		}
	}
	gone := w.request.Context().Err() != nil
	switch {
	case w.shed.status == 0 && (gone || returned == statusClientGone):
		return shed.Left
	case reason == http.ErrAbortHandler && !gone, isOverloaded(w.shed.status), isOverloaded(returned): //nolint:errorlint // net/http compares it so
		return shed.Failed
	}
	return shed.Served
}

// isOverloaded reports whether a status says that the backend did not do the
// work.
func isOverloaded(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func (s *shedState) logged() loggedShed {
	return loggedShed{entered: s.entered, class: s.place.Class, outcome: s.place.Outcome, wait: s.place.Wait}
}

// publishShed sets the placeholders. Their values are made beforehand, but for
// a time that was spent waiting.
func (w *responseWriter) publishShed(p *shed.Place) {
	w.setPlaceholder("http.statusgate.shed_class", boxedClasses[p.Class])
	w.setPlaceholder("http.statusgate.shed_outcome", boxedOutcomes[p.Outcome])
	wait := boxedNoWait
	if p.Wait > 0 {
		wait = p.Wait
	}
	w.setPlaceholder("http.statusgate.shed_wait", wait)
}

var (
	boxedNoWait  any = time.Duration(0)
	boxedClasses     = func() (boxed [shed.Classes]any) {
		for i := range boxed {
			boxed[i] = shed.Class(i).String() //nolint:gosec // below Classes
		}
		return boxed
	}()
	boxedOutcomes = func() (boxed [shed.Outcomes]any) {
		for i := range boxed {
			boxed[i] = shed.Outcome(i).String() //nolint:gosec // below Outcomes
		}
		return boxed
	}()
)
