package audit_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
)

// crowd is a log in which methods, statuses and paths are all different.
func crowd(n int) string {
	var b strings.Builder
	r := &crowdReader{rng: rand.New(rand.NewPCG(7, 7)), left: n}
	_, _ = io.Copy(&b, r)
	return b.String()
}

// crowdReader makes such lines as they are read.
type crowdReader struct {
	rng  *rand.Rand
	left int
	rest []byte
}

func (r *crowdReader) Read(b []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		path := make([]byte, 0, 64)
		for range 1 + r.rng.IntN(16) {
			path = append(path, '/')
			for range 1 + r.rng.IntN(6) {
				path = append(path, byte('a'+r.rng.IntN(26)))
			}
			path = append(path, []string{"", "", "", ".json", "s(1)", ":go", ".js"}[r.rng.IntN(7)]...)
		}
		status := r.rng.IntN(1000)
		if r.rng.IntN(10) == 0 {
			status = r.rng.IntN(1_000_000)
		}
		r.rest = fmt.Appendf(r.rest[:0], "h - - [30/Sep/2021:%02d:%02d:%02d +0000] \"M%d %s?%d HTTP/1.1\" %d 5 \"-\" \"-\"\n",
			r.rng.IntN(24), r.rng.IntN(60), r.rng.IntN(60), r.rng.IntN(500), path, r.left, status)
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestMemoryDoesNotGrowWithTheLog(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var most, last uint64
	report, err := audit.Run(context.Background(), &audit.Options{
		Input: accesslog.Input{Stdin: &crowdReader{rng: rand.New(rand.NewPCG(7, 7)), left: 400_000}, Progress: func(p accesslog.Progress) {
			if uint64(p.Lines) < last+10_000 {
				return
			}
			last = uint64(p.Lines)
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}},
		Decide: documented(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Lines != 400_000 {
		t.Errorf("%d lines", report.Lines)
	}
	if most > 24<<20 {
		t.Errorf("%d MiB in use", most>>20)
	}
	t.Logf("%d KiB in use at most, %d paths", most>>10, len(report.Paths))
	checkSums(t, report)
}

// checkSums: whatever there was no room for, nothing is lost.
func checkSums(t *testing.T, report *audit.Report) {
	t.Helper()
	var responses, paths int64
	for _, r := range report.Responses {
		responses += r.Count
	}
	for _, p := range report.Paths {
		paths += p.Count
	}
	if want := report.Lines - report.Unread; responses != want || paths != want {
		t.Errorf("responses %d, paths %d, want %d", responses, paths, want)
	}
}

func TestWhatThereIsNoRoomForIsCountedAsOther(t *testing.T) {
	log := crowd(3000)
	report := run(t, log, func(o *audit.Options) { audit.WithNames(o, 5, 9, 2, 3) })
	checkSums(t, report)
	if len(report.Responses) > 2*9+5 {
		t.Errorf("%d rows of responses", len(report.Responses))
	}
	if !slices.ContainsFunc(report.Responses, func(r audit.Response) bool { return r.Received == audit.AnyStatus }) {
		t.Errorf("no row for other statuses in %v", report.Responses)
	}
	if !slices.ContainsFunc(report.Paths, func(p audit.Path) bool { return p.Method == "(other)" && p.Path != "(other)" }) {
		t.Error("no row for other methods")
	}
	report = run(t, log, func(o *audit.Options) { audit.WithLimits(o, 4, 2, 20, 20, 3) })
	checkSums(t, report)
	if i := slices.IndexFunc(report.Paths, func(p audit.Path) bool { return p.Method == "(other)" && p.Path == "(other)" }); i < 0 {
		t.Errorf("no row for what there is no room for in %d rows", len(report.Paths))
	}
	if !slices.ContainsFunc(report.Notes, func(note string) bool {
		return strings.HasSuffix(note, "more methods, statuses and paths than an audit holds apart: (other).")
	}) {
		t.Errorf("no note of it: %q", report.Notes)
	}
	var text, page, table strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Error(err)
	}
	if err := report.WriteCSV(&table); err != nil || !strings.Contains(table.String(), "(other),(other),,,,false,") {
		t.Errorf("%v: %s", err, table.String())
	}
	if err := report.WriteHTML(&page); err != nil || !strings.Contains(text.String(), "other") || !strings.Contains(page.String(), "(other)") {
		t.Errorf("%v: %s", err, text.String())
	}
}

func TestDeclaredTemplatesBeyondTheBoundAreLearned(t *testing.T) {
	var requests []request
	for i := range 60 {
		requests = append(requests, request{"GET", fmt.Sprintf("/t%d/x", i), 200})
	}
	report := run(t, logOf(requests), func(o *audit.Options) {
		audit.WithNames(o, 256, 4096, 2, 512)
		o.Decide = func(r audit.Request) audit.Decision {
			return audit.Decision{Sent: r.Received, Reason: "documented", Template: "/declared" + r.Path}
		}
	})
	checkSums(t, report)
	declared := 0
	for _, p := range report.Paths {
		if strings.HasPrefix(p.Path, "/declared/") {
			declared++
		}
	}
	if declared != 2 {
		t.Errorf("%d declared templates", declared)
	}
}

func TestARequestTooLongToRememberIsCountedAllTheSame(t *testing.T) {
	long := strings.Repeat("x", 600)
	requests := []request{{"GET", "/" + long, 200}, {"GET", "/" + long, 200}, {"GET", "/" + long, 520}, {strings.Repeat("M", 50), "/a", 200}, {"GET", "/" + long, 520}}
	report := run(t, logOf(requests))
	want := []audit.Path{
		{Method: "GET", Path: "/{name}", Received: 520, Sent: 503, Count: 2},
		{Method: "GET", Path: "/{name}", Received: 200, Sent: 200, Count: 2},
		{Method: "(other)", Path: "/a", Received: 200, Sent: 200, Count: 1},
	}
	if !slices.Equal(report.Paths, want) {
		t.Errorf("got %+v", report.Paths)
	}
}
