package negotiate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSegments = 64  // of a template
	maxPath     = 512 // bytes of a path that fit the stack
)

// segments is a path cut at its slashes, each segment percent-decoded and in
// lower case. Segments after those that a template can have are only counted.
type segments struct {
	text []byte // the segments, without slashes
	ends [maxSegments + 1]int
	n    int
}

// at is the segment with index i, at most maxSegments.
func (p *segments) at(i int) []byte {
	start := 0
	if i > 0 {
		start = p.ends[i-1]
	}
	return p.text[start:p.ends[i]]
}

// split fills p from an escaped path. It drops empty segments and resolves "."
// and "..", also in their escaped spelling (RFC 3986 §6.2.2), the way Caddy's
// path matcher does: afterwards only a path that is empty or that ended with "/"
// has an empty segment, which is its last. It reports whether path has the form
// of an absolute path (RFC 9110 §4.1), or is empty and so means "/" (§4.2.3).
func (p *segments) split(path string) bool {
	if path != "" && path[0] != '/' {
		return false
	}
	slash := path == "" || path[len(path)-1] == '/'
	for path != "" {
		path = path[1:]
		end := strings.IndexByte(path, '/')
		if end < 0 {
			end = len(path)
		}
		p.push(path[:end])
		path = path[end:]
	}
	if slash || p.n == 0 {
		p.keep(len(p.text))
	}
	return true
}

// push adds a segment or, where it is a dot segment, follows it.
func (p *segments) push(raw string) {
	start := len(p.text)
	p.text = appendSegment(p.text, raw)
	switch segment := p.text[start:]; string(segment) {
	case "", ".":
		p.text = p.text[:start]
	case "..":
		p.text = p.text[:start]
		p.pop()
	default:
		p.keep(start)
	}
}

// keep makes what follows start in the text a segment.
func (p *segments) keep(start int) {
	if p.n < len(p.ends) {
		p.ends[p.n] = len(p.text)
	} else {
		p.text = p.text[:start]
	}
	p.n++
}

func (p *segments) pop() {
	if p.n == 0 {
		return
	}
	p.n--
	if p.n < len(p.ends) {
		p.text = p.text[:p.ends[p.n]-len(p.at(p.n))]
	}
}

// appendSegment appends the canonical form of a segment to dst: percent-decoded,
// in lower case. A "%" that begins no escape stands for itself.
func appendSegment(dst []byte, raw string) []byte {
	start, ascii := len(dst), true
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' && isEscape(raw[i:]) {
			c = unhex(raw[i+1])<<4 | unhex(raw[i+2])
			i += 2
		}
		ascii = ascii && c < utf8.RuneSelf
		dst = append(dst, lower(c))
	}
	if ascii {
		return dst
	}
	return lowerRunes(dst, start)
}

// lowerRunes maps the letters after start to lower case as strings.ToLower does,
// which Caddy's path matcher uses. Octets that are not UTF-8 stay.
func lowerRunes(dst []byte, start int) []byte {
	end := len(dst)
	for i := start; i < end; {
		r, size := utf8.DecodeRune(dst[i:end])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, dst[i])
		} else {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		i += size
	}
	n := copy(dst[start:], dst[end:])
	return dst[:start+n]
}

// isEscape reports whether s begins with a percent-encoded octet (RFC 3986 §2.1).
func isEscape(s string) bool {
	return len(s) >= 3 && s[0] == '%' && isHex(s[1]) && isHex(s[2])
}

func isHex(c byte) bool {
	c = lower(c)
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}

// unhex is the value of a hexadecimal digit.
func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return lower(c) - 'a' + 10
}
