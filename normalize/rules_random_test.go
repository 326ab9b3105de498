package normalize_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// firstMatch is what the documentation says of rules: tried in the order
// written, the first that matches decides.
func firstMatch(rules []normalize.Rule, r *normalize.Response) int {
	for i, rule := range rules {
		takes := slices.ContainsFunc(rule.From, func(s normalize.Span) bool {
			return s == normalize.Any || s.Low <= r.Status && r.Status <= s.High
		})
		if rule.To == normalize.Pass && (r.Status < 200 || r.Status > 999) {
			takes = false
		}
		for _, c := range rule.When {
			takes = takes && (c.Test.Holds(r) == inspect.Yes) != c.Not
		}
		if takes {
			return i
		}
	}
	return -1
}

// randomRules are few statuses, few fields and many rules, so that they meet.
func randomRules(random *rand.Rand) []normalize.Rule {
	conditions := []normalize.Condition{
		has("A"), value("A", "x*"), value("A", "*x*"), value("A", "x"), value("B", "*y"), gateway, backend,
		not(has("A")), not(value("A", "*x*")), not(value("B", "*")), not(gateway), not(value("B", "xy")),
	}
	rules := make([]normalize.Rule, random.IntN(12))
	for i := range rules {
		for range 1 + random.IntN(3) {
			low := 200 + random.IntN(20)
			span := normalize.Span{Low: low, High: low + random.IntN(6)}
			switch random.IntN(8) {
			case 0:
				span = normalize.Any
			case 1:
				span = normalize.Span{Low: 0, High: 99}
			}
			rules[i].From = append(rules[i].From, span)
		}
		rules[i].To = []int{normalize.Pass, 400, 500, 503}[random.IntN(4)]
		for range random.IntN(4) {
			rules[i].When = append(rules[i].When, conditions[random.IntN(len(conditions))])
		}
	}
	return rules
}

func randomResponse(random *rand.Rand) normalize.Response {
	r := normalize.Response{Status: 200 + random.IntN(26), Header: http.Header{}, Source: normalize.Source(random.IntN(2))} //nolint:gosec // 0 or 1
	if random.IntN(10) == 0 {
		r.Status = []int{-3, 0, 99, 999, 1000, 123456}[random.IntN(6)]
	}
	for _, field := range []string{"A", "B"} {
		for range random.IntN(3) {
			r.Header.Add(field, []string{"", "x", "y", "xy", "z"}[random.IntN(5)])
		}
	}
	return r
}

func TestTheIndexOfRulesDecidesAsALoopDoes(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // repeatable
		rules := randomRules(random)
		contract := normalize.NewContract(normalize.ProfileRegistered, nil, normalize.NewRules(rules))
		shadows := normalize.Shadows(rules)
		for range 100 {
			response := randomResponse(random)
			got, want := contract.Decide(&response), firstMatch(rules, &response)
			if got.Rule != want {
				t.Fatalf("seed %d: rules %v on %+v: got rule %d, want %d", seed, rules, response, got.Rule, want)
			}
			// A shadow is never the rule that decides.
			if slices.ContainsFunc(shadows, func(s normalize.Shadow) bool { return s.Rule == want }) {
				t.Fatalf("seed %d: rules %v on %+v: rule %d decides though it is a shadow: %+v", seed, rules, response, want, shadows)
			}
		}
	}
}
