package openapi

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// value reads a value that begins at an offset. What it may go on with is further
// right than parent.
func (s *lineScanner) value(at, parent int) {
	s.scalar = scalar{parent: parent, start: at}
	switch c := s.data[at]; c {
	case '"', '\'':
		s.scalar.quote = c
		s.quoted(at + 1)
	case '{', '[':
		s.flow(at)
	case '|', '>':
		s.block(at + 1)
	case '&', '!':
		s.lost = s.lost || !s.lenient
		for at < s.stop && !isBlank(s.data[at]) {
			at++
		}
		s.rest(at, parent)
	case '*':
		s.lost = s.lost || !s.lenient
	case ',', ']', '}', '%', '@', '`', '#':
		s.lost = true
	case '-', '?', ':':
		s.lost = s.lost || s.isIndicator(at, c)
		s.plain(at)
	default:
		s.plain(at)
	}
}

// plain reads a line of a plain scalar.
func (s *lineScanner) plain(at int) {
	s.going = goingPlain
	for ; at < s.stop; at++ {
		switch {
		case at == s.text && s.data[at] == '\t':
			s.lost = true
		case s.isIndicator(at, ':'):
			s.lost = true
		case s.data[at] == '#' && isBlank(s.data[at-1]):
			s.going = goingNothing
			return
		}
	}
}

// block reads the head of a block scalar (YAML 1.2.2 §8.1.1).
func (s *lineScanner) block(at int) {
	s.going = goingBlock
	signed := false
	for ; at < s.stop && !isBlank(s.data[at]); at++ {
		switch c := s.data[at]; {
		case c >= '1' && c <= '9' && s.scalar.content == 0:
			s.scalar.content = max(s.scalar.parent, 0) + int(c-'0')
		case (c == '-' || c == '+') && !signed:
			signed = true
		default:
			s.lost = true
		}
	}
	s.finished(at)
}

// finished makes sure that nothing but a comment follows.
func (s *lineScanner) finished(at int) { s.lost = s.lost || !s.isAlone(at) }

// quoted reads a line of a quoted scalar.
func (s *lineScanner) quoted(at int) {
	s.going = goingQuote
	if at = s.closeQuote(at); at >= 0 {
		s.going = goingNothing
		s.finished(at)
	}
}

// closeQuote is the offset after the quote that closes a scalar, or -1 where the
// line does not have it.
func (s *lineScanner) closeQuote(at int) int {
	quote := s.scalar.quote
	for ; at < s.stop; at++ {
		switch c := s.data[at]; {
		case c == '\\' && quote == '"':
			at += s.escape(at + 1)
		case c != quote:
		case c == '\'' && at+1 < s.stop && s.data[at+1] == '\'':
			at++
		default:
			return at + 1
		}
	}
	return -1
}

// escape checks what follows a backslash in double quotes (YAML 1.2.2 §5.7), and
// returns its length.
func (s *lineScanner) escape(at int) int {
	if at >= s.stop {
		return 0
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s.data[at]]
	if digits == 0 {
		s.lost = s.lost || bytes.IndexByte([]byte("0abtnvfe \"/\\N_LP\t"), s.data[at]) < 0
		return 1
	}
	code, err := strconv.ParseUint(string(s.data[at+1:min(at+1+digits, s.stop)]), 16, 32)
	s.lost = s.lost || err != nil || at+1+digits > s.stop || code >= 0xd800 && code < 0xe000 || code > 0x10ffff
	return 1 + digits
}

// flow reads a flow collection until it or the line ends. Quotes are some only
// where a scalar can begin.
func (s *lineScanner) flow(at int) {
	c := &s.scalar
	s.going = goingFlow
	begins := true
	if c.quote != 0 {
		if at = s.closeQuote(at); at < 0 {
			return
		}
		c.quote, begins = 0, false
	}
	for ; at < s.stop; at++ {
		switch b := s.data[at]; b {
		case '{', '[':
			c.depth++
			begins = true
		case '}', ']':
			begins = false
			if c.depth--; c.depth == 0 {
				s.closeFlow(at + 1)
				return
			}
		case ',', ':':
			begins = true
		case '#':
			if isBlank(s.data[at-1]) {
				return
			}
			begins = false
		case '"', '\'':
			if !begins {
				continue
			}
			c.quote, begins = b, false
			if at = s.closeQuote(at + 1); at < 0 {
				return
			}
			c.quote = 0
			at--
		case '&':
			s.lost = s.lost || begins && !s.lenient
			begins = false
		default:
			begins = begins && isBlank(b)
		}
	}
}

// simpleFlow are the flow collections that need no parser to be known as valid.
var simpleFlow = regexp.MustCompile(`^(\{ *\}|\[ *\]|\[ *\w[\w.]*(, *\w[\w.]*)* *\])$`)

// closeFlow checks a flow collection, which is the same wherever it stands.
func (s *lineScanner) closeFlow(end int) {
	s.going = goingNothing
	s.finished(end)
	text := s.data[s.scalar.start:end]
	if s.lost || s.lenient || simpleFlow.Match(text) {
		return
	}
	var node yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	s.lost = decoder.Decode(&node) != nil || !errors.Is(decoder.Decode(&node), io.EOF)
}

// colon is the offset of the ":" behind a key that begins at an offset, or -1.
func (s *lineScanner) colon(at int) int {
	const longest = 1000 // libyaml takes no longer key
	first := at
	switch c := s.data[at]; c {
	case '"', '\'':
		s.scalar.quote = c
		if at = s.closeQuote(at + 1); at < 0 {
			return -1
		}
		for at < s.stop && isBlank(s.data[at]) {
			at++
		}
		if at == s.stop || !s.isIndicator(at, ':') {
			return -1
		}
	case '{', '[', '|', '>', '&', '*', '!', '%', '@', '`', ',', ']', '}', '#', '\t':
		return -1
	case '?', ':':
		s.lost = s.lost || s.isIndicator(at, c)
	default:
	}
	for ; at < s.stop; at++ {
		if s.isIndicator(at, ':') {
			s.lost = s.lost || at-first > longest
			return at
		}
		if s.data[at] == '#' && isBlank(s.data[at-1]) {
			return -1
		}
	}
	return -1
}

// key reads the key that the line begins with.
func (s *lineScanner) key() (key string, colon int, ok bool) {
	if s.isItem() {
		return "", 0, false
	}
	if colon = s.colon(s.text); colon < 0 || s.lost {
		return "", 0, false
	}
	raw := bytes.TrimRight(s.data[s.text:colon], " \t")
	if c := raw[0]; c == '"' || c == '\'' {
		raw = raw[1 : len(raw)-1]
		if bytes.IndexByte(raw, '\\') >= 0 || bytes.IndexByte(raw, '\'') >= 0 {
			return "", 0, false
		}
	}
	return string(raw), colon, true
}

// isAlone reports whether nothing but a comment follows an offset in the line.
func (s *lineScanner) isAlone(after int) bool {
	rest := bytes.TrimLeft(s.data[after:s.stop], " \t")
	return len(rest) == 0 || rest[0] == '#' && isBlank(s.data[after])
}
