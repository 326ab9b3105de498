package inspect

// xmlInTag takes a byte of a start or end tag, outside of values.
func (i *Inspector) xmlInTag(c byte) {
	x := &i.xml
	space := isXMLSpace(c)
	switch {
	case x.state == xmlAttr && isNameChar(c):
		x.attr.add(c)
	case x.state == xmlEndName && space:
		x.state = xmlEndTag
	case (x.state == xmlEndName || x.state == xmlEndTag) && c == '>':
		x.name.over()
		i.xmlEnds()
	case x.state == xmlName && (space || c == '/' || c == '>'):
		x.name.over()
		i.xmlNamed()
		i.xmlTagGoesOn(c)
	case (x.state == xmlTag || x.state == xmlGap) && (space || c == '/' || c == '>'):
		i.xmlTagGoesOn(c)
	case x.state == xmlTag && isNameStart(c):
		x.state = xmlAttr
		x.attr.reset()
		x.attr.add(c)
	case x.state == xmlEmpty && c == '>':
		i.xmlOpened()
		i.xmlClosed()
	case (x.state == xmlAttr || x.state == xmlEquals) && c == '=':
		x.state = xmlQuote
	case x.state == xmlAttr && space:
		x.state = xmlEquals
	case x.state == xmlQuote && (c == '"' || c == '\''):
		x.state, x.quote = xmlValue, c
		x.text, x.long = x.text[:0], false
	case space && (x.state == xmlEquals || x.state == xmlQuote || x.state == xmlEndTag):
	default:
		i.failXML()
	}
}

// xmlTagGoesOn takes white space or the end behind a name or a value.
func (i *Inspector) xmlTagGoesOn(c byte) {
	x := &i.xml
	switch c {
	case '/':
		x.state = xmlEmpty
	case '>':
		i.xmlOpened()
	default:
		x.state = xmlTag
	}
}

// xmlInValue takes an attribute's value up to the first byte that means
// something, and that byte.
func (i *Inspector) xmlInValue(b []byte, p int) int {
	x := &i.xml
	start := p
	for p < len(b) && b[p] != x.quote && b[p] != '<' && b[p] != '&' {
		p++
	}
	x.add(b[start:p])
	switch {
	case p == len(b):
	case b[p] == x.quote:
		x.state = xmlGap
		x.attr.over()
		i.xmlAttribute()
	case b[p] == '<':
		i.failXML()
	default:
		x.state, x.inTag, x.entityN = xmlEntity, true, 0
	}
	return p
}

// xmlNamed takes the name of a start tag.
func (i *Inspector) xmlNamed() {
	x := &i.xml
	if len(x.tags) == MaxDepth {
		i.failXML()
		return
	}
	if x.idle > 0 {
		x.tags = append(x.tags, x.name.whole)
		return
	}
	if len(x.tags) > 0 && !x.children {
		i.xmlFirstChild()
	}
	x.tags = append(x.tags, x.name.whole)
	i.xmlShapeNamed()
	x.children, x.attrs, x.isNil = false, false, false
	depth, local := len(x.tags), x.name.local
	for _, test := range i.plan.byKind[testXML] {
		path := i.plan.tests[test].path
		if x.taken[test] != depth-1 || depth > len(path) {
			continue
		}
		if step := path[depth-1]; step == "*" || string(local) == step {
			x.taken[test] = depth
		} else if depth == 1 {
			i.decide(test, No)
		}
	}
	i.xmlIdles()
}

// atTarget tells whether the innermost open element is one that an XML test
// is about, and it is still open.
func (i *Inspector) atTarget(test int) bool {
	depth := len(i.xml.tags)
	return i.xml.taken[test] == depth && len(i.plan.tests[test].path) == depth && !i.slots[test].settled
}

// xmlFirstChild judges an element in which the first element begins.
func (i *Inspector) xmlFirstChild() {
	for _, test := range i.plan.byKind[testXML] {
		if t := &i.plan.tests[test]; i.atTarget(test) && t.attr == "" {
			i.note(test, object, nil)
			if t.values.holdOpen() {
				i.decide(test, Yes)
			}
		}
	}
}

// xmlAttribute takes an attribute.
func (i *Inspector) xmlAttribute() {
	x := &i.xml
	if x.idle > 0 {
		return
	}
	local := x.attr.local
	if x.attr.prefix == declares || x.attr.prefix == 0 && string(local) == "xmlns" {
		i.xmlDeclares()
		return
	}
	if x.attr.prefix != 0 && string(local) == "nil" {
		x.isNil = string(x.content()) == "true" || string(x.content()) == "1"
		return
	}
	x.attrs = true
	i.xmlShapeAttribute()
	for _, test := range i.plan.byKind[testXML] {
		if t := &i.plan.tests[test]; t.attr != "" && string(local) == t.attr && i.atTarget(test) {
			i.xmlContent(test)
		}
	}
}

// xmlContent judges the text of an element or attribute. No text counts as
// null does in JSON.
func (i *Inspector) xmlContent(test int) {
	txt := i.xml.content()
	kind := mark
	if len(txt) == 0 {
		kind = null
	}
	i.note(test, kind, txt)
	if i.plan.tests[test].values.hold(kind, txt) {
		i.slots[test].auto, _ = integer(txt)
		i.decide(test, Yes)
	}
}

// xmlOpened takes the end of a start tag.
func (i *Inspector) xmlOpened() {
	x := &i.xml
	x.state, x.keep = xmlText, false
	if x.idle > 0 {
		return
	}
	x.text, x.long = x.text[:0], false
	for _, test := range i.plan.byKind[testXML] {
		if !i.atTarget(test) {
			continue
		}
		switch t := &i.plan.tests[test]; {
		case t.attr != "" && len(x.tags) == 1: // there is one root
			i.decide(test, No)
		case t.attr != "":
		case len(t.values.list) == 0 && x.attrs && !x.isNil:
			i.decide(test, Yes)
		default:
			x.keep = true
		}
	}
	if len(x.tags) <= knownLevels && i.knownOpened() {
		x.keep = true
	}
	if i.xmlShapeOpened() {
		x.keep = true
	}
}

// xmlEnds takes an end tag.
func (i *Inspector) xmlEnds() {
	x := &i.xml
	if len(x.tags) == 0 || x.tags[len(x.tags)-1] != x.name.whole {
		i.failXML()
		return
	}
	i.xmlClosed()
}

// xmlClosed takes the end of an element.
func (i *Inspector) xmlClosed() {
	x := &i.xml
	depth := len(x.tags)
	switch {
	case x.idle == 0:
	case depth > x.idle:
		x.tags, x.state = x.tags[:depth-1], xmlText
		return
	default: // never the root: with nothing left in it the reading ends
		i.xmlIdled()
		return
	}
	for _, test := range i.plan.byKind[testXML] {
		if !x.children && !x.isNil && i.plan.tests[test].attr == "" && i.atTarget(test) {
			i.xmlContent(test)
		}
		x.taken[test] = min(x.taken[test], depth-1)
	}
	if depth <= knownLevels {
		i.knownClosed()
	}
	i.xmlShapeClosed()
	for n := len(x.spaces); n > 0 && x.spaces[n-1].depth == depth; n-- {
		x.spaces = x.spaces[:n-1]
	}
	x.tags = x.tags[:depth-1]
	x.children, x.keep, x.isNil, x.state = true, false, false, xmlText
	if depth == 1 {
		x.done = true
		i.deny(&x.open, No)
	}
}
