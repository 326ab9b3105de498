package openapi

import (
	"bytes"
	"unicode/utf8"
)

// pruner leaves out of a YAML text what the reader does not use, above all schemas,
// descriptions and examples, because to parse them would cost several times as
// much as all the rest. Each line stays where it is; those left out are empty.
//
// It understands block style and what stands in it on one line or more. It gives
// up, so that the whole text is parsed, where it is not sure, and where a YAML
// parser might not take what would be left out: tabs as indentation, explicit keys,
// several documents, anchors, lines that are not where they should be.
type pruner struct {
	lineScanner
	out        []byte
	parameters bool // parameters are used
	open       []openMap
}

// openMap is a block mapping that is used in part.
type openMap struct {
	indent int // -1 until its first key is seen
	after  int // it belongs to a key with this indent
	role   role
}

// prune leaves out what is not used, parameters unless they are. It is not ok where
// it cannot tell.
func prune(data []byte, parameters bool) (kept []byte, ok bool) {
	if hasOddCharacters(data) {
		return nil, false
	}
	p := &pruner{
		lineScanner: lineScanner{data: data},
		out:         make([]byte, 0, len(data)/4),
		parameters:  parameters,
		open:        []openMap{{indent: -1, after: -1, role: roleRoot}},
	}
	for p.next() && !p.lost {
		p.line()
	}
	return p.out, !p.lost
}

// hasOddCharacters finds what YAML does not allow anywhere, and the line breaks
// that YAML 1.1 has beside "\n" and "\r\n".
func hasOddCharacters(data []byte) bool {
	for at := 0; at < len(data); {
		c := data[at]
		switch {
		case c >= ' ' && c < 0x7f, c == '\n', c == '\t':
			at++
			continue
		case c == '\r':
			if at+1 == len(data) || data[at+1] != '\n' {
				return true
			}
			at++
			continue
		}
		r, size := utf8.DecodeRune(data[at:])
		if r <= 0x9f || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff || r == utf8.RuneError && size == 1 {
			return true
		}
		at += size
	}
	return false
}

// usesParameters tells whether parameters count: in 2.0 for the bodies, later for
// x-multi-segment, which may stand in another file.
func usesParameters(data []byte) bool {
	if bytes.Contains(data, []byte("swagger")) || bytes.Contains(data, []byte("x-multi-segment")) {
		return true
	}
	for {
		at := bytes.Index(data, []byte("$ref"))
		if at < 0 {
			return false
		}
		data = bytes.TrimLeft(data[at+len("$ref"):], `"': `)
		if len(data) > 0 && data[0] != '#' {
			return true
		}
	}
}

// line handles a line that begins in a used mapping.
func (p *pruner) line() {
	switch {
	case p.isEmpty():
		p.drop()
		return
	case p.isMarker():
		// One may come before the document.
		first := p.open[0].indent < 0 && len(bytes.TrimSpace(p.out)) == 0
		p.lost = !first || p.stop > p.start+len("---") || p.data[p.start] != '-'
		p.keep(p.end)
		return
	}
	for len(p.open) > 1 && p.closes(p.open[len(p.open)-1]) {
		p.open = p.open[:len(p.open)-1]
	}
	top := &p.open[len(p.open)-1]
	if top.indent < 0 {
		top.indent = p.indent
	}
	if p.indent != top.indent {
		p.lost = true
		return
	}
	p.member(top.role)
}

// closes reports whether the line is no longer in the mapping.
func (p *pruner) closes(m openMap) bool {
	if m.indent < 0 {
		return p.indent <= m.after
	}
	return p.indent < m.indent
}

// member handles a line with a key of a mapping with role r.
func (p *pruner) member(r role) {
	key, colon, ok := p.key()
	if !ok {
		p.lost = true
		return
	}
	use, value := r.of(key, p.parameters)
	if use == useMap && p.isAlone(colon+1) {
		p.keep(p.end)
		p.open = append(p.open, openMap{indent: -1, after: p.indent, role: value})
		return
	}
	switch use {
	case useNothing:
		p.drop()
	case useKey:
		p.keep(colon + 1)
		p.out = append(p.out, '\n')
	default:
		p.keep(p.end)
	}
	p.region(colon+1, use == useWhole || use == useMap)
}

// region handles the value that begins at an offset in the line, and all lines
// that belong to it.
func (p *pruner) region(at int, keep bool) {
	outer := p.indent
	p.begin(outer, keep)
	p.rest(at, outer)
	for !p.lost && p.next() {
		goesOn := p.goesOn()
		if !goesOn && !p.isEmpty() && !p.isWithin(outer) {
			p.end = p.start // not a line of this value
			return
		}
		if keep {
			p.keep(p.end)
		} else {
			p.drop()
		}
		switch {
		case goesOn:
			p.lost = p.lost || p.text < p.stop && p.indent <= outer // further left than it may
			p.goOn()
		case !p.isEmpty():
			p.scan()
		}
	}
}

// isWithin reports whether the line belongs to the value of a key with the indent
// given: it is further right, or an item of a list that need not be.
func (p *pruner) isWithin(outer int) bool {
	switch {
	case p.isMarker() || p.indent < outer:
		return false
	case p.indent > outer:
		return true
	default:
		return p.isItem() && p.takesItem(outer)
	}
}

// keep copies the line up to an offset; all of it with its break.
func (p *pruner) keep(to int) { p.out = append(p.out, p.data[p.start:to]...) }

// drop leaves the line empty.
func (p *pruner) drop() { p.out = append(p.out, '\n') }
