package inspect

import "net/http"

// shapeRun is one body on its way through a [shapePlan]. A body is JSON, XML or
// a page, and which of them shows early.
type shapeRun struct {
	plan  *shapePlan
	json  treeRun
	xml   treeRun
	pages pageRun
	path  []uint16 // the places of the open elements, as far as forms name them
	off   int      // how many elements are open within one that none names
}

func newShapeRun(sp *shapePlan) shapeRun {
	return shapeRun{
		plan: sp, json: newTreeRun(sp.json), xml: newTreeRun(sp.xml), pages: newPageRun(&sp.pages, len(sp.all)),
		path: make([]uint16, 0, sp.xml.depth+1),
	}
}

// begin makes the run ready for a body. Tests are those of interest, nil for all.
func (r *shapeRun) begin(m Media, tests []int) {
	b := &r.plan.begin[m]
	r.json.begin(b.json)
	r.xml.begin(b.xml)
	r.pages.begin(b.pages)
	r.path, r.off = r.path[:0], 0
	if tests != nil {
		r.only(tests)
	}
}

// only leaves out what no test of interest asks for.
func (r *shapeRun) only(tests []int) {
	wanted := r.plan.sets()
	for _, test := range tests {
		wanted.addAll(&r.plan.tests[test].shapeSets)
	}
	r.json.open, r.xml.open = r.json.keep(wanted.json), r.xml.keep(wanted.xml)
	r.pages.shapes.keepAll(wanted.pages)
	r.pages.open = r.pages.shapes.any()
}

func (s *shapeSets) addAll(other *shapeSets) {
	if other.json != nil {
		s.json.addAll(other.json)
		s.xml.addAll(other.xml)
		s.pages.addAll(other.pages)
	}
}

// answer tells whether the document has one of the forms.
func (r *treeRun) answer(forms set) Answer {
	switch {
	case !r.alive.meets(forms):
		return No
	case r.whole:
		return Yes
	default:
		return Unknown
	}
}

// answer tells whether the body is what one of the shapes is like.
func (r *pageRun) answer(shapes set) Answer {
	switch {
	case !r.shapes.meets(shapes):
		return No
	case r.open || r.cut:
		return Unknown
	}
	for _, h := range r.hits {
		if shapes.has(h.shape) {
			return Yes
		}
	}
	return No
}

// either is yes where one is, and no where both are.
func either(a, b Answer) Answer {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == No && b == No:
		return No
	default:
		return Unknown
	}
}

// shapeAnswer is [Inspector.Answer] for a test of shapes.
func (i *Inspector) shapeAnswer(test int) Answer {
	t, r := &i.plan.shapes.tests[test], &i.shapes
	a := either(either(r.json.answer(t.json), r.xml.answer(t.xml)), r.pages.answer(t.pages))
	for _, known := range t.known {
		a = either(a, i.slots[known].answer)
	}
	return a
}

// HasNoShape reports that each test of [Test.OfShape] is answered with no.
func (i *Inspector) HasNoShape() bool {
	r := &i.shapes
	return !r.json.open && !r.xml.open && !r.pages.open && !r.pages.cut && len(r.pages.hits) == 0 && !r.json.alive.any() && !r.xml.alive.any()
}

// shapeFound gives the first shape of a test that the body has, and the status
// that it tells, 0 where it tells nothing.
func (i *Inspector) shapeFound(test int) (shape *shapeAt, status int) {
	for _, at := range i.plan.shapes.tests[test].shapes {
		s := &i.plan.shapes.all[at]
		if s.known >= 0 && i.slots[s.known].answer == Yes {
			status, _ = i.Auto(s.known)
			return s, status
		}
		if status, ok := i.shapes.status(s, at); ok {
			return s, status
		}
	}
	return nil, 0
}

// shapeAuto is [Inspector.Auto] for a test of shapes.
func (i *Inspector) shapeAuto(test int) (status int, ok bool) {
	shape, status := i.shapeFound(test)
	switch {
	case shape == nil:
		return 0, false
	case shape.known >= 0 && status == 0:
		return 0, false // still to come
	case status == 0:
		return http.StatusInternalServerError, true
	}
	return status, true
}

// status gives what a body tells that has the shape.
func (r *shapeRun) status(s *shapeAt, at int) (status int, ok bool) {
	for form := s.json; r.json.whole && form < s.json+len(s.JSON); form++ {
		if r.json.alive.has(form) {
			return r.json.status(form), true
		}
	}
	for form := s.xml; r.xml.whole && form < s.xml+len(s.XML); form++ {
		if r.xml.alive.has(form) {
			return r.xml.status(form), true
		}
	}
	if r.pages.open || !r.pages.shapes.has(at) {
		return 0, false
	}
	return r.pages.status(at)
}

// shapeJSON takes an event in a JSON document.
func (i *Inspector) shapeJSON(h hook, f found) {
	r := &i.shapes.json
	if !r.open {
		return
	}
	id := int(h.at)
	var left bool
	switch {
	case h.role == roleShapeOther:
		left = f.close || r.other(id, f.kind)
	case f.close:
		left = r.closed(id, f.kind, f.empty)
	default:
		left = r.value(id, f.kind, f.text, i.json.long)
	}
	r.whole = left && id == 0 && h.role == roleShape && (f.close || f.kind < object)
	if !left || r.whole {
		i.settleRun(r, &i.json.open)
	}
}

// settleRun notes that nothing more can change about a document.
func (i *Inspector) settleRun(r *treeRun, reader *int) {
	if r.open {
		r.open = false
		i.open--
		*reader--
	}
}

// denyShapes gives a document up: it is none, or not known to be one.
func (i *Inspector) denyShapes(r *treeRun, reader *int, a Answer) {
	if r.open && a == No {
		clear(r.alive)
	}
	i.settleRun(r, reader)
}

// writePages takes the next bytes of what may be a page or a text.
func (i *Inspector) writePages(b []byte) {
	if r := &i.shapes.pages; r.open && !r.write(b) {
		i.settlePages(false)
	}
}

func (i *Inspector) endPages(how Ending) {
	if r := &i.shapes.pages; r.open {
		r.end(how)
		i.settlePages(how == Cut)
	}
}

func (i *Inspector) settlePages(cut bool) {
	i.shapes.pages.open, i.shapes.pages.cut = false, cut
	i.open--
	i.html.other--
}
