package tests

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

// TestDocsTheTwelve: the table of the contract has the documented statuses, on
// the page for clients, too.
func TestDocsTheTwelve(t *testing.T) {
	for page, first := range map[string]string{pageREADME: "status | the client may rely on", pageClients: "status | what it means"} {
		rows := tableUnder(t, readFile(t, page), first)
		for _, row := range rows {
			if status, _ := strconv.Atoi(row[0]); !normalize.Documented(status) {
				t.Errorf("%s calls %s documented", page, row[0])
			}
		}
		if len(rows) != 12 {
			t.Errorf("%s has %d documented statuses, want 12", page, len(rows))
		}
	}
}

// profileSamples are what the rows in words stand for.
var profileSamples = map[string][]int{
	"the twelve": {200, 415, 503}, "other 2xx": {203, 218, 299}, "other 3xx": {300, 305, 399},
	"other 4xx and 5xx": {402, 409, 410, 419, 429, 499, 502, 511, 599}, "anything else, 000 to 099 and 600 to 999": {0, 99, 600, 777, 999},
}

// sampled gives the statuses of a row of the profiles.
func sampled(t *testing.T, row string) []int {
	t.Helper()
	if samples := profileSamples[row]; len(samples) > 0 {
		return samples
	}
	var statuses []int
	for _, digits := range regexp.MustCompile(`\d{3}`).FindAllString(row, -1) {
		status, _ := strconv.Atoi(digits)
		statuses = append(statuses, status)
	}
	if len(statuses) == 0 {
		t.Errorf("no sample of %q", row)
	}
	return statuses
}

// TestDocsProfiles holds the table of the profiles to what is decided.
func TestDocsProfiles(t *testing.T) {
	rows := tableUnder(t, section(t, readFile(t, pageReference), "## Profiles"), "received")
	if len(rows) != 8 {
		t.Errorf("the profiles have %d rows, want 8", len(rows))
	}
	for _, cells := range rows {
		for i, profile := range []normalize.Profile{normalize.ProfileDocumented, normalize.ProfileStrict, normalize.ProfileRegistered} {
			c := normalize.NewContract(profile, nil, nil)
			for _, status := range sampled(t, cells[0]) {
				got := c.Decide(&normalize.Response{Status: status, Request: map[string][]string{"Range": {"bytes=0-"}}}).Status
				if want := promised(cells[i+1], status); got != want {
					t.Errorf("%d becomes %d, by %q in column %d it is %d", status, got, cells[i+1], i+1, want)
				}
			}
		}
	}
}

// promised gives the status that a cell of the profiles promises.
func promised(cell string, status int) int {
	if rest, ok := strings.CutPrefix(cell, "pass if registered with IANA, else "); ok {
		if normalize.Registered(status) {
			return status
		}
		cell = rest
	}
	switch cell {
	case "pass":
		return status
	case "by their meaning":
		to, _ := normalize.Target(status)
		return to
	}
	cell, _, _ = strings.Cut(cell, ",")
	to, _ := strconv.Atoi(cell)
	return to
}
