package statusgate

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/normalize"
)

// owe gives a response the header fields that its status owes the client and
// the backend forgot.
func (w *responseWriter) owe(o *outcome) {
	h := w.header
	switch o.sent {
	case http.StatusCreated, http.StatusAccepted:
		if h.Get("Location") == "" {
			if location := w.location(o.sent); location != "" {
				h["Location"] = []string{location}
			}
		}
	case http.StatusUnauthorized:
		if len(h["Www-Authenticate"]) == 0 {
			h["Www-Authenticate"] = []string{w.expandChallenge()}
		}
	case http.StatusMethodNotAllowed:
		w.oweAllow(h)
	case http.StatusNotAcceptable:
		w.vary() // whatever the body
	case http.StatusUnsupportedMediaType:
		w.oweAccept(h, o)
	case http.StatusServiceUnavailable:
		if len(h["Retry-After"]) == 0 {
			h["Retry-After"] = w.single(w.gate.retryAfter)
		}
	}
	if w.gate.location.public && len(h["Location"]) > 0 {
		w.publishLocation(h)
	}
}

// oweAllow: the declared methods; where none are, the gate can't know
// (RFC 9110 §15.5.6).
func (w *responseWriter) oweAllow(h http.Header) {
	switch {
	case len(h["Allow"]) > 0:
	case w.resource.methods != nil:
		h["Allow"] = w.single(w.resource.methods.Allow())
	default:
		w.gate.violated(violationMethodNotAllowed)
	}
}

// oweAccept tells what would have been taken (RFC 9110 §12.5.1 and §12.5.3,
// Accept-Patch in RFC 5789, Accept-Post in LDP 1.0 §7.1).
func (w *responseWriter) oweAccept(h http.Header, o *outcome) {
	if o.reason == normalize.ReasonContentCoding {
		h["Accept-Encoding"] = []string{w.resource.codings.String()}
		return
	}
	if w.resource.consumes == nil || len(h["Accept"]) > 0 || len(h["Accept-Encoding"]) > 0 {
		return
	}
	ranges := w.resource.consumes.String()
	h["Accept"] = w.single(ranges)
	switch w.method {
	case http.MethodPatch:
		h["Accept-Patch"] = w.single(ranges)
	case http.MethodPost:
		h["Accept-Post"] = w.single(ranges)
	}
}

// expand fills in the placeholders of a configured value.
func (w *responseWriter) expand(template string) string {
	if w.replacer == nil {
		return template
	}
	w.foreseeID(template)
	return w.replacer.ReplaceAll(template, "")
}

// expandChallenge fills in the challenge. What comes from a request must not
// end a quoted string of it and begin a challenge of its own.
func (w *responseWriter) expandChallenge() string {
	challenge := w.gate.challenge
	if w.replacer == nil || strings.IndexByte(challenge, '{') < 0 {
		return challenge
	}
	w.foreseeID(challenge)
	challenge, _ = w.replacer.ReplaceFunc(challenge, func(_ string, value any) (any, error) {
		return normalize.QuotedContent(caddy.ToString(value)), nil
	})
	if strings.TrimSpace(challenge) == "" {
		return defaultChallenge
	}
	return challenge
}

// foreseeID makes the request's ID before a template asks Caddy for it.
func (w *responseWriter) foreseeID(template string) {
	if strings.Contains(template, requestIDPlaceholder) {
		w.requestID()
	}
}
