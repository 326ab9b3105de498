package inspect

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// xmlCoding is a character encoding of XML.
type xmlCoding uint8

const (
	codingOpen  xmlCoding = iota // not looked at yet
	codingASCII                  // nothing but the begin of an XML declaration so far: like UTF-8
	codingUTF8
	codingStrictASCII
	codingLatin1
	codingWindows
	codingUTF16BE
	codingUTF16LE
	codingNone // none that is understood
)

// xmlInput turns the bytes of an XML body into UTF-8.
type xmlInput struct {
	coding xmlCoding
	label  xmlCoding // the charset parameter's
	head   [4]byte   // the first bytes, until the coding is known; then a cut character
	n      int
	high   rune // a high surrogate that waits for its other half
}

func codingOf(name string) xmlCoding {
	switch strings.ToLower(name) {
	case "":
		return codingOpen
	case "utf-8", "utf8":
		return codingUTF8
	case "us-ascii", "ascii":
		return codingStrictASCII
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1":
		return codingLatin1
	case "windows-1252", "cp1252":
		return codingWindows
	case "utf-16be", "utf-16":
		return codingUTF16BE // without a mark: RFC 2781 section 4.3
	case "utf-16le":
		return codingUTF16LE
	}
	return codingNone
}

// writeXML takes the next bytes of the body.
func (i *Inspector) writeXML(b []byte) {
	in := &i.xml.in
	for in.coding == codingOpen {
		if len(b) == 0 {
			return
		}
		in.head[in.n] = b[0]
		in.n++
		b = b[1:]
		if in.n == len(in.head) {
			i.beginXML()
		}
	}
	i.convert(b)
}

// beginXML finds the coding from the first bytes, in the order of RFC 7303
// section 3: byte order mark, charset parameter, then what the document looks
// like (XML 1.0 appendix F).
func (i *Inspector) beginXML() {
	in := &i.xml.in
	head := in.head[:in.n]
	in.n = 0
	mark := 0
	switch begin := string(head); {
	case strings.HasPrefix(begin, "\xef\xbb\xbf"):
		in.coding, mark = codingUTF8, 3
	case strings.HasPrefix(begin, "\xfe\xff"):
		in.coding, mark = codingUTF16BE, 2
	case strings.HasPrefix(begin, "\xff\xfe"):
		in.coding, mark = codingUTF16LE, 2
	case in.label != codingOpen:
		in.coding = in.label
	case strings.HasPrefix(begin, "\x00<"):
		in.coding = codingUTF16BE
	case strings.HasPrefix(begin, "<\x00"):
		in.coding = codingUTF16LE
	default:
		in.coding = codingASCII
	}
	begin := in.head // what is cut off it goes back there
	i.convert(begin[mark:len(head)])
}

// declared takes the encoding of the XML declaration, which counts only where
// nothing else has told, and then must be one that a declaration in ASCII can
// be written in.
func (i *Inspector) declared(name string) {
	in := &i.xml.in
	if in.coding != codingASCII {
		return
	}
	switch in.coding = codingOf(name); in.coding {
	case codingOpen:
		in.coding = codingUTF8
	case codingUTF16BE, codingUTF16LE:
		in.coding = codingNone
	default: // taken
	}
}

// convert passes bytes on as UTF-8.
func (i *Inspector) convert(b []byte) {
	for len(b) > 0 && i.xml.open > 0 {
		switch i.xml.in.coding {
		case codingASCII:
			// Until the declaration is over every byte may change the coding.
			b = i.xmlBytes(b, !i.xml.begun)
		case codingUTF8:
			b = i.convertUTF8(b)
		case codingNone:
			i.failXML()
		case codingUTF16BE, codingUTF16LE:
			b = i.convertUTF16(b)
		default:
			b = i.convertSingle(b)
		}
	}
}

// convertUTF8 passes on whole characters and keeps a cut one.
func (i *Inspector) convertUTF8(b []byte) []byte {
	in := &i.xml.in
	for in.n > 0 && len(b) > 0 {
		in.head[in.n] = b[0]
		in.n++
		b = b[1:]
		if part := in.head[:in.n]; utf8.FullRune(part) {
			if in.n = 0; !utf8.Valid(part) {
				i.failXML()
				return nil
			}
			i.xmlBytes(part, false)
		}
	}
	whole := len(b)
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if at := len(b) - back; utf8.RuneStart(b[at]) {
			if !utf8.FullRune(b[at:]) {
				whole = at
			}
			break
		}
	}
	if !utf8.Valid(b[:whole]) {
		whole = validPrefix(b[:whole])
		i.xmlBytes(b[:whole], false)
		i.failXML()
		return nil
	}
	in.n += copy(in.head[:], b[whole:])
	i.xmlBytes(b[:whole], false)
	return nil
}

func validPrefix(b []byte) int {
	p := 0
	for p < len(b) {
		r, size := utf8.DecodeRune(b[p:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		p += size
	}
	return p
}

// convertSingle passes on a piece of a coding with a byte per character.
func (i *Inspector) convertSingle(b []byte) []byte {
	var buf [512]byte
	out := buf[:0]
	for len(b) > 0 && len(out) <= len(buf)-utf8.UTFMax {
		r := rune(b[0])
		switch {
		case r < utf8.RuneSelf:
		case i.xml.in.coding == codingStrictASCII:
			i.xmlBytes(out, false)
			i.failXML()
			return nil
		case i.xml.in.coding == codingWindows && r < 0xa0:
			r = windows1252[r-0x80]
		}
		out = utf8.AppendRune(out, r)
		b = b[1:]
	}
	i.xmlBytes(out, false)
	return b
}

// windows1252 has the characters 0x80 to 0x9f of that code page; those that
// it does not define are controls, as in the Encoding Standard.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

// convertUTF16 passes on a piece of UTF-16.
func (i *Inspector) convertUTF16(b []byte) []byte {
	in := &i.xml.in
	var buf [512]byte
	out := buf[:0]
	for len(b) > 0 && len(out) <= len(buf)-utf8.UTFMax {
		in.head[in.n] = b[0]
		in.n++
		b = b[1:]
		if in.n < 2 {
			continue
		}
		in.n = 0
		unit := rune(in.head[0])<<8 | rune(in.head[1])
		if in.coding == codingUTF16LE {
			unit = rune(in.head[1])<<8 | rune(in.head[0])
		}
		high := in.high
		in.high = 0
		switch {
		case high != 0:
			unit = utf16.DecodeRune(high, unit)
		case unit >= 0xd800 && unit < 0xdc00:
			in.high = unit
			continue
		}
		if unit >= 0xdc00 && unit < 0xe000 || high != 0 && unit == utf8.RuneError {
			i.xmlBytes(out, false)
			i.failXML()
			return nil
		}
		out = utf8.AppendRune(out, unit)
	}
	i.xmlBytes(out, false)
	return b
}
