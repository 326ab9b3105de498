package normalize_test

import (
	"net/http"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// headerConditions are conditions on one field, and their negations.
func headerConditions() []normalize.Condition {
	tests := []normalize.Test{normalize.HeaderTest{Field: "X", AnyValue: true}}
	for _, pattern := range []string{"", "a", "ab", "a*", "ab*", "*a", "*ba", "*a*", "*ab*", "*", "**"} {
		tests = append(tests, normalize.HeaderTest{Field: "X", Pattern: pattern})
	}
	var all []normalize.Condition
	for _, test := range tests {
		all = append(all, normalize.Condition{Test: test}, normalize.Condition{Not: true, Test: test})
	}
	return all
}

// headers are all headers with up to two values of up to four letters.
func headers() []http.Header {
	values := []string{""}
	for i := 0; len(values[i]) < 4; i++ {
		values = append(values, values[i]+"a", values[i]+"b")
	}
	all := []http.Header{{}, {"X": {}}}
	for i, one := range values {
		all = append(all, http.Header{"X": {one}})
		for _, two := range values[:i] {
			all = append(all, http.Header{"X": {two, one}})
		}
	}
	return all
}

func holds(c normalize.Condition, h http.Header) bool {
	return (c.Test.Holds(&normalize.Response{Header: h}) == inspect.Yes) != c.Not
}

// A condition on a field implies another, and excludes another, just where no
// header says otherwise.
func TestConditionsOnAFieldAreComparedByWhatTheyTake(t *testing.T) {
	span := []normalize.Span{{Low: 404, High: 404}}
	universe := headers()
	for _, a := range headerConditions() {
		for _, b := range headerConditions() {
			implies, excludes := true, true
			for _, h := range universe {
				switch holdsA, holdsB := holds(a, h), holds(b, h); {
				case holdsA && holdsB:
					excludes = false
				case holdsA:
					implies = false
				}
			}
			contradicts := len(normalize.Shadows([]normalize.Rule{{From: span, To: 400, When: []normalize.Condition{a, b}}})) > 0
			if contradicts != excludes {
				t.Errorf("%q and %q are taken to exclude each other: %t, they do: %t", a, b, contradicts, excludes)
			}
			shadows := normalize.Shadows([]normalize.Rule{
				{From: span, To: 400, When: []normalize.Condition{b}}, {From: span, To: 400, When: []normalize.Condition{a}},
			})
			if shadowed := len(shadows) > 0; shadowed != implies {
				t.Errorf("%q is taken to imply %q: %t, it does: %t", a, b, shadowed, implies)
			}
		}
	}
}

func TestFieldsDontImplyOneAnother(t *testing.T) {
	span := []normalize.Span{{Low: 404, High: 404}}
	x, y := normalize.HeaderTest{Field: "X", AnyValue: true}, normalize.HeaderTest{Field: "Y", AnyValue: true}
	for _, rules := range [][]normalize.Rule{
		{{From: span, To: 400, When: []normalize.Condition{{Test: x}, {Not: true, Test: y}}}},
		{{From: span, To: 400, When: []normalize.Condition{{Test: x}}}, {From: span, To: 400, When: []normalize.Condition{{Test: y}}}},
	} {
		if got := normalize.Shadows(rules); len(got) > 0 {
			t.Errorf("Shadows of %v: got %+v, want none", rules, got)
		}
	}
}

func TestAPatternHasItsStarsAtItsEnds(t *testing.T) {
	for pattern, want := range map[string]bool{
		"": true, "a": true, "a*": true, "*a": true, "*a*": true, "*": true, "**": true,
		"a*b": false, "*a*b": false, "a*b*": false, "***": false, "**a": false,
	} {
		if err := normalize.CheckPattern(pattern); (err == nil) != want {
			t.Errorf("CheckPattern(%q): got %v, want fine: %t", pattern, err, want)
		}
	}
}

func TestValuesThatSayNothing(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   string
	}{
		{nil, ""},
		{[]string{"1", "2", "!3", "!x"}, ""},
		{[]string{"!1", "!1"}, ""},
		{[]string{"a", "!A"}, ""},
		{[]string{"1", "!1"}, `"1" asks for what "!1" excludes`},
		{[]string{"!4.04e2", "x", "404"}, `"404" asks for what "!4.04e2" excludes`},
		{[]string{"1e999", "!1e9999", "9007199254740993", "!9007199254740992"}, ""},
		{[]string{"a", "b", "!b"}, `"b" asks for what "!b" excludes`},
		{[]string{"", "!"}, `"" asks for what "!" excludes`},
	} {
		got := ""
		if err := normalize.CheckValues(c.values); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("CheckValues(%q): got %q, want %q", c.values, got, c.want)
		}
	}
}
