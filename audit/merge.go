package audit

import "slices"

// children yields all nodes that follow n.
func (n *node) children(yield func(*node) bool) {
	for _, list := range [][]*node{n.literals, n.mixed, {n.variable, n.tail, n.failed}} {
		for _, child := range list {
			if child != nil && !yield(child) {
				return
			}
		}
	}
}

// alive reports whether something has succeeded at n or below, or was sent elsewhere.
func (n *node) alive() bool {
	if slices.ContainsFunc(n.rows, func(r *row) bool { return r.succeeded() || r.redirects() }) {
		return true
	}
	for child := range n.children {
		if child.alive() {
			return true
		}
	}
	return false
}

// size is how many nodes there are at n and below.
func (n *node) size() int {
	size := 1
	for child := range n.children {
		size += child.size()
	}
	return size
}

// crowded makes room among the words that follow n. Where most of them lead nowhere,
// these go together: someone was guessing. Else they were values.
func (t *tree) crowded(n *node) {
	if t.dropFailed(n, len(n.literals)/2) {
		return
	}
	t.mergeWords(n, true)
}

// dropFailed makes one of the words after n at which nothing has succeeded, if there
// are more than least of them. Their structure goes: nothing there is a route.
func (t *tree) dropFailed(n *node, least int) bool {
	var failed []*node
	alive := make([]*node, 0, len(n.literals))
	for _, child := range n.literals {
		if routes[child.key] || child.alive() {
			alive = append(alive, child)
		} else {
			failed = append(failed, child)
		}
	}
	if len(failed) <= least {
		return false
	}
	n.literals = alive
	if n.failed == nil {
		n.failed = t.node(roleFailed)
	}
	for _, child := range failed {
		t.collapse(n.failed, child)
	}
	return true
}

// mergeWords makes values of the words after n. keepers leaves those out that lead
// to far more than the others do.
func (t *tree) mergeWords(n *node, keepers bool) {
	limit := -1
	if keepers {
		sizes := make([]int, 0, len(n.literals))
		for _, child := range n.literals {
			sizes = append(sizes, child.size())
		}
		slices.Sort(sizes)
		limit = max(4, 8*sizes[len(sizes)/2])
	}
	words := n.literals
	n.literals = nil
	n.merged = true
	var gone []*node
	for _, child := range words {
		if routes[child.key] || limit >= 0 && child.size() >= limit {
			n.literals = append(n.literals, child)
		} else {
			gone = append(gone, child)
		}
	}
	for _, child := range gone {
		t.absorb(n, child)
	}
}

// absorb makes a value after n of a word.
func (t *tree) absorb(n, word *node) {
	t.merge(t.value(n, word.key, word.text), word)
}

// foldMixed makes all of a segment variable, where parts of it were.
func (t *tree) foldMixed(n *node) {
	parts := n.mixed
	n.mixed, n.noMixed = nil, true
	if n.variable == nil {
		n.variable = t.node(roleValue)
	}
	for _, part := range parts {
		n.variable.kinds |= part.kinds
		t.merge(n.variable, part)
	}
}

// collapse adds all that was counted at from and below to the rows of n.
func (t *tree) collapse(n, from *node) {
	t.size--
	t.moveRows(n, from)
	for child := range from.children {
		t.collapse(n, child)
	}
}

// cut makes one node of all that follows n.
func (t *tree) cut(n *node) {
	if n.tail == nil {
		n.tail = t.node(roleTail)
	}
	for child := range n.children {
		if child != n.tail {
			t.collapse(n.tail, child)
		}
	}
	n.literals, n.mixed, n.variable, n.failed = nil, nil, nil, nil
}

func (t *tree) moveRows(to, from *node) {
	for _, r := range from.rows {
		i := slices.IndexFunc(to.rows, r.same)
		if i < 0 {
			to.rows = append(to.rows, r)
			continue
		}
		t.used--
		to.rows[i].count += r.count
		r.into = to.rows[i]
	}
	from.rows = nil
}

// merge adds from to n. Where either has had its words merged, all words of both
// are values: what is a word on one side may be one of the values on the other.
func (t *tree) merge(n, from *node) {
	t.size--
	t.moveRows(n, from)
	if n.tail != nil || from.tail != nil {
		t.mergeTails(n, from)
		return
	}
	if n.noMixed != from.noMixed {
		for _, side := range []*node{n, from} {
			if !side.noMixed {
				t.foldMixed(side)
			}
		}
	}
	if n.merged != from.merged || n.merged {
		t.mergeWords(n, false)
		t.mergeWords(from, false)
	}
	for _, child := range from.literals {
		at, found := n.find([]byte(child.key))
		if found {
			n.literals[at].text = max(n.literals[at].text, child.text)
			t.merge(n.literals[at], child)
			continue
		}
		n.literals = slices.Insert(n.literals, at, child)
	}
	for _, part := range from.mixed {
		i := slices.IndexFunc(n.mixed, func(m *node) bool { return m.key == part.key && m.after == part.after })
		if i < 0 {
			n.mixed = append(n.mixed, part)
			continue
		}
		n.mixed[i].kinds |= part.kinds
		n.mixed[i].text = max(n.mixed[i].text, part.text)
		t.merge(n.mixed[i], part)
	}
	n.variable = t.mergeOne(n.variable, from.variable)
	n.failed = t.mergeOne(n.failed, from.failed)
	if len(n.mixed) > t.mixed {
		t.foldMixed(n)
	}
	if len(n.literals) > t.words {
		t.crowded(n)
	}
}

// mergeOne is the node of two that may be nil.
func (t *tree) mergeOne(n, from *node) *node {
	if n == nil || from == nil {
		if n == nil {
			return from
		}
		return n
	}
	n.kinds |= from.kinds
	t.merge(n, from)
	return n
}

func (t *tree) mergeTails(n, from *node) {
	t.cut(n)
	t.cut(from)
	t.collapse(n.tail, from.tail)
}

// compact merges words until the tree is within its bounds by a good part: first
// where the most follow, then fewer, at last everything.
func (t *tree) compact() {
	small := func() bool { return t.size <= t.nodes/4*3 && t.used <= t.rows/4*3 }
	for most := t.words / 4; most > 0 && !small(); most /= 2 {
		t.thin(&t.root, most)
	}
	if !small() {
		t.cut(&t.root)
		t.full = !small()
	}
}

// thin merges words wherever more than most follow a segment.
func (t *tree) thin(n *node, most int) {
	if len(n.literals) > most && !t.dropFailed(n, most) {
		t.mergeWords(n, most >= 16)
	}
	for child := range n.children {
		t.thin(child, most)
	}
}

// crammed reports whether there is more in the tree than its bounds allow.
func (t *tree) crammed() bool {
	return !t.full && (t.size > t.nodes || t.used >= t.rows)
}
