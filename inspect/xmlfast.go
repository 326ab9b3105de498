package inspect

import (
	"encoding/binary"
	"math/bits"
)

// xmlFast reads as many tags and texts as follow at once within the root, where
// they are whole in b and plain, and gives the index of the first byte that it
// leaves to the reader proper. It only saves time.
func (i *Inspector) xmlFast(b []byte, p int) int {
	x := &i.xml
	for {
		q := markupAt(b, p)
		if x.keep && q > p {
			x.add(b[p:q])
		}
		if q == len(b) || b[q] != '<' {
			return q
		}
		if p = i.xmlFastTag(b, q+1); p < 0 {
			return q
		}
		if x.open == 0 || len(x.tags) == 0 {
			return p
		}
	}
}

// markupAt gives the index of the first < or & from p on.
func markupAt(b []byte, p int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; p+8 <= len(b); p += 8 {
		w := binary.LittleEndian.Uint64(b[p:])
		open, and := w^ones*'<', w^ones*'&'
		// Borrows reach only bytes behind the first that is found.
		if found := ((open-ones)&^open | (and-ones)&^and) & tops; found != 0 {
			return p + bits.TrailingZeros64(found)/8
		}
	}
	for p < len(b) && b[p] != '<' && b[p] != '&' {
		p++
	}
	return p
}

// xmlFastTag takes the tag whose < is before p, and gives the index behind it. It
// is -1 where the tag is not whole in b, or not plain.
func (i *Inspector) xmlFastTag(b []byte, p int) int {
	switch {
	case p == len(b):
		return -1
	case b[p] == '/':
		return i.xmlFastEnd(b, p+1)
	case !isNameStart(b[p]):
		return -1
	}
	end, colon := nameEnd(b, p)
	if end == len(b) || end-p > maxName {
		return -1
	}
	x, n, behind := &i.xml, 0, end+1
	if b[end] != '>' {
		if n, behind = fastAttrs(b, end, &x.fast); behind < 0 {
			return -1
		}
	}
	empty := b[behind-2] == '/'
	if x.idle == 0 {
		x.name.set(b[p:end], colon)
		i.xmlFastStart(b, x.fast[:n], empty)
		return behind
	}
	if len(x.tags) == MaxDepth {
		return -1
	}
	if !empty {
		x.tags = append(x.tags, hashOf(b[p:end]))
	}
	return behind
}

// xmlFastStart takes a start tag whose name is set.
func (i *Inspector) xmlFastStart(b []byte, attrs []fastAttr, empty bool) {
	x := &i.xml
	if i.xmlNamed(); x.open == 0 {
		return
	}
	if x.idle > 0 {
		attrs = nil
	}
	for n := range attrs {
		a := &attrs[n]
		name := b[a.name:a.nameEnd]
		if !i.plan.attributes && a.colon < 0 && string(name) != "xmlns" {
			x.attrs = true
			continue
		}
		x.attr.set(name, a.colon)
		x.text, x.long = x.text[:0], false
		x.add(b[a.value:a.valueEnd])
		if i.xmlAttribute(); x.open == 0 {
			return
		}
	}
	if i.xmlOpened(); empty {
		i.xmlClosed()
	}
}

// xmlFastEnd takes an end tag, whose name begins at p.
func (i *Inspector) xmlFastEnd(b []byte, p int) int {
	end, colon := nameEnd(b, p)
	if end == len(b) || b[end] != '>' || end-p > maxName || end == p {
		return -1
	}
	x := &i.xml
	if depth := len(x.tags); x.idle > 0 && depth > x.idle {
		if x.tags[depth-1] != hashOf(b[p:end]) {
			return -1
		}
		x.tags = x.tags[:depth-1]
		return end + 1
	}
	x.name.set(b[p:end], colon)
	i.xmlEnds()
	return end + 1
}

// maxFastAttrs is how many attributes a plain tag may have.
const maxFastAttrs = 8

// fastAttr is where the name and the value of an attribute are.
type fastAttr struct{ name, nameEnd, colon, value, valueEnd int }

// fastAttrs finds the attributes behind a name, and gives the index behind the
// tag: -1 where it is not whole in b, or not plain.
func fastAttrs(b []byte, p int, attrs *[maxFastAttrs]fastAttr) (n, behind int) {
	for {
		space := p
		for p < len(b) && isXMLSpace(b[p]) {
			p++
		}
		switch {
		case p+1 >= len(b):
			return 0, -1
		case b[p] == '>':
			return n, p + 1
		case b[p] == '/' && b[p+1] == '>':
			return n, p + 2
		case p == space || n == maxFastAttrs || !isNameStart(b[p]):
			return 0, -1
		}
		a := &attrs[n]
		a.name = p
		a.nameEnd, a.colon = nameEnd(b, p)
		a.value = a.nameEnd + 2
		if a.value >= len(b) || b[a.value-2] != '=' || b[a.value-1] != '"' && b[a.value-1] != '\'' || a.nameEnd-p > maxName {
			return 0, -1
		}
		quote := b[a.value-1]
		for a.valueEnd = a.value; ; a.valueEnd++ {
			if a.valueEnd == len(b) {
				return 0, -1
			}
			if c := b[a.valueEnd]; c == quote {
				break
			} else if c == '<' || c == '&' {
				return 0, -1
			}
		}
		p = a.valueEnd + 1
		n++
	}
}

// xmlIdles notes, behind the name of an element, whether nothing of it and within
// it can matter.
func (i *Inspector) xmlIdles() {
	x := &i.xml
	depth := len(x.tags)
	if depth <= knownLevels && i.knownOpen() || i.shapes.xml.open && i.shapes.off == 0 {
		return
	}
	for _, test := range i.plan.byKind[testXML] {
		if x.taken[test] == depth && !i.slots[test].settled {
			return
		}
	}
	x.idle, x.keep = depth, false
}

// xmlIdled takes the end of an element in which nothing mattered.
func (i *Inspector) xmlIdled() {
	x := &i.xml
	x.tags = x.tags[:x.idle-1]
	x.idle, x.children, x.isNil, x.state = 0, true, false, xmlText
	if i.shapes.xml.open {
		i.shapes.off--
	}
}

// knownOpen tells whether one of the known formats is not decided yet.
func (i *Inspector) knownOpen() bool { return i.undecided(testSOAP) || i.undecided(testProblem) }

// undecided tells whether the tests of a kind, which are all the same one, are not
// answered yet.
func (i *Inspector) undecided(kind testKind) bool {
	tests := i.plan.byKind[kind]
	return len(tests) > 0 && !i.slots[tests[0]].settled
}
