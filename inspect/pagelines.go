package inspect

import "bytes"

// maxLine is the length in bytes of the longest line that is compared.
const maxLine = 1024

// lineReader reads the lines of a text, or of what a page shows, without white
// space around them and without those that are empty.
type lineReader struct {
	b    []byte
	html bool
	line []byte // scratch
	cut  bool   // the text goes on behind b
}

// next gives the next line. It is not whole where more of the text could
// change it; there is none where it is empty.
func (r *lineReader) next() (line []byte, whole bool) {
	for {
		line, whole = r.one()
		switch line = bytes.TrimSpace(line); {
		case len(line) > 0 || !whole:
			return line, whole
		case len(r.b) == 0:
			return nil, !r.cut
		}
	}
}

func (r *lineReader) one() (line []byte, whole bool) {
	if !r.html {
		line, rest, found := bytes.Cut(r.b, []byte("\n"))
		r.b = rest
		return line[:min(len(line), maxLine)], found || !r.cut || len(line) > maxLine
	}
	r.line = r.line[:0]
	for len(r.b) > 0 {
		c := r.b[0]
		switch c {
		case '<':
			breaks, ok := r.tag()
			if !ok {
				r.b = nil
				return r.line, !r.cut
			}
			if breaks {
				return r.line, true
			}
			continue
		case '\n':
			r.b = r.b[1:]
			return r.line, true
		case '&':
			c = r.entity()
		default:
			r.b = r.b[1:]
		}
		if len(r.line) < maxLine {
			r.line = append(r.line, c)
		}
	}
	return r.line, !r.cut
}

// tag skips a tag, and all that is within where it is none of the text. It
// reports whether a line ends there, and false if the tag does not end.
func (r *lineReader) tag() (breaks, ok bool) {
	if bytes.HasPrefix(r.b, []byte("<!--")) {
		return false, r.skip("-->")
	}
	name := tagName(r.b)
	if len(r.b) > 1 && r.b[1] == '/' {
		name = tagName(r.b[1:])
	} else if hidden := hiddenBy(name); hidden != "" && !r.skip(hidden) {
		return false, false
	}
	end := bytes.IndexByte(r.b, '>')
	r.b = r.b[end+1:]
	return len(name) > 0 && !isInline(name), end >= 0
}

// hiddenBy gives the end of what is no text, "" for what is.
func hiddenBy(name []byte) string {
	switch {
	case equalFold(name, "head"):
		return "</head"
	case equalFold(name, "title"):
		return "</title"
	case equalFold(name, "style"):
		return "</style"
	case equalFold(name, "script"):
		return "</script"
	}
	return ""
}

func isInline(name []byte) bool {
	for _, tag := range [...]string{"b", "i", "a", "u", "em", "strong", "code", "span", "font", "tt", "small", "big"} {
		if equalFold(name, tag) {
			return true
		}
	}
	return false
}

// skip goes on behind a mark.
func (r *lineReader) skip(mark string) bool {
	if at := bytes.Index(r.b, []byte(mark)); at >= 0 { // mostly in lower case
		r.b = r.b[at+len(mark):]
		return true
	}
	for p := 0; p+len(mark) <= len(r.b); p++ {
		at := bytes.IndexByte(r.b[p:], mark[0])
		if at < 0 {
			break
		}
		if p += at; p+len(mark) <= len(r.b) && equalFold(r.b[p:p+len(mark)], mark) {
			r.b = r.b[p+len(mark):]
			return true
		}
	}
	return false
}

// entity gives the character of a reference, and goes on behind it.
func (r *lineReader) entity() byte {
	for _, known := range [...]struct {
		name string
		is   byte
	}{{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#039;", '\''}, {"&#x27;", '\''}, {"&nbsp;", ' '}} {
		if bytes.HasPrefix(r.b, []byte(known.name)) {
			r.b = r.b[len(known.name):]
			return known.is
		}
	}
	r.b = r.b[1:]
	return '&'
}

// judgeLines looks at the text of a body. Whole says that b is all of it,
// last that no more of it counts.
func (ps *pages) judgeLines(b []byte, last, whole bool, scratch *[maxLine]byte, hits []hit) (found []hit, decided bool) {
	text := lineReader{b: b, html: b[0] == '<', line: scratch[:0], cut: !last}
	first, known := text.next()
	decided = true
	var told []owned
	if len(first) > 0 {
		told = ps.told[first[0]]
	} else {
		decided = known
	}
	for _, o := range told {
		l := &ps.lines[o.of]
		number, ok := o.pattern.match(first)
		if !ok {
			decided = decided && known
			continue
		}
		if !last {
			decided = false
			continue
		}
		rest := lineReader{b: b, html: text.html, line: scratch[:0], cut: !whole}
		if l.match(&rest) {
			hits = append(hits, hit{l.shape, l.tell(number)})
		}
	}
	return hits, decided
}

// tell gives the status for the number in the first line.
func (l *lines) tell(number int) int {
	if l.tells != nil && number > 0 {
		if status := l.tells.number(number); status > 0 {
			return status
		}
	}
	return l.status
}

// match tells whether all lines are what they should be. One that goes on
// beyond what counts is not looked at.
func (l *lines) match(r *lineReader) bool {
	for n := 0; ; n++ {
		line, whole := r.next()
		if len(line) == 0 || !whole {
			return n > 1 || n == 1 && len(l.next) == 0
		}
		patterns := l.others
		switch {
		case n == 0:
			patterns = l.first
		case n == 1 && len(l.next) > 0:
			patterns = l.next
		}
		if _, ok := matchesAny(patterns, line); !ok {
			return false
		}
	}
}
