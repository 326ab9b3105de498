package audit

import (
	"bytes"
	"slices"
	"strings"
)

// kind is what a path segment looks like.
type kind uint8

const (
	kindWord   kind = 0         // text that somebody may have given a route
	kindSlug   kind = 1 << iota // a word that somebody has rather made of a title
	kindNumber                  // an integer
	kindYear                    // one that is a year of our time
	kindDate                    // 2021-09-30, with or without a time
	kindID                      // a UUID, a hash, a token, ord-10045
	kindValue                   // what else no route is called
)

// maxWord is the length of the longest segment that can be a word.
const maxWord = 64

// kindOf tells what a segment in its canonical form looks like.
func kindOf(s string) kind {
	switch {
	case len(s) > maxWord || strings.ContainsAny(s, "@=,"):
		return kindValue
	case isNumber(s):
		if len(s) == 4 && (s[:2] == "19" || s[:2] == "20") {
			return kindYear
		}
		return kindNumber
	case isDate(s):
		return kindDate
	case isUUID(s), isHash(s), isToken(s), hasSerial(s):
		return kindID
	case isDecimals(s):
		return kindValue
	}
	return kindWord
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// isDecimals: coordinates and addresses, but not "2.0", which is a version.
func isDecimals(s string) bool {
	if len(s) < 6 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

func isDate(s string) bool {
	if len(s) < len("2021-09-30") || s[4] != '-' || s[7] != '-' || !isNumber(s[:4]) || !isNumber(s[5:7]) || !isNumber(s[8:10]) {
		return false
	}
	return len(s) == len("2021-09-30") || s[10] == 't' || s[10] == ' '
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case !isHex(c):
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' }

// isHash: hexadecimal digits, so many that they spell no word.
func isHash(s string) bool {
	digits := 0
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
		if isDigit(s[i]) {
			digits++
		}
	}
	return len(s) >= 16 || len(s) >= 7 && digits >= 2
}

// isToken: letters and digits so mixed that nobody would say them. Separators are
// parts of tokens, but words on both sides of them don't make one.
func isToken(s string) bool {
	turns, digits := 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case isDigit(c):
			digits++
		case isLetter(c) || c == '-' || c == '_' || c == '~':
		default:
			return false
		}
		if i > 0 && (isDigit(c) && isLetter(s[i-1]) || isLetter(c) && isDigit(s[i-1])) {
			turns++
		}
	}
	return len(s) >= 8 && turns >= 3 || len(s) >= 20 && turns >= 2 && digits >= 3
}

// hasSerial: ord-10045, inv_2021_0042.
func hasSerial(s string) bool {
	i := len(s)
	for i > 0 && isDigit(s[i-1]) {
		i--
	}
	return len(s)-i >= 3 && i >= 2 && (s[i-1] == '-' || s[i-1] == '_') && isLetter(s[i-2])
}

// isSlug reports whether a word looks made of a title: it has several parts, or
// letters that no one uses for a route.
func isSlug(s string) bool {
	separators := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '-' || c == '_' || c == '.' || c == ' ' || c == '+':
			separators++
		case c >= 0x80 || isDigit(c):
			return true
		}
	}
	return separators > 0
}

// routes are words that name a route even among values: /users/me.
var routes = map[string]bool{
	"": true, "me": true, "self": true, "current": true, "mine": true, "new": true, "edit": true, "all": true, "latest": true, "search": true,
	"count": true, "export": true, "import": true, "bulk": true, "batch": true, "stats": true, "status": true, "health": true,
	"login": true, "logout": true, "signup": true, "register": true, "default": true, "create": true, "list": true, "api": true,
}

// extensions are the ends of names that say what a file is. Only these are cut off:
// in /domains/example.com the end says nothing of the kind.
var extensions = []string{
	".json", ".xml", ".html", ".htm", ".csv", ".pdf", ".txt", ".yaml", ".yml", ".md", ".rss", ".atom", ".ics", ".vcf", ".xls", ".xlsx", ".doc",
	".docx", ".zip", ".gz", ".php", ".asp", ".aspx", ".jsp", ".do", ".action", ".cgi", ".rb", ".pl", ".wsdl",
	".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".woff", ".woff2", ".ttf", ".eot", ".otf",
	".mp3", ".mp4", ".webm", ".wasm",
}

// firstAsset is where those extensions begin that files have which belong to pages.
var firstAsset = slices.Index(extensions, ".js")

// isAsset reports whether a segment is the name of a file that belongs to pages.
func isAsset(s string) bool {
	i := strings.LastIndexByte(s, '.')
	return i >= 0 && slices.Index(extensions, s[i:]) >= firstAsset
}

// affixes are what stands before and after the variable of a segment that is no
// word: the end of a file's name, ":cancel" of a custom method, "products(" and ")"
// of OData. They are empty where the segment is all variable.
func affixes(s string) (before, after string) {
	if open := strings.IndexByte(s, '('); open > 0 && s[len(s)-1] == ')' && len(s) > open+2 {
		return s[:open+1], ")"
	}
	if i := strings.LastIndexByte(s, '.'); i > 0 && slices.Contains(extensions, s[i:]) {
		return "", s[i:]
	}
	if i := strings.LastIndexByte(s, ':'); i > 0 && len(s) > i+2 && strings.IndexFunc(s[i+1:], notLetter) < 0 {
		return "", s[i:]
	}
	return "", ""
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

// stem is what a segment's variable stands for.
func stem(s string) string {
	before, after := affixes(s)
	return s[len(before) : len(s)-len(after)]
}

// isWord reports whether a segment can be part of a route as it is.
func isWord(s string) bool {
	if before, _ := affixes(s); before != "" {
		return false
	}
	return kindOf(s) == kindWord && kindOf(stem(s)) == kindWord
}

// appendEscaped appends the bytes of a path segment so that they can stand in a
// template, and in a Caddyfile: what means something there, and what belongs in no
// path (RFC 3986 §3.3), is percent-encoded.
func appendEscaped(dst []byte, raw string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(raw) {
		c := raw[i]
		isEscape := c == '%' && i+2 < len(raw) && isHex(raw[i+1]|0x20) && isHex(raw[i+2]|0x20)
		if isEscape || c > ' ' && c < 0x7f && bytes.IndexByte([]byte("{}*?#\"`\\<>|^%;"), c) < 0 {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', hex[c>>4], hex[c&15])
	}
	return dst
}
