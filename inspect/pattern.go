package inspect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A line is compared with a pattern: * stands for any text, {name} for a name
// with dots as programming languages have it, {error} for one that ends in
// Error, Exception or the like, {n} for digits, {status} for the three digits of
// an error's status, {code} for a number that the family has, all else for itself.

type partKind uint8

const (
	partText partKind = iota
	partAny
	partName
	partError
	partDigits
	partStatus
	partCode
)

type token struct {
	word string
	kind partKind
}

// tokens are the parts that stand for more than themselves.
var tokens = [...]token{{"*", partAny}, {"{name}", partName}, {"{error}", partError}, {"{n}", partDigits}, {"{status}", partStatus}, {"{code}", partCode}}

type part struct {
	kind partKind
	text string
}

// linePattern is a pattern, compiled.
type linePattern []part

func newLinePattern(words string) (linePattern, error) {
	var p linePattern
	for rest := words; rest != ""; {
		at := strings.IndexAny(rest, "*{")
		if at < 0 {
			at = len(rest)
		}
		if at > 0 {
			p, rest = append(p, part{text: rest[:at]}), rest[at:]
			continue
		}
		if strings.HasPrefix(rest, "{{") {
			p, rest = append(p, part{text: "{"}), rest[2:]
			continue
		}
		known := slices.IndexFunc(tokens[:], func(t token) bool { return strings.HasPrefix(rest, t.word) })
		if known < 0 {
			return nil, fmt.Errorf("the pattern %q has a { that begins none of {name}, {error}, {n}, {status}, {code} and {{", words)
		}
		p, rest = append(p, part{kind: tokens[known].kind}), rest[len(tokens[known].word):]
	}
	return p, nil
}

// mayBegin tells whether a line that the pattern takes may begin with a byte.
func (p linePattern) mayBegin(c byte) bool {
	switch {
	case len(p) == 0:
		return false
	case p[0].kind == partText:
		return p[0].text[0] == c
	case p[0].kind == partAny:
		return true
	case p[0].kind == partName, p[0].kind == partError:
		return isNameByte(c)
	default:
		return isDigit(c)
	}
}

// match tells whether a line is what the pattern says, and the number that
// {status} or {code} stands for, 0 where there is none. Behind each * the first
// place that will do is taken, so that the work is bounded by the length of the
// line and that of the pattern.
func (p linePattern) match(line []byte) (number int, ok bool) {
	number, n := p.begins(line, 0)
	if n < 0 {
		return 0, false
	}
	line, p = line[n:], p.behindAny()
	for p != nil {
		if len(p) == 0 { // * is the last
			return number, true
		}
		last := !p.hasAny()
		for {
			at := p[0].next(line)
			if at < 0 {
				return 0, false
			}
			line = line[at:]
			found, n := p.begins(line, number)
			if n >= 0 && (!last || n == len(line)) {
				number, line = found, line[n:]
				break
			}
			if len(line) == 0 {
				return 0, false
			}
			line = line[1:]
		}
		p = p.behindAny()
	}
	return number, len(line) == 0
}

// begins tells how much of a line the pattern up to the first * stands for, -1
// where it does not fit.
func (p linePattern) begins(line []byte, number int) (found, length int) {
	for _, part := range p {
		if part.kind == partAny {
			break
		}
		n := part.length(line[length:])
		if n < 0 {
			return 0, -1
		}
		if part.kind == partStatus || part.kind == partCode {
			number = counted(line[length : length+n])
		}
		length += n
	}
	return number, length
}

// next gives the first place in a line where the part may stand, -1 where there
// is none.
func (part part) next(line []byte) int {
	if part.kind == partText {
		return bytes.Index(line, []byte(part.text))
	}
	return 0
}

func (p linePattern) hasAny() bool { return p.behindAny() != nil }

// behindAny is what stands behind the first *, nil where there is none.
func (p linePattern) behindAny() linePattern {
	for i, part := range p {
		if part.kind == partAny {
			return p[i+1:]
		}
	}
	return nil
}

// length is how much of a line a part stands for, -1 where it does not.
func (part part) length(line []byte) int {
	switch part.kind {
	case partText:
		if len(line) >= len(part.text) && string(line[:len(part.text)]) == part.text {
			return len(part.text)
		}
	case partName:
		return nameLength(line)
	case partError:
		if n := nameLength(line); n > 0 && isErrorName(line[:n]) {
			return n
		}
	case partStatus:
		if n := digitsLength(line); n == 3 && (line[0] == '4' || line[0] == '5') {
			return n
		}
	default:
		return digitsLength(line)
	}
	return -1
}

// nameLength is how long the name is that a line begins with, -1 for none.
func nameLength(line []byte) int {
	n := 0
	for n < len(line) && (isNameByte(line[n]) || n > 0 && (isDigit(line[n]) || line[n] == '.' || line[n] == ':')) {
		n++
	}
	for n > 0 && (line[n-1] == ':' || line[n-1] == '.') {
		n--
	}
	if n == 0 {
		return -1
	}
	return n
}

// isErrorName tells whether a name is that of an error in some language.
func isErrorName(name []byte) bool {
	for _, end := range [...]string{"Error", "Exception", "Failure", "Fault"} {
		if len(name) >= len(end) && string(name[len(name)-len(end):]) == end {
			return true
		}
	}
	return false
}

// digitsLength is how many digits a line begins with, -1 for none or more than
// a number may have.
func digitsLength(line []byte) int {
	n := 0
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	if n == 0 || n > 9 {
		return -1
	}
	return n
}

// counted is the number that some digits are, with or without zeros in front.
func counted(digits []byte) (n int) {
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}

func isNameByte(c byte) bool {
	return lower(c) >= 'a' && lower(c) <= 'z' || c == '_' || c == '$' || c == '\\' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
