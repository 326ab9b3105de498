package normalize_test

import (
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// oops is the shape of a body with a single member, which tells no status.
func oops(member string) normalize.Condition {
	return body(inspect.Shapes("error "+member, &inspect.Shape{Name: member, JSON: []inspect.Form{{
		Kinds: inspect.KindObject, Members: []inspect.Member{{Name: member, Form: inspect.Form{Kinds: inspect.KindNumber}}},
	}}}))
}

// Rules that ask for shapes are passed over together where a body has none, and
// only those: what stands between and behind them decides as ever.
func TestRulesThatAskForShapes(t *testing.T) {
	contract, plan := bodyRules(t, normalize.ProfileDocumented,
		rule(t, "200", 404, oops("a")),
		rule(t, "200", 403, oops("b")),
		rule(t, "200", 401, oops("c"), has("X-C")),
		rule(t, "200", 406, not(oops("d")), jsonAt("/e", "1")),
		rule(t, "200", 415, oops("f")),
		rule(t, "200", 500, jsonAt("/g")),
	)
	for text, want := range map[string]int{
		`{"a":1}`:   404,
		`{"b":1}`:   403,
		`{"c":1}`:   401,
		`{"d":1}`:   200,
		`{"e":1}`:   406,
		`{"f":1}`:   415,
		`{"g":1}`:   500,
		`{"a":"x"}`: 200,
		`[]`:        200,
	} {
		for _, final := range []bool{false, true} {
			i := plan.Get(inspect.MediaJSON, "", nil, false)
			i.Write([]byte(text))
			i.End(inspect.Whole)
			r := &normalize.Response{Status: 200, Header: map[string][]string{"X-C": {"1"}}, Media: inspect.MediaJSON, Inspector: i, Final: final}
			if got := contract.Decide(r); got.Status != want || got.Pending {
				t.Errorf("%s: got %+v, want %d", text, got, want)
			}
			if through := contract.Consider(r); want != 404 && len(through) == 1 {
				t.Errorf("%s: went through one rule only: %v", text, through)
			}
			plan.Put(i)
		}
	}
	i := plan.Get(inspect.MediaJSON, "", nil, false)
	if got := contract.Decide(&normalize.Response{Status: 200, Media: inspect.MediaJSON, Inspector: i}); !got.Pending {
		t.Errorf("before the first byte: got %+v", got)
	}
}
