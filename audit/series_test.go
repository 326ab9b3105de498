package audit_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
)

func TestSeriesOfWorkersAddUpWhateverTheirWidth(t *testing.T) {
	narrow, wide := make([]int64, 0, 1000), make([]int64, 0, 1000)
	for i := range int64(1000) {
		narrow = append(narrow, int64(time.Hour)+i*int64(time.Second))
		wide = append(wide, int64(time.Minute)+i*int64(time.Hour))
	}
	for _, order := range [][][]int64{{narrow, wide}, {wide, narrow}, {nil, wide, nil, narrow}} {
		count, width, first, last := audit.MergeTimes(order...)
		if count != 2000 || width <= 60 || first != int64(time.Minute) || last != wide[999] {
			t.Errorf("got %d in buckets of %d s, from %d to %d", count, width, first, last)
		}
	}
}

func TestBucketsOfTimeGrowWithTheSpan(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		at := time.Date(1965, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 173 * time.Hour)
		if i%3 == 0 {
			at = time.Date(2021, 1, 1, 0, i, 0, 0, time.UTC)
		}
		fmt.Fprintf(&b, "h - - [%s] \"GET / HTTP/1.1\" 200 5 \"-\" \"%s\"\n", at.Format("02/Jan/2006:15:04:05 -0700"), strings.Repeat("x", 800))
	}
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for workers := 1; workers <= 4; workers++ {
		report := run(t, "", func(o *audit.Options) { o.Input = accesslog.Input{Paths: []string{path}, Workers: workers} })
		if from, to := report.Span.From.Year(), report.Span.To.Year(); from != 1965 || to < 2021 {
			t.Errorf("%d workers: %v", workers, report.Span)
		}
		if n := audit.CountTimes(report); n != 3000 {
			t.Errorf("%d workers: %d requests over time", workers, n)
		}
		if page := pageOf(t, report); !strings.Contains(page, " days</text>") {
			t.Error("no width in days")
		}
	}
	if page := pageOf(t, run(t, logOf(shop(20_000, rand.New(rand.NewPCG(1, 1)))))); !strings.Contains(page, " minutes</text>") {
		t.Error("no width in minutes")
	}
	var day strings.Builder
	for i := range 600 {
		fmt.Fprintf(&day, "h - - [%s] \"GET / HTTP/1.1\" 200 5\n", time.Date(2021, 1, 1, i, 0, 0, 0, time.UTC).Format("02/Jan/2006:15:04:05 -0700"))
	}
	if page := pageOf(t, run(t, day.String())); !strings.Contains(page, " hours</text>") {
		t.Error("no width in hours")
	}
}
