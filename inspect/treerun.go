package inspect

import "slices"

// treeRun is one document on its way through a [tree].
type treeRun struct {
	tree  *tree
	alive set  // forms that the document may still have
	seen  set  // members that were there, of the objects that are open
	full  set  // those of them that were not null
	open  bool // more of the document can change something
	whole bool // the document is over: it has the forms that are alive
	told  [maxTold]told
	tells int // how many of them
}

// maxTold bounds the values that are kept to tell a status.
const maxTold = 8

// maxTelling is the length in bytes of the longest text that tells a status.
const maxTelling = 160

// told is a value that may tell a status.
type told struct {
	place int
	n     int // more than fit is a text that tells nothing
	text  [maxTelling]byte
}

func newTreeRun(t *tree) treeRun {
	return treeRun{tree: t, alive: t.set(), seen: make(set, t.seen), full: make(set, t.seen)}
}

// begin makes the run ready for a document that may have some forms.
func (r *treeRun) begin(forms set) {
	copy(r.alive, forms)
	r.open, r.whole, r.tells = forms.any(), false, 0
}

// keep keeps those of the forms alive that are in a set, and tells whether any
// are left.
func (r *treeRun) keep(forms set) bool {
	var left uint64
	for i := range r.alive {
		r.alive[i] &= forms[i]
		left |= r.alive[i]
	}
	return left != 0
}

// value takes the begin of a value at a place, or all of a scalar. Space is
// the namespace of an element. It reports false if no form is left.
func (r *treeRun) value(id int, kind valueKind, txt []byte, long bool) bool {
	p := &r.tree.places[id]
	if !r.keep(p.kinds[kind]) || p.parent >= 0 && !r.once(p, kind) {
		return false
	}
	if kind < object {
		return r.scalar(id, p, kind, txt, long)
	}
	r.clear(p)
	return true
}

// once notes that a member was there.
func (r *treeRun) once(p *place, kind valueKind) bool {
	at, bit := r.tree.places[p.parent].seenAt+p.child/64, uint64(1)<<(p.child%64)
	if kind != null {
		r.full[at] |= bit
	}
	if r.seen[at]&bit != 0 {
		return r.keep(p.many)
	}
	r.seen[at] |= bit
	return true
}

// scalar holds a string, number or word against what forms ask of it.
func (r *treeRun) scalar(id int, p *place, kind valueKind, txt []byte, long bool) bool {
	if r.alive.meets(p.checked) {
		for i := range p.checks {
			c := &p.checks[i]
			if r.alive.has(c.form) && (long || !c.holds(kind, txt)) {
				r.alive.drop(c.form)
			}
		}
		if !r.alive.any() {
			return false
		}
	}
	if r.tells < maxTold && (kind == text || kind == number) && r.alive.meets(p.tells) {
		t := &r.told[r.tells]
		t.place, t.n = id, len(txt)
		copy(t.text[:], txt)
		r.tells++
	}
	return true
}

func (c *check) holds(kind valueKind, txt []byte) bool {
	if len(c.values.list) > 0 && !c.values.hold(kind, txt) {
		return false
	}
	if len(c.fits) > 0 && !slices.ContainsFunc(c.fits, func(pattern string) bool { return fits(txt, pattern) }) {
		return false
	}
	return kind != text && kind != number || c.class.is(txt, c.low, c.high)
}

// other takes a member that no form names.
func (r *treeRun) other(id int, kind valueKind) bool { return r.keep(r.tree.places[id].others[kind]) }

// closed takes the end of an object or array.
func (r *treeRun) closed(id int, kind valueKind, empty bool) bool {
	p := &r.tree.places[id]
	if empty {
		r.alive.dropAll(p.items)
	}
	if kind == object && r.alive.meets(p.needing) {
		for i := range p.needs {
			n := &p.needs[i]
			if r.alive.has(n.form) && !r.has(p, n) {
				r.alive.drop(n.form)
			}
		}
	}
	return r.alive.any()
}

// has tells whether all members were there that a form needs.
func (r *treeRun) has(p *place, n *need) bool {
	one := n.oneOf == nil
	for i, word := range n.members {
		at := int(p.seenAt) + i
		if r.seen[at]&word != word {
			return false
		}
		one = one || r.full[at]&n.oneOf[i] != 0
	}
	return one
}

// status gives what a form tells of a document that has it.
func (r *treeRun) status(form int) int {
	for _, teller := range r.tree.tellers[form] {
		for i := range r.tells {
			if t := &r.told[i]; t.place == teller.place && t.n <= len(t.text) {
				if status := teller.codes.status(t.text[:t.n]); status > 0 {
					return status
				}
			}
		}
	}
	return r.tree.roots[form].Else
}
