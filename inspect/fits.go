package inspect

import "bytes"

// fits tells whether a text is what a pattern says: * at the pattern's start
// or end stands for any text. Case does not count in ASCII.
func fits(txt []byte, pattern string) bool {
	open := len(pattern) > 0 && pattern[0] == '*'
	if open {
		pattern = pattern[1:]
	}
	ends := len(pattern) > 0 && pattern[len(pattern)-1] == '*'
	if ends {
		pattern = pattern[:len(pattern)-1]
	}
	switch {
	case len(txt) < len(pattern):
		return false
	case open && ends:
		for at := 0; at+len(pattern) <= len(txt); at++ {
			if equalFold(txt[at:at+len(pattern)], pattern) {
				return true
			}
		}
		return false
	case open:
		return equalFold(txt[len(txt)-len(pattern):], pattern)
	case ends:
		return equalFold(txt[:len(pattern)], pattern)
	default:
		return equalFold(txt, pattern)
	}
}

func equalFold(txt []byte, word string) bool {
	if len(txt) != len(word) {
		return false
	}
	for i, c := range txt {
		if lower(c) != lower(word[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// is tells whether a scalar's text is of a class.
func (c Class) is(txt []byte, low, high int) bool {
	switch c {
	case Filled:
		return len(bytes.TrimSpace(txt)) > 0
	case Word:
		return isCodeWord(txt)
	case URI:
		return fits(txt, "https:*") || fits(txt, "http:*") || fits(txt, "urn:*") || fits(txt, "tag:*")
	case Integer:
		n, ok := integer(txt)
		return ok && (low == 0 && high == 0 || n >= low && n <= high)
	default:
		return true
	}
}

// maxWord is the length in bytes of the longest [Word].
const maxWord = 64

func isCodeWord(txt []byte) bool {
	letter := false
	for _, c := range txt {
		switch {
		case lower(c) >= 'a' && lower(c) <= 'z':
			letter = true
		case c >= '0' && c <= '9', c == '_', c == '.', c == ':', c == '/', c == '-':
		default:
			return false
		}
	}
	return letter && len(txt) <= maxWord
}
