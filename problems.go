package statusgate

import (
	"fmt"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// problem writes the problem of an outcome in the format that the client
// prefers, into the writer's scratch.
func (w *responseWriter) problem(o *outcome) ([]byte, problem.Format) {
	cfg := &w.gate.problems
	format := problem.Choose(w.accept, cfg.formats)
	p := problem.Problem{Status: o.sent, Title: title(o.sent), Type: cfg.typeURI}
	if strings.IndexByte(p.Type, '{') >= 0 {
		p.Type = w.expand(p.Type)
	}
	if cfg.detail {
		p.Detail = detail(o)
	}
	p.Instance = w.instance()
	w.list(&p, o)
	w.scratch = p.Append(w.scratch[:0], format)
	return w.scratch, format
}

// instance is the ID of the request as a URI, "" where it has none.
func (w *responseWriter) instance() string {
	if w.requestID() == "" {
		return ""
	}
	if w.urn == "" {
		w.urn = urn + w.id
	}
	return w.urn
}

const requestIDPlaceholder = "http.request.uuid"

// requestID is {http.request.uuid}. To ask for it would write into the
// request's variables, which a connection attempt of reverse_proxy that lost
// its race may still be reading: a fatal error of the runtime. So an ID that
// nobody has asked for yet is made here, and kept where the placeholder is
// looked for first.
func (w *responseWriter) requestID() string {
	if w.replacer == nil || w.id != "" {
		return w.id
	}
	if id, ok := caddyhttp.GetVar(w.request.Context(), "uuid").(fmt.Stringer); ok {
		w.id = id.String()
		return w.id
	}
	w.urn = newURN()
	w.id = w.urn[len(urn):]
	w.replacer.Set(requestIDPlaceholder, w.id)
	if w.extra != nil {
		w.extra.Set(zap.String("uuid", w.id))
	}
	return w.id
}

// list fills in what the client can do about it, as the header fields say.
func (w *responseWriter) list(p *problem.Problem, o *outcome) {
	switch o.sent {
	case http.StatusMethodNotAllowed:
		p.Allowed = w.allowed()
	case http.StatusNotAcceptable:
		p.Available = w.resource.lists.available
	case http.StatusUnsupportedMediaType:
		p.Accepted = w.resource.lists.accepted
		if o.reason == normalize.ReasonContentCoding {
			p.Accepted = w.resource.lists.codings
		}
	case http.StatusServiceUnavailable:
		p.RetryAfter, _ = normalize.RetryAfter(w.header)
	}
}

// allowed are the methods in the Allow field, which may be the backend's.
func (w *responseWriter) allowed() []string {
	lines := w.header["Allow"]
	if m := w.resource.methods; m != nil && len(lines) == 1 && lines[0] == m.Allow() {
		return w.resource.lists.allowed
	}
	return normalize.List(lines)
}

func title(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return normalize.Name(status)
}

// detail says in a sentence what is the matter. Nothing in it comes from the
// request or the backend.
func detail(o *outcome) string {
	switch o.reason {
	case normalize.ReasonUnknownResource:
		return "No resource has this path."
	case normalize.ReasonMethod:
		return "This resource does not support the request method."
	case normalize.ReasonContentType:
		return "This resource does not take the media type of the request content, or it has none."
	case normalize.ReasonContentCoding:
		return "This resource does not decode the content coding of the request content."
	case normalize.ReasonAccept, normalize.ReasonRepresentation:
		return "This resource has no representation that the request accepts."
	case normalize.ReasonOverload:
		return "More is asked of this server than it can do at the moment; it has time again when Retry-After says."
	case normalize.ReasonBackendUnreachable:
		return "The server behind this gateway cannot be reached."
	case normalize.ReasonBackendTimeout:
		return "The server behind this gateway did not answer in time."
	case normalize.ReasonBackendIncomplete:
		return "The server behind this gateway broke off its answer."
	default:
		return details[o.sent]
	}
}

var details = map[int]string{
	http.StatusBadRequest:           "The request has missing or invalid information.",
	http.StatusUnauthorized:         "The request has no valid credentials.",
	http.StatusForbidden:            "The credentials of the request do not allow this.",
	http.StatusNotFound:             "There is nothing at this address.",
	http.StatusMethodNotAllowed:     "This resource does not support the request method.",
	http.StatusNotAcceptable:        "This resource has no representation that the request accepts.",
	http.StatusUnsupportedMediaType: "This resource does not support the format of the request content.",
	http.StatusInternalServerError:  "The server met an unexpected condition.",
	http.StatusServiceUnavailable:   "The server is overloaded or cannot answer for now.",
}
