package inspect

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// xmlInPI takes a byte of a processing instruction.
func (i *Inspector) xmlInPI(c byte) {
	x := &i.xml
	if !until(&x.match, "?>", c) {
		if x.decl && len(x.text) < TextLimit {
			x.text = append(x.text, c)
		}
		return
	}
	x.state = xmlText
	if x.decl {
		x.decl = false
		i.declared(declaredEncoding(x.text))
		x.begins()
	}
}

// declaredEncoding finds the encoding in an XML declaration (XML 1.0 section
// 4.3.3), "" where it is none or has none.
func declaredEncoding(decl []byte) string {
	rest, ok := bytes.CutPrefix(decl, []byte("xml"))
	if !ok || len(rest) == 0 || !isXMLSpace(rest[0]) {
		return ""
	}
	_, rest, ok = bytes.Cut(rest, []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	quote := rest[:min(1, len(rest))]
	name, _, _ := bytes.Cut(rest[len(quote):], quote)
	if string(name) == "UTF-8" || string(name) == "utf-8" { // nearly always
		return "utf-8"
	}
	return string(name)
}

// xmlInCDATA takes a byte of a CDATA section.
func (i *Inspector) xmlInCDATA(c byte) {
	const end = "]]>"
	x := &i.xml
	before := int(x.match)
	if until(&x.match, end, c) {
		x.state = xmlText
		return
	}
	if !x.keep {
		return
	}
	// What began like the end mark, as far as it can't be part of that now.
	var passed [len(end)]byte
	n := copy(passed[:], end[:before])
	passed[n] = c
	x.add(passed[:n+1-int(x.match)])
}

// until takes a byte and reports whether the end mark is complete. All of
// those begin with one byte twice or with one that is nowhere else in them.
func until(match *uint8, end string, c byte) bool {
	switch {
	case c == end[*match]:
		*match++
	case c != end[0]:
		*match = 0
	default: // one more than the mark has: the last ones count
	}
	if int(*match) < len(end) {
		return false
	}
	*match = 0
	return true
}

// xmlInEntity takes a byte of a reference (XML 1.0 section 4.1). Only the
// predefined entities and characters are known without a DTD.
func (i *Inspector) xmlInEntity(c byte) {
	x := &i.xml
	if c != ';' {
		if x.entityN == len(x.entity) {
			i.failXML()
			return
		}
		x.entity[x.entityN] = c
		x.entityN++
		return
	}
	r := referenced(x.entity[:x.entityN])
	if r == 0 {
		i.failXML()
		return
	}
	x.state = xmlText
	if x.inTag {
		x.state = xmlValue
	}
	if x.inTag || x.keep {
		var b [utf8.UTFMax]byte
		x.add(b[:utf8.EncodeRune(b[:], r)])
	}
}

// referenced gives the character that a reference is for, 0 where none is.
func referenced(name []byte) rune {
	switch string(name) {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "apos":
		return '\''
	case "quot":
		return '"'
	}
	digits, ok := bytes.CutPrefix(name, []byte("#"))
	if !ok {
		return 0
	}
	base := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(string(digits), base, 21)
	if err != nil || !utf8.ValidRune(rune(n)) { //nolint:gosec // 21 bits
		return 0
	}
	return rune(n) //nolint:gosec // 21 bits
}
