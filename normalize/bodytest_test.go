package normalize_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// bodyRules are rules on bodies, their contract and the plan to inspect by.
func bodyRules(t testing.TB, profile normalize.Profile, rules ...normalize.Rule) (*normalize.Contract, *inspect.Plan) {
	t.Helper()
	var tests []inspect.Test
	for _, r := range rules {
		for i, c := range r.When {
			if b, ok := c.Test.(*normalize.BodyTest); ok {
				placed := *b
				placed.Index = len(tests)
				tests = append(tests, b.Test)
				r.When[i].Test = &placed
			}
		}
	}
	plan, err := inspect.NewPlan(tests, nil)
	if err != nil {
		t.Fatal(err)
	}
	return normalize.NewContract(profile, nil, normalize.NewRules(rules)), plan
}

func body(test inspect.Test, err error) normalize.Condition {
	if err != nil {
		panic(err)
	}
	return normalize.Condition{Test: &normalize.BodyTest{Test: test}}
}

func jsonAt(pointer string, values ...string) normalize.Condition {
	return body(inspect.JSON(pointer, values...))
}

func contains(text string) normalize.Condition { return body(inspect.Contains(text)) }

func TestAConditionOnABodyIsPendingUntilTheBodyTells(t *testing.T) {
	contract, plan := bodyRules(t, normalize.ProfileDocumented,
		rule(t, "200", 404, jsonAt("/z", "1")),
		rule(t, "200", 403, jsonAt("/a", "1"), not(contains("fine"))),
		rule(t, "200", 400, has("X-Bad")),
	)
	bad := http.Header{"X-Bad": {"1"}}
	for _, c := range []struct {
		name     string
		response normalize.Response
		seen     string // of the body
		end      bool
		want     normalize.Verdict
	}{
		{"nothing of the body is known", normalize.Response{Media: inspect.MediaJSON}, "", false, normalize.Verdict{Pending: true, Rule: -1}},
		{"a later rule has to wait", normalize.Response{Media: inspect.MediaJSON, Header: bad}, `{"a":`, false, normalize.Verdict{Pending: true, Rule: -1}},
		{"the second is met, the first may be", normalize.Response{Media: inspect.MediaJSON}, `{"a":1,`, false, normalize.Verdict{Pending: true, Rule: -1}},
		{"the first is met", normalize.Response{Media: inspect.MediaJSON}, `{"a":1,"z":1,`, false, normalize.Verdict{Status: 404, Reason: normalize.ReasonRule, Rule: 0}},
		{"the second is met at the end", normalize.Response{Media: inspect.MediaJSON}, `{"a":1}`, true, normalize.Verdict{Status: 403, Reason: normalize.ReasonRule, Rule: 1}},
		{"what is negated holds", normalize.Response{Media: inspect.MediaJSON, Header: bad}, `{"a":1,"b":"fine"}`, false, normalize.Verdict{Status: 400, Reason: normalize.ReasonRule, Rule: 2}},
		{"the end leaves the first open", normalize.Response{Media: inspect.MediaJSON, Header: bad}, `{"a":2,`, true, normalize.Verdict{Status: 200, Reason: normalize.ReasonDocumented, Rule: -1, Undecided: true}},
		{"the end leaves all open", normalize.Response{Media: inspect.MediaJSON}, `{"a":`, true, normalize.Verdict{Status: 200, Reason: normalize.ReasonDocumented, Rule: -1, Undecided: true}},
		{"nobody looks", normalize.Response{Media: inspect.MediaJSON, Final: true}, "", false, normalize.Verdict{Status: 200, Reason: normalize.ReasonDocumented, Rule: -1, Undecided: true}},
		{"a picture is no JSON", normalize.Response{Media: inspect.MediaOther}, "", false, normalize.Verdict{Status: 200, Reason: normalize.ReasonDocumented, Rule: -1}},
		{"an error of the gateway's has no body", normalize.Response{Media: inspect.MediaJSON, Source: normalize.SourceGateway}, "", false, normalize.Verdict{Status: 200, Reason: normalize.ReasonDocumented, Rule: -1}},
	} {
		r := c.response
		r.Status = 200
		if c.seen != "" || c.end {
			r.Inspector = plan.Get(r.Media, "", nil, false)
			r.Inspector.Write([]byte(c.seen))
		}
		if c.end {
			r.Inspector.End(inspect.Whole)
			r.Final = true
		}
		if got := contract.Decide(&r); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestAPageIsUnwelcomeToAClientThatDoesNotTakeIt(t *testing.T) {
	page := body(inspect.HTMLPage(), nil)
	page.Test.(*normalize.BodyTest).Unwelcome = true
	for _, negated := range []bool{false, true} {
		page.Not = negated
		contract, plan := bodyRules(t, normalize.ProfileDocumented, rule(t, "200", 500, page))
		for _, welcome := range []bool{false, true} {
			i := plan.Get(inspect.MediaHTML, "", nil, false)
			i.Write([]byte("<p>"))
			want := 200
			if welcome == negated {
				want = 500
			}
			if got := contract.Decide(&normalize.Response{Status: 200, Media: inspect.MediaHTML, HTMLWelcome: welcome, Inspector: i}); got.Status != want {
				t.Errorf("%v, welcome: %v: got %d, want %d", page, welcome, got.Status, want)
			}
		}
	}
}

func TestAutoTakesTheStatusFromTheBody(t *testing.T) {
	for _, c := range []struct {
		profile normalize.Profile
		body    string
		want    int
	}{
		{normalize.ProfileDocumented, `{"status":404}`, 404},
		{normalize.ProfileDocumented, `{"status":410}`, 404},
		{normalize.ProfileRegistered, `{"status":410}`, 410},
		{normalize.ProfileDocumented, `{"status":522}`, 500},
		{normalize.ProfileRegistered, `{"status":458}`, 500},
		{normalize.ProfileDocumented, `{"status":204}`, 200},
		{normalize.ProfileStrict, `{"status":204}`, 200},
		{normalize.ProfileDocumented, `{"status":206}`, 200},
		{normalize.ProfileDocumented, `{"status":304}`, 200},
		{normalize.ProfileDocumented, `{"status":101}`, 500},
		{normalize.ProfileDocumented, `{"status":17}`, 500},
		{normalize.ProfileDocumented, `{"status":1000}`, 500},
		{normalize.ProfileDocumented, `{"status":-1}`, 500},
		{normalize.ProfileDocumented, `{"status":"x"}`, 500},
		{normalize.ProfileDocumented, `{"status":[]}`, 200},
	} {
		auto := rule(t, "200", normalize.Auto, not(jsonAt("/a")), has("X"), contains("status"), jsonAt("/status"))
		contract, plan := bodyRules(t, c.profile, auto)
		i := plan.Get(inspect.MediaJSON, "", nil, false)
		i.Write([]byte(c.body))
		i.End(inspect.Whole)
		got := contract.Decide(&normalize.Response{Status: 200, Header: http.Header{"X": {"1"}}, Media: inspect.MediaJSON, Inspector: i, Final: true})
		if got.Status != c.want {
			t.Errorf("profile %v, %s: got %+v, want %d", c.profile, c.body, got, c.want)
		}
	}
}

func TestAutoWaitsForTheStatus(t *testing.T) {
	contract, plan := bodyRules(t, normalize.ProfileDocumented, rule(t, "200", normalize.Auto, body(inspect.SOAPFault(), nil)))
	i := plan.Get(inspect.MediaXML, "", nil, false)
	r := normalize.Response{Status: 200, Media: inspect.MediaXML, Inspector: i}
	i.Write([]byte(`<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><Fault>`))
	if got := contract.Decide(&r); !got.Pending || i.Answer(0) != inspect.Yes {
		t.Errorf("before the fault code: got %+v and %v, want it pending on a yes", got, i.Answer(0))
	}
	r.Final = true
	if got := contract.Decide(&r); got.Status != 500 || got.Rule != 0 {
		t.Errorf("without a fault code: got %+v, want 500", got)
	}
	r.Final = false
	i.Write([]byte(`<Code><Value>Sender</Value>`))
	if got := contract.Decide(&r); got.Status != 400 || got.Rule != 0 {
		t.Errorf("behind the fault code: got %+v, want 400", got)
	}
}

func TestAutoNeedsSomethingToDeriveAStatusFrom(t *testing.T) {
	for _, c := range []struct {
		rule normalize.Rule
		want bool
	}{
		{rule(t, "200", normalize.Auto), false},
		{rule(t, "200", normalize.Auto, has("X"), backend), false},
		{rule(t, "200", normalize.Auto, not(jsonAt("/a"))), false},
		{rule(t, "200", normalize.Auto, contains("x"), body(inspect.Regexp("x"))), false},
		{rule(t, "200", normalize.Auto, not(jsonAt("/a")), jsonAt("/b")), true},
		{rule(t, "200", normalize.Auto, body(inspect.Empty(), nil)), true},
	} {
		if got := c.rule.Derives(); got != c.want {
			t.Errorf("%v: derives %v, want %v", c.rule, got, c.want)
		}
	}
	contract, _ := bodyRules(t, normalize.ProfileDocumented, rule(t, "200", normalize.Auto))
	if got := contract.Decide(&normalize.Response{Status: 200}); got.Status != 500 {
		t.Errorf("auto without a condition: got %+v, want 500", got)
	}
}

func TestRulesOnBodiesReadAsTheyAreWritten(t *testing.T) {
	r := rule(t, "2xx", normalize.Auto, not(jsonAt("/a", "!0", "x y")), contains("oh"))
	if got, want := r.String(), "map 2xx auto when not json /a !0 `x y` and body_contains oh"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := fmt.Sprint(normalize.Shadows([]normalize.Rule{r, rule(t, "200", 400, not(jsonAt("/a", "!0", "x y")), contains("oh"), has("X"))})), "[{1 [0] }]"; got != want {
		t.Errorf("shadows: got %s, want %s", got, want)
	}
	if got := normalize.Shadows([]normalize.Rule{rule(t, "200", 400, jsonAt("/a"), not(jsonAt("/a")))}); len(got) != 1 || got[0].Why == "" {
		t.Errorf("a contradiction: got %+v", got)
	}
	if got := normalize.Shadows([]normalize.Rule{rule(t, "200", 400, jsonAt("/a")), rule(t, "200", 400, jsonAt("/b"))}); len(got) != 0 {
		t.Errorf("two pointers: got %+v", got)
	}
}

func TestASegmentStaysOne(t *testing.T) {
	for value, want := range map[string]string{
		"7": "7", "a b/c": "a%20b%2Fc", ".": "", "..": "", "...": "...", "ü": "%C3%BC", "?#%": "%3F%23%25", "": "", "a\r\nb": "a%0D%0Ab",
	} {
		if got := normalize.PathSegment(value); got != want {
			t.Errorf("PathSegment(%q): got %q, want %q", value, got, want)
		}
	}
}

// A status that no rule may send can't be derived either, though it is let through.
func TestAnAllowedStatusBeyondTheClassesIsNotDerived(t *testing.T) {
	auto := rule(t, "200", normalize.Auto, jsonAt("/status"))
	_, plan := bodyRules(t, normalize.ProfileDocumented, auto)
	contract := normalize.NewContract(normalize.ProfileDocumented, []int{999}, normalize.NewRules([]normalize.Rule{auto}))
	i := plan.Get(inspect.MediaJSON, "", nil, false)
	i.Write([]byte(`{"status":999}`))
	i.End(inspect.Whole)
	got := contract.Decide(&normalize.Response{Status: 200, Media: inspect.MediaJSON, Inspector: i, Final: true})
	if got.Status != 500 {
		t.Errorf("got %+v, want 500", got)
	}
}
