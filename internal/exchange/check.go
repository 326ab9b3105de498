package exchange

import (
	"net/http"

	"github.com/statusgate/statusgate/internal/failure"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/normalize"
)

// find returns the resource of a path: a declared one or the defaults. unknown
// says that resources are declared and none has the path.
func (rs *Resources) find(r *http.Request) (res *Resource, unknown bool) {
	if rs.Declared.Len() == 0 {
		return rs.Defaults, false
	}
	if res, ok := rs.Declared.Match(r.URL.EscapedPath()); ok {
		return res, false
	}
	return rs.Defaults, true
}

// check holds a request against its resource, in the order of the
// documentation, and returns the reason to reject it. ok is true where nothing
// speaks against it. An OPTIONS request that the gate answers is "rejected"
// with [normalize.ReasonMethod] and status 200.
func (rs *Resources) check(r *request) (o normalize.Outcome, ok bool) {
	res, unknown := rs.find(r.Request)
	r.resource = res
	refused := unknown && rs.Reject
	if rs.Description != nil {
		refused = rs.Description.look(r, rs.Reject)
		res = r.resource
		r.record.Described(r.operation)
	}
	r.trace.resource(res, unknown, refused)
	negotiated := telemetry.NoText
	if refused {
		o = rejection(http.StatusNotFound, normalize.ReasonUnknownResource)
	} else if o, ok = res.takes(r); ok && res.Produces != nil {
		var i int
		if i, ok = res.Produces.Choose(r.accept); ok {
			negotiated = res.boxed[i]
		} else {
			o = rejection(http.StatusNotAcceptable, normalize.ReasonAccept)
		}
		r.trace.accept(res, r, negotiated, ok)
	}
	r.record.PublishNegotiated(negotiated)
	return o, ok
}

// takes holds the method and the content of a request against the resource. A
// body of unknown length is looked into only where it would be refused.
func (res *Resource) takes(r *request) (normalize.Outcome, bool) {
	o, ok := r.checkMethod()
	r.trace.method(r, ok)
	if !ok {
		return o, false
	}
	reason := res.checkContent(r.Header)
	none := r.ContentLength == 0 || r.Method == http.MethodConnect || reason != 0 && !r.hasContent()
	r.trace.content(res, r, reason, !none)
	if reason == 0 || none {
		return normalize.Outcome{}, true
	}
	return rejection(http.StatusUnsupportedMediaType, reason), false
}

// checkContent gives the reason to refuse content with these fields, 0 for none.
func (res *Resource) checkContent(fields http.Header) normalize.Reason {
	switch {
	case res.Consumes != nil && !res.Consumes.Contains(fields["Content-Type"]):
		return normalize.ReasonContentType
	case res.Codings != nil && !res.Codings.Contains(fields["Content-Encoding"]):
		return normalize.ReasonContentCoding
	}
	return 0
}

// checkMethod: GET includes HEAD; an OPTIONS that no one declared is answered by
// the gate unless it is a CORS preflight.
func (r *request) checkMethod() (normalize.Outcome, bool) {
	method, methods := methodOf(r.Request), r.resource.Methods
	switch {
	case r.contract != nil && r.operation != nil: // a document has it
		return normalize.Outcome{}, true
	case r.contract == nil && (methods == nil || methods.Declares(method)):
		return normalize.Outcome{}, true
	case method != http.MethodOptions:
		return rejection(http.StatusMethodNotAllowed, normalize.ReasonMethod), false
	case isPreflight(r.Request):
		return normalize.Outcome{}, true
	}
	return normalize.Outcome{
		Received: normalize.NotAsked, Sent: http.StatusOK, Reason: normalize.ReasonMethod, Rule: -1, Gateway: true,
	}, false
}

// methodOf is the method of a request in the meaning of a resource.
func methodOf(r *http.Request) string {
	if isWebSocket(r) {
		return http.MethodGet
	}
	return r.Method
}

// isPreflight: a browser asks whether a page of another origin may make a
// request.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && len(r.Header["Origin"]) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0
}

func rejection(status int, reason normalize.Reason) normalize.Outcome {
	return normalize.Outcome{
		Received: normalize.NotAsked, Sent: status, Reason: reason, Rule: -1, Error: failure.Denied, Gateway: true,
	}
}

// overloaded is the outcome of a request that the limiter has no place for.
var overloaded = normalize.Outcome{
	Received: normalize.NotAsked, Sent: http.StatusServiceUnavailable, Rule: -1,
	Reason: normalize.ReasonOverload, Error: "connection_limit_reached", Gateway: true,
}
