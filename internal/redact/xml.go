package redact

import (
	"bytes"
	"unicode/utf8"

	"github.com/statusgate/statusgate/internal/lex"
)

// XML appends body to dst without what leaks. It is not ok, and dst as it was, where body is no document that [lex.XML]
// reads. dst and body must not overlap.
func XML(dst, body []byte) (out []byte, ok bool) {
	x := xmlCutter{output: output{dst: dst, src: body}, in: lex.NewXML(body)}
	for {
		switch token := x.in.Next(); token {
		case lex.XMLBad:
			return dst, false
		case lex.XMLEnd:
			x.copy(len(body))
			return x.dst, true
		default:
			if x.gone == 0 {
				x.take(token)
			} else if token == lex.Close && x.in.Depth == x.gone {
				x.gone = 0
				x.drop(x.from, x.in.End)
			}
		}
	}
}

type xmlCutter struct {
	output

	in     lex.XML
	levels [lex.MaxDepth + 1]element
	gone   int // depth of the element that is being left out, which is not the root; 0 for none
	from   int // where that begins
}

// element is an open element.
type element struct {
	lines lines
	local lex.Span
	start int // of its tag
	text  int // end of its tag

	// What the output was when it began, in case that it has to go.
	written, copied int
	gone            bool
}

func (x *xmlCutter) take(token lex.XMLToken) {
	switch token {
	case lex.Comment, lex.PI:
		x.drop(x.in.Start, x.in.End)
	case lex.Text:
		l := &x.levels[x.in.Depth].lines
		if at := l.cutAt(x.in.Bytes(), lex.XMLRune); at >= 0 {
			x.drop(x.in.Start+at, x.in.End)
		}
	case lex.CDATA:
		text := lex.CDATAText(x.in.Bytes())
		l := &x.levels[x.in.Depth].lines
		if at := l.cutAt(text, utf8.DecodeRune); at >= 0 {
			end := x.in.End - len("]]>")
			x.skip(end-len(text)+at, end)
		}
	case lex.Start:
		x.open()
	case lex.Close:
		x.close()
	default: // the declaration
	}
}

func (x *xmlCutter) open() {
	depth := x.in.Depth
	if depth > 0 && (leaksXML(x.in.Element.Local.Of(x.src)) || x.isNamedSo()) {
		x.gone, x.from = depth, x.in.Start
		return
	}
	x.levels[depth+1] = element{
		local: x.in.Element.Local, start: x.in.Start, text: x.in.End, written: len(x.dst), copied: x.copied,
	}
	attrs := x.in.Attrs()
	for i := range attrs {
		a := &attrs[i]
		if a.Declare {
			continue
		}
		if leaksXML(a.Local(x.src)) {
			x.skip(a.Start, a.End)
			continue
		}
		var l lines
		if at := l.cutAt(a.Value.Of(x.src), lex.XMLRune); at >= 0 {
			x.skip(a.Value.Start+at, a.Value.End)
		}
	}
}

// isNamedSo tells whether an attribute gives the element a name that leaks, as in <entry key="stackTrace">.
func (x *xmlCutter) isNamedSo() bool {
	attrs := x.in.Attrs()
	for i := range attrs {
		name := string(attrs[i].Name.Of(x.src))
		if (name == "name" || name == "key") && leaksXML(attrs[i].Value.Of(x.src)) {
			return true
		}
	}
	return false
}

// close looks whether the element gives a name that leaks to the one around it, or has been given one.
func (x *xmlCutter) close() {
	depth := x.in.Depth
	e := &x.levels[depth+1]
	if e.gone {
		x.dst, x.copied = x.dst[:e.written], e.copied
		x.drop(e.start, x.in.End)
		return
	}
	if depth < 2 {
		return
	}
	text := x.src[e.text:x.in.Start]
	around := &x.levels[depth]
	if namesOther(around.local.Of(x.src), x.in.Element.Local.Of(x.src)) && bytes.IndexByte(text, '<') < 0 {
		around.gone = leaksXML(text)
	}
}

// namesOther tells whether an element has the name of the one around it as its text: the members of XML-RPC's structs,
// and the entries of maps in SOAP.
func namesOther(around, local []byte) bool {
	switch string(around) {
	case "member":
		return string(local) == "name"
	case "item", "entry":
		return string(local) == "key"
	}
	return false
}

// drop leaves out a part between or at the end of texts. What it leaves may not make an end mark that has no begin.
func (x *xmlCutter) drop(from, to int) {
	x.skip(from, to)
	if x.in.Depth > 0 && x.dst[len(x.dst)-1] == ']' && to < len(x.src) && x.src[to] != '<' {
		x.dst = append(x.dst, "<!---->"...)
	}
}
