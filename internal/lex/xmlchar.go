package lex

import (
	"bytes"
	"unicode/utf8"
)

// XMLRune reads a character or a reference to one (XML 1.0 section 4.1) at the begin of text or of a value. The size
// is 0 where it is none, or a reference to what only a document type declaration could tell.
func XMLRune(s []byte) (r rune, size int) {
	if s[0] != '&' {
		if size = charSize(s); size == 0 {
			return 0, 0
		}
		r, _ = utf8.DecodeRune(s)
		return r, size
	}
	end := bytes.IndexByte(s[:min(len(s), maxReference)], ';')
	if end < 0 {
		return 0, 0
	}
	if r = referenced(s[1:end]); r == 0 {
		return 0, 0
	}
	return r, end + 1
}

// maxReference is the length of the longest reference that is read: more than leading zeros make sense.
const maxReference = 32

// referenced gives the character that a reference is to, 0 where there is none.
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
	base := rune(10)
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	r := rune(0)
	for _, c := range digits {
		digit := hexDigit(c)
		if digit < 0 || digit >= base {
			return 0
		}
		if r = r*base + digit; r > utf8.MaxRune {
			return 0
		}
	}
	if !isChar(r) {
		return 0
	}
	return r
}

// isChar is by XML 1.0 section 2.2.
func isChar(r rune) bool {
	return r >= ' ' && r < 0xd800 || r == '\t' || r == '\n' || r == '\r' || r >= 0xe000 && r <= 0xfffd || r >= 0x10000
}

// charSize gives the size of the character at the begin of s, 0 where none is.
func charSize(s []byte) int {
	if c := s[0]; c < utf8.RuneSelf {
		if c >= ' ' || isSpace(c) {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRune(s)
	if r == utf8.RuneError && size == 1 || !isChar(r) {
		return 0
	}
	return size
}

// name reads a name (section 2.3), with any colons in it. It is empty where there is none.
func (x *XML) name() Span {
	name := Span{Start: x.at, End: x.at}
	size := nameStartSize(x.body[x.at:])
	for size > 0 {
		name.End += size
		size = nameSize(x.body[name.End:])
	}
	x.at = name.End
	return name
}

// nameStartSize gives the size of the character at the begin of s if a name may begin with it, else 0.
func nameStartSize(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	c := s[0]
	if c < utf8.RuneSelf {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRune(s)
	if r == utf8.RuneError || !isNameStart(r) {
		return 0
	}
	return size
}

// nameSize gives the size of the character at the begin of s if a name may have it, else 0.
func nameSize(s []byte) int {
	if size := nameStartSize(s); size > 0 || len(s) == 0 {
		return size
	}
	c := s[0]
	if c >= '0' && c <= '9' || c == '-' || c == '.' {
		return 1
	}
	r, size := utf8.DecodeRune(s)
	if r == 0xb7 || r >= 0x300 && r <= 0x36f || r == 0x203f || r == 0x2040 {
		return size
	}
	return 0
}

// isNameStart is for characters beyond ASCII.
func isNameStart(r rune) bool {
	for _, in := range nameStarts {
		if r <= in[1] {
			return r >= in[0]
		}
	}
	return false
}

var nameStarts = [...][2]rune{
	{0xc0, 0xd6},
	{0xd8, 0xf6},
	{0xf8, 0x2ff},
	{0x370, 0x37d},
	{0x37f, 0x1fff},
	{0x200c, 0x200d},
	{0x2070, 0x218f},
	{0x2c00, 0x2fef},
	{0x3001, 0xd7ff},
	{0xf900, 0xfdcf},
	{0xfdf0, 0xfffd},
	{0x10000, 0xeffff},
}

// AppendXMLText appends what text or a value says, references undone.
func AppendXMLText(dst, raw []byte) []byte {
	for len(raw) > 0 {
		r, size := XMLRune(raw)
		dst, raw = utf8.AppendRune(dst, r), raw[size:]
	}
	return dst
}

// CDATAText gives the text in a CDATA section.
func CDATAText(section []byte) []byte {
	return section[len(cdataStart) : len(section)-len(cdataEnd)]
}
