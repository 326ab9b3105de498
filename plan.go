package statusgate

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

// planBody decides whose body goes with a decision.
func (w *responseWriter) planBody(o *outcome) plan {
	switch {
	case o.sent == http.StatusNoContent && o.received != http.StatusNoContent:
		return planDrop
	case o.reason == normalize.ReasonRepresentation && w.gate.problems.off:
		return planRefuse
	case o.reason == normalize.ReasonRepresentation:
		return planReplace // the client has just refused this body
	case o.sent < 400 || o.verbatim || w.gate.problems.off:
		return planKeep
	}
	h := w.header
	if w.gate.problems.bodies == bodiesReplace || !mayHaveBody(o.received, h) {
		return planReplace
	}
	if w.gate.problems.bodies == bodiesKeep {
		return w.keep(h)
	}
	contentType := h.Get("Content-Type")
	if format, ok := problem.FormatOf(contentType); ok {
		return w.planProblem(o, h, format)
	}
	if o.internal() || !isShown(contentType) {
		return planReplace
	}
	w.varies = true
	if !negotiate.Accepts(w.accept, contentType) {
		return planReplace
	}
	return w.keep(h)
}

// keep is the plan for a body that the client may see if there is one.
func (w *responseWriter) keep(h http.Header) plan {
	if len(h["Content-Length"]) > 0 || w.method == http.MethodHead {
		return planKeep
	}
	return planDefer
}

// planProblem: a problem document of the backend's is worth more than ours,
// if it is one. One that can't be read (a content coding) is trusted on a 4xx
// only.
func (w *responseWriter) planProblem(o *outcome, h http.Header, format problem.Format) plan {
	w.format = format
	if o.internal() && o.sent < 500 {
		return planReplace // below 500 extension members would stay
	}
	if len(h["Content-Encoding"]) == 0 {
		return planConform
	}
	if o.sent >= 500 {
		return planReplace
	}
	return w.keep(h)
}

// isShown: a media type that a client's program can read. HTML is a page
// for people, and what has no media type is nothing that anyone can accept.
func isShown(contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	essence = strings.TrimSpace(essence)
	if strings.EqualFold(essence, "text/html") || strings.EqualFold(essence, "application/xhtml+xml") {
		return false
	}
	_, err := negotiate.ParseMediaType(contentType)
	return err == nil
}

// mayHaveBody reports whether the head from behind allows for a body.
func mayHaveBody(status int, h http.Header) bool {
	if status == http.StatusNoContent || status == http.StatusNotModified {
		return false
	}
	length := h["Content-Length"]
	return len(length) == 0 || length[0] != "0"
}
