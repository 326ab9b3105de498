package lex

import "bytes"

// XMLToken is what [XML.Next] finds.
type XMLToken uint8

// The tokens of XML.
const (
	XMLBad  XMLToken = iota // no XML from here on, nested deeper than MaxDepth, or more than this package reads
	XMLEnd                  // the document was whole
	Decl                    // the XML declaration
	Start                   // a start tag, or an empty element's
	Close                   // an end tag; of an empty element, one without bytes
	Text                    // character data with references, up to the next markup
	CDATA                   // with its marks
	Comment                 // with its marks
	PI                      // a processing instruction, with its marks
)

const (
	cdataStart = "<![CDATA["
	cdataEnd   = "]]>"
)

// XML reads a document of XML 1.0 (fifth edition) that is well-formed by Namespaces in XML 1.0 (third edition), too.
// It does not read a document type declaration: entities cost work, and other readers may load what it points to.
type XML struct {
	Span         // of the token
	Depth   int  // open elements around the token; one that begins or ends here is not counted
	Empty   bool // the start tag is an empty element's
	Element Element

	body   []byte
	at     int
	rooted bool // the root has begun
	broken bool
	open   int
	names  [MaxDepth]Element
	attrs  [maxAttrs]Attr
	n      int // of them
	spaces spaces
}

// Element is an element by its name.
type Element struct {
	Name  Span // as it is written, with the prefix
	Local Span
	Space Span // the namespace name as it is written; empty for none

	spaces int // declarations in force before it
}

// NewXML gives a reader of body.
func NewXML(body []byte) XML { return XML{body: body} }

// Body gives what is being read.
func (x *XML) Body() []byte { return x.body }

// Bytes gives the token.
func (x *XML) Bytes() []byte { return x.Of(x.body) }

// Attrs gives the attributes of a start tag, declarations of namespaces among them.
func (x *XML) Attrs() []Attr { return x.attrs[:x.n] }

// Is tells whether the element that begins or ends here has this namespace name, "" for none, and local name.
func (x *XML) Is(space, local string) bool {
	return string(x.Element.Local.Of(x.body)) == local && string(x.Element.Space.Of(x.body)) == space
}

// Next reads the next token. Behind XMLBad and XMLEnd come only the same again.
func (x *XML) Next() XMLToken {
	if x.broken {
		return XMLBad
	}
	x.Start, x.Depth = x.at, x.open
	token := x.read()
	if token == XMLBad {
		x.broken = true
	}
	x.End = x.at
	return token
}

func (x *XML) read() XMLToken {
	if x.Empty {
		x.Empty = false
		return x.closes()
	}
	rest := x.body[x.at:]
	switch {
	case len(rest) == 0:
		if x.open > 0 || !x.rooted {
			return XMLBad
		}
		return XMLEnd
	case rest[0] != '<':
		return x.text()
	case bytes.HasPrefix(rest, []byte("<?")):
		return x.instruction()
	case bytes.HasPrefix(rest, []byte("<!--")):
		return x.comment()
	case bytes.HasPrefix(rest, []byte(cdataStart)):
		return x.cdata()
	case bytes.HasPrefix(rest, []byte("</")):
		return x.endTag()
	}
	return x.startTag()
}

// text reads character data (XML 1.0 section 2.4); outside the root that is white space alone (section 2.8).
func (x *XML) text() XMLToken {
	for x.at < len(x.body) && x.body[x.at] != '<' {
		if x.open == 0 && !isSpace(x.body[x.at]) {
			return XMLBad
		}
		if x.body[x.at] == ']' && bytes.HasPrefix(x.body[x.at:], []byte(cdataEnd)) {
			return XMLBad
		}
		_, size := XMLRune(x.body[x.at:])
		if size == 0 {
			return XMLBad
		}
		x.at += size
		x.plain()
	}
	return Text
}

// plain moves over characters that mean nothing but themselves.
func (x *XML) plain() {
	for x.open > 0 && x.at < len(x.body) && plain[x.body[x.at]] {
		x.at++
	}
}

var plain = func() (set [256]bool) {
	for c := range byte(0x80) {
		set[c] = (c >= ' ' || isSpace(c)) && c != '<' && c != '&' && c != ']'
	}
	return set
}()

// until moves behind the next end mark. It is false where there is none, or what comes before it is no text.
func (x *XML) until(mark string) bool {
	for x.at < len(x.body) {
		if x.body[x.at] == mark[0] && bytes.HasPrefix(x.body[x.at:], []byte(mark)) {
			x.at += len(mark)
			return true
		}
		size := charSize(x.body[x.at:])
		if size == 0 {
			return false
		}
		x.at += size
	}
	return false
}

// comment reads a comment (section 2.5), which has no two hyphens in a row but those of its marks.
func (x *XML) comment() XMLToken {
	x.at += len("<!--")
	if !x.until("--") || x.at == len(x.body) || x.body[x.at] != '>' {
		return XMLBad
	}
	x.at++
	return Comment
}

// cdata reads a CDATA section (section 2.7).
func (x *XML) cdata() XMLToken {
	x.at += len(cdataStart)
	if x.open == 0 || !x.until(cdataEnd) {
		return XMLBad
	}
	return CDATA
}

// instruction reads a processing instruction (section 2.6) or, at the begin, the XML declaration.
func (x *XML) instruction() XMLToken {
	x.at += len("<?")
	target := x.name()
	if target.Len() == 0 || bytes.IndexByte(target.Of(x.body), ':') >= 0 {
		return XMLBad
	}
	if bytes.EqualFold(target.Of(x.body), []byte("xml")) {
		if x.Start > 0 || string(target.Of(x.body)) != "xml" {
			return XMLBad
		}
		return x.declaration()
	}
	if !bytes.HasPrefix(x.body[x.at:], []byte("?>")) && !x.space() || !x.until("?>") {
		return XMLBad
	}
	return PI
}

// declaration reads what follows the target of the XML declaration (section 2.8), whose parts have their order.
func (x *XML) declaration() XMLToken {
	wanted := []string{"version", "encoding", "standalone"}
	x.n = 0
	for {
		spaced := x.space()
		if bytes.HasPrefix(x.body[x.at:], []byte("?>")) {
			break
		}
		if !spaced || !x.attribute() {
			return XMLBad
		}
		part := &x.attrs[x.n-1]
		for len(wanted) > 0 && wanted[0] != string(part.Name.Of(x.body)) && wanted[0] != "version" {
			wanted = wanted[1:]
		}
		if len(wanted) == 0 || !declares(wanted[0], string(part.Name.Of(x.body)), part.Value.Of(x.body)) {
			return XMLBad
		}
		wanted = wanted[1:]
	}
	if x.n == 0 {
		return XMLBad
	}
	x.at += len("?>")
	return Decl
}

// declares tells whether a part of the declaration is the one that is due, with a value that it may have.
func declares(due, name string, value []byte) bool {
	switch {
	case due != name:
		return false
	case name == "version":
		return string(value) == "1.0"
	case name == "standalone":
		return string(value) == "yes" || string(value) == "no"
	}
	for i, c := range value {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return len(value) > 0
}

// Encoding gives the encoding that a declaration names, nil where it names none.
func (x *XML) Encoding() []byte {
	if x.n > 1 && string(x.attrs[1].Name.Of(x.body)) == "encoding" {
		return x.attrs[1].Value.Of(x.body)
	}
	return nil
}
