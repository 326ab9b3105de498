package accesslog_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

func TestFieldsOfTheW3CFormatChangeWithinAFileAndAcrossBlocks(t *testing.T) {
	var text strings.Builder
	want := 0
	for i := range 20_000 {
		if i%1000 == 0 {
			text.WriteString("#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2022-03-14 22:18:35\r\n")
			if i/1000%2 == 0 {
				text.WriteString("#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs-host cs-version cs(Accept)\r\n")
			} else {
				text.WriteString("#Fields: sc-status date time cs-uri cs-method\r\n")
			}
		}
		if i/1000%2 == 0 {
			text.WriteString("2022-03-14 22:18:35 GET /a b=c 404 7 a.example HTTP/1.1 text/html\r\n")
		} else {
			text.WriteString("404 2022-03-14 22:18:35 /a?b=c GET\r\n")
		}
		want++
	}
	path := write(t, t.TempDir(), "iis.log", []byte(text.String()))
	for workers := 1; workers <= 3; workers++ {
		got, sum := readAll(t, &accesslog.Input{Paths: []string{path}, Workers: workers})
		counts := make(map[string]int)
		for _, e := range got {
			counts[e]++
		}
		if sum.Lines != int64(want) || sum.Unread != 0 || len(counts) != 2 || sum.Formats["iis"] != int64(want) {
			t.Errorf("%d workers: %v, %+v", workers, counts, sum)
		}
		for _, e := range []string{
			"2022-03-14T22:18:35Z GET /a?b=c HTTP/1.1 host=a.example 404 bytes=7 accept=text/html", "2022-03-14T22:18:35Z GET /a?b=c 404",
		} {
			if counts[e] != want/2 {
				t.Errorf("%d workers: %q %d times", workers, e, counts[e])
			}
		}
	}
}

func TestALogThatHasOnlyItsHeadIsKnown(t *testing.T) {
	for head, want := range map[string]string{
		"#Version: 1.0\n#Fields: date time cs-method cs-uri-stem sc-status\n": "iis",
		"#Version: 1.0\n#Fields: date time x-edge-location sc-status\n":       "cloudfront",
	} {
		layout, ok := accesslog.Detect([]byte(head))
		if !ok || layout.String() != want || layout.Format().String() != want {
			t.Errorf("%q: got %v", head, &layout)
		}
	}
}

func TestCloudFrontWritesNoStatusWhereNothingWasSent(t *testing.T) {
	got, _ := readText(t, "#Version: 1.0\n#Fields: date time cs-method cs-uri-stem sc-status\n2019-12-04\t21:02:31\tGET\t/\t-\n2019-12-04\t21:02:31\t-\t-\t000\n")
	if want := []string{"2019-12-04T21:02:31Z GET / 0", "2019-12-04T21:02:31Z 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestALineOfAContainerThatIsEmptyIsNoEntry(t *testing.T) {
	_, sum := readText(t, "2025-12-31T17:37:40Z stdout F {\"status\":200,\"uri\":\"/\"}\n2025-12-31T17:37:40Z stdout F \n")
	if sum.Lines != 1 || sum.Unread != 0 {
		t.Errorf("got %+v", sum)
	}
}

func TestKeysOfOnesOwn(t *testing.T) {
	const line = `{"http":{"response":{"code":"520"},"req":"GET /a HTTP/1.1"},"up.status":504,"n":12,"when":1632988855123,"site":"a.example","vary":["text/html"],"deep":{"a":{"b":1}},"p":"HTTP/2"}` + "\n"
	keys := accesslog.Keys{
		"status": "http.response.code", "request": "http.req", "backend": "up.status", "bytes": "n", "time": "when", "host": "site", "accept": "vary", "protocol": "p",
	}
	got, sum := readAll(t, &accesslog.Input{Stdin: strings.NewReader(line), Format: accesslog.JSON, Keys: keys})
	if want := []string{"2021-09-30T08:00:55.123Z GET /a HTTP/2 host=a.example 520 backend=504 bytes=12 accept=text/html"}; !slices.Equal(got, want) || sum.Formats["json"] != 1 {
		t.Errorf("got %q, %+v", got, sum)
	}
	_, err := accesslog.Read(context.Background(), &accesslog.Input{Format: accesslog.JSON, Keys: accesslog.Keys{"code": "x", "path": ""}}, nil)
	if want := "key \"code\": want one of time, request, method, path, query, protocol, status, backend, bytes, host, accept\nkey \"path\": no key of the log\nno key for the status"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, _, err := accesslog.NewLayout(accesslog.JSON, nil, nil); err == nil {
		t.Error("a layout of JSON without keys")
	}
}
