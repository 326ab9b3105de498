package drift

import (
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/openapi"
)

// Overlay is an OpenAPI Overlay that would document, in one of the documents, what
// is kept, as far as a description can say it. It is nil where there is no document.
func (l *Ledger) Overlay(file string) *openapi.Overlay {
	if l.api.Contract == nil {
		return nil
	}
	named, bases := l.api.named(), l.api.bases()
	var seen []openapi.Drift
	for _, e := range l.Entries() {
		d := openapi.Drift{Kind: e.Kind, Operation: named[e.Operation], Status: e.Received, Value: e.Value}
		ok := e.Received >= 100 && e.Received <= 599
		switch e.Kind {
		case openapi.UndocumentedStatus:
		case openapi.UndocumentedMethod:
			d.Method, d.Path = e.split()
		case openapi.UnknownPath:
			d.Method, d.Path = e.split()
			d.Path = template(d.Path, bases)
			ok = ok && d.Path != ""
		default:
			ok = ok && e.Value != "" // else a media type that is none
		}
		if ok {
			seen = append(seen, d)
		}
	}
	return l.api.Contract.DriftOverlay(file, seen)
}

// bases are the paths in front of those of the documents, the longest first.
func (a *API) bases() []string {
	var bases []string
	for _, o := range a.Contract.Operations() {
		for _, t := range o.Templates {
			if base, ok := strings.CutSuffix(t, o.Path); ok && !slices.Contains(bases, base) {
				bases = append(bases, base)
			}
		}
	}
	slices.SortFunc(bases, func(a, b string) int { return len(b) - len(a) })
	return bases
}

// template makes a template of a shape, as a document would have it: without the base,
// and with names for the variables. It is "" where none can be made.
func template(shape string, bases []string) string {
	const variable, cut = "{…}", "/…"
	i := slices.IndexFunc(bases, func(base string) bool { return strings.HasPrefix(shape, base+"/") })
	if i < 0 || strings.HasSuffix(shape, cut) {
		return ""
	}
	shape = strings.TrimPrefix(shape, bases[i])
	for n := 1; strings.Contains(shape, variable); n++ {
		shape = strings.Replace(shape, variable, "{value"+strconv.Itoa(n)+"}", 1)
	}
	return shape
}
