package lex

import (
	"unicode/utf16"
	"unicode/utf8"
)

// JSONToken is what [JSON.Next] finds.
type JSONToken uint8

// The tokens of JSON.
const (
	JSONBad JSONToken = iota // no JSON from here on, or nested deeper than MaxDepth
	JSONEnd                  // the document was whole
	Object
	ObjectEnd
	Array
	ArrayEnd
	Name // of a member, with its quotes
	String
	Number
	True
	False
	Null
)

// JSON reads a document of RFC 8259.
type JSON struct {
	Span      // of the token
	Depth int // open objects and arrays around the token; one that begins or ends here is not counted

	body   []byte
	at     int
	open   int
	arrays uint64 // which of the open levels are arrays
	state  jsonState
}

type jsonState uint8

const (
	wantValue       jsonState = iota
	wantValueOrEnd            // behind [
	wantNameOrEnd             // behind {
	wantName                  // behind a comma
	wantCommaOrEnd            // behind a value
	wantNothing               // behind the document
	wantNothingEver           // it is broken
)

// NewJSON gives a reader of body.
func NewJSON(body []byte) JSON { return JSON{body: body} }

// Body gives what is being read.
func (j *JSON) Body() []byte { return j.body }

// Bytes gives the token.
func (j *JSON) Bytes() []byte { return j.Of(j.body) }

// Next reads the next token. Behind JSONBad and JSONEnd come only the same again.
func (j *JSON) Next() JSONToken {
	j.skipSpace()
	if j.state == wantCommaOrEnd && j.at < len(j.body) && j.body[j.at] == ',' {
		j.at++
		j.skipSpace()
		j.state = wantName
		if j.inArray() {
			j.state = wantValue
		}
	}
	j.Start = j.at
	j.Depth = j.open
	token := j.read()
	if token == JSONBad {
		j.state = wantNothingEver
	}
	if token != Name {
		j.End = j.at
	}
	return token
}

func (j *JSON) skipSpace() {
	for j.at < len(j.body) && isSpace(j.body[j.at]) {
		j.at++
	}
}

func (j *JSON) inArray() bool { return j.open > 0 && j.arrays>>(j.open-1)&1 == 1 }

func (j *JSON) read() JSONToken {
	if j.at == len(j.body) {
		if j.state == wantNothing {
			return JSONEnd
		}
		return JSONBad
	}
	c := j.body[j.at]
	switch {
	case j.state == wantNothing || j.state == wantNothingEver:
		return JSONBad
	case c == '}' && (j.state == wantNameOrEnd || j.state == wantCommaOrEnd && !j.inArray()):
		return j.close(ObjectEnd)
	case c == ']' && (j.state == wantValueOrEnd || j.state == wantCommaOrEnd && j.inArray()):
		return j.close(ArrayEnd)
	case j.state == wantName || j.state == wantNameOrEnd:
		return j.name(c)
	case j.state == wantCommaOrEnd:
		return JSONBad
	}
	return j.value(c)
}

func (j *JSON) close(token JSONToken) JSONToken {
	j.at++
	j.open--
	j.Depth = j.open
	j.valued()
	return token
}

// valued takes the end of a value.
func (j *JSON) valued() {
	j.state = wantCommaOrEnd
	if j.open == 0 {
		j.state = wantNothing
	}
}

// name reads the name of a member, and the colon, which is not in the token.
func (j *JSON) name(c byte) JSONToken {
	if c != '"' || !j.string() {
		return JSONBad
	}
	j.End = j.at
	if j.skipSpace(); j.at == len(j.body) || j.body[j.at] != ':' {
		return JSONBad
	}
	j.at++
	j.state = wantValue
	return Name
}

func (j *JSON) value(c byte) JSONToken {
	switch c {
	case '{':
		return j.begin(Object)
	case '[':
		return j.begin(Array)
	case '"':
		if !j.string() {
			return JSONBad
		}
		j.valued()
		return String
	case 't':
		return j.word("true", True)
	case 'f':
		return j.word("false", False)
	case 'n':
		return j.word("null", Null)
	}
	if !j.number() {
		return JSONBad
	}
	j.valued()
	return Number
}

func (j *JSON) begin(token JSONToken) JSONToken {
	if j.open == MaxDepth {
		return JSONBad
	}
	bit := uint64(1) << j.open
	j.arrays &^= bit
	j.state = wantNameOrEnd
	if token == Array {
		j.arrays |= bit
		j.state = wantValueOrEnd
	}
	j.open++
	j.at++
	return token
}

func (j *JSON) word(word string, token JSONToken) JSONToken {
	if end := j.at + len(word); end > len(j.body) || string(j.body[j.at:end]) != word {
		return JSONBad
	}
	j.at += len(word)
	j.valued()
	return token
}

// string reads a string (RFC 8259 section 7) from its first quote to behind its last.
func (j *JSON) string() bool {
	for i := j.at + 1; ; {
		for i < len(j.body) && plainJSON[j.body[i]] {
			i++
		}
		if i == len(j.body) {
			return false
		}
		switch c := j.body[i]; {
		case c == '"':
			j.at = i + 1
			return true
		case c == '\\':
			_, size := escape(j.body[i:])
			if size == 0 {
				return false
			}
			i += size
		case c < ' ':
			return false
		default:
			r, size := utf8.DecodeRune(j.body[i:])
			if r == utf8.RuneError && size == 1 {
				return false
			}
			i += size
		}
	}
}

// plainJSON has the characters of ASCII that mean nothing but themselves in a string.
var plainJSON = func() (set [256]bool) {
	for c := range 0x80 {
		set[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return set
}()

// escape reads an escape at the begin of s. The size is 0 where it is none. Of a surrogate it reads that half alone.
func escape(s []byte) (r rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		if len(s) < 6 {
			return 0, 0
		}
		for _, c := range s[2:6] {
			digit := hexDigit(c)
			if digit < 0 {
				return 0, 0
			}
			r = r<<4 | digit
		}
		return r, 6
	}
	return 0, 0
}

// hexDigit gives the value of a hexadecimal digit, -1 where c is none.
func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return -1
}

// number reads a number (RFC 8259 section 6).
func (j *JSON) number() bool {
	if j.body[j.at] == '-' {
		j.at++
	}
	if j.at < len(j.body) && j.body[j.at] == '0' {
		j.at++
	} else if !j.digits() {
		return false
	}
	if j.at < len(j.body) && j.body[j.at] == '.' {
		j.at++
		if !j.digits() {
			return false
		}
	}
	if j.at == len(j.body) || j.body[j.at]|0x20 != 'e' {
		return true
	}
	j.at++
	if j.at < len(j.body) && (j.body[j.at] == '+' || j.body[j.at] == '-') {
		j.at++
	}
	return j.digits()
}

func (j *JSON) digits() bool {
	start := j.at
	for j.at < len(j.body) && j.body[j.at] >= '0' && j.body[j.at] <= '9' {
		j.at++
	}
	return j.at > start
}

// JSONRune reads the first character within a valid string, escapes undone. Half a surrogate pair is U+FFFD.
func JSONRune(s []byte) (r rune, size int) {
	if s[0] != '\\' {
		return utf8.DecodeRune(s)
	}
	r, size = escape(s)
	if !utf16.IsSurrogate(r) {
		return r, size
	}
	if len(s) > size && s[size] == '\\' {
		low, more := escape(s[size:])
		if whole := utf16.DecodeRune(r, low); whole != utf8.RuneError {
			return whole, size + more
		}
	}
	return utf8.RuneError, size
}

// AppendJSONText appends what a valid string says, given with its quotes.
func AppendJSONText(dst, quoted []byte) []byte {
	for s := quoted[1 : len(quoted)-1]; len(s) > 0; {
		r, size := JSONRune(s)
		dst, s = utf8.AppendRune(dst, r), s[size:]
	}
	return dst
}

// EqualJSON tells whether a valid string, given with its quotes, says text.
func EqualJSON(quoted []byte, text string) bool {
	s := quoted[1 : len(quoted)-1]
	for _, want := range text {
		if len(s) == 0 {
			return false
		}
		r, size := JSONRune(s)
		if r != want {
			return false
		}
		s = s[size:]
	}
	return len(s) == 0
}
