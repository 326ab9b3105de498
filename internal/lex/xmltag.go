package lex

import "bytes"

const (
	// maxAttrs is how many attributes an element may have, and maxSpaces how many namespaces may be declared at a time.
	// Both bound the work that an element can cause.
	maxAttrs  = 64
	maxSpaces = 64
)

// The namespaces whose prefixes are given (Namespaces in XML 1.0 section 3).
const (
	spaceXML   = "http://www.w3.org/XML/1998/namespace"
	spaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// Attr is an attribute.
type Attr struct {
	Span         // from the white space in front to behind the last quote
	Name    Span // with the prefix
	Value   Span // as it is written, without quotes
	Declare bool // it declares a namespace

	space Span
}

// Local gives the name without its prefix.
func (a *Attr) Local(body []byte) []byte {
	name := a.Name.Of(body)
	return name[bytes.IndexByte(name, ':')+1:]
}

// spaces are the declarations in force.
type spaces struct {
	list [maxSpaces]struct{ prefix, name Span }
	n    int
}

// startTag reads a start tag (XML 1.0 section 3.1).
func (x *XML) startTag() XMLToken {
	x.at++
	name := x.name()
	if name.Len() == 0 || x.open == MaxDepth || x.open == 0 && x.rooted {
		return XMLBad
	}
	x.rooted = true
	x.Element = Element{Name: name, spaces: x.spaces.n}
	x.n = 0
	for {
		before := x.at
		spaced := x.space()
		rest := x.body[x.at:]
		if len(rest) > 0 && rest[0] == '>' {
			x.at++
			break
		}
		if bytes.HasPrefix(rest, []byte("/>")) {
			x.at += len("/>")
			x.Empty = true
			break
		}
		if !spaced || !x.attribute() {
			return XMLBad
		}
		x.attrs[x.n-1].Start = before
	}
	if !x.resolve() {
		return XMLBad
	}
	x.names[x.open] = x.Element
	x.open++
	return Start
}

// endTag reads an end tag.
func (x *XML) endTag() XMLToken {
	x.at += len("</")
	name := x.name()
	x.space()
	if x.open == 0 || x.at == len(x.body) || x.body[x.at] != '>' ||
		!bytes.Equal(name.Of(x.body), x.names[x.open-1].Name.Of(x.body)) {
		return XMLBad
	}
	x.at++
	return x.closes()
}

// closes takes the end of the innermost element.
func (x *XML) closes() XMLToken {
	x.open--
	x.Depth = x.open
	x.Element = x.names[x.open]
	x.spaces.n = x.Element.spaces
	return Close
}

// space reads white space, and tells whether there is any.
func (x *XML) space() bool {
	start := x.at
	for x.at < len(x.body) && isSpace(x.body[x.at]) {
		x.at++
	}
	return x.at > start
}

// attribute reads an attribute.
func (x *XML) attribute() bool {
	name := x.name()
	x.space()
	if name.Len() == 0 || x.n == maxAttrs || x.at == len(x.body) || x.body[x.at] != '=' {
		return false
	}
	x.at++
	x.space()
	if x.at == len(x.body) || x.body[x.at] != '"' && x.body[x.at] != '\'' {
		return false
	}
	quote := x.body[x.at]
	x.at++
	value := Span{Start: x.at}
	for x.at < len(x.body) && x.body[x.at] != quote {
		_, size := XMLRune(x.body[x.at:])
		if size == 0 || x.body[x.at] == '<' {
			return false
		}
		x.at += size
	}
	if x.at == len(x.body) {
		return false
	}
	value.End = x.at
	x.at++
	x.attrs[x.n] = Attr{Span: Span{Start: name.Start, End: x.at}, Name: name, Value: value}
	x.n++
	return true
}

// resolve finds the namespaces of a start tag's names, and tells whether they are there and no attribute is twice.
func (x *XML) resolve() bool {
	for i := range x.n {
		if !x.declare(&x.attrs[i]) {
			return false
		}
	}
	e := &x.Element
	prefix, local, ok := x.qualified(e.Name)
	if !ok || string(prefix.Of(x.body)) == "xmlns" {
		return false
	}
	if e.Space, ok = x.lookUp(prefix); !ok {
		return false
	}
	e.Local = local
	for i := range x.n {
		a := &x.attrs[i]
		prefix, _, ok := x.qualified(a.Name)
		if !ok {
			return false
		}
		if !a.Declare && prefix.Len() > 0 { // a default is not for attributes
			if a.space, ok = x.lookUp(prefix); !ok {
				return false
			}
		}
		if x.repeats(i) {
			return false
		}
	}
	return true
}

// repeats tells whether an attribute before the one at i has its name: as it is written (XML 1.0 section 3.1), or by
// namespace and local name (Namespaces section 6.3).
func (x *XML) repeats(i int) bool {
	a := &x.attrs[i]
	for n := range i {
		b := &x.attrs[n]
		if bytes.Equal(a.Name.Of(x.body), b.Name.Of(x.body)) {
			return true
		}
		if a.space.Len() > 0 && b.space.Len() > 0 && bytes.Equal(a.Local(x.body), b.Local(x.body)) &&
			x.sameValue(a.space, b.space) {
			return true
		}
	}
	return false
}

// declare takes a declaration of a namespace, if it is one (Namespaces section 3).
func (x *XML) declare(a *Attr) bool {
	name := a.Name.Of(x.body)
	prefix := Span{}
	switch {
	case string(name) == "xmlns":
	case bytes.HasPrefix(name, []byte("xmlns:")):
		prefix = Span{Start: a.Name.Start + len("xmlns:"), End: a.Name.End}
	default:
		return true
	}
	a.Declare = true
	isXML := string(prefix.Of(x.body)) == "xml"
	switch {
	case x.says(a.Value, spaceXML) != isXML, x.says(a.Value, spaceXMLNS), string(prefix.Of(x.body)) == "xmlns":
		return false
	case prefix.Len() > 0 && a.Value.Len() == 0: // only the default can be taken back
		return false
	case x.spaces.n == maxSpaces:
		return false
	}
	s := &x.spaces.list[x.spaces.n]
	s.prefix, s.name = prefix, a.Value
	x.spaces.n++
	return true
}

// lookUp finds what a prefix stands for. No prefix may stand for none.
func (x *XML) lookUp(prefix Span) (name Span, ok bool) {
	for n := x.spaces.n; n > 0; n-- {
		s := &x.spaces.list[n-1]
		if bytes.Equal(s.prefix.Of(x.body), prefix.Of(x.body)) {
			return s.name, true
		}
	}
	return Span{}, prefix.Len() == 0 || string(prefix.Of(x.body)) == "xml"
}

// qualified splits a name (Namespaces section 4).
func (x *XML) qualified(name Span) (prefix, local Span, ok bool) {
	colon := bytes.IndexByte(name.Of(x.body), ':')
	if colon < 0 {
		return Span{}, name, true
	}
	prefix = Span{Start: name.Start, End: name.Start + colon}
	local = Span{Start: prefix.End + 1, End: name.End}
	rest := local.Of(x.body)
	return prefix, local, prefix.Len() > 0 && nameStartSize(rest) > 0 && rest[0] != ':' && bytes.IndexByte(rest, ':') < 0
}

// says tells whether an attribute's value is text.
func (x *XML) says(value Span, text string) bool {
	v := value.Of(x.body)
	for _, want := range text {
		if len(v) == 0 {
			return false
		}
		r, size := XMLRune(v)
		if r != want {
			return false
		}
		v = v[size:]
	}
	return len(v) == 0
}

// sameValue tells whether two attributes' values say the same.
func (x *XML) sameValue(one, other Span) bool {
	a, b := one.Of(x.body), other.Of(x.body)
	for len(a) > 0 && len(b) > 0 {
		r, m := XMLRune(a)
		s, n := XMLRune(b)
		if normalized(r) != normalized(s) {
			return false
		}
		a, b = a[m:], b[n:]
	}
	return len(a) == len(b)
}

// normalized makes white space equal, as XML 1.0 section 3.3.3 does, and more than that with references to it.
func normalized(r rune) rune {
	if r == '\t' || r == '\n' || r == '\r' {
		return ' '
	}
	return r
}
