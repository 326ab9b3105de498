package statusgate

import (
	"net/http"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

// judge decides on a status that came from behind. It changes nothing, so
// that a report is the same decision.
func (w *responseWriter) judge(status int, source normalize.Source) outcome {
	w.response = normalize.Response{Status: status, Header: w.Header(), Source: source, Ranged: w.ranged}
	v := w.gate.contract.Decide(&w.response)
	o := outcome{received: status, sent: v.Status, reason: v.Reason, rule: v.Rule}
	o.verbatim = v.Reason == normalize.ReasonAllowed || v.Reason == normalize.ReasonRule && w.gate.rules[v.Rule].passes
	if o.verbatim || source == normalize.SourceGateway {
		return o
	}
	w.judgeLocation(&o)
	w.judgeRepresentation(&o)
	if v.Reason == normalize.ReasonClass || v.Reason == normalize.ReasonMalformed {
		w.gate.events.unknown(status, v.Reason)
	}
	return o
}

// judgeLocation: 201 and 202 owe a Location (RFC 9110 §15.3.2, §15.3.3).
func (w *responseWriter) judgeLocation(o *outcome) {
	switch o.sent {
	case http.StatusCreated:
		if w.location(o.sent) != "" || w.gate.registered {
			return
		}
		w.gate.violated(violationCreated)
		o.sent = http.StatusOK
		if o.reason != normalize.ReasonRule {
			o.reason = normalize.ReasonLocation
		}
	case http.StatusAccepted:
		if w.location(o.sent) == "" {
			w.gate.violated(violationAccepted)
		}
	}
}

// judgeRepresentation: an answer that the client's Accept rules out is a 406
// (RFC 9110 §15.5.7), if the request had no effect that the client must know of.
func (w *responseWriter) judgeRepresentation(o *outcome) {
	mode := w.resource.representations
	if mode == representationsOff || o.sent < 200 || o.sent > 299 || o.reason == normalize.ReasonRule {
		return
	}
	h := w.Header()
	types := h["Content-Type"]
	if len(types) == 0 || !mayHaveBody(o.received, h) || o.received == http.StatusPartialContent {
		return
	}
	if negotiate.Accepts(w.accept, types[0]) {
		return
	}
	safe := w.method == http.MethodGet || w.method == http.MethodHead
	if !safe && mode != representationsAll {
		w.gate.violated(violationRepresentation)
		return
	}
	o.sent, o.reason = http.StatusNotAcceptable, normalize.ReasonRepresentation
}
