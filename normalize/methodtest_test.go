package normalize_test

import (
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

func methods(list ...string) normalize.Condition {
	return normalize.Condition{Test: normalize.NewMethodTest(list)}
}

func TestAConditionOnTheMethod(t *testing.T) {
	post := methods("POST", "QUERY")
	if got := post.String(); got != "method POST QUERY" {
		t.Errorf("got %q", got)
	}
	for method, want := range map[string]inspect.Answer{"POST": inspect.Yes, "QUERY": inspect.Yes, "GET": inspect.No, "post": inspect.No, "": inspect.No} {
		if got := post.Test.Holds(&normalize.Response{Method: method}); got != want {
			t.Errorf("%q: got %v, want %v", method, got, want)
		}
	}
	bare := &normalize.Response{}
	if methods("GET").Test.Holds(bare) != inspect.Yes || post.Evidence(bare) != "method GET" {
		t.Error("a request without a method is no GET")
	}
}

// A condition on methods implies another just where no method says otherwise.
func TestConditionsOnMethodsAreComparedByWhatTheyTake(t *testing.T) {
	universe := []string{"GET", "POST", "PUT", "LOCK"} // the last is in none
	var all []normalize.Condition
	for _, list := range [][]string{{"GET"}, {"POST"}, {"GET", "POST"}, {"POST", "GET"}, {"PUT", "POST"}, {"GET", "POST", "PUT"}} {
		all = append(all, methods(list...), not(methods(list...)))
	}
	takes := func(c normalize.Condition, method string) bool {
		return (c.Test.Holds(&normalize.Response{Method: method}) == inspect.Yes) != c.Not
	}
	for _, a := range all {
		for _, b := range all {
			implies := true
			for _, method := range universe {
				implies = implies && (!takes(a, method) || takes(b, method))
			}
			earlier := []normalize.Rule{rule(t, "200", 400, b)}
			if got := normalize.Shadowed(earlier, rule(t, "200", 500, a)); got != implies {
				t.Errorf("%v before %v: shadowed is %v, want %v", b, a, got, implies)
			}
		}
	}
	if !normalize.Shadowed(nil, rule(t, "200", 500, methods("GET"), methods("PUT"))) {
		t.Error("two methods at once can't be")
	}
	if normalize.Shadowed([]normalize.Rule{rule(t, "200", 400, methods("GET"))}, rule(t, "200", 500, has("X"))) {
		t.Error("a method says nothing of a field")
	}
}
