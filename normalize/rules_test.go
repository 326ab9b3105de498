package normalize_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// spans reads the left side of a rule.
func spans(t testing.TB, words string) []normalize.Span {
	t.Helper()
	var out []normalize.Span
	for word := range strings.FieldsSeq(words) {
		span, err := normalize.ParseSpan(word)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, span)
	}
	return out
}

func has(field string) normalize.Condition {
	return normalize.Condition{Test: normalize.HeaderTest{Field: field, AnyValue: true}}
}

func value(field, pattern string) normalize.Condition {
	return normalize.Condition{Test: normalize.HeaderTest{Field: field, Pattern: pattern}}
}

func not(c normalize.Condition) normalize.Condition {
	c.Not = !c.Not
	return c
}

var (
	backend = normalize.Condition{Test: normalize.SourceTest(normalize.SourceBackend)}
	gateway = normalize.Condition{Test: normalize.SourceTest(normalize.SourceGateway)}
)

func rule(t testing.TB, from string, to int, when ...normalize.Condition) normalize.Rule {
	t.Helper()
	return normalize.Rule{From: spans(t, from), To: to, When: when}
}

func TestSpansAreReadFromTheirWords(t *testing.T) {
	for _, c := range []struct {
		word string
		want normalize.Span
		text string
	}{
		{"404", normalize.Span{Low: 404, High: 404}, "404"},
		{"0", normalize.Span{Low: 0, High: 0}, "0"},
		{"099", normalize.Span{Low: 99, High: 99}, "99"},
		{"520-527", normalize.Span{Low: 520, High: 527}, "520-527"},
		{"404-404", normalize.Span{Low: 404, High: 404}, "404"},
		{"5xx", normalize.Span{Low: 500, High: 599}, "5xx"},
		{"9XX", normalize.Span{Low: 900, High: 999}, "9xx"},
		{"0xx", normalize.Span{Low: 0, High: 99}, "0xx"},
		{"400-499", normalize.Span{Low: 400, High: 499}, "4xx"},
		{"99-200", normalize.Span{Low: 99, High: 200}, "99-200"},
		{"0-999", normalize.Span{Low: 0, High: 999}, "0-999"},
		{"any", normalize.Any, "any"},
	} {
		got, err := normalize.ParseSpan(c.word)
		if err != nil || got != c.want {
			t.Errorf("ParseSpan(%q): got %+v, %v, want %+v", c.word, got, err, c.want)
		}
		if got.String() != c.text {
			t.Errorf("ParseSpan(%q).String(): got %q, want %q", c.word, got, c.text)
		}
	}
}

func TestSpansThatMakeNoSenseAreRefused(t *testing.T) {
	for _, word := range []string{
		"", "x", "xx", "xxx", "Any", "1000", "-1", "+4", "4 4", "404-", "-404", "404-40x", "404-1000", "1-2-3", "5xxx", "55x",
		"0x1", "1_0", "٤٠٤", // not these digits
		"527-520",                             // backwards
		"1xx", "100", "101", "150-199", "199", // always pass
	} {
		if got, err := normalize.ParseSpan(word); err == nil {
			t.Errorf("ParseSpan(%q): got %+v, want an error", word, got)
		} else if !strings.Contains(err.Error(), fmt.Sprintf("%q", word)) {
			t.Errorf("ParseSpan(%q): the error does not name the word: %v", word, err)
		}
	}
}

func TestTargetsAreStatusesThatAClientCanBeSent(t *testing.T) {
	for status := -1; status <= 1000; status++ {
		want := status >= 200 && status <= 599 && status != 206 && status != 304
		if err := normalize.CheckTarget(status); (err == nil) != want {
			t.Errorf("CheckTarget(%d): got %v, want it accepted: %v", status, err, want)
		}
	}
}

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	const none = -1
	rules := []normalize.Rule{
		rule(t, "404 410", 401, value("X-App", "*login*")),
		rule(t, "520-527", 503, gateway),
		rule(t, "520-523", 400, has("X-Mine"), not(value("X-Mine", "no"))),
		rule(t, "418", normalize.Pass),
		rule(t, "4xx", 400, backend),
		rule(t, "any", 500, value("Server", "old*")),
		rule(t, "099", 404),
	}
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, normalize.NewRules(rules))
	for _, c := range []struct {
		name     string
		response normalize.Response
		rule, to int
	}{
		{"a value between asterisks", normalize.Response{Status: 404, Header: http.Header{"X-App": {"a", "please login now"}}}, 0, 401},
		{"the same rule, its other status", normalize.Response{Status: 410, Header: http.Header{"X-App": {"login"}}}, 0, 401},
		{"another value: a later rule", normalize.Response{Status: 404, Header: http.Header{"X-App": {"Login"}}}, 4, 400},
		{"of the gateway", normalize.Response{Status: 520, Source: normalize.SourceGateway}, 1, 503},
		{"of the backend, with the field", normalize.Response{Status: 520, Header: http.Header{"X-Mine": {"yes"}}}, 2, 400},
		{"of the backend, with the value that is not wanted", normalize.Response{Status: 520, Header: http.Header{"X-Mine": {"no"}}}, none, 500},
		{"of the backend, beside the range", normalize.Response{Status: 527, Header: http.Header{"X-Mine": {"yes"}}}, none, 503},
		{"a status that passes", normalize.Response{Status: 418}, 3, 418},
		{"a class", normalize.Response{Status: 499}, 4, 400},
		{"a class that the gateway's are not of", normalize.Response{Status: 409, Source: normalize.SourceGateway}, none, 400},
		{"any status", normalize.Response{Status: 200, Header: http.Header{"Server": {"oldies"}}}, 5, 500},
		{"any status, even a malformed one", normalize.Response{Status: 99, Header: http.Header{"Server": {"old"}}}, 5, 500},
		{"any status, even a negative one", normalize.Response{Status: -7, Header: http.Header{"Server": {"old"}}}, 5, 500},
		{"any status, even a huge one", normalize.Response{Status: 70000, Header: http.Header{"Server": {"old"}}}, 5, 500},
		{"a malformed status", normalize.Response{Status: 99}, 6, 404},
		{"no rule at all", normalize.Response{Status: 200}, none, 200},
	} {
		got := contract.Decide(&c.response)
		if got.Rule != c.rule || got.Rule >= 0 && (got.Status != c.to || got.Reason != normalize.ReasonRule) {
			t.Errorf("%s: %+v: got %+v, want rule %d and status %d", c.name, c.response, got, c.rule, c.to)
		}
	}
}

func TestPassDoesNotTakeWhatNoClientCanBeSent(t *testing.T) {
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, normalize.NewRules([]normalize.Rule{
		rule(t, "any", normalize.Pass),
		rule(t, "0xx", 503),
	}))
	for status, want := range map[int]normalize.Verdict{
		999:  {Status: 999, Reason: normalize.ReasonRule, Rule: 0},
		200:  {Status: 200, Reason: normalize.ReasonRule, Rule: 0},
		99:   {Status: 503, Reason: normalize.ReasonRule, Rule: 1},
		1000: {Status: 500, Reason: normalize.ReasonMalformed, Rule: -1},
		-1:   {Status: 500, Reason: normalize.ReasonMalformed, Rule: -1},
	} {
		if got := contract.Decide(&normalize.Response{Status: status}); got != want {
			t.Errorf("map any pass, then map 0xx 503: %d: got %+v, want %+v", status, got, want)
		}
	}
}

func TestPatternsAreThoseOfCaddysHeaderMatcher(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"abc", "abc", true},
		{"abc", "abcd", false},
		{"abc", "ABC", false},
		{"ab*", "abc", true},
		{"ab*", "ab", true},
		{"ab*", "xab", false},
		{"*bc", "abc", true},
		{"*bc", "bcd", false},
		{"*b*", "abc", true},
		{"*b*", "b", true},
		{"*b*", "ac", false},
		{"*", "", true},
		{"*", "x", true},
		{"**", "x", true},
		{"a*c", "abc", false},
		{"a*c", "a*c", true}, // not in the middle
		{"", "", true},
		{"", "x", false},
	} {
		test := normalize.HeaderTest{Field: "X", Pattern: c.pattern}
		if got := test.Holds(&normalize.Response{Header: http.Header{"X": {"neither", c.value}}}) == inspect.Yes; got != c.want {
			t.Errorf("pattern %q on %q: got %v, want %v", c.pattern, c.value, got, c.want)
		}
	}
	if (normalize.HeaderTest{Field: "X", Pattern: "*"}).Holds(&normalize.Response{}) != inspect.No {
		t.Error("pattern * holds though the field is absent")
	}
}

func TestRulesAreWrittenAsInTheConfiguration(t *testing.T) {
	for want, r := range map[string]normalize.Rule{
		"map 404 410 401": rule(t, "404 410", 401),
		"map 4xx pass":    rule(t, "4xx", normalize.Pass),
		"map any 500 when header X-A and not header X-B *c and source gateway and source backend": rule(t, "any", 500,
			has("X-A"), not(value("X-B", "*c")), gateway, backend),
	} {
		if got := r.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRulesThatCanNeverMatchAreFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules []normalize.Rule
		want  []normalize.Shadow // Why is checked for being there
	}{
		{"no rules", nil, nil},
		{"other statuses", []normalize.Rule{rule(t, "404", 400), rule(t, "410", 400)}, nil},
		{"the same status", []normalize.Rule{rule(t, "404", 400), rule(t, "404", 403)}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{"a status in a class", []normalize.Rule{rule(t, "5xx", 500), rule(t, "502", 503)}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{"a class around a status", []normalize.Rule{rule(t, "502", 503), rule(t, "5xx", 500)}, nil},
		{
			"a union of earlier rules",
			[]normalize.Rule{rule(t, "500-549", 500), rule(t, "550-598", 503), rule(t, "599", 503), rule(t, "5xx", 400)},
			[]normalize.Shadow{{Rule: 3, By: []int{0, 1, 2}}},
		},
		{"a union with a hole", []normalize.Rule{rule(t, "500-549", 500), rule(t, "551-599", 503), rule(t, "5xx", 400)}, nil},
		{
			"behind any",
			[]normalize.Rule{rule(t, "any", 500), rule(t, "0xx", 400), rule(t, "any", 503)},
			[]normalize.Shadow{{Rule: 1, By: []int{0}}, {Rule: 2, By: []int{0}}},
		},
		{"all of three digits leaves the others to any", []normalize.Rule{rule(t, "0-999", 500), rule(t, "any", 503)}, nil},
		{"pass leaves malformed statuses to any", []normalize.Rule{rule(t, "any", normalize.Pass), rule(t, "any", 503)}, nil},
		{"pass takes what can be sent", []normalize.Rule{rule(t, "any", normalize.Pass), rule(t, "5xx", 503)}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{"1xx does not count", []normalize.Rule{rule(t, "0xx", 500), rule(t, "200", 400), rule(t, "0-200", 400)}, []normalize.Shadow{{Rule: 2, By: []int{0, 1}}}},

		{"the earlier asks for more", []normalize.Rule{rule(t, "404", 400, has("A")), rule(t, "404", 403)}, nil},
		{"the earlier asks for less", []normalize.Rule{rule(t, "404", 400), rule(t, "404", 403, has("A"))}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{
			"both ask for the same",
			[]normalize.Rule{rule(t, "404", 400, has("A"), gateway), rule(t, "404", 403, gateway, has("A"))},
			[]normalize.Shadow{{Rule: 1, By: []int{0}}},
		},
		{
			"the earlier asks for some of it",
			[]normalize.Rule{rule(t, "4xx", 400, has("A")), rule(t, "404", 403, backend, has("A"))},
			[]normalize.Shadow{{Rule: 1, By: []int{0}}},
		},
		{"they ask for the opposite", []normalize.Rule{rule(t, "404", 400, has("A")), rule(t, "404", 403, not(has("A")))}, nil},
		{"they ask for another value", []normalize.Rule{rule(t, "404", 400, value("A", "x")), rule(t, "404", 403, value("A", "y"))}, nil},

		{"the earlier asks for the field, the later for a value of it", []normalize.Rule{rule(t, "404", 400, has("A")), rule(t, "404", 403, value("A", "x"))}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{"the earlier asks for a value, the later for the field", []normalize.Rule{rule(t, "404", 400, value("A", "x")), rule(t, "404", 403, has("A"))}, nil},
		{"the earlier asks for no such value, the later for no such field", []normalize.Rule{rule(t, "404", 400, not(value("A", "x"))), rule(t, "404", 403, not(has("A")))}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{"the earlier asks for no such field, the later for no such value", []normalize.Rule{rule(t, "404", 400, not(has("A"))), rule(t, "404", 403, not(value("A", "x")))}, nil},
		{"they ask for other fields", []normalize.Rule{rule(t, "404", 400, has("A")), rule(t, "404", 403, value("B", "x"))}, nil},
		{"the same source in other words", []normalize.Rule{rule(t, "404", 400, gateway), rule(t, "404", 403, not(backend))}, []normalize.Shadow{{Rule: 1, By: []int{0}}}},
		{"a value without its field", []normalize.Rule{rule(t, "404", 400, value("A", "x"), not(has("A")))}, []normalize.Shadow{{Rule: 0, Why: "!"}}},
		{"a field and a source", []normalize.Rule{rule(t, "404", 400, has("A")), rule(t, "404", 403, gateway)}, nil},
		{"a test and its negation", []normalize.Rule{rule(t, "404", 400, has("A"), not(has("A")))}, []normalize.Shadow{{Rule: 0, Why: "!"}}},
		{"two sources", []normalize.Rule{rule(t, "404", 400, gateway, backend)}, []normalize.Shadow{{Rule: 0, Why: "!"}}},
		{"neither source", []normalize.Rule{rule(t, "404", 400, not(gateway), not(backend))}, []normalize.Shadow{{Rule: 0, Why: "!"}}},
		{"one source, said twice", []normalize.Rule{rule(t, "404", 400, gateway, not(backend))}, nil},
		{"a source and not that source", []normalize.Rule{rule(t, "404", 400, gateway, not(gateway))}, []normalize.Shadow{{Rule: 0, Why: "!"}}},
	} {
		got := normalize.Shadows(c.rules)
		same := slices.EqualFunc(got, c.want, func(a, b normalize.Shadow) bool {
			return a.Rule == b.Rule && slices.Equal(a.By, b.By) && (a.Why != "") == (b.Why != "")
		})
		if !same {
			t.Errorf("%s: Shadows of %v: got %+v, want %+v", c.name, c.rules, got, c.want)
		}
	}
}

func TestFirstTakingIsTheFirstRuleThatAlwaysTakesAStatus(t *testing.T) {
	rules := []normalize.Rule{
		rule(t, "520", 503, has("A")),
		rule(t, "521", 503),
		rule(t, "5xx", 500),
		rule(t, "any", 500),
	}
	for status, want := range map[int]int{520: 2, 521: 1, 599: 2, 404: 3, -5: 3, 4000: 3} {
		if got := normalize.FirstTaking(rules, status); got != want {
			t.Errorf("FirstTaking(%d): got %d, want %d", status, got, want)
		}
	}
	if got := normalize.FirstTaking(rules[:2], 404); got != -1 {
		t.Errorf("FirstTaking where none does: got %d, want -1", got)
	}
}

func TestDuplicateSpansAreFound(t *testing.T) {
	for _, c := range []struct {
		words, want string // want "": none
	}{
		{"", ""}, {"404", ""}, {"404 410 5xx", ""}, {"404 410 404", "404"}, {"5xx any 500-599", "5xx"}, {"500-510 500-509", ""},
	} {
		list := spans(t, c.words)
		before := slices.Clone(list)
		got, ok := normalize.DuplicateSpan(list)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("DuplicateSpan(%s): got %v, %v, want %q", c.words, got, ok, c.want)
		}
		if !slices.Equal(list, before) {
			t.Errorf("DuplicateSpan(%s) changed its argument to %v", c.words, list)
		}
	}
}

func TestRulesAreNotChangedFromOutside(t *testing.T) {
	list := []normalize.Rule{rule(t, "404", 403)}
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, normalize.NewRules(list))
	list[0].To = 500
	if got := contract.Decide(&normalize.Response{Status: 404}); got.Status != 403 {
		t.Errorf("404 after the caller changed its list: got %d, want 403", got.Status)
	}
}

// What a rule says of JSON bodies, negated or not, says nothing of pictures,
// streams and what the gateway made.
func TestANegatedBodyConditionLeavesOtherMediaAlone(t *testing.T) {
	ok, err := inspect.JSON("/ok", "true")
	if err != nil {
		t.Fatal(err)
	}
	rules := normalize.NewRules([]normalize.Rule{{
		From: []normalize.Span{normalize.Any}, To: 500,
		When: []normalize.Condition{{Not: true, Test: &normalize.BodyTest{Test: ok}}},
	}})
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, rules)
	for _, c := range []struct {
		media   inspect.Media
		source  normalize.Source
		pending bool
	}{
		{inspect.MediaJSON, normalize.SourceBackend, true},
		{inspect.MediaJSON, normalize.SourceGateway, false},
		{inspect.MediaOther, normalize.SourceBackend, false},
		{inspect.MediaStream, normalize.SourceBackend, false},
	} {
		v := contract.Decide(&normalize.Response{Status: 200, Media: c.media, Source: c.source})
		if v.Pending != c.pending || !c.pending && v.Status != 200 {
			t.Errorf("media %v, source %v: got %+v, want pending %v or 200", c.media, c.source, v, c.pending)
		}
	}
}
