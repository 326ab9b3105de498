package command_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/internal/command"
)

const log = `127.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET /orders HTTP/1.1" 200 123 "-" "curl/8"
127.0.0.1 - - [10/Oct/2025:13:55:37 +0000] "DELETE /orders HTTP/1.1" 200 123 "-" "curl/8"
127.0.0.1 - - [11/Oct/2025:13:55:38 +0000] "GET /x/1 HTTP/1.1" 520 123 "-" "curl/8"
127.0.0.1 - - [11/Oct/2025:13:55:39 +0000] "GET /x/2 HTTP/1.1" 302 123 "-" "curl/8"
`

func TestAudit(t *testing.T) {
	file := write(t, "access.log", log)
	out, _ := runs(t, 0, "", "audit", "-c", caddyfile, file)
	for _, want := range []string{
		"4 lines, 2025-10-10 13:55:36 to 2025-10-11 13:55:39 UTC, combined", "    200    200  documented", "    200    405  method",
		"    520    503  table", "    302    302  protocol", "DELETE /orders",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	out, _ = runs(t, 0, log, "audit", "-c", caddyfile, "--until", "2025-10-11", "--json", "-")
	var report struct {
		Lines     int `json:"lines"`
		Responses []struct {
			Received, Sent int
			Reason         string
		} `json:"responses"`
		Refused []struct {
			Method, Path string
		} `json:"refused"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Lines != 2 || len(report.Responses) != 2 || len(report.Refused) != 1 {
		t.Errorf("got %v, %+v", err, report)
	}
	out, _ = runs(t, 0, log, "audit", "-c", caddyfile, "--out", "csv", "--format", "combined", "--since", "2025-10-11T00:00:00Z")
	if rows, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(rows) < 3 {
		t.Errorf("got %v, %q", err, rows)
	}
	if out, _ = runs(t, 0, log, "audit", "-c", caddyfile, "--resources"); !strings.Contains(out, "resource /orders {") {
		t.Errorf("got %s", out)
	}
	if out, _ = runs(t, 0, log, "audit", "-c", caddyfile, "-o", "html"); !strings.Contains(out, "<!doctype html>") {
		t.Errorf("got %.200s", out)
	}
	if out, _ = runs(t, 1, "nothing\n", "audit", "-c", caddyfile); !strings.Contains(out, "1 line") {
		t.Errorf("got %s", out)
	}
	if out, _ = runs(t, 0, `{"code":404,"where":"/x"}`+"\n", "audit", "-c", caddyfile, "--format", "json", "--key", "status=code", "--key", "path=where", "-o", "json"); !strings.Contains(out, `"received": 404`) {
		t.Errorf("got %s", out)
	}
}

// Without a configuration it is a gate without options.
func TestTheDefaultGate(t *testing.T) {
	t.Chdir(t.TempDir())
	out, stderr := runs(t, 0, log, "audit")
	if !strings.Contains(out, "    200    200  documented                        2") || !strings.Contains(stderr, "There is no Caddyfile here") {
		t.Errorf("got %s%s", out, stderr)
	}
	out, _ = runs(t, 0, "", "table")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || strings.Join(rows[0], ",") != "status,name,methods,sent,reason" {
		t.Fatalf("got %v, %q", err, rows)
	}
	became := make(map[string]string)
	for _, row := range rows {
		became[row[0]+row[2]] = row[3] + " " + row[4]
	}
	for status, want := range map[string]string{"402": "403 table", "302": "302 protocol", "999": "403 table", "206": "206 protocol"} {
		if became[status] != want {
			t.Errorf("%s became %q, want %q", status, became[status], want)
		}
	}
}

func TestTable(t *testing.T) {
	out, _ := runs(t, 0, "", "table", "-c", caddyfile, "--json")
	var rows []struct{ Status, Sent int }
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) < 100 {
		t.Errorf("got %v, %d rows", err, len(rows))
	}
	if out, _ = runs(t, 0, "", "table", "-c", caddyfile, "--out", "sql"); !strings.Contains(out, "FROM access_log") {
		t.Errorf("got %.300s", out)
	}
}

func TestAuditAndTableFail(t *testing.T) {
	const two = "http://a {\n\tstatusgate {\n\t\tname a\n\t}\n}\nhttp://b {\n\tstatusgate {\n\t\tname b\n\t}\n}\n"
	for _, c := range []struct {
		stdin string
		args  []string
		want  string
	}{
		{"", []string{"table", "-o", "pdf"}, `"pdf" is not one of csv, json, sql`},
		{"", []string{"table", "x"}, "want no argument but flags: got 1"},
		{"", []string{"table", "--gate", "other", "-c", caddyfile}, "no such gate"},
		{two, []string{"table", "-c", "-"}, "several gates, say which: a (-:2), b (-:7)"},
		{"", []string{"table", "-c", "nowhere"}, "nowhere"},
		{"", []string{"audit", "-o", "pdf"}, `"pdf" is not one of text, json, csv, html`},
		{"", []string{"audit", "-c", caddyfile, "--format", "syslog"}, "--format: "},
		{"", []string{"audit", "-c", caddyfile, "--key", "status"}, `--key: "status" is not of the form NAME=FIELD`},
		{"", []string{"audit", "-c", caddyfile, "--since", "soon"}, `--since: "soon" is neither a time`},
		{"", []string{"audit", "-c", caddyfile, "--until", "soon"}, `--until: "soon" is neither a time`},
		{"", []string{"audit", "-c", caddyfile, "--site", "other.example.com"}, "no such gate"},
		{"", []string{"audit", "-c", "-"}, "standard input can't be both"},
	} {
		if _, stderr := runs(t, 2, c.stdin, c.args...); !strings.Contains(stderr, c.want) {
			t.Errorf("%q: got %q, want %q", c.args, stderr, c.want)
		}
	}
	if out, _ := runs(t, 0, two, "table", "-c", "-", "--gate", "b"); !strings.HasPrefix(out, "status,") {
		t.Errorf("got %.100s", out)
	}
	file := write(t, "access.log", log)
	if out, _ := runs(t, 0, two, "audit", "-c", "-", "--site", "b", file); !strings.HasPrefix(out, "4 lines") {
		t.Errorf("got %.100s", out)
	}
}

func TestMoments(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	for text, want := range map[string]string{
		"": "0001-01-01T00:00:00Z", "2h": "2026-03-01T10:00:00+01:00", "7d": "2026-02-22T12:00:00+01:00", "2026-02-01": "2026-02-01T00:00:00+01:00",
		"2026-02-01 10:20": "2026-02-01T10:20:00+01:00", "2026-02-01T10:20:30Z": "2026-02-01T10:20:30Z",
	} {
		if got, err := command.Moment(text, now); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		at   accesslog.Progress
		want string
	}{
		{accesslog.Progress{Bytes: 50e6, Total: 200e6, Lines: 1234567}, "[#######.......................]  25 %, 1,234,567 lines, 25 MB/s, 6s left"},
		{accesslog.Progress{Bytes: 50e6, Total: -1, Lines: 9}, "50 MB, 9 lines, 25 MB/s"},
		{accesslog.Progress{Bytes: 50e6, Total: 40e6, Lines: 9}, "[##############################] 100 %, 9 lines, 25 MB/s, 0s left"},
	} {
		if got := command.ProgressLine(c.at, 2*time.Second); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
