package exchange

import (
	"net/http"
	"slices"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/faults"
	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

// judgement decides on a response, as far as it is known. It changes neither
// the response nor the request, so that a report is the same decision. While a
// body is held, whoever holds the inspection's lock may use it.
type judgement struct {
	gate       *Gate
	request    *request
	fields     http.Header // of the response
	response   normalize.Response
	undecided  bool // a rule was passed over: the body told too little
	unanswered bool // no handler has written anything
	compared   bool // the answer was held against the request's Accept
	mute       bool // the request would have been refused: the answer owes nothing
	noted      bool // its drift was
}

// begin judges a status, as far as the head tells. Where it is pending, the
// body has to tell more.
func (j *judgement) begin(status int, source normalize.Source) (o normalize.Outcome, pending bool) {
	return j.judge(&normalize.Response{Status: status, Source: source})
}

// judge judges what is known of a response beside its fields and its request.
func (j *judgement) judge(r *normalize.Response) (o normalize.Outcome, pending bool) {
	j.response = *r
	j.response.Header, j.response.Method, j.response.Request = j.fields, j.request.method, j.request.Header
	j.label()
	j.request.trace.answered(j)
	o, pending = j.decide()
	if !pending {
		j.putInspector()
	}
	return o, pending
}

// putInspector gives the inspector back, if there is one.
func (j *judgement) putInspector() {
	if r := &j.response; r.Inspector != nil {
		j.gate.Inspection.Plan.Put(r.Inspector)
		r.Inspector = nil
	}
}

// decide decides with what is known by now.
func (j *judgement) decide() (o normalize.Outcome, pending bool) {
	if o, pending = j.weigh(); !pending {
		j.request.trace.decided(j, &o)
	}
	return o, pending
}

func (j *judgement) weigh() (o normalize.Outcome, pending bool) {
	r := &j.response
	v := j.gate.Contract.Decide(r)
	if v.Pending {
		return normalize.Outcome{}, true
	}
	if j.gate.Resources.Description != nil && r.Source == normalize.SourceBackend && !j.unanswered {
		j.describe(&v)
	}
	j.undecided = v.Undecided
	o = normalize.Outcome{Received: r.Status, Sent: v.Status, Reason: v.Reason, Rule: v.Rule, Unknown: v.Unknown}
	o.Verbatim = v.Reason == normalize.ReasonAllowed || v.Reason == normalize.ReasonRule && j.gate.Passes[v.Rule]
	if o.Verbatim || r.Source == normalize.SourceGateway {
		return o, false
	}
	if j.isConnect(&o) {
		return o, false
	}
	if !j.location(&o) {
		return o, true
	}
	j.representation(&o)
	if v.Reason == normalize.ReasonClass || v.Reason == normalize.ReasonMalformed {
		j.gate.Telemetry.Unknown(r.Status, v.Reason, j.template())
	}
	return o, false
}

// isConnect passes the streams of Connect RPC, whose errors are within: their
// status is that of the transport.
func (j *judgement) isConnect(o *normalize.Outcome) bool {
	if o.Reason == normalize.ReasonRule || j.gate.Strict || !faults.IsConnectStream(j.fields.Get("Content-Type")) ||
		!faults.IsConnectRequest(j.request.Header, j.request.URL.RawQuery) {
		return false
	}
	o.Sent, o.Reason, o.Verbatim = o.Received, normalize.ReasonProtocol, true
	return true
}

// conclude decides with what is known, although the body ended so or is not
// looked at any further.
func (j *judgement) conclude(how inspect.Ending) normalize.Outcome {
	j.response.Inspector.End(how)
	j.response.Final = true
	o, _ := j.decide()
	return o
}

// location: 201 and 202 owe a Location (RFC 9110 §15.3.2, §15.3.3). It is false
// where the body has yet to tell what is in it.
func (j *judgement) location(o *normalize.Outcome) bool {
	if o.Sent != http.StatusCreated && o.Sent != http.StatusAccepted {
		return true
	}
	if j.fields.Get("Location") == "" && !j.capture() {
		return false
	}
	if locationOf(j.gate, j.request, j.fields, o.Sent) != "" {
		return true
	}
	if o.Sent == http.StatusAccepted {
		j.violated(telemetry.AcceptedWithoutLocation)
		return true
	}
	j.violated(telemetry.CreatedWithoutLocation)
	if j.gate.Strict {
		o.Sent = http.StatusOK
		if o.Reason != normalize.ReasonRule {
			o.Reason = normalize.ReasonLocation
		}
	}
	return true
}

// representation: an answer that the client's Accept rules out is a 406
// (RFC 9110 §15.5.7), if the request had no effect that the client must know of.
func (j *judgement) representation(o *normalize.Outcome) {
	mode := j.request.resource.Representations
	if mode == RepresentationsOff || o.Sent < 200 || o.Sent > 299 || o.Reason == normalize.ReasonRule {
		return
	}
	types := j.fields["Content-Type"]
	if len(types) == 0 || !mayHaveBody(o.Received, j.fields) || o.Received == http.StatusPartialContent {
		return
	}
	j.compared = j.represents()
	if negotiate.Accepts(j.request.accept, types[0]) {
		return
	}
	if !j.compared {
		j.violated(telemetry.UnacceptableRepresentation)
		return
	}
	o.Sent, o.Reason = http.StatusNotAcceptable, normalize.ReasonRepresentation
}

// label tells what the head says of the body: what it may be, and whether it
// may be looked into at all.
func (j *judgement) label() {
	r, look := &j.response, &j.gate.Inspection
	if look.Plan == nil || r.Source == normalize.SourceGateway {
		r.Final = true
		return
	}
	method := j.request.method
	r.Media = inspect.MediaOf(j.fields.Get("Content-Type"))
	r.Final = method == http.MethodHead || method == http.MethodConnect || r.Media == inspect.MediaStream || r.Status == http.StatusPartialContent ||
		r.Status == http.StatusNoContent || r.Status == http.StatusNotModified || caddyhttp.IsIncremental(j.fields)
	if len(look.HTML) > 0 && !r.Final {
		r.HTMLWelcome = j.request.takesHTML(j.fields.Get("Content-Type"))
	}
	if !r.Final && (j.unanswered || !mayHaveBody(r.Status, j.fields)) {
		r.Inspector = look.Plan.Get(r.Media, "", nil, true)
		if j.gate.Trace != nil {
			r.Inspector.Watch()
		}
		r.Inspector.End(inspect.Whole)
		r.Final = true
	}
}

// varies reports whether the request's Accept had a say in the decision, or would
// have had with another one. A 206 and a 304 are like their 200.
func (j *judgement) varies() bool {
	r := &j.response
	status := r.Status
	if status == http.StatusNotModified || status == http.StatusPartialContent {
		status = http.StatusOK
	}
	if j.compared || status != r.Status && j.represents() {
		return true
	}
	if r.Source == normalize.SourceGateway || status == http.StatusNoContent {
		return false
	}
	asks := slices.ContainsFunc(j.gate.Inspection.HTML, func(s normalize.Span) bool { return s.Low <= status && status <= s.High })
	return asks && inspect.HTMLPage().Possible(r.Media) && inspect.PageType(j.fields.Get("Content-Type")) != ""
}

// template is the path of the request as far as it may be told: that of its
// resource, or its shape.
func (j *judgement) template() string {
	if path := j.request.resource.Path; path != "" {
		return path
	}
	if o := j.request.operation; o != nil {
		return o.Path
	}
	return audit.Mask(j.request.URL.Path)
}

// violated counts what the backend owes.
func (j *judgement) violated(v telemetry.Violation) {
	if !j.mute {
		j.gate.Telemetry.Violated(v)
	}
}

// represents reports whether answers are held against the request's Accept.
func (j *judgement) represents() bool {
	switch j.request.resource.Representations {
	case RepresentationsAll:
		return true
	case RepresentationsSafe:
		return isSafe(j.request.method)
	default:
		return false
	}
}

// isSafe reports whether a method has no effect that its client must know of.
func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == methodQuery
}

// capture makes the values that a Location wants of the body known to its
// template. It is false as long as more of the body may tell them.
func (j *judgement) capture() bool {
	r, captures, replacer := &j.response, j.gate.Inspection.Captures, j.request.replacer
	if len(captures) == 0 || replacer == nil {
		return true
	}
	if r.Inspector == nil {
		return r.Final || r.Media != inspect.MediaJSON
	}
	all := true
	for i, pointer := range captures {
		value, ok := r.Inspector.Value(i)
		if segment := normalize.PathSegment(value); segment != "" {
			replacer.Set(JSONPlaceholder+pointer, segment)
		} else {
			replacer.Delete(JSONPlaceholder + pointer) // of a gate behind this one
			all = all && ok
		}
	}
	return all || r.Final || r.Inspector.Done()
}

// mayHaveBody reports whether the head from behind allows for a body.
func mayHaveBody(status int, h http.Header) bool {
	if status == http.StatusNoContent || status == http.StatusNotModified {
		return false
	}
	length := h["Content-Length"]
	return len(length) == 0 || length[0] != "0"
}
