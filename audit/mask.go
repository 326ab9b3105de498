package audit

import (
	"strings"
	"unicode"
)

const (
	maskSegments = 8  // of a path that are told apart
	maskSegment  = 48 // bytes of one that are shown
)

// Mask gives the shape of one path, without what looks like a name, a number, an
// identifier or a date in it: /orders/{…}/items of /orders/17/items. It is at most
// 400 bytes long. What many paths have in common only a [Report] can tell.
func Mask(path string) string {
	var b strings.Builder
	rest, segments := strings.TrimPrefix(path, "/"), 0
	for rest != "" || segments == 0 {
		segment, after, more := strings.Cut(rest, "/")
		if segments++; segments > maskSegments {
			b.WriteString("/…")
			break
		}
		b.WriteByte('/')
		switch {
		case segment == "":
		case len(segment) > maskSegment || !isRoute(segment) || kindOf(strings.ToLower(segment)) != kindWord:
			b.WriteString("{…}")
		default:
			b.WriteString(segment)
		}
		if rest = after; more && rest == "" {
			b.WriteByte('/')
		}
	}
	return b.String()
}

// isRoute: letters, digits and what else is in the names of routes. Titles and names
// of people have spaces, and nothing else has controls.
func isRoute(segment string) bool {
	for _, c := range segment {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && !strings.ContainsRune("-._~!$'()*+:", c) {
			return false
		}
	}
	return true
}
