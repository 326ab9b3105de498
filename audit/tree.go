package audit

import (
	"slices"
	"strings"

	"github.com/statusgate/statusgate/negotiate"
)

// limits bound what an audit holds.
type limits struct {
	depth     int // segments of a path that are told apart; what follows is {path...}
	words     int // that may follow a segment, before some become one
	mixed     int // ends of names likewise
	nodes     int
	rows      int
	nodeRows  int // methods and statuses of one path
	responses int // combinations of received and sent status and reason
	strings   int // methods and reasons
	declared  int // templates of declared resources
}

// usual is about 8 MiB at most.
var usual = limits{
	depth: 12, words: 512, mixed: 32, nodes: 16 << 10, rows: 32 << 10, nodeRows: 512, responses: 4096, strings: 256, declared: 16 << 10,
}

// tree learns path templates. A path goes down the tree segment by segment: words to
// a node of their own, what looks like a value to one node that stands for all.
// Where more words follow a segment than any route has, they were values too, and
// their nodes become one; so the tree is bounded.
//
// What has succeeded at a path is found at the most specific template of the tree
// that matches the path, as [negotiate.Resources] chooses it. That is what the rules
// below are for: a segment goes one way, by its text alone, until its node is merged,
// and from then on no new word gets a node of its own.
type tree struct {
	limits
	root  node
	size  int  // nodes
	used  int  // rows
	full  bool // there is no more that can be merged
	other *row // what there was no more room for
	raw   []string
	key   []byte
}

// role is what a node stands for.
type role uint8

const (
	roleWord   role = iota
	roleValue       // variable, or in part: mixed
	roleTail        // {path...}
	roleFailed      // {other...}
)

// node is a segment of a template.
type node struct {
	key      string // the word in canonical form; of mixed nodes what stands before and after
	after    string
	text     string // the word as it was written, or what stands before a variable
	kinds    kind   // of variable and mixed nodes: what the values looked like
	role     role
	merged   bool // takes no further words
	noMixed  bool // and no further ends of names
	literals []*node
	mixed    []*node
	variable *node
	tail     *node // the rest of the path; nothing else follows then
	failed   *node // what became of words at which nothing has ever succeeded
	rows     []*row
}

// row counts requests of one kind at one template.
type row struct {
	method   uint16
	reason   uint16
	refused  bool
	received int32
	sent     int32
	count    int64
	into     *row // the row that this one has become part of
}

// same reports whether two rows count the same.
func (r *row) same(s *row) bool {
	return r.method == s.method && r.reason == s.reason && r.refused == s.refused && r.received == s.received && r.sent == s.sent
}

// final is the row that counts for r.
func (r *row) final() *row {
	for r.into != nil {
		r = r.into
	}
	return r
}

// succeeded reports whether the backend did what was asked, as far as its status
// tells.
func (r *row) succeeded() bool { return r.received >= 100 && r.received < 400 && !r.redirects() }

func (r *row) redirects() bool { return r.received >= 300 && r.received < 400 && r.received != 304 }

// leaf is the node of a path, which begins with "/".
func (t *tree) leaf(path string) *node {
	t.split(path)
	n := &t.root
	for i, raw := range t.raw {
		if n.tail != nil {
			return n.tail
		}
		if i == t.depth {
			n.tail = t.node(roleTail)
			return n.tail
		}
		n = t.step(n, raw)
	}
	return n
}

// split cuts a path in segments and resolves those that are empty or dots, as
// [negotiate.Resources] does.
func (t *tree) split(path string) {
	t.raw = t.raw[:0]
	for rest := path[1:]; ; {
		raw, after, more := strings.Cut(rest, "/")
		switch string(t.canonical(raw)) {
		case "":
			if !more {
				t.raw = append(t.raw, "")
			}
		case ".":
		case "..":
			t.raw = t.raw[:max(len(t.raw)-1, 0)]
		default:
			t.raw = append(t.raw, raw)
		}
		if !more {
			break
		}
		rest = after
	}
	if len(t.raw) == 0 {
		t.raw = append(t.raw, "")
	}
}

func (t *tree) canonical(raw string) []byte {
	t.key = negotiate.AppendSegment(t.key[:0], raw)
	return t.key
}

// step is the node that raw leads to from n.
func (t *tree) step(n *node, raw string) *node {
	key := t.canonical(raw)
	at, found := n.find(key)
	if found {
		child := n.literals[at]
		if raw > child.text { // lower case, where both were met: the choice does not depend on the order
			child.text = strings.Clone(raw)
		}
		return child
	}
	word := string(key)
	if routes[word] || !n.merged && isWord(word) {
		if len(n.literals) >= t.words && !routes[word] {
			t.crowded(n)
			return t.step(n, raw)
		}
		child := t.node(roleWord)
		child.key, child.text = word, strings.Clone(raw)
		n.literals = slices.Insert(n.literals, at, child)
		return child
	}
	return t.value(n, word, raw)
}

func (t *tree) node(role role) *node {
	t.size++
	return &node{role: role}
}

// find is where the word with this key is, or would be, among those that follow n.
func (n *node) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(n.literals, key, func(child *node, key []byte) int {
		return strings.Compare(child.key, string(key))
	})
}

// value is the node that stands for word, and others like it, after n. raw is the
// word as it was written.
func (t *tree) value(n *node, word, raw string) *node {
	before, after := affixes(word)
	child := n.variable
	if before+after == "" || n.noMixed {
		if child == nil {
			child = t.node(roleValue)
			n.variable = child
		}
	} else {
		i := slices.IndexFunc(n.mixed, func(m *node) bool { return m.key == before && m.after == after })
		if i < 0 && len(n.mixed) >= t.mixed {
			t.foldMixed(n)
			return t.value(n, word, raw)
		}
		if i < 0 {
			i = len(n.mixed)
			m := t.node(roleValue)
			m.key, m.after = before, after
			n.mixed = append(n.mixed, m)
		}
		child, word = n.mixed[i], stem(word)
		if len(before) <= len(raw) && string(t.canonical(raw[:len(before)])) == before {
			child.text = max(child.text, strings.Clone(raw[:len(before)]))
		}
	}
	looks := kindOf(word)
	switch {
	case looks != kindWord:
	case strings.ContainsAny(word, "-_"):
		looks = kindSlug
	default:
		looks = kindValue
	}
	child.kinds |= looks
	return child
}

// row is the row of leaf that counts what like says, or that of all others, where
// there is no more room.
func (t *tree) row(leaf *node, like row) *row {
	for _, r := range leaf.rows {
		if r.same(&like) {
			return r
		}
	}
	if t.used >= t.rows || len(leaf.rows) >= t.nodeRows {
		return t.other
	}
	t.used++
	r := new(row)
	*r = like
	leaf.rows = append(leaf.rows, r)
	return r
}
