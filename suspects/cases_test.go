package suspects_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/statusgate/statusgate/suspects"
)

// record is one of the conformance cases.
type record struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	IsError     bool   `json:"is_error"`
	Ambiguous   bool   `json:"ambiguous"`
}

func cases(t *testing.T, name string) []record {
	t.Helper()
	data, err := os.ReadFile("../../shared/cases/" + name)
	if err != nil {
		data, err = os.ReadFile("../../../shared/cases/" + name)
	}
	if err != nil {
		t.Skip("no conformance cases here")
	}
	var all []record
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func look(r record) (suspects.Finding, bool) {
	body := []byte(r.Body)
	return suspects.Look(200, r.ContentType, body[:min(len(body), suspects.Limit)], len(body) <= suspects.Limit)
}

// Nearly all clear errors are suspects, and next to no success is.
func TestTheCases(t *testing.T) {
	errs, hits, fine, wrong := 0, 0, 0, 0
	for _, r := range append(cases(t, "soft_errors.json"), cases(t, "success_lookalikes.json")...) {
		f, ok := look(r)
		switch {
		case r.IsError && r.Ambiguous:
		case r.IsError:
			errs++
			if ok {
				hits++
			} else {
				t.Logf("not found: %s (%s): %.200s", r.Name, r.ContentType, r.Body)
			}
		default:
			fine++
			if ok {
				wrong++
				t.Logf("%s (%s) is a suspect: %s: %.200s", r.Name, r.ContentType, f.Seen, r.Body)
			}
		}
	}
	t.Logf("%d of %d errors found, %d of %d successes suspected", hits, errs, wrong, fine)
	if hits*100 < errs*95 || wrong*100 > fine {
		t.Error("want at least 95 of 100 errors, and at most one of 100 successes")
	}
}
