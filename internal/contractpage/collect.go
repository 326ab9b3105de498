package contractpage

import (
	"net/http"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/openapi"
)

// collect makes the document of a gate that is ready to serve. Declared are its
// resources that have a path.
func collect(g *exchange.Gate, declared []*exchange.Resource) *Document {
	d := &Document{
		Gate: g.Name, UnknownResources: "pass", Statuses: []Status{},
		Retry: Retry{Least: g.Owed.RetryAfter.Low, Most: g.Owed.RetryAfter.High, Methods: repeatable, Advice: advice},
	}
	if rejects(&g.Resources) {
		d.UnknownResources = "reject"
	}
	if !g.Problems.Off {
		d.Problems = problems(g)
	}
	if j := g.Jobs; j != nil {
		d.Jobs = &Jobs{Path: j.Path, After: j.After.Seconds(), Keep: j.Keep.Seconds(), Cancel: j.Cancel, Asked: j.Matchers == nil}
	}
	d.Resources = resources(&g.Resources, declared)
	for _, status := range statuses(g, d.Resources) {
		d.Statuses = append(d.Statuses, statusOf(status))
	}
	return d
}

// repeatable are the idempotent methods that clients use (RFC 9110 §9.2.2).
var repeatable = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete}

func rejects(rs *exchange.Resources) bool {
	d := rs.Description
	return rs.Reject || d != nil && d.Reject && d.Requests == exchange.RequestsEnforce
}

func problems(g *exchange.Gate) *Problems {
	p := &Problems{Members: slices.Clone(members), Types: g.Problems.Kinds, MediaTypes: []string{}}
	for _, f := range g.Problems.Formats {
		mediaType, _, _ := strings.Cut(f.ContentType(), ";")
		p.MediaTypes = append(p.MediaTypes, mediaType)
	}
	for _, m := range g.Problems.Members {
		p.Members = append(p.Members, Named{m.Name, "A member of this API."})
	}
	for _, k := range kinds {
		if k.Section != "overload" && k.Section != "job" || k.Section == "overload" && g.Shedder != nil || k.Section == "job" && g.Jobs != nil {
			p.Kinds = append(p.Kinds, k)
		}
	}
	return p
}

// statuses are those that clients may get: what becomes of any status, what rules
// send, what operations document, and what the gate answers itself.
func statuses(g *exchange.Gate, resources []Resource) []int {
	seen := make(map[int]bool)
	for status := 200; status <= 999; status++ {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			o, _ := g.Foresee(method, "", "", status)
			seen[o.Sent] = true
		}
	}
	for _, to := range g.Targets {
		seen[to] = true
	}
	for _, r := range resources {
		for _, m := range r.Methods {
			for _, word := range m.Statuses {
				if code, err := openapi.ParseCode(word); err == nil {
					seen[int(code)] = true
				}
			}
		}
	}
	var list []int
	for status := range seen {
		if status >= 200 && status <= 599 {
			list = append(list, status)
		}
	}
	slices.Sort(list)
	return list
}

// resources are the declared ones and the operations of the documents, by path.
func resources(rs *exchange.Resources, declared []*exchange.Resource) []Resource {
	list := []Resource{}
	at := make(map[string]int)
	add := func(path string, m Method) {
		i, ok := at[path]
		if !ok {
			i = len(list)
			at[path] = i
			list = append(list, Resource{Path: path})
		}
		if !slices.ContainsFunc(list[i].Methods, func(have Method) bool { return have.Method == m.Method }) {
			list[i].Methods = append(list[i].Methods, m)
		}
	}
	closed := make(map[string]bool) // those that say which methods they have
	for _, r := range declared {
		closed[r.Path] = r.Methods != nil
		for _, m := range methodsOf(r) {
			add(r.Path, m)
		}
	}
	if d := rs.Description; d != nil && d.Contract != nil {
		for _, o := range d.Contract.Operations() {
			for _, path := range o.Templates {
				if !closed[path] {
					add(path, operation(o))
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Resource) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// methodsOf are those of a resource with what it says of each.
func methodsOf(r *exchange.Resource) []Method {
	names := r.Methods.List()
	if len(names) == 0 {
		names = []string{"*"}
	}
	list := make([]Method, 0, len(names))
	for _, name := range names {
		if name == http.MethodHead && slices.Contains(names, http.MethodGet) || name == http.MethodOptions {
			continue // they go without saying
		}
		m := Method{Method: name, Consumes: lines(r.Consumes.List()), Produces: lines(r.Produces.Types()), Codings: lines(r.Codings.List()), Statuses: []string{}}
		for i := range r.ByMethod {
			if of := &r.ByMethod[i]; of.Operation.Method == name {
				m.Consumes, m.Produces, m.Statuses = lines(of.Resource.Consumes.List()), lines(of.Resource.Produces.Types()), codes(of.Operation)
			}
		}
		list = append(list, m)
	}
	return list
}

func operation(o *openapi.Operation) Method {
	return Method{Method: o.Method, Consumes: lines(o.Consumes.List()), Produces: lines(o.Produces.Types()), Codings: []string{}, Statuses: codes(o)}
}

func codes(o *openapi.Operation) []string {
	list := make([]string, 0, len(o.Responses))
	for i := range o.Responses {
		list = append(list, o.Responses[i].Code.String())
	}
	return list
}

// lines is a list that is never null in JSON.
func lines(list []string) []string { return append([]string{}, list...) }
