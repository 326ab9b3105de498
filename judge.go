package statusgate

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/problem"
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

// location gives the Location of a 201 or 202: the backend's own, or what the
// configuration and the response make of it; "" where there is none.
func (w *responseWriter) location(status int) string {
	h := w.Header()
	if values := h["Location"]; len(values) > 0 && values[0] != "" {
		return values[0]
	}
	if status == http.StatusAccepted {
		return w.expandLocation(w.gate.location.accepted)
	}
	if location := w.expandLocation(w.gate.location.created); location != "" {
		return location
	}
	if location := h.Get("Content-Location"); location != "" {
		return location
	}
	if w.method == http.MethodPut {
		return w.onThisHost(normalize.CleanLocation(originalURI(w.request)))
	}
	return ""
}

// expandLocation fills in a template. A placeholder without a value makes it
// useless: "/orders/" is not the order.
func (w *responseWriter) expandLocation(template string) string {
	if template == "" || w.replacer == nil {
		return ""
	}
	w.foreseeID(template)
	location, err := w.replacer.ReplaceOrErr(template, true, true)
	if err != nil {
		return ""
	}
	return w.onThisHost(normalize.CleanLocation(location))
}

// onThisHost keeps a path that begins with two slashes from naming a host
// (RFC 3986 §4.2).
func (w *responseWriter) onThisHost(location string) string {
	if !strings.HasPrefix(location, "//") {
		return location
	}
	scheme, host := publicBase(w.request)
	return scheme + "://" + host + location
}

// originalURI is the target URI as the client sent it, before any rewrite.
func originalURI(r *http.Request) string {
	if orig, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok && orig.URL != nil {
		return orig.URL.RequestURI()
	}
	return r.URL.RequestURI()
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

// mayHaveBody reports whether the head from behind allows for a body.
func mayHaveBody(status int, h http.Header) bool {
	if status == http.StatusNoContent || status == http.StatusNotModified {
		return false
	}
	length := h["Content-Length"]
	return len(length) == 0 || length[0] != "0"
}

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
	h := w.Header()
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

// publicBase is the scheme and host by which the client reached the gateway,
// or says a trusted proxy in front of it.
func publicBase(r *http.Request) (scheme, host string) {
	scheme, host = "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if trusted, _ := caddyhttp.GetVar(r.Context(), caddyhttp.TrustedProxyVarKey).(bool); !trusted {
		return scheme, host
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto == "http" || proto == "https" {
		scheme = proto
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && !strings.ContainsAny(forwarded, ", /\\") {
		host = forwarded
	}
	return scheme, host
}

// backendHosts are the names by which reverse_proxy reached the backend.
func backendHosts(replacer *caddy.Replacer) (hostport, host string) {
	if replacer == nil {
		return "", ""
	}
	hostport, _ = replacer.GetString("http.reverse_proxy.upstream.hostport")
	host, _ = replacer.GetString("http.reverse_proxy.upstream.host")
	return hostport, host
}
