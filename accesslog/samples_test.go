package accesslog_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

// statusIn finds the status of a line in ways of its own, one for each kind of log.
var statusIn = []*regexp.Regexp{
	regexp.MustCompile(`"(?:status|response_code|DownstreamStatus)":\s*"?(-?\d+)`),
	regexp.MustCompile(`^(?:https?|h2|wss?|grpcs) \S+ \S+ \S+ \S+ \S+ \S+ \S+ (\d+) `),
	regexp.MustCompile(` [-\d]+/[-\d]+/[-\d]+/[-\d]+/\+?[-\d]+ (-?\d+) `),
	regexp.MustCompile(`^(?:[^\t]*\t){8}(\d+)\t`),
	regexp.MustCompile(`\] ".*?" (\d+)(?: |$)`),
}

// independently counts the lines of a log by status without this package.
func independently(t testing.TB, text []byte) map[int]int {
	counts := make(map[int]int)
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		found := false
		for _, pattern := range statusIn {
			if m := pattern.FindSubmatch(line); m != nil {
				status, err := strconv.Atoi(string(m[1]))
				if err != nil {
					t.Fatal(err)
				}
				counts[status]++
				found = true
				break
			}
		}
		if !found {
			t.Errorf("no status in %q", line)
		}
	}
	return counts
}

// samples are logs of servers, where there are any beside the project.
func samples(t testing.TB) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("..", "..", "shared", "cases", "logs", "*"))
	if err != nil || len(list) == 0 {
		t.Skip("no samples here")
	}
	return list
}

func TestEachStatusOfASampleIsCountedAsAnIndependentReaderCountsIt(t *testing.T) {
	for _, path := range samples(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[int]int)
		sum, err := accesslog.Read(context.Background(), &accesslog.Input{Paths: []string{path}, Workers: 1}, func(int) func(*accesslog.Entry) {
			return func(e *accesslog.Entry) { got[e.Status]++ }
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := independently(t, text); !maps.Equal(got, want) || sum.Unread != 0 {
			t.Errorf("%s: got %v, want %v; %d unread", filepath.Base(path), got, want, sum.Unread)
		}
	}
}
