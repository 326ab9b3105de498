package drift

import (
	"net/http"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// adopt takes over what the latest ledger of another configuration has of the same
// gate and documents.
func (l *Ledger) adopt() {
	var from *Ledger
	ledgers.Range(func(key, value any) bool {
		o, other := key.(owner), value.(*Ledger)
		if o != l.owner && o.gate == l.owner.gate && o.files == l.owner.files && (from == nil || other.opened > from.opened) {
			from = other
		}
		return true
	})
	if from == nil {
		return
	}
	named := l.api.named()
	for _, e := range from.Entries() {
		if l.api.lacks(&e, named) {
			l.put(key{e.Kind, e.Operation, e.Received, e.Value}, &e)
		}
	}
}

// named are all operations by their names.
func (a *API) named() map[string]*openapi.Operation {
	all := make(map[string]*openapi.Operation)
	for _, o := range a.Operations {
		all[o.String()] = o
	}
	if a.Contract != nil {
		for _, o := range a.Contract.Operations() {
			all[o.String()] = o
		}
	}
	return all
}

// lacks reports whether what was seen is still beside the description.
func (a *API) lacks(e *Entry, named map[string]*openapi.Operation) bool {
	switch e.Kind {
	case openapi.UnknownPath, openapi.UndocumentedMethod:
		if a.Contract == nil {
			return false
		}
		method, path := e.split()
		_, found := a.Contract.Find(method, sample(path))
		return found == negotiate.FoundNothing == (e.Kind == openapi.UnknownPath) && found != negotiate.FoundOperation
	default:
	}
	o := named[e.Operation]
	if o == nil {
		return false
	}
	response := o.Response(e.Received)
	switch e.Kind {
	case openapi.UndocumentedStatus:
		return o.Covers(e.Received) == openapi.Undocumented
	case openapi.UndocumentedType:
		return response != nil && !response.Declares([]string{e.Value})
	case openapi.MissingHeader:
		return response != nil && declares(response, e.Value)
	default:
		return o.Consumes != nil && !o.Consumes.Contains([]string{e.Value})
	}
}

// declares reports whether a response has a header field of a name.
func declares(r *openapi.Response, name string) bool {
	for _, f := range r.Missing(http.Header{}) {
		if f.Name == name {
			return true
		}
	}
	return false
}

// split gives the method and the path of the operation's name.
func (e *Entry) split() (method, path string) {
	method, path, _ = strings.Cut(e.Operation, " ")
	return method, path
}

// sample is a path that a template, or a shape, stands for.
func sample(path string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(path, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, path, _ = strings.Cut(after, "}")
		b.WriteByte('1')
	}
}
