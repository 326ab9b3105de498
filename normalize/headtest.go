package normalize

import (
	"slices"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// HeaderTest holds when the response has the field, and a value of it matches
// the pattern if there is one: * at its start, its end or both stands for any
// text, as in Caddy's header matcher.
type HeaderTest struct {
	Field, Pattern string
	AnyValue       bool
}

// Holds implements [Test].
func (t HeaderTest) Holds(r *Response) inspect.Answer {
	values := r.Header[t.Field]
	return known(t.AnyValue && len(values) > 0 ||
		!t.AnyValue && slices.ContainsFunc(values, func(v string) bool { return matchPattern(t.Pattern, v) }))
}

func known(yes bool) inspect.Answer {
	if yes {
		return inspect.Yes
	}
	return inspect.No
}

// String implements [Test].
func (t HeaderTest) String() string {
	if t.AnyValue {
		return "header " + t.Field
	}
	return "header " + t.Field + " " + t.Pattern
}

func matchPattern(pattern, value string) bool {
	inner, open := strings.CutPrefix(pattern, "*")
	if !open {
		inner, open = strings.CutSuffix(pattern, "*")
		if !open {
			return value == pattern
		}
		return strings.HasPrefix(value, inner)
	}
	inner, both := strings.CutSuffix(inner, "*")
	if both {
		return strings.Contains(value, inner)
	}
	return strings.HasSuffix(value, inner)
}

// SourceTest holds when the response was made there.
type SourceTest Source

// Holds implements [Test].
func (t SourceTest) Holds(r *Response) inspect.Answer { return known(r.Source == Source(t)) }

// String implements [Test].
func (t SourceTest) String() string {
	if Source(t) == SourceGateway {
		return "source gateway"
	}
	return "source backend"
}
