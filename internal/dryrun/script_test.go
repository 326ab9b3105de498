package dryrun_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/dryrun"
)

func TestScripts(t *testing.T) {
	field := func(name, value string) dryrun.Field { return dryrun.Field{Name: name, Value: value} }
	for _, c := range []struct {
		script *dryrun.Script
		want   string
	}{
		{dryrun.NewScript(200, nil, []byte("hi")), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
		{dryrun.NewScript(99, nil, nil), "HTTP/1.1 099 \r\nContent-Length: 0\r\n\r\n"},
		{dryrun.NewScript(204, nil, nil), "HTTP/1.1 204 No Content\r\n\r\n"},
		{dryrun.NewScript(404, []dryrun.Field{field("content-length", "9")}, nil), "HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n"},
		{new(dryrun.Script), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	} {
		if got := string(c.script.Message("GET")); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := string(dryrun.NewScript(200, nil, []byte("hi")).Message("HEAD")); got != "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" {
		t.Errorf("to HEAD: %q", got)
	}
}

// What curl -i saves is made to fit; what stands on a connection stays as it is.
func TestRawAnswers(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"as it stands", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi"},
		{"edited by hand", "HTTP/1.1 200 OK\nA: b\n\nhi", "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhi"},
		{"HTTP/2", "HTTP/2 520 \r\na: b\r\n\r\n", "HTTP/1.1 520 \r\na: b\r\n\r\n"},
		{"after hints", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi", "HTTP/1.1 200 OK\r\n\r\nhi"},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		{"chunks undone", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhi", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
		{"coding undone", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\nhi", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
		{"coded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"},
		{"no status of HTTP", "HTTP/1.1 2000 What\r\n\r\n", "HTTP/1.1 2000 What\r\n\r\n"},
		{"another protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
	} {
		script, err := dryrun.ParseScript([]byte(c.raw))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := string(script.Message("GET")); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	for _, raw := range []string{"", "HTTP/1.1 200 OK\r\nA: b\r\n", "hello\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"} {
		if script, err := dryrun.ParseScript([]byte(raw)); err == nil || !strings.Contains(err.Error(), "no HTTP answer") {
			t.Errorf("%q: got %+v, %v", raw, script, err)
		}
	}
}

func TestFields(t *testing.T) {
	if got, err := dryrun.ParseField("Accept:  text/html "); err != nil || got != (dryrun.Field{Name: "Accept", Value: "text/html"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{"", "Accept", ": x", "A b: c", "A: b\r\nC: d"} {
		if got, err := dryrun.ParseField(text); err == nil {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}
