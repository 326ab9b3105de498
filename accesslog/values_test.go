package accesslog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/accesslog"
)

func TestPathAndReceivedStatusOfAnEntry(t *testing.T) {
	for target, want := range map[string]string{"/a?b=c": "/a", "/a": "/a", "/?x": "/", "*": "", "a.example:443": "", "": ""} {
		e := accesslog.Entry{Target: []byte(target)}
		if got := string(e.Path()); got != want {
			t.Errorf("%q: got %q, want %q", target, got, want)
		}
	}
	for e, want := range map[*accesslog.Entry]int{{Status: 502}: 502, {Status: 503, Backend: 520}: 520} {
		if got := e.Received(); got != want {
			t.Errorf("%+v: got %d", e, got)
		}
	}
}

// one reads a line whose layout is found by itself.
func one(t *testing.T, line string) accesslog.Entry {
	t.Helper()
	layout, ok := accesslog.Detect([]byte(line + "\n"))
	if !ok {
		t.Fatalf("no format: %s", line)
	}
	var e accesslog.Entry
	if err := accesslog.NewParser(layout).Parse([]byte(line), &e); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return e
}

func TestEachDayOfAYearIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	const layout = "02/Jan/2006:15:04:05 -0700"
	zone := time.FixedZone("", -(9*3600 + 30*60))
	for day := range 366 {
		at := time.Date(2024, 1, 1, 23, 59, 58, 0, zone).AddDate(0, 0, day)
		e := one(t, fmt.Sprintf(`h - - [%s] "GET / HTTP/1.1" 200 5`, at.Format(layout)))
		if e.Time != at.UnixNano() {
			t.Errorf("%v: got %v", at, time.Unix(0, e.Time))
		}
	}
}

func TestTimesOfJSONLogs(t *testing.T) {
	at := time.Date(2021, 9, 30, 8, 0, 55, 0, time.UTC)
	millis := at.Add(123 * time.Millisecond)
	for text, want := range map[string]time.Time{
		`1632988855`: at, `1632988855.123`: millis, `"1632988855.123"`: millis, `1632988855123`: millis, `1632988855123000`: millis, `1632988855123000000`: millis,
		`1632988855123.5`: millis.Add(500 * time.Microsecond), `"2021-09-30T08:00:55Z"`: at, `"2021-09-30t08:00:55.123"`: millis, `"2021-09-30 08:00:55,123"`: millis,
		`"2021-09-30 10:00:55 +0200"`: at, `"2021-09-30T10:00:55+02:00"`: at, `"2021/09/30 08:00:55.123"`: millis, `"30/Sep/2021:10:00:55 +0200"`: at,
		`"30/Sep/2021:08:00:55"`: at, `"30/Sep/2021:08:00:55.123"`: millis,
	} {
		if e := one(t, `{"status":200,"uri":"/","time":`+text+`}`); e.Time != want.UnixNano() {
			t.Errorf("%s: got %v, want %v", text, time.Unix(0, e.Time).UTC(), want)
		}
	}
	for _, text := range []string{
		`"yesterday"`, `12345678901234567890`, `9999999999999999999`, `1.x`, `"1x"`, `"2021-09-30X08:00:55Z"`, `"2021-13-30T08:00:55Z"`, `"2021-09-30T08-00-55Z"`, `"2021-0x-30T08:00:55Z"`,
		`"30/Foo/2021:08:00:55"`, `"30/Sep/2021:08:61:55"`, `null`, `""`, `{"a":1}`, `[]`, `[`, `["2021`,
	} {
		line := `{"status":200,"uri":"/","time":` + text + `}`
		var e accesslog.Entry
		layout, ok := accesslog.Detect([]byte(line + "\n"))
		if ok && accesslog.NewParser(layout).Parse([]byte(line), &e) == nil && e.Time != 0 {
			t.Errorf("%s: got %v", text, time.Unix(0, e.Time).UTC())
		}
	}
	// A zone that is none counts as UTC.
	if e := one(t, `{"status":200,"uri":"/","time":"2021-09-30T08:00:55+xx:00"}`); e.Time != at.UnixNano() {
		t.Errorf("got %v", time.Unix(0, e.Time).UTC())
	}
}

func TestStringsOfJSONAreUnescaped(t *testing.T) {
	for text, want := range map[string]string{
		`/\"\\\/\b\f\n\r\t`: "/\"\\/\b\f\n\r\t",
		`/\u00e9\u20AC`:     "/é€",
		`/\ud83d\ude00`:     "/😀",
		`/\ud83d x`:         "/\ufffd x",
		`/\ud83d\u0041`:     "/\ufffdA",
		`/\u12`:             "/\ufffd12",
		`/\uzzzz`:           "/\ufffdzzzz",
		`/\x41\xzz`:         "/Axzz",
		`/\q`:               "/q",
		`/é`:                "/é",
	} {
		if e := one(t, `{"status":200,"method":"GET","uri":"`+text+`"}`); string(e.Target) != want {
			t.Errorf("%s: got %q, want %q", text, e.Target, want)
		}
	}
}

func TestNumbersThatAreNoneAreLeftOut(t *testing.T) {
	for _, size := range []string{`"many"`, `-5`, `""`, `1234567890123456789`, `"+"`} {
		if e := one(t, `{"status":200,"method":"GET","uri":"/","bytes":`+size+`}`); e.Bytes != -1 {
			t.Errorf("%s: got %d", size, e.Bytes)
		}
	}
	// Deeper than anyone nests what is wanted, and a backend's status that is none.
	if e := one(t, `{"a":{"b":{"c":[{"d":1}]}},"status":200 , "upstream_status":"x","uri":"/", "t" : true}`); e.Backend != 0 || e.Status != 200 {
		t.Errorf("got %+v", e)
	}
}

func TestFormatsHaveNames(t *testing.T) {
	for _, name := range accesslog.Formats() {
		format, err := accesslog.ParseFormat(name)
		if err != nil || format.String() != name {
			t.Errorf("%s: got %v, %v", name, format, err)
		}
	}
	if f, err := accesslog.ParseFormat(""); f != accesslog.Auto || err != nil {
		t.Errorf("got %v, %v", f, err)
	}
	if _, err := accesslog.ParseFormat("clf"); err == nil || !strings.Contains(err.Error(), `format "clf": want one of auto, caddy, combined`) {
		t.Errorf("got %v", err)
	}
	if got := accesslog.Format(99).String(); got != "format(99)" {
		t.Errorf("got %s", got)
	}
}
