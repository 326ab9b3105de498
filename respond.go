package statusgate

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
)

// This file is the one place that turns a decision into bytes.

// respond carries out a decision on a response from behind, or puts it off
// until the body tells more.
func (w *responseWriter) respond(o outcome) {
	if w.gate.report {
		o.replaced = w.planBody(&o) == planReplace
		w.conclude(o)
		w.state = statePassing
		w.ResponseWriter.WriteHeader(o.received)
		return
	}
	w.outcome = o
	w.drips = !w.returned && mayHaveBody(o.received, w.header)
	switch w.planBody(&o) {
	case planKeep:
		w.pass(o)
	case planDefer:
		w.state = stateDeferred
	case planConform:
		w.state = stateHolding
		if w.method == http.MethodHead {
			w.mended() // how long it would be for a GET, its body would have to tell
			w.state = stateDiscarding
			w.head(&o)
		}
	case planReplace:
		w.replace(o)
	case planDrop:
		w.drop(o)
	case planRefuse:
		w.state = stateRefusing
	}
}

// mend makes a decision known and gives the head the fields that it owes.
func (w *responseWriter) mend(o *outcome) {
	w.publish(o)
	if !o.verbatim {
		w.owe(o)
	}
	if o.stale() {
		normalize.DropFreshness(w.header)
		w.header["Cache-Control"] = w.single("no-store")
	}
	if w.varies {
		w.vary()
	}
	if o.changed() {
		delete(w.header, "Status") // how CGI writes the status that it was (RFC 3875 §6.3.3)
	}
	w.proxyStatus(o)
	w.settleBody(o)
	w.record(o)
}

// head sends the head under the status that was decided.
func (w *responseWriter) head(o *outcome) {
	w.mend(o)
	w.ResponseWriter.WriteHeader(o.sent)
}

// pass sends the head; the backend's body follows.
func (w *responseWriter) pass(o outcome) {
	if o.changed() {
		w.mendFraming(&o)
	}
	w.state = statePassing
	w.head(&o)
}

// mendFraming takes away what was true only under the received status.
func (w *responseWriter) mendFraming(o *outcome) {
	h := w.header
	switch o.received {
	case http.StatusNoContent, http.StatusNotModified:
		h["Content-Length"] = []string{"0"}
	case http.StatusPartialContent:
		delete(h, "Content-Range")
	}
}

// drop sends a head without a body; a 204 has not even the length of one
// (RFC 9110 §8.6).
func (w *responseWriter) drop(o outcome) {
	h := w.header
	normalize.DropBodyFields(h)
	if o.sent != http.StatusNoContent {
		h["Content-Length"] = []string{"0"}
	}
	w.state = stateDiscarding
	w.head(&o)
}

// replace sends our problem in place of the backend's body.
func (w *responseWriter) replace(o outcome) {
	o.replaced = !o.gateway
	h := w.header
	normalize.DropBodyFields(h)
	if o.internal() {
		delete(h, "Location") // leads to where the backend is, if anywhere
	}
	w.varies = w.varies || len(w.gate.problems.formats) > 1
	w.mend(&o) // the problem repeats what the fields say
	body, format := w.problem(&o)
	h["Content-Type"] = w.single(format.ContentType())
	w.send(&o, body)
}

// conform ends a held problem document: it is sent with its status member in
// line, or replaced where it is no valid problem.
func (w *responseWriter) conform() {
	out, ok := problem.Conform(w.scratch[len(w.scratch):], w.scratch, w.format, w.outcome.sent)
	if !ok {
		w.replace(w.outcome)
		return
	}
	w.mended()
	w.mend(&w.outcome)
	w.send(&w.outcome, out)
}

// mended drops what does not describe a document any more that was brought in
// line; it is still of the same media type.
func (w *responseWriter) mended() {
	h := w.header
	contentType := h["Content-Type"]
	normalize.DropBodyFields(h)
	h["Content-Type"] = contentType
}

// send writes a whole response of our own, whose head has been mended.
func (w *responseWriter) send(o *outcome, body []byte) {
	w.header["Content-Length"] = w.single(decimal(len(body)))
	w.state = stateDiscarding
	w.ResponseWriter.WriteHeader(o.sent)
	if w.method != http.MethodHead {
		_, _ = w.ResponseWriter.Write(body) // a client that left is net/http's to notice
	}
	if w.drips { // HTTP/1.1 sends the same bytes either way
		w.discardUntil = time.Now().Add(discardWait)
		_ = http.NewResponseController(w.ResponseWriter).Flush()
	}
}

// fail answers in the gateway's own name: with a problem, or with an error
// for handle_errors where problems are off.
func (w *responseWriter) fail(o outcome, cause error) error {
	normalize.DropTrailers(w.header)
	if o.received != notAsked && w.begun() {
		delete(w.header, "Set-Cookie") // of an answer that nobody gets
	}
	if !w.gate.problems.off {
		w.replace(o)
		return nil
	}
	normalize.DropBodyFields(w.header)
	w.mend(&o)
	return asHandlerError(o.sent, cause)
}

// asHandlerError gives an error the status that Caddy is to answer with.
// [caddyhttp.Error] would keep the status of an error that has one, however
// deep it is wrapped.
func asHandlerError(status int, cause error) error {
	if he, ok := errors.AsType[caddyhttp.HandlerError](cause); ok {
		he.StatusCode = status
		return he
	}
	return caddyhttp.Error(status, cause)
}

// answerOptions tells which methods a resource has (RFC 9110 §9.3.7).
func (w *responseWriter) answerOptions(o outcome) {
	h := w.header
	h["Allow"] = []string{w.resource.methods.Allow()}
	h["Content-Length"] = []string{"0"}
	o.verbatim = true
	w.state = stateDiscarding
	w.head(&o)
}

// proxyStatus keeps the received status, and tells errors of the gateway from
// those of the backend (RFC 9209).
func (w *responseWriter) proxyStatus(o *outcome) {
	if !w.gate.proxyStatus {
		return
	}
	received := notAsked
	if !o.gateway && o.changed() {
		received = o.received
	}
	if o.err == "" && !o.changed() || o.sent < 400 && o.gateway {
		return
	}
	h := w.header
	var value string
	switch {
	case o.reason == normalize.ReasonOverload:
		value = w.gate.overloaded
	case o.err == errDenied && received == notAsked:
		value = w.gate.denied
	default:
		value = normalize.ProxyStatus(w.gate.name, o.err, received)
	}
	if values := h["Proxy-Status"]; len(values) > 0 {
		h["Proxy-Status"] = append(values, value)
		return
	}
	h["Proxy-Status"] = w.single(value)
}

// vary tells that the response depends on the request's Accept.
func (w *responseWriter) vary() {
	if len(w.header["Vary"]) == 0 {
		w.header["Vary"] = w.single("Accept")
		return
	}
	normalize.AddVary(w.header, "Accept")
}

// decimal is a number as a field value, made once for all that are usual.
func decimal(n int) string {
	if n >= 0 && n < len(decimals) {
		return decimals[n]
	}
	return strconv.Itoa(n)
}

var decimals = func() (values [1024]string) {
	for n := range values {
		values[n] = strconv.Itoa(n)
	}
	return values
}()

// spareValues is how many fields with one value a response of ours has, or more.
const spareValues = 6

// single is a list of one value for a header field. The values of a response
// share a piece of memory, as those of a request do in net/textproto. They are
// not those of another response: a header directive in front may write into
// them.
func (w *responseWriter) single(value string) []string {
	if len(w.spare) == 0 {
		w.spare = make([]string, spareValues)
	}
	values := w.spare[:1:1]
	w.spare = w.spare[1:]
	values[0] = value
	return values
}
