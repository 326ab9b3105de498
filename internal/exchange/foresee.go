package exchange

import (
	"net/http"
	"net/url"

	"github.com/statusgate/statusgate/normalize"
)

// Foresee tells what the gate would make of an exchange of which a log has the
// method, the escaped path ("" for none), Accept ("" for none) and the status that
// came from behind; and the template of the resource that has the path, "" for none.
// Bodies and other fields are not known: no condition on them holds, the content of
// requests is not checked, and neither is Location. A status by which HTTP answers
// only a request that asked for it counts as asked for. It is safe for concurrent
// use, also while the gate serves.
func (g *Gate) Foresee(method, path, accept string, received int) (o normalize.Outcome, template string) {
	r := &http.Request{Method: method, URL: urlOf(path), Header: http.Header{}}
	if accept != "" {
		r.Header["Accept"] = []string{accept}
	}
	record := g.Telemetry.Record(r)
	req := newRequest(g, r, &record)
	if path != "" && g.Resources.Checks {
		o, ok := g.Resources.check(&req)
		if !ok {
			return o, req.resource.Path
		}
	}
	v := g.Contract.Decide(&normalize.Response{Status: received, Header: http.Header{}, Method: method, Request: asking, Final: true})
	return normalize.Outcome{Received: received, Sent: v.Status, Reason: v.Reason, Rule: v.Rule}, req.resource.Path
}

// asking are the fields of a request that asked for whatever came, but in words of
// WebDAV, which has methods for that.
var asking = http.Header{
	"Range": {""}, "Content-Range": {""}, "If-Match": {""}, "Expect": {""}, "Early-Data": {""}, "Upgrade": {""},
}

// urlOf is a URL with an escaped path, or with what a log has in its place.
func urlOf(path string) *url.URL {
	if u, err := url.ParseRequestURI(path); err == nil {
		return u
	}
	return &url.URL{Path: path}
}
