package exchange

import (
	"net/http"
	"strings"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// appendProblem writes the problem of an outcome in the format that the client
// prefers. Its lists repeat what the fields say.
func appendProblem(dst []byte, g *Gate, r *request, fields http.Header, o *normalize.Outcome) ([]byte, problem.Format) {
	format, isSOAP := problem.FaultFormat(r.Header.Get("Content-Type"), len(r.Header["Soapaction"]) > 0)
	if !isSOAP {
		format = problem.Choose(r.accept, g.Problems.Formats)
	}
	p := problem.Problem{Status: o.Sent, Title: title(o.Sent), Type: g.Problems.Type}
	switch {
	case g.Problems.Kinds:
		p.Type = typeOf(g, r, o)
	case strings.IndexByte(p.Type, '{') >= 0:
		p.Type = r.expand(p.Type)
	}
	if g.Problems.Detail {
		p.Detail = detail(o)
	}
	p.Instance = r.instance()
	if job := r.job; job != nil {
		p.Detail, p.Provisioning = job.Detail, job.Provisioning
	}
	list(&p, r, fields, o)
	for _, m := range g.Problems.Members {
		p.Members = append(p.Members, problem.Member{Name: m.Name, Value: r.expand(m.Value)})
	}
	if format == problem.HTML && g.Problems.Pages != nil {
		page, err := g.Problems.Pages.Append(dst, &p)
		if err != nil {
			g.Telemetry.BadPage(err)
		}
		return page, format
	}
	return p.Append(dst, format), format
}

// list fills in what the client can do about it, as the fields say.
func list(p *problem.Problem, r *request, fields http.Header, o *normalize.Outcome) {
	res := r.resource
	switch o.Sent {
	case http.StatusMethodNotAllowed:
		p.Allowed = allowed(r, fields)
	case http.StatusNotAcceptable:
		p.Available = res.lists.available
	case http.StatusUnsupportedMediaType:
		p.Accepted = res.lists.accepted
		if o.Reason == normalize.ReasonContentCoding {
			p.Accepted = res.lists.codings
		}
	case http.StatusServiceUnavailable:
		p.RetryAfter, _ = normalize.RetryAfter(fields)
		p.Drawn = o.Owed&normalize.OwedRetryAfter != 0
	}
}

// allowed are the methods in the Allow field, which may be the backend's.
func allowed(r *request, fields http.Header) []string {
	lines, res := fields["Allow"], r.resource
	if m := res.Methods; m != nil && len(lines) == 1 && lines[0] == m.Allow() {
		return res.lists.allowed
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
func detail(o *normalize.Outcome) string {
	if o.Unknown {
		return "The outcome is unknown: the server behind this gateway may have done what the request asks for."
	}
	switch o.Reason {
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
		return details[o.Sent]
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
