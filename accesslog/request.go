package accesslog

import "bytes"

// request reads a request line (RFC 9112 §3) as servers log it. What is none
// leaves the entry without method and target: "-", nothing, the bytes of a TLS
// handshake.
func (p *Parser) request(line []byte, e *Entry) {
	end := bytes.IndexByte(line, ' ')
	if end <= 0 {
		return
	}
	method, target := line[:end], line[end+1:]
	if !isToken(method) {
		return
	}
	var protocol []byte
	if last := protocolAt(target); last >= 0 {
		target, protocol = target[:last], target[last+1:]
	}
	if len(target) == 0 {
		return
	}
	if bytes.IndexByte(target, '\\') >= 0 {
		target = p.unescape(target)
	}
	p.target(target, e)
	if e.Target != nil {
		e.Method, e.Protocol = method, protocol
	}
}

// protocolAt is where " HTTP/1.1" begins at the end of s, -1 where it does not
// end so. A dash is what load balancers write for no protocol.
func protocolAt(s []byte) int {
	if n := len(s) - len(" HTTP/1.1"); n >= 0 && string(s[n:n+6]) == " HTTP/" {
		return n
	}
	last := bytes.LastIndexByte(s, ' ')
	if last < 0 {
		return -1
	}
	if word := s[last+1:]; bytes.HasPrefix(word, []byte("HTTP/")) || string(word) == "-" {
		return last
	}
	return -1
}

// target takes what was asked for: a path, "*", an authority, or an absolute URI,
// which is cut in host and path (RFC 9112 §3.2).
func (p *Parser) target(target []byte, e *Entry) {
	if target[0] == '/' {
		e.Target = target
		return
	}
	scheme := bytes.Index(target, []byte("://"))
	if scheme <= 0 || !isToken(target[:scheme]) {
		if string(target) != "-" {
			e.Target = target
		}
		return
	}
	rest := target[scheme+len("://"):]
	end := bytes.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if e.Host == nil && string(host) != "-" {
		e.Host = host
	}
	switch {
	case len(path) == 0:
		path = rootPath
	case path[0] == '?':
		path = p.join('/', path)
	}
	e.Target = path
}

var (
	rootPath = []byte("/")
	space    = []byte{' '}
)

// tokenBytes are the bytes of a token (RFC 9110 §5.6.2).
var tokenBytes = func() (is [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		is[c] = true
	}
	return is
}()

// isToken reports whether s is a token, as a method is, and not the dash that
// stands for none.
func isToken(s []byte) bool {
	for _, c := range s {
		if !tokenBytes[c] {
			return false
		}
	}
	return len(s) > 0 && string(s) != "-"
}

// unescape undoes what Apache and nginx do to bytes that would break a line:
// \xHH, \" and \\, and the letters of C.
func (p *Parser) unescape(s []byte) []byte {
	start := len(p.scratch)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			switch c = s[i]; c {
			case 'x':
				if i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
					c = unhex(s[i+1])<<4 | unhex(s[i+2])
					i += 2
				}
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		}
		p.scratch = append(p.scratch, c)
	}
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// join puts c in front of s.
func (p *Parser) join(c byte, s []byte) []byte {
	start := len(p.scratch)
	p.scratch = append(append(p.scratch, c), s...)
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// unhex is the value of a hexadecimal digit.
func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// integer reads all of s as an integer with at most nine digits; a dash alone is
// 0, which is what servers write for a status that they did not send.
func integer(s []byte) (n int, ok bool) {
	digits := s
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	if len(digits) > 9 || len(s) == 0 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

// size reads a number of bytes, -1 where there is none.
func size(s []byte) int64 {
	if len(s) > 0 && s[0] == '+' { // HAProxy, where it logged before the end
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 18 {
		return -1
	}
	var n int64
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// word takes the text up to the next space off the front of s.
func word(s []byte) (first, rest []byte) {
	first, rest, _ = bytes.Cut(s, space)
	return first, rest
}

// quoted takes a quoted string off the front of s, which begins after its opening
// quote. A quote that is escaped, or that no space follows, is part of the text: not
// all servers escape. Without a closing quote the text goes on to the end.
func quoted(s []byte) (text, rest []byte) {
	for i := 0; ; i++ {
		n := bytes.IndexByte(s[i:], '"')
		if n < 0 {
			return s, nil
		}
		i += n
		if (i+1 == len(s) || s[i+1] == ' ') && !escaped(s, i) {
			return s[:i], s[i+1:]
		}
	}
}

// escaped reports whether an odd number of backslashes stands before s[i].
func escaped(s []byte, i int) bool {
	odd := false
	for i--; i >= 0 && s[i] == '\\'; i-- {
		odd = !odd
	}
	return odd
}
