package normalize_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

var twelve = []int{200, 201, 202, 400, 401, 403, 404, 405, 406, 415, 500, 503}

// fixed are the targets that the contract names one by one.
var fixed = map[int][]int{
	400: {409, 411, 412, 413, 414, 416, 417, 418, 422, 423, 424, 426, 428, 431},
	401: {407, 419, 440, 498, 511},
	403: {402, 451},
	404: {410},
	405: {501},
	500: {421, 505, 506, 508, 510},
	503: {408, 425, 429, 502, 504, 507, 509, 529, 598, 599},
}

func isFixed(code int) bool {
	for _, codes := range fixed {
		if slices.Contains(codes, code) {
			return true
		}
	}
	return false
}

func TestEntriesAreWhole(t *testing.T) {
	seen := make(map[int]bool)
	for _, entry := range normalize.Listed() {
		if seen[entry.Code] {
			t.Errorf("%d is listed twice", entry.Code)
		}
		seen[entry.Code] = true
		if entry.Code < 0 || entry.Code > 999 {
			t.Errorf("%d is not a three-digit code", entry.Code)
		}
		if !normalize.Documented(entry.To) {
			t.Errorf("%d goes to %d, which is not documented", entry.Code, entry.To)
		}
		if entry.Name == "" || entry.Why == "" || len(entry.Meanings) == 0 {
			t.Errorf("%d lacks a name, a reason or a user: %+v", entry.Code, entry)
		}
		if entry.Unused && !entry.IANA {
			t.Errorf("%d is unused in a registry that does not list it", entry.Code)
		}
		checkMeanings(t, entry)
	}
}

// checkMeanings wants the entry's target to be that of one of its meanings, and a word on it where they differ.
func checkMeanings(t *testing.T, entry normalize.Entry) {
	t.Helper()
	backed, differ := false, false
	for _, meaning := range entry.Meanings {
		if meaning.User == "" || meaning.Means == "" || !normalize.Documented(meaning.To) {
			t.Errorf("%d has a meaning that is not whole: %+v", entry.Code, meaning)
		}
		backed = backed || meaning.To == entry.To
		differ = differ || meaning.To != entry.Meanings[0].To
	}
	if !backed {
		t.Errorf("%d goes to %d, which none of its meanings would get", entry.Code, entry.To)
	}
	if differ != (entry.Disputed != "") {
		t.Errorf("%d: meanings differ: %v, disputed: %q", entry.Code, differ, entry.Disputed)
	}
}

func TestDocumentedStatusesKeepTheirCode(t *testing.T) {
	for code := -1; code <= 1000; code++ {
		if got, want := normalize.Documented(code), slices.Contains(twelve, code); got != want {
			t.Errorf("Documented(%d) = %v, want %v", code, got, want)
		}
	}
	for _, code := range twelve {
		if to, known := normalize.Target(code); to != code || !known {
			t.Errorf("Target(%d) = %d, %v, want itself", code, to, known)
		}
	}
}

func TestFixedPoints(t *testing.T) {
	for want, codes := range fixed {
		for _, code := range codes {
			if to, known := normalize.Target(code); to != want || !known {
				t.Errorf("Target(%d) = %d, %v, want %d, true", code, to, known, want)
			}
		}
	}
}

func TestClassesThatTheProfilesFixAsAWhole(t *testing.T) {
	for entry := range normalize.All() {
		want := entry.To
		switch {
		case entry.Code >= 200 && entry.Code <= 299 && !normalize.Documented(entry.Code):
			want = 200
		case entry.Code < 200, entry.Code >= 300 && entry.Code <= 399:
			want = 500
		}
		if entry.To != want {
			t.Errorf("%d goes to %d, want %d like all of its class", entry.Code, entry.To, want)
		}
	}
}

func TestUnknownCodesGoByTheirClass(t *testing.T) {
	tests := map[int][]int{
		200: {222, 299},
		400: {427, 441, 445, 490},
		500: {
			math.MinInt, -404, -200, -1, 1, 42, 99, 144, 333, 399, 512, 560, 666, 777, 998, 1000, 1015, 2000, 4040,
			math.MaxInt32, math.MaxInt,
		},
	}
	for want, codes := range tests {
		for _, code := range codes {
			checkUnknown(t, code, want)
		}
	}
}

func checkUnknown(t *testing.T, code, want int) {
	t.Helper()
	if to, known := normalize.Target(code); to != want || known {
		t.Errorf("Target(%d) = %d, %v, want %d, false", code, to, known, want)
	}
	if _, ok := normalize.Lookup(code); ok || normalize.Known(code) || normalize.Registered(code) {
		t.Errorf("%d counts as known or registered", code)
	}
	if name := normalize.Name(code); name != "" {
		t.Errorf("Name(%d) = %q, want none", code, name)
	}
}

func TestEveryViewOfTheTableAgrees(t *testing.T) {
	listed := normalize.Listed()
	last, count := -1, 0
	for entry := range normalize.All() {
		if entry.Code <= last {
			t.Errorf("All yields %d after %d", entry.Code, last)
		}
		last = entry.Code
		count++
		found, ok := normalize.Lookup(entry.Code)
		if !ok || fmt.Sprint(found) != fmt.Sprint(entry) {
			t.Errorf("Lookup(%d) = %+v, %v, All yields %+v", entry.Code, found, ok, entry)
		}
		to, known := normalize.Target(entry.Code)
		if to != entry.To || !known || !normalize.Known(entry.Code) || normalize.Name(entry.Code) != entry.Name {
			t.Errorf("%d: Target, Known and Name do not agree with %+v", entry.Code, entry)
		}
	}
	if count != len(listed) {
		t.Errorf("All yields %d entries, %d are listed", count, len(listed))
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	count := 0
	for range normalize.All() {
		count++
		break
	}
	if count != 1 {
		t.Errorf("All yielded %d entries, want 1", count)
	}
}

func TestCallersCannotChangeTheTable(t *testing.T) {
	entry, _ := normalize.Lookup(499)
	entry.Meanings[0].User = "someone else"
	if again, _ := normalize.Lookup(499); again.Meanings[0].User == "someone else" {
		t.Error("a change to the result of Lookup reached the table")
	}
}

func TestManyNonstandardCodesAreKnown(t *testing.T) {
	count := 0
	for entry := range normalize.All() {
		if !entry.IANA {
			count++
		}
	}
	if count < 150 {
		t.Errorf("%d nonstandard codes, want at least 150", count)
	}
}

// readCases reads a file of conformance cases, which live outside this repository.
func readCases(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "cases", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no %s here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestAgreesWithTheIANARegistry(t *testing.T) {
	var registry struct {
		Codes []struct {
			Code          int
			Phrase, State string
		}
	}
	readCases(t, "iana_status_codes.json", &registry)
	states := make(map[int]string)
	for _, row := range registry.Codes {
		states[row.Code] = row.State
		entry, ok := normalize.Lookup(row.Code)
		if !ok || !entry.IANA {
			t.Errorf("%d %s is registered, the table does not say so", row.Code, row.Phrase)
		}
		if row.State == "permanent" && entry.Name != row.Phrase {
			t.Errorf("%d is registered as %q, the table calls it %q", row.Code, row.Phrase, entry.Name)
		}
	}
	for entry := range normalize.All() {
		state, listed := states[entry.Code]
		if entry.IANA != listed || entry.Unused != (state == "unused") {
			t.Errorf("%d: IANA %v, unused %v, the registry says %q", entry.Code, entry.IANA, entry.Unused, state)
		}
		if got, want := normalize.Registered(entry.Code), listed && state != "unused"; got != want {
			t.Errorf("Registered(%d) = %v, want %v", entry.Code, got, want)
		}
	}
}

func TestAgreesWithTheSampleOfNonstandardCodes(t *testing.T) {
	var rows []struct {
		Code         int
		Vendor       string
		Closest      int
		Alternatives []int
	}
	readCases(t, "nonstandard_codes.json", &rows)
	defensible := make(map[int][]int)
	for _, row := range rows {
		if row.Closest != 0 {
			defensible[row.Code] = append(append(defensible[row.Code], row.Closest), row.Alternatives...)
		}
	}
	for code, want := range defensible {
		if to, _ := normalize.Target(code); !slices.Contains(want, to) && !isFixed(code) {
			t.Errorf("Target(%d) = %d, want one of %v", code, to, want)
		}
	}
}

func TestTargetAllocatesNothing(t *testing.T) {
	sum := 0
	allocs := testing.AllocsPerRun(100, func() {
		for code := -10; code < 1100; code++ {
			to, _ := normalize.Target(code)
			sum += to
			if normalize.Known(code) && normalize.Registered(code) && normalize.Documented(code) {
				sum += len(normalize.Name(code))
			}
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
}
