package normalize_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

// through says which rules a decision went through, and what each condition was
// answered with.
func through(c *normalize.Contract, r *normalize.Response) string {
	var lines []string
	for _, considered := range c.Consider(r) {
		line := fmt.Sprintf("%d %v %v", considered.Index, considered.Rule, considered.Answer)
		for i, a := range considered.When {
			line += fmt.Sprintf("; %v: %s", a, considered.Rule.When[i].Evidence(r))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestConsider(t *testing.T) {
	code, page := mustTest(inspect.JSON("/code", "404")), inspect.HTMLPage()
	plan, err := inspect.NewPlan([]inspect.Test{code, page}, nil)
	if err != nil {
		t.Fatal(err)
	}
	json := normalize.Condition{Test: &normalize.BodyTest{Test: code}}
	html := normalize.Condition{Test: &normalize.BodyTest{Test: page, Index: 1, Unwelcome: true}}
	contract := normalize.NewContract(normalize.ProfileDocumented, nil, normalize.NewRules([]normalize.Rule{
		rule(t, "200", 401, value("Location", "/login*"), backend),
		rule(t, "500", 503, gateway),
		rule(t, "200", 404, json),
		rule(t, "200", 500, html),
		rule(t, "200", normalize.Auto, has("X-Error"), json),
		rule(t, "200", 400, odd),
		rule(t, "200", 503, has("X-Error")),
	}))
	inspector := func(body string) *inspect.Inspector {
		i := plan.Get(inspect.MediaJSON, "", nil, false)
		i.Watch()
		i.Write([]byte(body))
		i.End(inspect.Whole)
		return i
	}
	failing := http.Header{"X-Error": {"a", "b"}}
	for _, c := range []struct {
		name     string
		response normalize.Response
		want     string
	}{
		{
			"a body that decides",
			normalize.Response{Status: 200, Header: failing, Media: inspect.MediaJSON, Inspector: inspector(`{"code":404}`), Final: true},
			"0 map 200 401 when header Location /login* and source backend no; no: no Location; yes: source backend\n" +
				"2 map 200 404 when json /code 404 yes; yes: json /code = 404",
		},
		{
			"a header that decides",
			normalize.Response{Status: 200, Header: failing, Media: inspect.MediaJSON, HTMLWelcome: true, Inspector: inspector(`{"code":1}`), Final: true},
			"0 map 200 401 when header Location /login* and source backend no; no: no Location; yes: source backend\n" +
				"2 map 200 404 when json /code 404 no; no: json /code = 1\n" +
				"3 map 200 500 when html_page no; no: the client takes HTML\n" +
				"4 map 200 auto when header X-Error and json /code 404 no; yes: X-Error: a, b; no: json /code = 1\n" +
				"5 map 200 400 when odd no; no: \n" +
				"6 map 200 503 when header X-Error yes; yes: X-Error: a, b",
		},
		{
			"a body that is not looked into",
			normalize.Response{Status: 200, Media: inspect.MediaJSON, Final: true},
			"0 map 200 401 when header Location /login* and source backend no; no: no Location; yes: source backend\n" +
				"2 map 200 404 when json /code 404 unknown; unknown: the body is not looked into\n" +
				"3 map 200 500 when html_page unknown; unknown: the body is not looked into\n" +
				"4 map 200 auto when header X-Error and json /code 404 no; no: no X-Error; unknown: the body is not looked into\n" +
				"5 map 200 400 when odd no; no: \n" +
				"6 map 200 503 when header X-Error no; no: no X-Error",
		},
		{"an error of the gateway", normalize.Response{Status: 500, Source: normalize.SourceGateway}, "1 map 500 503 when source gateway yes; yes: source gateway"},
		{
			"a picture",
			normalize.Response{Status: 200, Source: normalize.SourceGateway, Media: inspect.MediaOther, Header: failing, Final: true},
			"0 map 200 401 when header Location /login* and source backend no; no: no Location; no: source gateway\n" +
				"2 map 200 404 when json /code 404 no; no: no body of the backend\n" +
				"3 map 200 500 when html_page no; no: no body of the backend\n" +
				"4 map 200 auto when header X-Error and json /code 404 no; yes: X-Error: a, b; no: no body of the backend\n" +
				"5 map 200 400 when odd no; no: \n" +
				"6 map 200 503 when header X-Error yes; yes: X-Error: a, b",
		},
		{
			"a media type that no rule is for",
			normalize.Response{Status: 200, Media: inspect.MediaOther, Header: failing, Final: true, Inspector: inspector("")},
			"0 map 200 401 when header Location /login* and source backend no; no: no Location; yes: source backend\n" +
				"2 map 200 404 when json /code 404 no; no: the media type rules it out\n" +
				"3 map 200 500 when html_page no; no: the media type rules it out\n" +
				"4 map 200 auto when header X-Error and json /code 404 no; yes: X-Error: a, b; no: the media type rules it out\n" +
				"5 map 200 400 when odd no; no: \n" +
				"6 map 200 503 when header X-Error yes; yes: X-Error: a, b",
		},
		{"no rule", normalize.Response{Status: 404}, ""},
	} {
		if got := through(contract, &c.response); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	if got := normalize.NewContract(normalize.ProfileStrict, nil, nil).Consider(&normalize.Response{Status: 200}); got != nil {
		t.Errorf("without rules: %v", got)
	}
}

// odd is a condition of somebody else's.
var odd = normalize.Condition{Test: oddTest{}}

type oddTest struct{}

func (oddTest) Holds(*normalize.Response) inspect.Answer { return inspect.No }
func (oddTest) String() string                           { return "odd" }

func mustTest(t inspect.Test, err error) inspect.Test {
	if err != nil {
		panic(err)
	}
	return t
}

// The last rule that is considered is the one that decides, and all before it do not
// hold.
func TestConsiderAgreesWithDecide(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var rules []normalize.Rule
		for range random.IntN(6) {
			from := []string{"2xx", "404", "any", "500-599"}[random.IntN(4)]
			when := []normalize.Condition{has("A"), not(has("B")), value("A", "x*"), backend, gateway}[random.IntN(5)]
			rules = append(rules, rule(t, from, []int{200, 503, normalize.Pass}[random.IntN(3)], when))
		}
		contract := normalize.NewContract(normalize.ProfileDocumented, nil, normalize.NewRules(rules))
		response := &normalize.Response{
			Status: []int{200, 404, 500, 777}[random.IntN(4)], Source: normalize.Source(random.IntN(2)), //nolint:gosec // 0 or 1
			Header: []http.Header{{}, {"A": {"x1"}}, {"B": {""}}, {"A": {"y"}, "B": {""}}}[random.IntN(4)], Final: true,
		}
		verdict, considered := contract.Decide(response), contract.Consider(response)
		decided := -1
		for i, c := range considered {
			if c.Answer == inspect.Yes {
				decided = c.Index
				if i < len(considered)-1 {
					t.Fatalf("%v: goes on behind the rule that holds: %v", response, considered)
				}
			}
		}
		if decided != verdict.Rule {
			t.Fatalf("%v: considered %v, decided %+v", response, considered, verdict)
		}
	}
}
