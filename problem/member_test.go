package problem_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

func TestCheckMembers(t *testing.T) {
	named := func(names ...string) (members []problem.Member) {
		for _, name := range names {
			members = append(members, problem.Member{Name: name})
		}
		return members
	}
	for _, c := range []struct {
		members []problem.Member
		want    string
	}{
		{nil, ""},
		{named("trace_id", "a", "Zone9", strings.Repeat("a", 64)), ""},
		{named(""), `the member "" has a name of 0 bytes: want 1 to 64`},
		{named(strings.Repeat("a", 65)), "has a name of 65 bytes"},
		{named("9a"), `the member "9a" is not a letter`},
		{named("_a"), "is not a letter"},
		{named("a-b"), "is not a letter"},
		{named("é"), "is not a letter"},
		{named("xmlns"), "begins with xml"},
		{named("XML"), "begins with xml"},
		{named("title"), `the member "title" is one that every problem has`},
		{named("Status"), "is one that every problem has"},
		{named("Retry_After"), "is one that every problem has"},
		{named("allowed"), "is one that problems have already"},
		{named("a", "b", "A", "a"), "the member \"A\" is there twice\nthe member \"a\" is there twice"},
		{named("status", "a b"), "the member \"status\" is one that every problem has\nthe member \"a b\" is not a letter"},
	} {
		err := problem.CheckMembers(c.members)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.members, err, c.want)
		}
	}
}

func TestTheStateOfAJobIsInJSONAlone(t *testing.T) {
	p := problem.Problem{Status: 500, Provisioning: "Failed"}
	if got, want := string(p.Append(nil, problem.JSON)), `"properties":{"provisioningState":"Failed"}`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s in it", got, want)
	}
	if got := string(p.Append(nil, problem.Text)); strings.Contains(got, "Failed") {
		t.Errorf("got %s, want no state in it", got)
	}
	p.Provisioning = ""
	if got := string(p.Append(nil, problem.JSON)); strings.Contains(got, "properties") {
		t.Errorf("got %s, want no properties without a state", got)
	}
}
