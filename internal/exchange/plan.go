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
	why      string   // for people
}

// planBody decides whose body goes with an outcome. It changes nothing. Connect
// says whether the body may be an error of Connect RPC.
func planBody(g *Gate, r *request, h http.Header, o *normalize.Outcome, connect bool) bodyPlan {
	switch {
	case o.Sent == http.StatusNoContent && o.Received != http.StatusNoContent:
		return bodyPlan{plan: planDrop, why: "a 204 has none"}
	case o.Reason == normalize.ReasonRepresentation && g.Problems.Off:
		return bodyPlan{plan: planRefuse, why: "the client has just refused it"}
	case o.Reason == normalize.ReasonRepresentation:
		return bodyPlan{plan: planReplace, why: "the client has just refused it"}
	case o.Sent < 400:
		return bodyPlan{plan: planKeep, why: "the answer is no error"}
	case o.Verbatim:
		return bodyPlan{plan: planKeep, why: "the answer passes as it is"}
	case g.Problems.Off:
		return bodyPlan{plan: planKeep, why: "problems are off"}
	case !mayHaveBody(o.Received, h):
		return bodyPlan{plan: planReplace, why: "it is empty"}
	case connect && mayBeConnect(g, r, h, o):
		return bodyPlan{plan: planHold, document: document{kind: connectDocument}, why: "it is an error of Connect RPC"}
	case g.Problems.Bodies == BodiesReplace:
		return bodyPlan{plan: planReplace, why: "problems bodies replace"}
	case g.Problems.Bodies == BodiesKeep:
		return bodyPlan{plan: keep(r), why: "problems bodies keep"}
	}
	return planError(r, h, o)
}

// planError decides about an error body of the backend's by what it may be.
func planError(r *request, h http.Header, o *normalize.Outcome) bodyPlan {
	contentType := h.Get("Content-Type")
	format, isProblem := problem.FormatOf(contentType)
	switch {
	case isProblem && o.Internal() && o.Sent < 500:
		// Below 500 extension members would stay.
		return bodyPlan{plan: planReplace, why: whyInternal}
	case isProblem:
		return bodyPlan{plan: planHold, document: document{kind: problemDocument, format: format}, why: "it is a problem (RFC 9457)"}
	case o.Internal() && mayHold(r, h) && faults.Possible(contentType):
		return bodyPlan{plan: planHold, document: document{kind: faultDocument}, why: "it is an error of the client's own protocol"}
	case o.Internal():
		return bodyPlan{plan: planReplace, why: whyInternal}
	case inspect.MediaOf(contentType) == inspect.MediaHTML && contentType != "":
		return bodyPlan{plan: planReplace, why: "it is a page of HTML"}
	}
	return bodyPlan{plan: keep(r), why: "the error is the client's"}
}

const whyInternal = "the error is internal: its body may show how the backend is made"

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
