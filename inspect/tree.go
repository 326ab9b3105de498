package inspect

import (
	"slices"
)

// set is a set of forms, a bit for each.
type set []uint64

func (s set) has(form int) bool { return s[form/64]&(1<<(form%64)) != 0 }

func (s set) add(form int) { s[form/64] |= 1 << (form % 64) }

func (s set) addAll(other set) {
	for i := range s {
		s[i] |= other[i]
	}
}

func (s set) meets(other set) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// kindSets has, for each kind of value, the forms that allow for it.
type kindSets [array + 1]set

// tree is many forms laid over one another, so that one pass over a document
// tells which of them it has: a place for each value that a form speaks of,
// with the forms that go on there.
type tree struct {
	isXML  bool
	words  int     // of a set
	places []place // the root is the first
	seen   int     // words that note which members were there
	roots  []*Form // of each form
	depth  int     // of places

	tellers [][]teller // of each form, those that come first in it first
	spaces  []string   // that forms ask for
}

// teller is a place whose value tells a status.
type teller struct {
	place int
	codes *Codes
	order int
}

// place is where a value stands. Forms that say nothing of it are in all its
// sets: what is there changes nothing for them.
type place struct {
	steps  []step // that lead there
	parent int32  // -1 for the root and for elements of an array
	child  int32  // among the members of the parent

	kinds  kindSets // by kind of the value: the forms that go on
	others kindSets // and by kind of a member that no form names
	names  table    // of members, to their places
	star   uint16   // the place of a member that no form names but one by *, 0 for none
	many   set      // forms in which the member may come more than once

	checked set // forms that are in checks
	checks  []check
	belongs []belongs
	needing set // forms that are in needs
	needs   []need
	items   set // forms for which an array or object must not be empty
	tells   set // forms that tell a status by the value

	seenAt, seenWords int32 // of the members that were there
	told              bool  // some form says what may be in an object
}

// check is what a form asks of a scalar.
type check struct {
	form   int
	values values
	fits   []string
	class  Class
	low    int
	high   int
}

// belongs is the namespaces of which a form asks one.
type belongs struct {
	form   int
	spaces []space
}

// need is the members that a form can't do without, and those of which it wants
// one.
type need struct {
	form    int
	members set
	oneOf   set // nil: none
}

// entry is what a form says of a place.
type entry struct {
	form int
	is   *Form
}

func newTree(roots []*Form, isXML bool) *tree {
	t := &tree{isXML: isXML, words: (len(roots) + 63) / 64, roots: roots, tellers: make([][]teller, len(roots))}
	entries := make([]entry, len(roots))
	for i, f := range roots {
		entries[i] = entry{i, f}
	}
	t.place(nil, -1, entries, t.set())
	for i, f := range roots {
		order := f.order(nil)
		for n := range t.tellers[i] {
			t.tellers[i][n].order = slices.Index(order, t.tellers[i][n].codes)
		}
		slices.SortStableFunc(t.tellers[i], func(a, b teller) int { return a.order - b.order })
	}
	return t
}

// order gives what tells a status in a form, as it was written.
func (f *Form) order(list []*Codes) []*Codes {
	if f.Tells != nil {
		list = append(list, f.Tells)
	}
	for i := range f.Members {
		list = f.Members[i].Form.order(list)
	}
	if f.Element != nil {
		list = f.Element.order(list)
	}
	return list
}

func (t *tree) set() set { return make(set, t.words) }

func (t *tree) kindSets() (sets kindSets) {
	for kind := range sets {
		sets[kind] = t.set()
	}
	return sets
}

// place lays out a place. Free are the forms that say nothing of it.
func (t *tree) place(steps []step, parent int, entries []entry, free set) int {
	id := len(t.places)
	p := place{steps: steps, parent: int32(parent), kinds: t.kindSets(), others: t.kindSets(), many: t.set()} //nolint:gosec // a table's
	p.checked, p.needing, p.items, p.tells = t.set(), t.set(), t.set(), t.set()
	t.depth = max(t.depth, len(steps))
	t.places = append(t.places, place{})
	below := slices.Clone(free) // forms to which it does not matter what is within
	for kind := range p.kinds {
		p.kinds[kind].addAll(free)
		for _, e := range entries {
			if e.is.Kinds.has(valueKind(kind)) { //nolint:gosec // below array
				p.kinds[kind].add(e.form)
			}
		}
	}
	for _, e := range entries {
		t.ask(id, &p, e)
		if e.is.Members == nil {
			below.add(e.form)
		} else {
			p.told = true
		}
	}
	t.within(id, &p, entries, below)
	elements := slices.Clone(free)
	var each []entry
	for _, e := range entries {
		if e.is.Element == nil {
			elements.add(e.form)
		} else {
			each = append(each, entry{e.form, e.is.Element})
		}
	}
	if each != nil {
		t.place(with(steps, step{element: true}), -1, each, elements)
	}
	t.places[id] = p
	return id
}

// ask takes over what a form asks of the value itself.
func (t *tree) ask(id int, p *place, e entry) {
	if len(e.is.Values) > 0 || len(e.is.Fits) > 0 || e.is.Class != AnyText {
		p.checked.add(e.form)
		p.checks = append(p.checks, check{
			form: e.form, values: newValues(e.is.Values), fits: e.is.Fits, class: e.is.Class, low: e.is.Min, high: e.is.Max,
		})
	}
	if len(e.is.Spaces) > 0 {
		in := belongs{form: e.form}
		for _, name := range e.is.Spaces {
			in.spaces = append(in.spaces, t.space(name))
		}
		p.belongs = append(p.belongs, in)
	}
	if e.is.Items {
		p.items.add(e.form)
	}
	if e.is.Tells != nil {
		p.tells.add(e.form)
		t.tellers[e.form] = append(t.tellers[e.form], teller{place: id, codes: e.is.Tells})
	}
}

// space gives the number of a namespace.
func (t *tree) space(name string) space {
	if known := knownSpace([]byte(name)); known != spaceOther {
		return known
	}
	at := slices.Index(t.spaces, name)
	if at < 0 {
		at = len(t.spaces)
		t.spaces = append(t.spaces, name)
	}
	return spaceOther + 1 + space(at) //nolint:gosec // a table's
}

// within lays out the members of a place.
func (t *tree) within(id int, p *place, entries []entry, below set) {
	names, star := namesOf(entries)
	t.others(p, entries, below)
	if len(names) == 0 && !star {
		return
	}
	words := (len(names) + 64) / 64
	p.seenAt, p.seenWords = int32(t.seen), int32(words) //nolint:gosec // a table's
	t.seen += words
	for _, e := range entries {
		if n := (need{form: e.form, members: make(set, words)}); n.require(e.is, names) {
			p.needing.add(e.form)
			p.needs = append(p.needs, n)
		}
	}
	for child, name := range names {
		p.names.add(name, t.member(id, p.steps, step{name: name}, entries, below, child))
	}
	if star {
		p.star = t.member(id, p.steps, step{name: anyName, member: true, except: names}, entries, below, len(names))
	}
	p.names.build()
}

// anyName is the name of a member that may have any name.
const anyName = "*"

// namesOf gives the names of the members that forms speak of, and tells whether
// one of them has any.
func namesOf(entries []entry) (names []string, star bool) {
	for _, e := range entries {
		for i := range e.is.Members {
			if name := e.is.Members[i].Name; name == anyName {
				star = true
			} else {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), star
}

// require notes the members of a form that are not optional. One that may have
// any name is not among them.
func (n *need) require(f *Form, names []string) (any bool) {
	for i := range f.Members {
		at, found := slices.BinarySearch(names, f.Members[i].Name)
		if !f.Members[i].Optional && found {
			n.members.add(at)
			any = true
		}
	}
	if len(f.OneOf) > 0 {
		n.oneOf = make(set, len(n.members))
		for _, name := range f.OneOf {
			if at, found := slices.BinarySearch(names, name); found {
				n.oneOf.add(at)
			}
		}
		return true
	}
	return any
}

// others says which forms go on at a member that none of them names.
func (t *tree) others(p *place, entries []entry, below set) {
	for kind := range p.others {
		p.others[kind].addAll(below)
		for _, e := range entries {
			if e.is.Others.has(valueKind(kind)) { //nolint:gosec // below array
				p.others[kind].add(e.form)
			}
		}
	}
}

// member lays out one member, for the forms that name it and for those that
// let it be.
func (t *tree) member(id int, steps []step, next step, entries []entry, below set, child int) uint16 {
	named, free, many := []entry(nil), slices.Clone(below), slices.Clone(below)
	var loose []entry
	for _, e := range entries {
		attribute := t.isXML && next.name[0] == '@'
		at := e.is.member(next.name, attribute)
		switch {
		case at >= 0:
			named = append(named, entry{e.form, &e.is.Members[at].Form})
			if m := &e.is.Members[at]; m.Many || m.Name == anyName {
				many.add(e.form)
			}
		case attribute: // any other may be there
			free.add(e.form)
			many.add(e.form)
		case e.is.Members != nil && e.is.Others != 0:
			loose = append(loose, entry{e.form, &Form{Kinds: e.is.Others}})
			many.add(e.form)
		}
	}
	to := t.place(with(steps, next), id, append(named, loose...), free)
	t.places[to].child = int32(child) //nolint:gosec // a table's
	t.places[to].many = many
	return uint16(to) //nolint:gosec // a table's
}

// member gives the index of what a form says of a member with such a name, -1
// for nothing.
func (f *Form) member(name string, attribute bool) int {
	at := slices.IndexFunc(f.Members, func(m Member) bool { return m.Name == name })
	if at < 0 && !attribute {
		at = slices.IndexFunc(f.Members, func(m Member) bool { return m.Name == anyName })
	}
	return at
}

func with(steps []step, next step) []step { return append(slices.Clip(steps), next) }

func (s set) any() bool {
	for _, word := range s {
		if word != 0 {
			return true
		}
	}
	return false
}

func (s set) drop(form int) { s[form/64] &^= 1 << (form % 64) }

func (s set) dropAll(other set) {
	for i := range s {
		s[i] &^= other[i]
	}
}

func (s set) keepAll(other set) {
	for i := range s {
		s[i] &= other[i]
	}
}
