package problem

import (
	"strconv"
	"unicode/utf8"
)

func (p *Problem) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"type":`...)
	dst = appendJSONString(dst, p.typeURI())
	dst = appendJSONMember(dst, `,"title":`, p.title())
	dst = appendJSONNumber(dst, `,"status":`, p.Status)
	dst = appendJSONMember(dst, `,"detail":`, p.Detail)
	dst = appendJSONMember(dst, `,"instance":`, p.Instance)
	dst = appendJSONArray(dst, `,"allowed":[`, p.Allowed)
	dst = appendJSONArray(dst, `,"accepted":[`, p.Accepted)
	dst = appendJSONArray(dst, `,"available":[`, p.Available)
	dst = appendJSONNumber(dst, `,"retry_after":`, p.RetryAfter)
	for i := range p.Members {
		if m := &p.Members[i]; m.shown() {
			dst = append(append(append(dst, `,"`...), m.Name...), `":`...)
			dst = appendJSONString(dst, m.Value)
		}
	}
	if p.Provisioning != "" {
		dst = appendJSONString(append(dst, `,"properties":{"provisioningState":`...), p.Provisioning)
		dst = append(dst, '}')
	}
	return append(dst, "}\n"...)
}

func appendJSONMember(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	return appendJSONString(append(dst, key...), value)
}

func appendJSONNumber(dst []byte, key string, value int) []byte {
	if value <= 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, key...), int64(value), 10)
}

func appendJSONArray(dst []byte, key string, values []string) []byte {
	if len(values) == 0 {
		return dst
	}
	dst = append(dst, key...)
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSONString(dst, value)
	}
	return append(dst, ']')
}

// plainJSON has the ASCII characters that stand for themselves. The quotation mark, the backslash and the controls are
// escaped because RFC 8259 §7 says so; < > & so that the document can stand inside HTML.
var plainJSON = plainASCII(`"\<>&`)

// plainASCII is the set of printable ASCII characters without the special ones.
func plainASCII(special string) (plain [256]bool) {
	for c := ' '; c < utf8.RuneSelf-1; c++ {
		plain[c] = true
	}
	for i := range len(special) {
		plain[special[i]] = false
	}
	return plain
}

func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		if plainJSON[s[i]] {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size > 1 && r != '\u2028' && r != '\u2029' {
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendJSONEscape(dst, r)
		i += size
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendJSONEscape escapes a character of the basic multilingual plane.
func appendJSONEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case utf8.RuneError:
		return append(dst, replacement...)
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
