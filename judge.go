package statusgate

import (
	"net/http"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

// judge decides on a status that came from behind, as far as the head tells.
// It changes nothing, so that a report is the same decision. Where it is
// pending the body has to tell more.
func (w *responseWriter) judge(status int, source normalize.Source) (o outcome, pending bool) {
	w.response = normalize.Response{Status: status, Header: w.header, Source: source, Ranged: w.ranged}
	w.label()
	o, pending = w.rejudge()
	if r := &w.response; !pending && r.Inspector != nil {
		w.gate.inspection.plan.Put(r.Inspector)
		r.Inspector = nil
	}
	return o, pending
}

// rejudge decides with what is known by now.
func (w *responseWriter) rejudge() (o outcome, pending bool) {
	r := &w.response
	v := w.gate.contract.Decide(r)
	if v.Pending {
		return outcome{}, true
	}
	w.undecided = v.Undecided
	o = outcome{received: r.Status, sent: v.Status, reason: v.Reason, rule: v.Rule}
	o.verbatim = v.Reason == normalize.ReasonAllowed || v.Reason == normalize.ReasonRule && w.gate.rules[v.Rule].passes
	if o.verbatim || r.Source == normalize.SourceGateway {
		return o, false
	}
	if !w.judgeLocation(&o) {
		return o, true
	}
	w.judgeRepresentation(&o)
	if v.Reason == normalize.ReasonClass || v.Reason == normalize.ReasonMalformed {
		w.gate.events.unknown(r.Status, v.Reason)
	}
	return o, false
}

// judgeLocation: 201 and 202 owe a Location (RFC 9110 §15.3.2, §15.3.3). It is
// false where the body has yet to tell what is in it.
func (w *responseWriter) judgeLocation(o *outcome) bool {
	if o.sent != http.StatusCreated && o.sent != http.StatusAccepted {
		return true
	}
	if w.header.Get("Location") == "" && !w.capture() {
		return false
	}
	switch o.sent {
	case http.StatusCreated:
		if w.location(o.sent) != "" || w.gate.registered {
			break
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
	return true
}

// judgeRepresentation: an answer that the client's Accept rules out is a 406
// (RFC 9110 §15.5.7), if the request had no effect that the client must know of.
func (w *responseWriter) judgeRepresentation(o *outcome) {
	mode := w.resource.representations
	if mode == representationsOff || o.sent < 200 || o.sent > 299 || o.reason == normalize.ReasonRule {
		return
	}
	h := w.header
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
