// Package charset turns the character encodings that bodies come in into UTF-8, and back.
//
// It knows those that servers of JSON and XML use: UTF-16, US-ASCII, ISO-8859-1 and windows-1252. What already is UTF-8
// needs no turning.
package charset

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// Charset is a character encoding.
type Charset uint8

// The encodings.
const (
	Unknown     Charset = iota // none that this package knows
	UTF8                       // RFC 3629
	ASCII                      // US-ASCII: nothing beyond 0x7F
	Latin1                     // ISO-8859-1
	Windows1252                // as the Encoding Standard has it: what it does not define is a control
	UTF16BE                    // RFC 2781, big-endian
	UTF16LE                    // RFC 2781, little-endian
)

var names = [...]struct {
	name    string
	charset Charset
}{
	{"utf-8", UTF8},
	{"utf8", UTF8},
	{"iso-8859-1", Latin1},
	{"iso8859-1", Latin1},
	{"iso_8859-1", Latin1},
	{"latin1", Latin1},
	{"windows-1252", Windows1252},
	{"cp1252", Windows1252},
	{"us-ascii", ASCII},
	{"ascii", ASCII},
	{"utf-16", UTF16BE}, // without a mark: RFC 2781 section 4.3
	{"utf-16be", UTF16BE},
	{"utf-16le", UTF16LE},
}

// Named gives the encoding of a name, in any case, as in a charset parameter or an XML declaration.
func Named(name string) Charset {
	for i := range names {
		if strings.EqualFold(name, names[i].name) {
			return names[i].charset
		}
	}
	return Unknown
}

// Mark gives the encoding that a byte order mark at the begin of a body stands for, and the length of the mark.
func Mark(body []byte) (c Charset, length int) {
	switch {
	case len(body) >= 3 && string(body[:3]) == "\xef\xbb\xbf":
		return UTF8, 3
	case len(body) >= 2 && string(body[:2]) == "\xfe\xff":
		return UTF16BE, 2
	case len(body) >= 2 && string(body[:2]) == "\xff\xfe":
		return UTF16LE, 2
	}
	return Unknown, 0
}

// Append appends to dst what body says in c, in UTF-8. It is not ok where body is not wholly that, or c is unknown; out
// has what comes before the fault then.
func (c Charset) Append(dst, body []byte) (out []byte, ok bool) {
	if c == Unknown {
		return dst, false
	}
	if c == UTF8 {
		return append(dst, body...), utf8.Valid(body)
	}
	d := Decoder{Charset: c}
	for {
		if cap(dst)-len(dst) < room {
			dst = append(dst, make([]byte, len(body)+room)...)[:len(dst)]
		}
		if dst, body, ok = d.Decode(dst, body); !ok || len(body) == 0 {
			return dst, ok && d.n == 0 && d.high == 0
		}
	}
}

// AppendEncoded appends to dst a text in UTF-8, written in c. It is not ok where c is unknown or has not all of its
// characters.
func (c Charset) AppendEncoded(dst, text []byte) (out []byte, ok bool) {
	if c == UTF8 {
		return append(dst, text...), true
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if dst, ok = c.appendRune(dst, r); !ok {
			return dst, false
		}
	}
	return dst, c != Unknown
}

func (c Charset) appendRune(dst []byte, r rune) ([]byte, bool) {
	switch {
	case c == UTF16BE || c == UTF16LE:
		return c.appendUTF16(dst, r), true
	case r < utf8.RuneSelf, c == Latin1 && r <= 0xff, c == Windows1252 && r >= 0xa0 && r <= 0xff:
		return append(dst, byte(r)), true //nolint:gosec // below 0x100
	case c == Windows1252:
		for at, other := range windows1252 {
			if r == other {
				return append(dst, 0x80+byte(at)), true
			}
		}
	}
	return dst, false
}

func (c Charset) appendUTF16(dst []byte, r rune) []byte {
	if r >= 0x10000 {
		r -= 0x10000
		dst = c.appendUnit(dst, 0xd800+uint16(r>>10)) //nolint:gosec // a surrogate
		r = 0xdc00 + r&0x3ff
	}
	return c.appendUnit(dst, uint16(r)) //nolint:gosec // of the basic plane by now
}

func (c Charset) appendUnit(dst []byte, unit uint16) []byte {
	if c == UTF16LE {
		return binary.LittleEndian.AppendUint16(dst, unit)
	}
	return binary.BigEndian.AppendUint16(dst, unit)
}

// windows1252 has the characters 0x80 to 0x9f.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}
