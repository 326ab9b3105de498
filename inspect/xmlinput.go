package inspect

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/statusgate/statusgate/internal/charset"
)

// xmlCoding is how the bytes of an XML body are read.
type xmlCoding uint8

const (
	codingOpen     xmlCoding = iota // not looked at yet
	codingDeclares                  // by what an XML declaration may still say; like UTF-8 so far
	codingUTF8
	codingDecoded // by a decoder
	codingNone    // by nothing that is understood
)

// xmlInput turns the bytes of an XML body into UTF-8.
type xmlInput struct {
	coding  xmlCoding
	label   string  // the charset parameter
	head    [4]byte // the first bytes, until the coding is known; then a cut character
	n       int
	begin   [4]byte // the first bytes, while they are read
	decoder charset.Decoder
}

// takes settles the encoding.
func (in *xmlInput) takes(c charset.Charset) {
	switch c {
	case charset.Unknown:
		in.coding = codingNone
	case charset.UTF8:
		in.coding = codingUTF8
	default:
		in.coding = codingDecoded
		in.decoder = charset.Decoder{Charset: c}
	}
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
	marked, length := charset.Mark(head)
	switch {
	case length > 0:
		in.takes(marked)
	case in.label != "":
		in.takes(charset.Named(in.label))
	case strings.HasPrefix(string(head), "\x00<"):
		in.takes(charset.UTF16BE)
	case strings.HasPrefix(string(head), "<\x00"):
		in.takes(charset.UTF16LE)
	default:
		in.coding = codingDeclares
	}
	in.begin = in.head // what is cut off it goes back there
	i.convert(in.begin[length:len(head)])
}

// declared takes the encoding of the XML declaration, which counts only where
// nothing else has told, and then must be one that a declaration in ASCII can
// be written in.
func (i *Inspector) declared(name string) {
	in := &i.xml.in
	if in.coding != codingDeclares {
		return
	}
	switch c := charset.Named(name); {
	case name == "":
		in.coding = codingUTF8
	case c == charset.UTF16BE || c == charset.UTF16LE:
		in.coding = codingNone
	default:
		in.takes(c)
	}
}

// convert passes bytes on as UTF-8.
func (i *Inspector) convert(b []byte) {
	in := &i.xml.in
	for len(b) > 0 && i.xml.open > 0 {
		switch in.coding {
		case codingDeclares:
			b = i.convertDeclaring(b)
		case codingUTF8:
			b = i.convertUTF8(b)
		case codingDecoded:
			var buf [512]byte
			out, rest, ok := in.decoder.Decode(buf[:0], b)
			i.xmlBytes(out, false)
			if b = rest; !ok {
				i.failXML()
			}
		default:
			i.failXML()
		}
	}
}

// convertDeclaring passes on bytes before the coding is certain: any of them
// may be the last of an XML declaration. Beyond ASCII a declaration has
// nothing, so from there on it is UTF-8.
func (i *Inspector) convertDeclaring(b []byte) []byte {
	n := asciiPrefix(b[:min(len(b), declaringStep)])
	if n == 0 {
		i.xml.in.coding = codingUTF8
		return b
	}
	left := i.xmlBytes(b[:n], !i.xml.begun)
	return b[n-len(left):]
}

// declaringStep is how many bytes are looked at before the coding is certain, at
// a time: a declaration is shorter, and many a document is decided by its root.
const declaringStep = 256

// asciiPrefix is how many bytes of ASCII b begins with.
func asciiPrefix(b []byte) int {
	n := 0
	for n+8 <= len(b) && binary.LittleEndian.Uint64(b[n:])&0x8080808080808080 == 0 {
		n += 8
	}
	for n < len(b) && b[n] < utf8.RuneSelf {
		n++
	}
	return n
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
