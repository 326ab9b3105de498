package problem

import (
	"strconv"
	"unicode/utf8"
)

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// RFC 9457 Appendix B keeps the namespace of RFC 7807.
const (
	xmlStart = `<problem xmlns="urn:ietf:rfc:7807">`
	xmlEnd   = "</problem>"
)

func (p *Problem) appendXML(dst []byte) []byte {
	dst = append(dst, xmlDeclaration...)
	return append(p.appendXMLElements(dst), '\n')
}

func (p *Problem) appendXMLElements(dst []byte) []byte {
	dst = append(dst, xmlStart...)
	dst = appendXMLElement(dst, "type", p.typeURI())
	dst = appendXMLElement(dst, "title", p.title())
	dst = appendXMLNumber(dst, "status", p.Status)
	dst = appendXMLElement(dst, "detail", p.Detail)
	dst = appendXMLElement(dst, "instance", p.Instance)
	dst = appendXMLArray(dst, "allowed", p.Allowed)
	dst = appendXMLArray(dst, "accepted", p.Accepted)
	dst = appendXMLArray(dst, "available", p.Available)
	dst = appendXMLNumber(dst, "retry_after", p.RetryAfter)
	for i := range p.Members {
		if m := &p.Members[i]; m.shown() {
			dst = appendXMLElement(dst, m.Name, m.Value)
		}
	}
	return append(dst, xmlEnd...)
}

func appendXMLElement(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	dst = appendXMLTag(dst, "<", name)
	dst = appendXMLText(dst, value)
	return appendXMLTag(dst, "</", name)
}

func appendXMLNumber(dst []byte, name string, value int) []byte {
	if value <= 0 {
		return dst
	}
	dst = appendXMLTag(dst, "<", name)
	dst = strconv.AppendInt(dst, int64(value), 10)
	return appendXMLTag(dst, "</", name)
}

// Arrays have their values in <i> children, RFC 9457 Appendix B.
func appendXMLArray(dst []byte, name string, values []string) []byte {
	if len(values) == 0 {
		return dst
	}
	dst = appendXMLTag(dst, "<", name)
	for _, value := range values {
		dst = append(dst, "<i>"...)
		dst = appendXMLText(dst, value)
		dst = append(dst, "</i>"...)
	}
	return appendXMLTag(dst, "</", name)
}

func appendXMLTag(dst []byte, open, name string) []byte {
	dst = append(dst, open...)
	dst = append(dst, name...)
	return append(dst, '>')
}

var plainMarkup = plainASCII(`<>&"'`)

func appendXMLText(dst []byte, s string) []byte {
	return appendEscaped(dst, s, &plainMarkup, xmlEscape)
}

// xmlEscape returns what stands for a character in XML text, "" for the character itself. XML 1.0 §2.2 has no room for
// most controls and for U+FFFE and U+FFFF; a bare CR would be read as LF (§2.11).
func xmlEscape(r rune) string {
	switch {
	case r == '\t' || r == '\n':
		return ""
	case r == '\r':
		return "&#13;"
	case r < ' ' || r == '\uFFFE' || r == '\uFFFF':
		return replacement
	}
	return markupEscape(r)
}

func markupEscape(r rune) string {
	switch r {
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '&':
		return "&amp;"
	case '"':
		return "&#34;"
	case '\'':
		return "&#39;"
	}
	return ""
}

// appendEscaped appends s with each character that is not plain replaced by what escape returns for it, unless that
// is empty. Bytes that are not UTF-8 become U+FFFD.
func appendEscaped(dst []byte, s string, plain *[256]bool, escape func(rune) string) []byte {
	start := 0
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		with := escape(r)
		if r == utf8.RuneError {
			with = replacement
		}
		if with != "" {
			dst = append(dst, s[start:i]...)
			dst = append(dst, with...)
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}
