package accesslog

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep objects are followed that hold a key which is wanted.
const maxDepth = 8

// json reads a line that is a JSON object, by p.layout.keys. It looks at what it
// needs to find its keys, and does not check the rest (RFC 8259).
func (p *Parser) json(line []byte, e *Entry) error {
	p.found = 0
	clear(p.ranks[:])
	if len(line) == 0 || line[0] != '{' {
		return errJSON
	}
	if end := p.object(line, 1, p.layout.keys, e, maxDepth); end < 0 {
		return errJSON
	}
	keys := p.layout.keys
	if p.found&(1<<fieldStatus|1<<fieldBackend) == 0 || keys.must != 0 && p.found&keys.must == 0 {
		return errNoRequest
	}
	if p.found&(1<<fieldStatus) == 0 {
		e.Status = e.Backend
	}
	if q := p.query; len(q) > 0 && e.Target != nil && bytes.IndexByte(e.Target, '?') < 0 {
		start := len(p.scratch)
		p.scratch = append(p.scratch, e.Target...)
		if q[0] != '?' {
			p.scratch = append(p.scratch, '?')
		}
		p.scratch = append(p.scratch, q...)
		e.Target = p.scratch[start:]
	}
	return nil
}

// object reads the members of an object from i, after its brace, and returns where
// it ends, -1 where it does not.
func (p *Parser) object(s []byte, i int, keys *jsonKey, e *Entry, depth int) int {
	for {
		i = skipSpace(s, i)
		if i >= len(s) {
			return -1
		}
		switch s[i] {
		case '}':
			return i + 1
		case ',':
			i++
			continue
		case '"':
		default:
			return -1
		}
		end := stringEnd(s, i+1)
		if end < 0 {
			return -1
		}
		key := s[i+1 : end]
		i = skipSpace(s, end+1)
		if i >= len(s) || s[i] != ':' {
			return -1
		}
		i = p.member(s, skipSpace(s, i+1), keys.child(key), e, depth)
		if i < 0 {
			return -1
		}
	}
}

// member reads the value at i, which belongs to key, nil where nobody wants it.
func (p *Parser) member(s []byte, i int, key *jsonKey, e *Entry, depth int) int {
	if i >= len(s) {
		return -1
	}
	if key == nil || depth == 0 {
		return skipValue(s, i)
	}
	if s[i] == '{' {
		if len(key.children) == 0 {
			return skipValue(s, i)
		}
		p.found |= key.mark
		return p.object(s, i+1, key, e, depth-1)
	}
	end := skipValue(s, i)
	if end < 0 || key.field == fieldNone {
		return end
	}
	value := s[i:end]
	if value[0] == '[' {
		// Of the lines of a header field, the first.
		first := skipSpace(value, 1)
		last := skipValue(value, first)
		if last < 0 {
			return end
		}
		value = value[first:last]
	}
	p.set(key, value, e)
	return end
}

// set puts a value that is a string, a number or a literal where it belongs. Of
// keys for the same field, the one listed first counts.
func (p *Parser) set(key *jsonKey, value []byte, e *Entry) {
	if rank := p.ranks[key.field]; rank != 0 && rank <= key.rank {
		return
	}
	text := p.text(value)
	if len(text) == 0 && key.field != fieldRequest {
		return
	}
	if !p.fill(key.field, text, e) {
		return
	}
	p.ranks[key.field] = key.rank
	p.found |= 1 << key.field
}

// fill sets a field of e and reports whether text is a value of it.
func (p *Parser) fill(field field, text []byte, e *Entry) (ok bool) {
	switch field {
	case fieldTime:
		e.Time = p.clfTime(text)
	case fieldRequest:
		p.requestBeside(text, e)
	case fieldMethod:
		if !isToken(text) {
			return false
		}
		e.Method = text
	case fieldTarget:
		p.target(text, e)
	case fieldQuery:
		p.query = text
	case fieldProtocol:
		e.Protocol = text
	case fieldStatus:
		e.Status, ok = integer(text)
		return ok
	case fieldBackend:
		// Of several that were tried, the last answered.
		if i := bytes.LastIndexAny(text, " ,:"); i >= 0 {
			text = text[i+1:]
		}
		e.Backend, ok = integer(text)
		return ok
	case fieldBytes:
		e.Bytes = size(text)
	case fieldHost:
		e.Host = text
	default: // fieldAccept
		e.Accept = text
	}
	return true
}

// requestBeside reads a request line. Its target counts more than any key that holds
// one but the best two: nginx's $uri, say, is decoded and has no query.
func (p *Parser) requestBeside(text []byte, e *Entry) {
	target, best := e.Target, p.ranks[fieldTarget] == 1 || p.ranks[fieldTarget] == 2
	p.request(text, e)
	if best {
		e.Target = target
	} else if e.Target != nil {
		p.ranks[fieldTarget] = 2
	}
}

// text is what a value stands for: of a string its content, else the value as it
// is written, nothing for null.
func (p *Parser) text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		if string(value) == "null" {
			return nil
		}
		return value
	}
	value = value[1 : len(value)-1]
	if bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	start := len(p.scratch)
	p.scratch = appendUnescaped(p.scratch, value)
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// appendUnescaped appends the text of a JSON string (RFC 8259 §7). Escapes that
// there are not stand for the byte after the backslash.
func appendUnescaped(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			dst = append(dst, c)
			continue
		}
		i++
		switch c = s[i]; c {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'x': // nginx without escape=json
			if i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
				c = unhex(s[i+1])<<4 | unhex(s[i+2])
				i += 2
			}
			dst = append(dst, c)
		case 'u':
			r, n := escapedRune(s[i+1:])
			dst = utf8.AppendRune(dst, r)
			i += n
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// escapedRune reads what follows "\u" and tells how long it is.
func escapedRune(s []byte) (r rune, n int) {
	r, ok := hex4(s)
	if !ok {
		return utf8.RuneError, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if low, ok := hex4(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 10
			}
		}
	}
	return utf8.RuneError, 4
}

func hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		if !isHex(c) {
			return 0, false
		}
		r = r<<4 | rune(unhex(c))
	}
	return r, true
}

func skipSpace(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// stringEnd is where the closing quote of a string stands that begins at i, -1
// where it does not end.
func stringEnd(s []byte, i int) int {
	for {
		n := bytes.IndexByte(s[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if s[i-1] != '\\' || !escaped(s, i) {
			return i
		}
		i++
	}
}

// skipValue is where the value ends that begins at i, -1 where there is none or it
// does not end.
func skipValue(s []byte, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '"':
			end := stringEnd(s, i+1)
			if end < 0 {
				return -1
			}
			i = end + 1
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			if depth == 0 {
				return -1
			}
			depth--
			i++
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return -1
			}
			i++
			continue
		default:
			i = literalEnd(s, i)
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// literalEnd is where a number, true, false or null ends, or what stands for one.
func literalEnd(s []byte, i int) int {
	for i < len(s) {
		switch s[i] {
		case ',', ':', '}', ']', ' ', '\t', '\r', '\n', '"', '{', '[':
			return i
		}
		i++
	}
	return i
}
