package inspect

type htmlState uint8

const (
	htmlBegin   htmlState = iota
	htmlOpen              // behind <
	htmlComment           // until -->
	htmlPI                // until ?>
	htmlDoctype           // the name in it
)

type htmlReader struct {
	other  int // tests that are open and depend on no other reader
	state  htmlState
	strict bool // an XML declaration came before
	bom    uint8
	match  uint8
	word   [16]byte
	n      uint8
}

// writeHTML looks at the first tag of the body.
func (i *Inspector) writeHTML(b []byte) {
	for _, test := range i.plan.byKind[testHTML] {
		if i.slots[test].settled {
			continue
		}
		for _, c := range b {
			if a := i.html.take(c, i.media); a != Unknown {
				i.decideKind(testHTML, a)
				return
			}
		}
		return
	}
}

// endHTML settles what the end of the body settles.
func (i *Inspector) endHTML(how Ending) {
	if how != Whole {
		return
	}
	a := No
	if h := &i.html; h.state == htmlOpen || h.state == htmlDoctype {
		a = h.take(' ', i.media)
	}
	i.decideKind(testHTML, max(a, No))
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' }

func (h *htmlReader) take(c byte, m Media) Answer {
	switch h.state {
	case htmlBegin:
		return h.begin(c)
	case htmlOpen:
		return h.open(c, m)
	case htmlDoctype:
		return h.doctype(c)
	default:
		return h.skip(c)
	}
}

// skip passes over a comment or a processing instruction.
func (h *htmlReader) skip(c byte) Answer {
	end := "-->"
	if h.state == htmlPI {
		end = "?>"
	}
	if until(&h.match, end, c) {
		h.state = htmlBegin
	}
	return Unknown
}

func (h *htmlReader) begin(c byte) Answer {
	const bom = "\xef\xbb\xbf"
	switch {
	case int(h.bom) < len(bom) && c == bom[h.bom]:
		h.bom++
	case isSpace(c):
	case c == '<':
		h.state, h.n, h.match = htmlOpen, 0, 0
	default:
		return No
	}
	return Unknown
}

// open takes a byte of the first tag.
func (h *htmlReader) open(c byte, m Media) Answer {
	switch {
	case h.n == 0 && c == '?':
		h.state, h.strict = htmlPI, true
		return Unknown
	case h.n > 0 && (isSpace(c) || c == '>' || c == '/'):
		return h.tag(m)
	case int(h.n) == len(h.word):
		return No
	}
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	h.word[h.n] = c
	h.n++
	if string(h.word[:h.n]) == "!--" {
		h.state, h.match = htmlComment, 0
		return Unknown
	}
	if m == MediaHTML && !h.strict && c >= 'a' && c <= 'z' && h.n == 1 {
		return Yes
	}
	return Unknown
}

// tag judges the name of the first tag.
func (h *htmlReader) tag(m Media) Answer {
	word := h.word[:h.n]
	switch {
	case string(word) == "!doctype":
		h.state, h.n = htmlDoctype, 0
		return Unknown
	case string(word) == "html":
		return Yes
	case h.strict || m == MediaXML || m == MediaText || m == MediaScript:
		return No
	}
	switch string(word) { // those of the MIME Sniffing Standard, section 7.1, and their like
	case "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p",
		"center", "meta", "link", "pre", "hr", "h2", "h3", "span", "strong", "ul":
		return Yes
	}
	return No
}

// doctype takes a byte of the name in a DOCTYPE.
func (h *htmlReader) doctype(c byte) Answer {
	const name = "html"
	switch {
	case h.n == 0 && isSpace(c):
		return Unknown
	case int(h.n) == len(name):
		return answer(isSpace(c) || c == '>')
	case c|0x20 != name[h.n]:
		return No
	}
	h.n++
	return Unknown
}
