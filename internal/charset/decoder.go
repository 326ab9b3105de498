package charset

import (
	"unicode/utf16"
	"unicode/utf8"
)

// room is what a step of a Decoder may append: three characters of three bytes, and one of four.
const room = 13

// Decoder turns a body into UTF-8 piece by piece. The zero value but for its first two fields is ready.
type Decoder struct {
	// Charset is what the body is in: any but Unknown and UTF8.
	Charset Charset
	// Mixed takes what is UTF-8 for UTF-8, and only the rest for what Charset has. Labels of JSON are often wrong, and
	// RFC 8259 section 11 gives them no meaning; no text of an ISO-8859 encoding is UTF-8 by chance.
	Mixed bool

	head [utf8.UTFMax]byte // the begin of a character
	n    int
	high rune // a high surrogate that waits for its other half
}

// Decode appends to dst, as far as its capacity goes, what src says in UTF-8. It gives what of src it has not read. It
// is not ok at what Charset has not; out has what comes before.
func (d *Decoder) Decode(dst, src []byte) (out, rest []byte, ok bool) {
	for len(src) > 0 && cap(dst)-len(dst) >= room {
		c := src[0]
		switch {
		case d.Charset == UTF16BE || d.Charset == UTF16LE:
			dst, ok = d.unit(dst, c)
		case d.Mixed:
			dst, ok = d.mixed(dst, c), true
		default:
			dst, ok = d.single(dst, c)
		}
		if !ok {
			return dst, src, false
		}
		src = src[1:]
	}
	return dst, src, true
}

// single takes a byte of an encoding that has one for each character.
func (d *Decoder) single(dst []byte, c byte) ([]byte, bool) {
	switch {
	case c < utf8.RuneSelf:
		return append(dst, c), true
	case d.Charset == ASCII:
		return dst, false
	case d.Charset == Windows1252 && c < 0xa0:
		return utf8.AppendRune(dst, windows1252[c-0x80]), true
	}
	return utf8.AppendRune(dst, rune(c)), true
}

// mixed takes a byte that may be part of a character in UTF-8.
func (d *Decoder) mixed(dst []byte, c byte) []byte {
	if d.n == 0 && c < utf8.RuneSelf {
		return append(dst, c)
	}
	d.head[d.n] = c
	d.n++
	part := d.head[:d.n]
	if !utf8.FullRune(part) {
		return dst
	}
	d.n = 0
	if r, size := utf8.DecodeRune(part); r != utf8.RuneError || size > 1 {
		return append(dst, part...)
	}
	// Only the last byte can be the begin of another character.
	last := len(part) - 1
	for _, b := range part[:last] {
		dst, _ = d.single(dst, b)
	}
	if last > 0 {
		return d.mixed(dst, c)
	}
	dst, _ = d.single(dst, c)
	return dst
}

// unit takes a byte of UTF-16.
func (d *Decoder) unit(dst []byte, c byte) ([]byte, bool) {
	if d.n == 0 {
		d.head[0], d.n = c, 1
		return dst, true
	}
	d.n = 0
	unit := rune(d.head[0])<<8 | rune(c)
	if d.Charset == UTF16LE {
		unit = rune(c)<<8 | rune(d.head[0])
	}
	high := d.high
	d.high = 0
	switch {
	case high != 0:
		r := utf16.DecodeRune(high, unit)
		if r == utf8.RuneError {
			return dst, false
		}
		return utf8.AppendRune(dst, r), true
	case unit >= 0xd800 && unit < 0xdc00:
		d.high = unit
		return dst, true
	case unit >= 0xdc00 && unit < 0xe000:
		return dst, false
	}
	return utf8.AppendRune(dst, unit), true
}
