package exchange

import (
	"net/http"

	"github.com/statusgate/statusgate/audit"
	"github.com/statusgate/statusgate/internal/drift"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// Description is what API descriptions say of requests and responses, and what
// resources say of their methods.
type Description struct {
	// Contract is what the documents say, nil where there are none.
	Contract *openapi.Contract
	// Requests says what becomes of requests that the documents do not have.
	Requests Requests
	// Statuses says what becomes of statuses that are not documented.
	Statuses Statuses
	// Reject says that a path that neither a resource nor a document has is a 404.
	Reject bool
	// Drift is where is noted what is not as described, nil for nowhere.
	Drift *drift.Ledger
	// Checks are what requests are held against, by what their operations say.
	Checks map[Types]*Resource

	watches bool // requests reach the backend that the documents do not have
}

// Types are those that an operation of a document takes and gives.
type Types struct {
	Consumes *negotiate.Ranges
	Produces *negotiate.Offers
}

// Requests says what becomes of requests that the documents do not have.
type Requests uint8

// What becomes of them, as the option openapi.requests says it.
const (
	RequestsEnforce Requests = iota
	RequestsReport
	RequestsOff
)

// Statuses says what becomes of statuses that are not documented.
type Statuses uint8

// What becomes of them, as the option openapi.statuses says it.
const (
	StatusesReport Statuses = iota
	StatusesNormalize
	StatusesOff
)

// Method is what a resource says of one of its methods.
type Method struct {
	// Resource is what requests with the method are held against.
	Resource *Resource
	// Operation has its name and the statuses that it documents.
	Operation *openapi.Operation
	// Documents says that it tells which statuses it has.
	Documents bool
}

// Said is a set of the options that a resource has itself.
type Said uint8

// The options.
const (
	SaidMethods Said = 1 << iota
	SaidConsumes
	SaidProduces
	SaidCodings
)

// method is what the resource says of a method, nil where it says nothing. HEAD is
// GET where it has no word of its own.
func (res *Resource) method(name string) *Method {
	var found *Method
	for i := range res.ByMethod {
		m := &res.ByMethod[i]
		switch {
		case m.Operation.Method == name:
			return m
		case name == http.MethodHead && m.Operation.Method == http.MethodGet:
			found = m
		}
	}
	return found
}

// under gives what the resource and an operation of a document say together. The
// resource wins.
func (res *Resource) under(document *Resource) *Resource {
	const both = SaidConsumes | SaidProduces
	switch {
	case res.Path == "":
		return document
	case res.Says&both == both:
		return res
	}
	if joined, ok := res.joined.Load(document); ok {
		return joined.(*Resource)
	}
	joined := &Resource{
		Path: res.Path, Route: res.Route, Methods: res.Methods, Consumes: document.Consumes, Produces: document.Produces, Codings: res.Codings,
		Representations: document.Representations, Says: res.Says,
	}
	if res.Says&SaidConsumes != 0 {
		joined.Consumes = res.Consumes
	}
	if res.Says&SaidProduces != 0 {
		joined.Produces, joined.Representations = res.Produces, res.Representations
	}
	joined.Ready()
	kept, _ := res.joined.LoadOrStore(document, joined)
	return kept.(*Resource)
}

// description is what is said of a request.
type description struct {
	operation  *openapi.Operation // nil where there is none
	documented *openapi.Operation // whose statuses count, nil where none do
	contract   *openapi.Contract  // where the documents say which methods there are
	path       string             // escaped, as it came
	allow      *negotiate.Methods // those of the path, once they were needed
	beside     *drift.Sighting    // where the documents do not have the request
}

// look finds what is said of a request, and what it is held against. It reports
// whether nothing has its path and it is to be refused for that.
func (d *Description) look(r *request, rejectUnknown bool) (refused bool) {
	method := methodOf(r.Request)
	unknown := r.resource.Path == ""
	if m := r.resource.method(method); m != nil {
		r.resource, r.operation = m.Resource, m.Operation
		if m.Documents {
			r.documented = m.Operation
		}
	}
	if d.Contract == nil {
		refused = unknown && rejectUnknown
	} else {
		refused = d.find(r, method, unknown, rejectUnknown)
	}
	if d.Statuses == StatusesOff || isPreflight(r.Request) {
		r.documented = nil
	}
	return refused
}

// find is look for the documents.
func (d *Description) find(r *request, method string, unknown, rejectUnknown bool) (refused bool) {
	r.path = r.URL.EscapedPath()
	o, found := d.Contract.Find(method, r.path)
	switch {
	case found == negotiate.FoundNothing:
		refused = unknown && (rejectUnknown || d.Reject && d.Requests == RequestsEnforce)
		if unknown && d.Requests != RequestsOff && (!refused || d.watches) {
			r.besides(openapi.UnknownPath, audit.Mask(r.URL.Path))
		}
		return refused
	case found == negotiate.FoundOperation && !o.Exempt:
		d.take(r, o)
	case found == negotiate.FoundPath && r.resource.Says&SaidMethods == 0:
		if d.Requests == RequestsEnforce {
			r.contract = d.Contract
		}
		if d.watches && method != http.MethodOptions {
			r.besides(openapi.UndocumentedMethod, d.pathOf(r.path))
		}
	}
	return false
}

// take holds a request against an operation of a document, as far as no resource
// says otherwise.
func (d *Description) take(r *request, o *openapi.Operation) {
	says := r.resource.Says
	r.operation = o
	if r.documented == nil {
		r.documented = o
	}
	if d.Requests == RequestsEnforce {
		if says&SaidMethods == 0 {
			r.contract = d.Contract
		}
		r.resource = r.resource.under(d.Checks[Types{o.Consumes, o.Produces}])
	}
	if d.watches && says&SaidConsumes == 0 && o.Consumes != nil && !o.Consumes.Contains(r.Header["Content-Type"]) && r.hasContent() {
		r.beside = &drift.Sighting{Kind: openapi.RequestType, Method: o.Method, Path: o.Path, Value: r.Header.Get("Content-Type")}
	}
}

// besides notes in which way the documents do not have a request that is to reach
// the backend.
func (r *request) besides(kind openapi.Kind, path string) {
	if !isPreflight(r.Request) {
		r.beside = &drift.Sighting{Kind: kind, Method: r.method, Path: path}
	}
}

// pathOf is the path of the most specific operation, whatever its method, as the
// documents have it.
func (d *Description) pathOf(escapedPath string) string {
	for _, method := range d.Contract.Methods(escapedPath).List() {
		if o, _ := d.Contract.Find(method, escapedPath); o != nil {
			return o.Path
		}
	}
	return ""
}

// methods are those of the request's path, nil where nobody says which there are.
func (r *request) methods() *negotiate.Methods {
	if r.contract == nil {
		return r.resource.Methods
	}
	if r.allow == nil {
		r.allow = r.contract.Methods(r.path)
	}
	return r.allow
}
