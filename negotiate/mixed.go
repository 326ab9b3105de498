package negotiate

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
)

// pattern is a mixed segment: variables, each for one byte or more, between
// literals.
type pattern struct {
	literals []string
	inner    [][]byte // literals without the first and the last
	weight   int      // bytes of all literals
}

func newPattern(literals []string) pattern {
	p := pattern{literals: literals}
	for i, literal := range literals {
		p.weight += len(literal)
		if i > 0 && i < len(literals)-1 {
			p.inner = append(p.inner, []byte(literal))
		}
	}
	return p
}

// compare orders patterns by precedence: more literal bytes first, then the
// longer beginning, then by text so that the order never depends on that of the
// configuration. It is 0 for patterns that match the same segments.
func (p pattern) compare(q pattern) int {
	return cmp.Or(
		cmp.Compare(q.weight, p.weight),
		cmp.Compare(len(q.literals[0]), len(p.literals[0])),
		slices.Compare(p.literals, q.literals),
	)
}

// matches reports whether segment, which is known to begin with the first
// literal, fits the pattern. Taking each literal as early as it comes is enough:
// what is left for the later ones can only grow by it.
func (p pattern) matches(segment []byte) bool {
	segment = segment[len(p.literals[0]):]
	suffix := p.literals[len(p.literals)-1]
	end := len(segment) - len(suffix)
	if end <= 0 || string(segment[end:]) != suffix {
		return false
	}
	segment = segment[:end]
	for _, literal := range p.inner {
		// The first byte belongs to the variable before the literal.
		at := bytes.Index(segment[1:], literal)
		if at < 0 {
			return false
		}
		if segment = segment[1+at+len(literal):]; len(segment) == 0 {
			return false
		}
	}
	return true
}

// mixedSet holds the mixed segments that can follow one node, found by their
// first literal. Its zero value is empty.
type mixedSet[V any] struct {
	edges    []mixedEdge[V] // in order of precedence
	prefixes []prefix       // in order of text
}

type mixedEdge[V any] struct {
	pattern
	next *node[V]
}

// prefix lists the edges that begin with the same literal.
type prefix struct {
	text   string
	edges  []int // ascending
	parent int   // the longest other prefix that text begins with, or -1
}

// add returns the node that literals lead to.
func (s *mixedSet[V]) add(literals []string) *node[V] {
	p := newPattern(literals)
	at, found := slices.BinarySearchFunc(s.edges, p, func(e mixedEdge[V], p pattern) int { return e.compare(p) })
	if !found {
		s.edges = slices.Insert(s.edges, at, mixedEdge[V]{pattern: p, next: new(node[V])})
		s.index()
	}
	return s.edges[at].next
}

func (s *mixedSet[V]) index() {
	groups := make(map[string][]int)
	for i, e := range s.edges {
		groups[e.literals[0]] = append(groups[e.literals[0]], i)
	}
	s.prefixes = s.prefixes[:0]
	for _, text := range slices.Sorted(maps.Keys(groups)) {
		parent := len(s.prefixes) - 1
		for parent >= 0 && !strings.HasPrefix(text, s.prefixes[parent].text) {
			parent = s.prefixes[parent].parent
		}
		s.prefixes = append(s.prefixes, prefix{text: text, edges: groups[text], parent: parent})
	}
}

// first is the index of the first edge that segment fits, or -1. It looks only at
// edges whose first literal the segment begins with.
func (s *mixedSet[V]) first(segment []byte) int {
	best := -1
	for i := s.longestPrefix(segment); i >= 0; i = s.prefixes[i].parent {
		for _, e := range s.prefixes[i].edges {
			if best >= 0 && e > best {
				break
			}
			if s.edges[e].matches(segment) {
				best = e
				break
			}
		}
	}
	return best
}

// next is the index of the first edge after the one given that segment fits, or
// -1. The first one leading nowhere is rare, and going through all of them then
// keeps the worst case linear.
func (s *mixedSet[V]) next(segment []byte, after int) int {
	for e := after + 1; e < len(s.edges); e++ {
		if hasPrefix(segment, s.edges[e].literals[0]) && s.edges[e].matches(segment) {
			return e
		}
	}
	return -1
}

// longestPrefix is the index of the longest prefix of segment, or -1. Whatever
// begins segment also begins the last prefix that is not after segment in order,
// so it is that one or one of its parents.
func (s *mixedSet[V]) longestPrefix(segment []byte) int {
	low, high := 0, len(s.prefixes)
	for low < high {
		middle := int(uint(low+high) / 2)
		if s.prefixes[middle].text <= string(segment) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	i := low - 1
	for i >= 0 && !hasPrefix(segment, s.prefixes[i].text) {
		i = s.prefixes[i].parent
	}
	return i
}

func hasPrefix(segment []byte, text string) bool {
	return len(segment) >= len(text) && string(segment[:len(text)]) == text
}
