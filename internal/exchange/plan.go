package exchange

import (
	"net/http"
	"strconv"

	"github.com/statusgate/statusgate/faults"
	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// plan says whose body the client gets.
type plan uint8

const (
	planKeep    plan = iota // the backend's, whatever it is
	planDefer               // the backend's unless it turns out to be empty
	planHold                // the backend's if it turns out to be a document
	planReplace             // ours
	planDrop                // none
	planRefuse              // none; handle_errors has the word
)

// bodyPlan is a plan, and what the decision for it was made on.
type bodyPlan struct {
	plan
	document document // for planHold
	varies   bool     // the request's Accept had a say
}

// planBody decides whose body goes with an outcome. It changes nothing. Connect
// says whether the body may be an error of Connect RPC.
func planBody(g *Gate, r *request, h http.Header, o *normalize.Outcome, connect bool) bodyPlan {
	switch {
	case o.Sent == http.StatusNoContent && o.Received != http.StatusNoContent:
		return bodyPlan{plan: planDrop}
	case o.Reason == normalize.ReasonRepresentation && g.Problems.Off:
		return bodyPlan{plan: planRefuse}
	case o.Reason == normalize.ReasonRepresentation:
		return bodyPlan{plan: planReplace} // the client has just refused this body
	case o.Sent < 400 || o.Verbatim || g.Problems.Off:
		return bodyPlan{plan: planKeep}
	case !mayHaveBody(o.Received, h):
		return bodyPlan{plan: planReplace}
	case connect && mayBeConnect(g, r, h, o):
		return bodyPlan{plan: planHold, document: document{kind: connectDocument}}
	case g.Problems.Bodies == BodiesReplace:
		return bodyPlan{plan: planReplace}
	case g.Problems.Bodies == BodiesKeep:
		return bodyPlan{plan: keep(r)}
	}
	return planError(r, h, o)
}

// planError decides about an error body of the backend's by what it may be.
func planError(r *request, h http.Header, o *normalize.Outcome) bodyPlan {
	contentType := h.Get("Content-Type")
	format, isProblem := problem.FormatOf(contentType)
	switch {
	case isProblem && o.Internal() && o.Sent < 500:
		return bodyPlan{plan: planReplace} // below 500 extension members would stay
	case isProblem:
		return bodyPlan{plan: planHold, document: document{kind: problemDocument, format: format}}
	case o.Internal() && mayHold(r, h) && faults.Possible(contentType):
		return bodyPlan{plan: planHold, document: document{kind: faultDocument}}
	case o.Internal() || inspect.MediaOf(contentType) == inspect.MediaHTML && contentType != "":
		return bodyPlan{plan: planReplace}
	}
	return bodyPlan{plan: keep(r)}
}

// keep is the plan for a body that the client may see if there is one. A length
// alone is only the promise of one.
func keep(r *request) plan {
	if r.method == http.MethodHead {
		return planKeep
	}
	return planDefer
}

// mayHold reports whether a body may come that is short enough to be held.
func mayHold(r *request, h http.Header) bool {
	if r.method == http.MethodHead {
		return false
	}
	length := h["Content-Length"]
	if len(length) == 0 {
		return true
	}
	n, err := strconv.Atoi(length[0])
	return err == nil && n <= holdLimit
}

// mayBeConnect reports whether an answer may be an error of Connect RPC, whose
// clients read the status together with the body
// (https://connectrpc.com/docs/protocol/#error-end-stream).
func mayBeConnect(g *Gate, r *request, h http.Header, o *normalize.Outcome) bool {
	return !g.Strict && o.Received >= 400 && o.Reason != normalize.ReasonRule && mayHold(r, h) &&
		inspect.MediaOf(h.Get("Content-Type")) == inspect.MediaJSON && faults.IsConnectRequest(r.Header, r.URL.RawQuery)
}
