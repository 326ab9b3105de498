package exchange

import (
	"net/http"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// plan says whose body the client gets.
type plan uint8

const (
	planKeep    plan = iota // the backend's, whatever it is
	planDefer               // the backend's unless it turns out to be empty
	planConform             // the backend's if it is a valid problem
	planReplace             // ours
	planDrop                // none
	planRefuse              // none; handle_errors has the word
)

// bodyPlan is a plan, and what the decision for it was made on.
type bodyPlan struct {
	plan
	format problem.Format // of the document, for planConform
	varies bool           // the request's Accept had a say
}

// planBody decides whose body goes with an outcome. It changes nothing.
func planBody(g *Gate, r *request, h http.Header, o *normalize.Outcome) bodyPlan {
	switch {
	case o.Sent == http.StatusNoContent && o.Received != http.StatusNoContent:
		return bodyPlan{plan: planDrop}
	case o.Reason == normalize.ReasonRepresentation && g.Problems.Off:
		return bodyPlan{plan: planRefuse}
	case o.Reason == normalize.ReasonRepresentation:
		return bodyPlan{plan: planReplace} // the client has just refused this body
	case o.Sent < 400 || o.Verbatim || g.Problems.Off:
		return bodyPlan{plan: planKeep}
	case g.Problems.Bodies == BodiesReplace || !mayHaveBody(o.Received, h):
		return bodyPlan{plan: planReplace}
	case g.Problems.Bodies == BodiesKeep:
		return bodyPlan{plan: keep(r)}
	}
	contentType := h.Get("Content-Type")
	if format, ok := problem.FormatOf(contentType); ok {
		return bodyPlan{plan: planProblem(r, h, o), format: format}
	}
	switch {
	case o.Internal() || !isShown(contentType):
		return bodyPlan{plan: planReplace}
	case !negotiate.Accepts(r.accept, contentType):
		return bodyPlan{plan: planReplace, varies: true}
	}
	return bodyPlan{plan: keep(r), varies: true}
}

// keep is the plan for a body that the client may see if there is one. A length
// alone is only the promise of one.
func keep(r *request) plan {
	if r.method == http.MethodHead {
		return planKeep
	}
	return planDefer
}

// planProblem: a problem document of the backend's is worth more than ours, if
// it is one. One that can't be read (a content coding) is trusted on a 4xx only.
func planProblem(r *request, h http.Header, o *normalize.Outcome) plan {
	switch {
	case o.Internal() && o.Sent < 500:
		return planReplace // below 500 extension members would stay
	case len(h["Content-Encoding"]) == 0:
		return planConform
	case o.Sent >= 500:
		return planReplace
	}
	return keep(r)
}

// isShown: a media type that a client's program can read. HTML is a page for
// people, and what has no media type is nothing that anyone can accept.
func isShown(contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	essence = strings.TrimSpace(essence)
	if strings.EqualFold(essence, "text/html") || strings.EqualFold(essence, "application/xhtml+xml") {
		return false
	}
	_, err := negotiate.ParseMediaType(contentType)
	return err == nil
}
