package faults

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/charset"
	"github.com/statusgate/statusgate/internal/lex"
	"github.com/statusgate/statusgate/internal/redact"
)

// text is a body in UTF-8.
type text struct {
	text    []byte
	charset charset.Charset // that it was in
	mark    []byte          // the byte order mark that goes in front of what is written
	xml     bool
}

func (t *text) kind() (Kind, bool) {
	if t.xml {
		return xmlKind(t.text)
	}
	return jsonKind(t.text)
}

func (t *text) cut(dst []byte) ([]byte, bool) {
	if t.xml {
		return redact.XML(dst, t.text)
	}
	return redact.JSON(dst, t.text)
}

// textOf reads what a body says, as far as its label allows for a fault.
func textOf(body []byte, contentType string) (t text, ok bool) {
	mark, n := charset.Mark(body)
	bare := body[n:]
	media, first := inspect.MediaOf(contentType), firstOf(bare)
	isJSON := first == '{' || first == '['
	t.xml = first == '<'
	switch {
	case !Possible(contentType), !t.xml && !isJSON:
		return t, false
	case t.xml && (media == inspect.MediaJSON || media == inspect.MediaScript), isJSON && media == inspect.MediaXML:
		return t, false
	}
	t.charset, t.text = mark, bare
	if t.xml || mark != charset.UTF8 { // RFC 8259 section 8.1 forbids that mark
		t.mark = body[:n]
	}
	if mark == charset.Unknown {
		t.charset = t.encoding(inspect.CharsetOf(contentType))
	}
	if t.charset == charset.UTF8 {
		return t, true
	}
	t.text, ok = t.charset.Append(nil, bare)
	return t, ok
}

// firstOf gives the first byte that is neither white space nor half of UTF-16.
func firstOf(body []byte) byte {
	body = bytes.TrimLeft(body, " \t\r\n\x00")
	if len(body) == 0 {
		return 0
	}
	return body[0]
}

// encoding gives the encoding of a body without a byte order mark. UTF-16 shows in its first character. Else the label
// counts, then what the body says itself (RFC 7303 section 3). JSON is UTF-8 whatever its label says (RFC 8259 section
// 11), if it can be.
func (t *text) encoding(label string) charset.Charset {
	switch {
	case t.text[0] == 0:
		return charset.UTF16BE
	case len(t.text) > 1 && t.text[1] == 0:
		return charset.UTF16LE
	case !t.xml && (label == "" || utf8.Valid(t.text)):
		return charset.UTF8
	case label == "":
		label = declared(t.text)
	}
	return carrier(label)
}

// declared gives the encoding that an XML declaration names, "" where it names none.
func declared(body []byte) string {
	x := lex.NewXML(body)
	if x.Next() != lex.Decl {
		return ""
	}
	return string(x.Encoding())
}

// carrier gives an encoding in which the bytes of another come through unharmed. Of those that have a byte for each
// character, and begin with ASCII, it does not matter here which it is.
func carrier(name string) charset.Charset {
	if name == "" {
		return charset.UTF8
	}
	if c := charset.Named(name); c != charset.Unknown {
		return c
	}
	for _, family := range [...]string{"iso-8859-", "windows-125", "cp125", "koi8-"} {
		if len(name) > len(family) && strings.EqualFold(name[:len(family)], family) {
			return charset.Windows1252
		}
	}
	return charset.Unknown
}
