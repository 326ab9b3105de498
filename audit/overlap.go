package audit

import (
	"strings"

	"github.com/statusgate/statusgate/negotiate"
)

// part is a segment of a template: text, or what stands around a variable.
type part struct {
	variable, tail bool
	before, after  string // of text, all of it is before
}

// parseParts takes a template apart that negotiate.Resources takes. Of a segment
// with several variables, what stands between them is left out.
func parseParts(template string) []part {
	texts := strings.Split(template, "/")[1:]
	parts := make([]part, 0, len(texts))
	for _, text := range texts {
		open, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
		if open < 0 || end < open {
			parts = append(parts, part{before: canonical(text)})
			continue
		}
		parts = append(parts, part{
			variable: true, tail: strings.HasSuffix(text, "...}"), before: canonical(text[:open]), after: canonical(text[end+1:]),
		})
	}
	return parts
}

func canonical(text string) string { return string(negotiate.AppendSegment(nil, text)) }

// overlap reports whether a path may match both templates.
func overlap(a, b []part) bool {
	for len(a) > 0 && len(b) > 0 {
		if a[0].tail || b[0].tail {
			return true
		}
		if !a[0].meets(b[0]) {
			return false
		}
		a, b = a[1:], b[1:]
	}
	return len(a) == len(b)
}

// meets reports whether a segment may match both parts.
func (p part) meets(q part) bool {
	switch {
	case !p.variable && !q.variable:
		return p.before == q.before
	case !p.variable:
		return q.takes(p.before)
	case !q.variable:
		return p.takes(q.before)
	}
	return (strings.HasPrefix(p.before, q.before) || strings.HasPrefix(q.before, p.before)) &&
		(strings.HasSuffix(p.after, q.after) || strings.HasSuffix(q.after, p.after))
}

// takes reports whether a variable part matches text.
func (p part) takes(text string) bool {
	return len(text) > len(p.before)+len(p.after) && strings.HasPrefix(text, p.before) && strings.HasSuffix(text, p.after)
}
