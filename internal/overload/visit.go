package overload

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shed"
)

// Visit is what one exchange has to do with a limiter. Its zero value has
// nothing to do with any. It belongs to the goroutine of the handler, or to
// whoever sends the body.
type Visit struct {
	shedder *Shedder        // nil: the limiter was not asked, or is gone
	client  context.Context // of the request, as the server made it: canceled when the client leaves
	place   shed.Place
	mode    mode     // in which the limiter decided
	status  int      // of the head that came from behind, 0 for none
	toCome  int64    // bytes of a body whose length is known
	left    bool     // the place is given back
	tunnel  bool     // the request is CONNECT
	beside  *limiter // whose preflights the request is one of
}

// Request is what an exchange knows of its request.
type Request struct {
	*http.Request
	// Replacer is Caddy's, nil outside its server.
	Replacer *caddy.Replacer
	// Route is the ID of the declared resource, 0 for none.
	Route uint64
	// WebSocket says that the request is a WebSocket's, in any version of HTTP.
	WebSocket bool
	// Preflight says that the request is a CORS preflight.
	Preflight bool
	// Logged says that the request gets a line in the access log.
	Logged bool
}

// Verdict is what comes of asking for a place.
type Verdict uint8

const (
	// Admitted says that the request goes on.
	Admitted Verdict = iota
	// Shed says that the request is to be answered with a 503.
	Shed
	// WouldShed says that the request goes on, because the limiter only reports.
	WouldShed
	// Abandoned says that the client left while the request waited.
	Abandoned
)

// maxPreflights bounds the CORS preflights of a limiter that are under way. They
// take no place: a page whose preflight is shed can't even read that it was.
const maxPreflights = 1000

// enterBeside admits a preflight, within their bound.
func (v *Visit) enterBeside(s *Shedder) Verdict {
	l := s.limiter
	if l.preflights.Add(1) > maxPreflights && !s.config.Report {
		l.preflights.Add(-1)
		v.place.RetryAfter = 1
		return Shed
	}
	v.beside = l
	return Admitted
}

// Enter asks the limiter for a place, and waits for one where there is hope. It
// fails where a matcher of a class does.
func (v *Visit) Enter(s *Shedder, r *Request) (Verdict, error) {
	if r.Preflight {
		return v.enterBeside(s), nil
	}
	var err error
	p := &v.place
	if p.Class, err = s.classOf(r.Request); err != nil {
		return Admitted, err
	}
	l := s.limiter
	if l.inForce.Load() < s.generation {
		l.configure(&s.config, s.generation)
	}
	p.Client, p.Route, p.Stream = s.Client(r.Request, r.Replacer), s.RouteOf(r.Request, r.Route), r.asksForStream()
	if l.Crowded() {
		p.Size = sizeOf(r.Request)
	}
	verdict := l.Acquire(r.Context(), p)
	if p.Wait > 0 {
		s.waits[p.Class].Observe(p.Wait.Seconds())
	}
	if verdict == shed.Rejected && p.Outcome == shed.OutcomeRejected && l.closed.Load() {
		// A straggler of a configuration that is gone, as is its limiter:
		// nothing is shed any more.
		return Admitted, nil
	}
	v.shedder, v.client, v.tunnel = s, r.Context(), r.Method == http.MethodConnect
	v.mode = s.modeOf(p)
	l.counts.count(v.mode, p)
	switch {
	case verdict == shed.Admitted && p.Outcome == shed.OutcomeRejected:
		v.summarize(r.Logged)
		return WouldShed, nil
	case verdict == shed.Admitted:
		return Admitted, nil
	case p.Outcome == shed.OutcomeAbandoned:
		return Abandoned, nil
	}
	s.retryAfter.Observe(float64(p.RetryAfter))
	v.summarize(r.Logged)
	return Shed, nil
}

// modeOf is how the limiter decided on a request. During a reload the settings of
// another configuration may be in force; what was done for one only to be told of
// shows by itself.
func (s *Shedder) modeOf(p *shed.Place) mode {
	switch {
	case p.Verdict == shed.Rejected || p.Wait > 0:
		return enforce
	case p.Outcome == shed.OutcomeRejected:
		return report
	}
	return modeOf(&s.config)
}

// RetryAfter is in how many seconds a request that was shed may come back.
func (v *Visit) RetryAfter() int { return v.place.RetryAfter }

// Place is what the limiter made of the request, nil if it was not asked.
func (v *Visit) Place() *shed.Place {
	if v.shedder == nil {
		return nil
	}
	return &v.place
}

// Reported says that the limiter only told what it would do with the request.
func (v *Visit) Reported() bool { return v.mode == report }

// Head tells the limiter that the backend has begun to answer. What goes on as
// a stream gives its place back.
func (v *Visit) Head(status int, h http.Header) {
	if v.shedder == nil || status >= 100 && status < 200 && status != http.StatusSwitchingProtocols ||
		status == normalize.ClientGone && v.client.Err() != nil {
		return
	}
	l, p := v.shedder.limiter, &v.place
	v.status = status
	// WebSocket over HTTP/2 and /3 begins with a 200 (RFC 8441 §5).
	tunnel := p.Stream && v.tunnel
	if status == http.StatusSwitchingProtocols || status < 300 && (tunnel || isStream(h)) {
		if l.BecomeStream(p) {
			return
		}
	}
	l.Answered(p)
	if length := h["Content-Length"]; len(length) > 0 && v.Ending(nil, nil) == shed.Served {
		v.toCome, _ = strconv.ParseInt(length[0], 10, 64)
	}
}

// Body is called before a part of the backend's body is sent. With the last
// part the backend is done, however long the client takes to get it.
func (v *Visit) Body(bytes int) {
	if v.toCome <= 0 {
		return
	}
	if v.toCome -= int64(bytes); v.toCome <= 0 {
		v.vacate(shed.Served)
	}
}

// Leave gives the place back when the handler has ended, however it did: what
// is left to do is not the backend's. The handler returned an error, or
// panicked with a reason.
func (v *Visit) Leave(err error, reason any) {
	if v.shedder != nil {
		v.vacate(v.Ending(err, reason))
	}
	if v.beside != nil {
		v.beside.preflights.Add(-1)
		v.beside = nil
	}
}

// Withdraw gives a place back that was not used: nothing was asked of the backend.
func (v *Visit) Withdraw() {
	if v.shedder != nil {
		v.vacate(shed.Unused)
	}
	v.Leave(nil, nil)
}

func (v *Visit) vacate(e shed.Ending) {
	if !v.left {
		v.left = true
		v.shedder.limiter.Release(&v.place, e)
	}
}

// Ending tells how the backend did its work, by what its handler returned or
// panicked with.
func (v *Visit) Ending(err error, reason any) shed.Ending {
	returned := 0
	if err != nil {
		if he, ok := errors.AsType[caddyhttp.HandlerError](err); ok {
			returned = he.StatusCode
		}
	}
	gone := v.client.Err() != nil
	switch {
	case v.status == 0 && (gone || returned == normalize.ClientGone):
		return shed.Left
	case reason == http.ErrAbortHandler && !gone, isOverloaded(v.status), isOverloaded(returned): //nolint:errorlint // net/http compares it so
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

// asksForStream reports whether a request may go on after its answer has begun.
func (r *Request) asksForStream() bool {
	if len(r.Header["Upgrade"]) > 0 || r.WebSocket {
		return true
	}
	for _, line := range r.Header["Accept"] {
		if strings.Contains(line, "text/event-stream") {
			return true
		}
	}
	return isGRPC(r.Header)
}

func isGRPC(h http.Header) bool {
	contentType := h["Content-Type"]
	return len(contentType) > 0 && strings.HasPrefix(contentType[0], "application/grpc")
}

// isStream reports whether a response goes on for as long as it likes.
func isStream(h http.Header) bool {
	contentType := h["Content-Type"]
	return len(contentType) > 0 && (strings.HasPrefix(contentType[0], "text/event-stream") || strings.HasPrefix(contentType[0], "application/grpc"))
}

// What the map of the fields needs beside their texts. Without it thousands of
// empty fields would count for next to nothing.
const (
	fieldSize = 112 // for each name
	valueSize = 24  // for each value, with what was allocated too much for them
)

// sizeOf is what a request holds in its head while it waits.
func sizeOf(r *http.Request) int {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		size += fieldSize + len(name) + valueSize*len(values)
		for _, value := range values {
			size += len(value)
		}
	}
	return size
}
