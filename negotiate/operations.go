package negotiate

import (
	"fmt"
	"net/http"
	"slices"
)

// Operations finds the value that belongs to a request by its path and its
// method. It is a [Resources] whose templates have methods: several templates can
// match a path, and the most specific one that has the method wins. Its zero value
// is empty and ready for use; once all operations are added, it is safe for
// concurrent Find.
type Operations[V any] struct {
	// Strict makes Find and Methods refuse paths, see [Resources].
	Strict bool

	resources Resources[operations[V]]
}

// operations are those of one template.
type operations[V any] []operation[V]

type operation[V any] struct {
	method string
	value  V
}

// AnyMethod stands for every method that its template does not name.
const AnyMethod = "*"

// Found says how much of a request is among the operations.
type Found uint8

const (
	// FoundNothing says that no template matches the path: 404.
	FoundNothing Found = iota
	// FoundPath says that templates match the path, but none has the method: 405.
	FoundPath
	// FoundOperation says that a template that matches the path has the method.
	FoundOperation
)

// Add puts value at a method, whose case counts (RFC 9110 §9.1), of the paths that
// template matches. The errors are those of [Resources.Add], except that templates
// for the same paths share their methods; the same method twice is one.
func (o *Operations[V]) Add(template, method string, value V, options ...Option) error {
	twice := false
	err := o.Update(template, method, func(old V, ok bool) V {
		if twice = ok; twice {
			return old
		}
		return value
	}, options...)
	if twice {
		return fmt.Errorf("path template %q already has the method %q", template, method)
	}
	return err
}

// Update puts what set returns at a method of the paths that template matches. set
// gets the value that is there already, and whether there is one. The errors are
// those of [Resources.Add] but for the last.
func (o *Operations[V]) Update(template, method string, set func(old V, ok bool) V, options ...Option) error {
	return o.resources.Update(template, func(old operations[V], _ bool) operations[V] {
		for i := range old {
			if old[i].method == method {
				old[i].value = set(old[i].value, true)
				return old
			}
		}
		var none V
		return append(slices.Clip(old), operation[V]{method, set(none, false)})
	}, options...)
}

// Len is the number of templates added, those for the same paths counted once.
func (o *Operations[V]) Len() int {
	if o == nil {
		return 0
	}
	return o.resources.Len()
}

// Find returns the value of the most specific template that matches escapedPath
// and has method. HEAD is GET where HEAD itself is not declared (RFC 9110 §9.3.2).
// Without such a value it says whether any template matches the path. The path and
// the work are those of [Resources.Match]; paths of up to 512 bytes do not
// allocate.
func (o *Operations[V]) Find(method, escapedPath string) (value V, found Found) {
	if o == nil {
		return value, FoundNothing
	}
	at := -1
	t, ok := o.resources.find(escapedPath, o.Strict, func(t operations[V]) bool {
		if at = t.index(method); at < 0 {
			found = FoundPath
		}
		return at >= 0
	})
	if !ok {
		return value, found
	}
	return t[at].value, FoundOperation
}

// index is that of the value for method, or -1.
func (t operations[V]) index(method string) int {
	anyMethod, get := -1, -1
	for i := range t {
		switch t[i].method {
		case method:
			return i
		case AnyMethod:
			anyMethod = i
		case http.MethodGet:
			get = i
		}
	}
	if method == http.MethodHead && get >= 0 {
		return get
	}
	return anyMethod
}

// Methods is the set of methods of all templates that match escapedPath, those of
// the most specific one first: what Allow lists with a 405 (RFC 9110 §10.2.1).
func (o *Operations[V]) Methods(escapedPath string) *Methods {
	m := new(Methods)
	if o == nil {
		return m
	}
	o.resources.find(escapedPath, o.Strict, func(t operations[V]) bool {
		for i := range t {
			if method := t[i].method; method != AnyMethod && !slices.Contains(m.declared, method) {
				m.declared = append(m.declared, method)
			}
		}
		return false
	})
	m.finish()
	return m
}
