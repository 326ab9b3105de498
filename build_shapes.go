package statusgate

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shapes"
)

// SoftErrors are the words of `soft_errors`. In JSON they are a list, or `true`
// for `["safe"]`. None: no rules.
type SoftErrors []string

// UnmarshalJSON reads a list of words, true or false.
func (s *SoftErrors) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*s = SoftErrors{"safe"}
		return nil
	case "false", "null":
		*s = nil
		return nil
	}
	var words []string
	if err := json.Unmarshal(b, &words); err != nil {
		return fmt.Errorf("soft_errors is true, false or a list of words: %w", err)
	}
	if len(words) == 0 {
		words = []string{"safe"}
	}
	*s = words
	return nil
}

func (b *builder) methodTest(option string, methods []string) normalize.MethodTest {
	for i, method := range methods {
		switch {
		case !httpguts.ValidHeaderFieldName(method): // both are tokens (RFC 9110 §5.6.2)
			b.failf(option, "%q is not a method", method)
		case slices.Contains(methods[:i], method):
			b.failf(option, "the method %s stands there twice", method)
		}
	}
	return normalize.NewMethodTest(methods)
}

// shapeTest is a test of rows of the table of error shapes.
type shapeTest struct {
	test inspect.Test
	err  error
}

// shapeTests gives the tests of shapes that a condition asks for.
func shapeTests(in *Condition) (tests []shapeTest) {
	add := func(words string, names ...string) {
		rows, err := shapes.Find(names...)
		for i, name := range names {
			if err == nil && slices.Contains(names[:i], name) {
				err = fmt.Errorf("%s stands there twice", name)
			}
		}
		var t shapeTest
		if t.err = err; err == nil {
			t.test, t.err = shapes.Test(words, rows)
		}
		tests = append(tests, t)
	}
	if len(in.Error) > 0 {
		add("error "+strings.Join(in.Error, " "), in.Error...)
	}
	if in.ErrorPage {
		add("error_page", shapes.Pages)
	}
	if in.StackTrace {
		add("stack_trace", shapes.Traces)
	}
	return tests
}

// The words of soft_errors that are no rows of the table.
const (
	wordSafe    = "safe"
	wordCommon  = "common"
	wordProblem = "problem"
	wordPage    = "html_page"
	wordSOAP    = "soap"
	wordRequest = "graphql-request"
)

// softErrors gives the rules that some words stand for: first what says what it
// is, then the rows of the table, at last pages that nobody asked for.
func softErrors(words []string) ([]Rule, error) {
	chosen, err := chosenErrors(words)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	rule := func(to string, when ...Condition) {
		rules = append(rules, Rule{From: []Word{"2xx"}, To: Word(to), When: when})
	}
	if chosen[wordProblem] {
		rule("auto", labelled("application/problem+json*"), Condition{JSON: &ValueCondition{At: "/status"}})
		rule("auto", labelled("application/problem+xml*"), Condition{XML: &ValueCondition{At: "problem/status"}})
		rule("500", labelled("application/problem+*"), Condition{Not: true, EmptyBody: true})
	}
	for _, group := range shapes.Groups() {
		switch {
		case !chosen[group]:
		case group == wordSOAP && !slices.Contains(words, wordCommon) && !slices.Contains(words, wordSOAP):
			rule("auto", Condition{Method: []string{"POST"}}, Condition{SOAPFault: true})
		case group == wordSOAP:
			rule("auto", Condition{SOAPFault: true})
		case group == wordRequest:
			rule("auto", labelled("application/graphql-response+json*"), Condition{Error: []string{group}})
		case group == shapes.Pages:
			rule("auto", Condition{ErrorPage: true})
		case group == shapes.Traces:
			rule("auto", Condition{StackTrace: true})
		default:
			rule("auto", Condition{Error: []string{group}})
		}
	}
	if chosen[wordPage] {
		rule("500", Condition{HTMLPage: true})
	}
	return rules, nil
}

// chosenErrors gives the groups that some words choose, or all their mistakes.
func chosenErrors(words []string) (map[string]bool, error) {
	tiers := map[string]shapes.Tier{wordProblem: shapes.Safe, wordPage: shapes.Safe}
	for _, r := range shapes.All() {
		tiers[r.Group()] = r.Tier
	}
	up := shapes.Safe
	if slices.Contains(words, wordCommon) {
		up = shapes.Common
	}
	chosen := make(map[string]bool)
	for group, tier := range tiers {
		chosen[group] = tier <= up
	}
	var mistakes []error
	fail := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	for i, word := range words {
		name, without := strings.CutPrefix(word, "-")
		tier, known := tiers[name]
		switch {
		case slices.Contains(words[:i], word):
			fail("%s stands there twice", word)
		case word == wordSafe, word == wordCommon:
		case !known:
			mistakes = append(mistakes, unknownGroup(name))
		case tier == shapes.Never:
			fail("%s is not for soft_errors: its clients take any status but 200 for a broken connection", name)
		case without && slices.Contains(words, name):
			fail("%s contradicts %s", word, name)
		case without && !chosen[name]:
			fail("%s leaves out what is not in it", word)
		default:
			chosen[name] = !without
		}
	}
	return chosen, errors.Join(mistakes...)
}

// unknownGroup tells why a word is none of soft_errors.
func unknownGroup(name string) error {
	rows, err := shapes.Find(name)
	if err != nil {
		return fmt.Errorf("%w: want safe, common, problem, html_page or the name of a shape, with - in front to leave it out", err)
	}
	return fmt.Errorf("%s is a row of %s, which goes by that name", name, rows[0].Family)
}

func labelled(contentType string) Condition {
	return Condition{Header: &HeaderCondition{Field: "Content-Type", Value: &contentType}}
}

// withSoftErrors gives the rules with those of soft_errors behind them, but for
// those that the operator's own leave nothing to do.
func (h *Handler) withSoftErrors(words []string) ([]Rule, error) {
	preset, err := softErrors(words)
	if err != nil {
		return h.Map, err
	}
	b := new(builder)
	rules, _ := b.rules(h.Map)
	all := slices.Clone(h.Map)
	for i := range preset {
		if rule := b.rule("soft_errors", &preset[i]); !normalize.Shadowed(rules, rule) {
			rules, all = append(rules, rule), append(all, preset[i])
		}
	}
	return all, nil
}
