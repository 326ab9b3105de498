package inspect

import (
	"slices"
	"strconv"
	"strings"
)

// role says what a hook does with the value at its place.
type role uint8

const (
	rolePointer    role = iota // at: the test
	roleCapture                // at: the capture
	roleShape                  // at: the place
	roleShapeOther             // at: the place that it is a member of
	rpcRoot
	rpcItem
	rpcVersion
	rpcError
	rpcCode
	rpcMessage
	rpcResult
	rpcOther
	gqlRoot
	gqlOther
	gqlErrors
	gqlError
	gqlMessage
	gqlList
	gqlExtensions
	gqlCode
	gqlClass
	gqlExtra
	gqlData
	gqlField
	problemRoot
	problemText
	problemNote
	problemStatus
)

// hook is what happens at the end of a pattern.
type hook struct {
	role role
	at   uint16
}

// step is one level of a pattern: a name, which may also be the index of an
// array element, any element, or any member but some.
type step struct {
	name    string
	element bool
	member  bool
	except  []string
}

func (s step) takesName(name string) bool {
	if s.member {
		return !slices.Contains(s.except, name)
	}
	return !s.element && s.name == name
}

func (s step) takesIndex(index int) bool {
	return s.element || !s.member && arrayIndex(s.name) == index
}

// pattern is a path to a place and what happens there.
type pattern struct {
	steps []step
	hook  hook
}

// node is a place that patterns lead to or through. Node 0 is everywhere
// else.
type node struct {
	hooks   []hook // of the patterns that end here
	through []hook // of pointers that come by: absent once this value is over
	members []hook // of pointers that lead on to a member, never to an element
	names   table
	other   uint16 // any other member
	indexes []edge
	element uint16 // any other element
}

type edge struct {
	index int
	to    uint16
}

func (n *node) member(name []byte) uint16 {
	if to, ok := n.names.find(name); ok {
		return to
	}
	return n.other
}

func (n *node) at(index int) uint16 {
	for i := range n.indexes {
		if n.indexes[i].index == index {
			return n.indexes[i].to
		}
	}
	return n.element
}

// trie makes one tree of many patterns by subset construction: a node stands
// for the patterns that are still in the running, by how far they have come.
type trie struct {
	patterns []pattern
	nodes    []node
	known    map[string]uint16
}

// spot is a pattern and the number of its steps taken.
type spot struct{ pattern, steps int }

func newTrie(patterns []pattern) []node {
	t := &trie{patterns: patterns, nodes: make([]node, 1), known: map[string]uint16{"": 0}}
	start := make([]spot, len(patterns))
	for i := range start {
		start[i].pattern = i
	}
	t.node(start)
	return t.nodes
}

func (t *trie) node(spots []spot) uint16 {
	var key strings.Builder
	for _, s := range spots {
		key.WriteString(strconv.Itoa(s.pattern) + "." + strconv.Itoa(s.steps) + " ")
	}
	if id, ok := t.known[key.String()]; ok {
		return id
	}
	id := uint16(len(t.nodes)) //nolint:gosec // as many as steps in a configuration
	t.known[key.String()] = id
	t.nodes = append(t.nodes, node{})
	var n node
	var names []string
	for _, s := range spots {
		p := t.patterns[s.pattern]
		if p.hook.role <= roleCapture {
			n.through = append(n.through, p.hook)
		}
		if s.steps == len(p.steps) {
			n.hooks = append(n.hooks, p.hook)
			continue
		}
		if next := p.steps[s.steps]; !next.element && !next.member {
			names = append(names, next.name)
			if p.hook.role <= roleCapture && arrayIndex(next.name) < 0 {
				n.members = append(n.members, p.hook)
			}
		} else {
			names = append(names, next.except...)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		n.names.add(name, t.follow(spots, func(s step) bool { return s.takesName(name) }))
		if index := arrayIndex(name); index >= 0 {
			to := t.follow(spots, func(s step) bool { return s.takesIndex(index) })
			n.indexes = append(n.indexes, edge{index: index, to: to})
		}
	}
	n.names.build()
	n.other = t.follow(spots, func(s step) bool { return s.member })
	n.element = t.follow(spots, func(s step) bool { return s.element })
	t.nodes[id] = n
	return id
}

func (t *trie) follow(spots []spot, takes func(step) bool) uint16 {
	var next []spot
	for _, s := range spots {
		if p := t.patterns[s.pattern]; s.steps < len(p.steps) && takes(p.steps[s.steps]) {
			next = append(next, spot{s.pattern, s.steps + 1})
		}
	}
	return t.node(next)
}

// literal is the pattern of a pointer.
func literal(tokens []string, h hook) pattern {
	p := pattern{hook: h}
	for _, token := range tokens {
		p.steps = append(p.steps, step{name: token})
	}
	return p
}
