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
//	/{+name}:cancel       slashes too, anywhere, at least one byte: "/a/b:cancel"
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
// then a segment with {+name} and all that follows it (the one with more literal
// bytes first, then with more segments), then {name...}.
//
// In a segment with {+name} the other variables take slashes as well. {+name} is
// the reserved expansion of RFC 6570 §3.2.3.
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
	literals literalSet[V]
	variable *node[V]
	end      *resource[V] // the path ends here
	rest     *resource[V] // the path goes on in any way
	patterns *patterns[V] // nil for most, so that a node is 64 bytes, a cache line
}

// patterns are the segments with text and variables that may follow a node.
type patterns[V any] struct {
	mixed mixedSet[V]
	spans []span[V] // in order of precedence
}

type resource[V any] struct {
	template string
	value    V
	strictly strictly
}

// Add puts value at the paths that template matches, see [Option]. The error names
// template and what is wrong with it: no "/" at its beginning; empty or dot segments, "*", "?",
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
	place := r.place(segments)
	if *place != nil {
		return fmt.Errorf("path template %q matches the same paths as %q", template, (*place).template)
	}
	*place = &resource[V]{template: template, value: value, strictly: strictlyFor(segments, options)}
	r.len++
	return nil
}

// Update puts what set returns at the paths that template matches. set gets the
// value that is there already, and whether there is one, under whatever names of
// variables; the options of that one stay. The errors are those of Add but for the
// last.
func (r *Resources[V]) Update(template string, set func(old V, ok bool) V, options ...Option) error {
	segments, err := parseTemplate(template)
	if err != nil {
		return err
	}
	place := r.place(segments)
	if *place == nil {
		*place = &resource[V]{template: template, strictly: strictlyFor(segments, options)}
		r.len++
		(*place).value = set((*place).value, false)
		return nil
	}
	(*place).value = set((*place).value, true)
	return nil
}

// place is where the resource of a template belongs.
func (r *Resources[V]) place(template []segment) **resource[V] {
	n := &r.root
	for i, s := range template {
		switch s.kind {
		case restSegment:
			return &n.rest
		case spanSegment:
			return n.withPatterns().addSpan(template[i:])
		default:
			n = n.child(s)
		}
	}
	return &n.end
}

// child is the node that s leads to, made where there is none.
func (n *node[V]) child(s segment) *node[V] {
	switch s.kind {
	case mixedSegment:
		return n.withPatterns().mixed.add(s.literals)
	case variableSegment:
		if n.variable == nil {
			n.variable = new(node[V])
		}
		return n.variable
	default:
		return n.literals.add(s.literals[0])
	}
}

// withPatterns is where the patterns of n are, made where there are none.
func (n *node[V]) withPatterns() *patterns[V] {
	if n.patterns == nil {
		n.patterns = new(patterns[V])
	}
	return n.patterns
}

// Len is the number of templates added.
func (r *Resources[V]) Len() int {
	if r == nil {
		return 0
	}
	return r.len
}

// Match returns the value of the most specific template that matches
// escapedPath, the form that URL.EscapedPath gives a request's path. An empty path
// is "/"; one that does not begin with "/", such as the "*" of OPTIONS, matches
// nothing.
//
// Time is linear in the length of the path plus, for each segment, a look into a
// map. A mixed segment costs a search that is logarithmic in its siblings and
// linear in those that begin alike; {+name} is linear in its siblings, of which
// those that end otherwise than the path cost a comparison. Where a more specific
// beginning turns out to lead nowhere, the next one is tried: at worst every node
// of the tree once, and each mixed segment twice, so that the work is bounded by
// the segments of all templates together times the length of a segment of the
// path, or of the path for templates with {+name}. A thousand templates made for
// that take about 60 µs, a hundred with {+name} from 3 to 300 µs. Paths of up to
// 512 bytes do not allocate, longer ones once (more often only where lower case is
// longer). Paths of more than 65 segments match no template with {+name}.
func (r *Resources[V]) Match(escapedPath string) (value V, ok bool) {
	return r.MatchFunc(escapedPath, nil)
}

// MatchFunc is Match among the values that take accepts: it is called with the
// values of the templates that match, the most specific first, until it returns
// true. A nil take accepts all.
func (r *Resources[V]) MatchFunc(escapedPath string, take func(V) bool) (value V, ok bool) {
	if r == nil {
		return value, false
	}
	return r.find(escapedPath, r.Strict, take)
}

// find is MatchFunc, strict or not.
func (r *Resources[V]) find(escapedPath string, strict bool, take func(V) bool) (value V, ok bool) {
	var buf [maxPath]byte
	text := buf[:0]
	if len(escapedPath) > len(buf) {
		text = make([]byte, 0, len(escapedPath))
	}
	var p segments
	if p.text, ok = p.split(text, escapedPath); !ok {
		return value, false
	}
	if strict && isSuspect(escapedPath) {
		p.suspect = escapedPath
	}
	found := r.root.match(&p, 0, take)
	if found == nil {
		return value, false
	}
	return found.value, true
}

// match finds the resource for the segments of p from index i on.
func (n *node[V]) match(p *segments, i int, take func(V) bool) *resource[V] {
	if i == p.n {
		return n.end.taken(p, take)
	}
	segment := p.at(i)
	if next := n.literals.find(segment); next != nil {
		if found := next.match(p, i+1, take); found != nil {
			return found
		}
	}
	if len(segment) > 0 {
		if found := n.matchVariables(p, i, segment, take); found != nil {
			return found
		}
	}
	if n.patterns != nil {
		if found := n.patterns.matchSpans(p, i, take); found != nil {
			return found
		}
	}
	return n.rest.taken(p, take)
}

// matchVariables goes on where segment is, in part or whole, for a variable.
func (n *node[V]) matchVariables(p *segments, i int, segment []byte, take func(V) bool) *resource[V] {
	if n.patterns != nil {
		mixed := &n.patterns.mixed
		for e := mixed.first(segment); e >= 0; e = mixed.next(segment, e) {
			if found := mixed.edges[e].next.match(p, i+1, take); found != nil {
				return found
			}
		}
	}
	if n.variable == nil {
		return nil
	}
	return n.variable.match(p, i+1, take)
}

// taken is the resource itself where it may have the path and take accepts it, else
// nil.
func (r *resource[V]) taken(p *segments, take func(V) bool) *resource[V] {
	if r == nil || p.suspect != "" && !r.strictly.take(p.suspect) || take != nil && !take(r.value) {
		return nil
	}
	return r
}
