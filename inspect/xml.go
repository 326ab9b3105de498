package inspect

import "strings"

// The XML reader: XML 1.0 (fifth edition) as far as elements, attributes and
// text go, one byte of UTF-8 after the other, ready to stop and go on
// anywhere. It is lenient about what does not change those: the characters of
// names, "--" in comments, attributes that come twice.

type xmlState uint8

const (
	xmlText     xmlState = iota
	xmlOpen              // behind <
	xmlBang              // behind <!, as far as what follows is known
	xmlName              // in the name of a start tag
	xmlTag               // in a start tag, where an attribute may begin
	xmlGap               // in a start tag, behind an attribute: white space must come
	xmlAttr              // in the name of an attribute
	xmlEquals            // behind that
	xmlQuote             // before the value
	xmlValue             // in the value
	xmlEmpty             // behind the / of an empty element's tag
	xmlEndName           // in the name of an end tag
	xmlEndTag            // behind that
	xmlPI                // until ?>
	xmlComment           // until -->
	xmlCDATA             // until ]]>
	xmlDoctype           // until >
	xmlDocQuote          // in a literal within that
	xmlEntity            // behind &
)

type xmlReader struct {
	open  int // tests that wait for this reader
	in    xmlInput
	state xmlState
	begun bool // something significant was read, or what begins like a declaration turned out to be none
	decl  bool // the processing instruction is the XML declaration
	done  bool // the root element is over
	quote byte
	inTag bool // the entity is in an attribute's value
	match uint8

	tags     []uint64 // hashes of the names of open elements
	idle     int      // how many are open down to the one within which nothing can matter, 0 for none
	name     xmlNameText
	attr     xmlNameText
	children bool // the innermost open element has elements in it
	attrs    bool // it has attributes that are no declarations
	isNil    bool // it has xsi:nil="true"
	keep     bool // its text is compared with something
	long     bool
	text     []byte // of the element, or of the attribute
	entity   [12]byte
	entityN  int
	spaces   []namespace // that the first levels declare
	fast     [maxFastAttrs]fastAttr
	taken    []int // for each test, how many steps of its path are open
}

func (x *xmlReader) reset(charset string) {
	clear(x.taken)
	x.in = xmlInput{label: strings.Trim(charset, `"' `)}
	x.state, x.begun, x.decl, x.done = xmlText, false, false, false
	x.children, x.attrs, x.isNil, x.keep, x.long = false, false, false, false, false
	x.match, x.entityN, x.idle = 0, 0, 0
	x.tags, x.text, x.spaces = x.tags[:0], x.text[:0], x.spaces[:0]
}

// failXML gives up: this is no XML, or too deep, or it needs a DTD.
func (i *Inspector) failXML() { i.deny(&i.xml.open, Unknown) }

// endXML settles what the end of the body settles.
func (i *Inspector) endXML(how Ending) {
	x := &i.xml
	if x.open == 0 {
		return
	}
	if how == Whole && x.in.coding == codingOpen {
		i.beginXML() // less than four bytes
	}
	if how == Whole && !x.begun && x.state == xmlText {
		i.deny(&x.open, No) // nothing but white space
	}
	i.failXML()
}

// xmlBytes reads characters. If byWish it stops behind what may change the
// coding; it gives the bytes that it did not read.
func (i *Inspector) xmlBytes(b []byte, byWish bool) []byte {
	x := &i.xml
	for p := 0; p < len(b) && x.open > 0; p++ {
		switch x.state {
		case xmlText:
			if len(x.tags) > 0 && !byWish {
				if p = i.xmlFast(b, p); p == len(b) || x.open == 0 {
					return nil
				}
			}
			p = i.xmlText(b, p)
		case xmlName, xmlEndName:
			if p = x.name.addRun(b, p); p < len(b) {
				i.xmlInTag(b[p])
			}
		case xmlTag, xmlGap, xmlAttr, xmlEquals, xmlQuote, xmlEmpty, xmlEndTag:
			i.xmlInTag(b[p])
		case xmlValue:
			p = i.xmlInValue(b, p)
		case xmlEntity:
			i.xmlInEntity(b[p])
		default:
			i.xmlMarkup(b[p])
		}
		if byWish && x.begun {
			return b[min(p+1, len(b)):]
		}
	}
	return nil
}

// xmlText takes text up to the next markup, of which it takes the first byte.
func (i *Inspector) xmlText(b []byte, p int) int {
	x := &i.xml
	start := p
	for p < len(b) && b[p] != '<' && b[p] != '&' {
		p++
	}
	switch {
	case len(x.tags) == 0:
		i.xmlOutside(b[start:p])
	case x.keep:
		x.add(b[start:p])
	}
	if p == len(b) || x.open == 0 {
		return p
	}
	if b[p] == '<' {
		x.state = xmlOpen
	} else if len(x.tags) > 0 {
		x.state, x.inTag, x.entityN = xmlEntity, false, 0
	} else {
		i.xmlOutside(b[p : p+1])
	}
	return p
}

// xmlOutside takes character data outside the root: only white space may be there.
func (i *Inspector) xmlOutside(b []byte) {
	x := &i.xml
	for _, c := range b {
		if isSpace(c) && c != '\f' {
			continue
		}
		if x.begun {
			i.failXML()
		} else {
			i.deny(&x.open, No)
		}
		return
	}
}

// add appends to the text that is kept, without white space at its begin.
func (x *xmlReader) add(b []byte) {
	for len(x.text) == 0 && len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	fits := min(len(b), TextLimit-len(x.text))
	x.text = append(x.text, b[:fits]...)
	for _, c := range b[fits:] {
		x.long = x.long || !isSpace(c)
	}
}

// content gives the text that was kept, without white space around it.
func (x *xmlReader) content() []byte {
	if x.long {
		return tooLong
	}
	b := x.text
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// begins notes that the document has begun, without an XML declaration if it
// had none yet.
func (x *xmlReader) begins() {
	if !x.begun {
		x.begun = true
		if x.in.coding == codingDeclares {
			x.in.coding = codingUTF8
		}
	}
}

// xmlMarkup takes a byte of markup that is not a tag.
func (i *Inspector) xmlMarkup(c byte) {
	x := &i.xml
	switch x.state {
	case xmlOpen:
		i.xmlOpens(c)
	case xmlBang:
		i.xmlBang(c)
	case xmlPI:
		i.xmlInPI(c)
	case xmlComment:
		if until(&x.match, "-->", c) {
			x.state = xmlText
		}
	case xmlCDATA:
		i.xmlInCDATA(c)
	case xmlDocQuote:
		if c == x.quote {
			x.state = xmlDoctype
		}
	default: // xmlDoctype
		switch c {
		case '"', '\'':
			x.state, x.quote = xmlDocQuote, c
		case '[': // entities may be declared there
			i.failXML()
		case '>':
			x.state = xmlText
		}
	}
}

// xmlOpens takes the byte behind <.
func (i *Inspector) xmlOpens(c byte) {
	x := &i.xml
	x.match = 0
	if c == '?' {
		x.state, x.decl = xmlPI, !x.begun
		if x.decl {
			x.text, x.long = x.text[:0], false
		}
		return
	}
	x.begins()
	switch {
	case c == '!':
		x.state = xmlBang
		x.entityN = 0
	case c == '/':
		x.state = xmlEndName
		x.name.reset()
	case isNameStart(c) && !x.done:
		x.state = xmlName
		x.name.reset()
		x.name.add(c)
	default:
		i.failXML()
	}
}

// xmlBang tells comments, CDATA sections and the DOCTYPE apart.
func (i *Inspector) xmlBang(c byte) {
	x := &i.xml
	x.entity[x.entityN] = c
	x.entityN++
	switch word := string(x.entity[:x.entityN]); {
	case word == "--":
		x.state = xmlComment
	case word == "[CDATA[" && len(x.tags) > 0:
		x.state = xmlCDATA
	case word == "DOCTYPE" && len(x.tags) == 0 && !x.done:
		x.state = xmlDoctype
	case !strings.HasPrefix("--", word) && !strings.HasPrefix("[CDATA[", word) && !strings.HasPrefix("DOCTYPE", word),
		x.entityN == len("DOCTYPE"):
		i.failXML()
	}
}
