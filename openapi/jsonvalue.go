package openapi

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A JSON value is found by its offset and by the index of the first container that
// does not begin before it. The text is known to be valid.

// jsonKind is the kind of the value at an offset.
func jsonKind(c byte) kind {
	switch c {
	case '{':
		return kindMap
	case '[':
		return kindList
	case '"':
		return kindText
	case 'n':
		return kindNull
	default:
		return kindOther
	}
}

// jsonMembers lists the members of an object.
func (v value) jsonMembers() []member {
	var members []member
	data := v.src.data
	at, index := int(v.at)+1, v.index+1
	for {
		if at = passSeparators(data, at); data[at] == '}' {
			return members
		}
		key := value{src: v.src, at: uint32(at), index: index} //nolint:gosec // at most maxBytes
		at = passSeparators(data, scalarEnd(data, at))
		val := value{src: v.src, at: uint32(at), index: index} //nolint:gosec // at most maxBytes
		members = append(members, member{name: key.jsonText(), key: key, value: val})
		at, index = val.jsonEnd()
	}
}

// jsonItems lists the values of an array.
func (v value) jsonItems() []value {
	var items []value
	data := v.src.data
	at, index := int(v.at)+1, v.index+1
	for {
		if at = passSeparators(data, at); data[at] == ']' {
			return items
		}
		item := value{src: v.src, at: uint32(at), index: index} //nolint:gosec // at most maxBytes
		items = append(items, item)
		at, index = item.jsonEnd()
	}
}

// jsonEnd is where the text, and the list of containers, go on after the value.
func (v value) jsonEnd() (at int, index uint32) {
	switch data := v.src.data; data[v.at] {
	case '{', '[':
		c := v.src.containers[v.index]
		return int(c.end), c.next
	default:
		return scalarEnd(data, int(v.at)), v.index
	}
}

// passSeparators passes over whitespace, commas and colons.
func passSeparators(data []byte, at int) int {
	for {
		switch data[at] {
		case ' ', '\n', '\t', '\r', ',', ':':
			at++
		default:
			return at
		}
	}
}

// scalarEnd is the offset after a string, a number or a word.
func scalarEnd(data []byte, at int) int {
	if data[at] != '"' {
		for at < len(data) && strings.IndexByte(" \n\t\r,:]}", data[at]) < 0 {
			at++
		}
		return at
	}
	for at++; data[at] != '"'; at++ {
		if data[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// jsonText is what a string stands for, and the text of any other scalar. Octets
// that are no UTF-8 and escapes of half a surrogate pair become U+FFFD.
func (v value) jsonText() string {
	data := v.src.data
	raw := data[v.at:scalarEnd(data, int(v.at))]
	if raw[0] != '"' {
		return string(raw)
	}
	raw = raw[1 : len(raw)-1]
	if isSimple(raw) {
		return string(raw)
	}
	var text []byte
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			text = append(text, raw[i])
			i++
			continue
		}
		text, i = appendEscape(text, raw, i)
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

func isSimple(raw []byte) bool {
	for _, c := range raw {
		if c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// appendEscape appends what the escape at i stands for, and returns the offset
// after it.
func appendEscape(text, raw []byte, i int) ([]byte, int) {
	if raw[i+1] != 'u' {
		return append(text, escapes[raw[i+1]]), i + 2
	}
	r, _ := hex4(raw, i+2)
	i += 6
	if utf16.IsSurrogate(r) && i+1 < len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
		low, _ := hex4(raw, i+2)
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return utf8.AppendRune(text, pair), i + 6
		}
	}
	return utf8.AppendRune(text, r), i // U+FFFD for a surrogate
}
