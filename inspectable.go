package statusgate

import (
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

// label tells the judgement what the head says of the body: what it may be,
// and whether it may be looked into at all.
func (w *responseWriter) label() {
	g, h, r := w.gate, w.header, &w.response
	if g.inspection.plan == nil || r.Source == normalize.SourceGateway {
		r.Final = true
		return
	}
	contentType := h.Get("Content-Type")
	r.Media = inspect.MediaOf(contentType)
	r.Final = w.method == http.MethodHead || w.method == http.MethodConnect || r.Media == inspect.MediaStream || r.Status == http.StatusPartialContent ||
		r.Status == http.StatusNoContent || r.Status == http.StatusNotModified || caddyhttp.IsIncremental(h)
	w.varies = g.inspection.html && r.Media == inspect.MediaHTML
	if g.inspection.html && !r.Final {
		r.HTMLWelcome = w.takesHTML()
	}
	if !r.Final && (w.unanswered || !mayHaveBody(r.Status, h)) {
		r.Inspector = g.inspection.plan.Get(r.Media, "", nil, true)
		r.Inspector.End(inspect.Whole)
		r.Final = true
	}
}

// takesHTML: HTML is welcome where the client accepts it, unless the resource
// has none.
func (w *responseWriter) takesHTML() bool {
	if p := w.resource.produces; p != nil {
		isHTML := func(t string) bool { return inspect.MediaOf(t) == inspect.MediaHTML }
		if !slices.ContainsFunc(p.Types(), isHTML) {
			return false
		}
	}
	return negotiate.Accepts(w.accept, "text/html")
}

// capture makes the values that a Location wants of the body known to its
// template. It is false as long as more of the body may tell them.
func (w *responseWriter) capture() bool {
	r := &w.response
	if len(w.gate.inspection.captures) == 0 || w.replacer == nil {
		return true
	}
	if r.Inspector == nil {
		return r.Final || r.Media != inspect.MediaJSON
	}
	all := true
	for i, pointer := range w.gate.inspection.captures {
		if value, ok := r.Inspector.Value(i); ok {
			w.replacer.Set(jsonPlaceholder+pointer, normalize.PathSegment(value))
		} else {
			w.replacer.Delete(jsonPlaceholder + pointer) // of a gate behind this one
			all = false
		}
	}
	return all || r.Final || r.Inspector.Done()
}

// offerDecodable leaves the backend only the codings that can be looked into
// (RFC 9110 §12.5.3).
func offerDecodable(r *http.Request) {
	lines := r.Header["Accept-Encoding"]
	if len(lines) == 0 {
		return
	}
	var offered []string
	for _, member := range normalize.List(lines) {
		coding, _, _ := strings.Cut(member, ";")
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding == "x-gzip" || slices.Contains(inspect.Codings(), coding) {
			offered = append(offered, member)
		}
	}
	if len(offered) == 0 {
		offered = []string{"identity"}
	}
	r.Header["Accept-Encoding"] = []string{strings.Join(offered, ", ")}
}
