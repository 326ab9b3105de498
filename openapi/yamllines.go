package openapi

import "bytes"

// lineScanner goes through the lines of a YAML text in block style and knows what
// goes on from one line to the next.
type lineScanner struct {
	data []byte

	start, end int // of the line, its break included
	text       int // where its text begins
	stop       int // where its text ends, without the break
	indent     int

	going   going
	scalar  scalar
	nesting []level
	expects bool // the value of the last key or item is still to come
	lenient bool // a parser will see the value anyway, anchors and all
	lost    bool // what comes cannot be told
}

// scalar is a scalar or a flow collection that goes on.
type scalar struct {
	parent  int  // its lines are further right than this
	quote   byte // goingQuote, and goingFlow within quotes
	depth   int  // goingFlow: of brackets
	start   int  // goingFlow: where it begins
	content int  // goingBlock: where its lines begin, 0 for not yet known
	blank   int  // goingBlock: the longest line of nothing but spaces
}

// level is a block collection.
type level struct {
	column int
	list   bool
}

// going is what a line may go on with.
type going uint8

const (
	goingNothing going = iota
	goingPlain
	goingQuote
	goingFlow
	goingBlock
)

// next moves to the next line, if there is one.
func (s *lineScanner) next() bool {
	if s.end == len(s.data) {
		s.lost = s.lost || s.going == goingQuote || s.going == goingFlow
		return false
	}
	s.from(s.end)
	return true
}

// from moves to the line that begins at an offset.
func (s *lineScanner) from(start int) {
	s.start = start
	if n := bytes.IndexByte(s.data[start:], '\n'); n < 0 {
		s.end, s.stop = len(s.data), len(s.data)
	} else {
		s.end, s.stop = start+n+1, start+n
	}
	for s.stop > start && isBlank(s.data[s.stop-1]) {
		s.stop--
	}
	s.text = start
	for s.text < s.stop && s.data[s.text] == ' ' {
		s.text++
	}
	s.indent = s.text - start
	if s.going == goingNothing || s.going == goingPlain || s.going == goingBlock && s.text == s.stop {
		// As indentation, or where it is none and a parser thinks so.
		s.lost = s.lost || bytes.IndexByte(s.data[s.stop:s.end], '\t') >= 0
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// isEmpty reports whether the line has no text, or a comment.
func (s *lineScanner) isEmpty() bool { return s.text == s.stop || s.data[s.text] == '#' }

// isItem reports whether the line begins with the item of a list.
func (s *lineScanner) isItem() bool { return s.text < s.stop && s.isIndicator(s.text, '-') }

// isIndicator reports whether c stands at an offset, with nothing right behind it.
func (s *lineScanner) isIndicator(at int, c byte) bool {
	return s.data[at] == c && (at+1 >= s.stop || isBlank(s.data[at+1]))
}

// isMarker reports whether the line begins or ends a document.
func (s *lineScanner) isMarker() bool {
	line := s.data[s.start:s.stop]
	return bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))
}

// goesOn reports whether the line belongs to a scalar or a flow collection that
// has begun on an earlier one.
func (s *lineScanner) goesOn() bool {
	empty, c := s.text == s.stop, &s.scalar
	switch s.going {
	case goingQuote, goingFlow:
		return true
	case goingPlain:
		if empty || !s.isEmpty() && s.indent > c.parent {
			return true
		}
	case goingBlock:
		if empty {
			c.blank = max(c.blank, s.end-s.start)
			return true
		}
		if c.content == 0 && s.indent > c.parent {
			s.lost = s.lost || c.blank > s.indent // its lines would begin further right
			c.content = s.indent
		}
		if c.content > 0 && s.indent >= c.content {
			return true
		}
	default:
	}
	s.going = goingNothing
	return false
}

// goOn reads a line of what has begun earlier.
func (s *lineScanner) goOn() {
	switch s.going {
	case goingQuote:
		s.quoted(s.start)
	case goingFlow:
		s.flow(s.text)
	case goingPlain:
		s.plain(s.text)
	default:
	}
}

// begin prepares for the value of a key with the indent given.
func (s *lineScanner) begin(indent int, lenient bool) {
	s.nesting = append(s.nesting[:0], level{column: indent})
	s.going, s.expects, s.lenient = goingNothing, false, lenient
}

// takesItem reports whether an item of a list may come at the column of its key.
func (s *lineScanner) takesItem(column int) bool {
	if len(s.nesting) == 1 {
		return s.expects
	}
	return s.nesting[1] == level{column, true}
}

// scan reads a line that begins something of its own.
func (s *lineScanner) scan() {
	at := s.text
	for !s.lost {
		if !s.isIndicator(at, '-') {
			s.entry(at)
			return
		}
		s.nest(at-s.start, tokenItem)
		for at++; at < s.stop && s.data[at] == ' '; {
			at++
		}
		if at == s.stop || s.data[at] == '#' {
			return
		}
	}
}

// entry reads a key and its value, or a value alone.
func (s *lineScanner) entry(at int) {
	column := at - s.start
	if colon := s.colon(at); colon >= 0 {
		s.nest(column, tokenKey)
		s.rest(colon+1, column)
		return
	}
	s.nest(column, tokenScalar)
	s.value(at, s.nesting[len(s.nesting)-1].column)
}

// token is what begins at a column.
type token uint8

const (
	tokenItem token = iota
	tokenKey
	tokenScalar
)

// nest finds the collection to which a token belongs that begins at a column.
func (s *lineScanner) nest(column int, t token) {
	top := len(s.nesting) - 1
	for s.nesting[top].column > column {
		top--
	}
	here, awaited := s.nesting[top].column == column, s.expects && top == len(s.nesting)-1
	switch {
	case !here:
		s.lost = s.lost || !awaited
		if t != tokenScalar {
			top++
		}
	case t == tokenItem && !s.nesting[top].list:
		// A list may stand at the column of its key.
		s.lost = s.lost || !awaited
		top++
	case t == tokenKey && s.nesting[top].list:
		top--
		s.lost = s.lost || top < 0 || s.nesting[top] != level{column: column}
	case t == tokenScalar:
		s.lost = true
	}
	if s.lost {
		return
	}
	s.nesting = s.nesting[:min(top+1, len(s.nesting))]
	if top == len(s.nesting) {
		s.nesting = append(s.nesting, level{column: column, list: t == tokenItem})
	}
	s.expects = t != tokenScalar
}

// rest reads what follows a key.
func (s *lineScanner) rest(at, column int) {
	for at < s.stop && isBlank(s.data[at]) {
		at++
	}
	if s.expects = at == s.stop || s.data[at] == '#'; !s.expects {
		s.value(at, column)
	}
}
