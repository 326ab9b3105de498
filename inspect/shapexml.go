package inspect

import "slices"

// xmlShapeNamed takes the name of a start tag.
func (i *Inspector) xmlShapeNamed() {
	s, r := &i.shapes, &i.shapes.xml
	if !r.open {
		return
	}
	if s.off > 0 {
		s.off++
		return
	}
	at := 0
	if len(s.path) > 0 {
		at = int(s.path[len(s.path)-1])
	}
	p := &r.tree.places[at]
	if len(s.path) == 0 {
		r.clear(p)
	} else if !i.xml.children && !r.keep(p.kinds[object]) {
		i.settleRun(r, &i.xml.open)
		return
	}
	to, ok := p.names.find(i.xml.name.local)
	if !ok {
		to, ok = p.star, p.star > 0
	}
	if !ok {
		s.off++
		if !r.keep(p.others[object]) {
			i.settleRun(r, &i.xml.open)
		}
		return
	}
	s.path = append(s.path, to)
	r.clear(&r.tree.places[to])
	if !r.once(&r.tree.places[to], object) {
		i.settleRun(r, &i.xml.open)
	}
}

// xmlShapeAttribute takes an attribute.
func (i *Inspector) xmlShapeAttribute() {
	s, r := &i.shapes, &i.shapes.xml
	if !r.open || s.off > 0 {
		return
	}
	var name [maxName + 1]byte
	name[0] = '@'
	n := 1 + copy(name[1:], i.xml.attr.local)
	p := &r.tree.places[s.path[len(s.path)-1]]
	if to, ok := p.names.find(name[:n]); ok && !r.value(int(to), text, i.xml.content(), i.xml.long) {
		i.settleRun(r, &i.xml.open)
	}
}

// xmlShapeOpened takes the end of a start tag, and tells whether the element's
// text is wanted.
func (i *Inspector) xmlShapeOpened() (keep bool) {
	s, r := &i.shapes, &i.shapes.xml
	if !r.open || s.off > 0 {
		return false
	}
	p := &r.tree.places[s.path[len(s.path)-1]]
	if len(p.belongs) > 0 && !r.belongs(p, i.xml.space()) {
		i.settleRun(r, &i.xml.open)
		return false
	}
	return true
}

// belongs drops the forms that ask for another namespace.
func (r *treeRun) belongs(p *place, in space) bool {
	for i := range p.belongs {
		if b := &p.belongs[i]; !b.has(in) {
			r.alive.drop(b.form)
		}
	}
	return r.alive.any()
}

func (b *belongs) has(in space) bool {
	return slices.Contains(b.spaces, in)
}

// xmlShapeClosed takes the end of an element.
func (i *Inspector) xmlShapeClosed() {
	s, r := &i.shapes, &i.shapes.xml
	if !r.open {
		return
	}
	if s.off > 0 {
		s.off--
		return
	}
	at := int(s.path[len(s.path)-1])
	s.path = s.path[:len(s.path)-1]
	left := i.xml.children || r.text(at, i.xml.content(), i.xml.long)
	left = left && r.closed(at, object, false)
	if left && len(s.path) == 0 {
		r.whole = r.closed(0, object, false)
		left = false
	}
	if !left {
		i.settleRun(r, &i.xml.open)
	}
}

// text takes the text of an element without elements.
func (r *treeRun) text(id int, txt []byte, long bool) bool {
	p := &r.tree.places[id]
	return r.keep(p.kinds[text]) && r.scalar(id, p, text, txt, long)
}

// clear forgets which members of an object were there.
func (r *treeRun) clear(p *place) {
	for i := range p.seenWords {
		r.seen[p.seenAt+i], r.full[p.seenAt+i] = 0, 0
	}
}
