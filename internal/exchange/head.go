package exchange

import (
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/internal/failure"
	"github.com/statusgate/statusgate/normalize"
)

// head is the head of the answer until it is sent. Where bodies may be held, the
// handler has a header map of its own, because a timer may send the head while
// the handler uses it.
type head struct {
	fields http.Header // the client's
	own    http.Header // the handler's, nil where it uses the client's
	spare  []string    // for values of fields, see single
	varies bool        // the answer depends on the request's Accept
}

// handlers gives the handler its map. It is a copy where apart is set.
func (h *head) handlers(apart bool) http.Header {
	if !apart {
		return h.fields
	}
	if h.own == nil {
		h.own = make(http.Header, len(h.fields))
		maps.Copy(h.own, h.fields)
	}
	return h.own
}

// handOn makes the handler's fields those of the answer.
func (h *head) handOn() {
	if h.own == nil {
		return
	}
	clear(h.fields)
	maps.Copy(h.fields, h.own)
}

// handOnTrailers adds the trailer fields that the handler has set behind the
// body.
func (h *head) handOnTrailers() {
	if h.own == nil {
		return
	}
	for _, name := range normalize.List(h.fields["Trailer"]) {
		name = http.CanonicalHeaderKey(name)
		if values, ok := h.own[name]; ok {
			h.fields[name] = values
		}
	}
	for name, values := range h.own {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			h.fields[name] = values
		}
	}
}

// mend gives the head the fields that the outcome owes.
func (h *head) mend(g *Gate, r *request, o *normalize.Outcome) {
	if !o.Verbatim {
		owe(h, g, r, o)
	}
	if o.Stale() {
		normalize.DropFreshness(h.fields)
		h.set("Cache-Control", "no-store")
	}
	if h.varies && !o.Verbatim {
		h.vary()
	}
	if o.Sent == http.StatusUpgradeRequired {
		oweUpgrade(h, r, o)
	}
	if o.Changed() {
		delete(h.fields, "Status") // how CGI writes the status that it was (RFC 3875 §6.3.3)
	}
	h.proxyStatus(g, o)
	g.CORS.share(h, r, o)
}

// mendFraming takes away what is not true under the status that is sent, or not
// of use to its client: HTTP/2 clients such as curl take the length of a 204 or a
// 304 for the promise of a body (RFC 9110 §8.6, RFC 9113 §8.1.1).
func (h *head) mendFraming(o *normalize.Outcome, major int) {
	if o.Changed() {
		normalize.DropRange(h.fields, o.Received)
		switch o.Received {
		case http.StatusNoContent, http.StatusNotModified:
			h.set("Content-Length", "0")
		case http.StatusPartialContent:
			h.set("Cache-Control", "no-store") // a part is no whole
		}
	}
	if o.Sent == http.StatusNoContent || o.Sent == http.StatusNotModified && major > 1 {
		delete(h.fields, "Content-Length")
	}
}

// dropBody drops what describes a body that is not sent. The Content-Range of a 416
// is of the resource: clients read how long it is (RFC 9110 §15.5.17).
func (h *head) dropBody(sent int) {
	length := h.fields["Content-Range"]
	normalize.DropBodyFields(h.fields)
	if sent == http.StatusRequestedRangeNotSatisfiable && len(length) > 0 {
		h.fields["Content-Range"] = length
	}
}

// dropTrailers drops what describes trailers that are not sent.
func (h *head) dropTrailers() { normalize.DropTrailers(h.fields) }

// takeTrailers takes away what a handler without a map of its own has set behind a
// body that is still held: in front of the body it is none.
func (h *head) takeTrailers() http.Header {
	if h.own != nil {
		return nil
	}
	before := maps.Clone(h.fields)
	h.dropTrailers()
	for name := range h.fields {
		delete(before, name)
	}
	return before
}

// sameType drops what does not describe a document any more that was brought in
// line; it is still of the same media type.
func (h *head) sameType(sent int) {
	contentType := h.fields["Content-Type"]
	h.dropBody(sent)
	h.fields["Content-Type"] = contentType
}

// proxyStatus keeps the received status, and tells errors of the gateway from
// those of the backend (RFC 9209).
func (h *head) proxyStatus(g *Gate, o *normalize.Outcome) {
	if !g.ProxyStatus {
		return
	}
	received := normalize.NotAsked
	if !o.Gateway && o.Changed() {
		received = o.Received
	}
	if o.Error == "" && (!o.Changed() || o.Reason == normalize.ReasonJob) || o.Sent < 400 && o.Gateway {
		return
	}
	var value string
	switch {
	case o.Reason == normalize.ReasonOverload:
		value = g.proxyStatuses.overloaded
	case o.Error == failure.Denied && received == normalize.NotAsked:
		value = g.proxyStatuses.denied
	default:
		value = normalize.ProxyStatus(g.Name, o.Error, received)
	}
	if values := h.fields["Proxy-Status"]; len(values) > 0 {
		h.fields["Proxy-Status"] = append(values, value)
		return
	}
	h.set("Proxy-Status", value)
}

// vary tells that the answer depends on the request's Accept.
func (h *head) vary() {
	if len(h.fields["Vary"]) == 0 {
		h.set("Vary", "Accept")
		return
	}
	normalize.AddVary(h.fields, "Accept")
}

// set gives a field one value. Its name is in canonical form.
func (h *head) set(name, value string) { h.fields[name] = h.single(value) }

// spareValues is how many fields with one value an answer of ours has, or more.
const spareValues = 6

// single is a list of one value for a field. The values of an answer share a
// piece of memory, as those of a request do in net/textproto. They are not those
// of another answer: a header directive in front may write into them.
func (h *head) single(value string) []string {
	if len(h.spare) == 0 {
		h.spare = make([]string, spareValues)
	}
	values := h.spare[:1:1]
	h.spare = h.spare[1:]
	values[0] = value
	return values
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
