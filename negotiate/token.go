package negotiate

import "strings"

// tokenOctets are the octets of a token (RFC 9110 §5.6.2).
var tokenOctets = [256]bool{
	'!': true, '#': true, '$': true, '%': true, '&': true, '\'': true, '*': true, '+': true,
	'-': true, '.': true, '^': true, '_': true, '`': true, '|': true, '~': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
}

// consumeToken takes the longest token, which may be empty, off the front of s.
func consumeToken(s string) (token, rest string) {
	i := 0
	for i < len(s) && tokenOctets[s[i]] {
		i++
	}
	return s[:i], s[i:]
}

// isToken reports whether all of s is a token (RFC 9110 §5.6.2).
func isToken(s string) bool {
	token, rest := consumeToken(s)
	return token != "" && rest == ""
}

// consumeValue takes a parameter value, a token or a quoted-string (RFC 9110
// §5.6.6), off the front of s. raw keeps the quotes and escapes.
func consumeValue(s string) (raw, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		raw, rest = consumeToken(s)
		return raw, rest, raw != ""
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return s[:i+1], s[i+1:], true
		case c == '\\':
			i++
			if i == len(s) || !isText(s[i]) {
				return "", s, false
			}
		case !isText(c):
			return "", s, false
		}
	}
	return "", s, false
}

// isText reports whether c may stand in a quoted-string, by itself or after a
// backslash (RFC 9110 §5.6.4).
func isText(c byte) bool {
	return c >= ' ' && c != 0x7f || c == '\t'
}

// consumeOWS takes optional whitespace off the front of s (RFC 9110 §5.6.3).
func consumeOWS(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}

// trimOWS takes optional whitespace off both ends of s, which is not part of a
// field value (RFC 9110 §5.5).
func trimOWS(s string) string {
	s = consumeOWS(s)
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// consumeEmptyMembers takes commas and whitespace off the front of a list: empty
// members are to be ignored (RFC 9110 §5.6.1.2).
func consumeEmptyMembers(s string) string {
	for s != "" && (s[0] == ',' || s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}

// lower maps A to Z to lower case and leaves every other octet alone.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// equalFold compares a and b without regard to the case of ASCII letters.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	if a == b {
		return true
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// equalValue compares two parameter values that are not empty, written as
// consumeValue or consumeLooseValue returns them, as a
// recipient must: quotes and escapes do not count (RFC 9110 §5.6.4, §5.6.6),
// nor, as MediaType says, does the case of ASCII letters.
func equalValue(a, b string) bool {
	if a == b {
		return true
	}
	escapesA, escapesB := a[0] == '"', b[0] == '"'
	a, b = trimQuotes(a), trimQuotes(b)
	i, j := 0, 0
	for ; i < len(a) && j < len(b); i, j = i+1, j+1 {
		if escapesA && a[i] == '\\' {
			i++
		}
		if escapesB && b[j] == '\\' {
			j++
		}
		if lower(a[i]) != lower(b[j]) {
			return false
		}
	}
	return i == len(a) && j == len(b)
}

// trimQuotes takes the quotes off a value from consumeValue.
func trimQuotes(raw string) string {
	if raw[0] == '"' {
		return raw[1 : len(raw)-1]
	}
	return raw
}

// unquote is the text that a value from consumeValue stands for.
func unquote(raw string) string {
	raw = trimQuotes(raw)
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var text strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			i++
		}
		text.WriteByte(raw[i])
	}
	return text.String()
}

// quote writes text as a token where it is one, else as a quoted-string.
func quote(text string) string {
	if isToken(text) {
		return text
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for i := 0; i < len(text); i++ {
		if text[i] == '"' || text[i] == '\\' {
			quoted.WriteByte('\\')
		}
		quoted.WriteByte(text[i])
	}
	quoted.WriteByte('"')
	return quoted.String()
}
