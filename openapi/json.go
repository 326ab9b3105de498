package openapi

import "bytes"

// container says where an object or array of a JSON text ends and where the list
// of containers goes on after those within it.
type container struct {
	end  uint32 // offset after the closing bracket
	next uint32 // index of the first container that begins after it
}

// syntaxError is a mistake in a JSON text.
type syntaxError struct {
	at   int
	text string
}

// jsonScanner checks a text against the grammar of RFC 8259 and lists its objects
// and arrays in the order in which they begin.
type jsonScanner struct {
	data       []byte
	at         int
	containers []container
	open       []uint32 // those that have not ended
}

// scanJSON lists the containers of data, one value with nothing after it but
// whitespace.
func scanJSON(data []byte) (containers []container, err *syntaxError) {
	s := &jsonScanner{data: data}
	if err = s.values(); err != nil {
		return nil, err
	}
	if s.space(); s.at < len(data) {
		return nil, s.fail("text after the end of the document")
	}
	return s.containers, nil
}

func (s *jsonScanner) fail(text string) *syntaxError {
	if s.at >= len(s.data) {
		text = "the document ends too early"
	}
	return &syntaxError{at: s.at, text: "not JSON: " + text}
}

// space passes over whitespace and returns the byte after it, 0 at the end.
func (s *jsonScanner) space() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\n', '\t', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// values scans one value and all that it holds.
func (s *jsonScanner) values() *syntaxError {
	for {
		opened, err := s.value()
		if err != nil {
			return err
		}
		for !opened {
			if len(s.open) == 0 {
				return nil
			}
			closed, err := s.separator()
			if err != nil {
				return err
			}
			if !closed {
				break
			}
		}
	}
}

// value scans a scalar, an empty container or the beginning of one, up to its
// first value.
func (s *jsonScanner) value() (opened bool, err *syntaxError) {
	switch c := s.space(); c {
	case '"':
		return false, s.text()
	case '{', '[':
		return s.begin(c)
	case 't':
		return false, s.word("true")
	case 'f':
		return false, s.word("false")
	case 'n':
		return false, s.word("null")
	default:
		return false, s.number()
	}
}

func (s *jsonScanner) begin(bracket byte) (opened bool, err *syntaxError) {
	if len(s.open) == maxDepth {
		return false, s.fail("values nest more than 512 deep")
	}
	if len(s.containers) == maxJSON {
		return false, s.fail("more than 8388608 objects and arrays")
	}
	s.open = append(s.open, uint32(len(s.containers))) //nolint:gosec // at most maxJSON
	s.containers = append(s.containers, container{})
	s.at++
	if c := s.space(); c == bracket+2 { // "}" is "{" + 2, "]" is "[" + 2
		s.end()
		return false, nil
	}
	if bracket == '{' {
		return true, s.key()
	}
	return true, nil
}

// end closes the innermost container.
func (s *jsonScanner) end() {
	s.at++
	last := len(s.open) - 1
	c := &s.containers[s.open[last]]
	c.end, c.next = uint32(s.at), uint32(len(s.containers)) //nolint:gosec // at most maxBytes, maxJSON
	s.open = s.open[:last]
}

// separator scans what follows a value: the end of its container, or a comma and,
// in an object, the next key. closed says which. The kind of the container is kept
// in its end until that is known.
func (s *jsonScanner) separator() (closed bool, err *syntaxError) {
	object := s.containers[s.open[len(s.open)-1]].end == inObject
	switch c := s.space(); {
	case c == ',' && object:
		s.at++
		s.space()
		return false, s.key()
	case c == ',':
		s.at++
		return false, nil
	case c == '}' && object, c == ']' && !object:
		s.end()
		return true, nil
	case object:
		return false, s.fail(`want "," or "}" after a value`)
	default:
		return false, s.fail(`want "," or "]" after a value`)
	}
}

// inObject stands in container.end while an object is open; no offset is as large.
const inObject = ^uint32(0)

// key scans a key and its colon.
func (s *jsonScanner) key() *syntaxError {
	s.containers[s.open[len(s.open)-1]].end = inObject
	if s.at >= len(s.data) || s.data[s.at] != '"' {
		return s.fail("want a key in quotes")
	}
	if err := s.text(); err != nil {
		return err
	}
	if s.space() != ':' {
		return s.fail(`want ":" after a key`)
	}
	s.at++
	return nil
}

// plain are the bytes of a string that stand for themselves.
var plain = func() (t [256]bool) {
	for c := 0x20; c < len(t); c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// text scans a string (RFC 8259 §7).
func (s *jsonScanner) text() *syntaxError {
	data, i := s.data, s.at+1
	for {
		for i < len(data) && plain[data[i]] {
			i++
		}
		s.at = i
		switch {
		case i == len(data):
			return s.fail("")
		case data[i] == '"':
			s.at++
			return nil
		case data[i] != '\\':
			return s.fail("a control character in a string")
		}
		if i = escapeEnd(data, i); i < 0 {
			return s.fail(`a "\" that begins no escape`)
		}
	}
}

// escapeEnd is the offset after the escape at i, or -1.
func escapeEnd(data []byte, i int) int {
	if i+1 == len(data) {
		return -1
	}
	if data[i+1] != 'u' {
		if bytes.IndexByte([]byte(`"\/bfnrt`), data[i+1]) < 0 {
			return -1
		}
		return i + 2
	}
	if _, ok := hex4(data, i+2); !ok {
		return -1
	}
	return i + 6
}

// hex4 is the value of the four hexadecimal digits at i.
func hex4(data []byte, i int) (r rune, ok bool) {
	if i+4 > len(data) {
		return 0, false
	}
	for _, c := range data[i : i+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func (s *jsonScanner) word(word string) *syntaxError {
	if !bytes.HasPrefix(s.data[s.at:], []byte(word)) {
		return s.fail("want a value")
	}
	s.at += len(word)
	return nil
}

// number scans a number (RFC 8259 §6).
func (s *jsonScanner) number() *syntaxError {
	s.pass("-")
	switch first := s.at; {
	case s.digits() == 0:
		return s.fail("want a value")
	case s.data[first] == '0' && s.at > first+1:
		s.at = first
		return s.fail("a number with a leading zero")
	}
	if s.pass(".") && s.digits() == 0 {
		return s.fail("want a digit")
	}
	if s.pass("eE") {
		s.pass("+-")
		if s.digits() == 0 {
			return s.fail("want a digit")
		}
	}
	return nil
}

// pass passes over a byte that is one of those given.
func (s *jsonScanner) pass(of string) bool {
	if s.at < len(s.data) && bytes.IndexByte([]byte(of), s.data[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

func (s *jsonScanner) digits() (n int) {
	for s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9' {
		s.at++
		n++
	}
	return n
}
