package negotiate

import (
	"bytes"
	"cmp"
	"slices"
)

// span is the end of a template, from the first segment with {+name} on. It is a
// list of chunks, because {+name} can come more than once.
type span[V any] struct {
	chunks []chunk
	rest   bool   // {name...} follows
	tail   string // what a path that matches ends with
	weight int    // bytes of all literals
	count  int    // segments of the template, {name...} left out
	end    *resource[V]
}

// chunk is a segment with {+name} and the segments after it that have none.
type chunk struct {
	pattern
	fixed []matcher
}

// matcher is a segment whose variables take no slashes. The literals of a
// variableSegment are two empty ones.
type matcher struct {
	kind segmentKind
	pattern
}

// addSpan is where the resource belongs whose template ends with segments.
func (ps *patterns[V]) addSpan(segments []segment) **resource[V] {
	s := newSpan[V](segments)
	at, found := slices.BinarySearchFunc(ps.spans, s, span[V].compare)
	if !found {
		ps.spans = slices.Insert(ps.spans, at, s)
	}
	return &ps.spans[at].end
}

// matchSpans finds the resource for the segments of p from index i on.
func (ps *patterns[V]) matchSpans(p *segments, i int, take func(V) bool) *resource[V] {
	for s := range ps.spans {
		if ps.spans[s].matches(p, i) {
			if found := ps.spans[s].end.taken(p, take); found != nil {
				return found
			}
		}
	}
	return nil
}

func newSpan[V any](segments []segment) span[V] {
	var s span[V]
	for _, segment := range segments {
		if segment.kind == restSegment {
			s.rest, s.tail = true, ""
			return s
		}
		p := newPattern(segment.literals)
		s.weight += p.weight
		s.count++
		s.tail = segment.literals[len(segment.literals)-1]
		if segment.kind == spanSegment {
			s.chunks = append(s.chunks, chunk{pattern: p})
			continue
		}
		last := &s.chunks[len(s.chunks)-1]
		last.fixed = append(last.fixed, matcher{kind: segment.kind, pattern: p})
	}
	return s
}

// compare orders spans by precedence, as pattern.compare does: more literal bytes
// first, then more segments, then the longer beginning, then those without
// {name...}, then the kinds and texts of their segments. It is 0 for spans that match the same paths.
func (s span[V]) compare(t span[V]) int {
	return cmp.Or(
		cmp.Compare(t.weight, s.weight),
		cmp.Compare(t.count, s.count),
		cmp.Compare(len(t.chunks[0].literals[0]), len(s.chunks[0].literals[0])),
		compareBool(s.rest, t.rest),
		slices.CompareFunc(s.chunks, t.chunks, chunk.compare),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

func (c chunk) compare(d chunk) int {
	return cmp.Or(
		slices.Compare(c.literals, d.literals),
		slices.CompareFunc(c.fixed, d.fixed, func(m, n matcher) int {
			return cmp.Or(cmp.Compare(m.kind, n.kind), slices.Compare(m.literals, n.literals))
		}),
	)
}

// matches reports whether the segments of p from index i on fit the span. Taking
// as few segments as will do for each chunk but the last is enough: what is left
// for the later ones can only shrink with more.
func (s *span[V]) matches(p *segments, i int) bool {
	if p.n > len(p.ends) || !hasSuffix(p.at(p.n-1), s.tail) {
		return false
	}
	last := len(s.chunks) - 1
	for c := range s.chunks {
		chunk := &s.chunks[c]
		if c == last && !s.rest {
			to := p.n - 1 - len(chunk.fixed)
			return to >= i && chunk.matches(p, i, to)
		}
		next := ""
		if c < last {
			next = s.chunks[c+1].literals[0]
		}
		if i = chunk.advance(p, i, next); i < 0 {
			return false
		}
	}
	return true
}

// advance takes the least number of segments that fit the chunk and leave a
// segment that begins with next. It returns the index of that one, or -1.
func (c *chunk) advance(p *segments, i int, next string) int {
	for to := i; to+len(c.fixed)+1 < p.n; to++ {
		after := to + len(c.fixed) + 1
		if hasPrefix(p.at(after), next) && c.matches(p, i, to) {
			return after
		}
	}
	return -1
}

// matches reports whether the segments from one to another fit the segment with
// {+name}, and those after them the fixed ones.
func (c *chunk) matches(p *segments, from, to int) bool {
	for i := range c.fixed {
		if !c.fixed[i].fits(p.at(to + 1 + i)) {
			return false
		}
	}
	if !hasPrefix(p.at(from), c.literals[0]) {
		return false
	}
	if from == to {
		return c.pattern.matches(p.at(from))
	}
	return hasSuffix(p.at(to), c.suffix()) && c.hasInner(p, from, to)
}

func (c *chunk) suffix() string { return c.literals[len(c.literals)-1] }

// hasInner reports whether the literals between the variables come one after the
// other in the segments given, between the first literal and the last. A slash
// is as good as any byte for a variable.
func (c *chunk) hasInner(p *segments, from, to int) bool {
	i, segment := from, p.at(from)[len(c.literals[0]):]
	least := 1 // bytes of segment that belong to the variable before the literal
	for _, literal := range c.inner {
		at := -1
		for {
			if len(segment) >= least {
				at = bytes.Index(segment[least:], literal)
			}
			if at >= 0 || i == to {
				break
			}
			i++
			segment, least = p.at(i), 0
			if i == to {
				segment = segment[:len(segment)-len(c.suffix())]
			}
		}
		if at < 0 {
			return false
		}
		segment, least = segment[least+at+len(literal):], 1
	}
	return i < to || len(segment) >= least
}

// fits reports whether the segment is one of the template's.
func (m *matcher) fits(segment []byte) bool {
	if m.kind == literalSegment {
		return string(segment) == m.literals[0]
	}
	return hasPrefix(segment, m.literals[0]) && m.matches(segment)
}

func hasSuffix(segment []byte, text string) bool {
	return len(segment) >= len(text) && string(segment[len(segment)-len(text):]) == text
}
