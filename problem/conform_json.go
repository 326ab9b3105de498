package problem

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// span is a part of a body. The zero span is none, for every document begins with a brace.
type span struct{ start, end int }

// jsonProblem has the places of what matters in a document.
type jsonProblem struct {
	body    []byte
	present members // null is not
	values  [memberCount]span
	last    int // end of the last member, where another may follow
}

func conformJSON(dst, body []byte, status int) ([]byte, bool) {
	p := jsonProblem{body: body}
	if !utf8.Valid(body) || !json.Valid(body) || !p.scan() {
		return dst, false
	}
	if status >= 500 {
		p.dropInternals()
	}
	if !p.present.suffice(status) {
		return dst, false
	}
	if status >= 500 {
		return p.appendRegistered(dst, status), true
	}
	return p.appendWhole(dst, status), true
}

// scan finds the members of a body that is valid JSON. It reports false where that is no problem.
func (p *jsonProblem) scan() bool {
	i := p.skipSpace(0)
	if p.body[i] != '{' {
		return false
	}
	i = p.skipSpace(i + 1)
	for p.body[i] != '}' {
		key := span{i, p.skipString(i)}
		colon := p.skipSpace(key.end)
		i = p.skipSpace(colon + 1)
		value := span{i, p.skipValue(i)}
		if value.end < 0 || !p.note(key, value) {
			return false
		}
		p.last = value.end
		i = p.skipSpace(value.end)
		if p.body[i] == ',' {
			i = p.skipSpace(i + 1)
		}
	}
	return true
}

// note keeps the place of a registered member. It reports false if the member is there twice or of the wrong type.
func (p *jsonProblem) note(key, value span) bool {
	member := memberIndex(p.text(key))
	if member < 0 {
		return true
	}
	if p.values[member] != (span{}) {
		return false
	}
	p.values[member] = value
	c := p.body[value.start]
	p.present[member] = c != 'n'
	switch {
	case c == 'n':
		return true
	case member == memberStatus:
		return c == '-' || c >= '0' && c <= '9'
	default:
		return c == '"'
	}
}

// text decodes a string.
func (p *jsonProblem) text(quoted span) []byte {
	raw := p.body[quoted.start:quoted.end]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	_ = json.Unmarshal(raw, &s) // valid, as the whole body is
	return []byte(s)
}

// dropInternals forgets the texts that may not leave on a server error.
func (p *jsonProblem) dropInternals() {
	for member, value := range p.values {
		if member != memberStatus && p.present[member] && spansLines(p.text(value)) {
			p.present[member] = false
		}
	}
}

// appendWhole appends the body with another status, which comes last if there was none.
func (p *jsonProblem) appendWhole(dst []byte, status int) []byte {
	place, before := p.values[memberStatus], ""
	if place == (span{}) {
		place, before = span{p.last, p.last}, `,"status":`
	}
	dst = append(dst, p.body[:place.start]...)
	dst = append(dst, before...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	return append(dst, p.body[place.end:]...)
}

// appendRegistered appends an object that has the registered members only.
func (p *jsonProblem) appendRegistered(dst []byte, status int) []byte {
	separator := byte('{')
	for member, name := range memberNames {
		if member != memberStatus && !p.present[member] {
			continue
		}
		dst = append(dst, separator, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		if member == memberStatus {
			dst = strconv.AppendInt(dst, int64(status), 10)
		} else {
			dst = append(dst, p.body[p.values[member].start:p.values[member].end]...)
		}
		separator = ','
	}
	return append(dst, '}')
}

// The skipping functions rely on the body being valid.

func (p *jsonProblem) skipSpace(i int) int {
	for i < len(p.body) && (p.body[i] == ' ' || p.body[i] == '\t' || p.body[i] == '\n' || p.body[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the end of the string that starts at i.
func (p *jsonProblem) skipString(i int) int {
	for i++; p.body[i] != '"'; i++ {
		if p.body[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue returns the end of the member value that starts at i, -1 if it is nested too deep.
func (p *jsonProblem) skipValue(i int) int {
	switch p.body[i] {
	case '"':
		return p.skipString(i)
	case '{', '[':
		return p.skipNested(i)
	}
	return i + bytes.IndexAny(p.body[i:], ",} \t\r\n")
}

func (p *jsonProblem) skipNested(i int) int {
	depth := 1 // the problem itself
	for {
		switch p.body[i] {
		case '"':
			i = p.skipString(i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		i++
		if depth == 1 {
			return i
		}
		if depth > maxDepth {
			return -1
		}
	}
}
