package negotiate

import "fmt"

// Resources finds the value that belongs to a path. Its zero value is empty and
// ready for use; once all templates are added, it is safe for concurrent Match.
//
// A template is a path in which variables stand for text:
//
//	/orders               nothing but this path
//	/orders/{id}          one segment that is not empty
//	/reports/{name}.json  part of a segment, at least one byte
//	/files/{path...}      the rest of the path: "/files/", "/files/a/b", not "/files"
//
// Templates and paths are compared segment by segment, each percent-decoded, so
// %2F is part of a segment and %61 is "a". Case does not count, "//" is "/", and
// "/./" and "/../" are resolved before, escaped dots included: Caddy's path
// matcher does the same, and a gate that did not could be walked around by
// spelling. A trailing slash counts.
//
// Where several templates match, the most specific decides, segments compared
// from left to right: literal text, then text mixed with variables (the one with
// more literal bytes first, then the one that begins with more), then {name},
// then {name...}.
type Resources[V any] struct {
	// Strict makes Match refuse what a backend may resolve to another path than
	// the gate does: a path with a "." or ".." segment, and one in which a
	// variable would take an encoded slash, a backslash or parameters behind ";",
	// however they are spelled. To some backends /pub/..;/admin and
	// /pub/..%2Fadmin are /admin. Text that a template has itself is no such thing.
	Strict bool

	root node[V]
	len  int
}

// node is what may follow the segments that lead to it.
type node[V any] struct {
	literals map[string]*node[V]
	mixed    mixedSet[V]
	variable *node[V]
	end      *resource[V] // the path ends here
	rest     *resource[V] // the path goes on in any way
}

type resource[V any] struct {
	template string
	value    V
	strictly strictly
}

// Add puts value at the paths that template matches, see [Option]. The error names template and
// what is wrong with it: no "/" at its beginning; empty or dot segments, "*", "?",
// "#" or broken percent-encoding in its text; braces that do not pair; variables
// without a name, with the name of another, with characters other than letters,
// digits and _-.$@~, or with nothing between them; {name...} before the end or not
// as a segment of its own; more than 64 segments or 4096 bytes; or that an earlier
// template, which the error names as well, matches exactly the same paths.
func (r *Resources[V]) Add(template string, value V, options ...Option) error {
	segments, err := parseTemplate(template)
	if err != nil {
		return err
	}
	n, place := &r.root, (**resource[V])(nil)
	for _, s := range segments {
		if s.kind == restSegment {
			place = &n.rest
			break
		}
		n = n.child(s)
		place = &n.end
	}
	if *place != nil {
		return fmt.Errorf("path template %q matches the same paths as %q", template, (*place).template)
	}
	*place = &resource[V]{template: template, value: value, strictly: strictlyFor(segments, options)}
	r.len++
	return nil
}

// child is the node that s leads to, made where there is none.
func (n *node[V]) child(s segment) *node[V] {
	switch s.kind {
	case mixedSegment:
		return n.mixed.add(s.literals)
	case variableSegment:
		if n.variable == nil {
			n.variable = new(node[V])
		}
		return n.variable
	default:
		return n.literal(s.literals[0])
	}
}

func (n *node[V]) literal(text string) *node[V] {
	child := n.literals[text]
	if child == nil {
		if n.literals == nil {
			n.literals = make(map[string]*node[V])
		}
		child = new(node[V])
		n.literals[text] = child
	}
	return child
}

// Len is the number of templates added.
func (r *Resources[V]) Len() int {
	if r == nil {
		return 0
	}
	return r.len
}

// Match returns the value whose template matches escapedPath, the form that
// URL.EscapedPath gives a request's path. An empty path is "/"; one that does not
// begin with "/", such as the "*" of OPTIONS, matches nothing.
//
// Time is linear in the length of the path plus, for each segment, a look into a
// map. A mixed segment costs a search that is logarithmic in its siblings and
// linear in those that begin alike. Where a more specific beginning turns out to
// lead nowhere, the next one is tried: at worst every node of the tree once, and
// each mixed segment twice, so that the work is bounded by the segments of all
// templates together times the length of a segment of the path. A thousand
// templates made for that take about 60 µs. Paths of up to 512 bytes do not
// allocate, longer ones once (more often only where lower case is longer).
func (r *Resources[V]) Match(escapedPath string) (value V, ok bool) {
	if r == nil {
		return value, false
	}
	var buf [maxPath]byte
	text := buf[:0]
	if len(escapedPath) > len(buf) {
		text = make([]byte, 0, len(escapedPath))
	}
	var p segments
	if p.text, ok = p.split(text, escapedPath); !ok {
		return value, false
	}
	found := r.root.match(&p, 0)
	if found == nil || r.Strict && !found.strictly.take(escapedPath) {
		return value, false
	}
	return found.value, true
}

// match finds the resource for the segments of p from index i on.
func (n *node[V]) match(p *segments, i int) *resource[V] {
	if i == p.n {
		return n.end
	}
	segment := p.at(i)
	if next := n.literals[string(segment)]; next != nil {
		if found := next.match(p, i+1); found != nil {
			return found
		}
	}
	if len(segment) > 0 {
		if found := n.matchVariables(p, i, segment); found != nil {
			return found
		}
	}
	return n.rest
}

// matchVariables goes on where segment is, in part or whole, for a variable.
func (n *node[V]) matchVariables(p *segments, i int, segment []byte) *resource[V] {
	for e := n.mixed.first(segment); e >= 0; e = n.mixed.next(segment, e) {
		if found := n.mixed.edges[e].next.match(p, i+1); found != nil {
			return found
		}
	}
	if n.variable == nil {
		return nil
	}
	return n.variable.match(p, i+1)
}
