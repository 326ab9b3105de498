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

	suspect string // the escaped path, where strict templates have to look at it
}

// at is the segment with index i, at most maxSegments.
func (p *segments) at(i int) []byte {
	return p.text[p.start(i):p.ends[i]]
}

func (p *segments) start(i int) int {
	if i == 0 {
		return 0
	}
	return p.ends[i-1]
}

// split fills p from an escaped path and returns its text, appended to text: a
// text that p itself were given here would move its buffer to the heap. It drops empty segments and resolves "."
// and "..", also in their escaped spelling (RFC 3986 §6.2.2), the way Caddy's
// path matcher does: afterwards only a path that is empty or that ended with "/"
// has an empty segment, which is its last. It reports whether path has the form
// of an absolute path (RFC 9110 §4.1), or is empty and so means "/" (§4.2.3).
func (p *segments) split(text []byte, path string) (split []byte, ok bool) {
	if path != "" && path[0] != '/' {
		return text, false
	}
	slash := path == "" || path[len(path)-1] == '/'
	for path != "" {
		path = path[1:]
		start, n := len(text), 0
		for n < len(path) && simple[path[n]] != 0 {
			text = append(text, simple[path[n]])
			n++
		}
		switch {
		case n < len(path) && path[n] != '/' || n > 0 && path[0] == '.':
			text, n = p.push(text[:start], path)
		case n > 0:
			text = p.keep(text, start)
		}
		path = path[n:]
	}
	if slash || p.n == 0 {
		text = p.keep(text, len(text))
	}
	return text, true
}

// simple maps the octets that can be told at a glance to their canonical form, and
// the slash, "%" and those of other alphabets to 0.
var simple = func() (t [256]byte) {
	for c := byte(1); c < utf8.RuneSelf; c++ {
		if c != '/' && c != '%' {
			t[c] = lower(c)
		}
	}
	return t
}()

// push adds the segment at the beginning of path, which has n octets, to text or,
// where it is a dot segment, follows it.
func (p *segments) push(text []byte, path string) (pushed []byte, n int) {
	if n = strings.IndexByte(path, '/'); n < 0 {
		n = len(path)
	}
	start := len(text)
	text = AppendSegment(text, path[:n])
	switch string(text[start:]) {
	case ".":
		return text[:start], n
	case "..":
		return text[:p.pop(start)], n
	default:
		return p.keep(text, start), n
	}
}

// keep makes what follows start in text a segment.
func (p *segments) keep(text []byte, start int) []byte {
	p.n++
	if p.n > len(p.ends) {
		return text[:start]
	}
	p.ends[p.n-1] = len(text)
	return text
}

// pop takes the last segment away and returns where the text, which has ended at
// end, ends without it.
func (p *segments) pop(end int) int {
	p.n = max(p.n-1, 0)
	if p.n >= len(p.ends) {
		return end
	}
	return p.start(p.n)
}

// AppendSegment appends the canonical form of a path segment to dst, in which
// Resources compares: percent-decoded, in lower case. A "%" that begins no escape
// stands for itself.
func AppendSegment(dst []byte, raw string) []byte {
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
