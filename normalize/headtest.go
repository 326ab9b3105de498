package normalize

import (
	"fmt"
	"slices"
	"strconv"
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

// implies reports whether a field that meets t meets u too.
func (t HeaderTest) implies(u HeaderTest) bool {
	switch {
	case t.Field != u.Field:
		return false
	case u.AnyValue || strings.Trim(u.Pattern, "*") == "" && u.Pattern != "":
		return true
	case t.AnyValue:
		return false
	}
	openT, openU := openEnds(t.Pattern), openEnds(u.Pattern)
	if openT[0] && !openU[0] || openT[1] && !openU[1] {
		return false
	}
	return matchPattern(u.Pattern, strings.TrimSuffix(strings.TrimPrefix(t.Pattern, "*"), "*"))
}

// openEnds tells at which ends a pattern has "*".
func openEnds(pattern string) [2]bool {
	return [2]bool{strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")}
}

// CheckPattern tells why a pattern can't be that of a [HeaderTest], nil where it
// can: a "*" within it would have to stand for itself.
func CheckPattern(pattern string) error {
	inner := strings.TrimSuffix(strings.TrimPrefix(pattern, "*"), "*")
	if strings.Contains(inner, "*") {
		return fmt.Errorf("%q: \"*\" stands for any text at the start of a value, at its end or at both, not within it", pattern)
	}
	return nil
}

// CheckValues tells why the values of a condition say nothing, nil where they do:
// one of them is asked for and, with "!" before it, excluded. Numbers are the same
// however they are written.
func CheckValues(values []string) error {
	for _, value := range values {
		excluded, ok := strings.CutPrefix(value, "!")
		if !ok {
			continue
		}
		for _, wanted := range values {
			if !strings.HasPrefix(wanted, "!") && sameValue(wanted, excluded) {
				return fmt.Errorf("%q asks for what %q excludes", wanted, value)
			}
		}
	}
	return nil
}

func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	const exact = 15 // digits that a float64 keeps apart
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y && max(len(a), len(b)) <= exact
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
