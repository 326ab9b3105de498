package normalize_test

import (
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

// reasons are the words of the documentation, by group.
var reasons = map[string][]string{
	"passed":    {"documented", "allowed", "protocol"},
	"rewritten": {"rule", "table", "class", "malformed", "location", "representation", "undocumented"},
	"rejected":  {"unknown_resource", "method", "content_type", "content_coding", "accept", "overload"},
	"failed":    {"backend_unreachable", "backend_timeout", "backend_incomplete", "client_gone"},
	"jobs":      {"job"},
}

func TestReasonsAreTheWordsOfTheDocumentation(t *testing.T) {
	reason := normalize.ReasonDocumented
	for _, group := range []string{"passed", "rewritten", "rejected", "failed", "jobs"} {
		for _, word := range reasons[group] {
			if got := reason.String(); got != word {
				t.Errorf("reason %d: got %q, want %q", reason, got, word)
			}
			if got, want := reason.Passed(), group == "passed"; got != want {
				t.Errorf("%v.Passed(): got %v, want %v", reason, got, want)
			}
			reason++
		}
	}
	if got, want := reason.String(), "reason(21)"; got != want {
		t.Errorf("a reason that there is not: got %q, want %q", got, want)
	}
}

func TestRequestsAreRejectedForSixReasons(t *testing.T) {
	rejected := ""
	for r := range normalize.Reason(normalize.Reasons) {
		if r.Rejected() {
			rejected += r.String() + " "
		}
	}
	if want := "unknown_resource method content_type content_coding accept overload "; rejected != want {
		t.Errorf("got %q, want %q", rejected, want)
	}
}
