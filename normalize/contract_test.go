package normalize_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

var profiles = map[string]normalize.Profile{
	"documented": normalize.ProfileDocumented,
	"strict":     normalize.ProfileStrict,
	"registered": normalize.ProfileRegistered,
}

// registered is the IANA registry as of 2025, without what it calls unused.
var registered = []int{
	100, 101, 102, 103, 104,
	200, 201, 202, 203, 204, 205, 206, 207, 208, 226,
	300, 301, 302, 303, 304, 305, 307, 308,
	400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
	421, 422, 423, 424, 425, 426, 428, 429, 431, 451,
	500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
}

// naive is the table of profiles, read aloud.
func naive(profile string, status int, asked string) (to int, passes bool) {
	isRegistered := slices.Contains(registered, status)
	switch {
	case slices.Contains(twelve, status):
		return status, true
	case status >= 100 && status <= 199, status == 304, status == 206 && asked == "Range":
		return status, true
	case profile == "documented" && naiveMechanics(status, asked):
		return status, true
	case status == 204:
		if profile == "strict" {
			return 200, false
		}
		return 204, true
	case slices.Contains([]int{301, 302, 303, 307, 308}, status):
		if profile == "strict" {
			return 500, false
		}
		return status, true
	case status >= 200 && status <= 599 && isRegistered && profile == "registered":
		return status, true
	case status >= 200 && status <= 299:
		return 200, false
	case status >= 300 && status <= 399:
		return 500, false
	}
	return naiveTable(status), false
}

// naiveMechanics is the list of HTTP's mechanics, read aloud.
func naiveMechanics(status int, asked string) bool {
	switch status {
	case 416:
		return asked == "Range" || asked == "Content-Range"
	case 412:
		return strings.HasPrefix(asked, "If")
	case 417:
		return asked == "Expect"
	case 421:
		return true
	case 425:
		return asked == "Early-Data"
	case 426:
		return asked == "Upgrade"
	case 207, 208, 422, 423, 424, 507:
		return slices.Contains([]string{"If", "Lock-Token", "Depth"}, asked)
	}
	return false
}

// naiveTable goes by the fixed points, then by the table's entries, then by
// the class.
func naiveTable(status int) int {
	for to, codes := range fixed {
		if slices.Contains(codes, status) {
			return to
		}
	}
	if entry, ok := normalize.Lookup(status); ok {
		return entry.To
	}
	switch {
	case status >= 200 && status <= 299:
		return 200
	case status >= 400 && status <= 499:
		return 400
	}
	return 500
}

// integers are all statuses of three digits and some that are none.
func integers() []int {
	all := []int{math.MinInt, -1000, -200, -1, 1000, 1001, 2000, 4040, 65536 + 200, math.MaxInt32, math.MaxInt}
	for status := range 1000 {
		all = append(all, status)
	}
	return all
}

func TestEachProfileDecidesAsTheTableOfProfilesSays(t *testing.T) {
	for name, profile := range profiles {
		contract := normalize.NewContract(profile, nil, nil)
		for _, status := range integers() {
			for _, asked := range append([]string{""}, askingFields...) {
				got := contract.Decide(&normalize.Response{Status: status, Request: http.Header{asked: {"x"}}})
				want, passes := naive(name, status, asked)
				if got.Status != want || got.Reason.Passed() != passes || got.Rule != -1 || got.Unknown {
					t.Errorf("contract %s: %d (with %q): got %+v, want %d, passed %v, no rule", name, status, asked, got, want, passes)
				}
			}
		}
	}
}

func TestReasonsTellHowAStatusWasDecided(t *testing.T) {
	contract := normalize.NewContract(normalize.ProfileDocumented, []int{418, 409}, nil)
	for _, status := range integers() {
		_, known := normalize.Lookup(status)
		want := normalize.ReasonClass
		switch {
		case status == 418 || status == 409:
			want = normalize.ReasonAllowed
		case status < 100 || status > 999:
			want = normalize.ReasonMalformed
		case slices.Contains(twelve, status):
			want = normalize.ReasonDocumented
		case status < 200 || slices.Contains([]int{204, 301, 302, 303, 304, 307, 308, 421}, status):
			want = normalize.ReasonProtocol
		case known:
			want = normalize.ReasonTable
		}
		got := contract.Decide(&normalize.Response{Status: status})
		if got.Reason != want {
			t.Errorf("%d: got reason %v, want %v", status, got.Reason, want)
		}
	}
}

// What a client gets is one of the twelve, or the received status.
func TestNothingLeavesTheContractButWhatPasses(t *testing.T) {
	for name, profile := range profiles {
		contract := normalize.NewContract(profile, nil, nil)
		for _, status := range integers() {
			got := contract.Decide(&normalize.Response{Status: status})
			if !got.Reason.Passed() && !slices.Contains(twelve, got.Status) {
				t.Errorf("contract %s: %d becomes %d, which is not documented", name, status, got.Status)
			}
			if got.Reason.Passed() && got.Status != status {
				t.Errorf("contract %s: %d passed as %d", name, status, got.Status)
			}
		}
	}
}

func TestAllowedStatusesPassInAnyProfile(t *testing.T) {
	allow := []int{204, 206, 302, 404, 409, 520, 999}
	for name, profile := range profiles {
		contract := normalize.NewContract(profile, allow, nil)
		for _, status := range allow {
			got := contract.Decide(&normalize.Response{Status: status})
			want := normalize.Verdict{Status: status, Reason: normalize.ReasonAllowed, Rule: -1}
			if got != want {
				t.Errorf("contract %s: allowed %d: got %+v, want %+v", name, status, got, want)
			}
		}
		for _, status := range []int{205, 410, 521} {
			got := contract.Decide(&normalize.Response{Status: status})
			if want, _ := naive(name, status, ""); got.Status != want {
				t.Errorf("contract %s: %d beside the allowed: got %d, want %d", name, status, got.Status, want)
			}
		}
	}
}

func TestRulesComeBeforeTheProfileAndWhatIsAllowed(t *testing.T) {
	rules := normalize.NewRules([]normalize.Rule{{From: []normalize.Span{{Low: 200, High: 200}, {Low: 206, High: 206}, {Low: 409, High: 409}}, To: 403}})
	contract := normalize.NewContract(normalize.ProfileStrict, []int{409}, rules)
	for _, status := range []int{200, 206, 409} {
		got := contract.Decide(&normalize.Response{Status: status})
		want := normalize.Verdict{Status: 403, Reason: normalize.ReasonRule, Rule: 0}
		if got != want {
			t.Errorf("%d: got %+v, want %+v", status, got, want)
		}
	}
}

func TestProfilesHaveThreeWords(t *testing.T) {
	for word, want := range profiles {
		got, err := normalize.ParseProfile(word)
		if err != nil || got != want {
			t.Errorf("ParseProfile(%q): got %v, %v, want %v", word, got, err, want)
		}
	}
	for _, word := range []string{"", "Strict", "none"} {
		if got, err := normalize.ParseProfile(word); err == nil {
			t.Errorf("ParseProfile(%q): got %v, want an error", word, got)
		}
	}
}

// manyRules are n rules with conditions, one for each status in turn.
func manyRules(n int) []normalize.Rule {
	rules := make([]normalize.Rule, n)
	for i := range rules {
		status := 200 + i%800
		rules[i] = normalize.Rule{
			From: []normalize.Span{{Low: status, High: status}},
			To:   500,
			When: []normalize.Condition{{Test: normalize.HeaderTest{Field: "X-Rule", Pattern: fmt.Sprintf("*%d*", i)}}},
		}
	}
	return rules
}

func TestDecideAllocatesNothing(t *testing.T) {
	contract := normalize.NewContract(normalize.ProfileDocumented, []int{409}, normalize.NewRules(manyRules(1000)))
	header := http.Header{"X-Rule": {"nothing", "of this"}}
	for _, status := range []int{-1, 99, 200, 204, 206, 404, 409, 520, 999, 1000} {
		response := normalize.Response{Status: status, Header: header}
		allocs := testing.AllocsPerRun(100, func() { contract.Decide(&response) })
		if allocs != 0 {
			t.Errorf("Decide on %d: got %v allocations, want none", status, allocs)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{0, 1, 1000} {
		contract := normalize.NewContract(normalize.ProfileDocumented, nil, normalize.NewRules(manyRules(n)))
		for _, status := range []int{200, 520} {
			b.Run(fmt.Sprintf("%d with %d rules", status, n), func(b *testing.B) {
				response := normalize.Response{Status: status, Header: http.Header{"X-Rule": {"none"}}, Method: "GET"}
				b.ReportAllocs()
				for b.Loop() {
					contract.Decide(&response)
				}
			})
		}
	}
}

func BenchmarkNewRules(b *testing.B) {
	rules := manyRules(1000)
	b.ReportAllocs()
	for b.Loop() {
		normalize.NewRules(rules)
	}
}

func BenchmarkShadows(b *testing.B) {
	rules := manyRules(1000)
	b.ReportAllocs()
	for b.Loop() {
		normalize.Shadows(rules)
	}
}
