package audit_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/audit"
)

// gate declares /orders and /orders/{id}, refuses DELETE of orders, and knows a soft rule.
func gate(r audit.Request) audit.Decision {
	d := documented()(r)
	if r.Path == "/orders" || strings.HasPrefix(r.Path, "/orders/") {
		d.Template = "/orders"
		if r.Path != "/orders" {
			d.Template = "/orders/{id}"
		}
		if r.Method == "DELETE" {
			return audit.Decision{Sent: 405, Reason: "method", Refused: true, Template: d.Template}
		}
		if r.Accept == "image/png" {
			return audit.Decision{Sent: 406, Reason: "accept", Refused: true, Template: d.Template}
		}
	}
	return d
}

const mixedLog = `h - - [30/Sep/2021:08:00:00 +0000] "GET /orders HTTP/1.1" 200 5
h - - [30/Sep/2021:08:00:01 +0000] "GET /orders/1 HTTP/1.1" 520 5
h - - [30/Sep/2021:08:00:02 +0000] "GET /orders/2 HTTP/1.1" 520 5
h - - [30/Sep/2021:08:00:03 +0000] "DELETE /orders/2 HTTP/1.1" 204 5
this is no line of it
h - - [30/Sep/2021:08:00:04 +0000] "GET /users/7 HTTP/1.1" 777 5
h - - [30/Sep/2021:08:00:04 +0000] "GET /users/8 HTTP/1.1" 777 5
h - - [30/Sep/2021:08:00:04 +0000] "POST /users HTTP/1.1" 777 5
h - - [30/Sep/2021:08:00:05 +0000] "GET /users/8 HTTP/1.1" 200 5
h - - [30/Sep/2021:08:00:06 +0000] "\x16\x03\x01" 400 5
h - - [30/Sep/2021:08:00:07 +0000] "OPTIONS * HTTP/1.1" 200 5
`

func TestReportOfALog(t *testing.T) {
	report := run(t, mixedLog, func(o *audit.Options) { o.Decide = gate })
	if report.Lines != 11 || report.Unread != 1 || report.Log.First[0].Line != 5 {
		t.Errorf("%d lines, %d unread: %+v", report.Lines, report.Unread, report.Log.First)
	}
	second := func(n int) time.Time { return time.Date(2021, 9, 30, 8, 0, n, 0, time.UTC) }
	if want := (audit.Span{From: second(0), To: second(7)}); *report.Span != want {
		t.Errorf("got %v, want %v", report.Span, want)
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"responses", report.Responses, []audit.Response{
			{Received: 200, Sent: 200, Reason: "documented", Count: 3},
			{Received: 777, Sent: 500, Reason: "class", Count: 3},
			{Received: 520, Sent: 503, Reason: "table", Count: 2},
			{Received: 204, Sent: 405, Reason: "method", Count: 1},
			{Received: 400, Sent: 400, Reason: "documented", Count: 1},
		}},
		{"unknown", report.Unknown, []audit.Unknown{{Status: 777, Count: 3, Paths: []audit.Place{
			{Method: "GET", Path: "/users/{id}", Count: 2}, {Method: "POST", Path: "/users", Count: 1},
		}}}},
		{"paths", report.Paths, []audit.Path{
			{Method: "GET", Path: "/orders/{id}", Received: 520, Sent: 503, Count: 2},
			{Method: "GET", Path: "/users/{id}", Received: 777, Sent: 500, Count: 2},
			{Method: "DELETE", Path: "/orders/{id}", Received: 204, Sent: 405, Count: 1},
			{Method: "POST", Path: "/users", Received: 777, Sent: 500, Count: 1},
			{Method: "", Path: "", Received: 400, Sent: 400, Count: 1},
			{Method: "OPTIONS", Path: "", Received: 200, Sent: 200, Count: 1},
			{Method: "GET", Path: "/orders", Received: 200, Sent: 200, Count: 1},
			{Method: "GET", Path: "/users/{id}", Received: 200, Sent: 200, Count: 1},
		}},
		{"refused", report.Refused, []audit.Refused{{Method: "DELETE", Path: "/orders/{id}", Sent: 405, Reason: "method", Count: 1}}},
		{"resources", report.Resources, []audit.Resource{
			{Path: "/orders", Methods: []string{"GET"}, Count: 1},
			{Path: "/orders/{id}", Methods: []string{"DELETE"}, Count: 1},
			{Path: "/users/{id}", Methods: []string{"GET"}, Count: 1},
		}},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", tt.name, tt.got, tt.want)
		}
	}
}

func TestTextOfAReport(t *testing.T) {
	report := run(t, mixedLog, func(o *audit.Options) { o.Decide = gate })
	var b strings.Builder
	if err := report.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const want = `11 lines, 2021-09-30 08:00:00 to 2021-09-30 08:00:07 UTC, common
4 (40.0 %) as it is, 5 (50.0 %) with another status, 1 (10.0 %) refused

1 line can't be read
  -:5: no quoted request after the time in brackets: "this is no line of it"

Received, sent and why
    200    200  documented                        3    30.0 %
    777    500  class                             3    30.0 %
    520    503  table                             2    20.0 %
    204    405  method                            1    10.0 %
    400    400  documented                        1    10.0 %

Statuses that nobody is known to use
    777              3  GET /users/{id} (2), POST /users (1)

Paths whose statuses change
               2    520    503  GET /orders/{id}
               2    777    500  GET /users/{id}
               1    204    405  DELETE /orders/{id}
               1    777    500  POST /users

Requests that would be refused
               1    405  method             DELETE /orders/{id}

3 resource blocks would cover what has succeeded: --resources prints them.

What this does not tell
  A log has no bodies and few headers: rules on them, content types, codings and Location are not judged.
  Accept is not logged: what a client would not take is not judged.
  Requests in progress and times are not judged: what would have been shed is not here.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestTextFitsTwoScreensUnlessMoreIsAskedFor(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var requests []request
	for i := range 20_000 {
		requests = append(requests, request{[]string{"GET", "POST", "DELETE"}[i%3], fmt.Sprintf("/orders/%c%c/%d", 'a'+rng.IntN(8), 'a'+rng.IntN(8), i), rng.IntN(1000)})
	}
	log := logOf(requests) + strings.Repeat("bad\n", 30)
	lines := func(top int) int {
		var b strings.Builder
		report := run(t, log, func(o *audit.Options) { o.Decide, o.Top = gate, top })
		if err := report.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		return strings.Count(b.String(), "\n")
	}
	if n := lines(0); n > 2*40 {
		t.Errorf("%d lines", n)
	}
	if few, many := lines(1), lines(50); few >= lines(0) || many < 150 {
		t.Errorf("%d lines for 1, %d for 50", few, many)
	}
}

func TestCountsAddUpInEveryList(t *testing.T) {
	report := run(t, logOf(shop(5000, rand.New(rand.NewPCG(8, 9)))), func(o *audit.Options) { o.Decide = gate })
	var responses, paths, rows int64
	for _, r := range report.Responses {
		responses += r.Count
	}
	for _, p := range report.Paths {
		paths += p.Count
	}
	var text bytes.Buffer
	if err := report.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"method", "path", "received", "sent", "reason", "refused", "count"}; !slices.Equal(records[0], want) {
		t.Errorf("got %q", records[0])
	}
	for _, record := range records[1:] {
		n, err := strconv.ParseInt(record[6], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		rows += n
	}
	if responses != 5000 || paths != 5000 || rows != 5000 {
		t.Errorf("responses %d, paths %d, rows %d of 5000", responses, paths, rows)
	}
}

func TestReportIsTheSameWhateverTheNumberOfWorkers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(logOf(shop(30_000, rand.New(rand.NewPCG(8, 9))))), 0o600); err != nil {
		t.Fatal(err)
	}
	var want string
	for workers := 1; workers <= 4; workers++ {
		report := run(t, "", func(o *audit.Options) { o.Input = accesslog.Input{Paths: []string{path}, Workers: workers} })
		var b strings.Builder
		if err := report.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if workers == 1 {
			want = b.String()
		} else if b.String() != want {
			t.Errorf("%d workers: got\n%s\nwant\n%s", workers, b.String(), want)
		}
	}
}

func TestNotesSayWhatWasLeftOut(t *testing.T) {
	const log = `{"ts":1632988855,"request":{"method":"GET","host":"a.example:443","uri":"/orders","headers":{"Accept":["image/png"]}},"status":503,"statusgate":{"received_status":520}}
{"ts":1632988856,"request":{"method":"GET","host":"A.EXAMPLE","uri":"/orders"},"status":200}
{"ts":1632988857,"request":{"method":"GET","host":"[::1]:80","uri":"/orders"},"status":200}
{"ts":1632988899,"request":{"method":"GET","host":"a.example","uri":"/orders"},"status":200}
`
	var b strings.Builder
	if err := run(t, logOf(append(make([]request, 20_000), request{"GET", "/", 520}))).WriteText(&b); err != nil || !strings.Contains(b.String(), "<0.01 %") {
		t.Errorf("%v: %s", err, b.String())
	}
	report := run(t, log, func(o *audit.Options) {
		o.Decide, o.Host, o.Input.Until = gate, "a.example", time.Unix(1632988890, 0)
		o.Input.Paths = []string{"-", filepath.Join(t.TempDir(), "missing")}
	})
	want := []audit.Response{{Received: 200, Sent: 200, Reason: "documented", Count: 1}, {Received: 520, Sent: 406, Reason: "accept", Count: 1}}
	if !reflect.DeepEqual(report.Responses, want) || report.Lines != 2 {
		t.Errorf("%d lines, got %+v", report.Lines, report.Responses)
	}
	for i, part := range []string{
		"A log has no bodies", "Accept is logged for 1 of 2 requests", "Requests in progress", "1 lines tell a status from behind that is not the one sent",
		"1 requests to other hosts", "1 lines are left out by their time", "1 files are not read, or not to their end: stat ",
	} {
		if !strings.HasPrefix(report.Notes[i], part) {
			t.Errorf("note %d: got %q, want %q", i, report.Notes[i], part)
		}
	}
	if report := run(t, log, func(o *audit.Options) { o.Host = "[::1]" }); report.Lines != 1 {
		t.Errorf("IPv6: %d lines", report.Lines)
	}
}

func TestAnEmptyLogHasAReport(t *testing.T) {
	report := run(t, "")
	for name, write := range map[string]func(*audit.Report, *bytes.Buffer) error{
		"text":      func(r *audit.Report, b *bytes.Buffer) error { return r.WriteText(b) },
		"csv":       func(r *audit.Report, b *bytes.Buffer) error { return r.WriteCSV(b) },
		"html":      func(r *audit.Report, b *bytes.Buffer) error { return r.WriteHTML(b) },
		"resources": func(r *audit.Report, b *bytes.Buffer) error { return r.WriteResources(b) },
		"json":      func(r *audit.Report, b *bytes.Buffer) error { return r.WriteJSON(b) },
	} {
		var b bytes.Buffer
		if err := write(report, &b); err != nil || b.Len() == 0 {
			t.Errorf("%s: got %q, %v", name, b.String(), err)
		}
		if name == "json" {
			const want = `{"lines":0,"unread":0,"span":null,"responses":[],"unknown":[],"paths":[],"refused":[],"resources":[]}`
			var compact bytes.Buffer
			if err := json.Compact(&compact, b.Bytes()); err != nil || compact.String() != want {
				t.Errorf("got %s", compact.String())
			}
		}
	}
}

func TestRunTellsWhatItHasWhenTheContextEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(strings.Repeat(mixedLog, 20_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	report, err := audit.Run(ctx, &audit.Options{
		Input: accesslog.Input{Paths: []string{path}, Progress: func(p accesslog.Progress) {
			if p.Lines > 20_000 {
				cancel()
			}
		}},
		Decide: gate,
	})
	if !errors.Is(err, context.Canceled) || report == nil || report.Lines == 0 || report.Lines == 220_000 {
		t.Fatalf("got %+v, %v", report, err)
	}
	var b strings.Builder
	if err := report.WriteText(&b); err != nil {
		t.Error(err)
	}
}

func TestRunFailsWhereNothingCanBeRead(t *testing.T) {
	report, err := audit.Run(context.Background(), &audit.Options{Input: accesslog.Input{Paths: []string{t.TempDir()}}, Decide: gate})
	if report != nil || err == nil {
		t.Errorf("got %v, %v", report, err)
	}
}

func TestListsOfALogWithOddRequests(t *testing.T) {
	const log = `{"ts":1632988855,"request":{"method":"GET","uri":"/orders","headers":{"Accept":["image/png"]}},"status":777}
{"ts":1632988855,"request":{"method":"GET","uri":"/orders"},"status":777}
{"ts":-86400.5,"request":{"method":"OPTIONS","uri":"*"},"status":777}
{"request":{"method":"","uri":""},"status":777}
{"ts":1632988855,"request":{"method":"DELETE","uri":"/orders"},"status":200}
{"ts":1632988855,"request":{"method":"DELETE","uri":"/orders"},"status":200}
`
	dir := t.TempDir()
	var paths []string
	for name, text := range map[string]string{"a.json": log, "b.log": logOf([]request{{"GET", "/a", 200}})} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[len(paths)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report := run(t, "", func(o *audit.Options) { o.Decide, o.Input.Paths = gate, paths })
	if want := []audit.Unknown{{Status: 777, Count: 4, Paths: []audit.Place{
		{Method: "GET", Path: "/orders", Count: 2}, {Method: "", Path: "", Count: 1}, {Method: "OPTIONS", Path: "", Count: 1},
	}}}; !reflect.DeepEqual(report.Unknown, want) {
		t.Errorf("got %+v", report.Unknown)
	}
	if want := []audit.Refused{
		{Method: "DELETE", Path: "/orders", Sent: 405, Reason: "method", Count: 2}, {Method: "GET", Path: "/orders", Sent: 406, Reason: "accept", Count: 1},
	}; !reflect.DeepEqual(report.Refused, want) {
		t.Errorf("got %+v", report.Refused)
	}
	var b strings.Builder
	if err := report.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{", caddy, combined\n", "no HTTP request\n", "OPTIONS without a path\n"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("no %q in\n%s", part, b.String())
		}
	}
}

func TestResourcesBesideDeclaredOnesTakeTheirMethods(t *testing.T) {
	declared := func(o *audit.Options) {
		o.Decide = func(r audit.Request) audit.Decision {
			d := audit.Decision{Sent: r.Received, Reason: "documented"}
			if strings.HasSuffix(r.Path, "/orders") {
				d.Template = "/{tenant}/orders"
			}
			return d
		}
	}
	var requests []request
	for i := range 300 {
		name := fmt.Sprintf("%c%c%c", 'a'+i%26, 'a'+i/26, 'a'+i%7)
		requests = append(requests, request{"GET", "/foo/" + name, 200}, request{"POST", "/foo/orders", 201}, request{"GET", "/bar/x", 200})
	}
	report := run(t, logOf(requests), declared)
	if want := []audit.Resource{
		{Path: "/bar/x", Methods: []string{"GET"}, Count: 300},
		{Path: "/foo/{name}", Methods: []string{"GET", "POST"}, Count: 300},
		{Path: "/{tenant}/orders", Methods: []string{"GET", "POST"}, Count: 300},
	}; !reflect.DeepEqual(report.Resources, want) {
		t.Errorf("got %+v", report.Resources)
	}
	if r, bad := refusedSuccess(requests, declare(t, report), true); bad {
		t.Errorf("%+v would be refused", r)
	}
}
