package accesslog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

// broken are lines of a format that can't be read, and why.
var broken = []struct {
	format    accesslog.Format
	good, bad string
	why       string
}{
	{accesslog.Combined, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`, `h - - [30/Sep/2021:08:00:55 +0000] GET`, "no quoted request after the time in brackets"},
	{accesslog.Combined, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`, `[30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5`, "no client before the time in brackets"},
	{accesslog.Combined, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`, `x] "`, "no client before the time in brackets"},
	{accesslog.Combined, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1"`, "no status"},
	{accesslog.Common, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5`, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 2x0 5`, "no status"},
	{accesslog.Common, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5`, `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 1234567890 5`, "no status"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `hello`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"level":"info","msg":"serving","status":200}`, "a JSON object, but not of a request"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request":{"uri":"/"},"status":"ok"}`, "a JSON object, but not of a request"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request":{"uri":"/"},"status":`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request":{"uri":"/"`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request":{"uri":"/`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request" "x"}`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{request}`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"other":}`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"other":"\"`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"other":[1,{"a":"b"`, "not a JSON object"},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"status":,`, "not a JSON object"},
	{accesslog.HAProxy, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `Proxy front started.`, "no time in brackets"},
	{accesslog.HAProxy, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `1.2.3.4:5 [04/Apr`, "no time in brackets"},
	{accesslog.HAProxy, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 1/0/5 212 -- 1/1/1/0/0 0/0`, "not enough fields"},
	{accesslog.HAProxy, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 x 9 -`, "no status"},
	{accesslog.HAProxy, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 -`, "no quoted request after the time in brackets"},
	{accesslog.Envoy, `[2016-04-15T20:17:00.310Z] "GET / HTTP/2" 204 - 154 0 226 100 "-" "-" "-" "-" "-"`, `GET /`, "no time in brackets"},
	{accesslog.Envoy, `[2016-04-15T20:17:00.310Z] "GET / HTTP/2" 204 - 154 0 226 100 "-" "-" "-" "-" "-"`, `[2016-04-15T20:17:00.310Z] GET`, "no quoted request after the time in brackets"},
	{accesslog.Envoy, `[2016-04-15T20:17:00.310Z] "GET / HTTP/2" 204 - 154 0 226 100 "-" "-" "-" "-" "-"`, `[2016-04-15T20:17:00.310Z] "GET / HTTP/2" x`, "no status"},
	{accesslog.Envoy, `[2016-04-15T20:17:00.310Z] "GET / HTTP/2" 204 - 154 0 226 100 "-" "-" "-" "-" "-"`, `[2016-04-15T20:17:00.310Z] "GET / HTTP/2" 2x4 -`, "no status"},
	{accesslog.ALB, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 200 200 0 57 "GET http://lb:80/ HTTP/1.1" "-"`, `tls 2.0 2018`, "no type of load balancer connection"},
	{accesslog.ALB, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 200 200 0 57 "GET http://lb:80/ HTTP/1.1" "-"`, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 200`, "not enough fields"},
	{accesslog.ALB, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 200 200 0 57 "GET http://lb:80/ HTTP/1.1" "-"`, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 a 200 0 57 "GET http://lb:80/ HTTP/1.1" "-"`, "no status"},
	{accesslog.ALB, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 200 200 0 57 "GET http://lb:80/ HTTP/1.1" "-"`, `http 2018-07-02T22:23:00.186641Z l c t 0 0 0 200 200 0 57 GET`, "no quoted request after the time in brackets"},
	{accesslog.IIS, "#Fields: date time cs-method cs-uri-stem sc-status\n2022-03-14 22:18:35 GET / 200", `2022-03-14 22:18:35 GET`, "not as many fields as #Fields names"},
	{accesslog.IIS, "#Fields: date time cs-method cs-uri-stem sc-status\n2022-03-14 22:18:35 GET / 200", `2022-03-14 22:18:35 GET / x`, "no status"},
	{accesslog.IIS, "#Fields: date time cs-method cs-uri-stem sc-status\n2022-03-14 22:18:35 GET / 200\n#Fields: date time", `2022-03-14 22:18:35`, "no status"},
	{accesslog.CloudFront, "2019-12-04\t21:02:31\tLAX1\t392\tc\tGET\td\t/\t200\t-\tM\t-\t-\tHit", "2019-12-04\t21:02:31\tLAX1", "not as many fields as #Fields names"},
	{
		accesslog.Combined, `<190>Nov 28 05:05:12 web nginx: h - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`,
		`hello`, "no syslog prefix",
	},
	{
		accesslog.Combined, `<190>Nov 28 05:05:12 web nginx: h - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`,
		`<190>1 2026-11-28T05:05:12Z web nginx 12 ID [a b`, "no syslog prefix",
	},
	{accesslog.Caddy, `{"request":{"uri":"/"},"status":200}`, `{"request":{"uri":"/"},"status":200`, "not a JSON object"},
	{
		accesslog.NginxJSON, `2025-12-31T17:37:40Z stdout F {"status":200,"uri":"/"}`, `2025-12-31T17:37:40Z stdout P {"status":200}`,
		"a piece of a line that the container runtime has cut",
	},
	{accesslog.NginxJSON, `2025-12-31T17:37:40Z stdout F {"status":200,"uri":"/"}`, `2025-12-31T17:37:40Z stdout X {"status":200}`, "no prefix of a container's log"},
	{accesslog.NginxJSON, `2025-12-31T17:37:40Z stdout F {"status":200,"uri":"/"}`, `{"status":200}`, "no prefix of a container's log"},
	{accesslog.NginxJSON, `{"log":"{\"status\":200,\"uri\":\"/\"}\n"}`, `{"log":"{\"status\":200}"}`, "a piece of a line that the container runtime has cut"},
	{accesslog.NginxJSON, `{"log":"{\"status\":200,\"uri\":\"/\"}\n"}`, `{"log":"{\"status`, "no prefix of a container's log"},
	{accesslog.NginxJSON, `{"log":"{\"status\":200,\"uri\":\"/\"}\n"}`, `{"status":200}`, "no prefix of a container's log"},
}

func TestALineThatCannotBeReadIsCountedAndSaysWhy(t *testing.T) {
	for _, tt := range broken {
		text := tt.good + "\n" + tt.good + "\n" + tt.bad + "\n"
		for _, format := range []accesslog.Format{accesslog.Auto, tt.format} {
			entries, sum := readAll(t, &accesslog.Input{Stdin: strings.NewReader(text), Format: format})
			if len(entries) != 2 || sum.Unread != 1 || sum.Lines != 3 {
				t.Errorf("%q as %v: %d entries, %d unread of %d", tt.bad, format, len(entries), sum.Unread, sum.Lines)
				continue
			}
			if u := sum.First[0]; u.Why.Error() != tt.why || u.Text != tt.bad || u.File != "-" || u.Line != int64(strings.Count(text, "\n")) {
				t.Errorf("%q as %v: got %+v, want %s", tt.bad, format, u, tt.why)
			}
		}
	}
}

// Prefixes that look like syslog, and are not.
func TestWhatIsNoSyslogIsNoneOfIt(t *testing.T) {
	const entry = `h - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5`
	for _, prefix := range []string{
		"<190Nov 28 05:05:12 web nginx: ", "<>Nov 28 05:05:12 web nginx: ", "<190>Nov 28 x5:05:12 web nginx: ",
		"<190>Nov 28 05:05:12 web nginx ", "<190>1 2026-11-28T05:05:12Z web nginx 12 ID x ", "<190>1 2026-11-28T05:05:12Z web nginx 12 ID [a ", "<190>hello ",
	} {
		layout, ok := accesslog.Detect([]byte(prefix + entry + "\n"))
		if !ok || layout.String() != "common" {
			t.Errorf("%s: got %v", prefix, &layout)
		}
	}
}

func TestTextThatIsNoLogIsUnreadAndSaysSo(t *testing.T) {
	entries, sum := readText(t, "hello\n\nworld\n")
	if len(entries) != 0 || sum.Lines != 2 || sum.Unread != 2 || sum.First[1].Line != 3 || sum.First[1].Why.Error() != "no format that is known" {
		t.Errorf("got %v, %+v", entries, sum)
	}
	for _, format := range accesslog.Formats()[1:] {
		f, _ := accesslog.ParseFormat(format)
		_, sum := readAll(t, &accesslog.Input{Stdin: strings.NewReader("hello\n"), Format: f, Keys: accesslog.Keys{"status": "s"}})
		if sum.Unread != 1 || sum.First[0].Why.Error() == "no format that is known" {
			t.Errorf("%s: got %+v", format, sum)
		}
	}
}

func TestOnlyTheFirstTenUnreadLinesAreKeptAndAreShort(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "h - - [28/Nov/2026:05:05:12 +0000] \"GET / HTTP/1.1\" 200 5\nbad %d %s\n", i, strings.Repeat("x", 300))
	}
	path := write(t, t.TempDir(), "log", []byte(text.String()))
	for workers := 1; workers <= 4; workers++ {
		_, sum := readAll(t, &accesslog.Input{Paths: []string{path}, Workers: workers})
		if sum.Lines != 10_000 || sum.Unread != 5000 || len(sum.First) != 10 {
			t.Fatalf("%d workers: %d lines, %d unread, %d kept", workers, sum.Lines, sum.Unread, len(sum.First))
		}
		for i, u := range sum.First {
			if u.Line != int64(2*i+2) || len(u.Text) != 200 || !strings.HasPrefix(u.Text, fmt.Sprintf("bad %d ", i)) {
				t.Errorf("%d workers: kept %d: %+v", workers, i, u)
			}
		}
	}
}
