package negotiate_test

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// naiveMatch is what Resources.Match has to agree with: every template that
// matches, as regular expressions say, and of those the most specific.
func naiveMatch(templates []string, escaped string) (string, bool) {
	segments, ok := naiveSegments(escaped)
	if !ok {
		return "", false
	}
	best := ""
	for _, template := range templates {
		parts := strings.Split(template[1:], "/")
		if len(segments) > 65 && strings.Contains(template, "{+") {
			continue
		}
		if naiveMatches(parts, segments) && (best == "" || naiveLess(parts, strings.Split(best[1:], "/"))) {
			best = template
		}
	}
	return best, best != ""
}

// naiveSegments leaves the cleaning to the standard library: slashes within
// segments are hidden from it.
func naiveSegments(escaped string) ([]string, bool) {
	if escaped == "" {
		escaped = "/"
	}
	if escaped[0] != '/' {
		return nil, false
	}
	segments := strings.Split(escaped, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(naiveText(s), "/", "\x00SLASH")
	}
	cleaned := path.Clean(strings.Join(segments, "/"))
	if strings.HasSuffix(escaped, "/") && cleaned != "/" {
		cleaned += "/"
	}
	segments = strings.Split(cleaned[1:], "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(s, "\x00SLASH", "/")
	}
	return segments, true
}

var escape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// naiveText is the canonical form of literal text. strings.ToLower replaces what
// is not UTF-8, so it gets one letter at a time.
func naiveText(s string) string {
	s = escape.ReplaceAllStringFunc(s, func(e string) string {
		octet, _ := url.PathUnescape(e)
		return octet
	})
	var text strings.Builder
	for i, r := range s {
		if r == '\uFFFD' {
			// Either the character itself or one octet.
			if strings.HasPrefix(s[i:], "\uFFFD") {
				text.WriteRune(r)
			} else {
				text.WriteByte(s[i])
			}
			continue
		}
		text.WriteString(strings.ToLower(string(r)))
	}
	return text.String()
}

func naiveMatches(parts, segments []string) bool {
	if len(parts) == 0 || len(segments) == 0 {
		return len(parts) == len(segments)
	}
	switch part := parts[0]; {
	case strings.HasSuffix(part, "...}"):
		return true
	case strings.Contains(part, "{+"):
		return naiveSpans(parts, segments)
	default:
		return naiveFits(naiveLiterals(part), segments[0]) && naiveMatches(parts[1:], segments[1:])
	}
}

// naiveSpans tries every number of segments for the first part. A slash within a
// literal hides as another text than the one between segments.
func naiveSpans(parts, segments []string) bool {
	literals := naiveLiterals(parts[0])
	for n := 1; n <= len(segments); n++ {
		var text []string
		for _, s := range segments[:n] {
			text = append(text, strings.ReplaceAll(s, "/", "\x00SLASH"))
		}
		for i := range literals {
			literals[i] = strings.ReplaceAll(literals[i], "/", "\x00SLASH")
		}
		if naiveFits(literals, strings.Join(text, "/")) && naiveMatches(parts[1:], segments[n:]) {
			return true
		}
	}
	return false
}

// naiveFits tries every length for every variable.
func naiveFits(literals []string, segment string) bool {
	rest, ok := strings.CutPrefix(segment, literals[0])
	if !ok || len(literals) == 1 {
		return ok && rest == ""
	}
	for i := 1; i <= len(rest); i++ {
		if naiveFits(literals[1:], rest[i:]) {
			return true
		}
	}
	return false
}

var variable = regexp.MustCompile(`\{[^{}]*\}`)

// naiveLiterals are the literals around the variables of a segment.
func naiveLiterals(part string) []string {
	literals := variable.Split(part, -1)
	for i := range literals {
		literals[i] = naiveText(literals[i])
	}
	return literals
}

// naiveLess reports whether the template with segments a is more specific than
// that with b.
func naiveLess(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		if strings.Contains(a[i], "{+") && strings.Contains(b[i], "{+") {
			if c := slices.Compare(naiveSpanRank(a[i:]), naiveSpanRank(b[i:])); c != 0 {
				return c < 0
			}
			return slices.CompareFunc(a[i:], b[i:], naiveCompareSpans) < 0
		}
		if c := slices.Compare(naiveRank(a[i]), naiveRank(b[i])); c != 0 {
			return c < 0
		}
		la, lb := naiveLiterals(a[i]), naiveLiterals(b[i])
		if c := slices.Compare(la, lb); c != 0 {
			return c < 0
		}
	}
	return false
}

// naiveRank puts the kind of a segment first, then what its literals count.
func naiveRank(part string) []int {
	literals := naiveLiterals(part)
	switch {
	case !strings.Contains(part, "{"):
		return []int{0}
	case strings.HasSuffix(part, "...}"):
		return []int{4}
	case strings.Contains(part, "{+"):
		return []int{3}
	case part == variable.FindString(part):
		return []int{2}
	}
	return []int{1, -len(strings.Join(literals, "")), -len(literals[0])}
}

// naiveSpanRank is what the literals of a span count.
func naiveSpanRank(parts []string) []int {
	weight, count, rest := 0, 0, 0
	for _, part := range parts {
		if strings.HasSuffix(part, "...}") {
			rest = 1
			break
		}
		count++
		weight += len(strings.Join(naiveLiterals(part), ""))
	}
	return []int{-weight, -count, -len(naiveLiterals(parts[0])[0]), rest}
}

// naiveCompareSpans orders segments of spans that count the same.
func naiveCompareSpans(a, b string) int {
	if spanA, spanB := strings.Contains(a, "{+"), strings.Contains(b, "{+"); spanA || spanB {
		if spanA && spanB {
			return slices.Compare(naiveLiterals(a), naiveLiterals(b))
		}
		return cmp.Compare(strings.Count(b, "{+"), strings.Count(a, "{+"))
	}
	return cmp.Or(cmp.Compare(naiveRank(a)[0], naiveRank(b)[0]), slices.Compare(naiveLiterals(a), naiveLiterals(b)))
}
