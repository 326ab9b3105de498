package statusgate

import (
	"net/http"

	"github.com/statusgate/statusgate/normalize"
)

// find returns the resource of a path: a declared one or the defaults.
// unknown says that resources are declared and none has the path.
func (g *gate) find(r *http.Request) (res *resource, unknown bool) {
	if g.resources.Len() == 0 {
		return g.defaults, false
	}
	if res, ok := g.resources.Match(r.URL.EscapedPath()); ok {
		return res, false
	}
	return g.defaults, true
}

// check holds a request against its resource, in the order of the
// documentation, and returns the reason to reject it. ok is true where
// nothing speaks against it. An OPTIONS request that the gate answers is
// "rejected" with [normalize.ReasonMethod] and status 200.
func (g *gate) check(w *responseWriter, r *http.Request) (o outcome, ok bool) {
	res, unknown := g.find(r)
	w.resource = res
	negotiated := noText
	if unknown && g.rejectPaths {
		o = rejection(http.StatusNotFound, normalize.ReasonUnknownResource)
	} else if o, ok = res.takes(r); ok && res.produces != nil {
		var i int
		if i, ok = res.produces.Choose(w.accept); ok {
			negotiated = res.producesBoxed[i]
		} else {
			o = rejection(http.StatusNotAcceptable, normalize.ReasonAccept)
		}
	}
	w.setPlaceholder("http.statusgate.negotiated_type", negotiated)
	return o, ok
}

// takes holds the method and the content of a request against the resource.
func (res *resource) takes(r *http.Request) (outcome, bool) {
	if o, ok := res.checkMethod(r); !ok {
		return o, false
	}
	if res.consumes == nil && res.codings == nil || !hasContent(r) {
		return outcome{}, true
	}
	if res.consumes != nil && !res.consumes.Contains(r.Header["Content-Type"]) {
		return rejection(http.StatusUnsupportedMediaType, normalize.ReasonContentType), false
	}
	if res.codings != nil && !res.codings.Contains(r.Header["Content-Encoding"]) {
		return rejection(http.StatusUnsupportedMediaType, normalize.ReasonContentCoding), false
	}
	return outcome{}, true
}

// errDenied is what RFC 9209 §2.3.9 calls a request that was refused.
const errDenied = "http_request_denied"

func rejection(status int, reason normalize.Reason) outcome {
	return outcome{received: notAsked, sent: status, reason: reason, rule: -1, err: errDenied, gateway: true}
}

// checkMethod: GET includes HEAD; an OPTIONS that no one declared is
// answered here unless it is a CORS preflight.
func (res *resource) checkMethod(r *http.Request) (outcome, bool) {
	if res.methods == nil {
		return outcome{}, true
	}
	method := r.Method
	if isWebSocketConnect(r) {
		method = http.MethodGet
	}
	if res.methods.Declares(method) {
		return outcome{}, true
	}
	if method != http.MethodOptions {
		return rejection(http.StatusMethodNotAllowed, normalize.ReasonMethod), false
	}
	if len(r.Header["Origin"]) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0 {
		return outcome{}, true
	}
	return outcome{received: notAsked, sent: http.StatusOK, reason: normalize.ReasonMethod, rule: -1, gateway: true}, false
}

// isWebSocketConnect: WebSocket over HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220)
// is CONNECT on the wire and GET in the meaning of a resource.
func isWebSocketConnect(r *http.Request) bool {
	if r.Method != http.MethodConnect {
		return false
	}
	switch r.ProtoMajor {
	case 2:
		protocol := r.Header[":protocol"]
		return len(protocol) > 0 && protocol[0] == "websocket"
	case 3:
		return r.Proto == "websocket"
	}
	return false
}
