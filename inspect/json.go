package inspect

import (
	"strings"

	"github.com/statusgate/statusgate/internal/charset"
)

// The JSON reader: RFC 8259, one byte after the other, ready to stop and go on
// anywhere.

type jsonState uint8

const (
	jsonBegin        jsonState = iota // nothing significant yet
	jsonValue                         // a value must follow
	jsonValueOrClose                  // after [
	jsonNameOrClose                   // after {
	jsonName                          // after a comma in an object
	jsonColon
	jsonAfter // a comma or a close must follow
	jsonString
	jsonNumber
	jsonWord // true, false, null
)

// frame is an open object or array that a pattern leads to.
type frame struct {
	node  uint16
	index int // of the element that is being read
}

type jsonReader struct {
	open  int // tests and captures that wait for this reader
	in    jsonInput
	state jsonState
	name  bool // the string being read is a member's name
	keep  bool // what is being read is compared with something
	long  bool // it has more than TextLimit bytes
	bom   uint8

	depth  int
	within int     // how many of the open levels patterns lead to, outermost first
	next   uint16  // the node of the value to come
	frames []frame // as many as within
	array  bool    // the innermost open level is an array
	arrays [MaxDepth/64 + 1]uint64

	text    []byte // what was read of a string or number before this chunk, or with escapes undone
	escape  uint8  // how many characters of an escape were read
	hex     uint16
	high    uint16 // a high surrogate that waits for its other half
	part    [4]byte
	parts   int // bytes of a character that the chunk's end cut
	grammar uint8
	word    string
	kind    valueKind
}

func (j *jsonReader) reset(label string) {
	j.in = jsonInput{label: charset.Named(strings.Trim(label, `"' `))}
	j.state, j.bom, j.depth, j.within, j.next = jsonBegin, 0, 0, 0, 0
	j.long, j.escape, j.high, j.parts = false, 0, 0, 0
}

// onPath tells whether patterns lead to the innermost open level.
func (j *jsonReader) onPath() bool { return j.within == j.depth }

// jsonBytes reads bytes of UTF-8.
func (i *Inspector) jsonBytes(b []byte) {
	j := &i.json
	p := 0
	if j.state == jsonBegin {
		p = i.beginJSON(b)
	}
	for p < len(b) && j.open > 0 {
		switch j.state {
		case jsonString:
			p = i.jsonString(b, p)
		case jsonNumber:
			p = i.jsonNumber(b, p)
		case jsonWord:
			p = i.jsonWord(b, p)
		default:
			if (j.state == jsonName || j.state == jsonNameOrClose) && !j.onPath() {
				if at := i.jsonSkim(b, p); at > p {
					p = at
					continue
				}
			}
			if c := b[p]; c > ' ' {
				i.jsonToken(c)
			} else if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				i.failJSON()
			}
			p++
		}
	}
}

// beginJSON skips a byte order mark and white space, and looks whether what
// follows begins like JSON.
func (i *Inspector) beginJSON(b []byte) int {
	const bom = "\xef\xbb\xbf"
	j := &i.json
	for p, c := range b {
		switch {
		case int(j.bom) < len(bom) && c == bom[j.bom]:
			j.bom++
		case j.bom > 0 && int(j.bom) < len(bom):
			i.deny(&j.open, No)
			return len(b)
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			j.bom = uint8(len(bom))
		case beginsJSON(c, i.media == MediaJSON):
			j.state = jsonValue
			if len(i.plan.nodes) > 1 {
				j.next = 1
			}
			return p
		default:
			i.deny(&j.open, No)
			return len(b)
		}
	}
	return len(b)
}

// beginsJSON tells whether a byte begins an object or array or, where the
// label promises JSON, any value.
func beginsJSON(c byte, labelled bool) bool {
	switch c {
	case '{', '[':
		return true
	case '"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n':
		return labelled
	}
	return false
}

// failJSON gives up: this is no JSON, or too deep.
func (i *Inspector) failJSON() { i.deny(&i.json.open, Unknown) }

// endJSON settles what the end of the body settles.
func (i *Inspector) endJSON(how Ending) {
	j := &i.json
	if j.open == 0 {
		return
	}
	switch {
	case how != Whole:
	case j.state == jsonBegin:
		i.deny(&j.open, No)
	case j.state == jsonNumber && j.depth == 0 && numberMayEnd(j.grammar):
		i.jsonScalar(number, j.text)
	}
	i.failJSON()
}

// jsonToken takes a byte that begins or is a token.
func (i *Inspector) jsonToken(c byte) {
	j := &i.json
	switch j.state {
	case jsonValue:
		i.jsonBegins(c)
	case jsonValueOrClose:
		if c == ']' {
			i.jsonClose(true)
			return
		}
		i.jsonFilled()
		i.jsonBegins(c)
	case jsonNameOrClose:
		if c == '}' {
			i.jsonClose(true)
			return
		}
		i.jsonFilled()
		i.jsonNameBegins(c)
	case jsonName:
		i.jsonNameBegins(c)
	case jsonColon:
		j.state = jsonValue
		if c != ':' {
			i.failJSON()
		}
	default:
		i.jsonAfter(c)
	}
}

func (i *Inspector) jsonAfter(c byte) {
	j := &i.json
	switch {
	case c == ',' && j.array:
		j.state = jsonValue
		if j.onPath() {
			f := &j.frames[j.within-1]
			f.index++
			j.next = i.plan.nodes[f.node].at(f.index)
		}
	case c == ',':
		j.state = jsonName
	case c == ']' && j.array, c == '}' && !j.array:
		i.jsonClose(false)
	default:
		i.failJSON()
	}
}

func (i *Inspector) jsonNameBegins(c byte) {
	j := &i.json
	if c != '"' {
		i.failJSON()
		return
	}
	j.state, j.name, j.keep = jsonString, true, j.onPath()
	j.text, j.long = j.text[:0], false
}

// jsonBegins takes the first byte of a value.
func (i *Inspector) jsonBegins(c byte) {
	j := &i.json
	switch c {
	case '{':
		i.jsonOpen(object)
		return
	case '[':
		i.jsonOpen(array)
		return
	case '"':
		j.state, j.name = jsonString, false
	case 't':
		j.state, j.word, j.kind = jsonWord, "rue", boolTrue
	case 'f':
		j.state, j.word, j.kind = jsonWord, "alse", boolFalse
	case 'n':
		j.state, j.word, j.kind = jsonWord, "ull", null
	default:
		if j.grammar = firstOfNumber(c); j.grammar == 0 {
			i.failJSON()
			return
		}
		j.state = jsonNumber
	}
	j.keep = j.next != 0
	j.text, j.long = j.text[:0], false
	if j.state == jsonNumber && j.keep {
		j.text = append(j.text, c)
	}
}

func (i *Inspector) jsonOpen(kind valueKind) {
	j := &i.json
	if j.depth == MaxDepth {
		i.failJSON()
		return
	}
	word, bit := j.depth/64, uint64(1)<<(j.depth%64)
	j.depth++
	node := j.next
	j.next, j.array = 0, kind == array
	if j.array {
		j.state = jsonValueOrClose
		j.arrays[word] |= bit
	} else {
		j.state = jsonNameOrClose
		j.arrays[word] &^= bit
	}
	if node == 0 {
		return
	}
	j.frames[j.within] = frame{node: node}
	j.within++
	if kind == array {
		j.next = i.plan.nodes[node].at(0)
	}
	i.opened(&i.plan.nodes[node], kind)
}

// jsonFilled notes that the object or array that was just opened is not
// empty.
func (i *Inspector) jsonFilled() {
	if j := &i.json; j.onPath() {
		i.filled(&i.plan.nodes[j.frames[j.within-1].node])
	}
}

func (i *Inspector) jsonClose(empty bool) {
	j := &i.json
	if j.onPath() {
		node := j.frames[j.within-1].node
		j.within--
		i.closed(&i.plan.nodes[node], empty)
	}
	j.depth--
	j.next = 0
	j.state = jsonAfter
	if j.depth == 0 {
		i.failJSON() // what follows a document changes nothing
		return
	}
	at := j.depth - 1
	j.array = j.arrays[at/64]&(1<<(at%64)) != 0
}

// jsonScalar takes a whole string, number or word, or the name of a member.
func (i *Inspector) jsonScalar(kind valueKind, txt []byte) {
	j := &i.json
	if j.name && kind == text {
		j.name, j.state = false, jsonColon
		if n := &i.plan.nodes[j.frames[j.within-1].node]; j.long {
			j.next = n.other
		} else {
			j.next = n.member(txt)
		}
		return
	}
	j.state = jsonAfter
	if j.next != 0 {
		node := &i.plan.nodes[j.next]
		j.next = 0
		i.scalar(node, kind, txt)
	}
	if j.depth == 0 {
		i.failJSON() // what follows a document changes nothing
	}
}
