package exchange

import (
	"math/rand/v2"
	"net/http"

	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/normalize"
)

// owe gives an answer the header fields that its status owes the client and the
// backend forgot.
func owe(h *head, g *Gate, r *request, o *normalize.Outcome) {
	fields := h.fields
	switch o.Sent {
	case http.StatusCreated, http.StatusAccepted:
		if fields.Get("Location") == "" {
			if location := locationOf(g, r, fields, o.Sent); location != "" {
				h.set("Location", location)
				o.Owed |= normalize.OwedLocation
			} else {
				delete(fields, "Location") // an empty one leads to the request's own URI
			}
		}
	case http.StatusUnauthorized:
		if !normalize.HasChallenge(fields["Www-Authenticate"]) {
			h.set("Www-Authenticate", r.expandChallenge(g.Owed.Challenge))
			o.Owed |= normalize.OwedChallenge
		}
	case http.StatusMethodNotAllowed:
		oweAllow(h, g, r, o)
	case http.StatusNotAcceptable:
		h.vary() // whatever the body
	case http.StatusUnsupportedMediaType:
		oweAccept(h, r, o)
	}
	oweRetryAfter(h, g, o)
	switch {
	case len(fields["Location"]) == 0:
	case o.Sent >= 500:
		hideLocation(r, fields)
	case g.Owed.Public:
		o.Moved = publishLocation(g, r, fields)
	}
}

// oweRetryAfter tells when to come back: not all at once, and not at all where
// nobody knows what the first request has done. What no client can read is missing.
func oweRetryAfter(h *head, g *Gate, o *normalize.Outcome) {
	switch {
	case o.Unknown:
		delete(h.fields, "Retry-After")
	case o.Sent == http.StatusServiceUnavailable:
		if !normalize.MendRetryAfter(h.fields) {
			h.set("Retry-After", decimal(g.Owed.RetryAfter.Draw(rand.IntN)))
			o.Owed |= normalize.OwedRetryAfter
		}
	case o.Sent >= 400 && len(h.fields["Retry-After"]) > 0:
		normalize.MendRetryAfter(h.fields)
	}
}

// oweUpgrade puts back what reverse_proxy takes from a 426: the protocols that
// the server wants (RFC 9110 §15.5.22). Later versions of HTTP have no such
// fields.
func oweUpgrade(h *head, r *request, o *normalize.Outcome) {
	if r.ProtoMajor != 1 || len(h.fields["Upgrade"]) > 0 || r.replacer == nil {
		return
	}
	if wanted, _ := r.replacer.GetString("http.reverse_proxy.header.Upgrade"); wanted != "" {
		h.set("Upgrade", wanted)
		o.Owed |= normalize.OwedUpgrade
		h.fields["Connection"] = append(h.fields["Connection"], "Upgrade")
	}
}

// methodQuery is safe, and has content (draft-ietf-httpbis-safe-method-w-body).
const methodQuery = "QUERY"

// oweAllow: the declared methods; where none are, the gate can't know
// (RFC 9110 §15.5.6).
func oweAllow(h *head, g *Gate, r *request, o *normalize.Outcome) {
	switch {
	case normalize.HasMember(h.fields["Allow"]):
	case r.methods() != nil:
		h.set("Allow", r.methods().Allow())
		o.Owed |= normalize.OwedAllow
	default:
		delete(h.fields, "Allow")
		g.Telemetry.Violated(telemetry.MethodNotAllowedWithoutAllow)
	}
}

// oweAccept tells what would have been taken (RFC 9110 §12.5.1 and §12.5.3,
// Accept-Patch in RFC 5789, Accept-Post in LDP 1.0 §7.1, Accept-Query in
// draft-ietf-httpbis-safe-method-w-body).
func oweAccept(h *head, r *request, o *normalize.Outcome) {
	fields, res := h.fields, r.resource
	if o.Reason == normalize.ReasonContentCoding {
		h.set("Accept-Encoding", res.Codings.String())
		o.Owed |= normalize.OwedAccept
		return
	}
	if res.Consumes == nil || normalize.HasMember(fields["Accept"]) || normalize.HasMember(fields["Accept-Encoding"]) {
		return
	}
	ranges := res.Consumes.String()
	h.set("Accept", ranges)
	o.Owed |= normalize.OwedAccept
	switch r.method {
	case http.MethodPatch:
		h.set("Accept-Patch", ranges)
	case http.MethodPost:
		h.set("Accept-Post", ranges)
	case methodQuery:
		h.set("Accept-Query", ranges)
	}
}

// mayOwe reports whether a status owes its client a field, or has a Location that
// may have to move: whether owe may change anything.
func mayOwe(fields http.Header, o *normalize.Outcome) bool {
	switch o.Sent {
	case http.StatusCreated, http.StatusAccepted, http.StatusUnauthorized, http.StatusMethodNotAllowed, http.StatusNotAcceptable,
		http.StatusUnsupportedMediaType, http.StatusServiceUnavailable:
		return true
	}
	return len(fields["Location"]) > 0
}
