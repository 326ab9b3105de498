package exchange

import (
	"net/http"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/normalize"
)

// CORS says which pages of other origins may read what the gate answers or
// changes (https://fetch.spec.whatwg.org/#http-cors-protocol). What the backend
// says of its own answers stands.
type CORS struct {
	// Origins are those that may, with credentials. None: every one may, without.
	Origins []string
	// Expose are the fields that pages may read beside those that the contract owes.
	Expose []string
}

// owedFields are the fields of which the contract speaks, as pages ask for them.
var owedFields = []string{"Location", "Retry-After", "Allow", "WWW-Authenticate", "Accept", "Proxy-Status"}

// allows gives the value of Access-Control-Allow-Origin for an origin, "" where
// it may not read.
func (c *CORS) allows(origin string) string {
	switch {
	case origin == "" || origin == "null": // sandboxes and files: that could be anyone
		return ""
	case len(c.Origins) == 0:
		return "*"
	case slices.ContainsFunc(c.Origins, func(o string) bool { return strings.EqualFold(o, origin) }):
		return origin
	}
	return ""
}

// originOf is where the page comes from that asks, "" for no page.
func originOf(r *http.Request) string {
	if lines := r.Header["Origin"]; len(lines) == 1 {
		return lines[0]
	}
	return ""
}

// share lets a page of another origin read an answer that is the gate's, or that
// the gate has changed.
func (c *CORS) share(h *head, r *request, o *normalize.Outcome) {
	if c == nil || o.Verbatim || !o.Gateway && !o.Changed() && !o.Replaced {
		return
	}
	fields := h.fields
	normalize.AddVary(fields, "Origin")
	if len(fields["Access-Control-Allow-Origin"]) == 0 {
		allowed := c.allows(originOf(r.Request))
		if allowed == "" {
			return
		}
		h.set("Access-Control-Allow-Origin", allowed)
		if allowed != "*" {
			h.set("Access-Control-Allow-Credentials", "true")
		}
	}
	c.expose(h)
}

// expose adds the fields that are there and owed to those that pages may read.
func (c *CORS) expose(h *head) {
	exposed := normalize.List(h.fields["Access-Control-Expose-Headers"])
	if slices.Contains(exposed, "*") {
		return
	}
	before := len(exposed)
	add := func(name string) {
		if !slices.ContainsFunc(exposed, func(e string) bool { return strings.EqualFold(e, name) }) {
			exposed = append(exposed, name)
		}
	}
	for _, name := range owedFields {
		if len(h.fields[http.CanonicalHeaderKey(name)]) > 0 {
			add(name)
		}
	}
	for _, name := range c.Expose {
		add(name)
	}
	if len(exposed) > before {
		h.set("Access-Control-Expose-Headers", strings.Join(exposed, ", "))
	}
}

// answers reports whether the gate answers a preflight where the backend fails at
// it or refuses it: that of a listed origin, whose page could else not even read
// why.
func (c *CORS) answers(r *http.Request) bool {
	return c != nil && len(c.Origins) > 0 && isPreflight(r) && c.allows(originOf(r)) != ""
}

// refused reports whether an answer of the backend refuses a preflight.
func (c *CORS) refused(h *head, o *normalize.Outcome) bool {
	return o.Sent > 299 || len(h.fields["Access-Control-Allow-Origin"]) == 0
}

// allow answers a preflight in the backend's place. The outcome is that of the
// answer.
func (c *CORS) allow(h *head, r *request, o normalize.Outcome) normalize.Outcome {
	for name := range h.fields {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h.fields, name)
		}
	}
	// Also a method that the resource lacks: what comes is a 405, which the page can
	// read.
	h.set("Access-Control-Allow-Methods", strings.Join(r.Header["Access-Control-Request-Method"], ", "))
	if wanted := normalize.List(r.Header["Access-Control-Request-Headers"]); len(wanted) > 0 {
		h.set("Access-Control-Allow-Headers", strings.Join(wanted, ", "))
	}
	normalize.AddVary(h.fields, "Access-Control-Request-Method")
	normalize.AddVary(h.fields, "Access-Control-Request-Headers")
	o.Sent, o.Reason, o.Rule, o.Gateway, o.Error = http.StatusOK, normalize.ReasonMethod, -1, true, ""
	return o
}
