package accesslog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

// fuzz checks what holds for any line: nothing panics, a line that was read can be
// read again to the same, what it says is bounded by the line, and neither the parser's
// past nor its buffers show.
func fuzz(f *testing.F, format accesslog.Format, heads ...string) {
	var layouts []accesslog.Layout
	for _, head := range heads {
		layout, ok, err := accesslog.NewLayout(format, accesslog.Keys{"status": "s.a", "path": "p", "query": "q", "request": "r"}, []byte(head+"\n"))
		if err != nil || !ok {
			f.Fatalf("%s: %v, %v", head, ok, err)
		}
		layouts = append(layouts, layout)
		for line := range strings.SplitSeq(head, "\n") {
			f.Add([]byte(line))
		}
	}
	for _, tt := range lines {
		f.Add([]byte(tt.line))
	}
	for _, tt := range broken {
		f.Add([]byte(tt.bad))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.IndexByte(line, '\n') >= 0 {
			t.Skip() // a line has none
		}
		for i, layout := range layouts {
			check(t, layout, []byte(heads[i]), line)
		}
	})
}

func check(t *testing.T, layout accesslog.Layout, head, line []byte) {
	var first, second accesslog.Entry
	p := accesslog.NewParser(layout)
	for before := range bytes.SplitSeq(head, []byte{'\n'}) {
		_ = p.Parse(before, &first)
	}
	kept := bytes.Clone(line)
	err := p.Parse(line, &first)
	got := fmt.Sprint(show(&first), err)
	if !bytes.Equal(line, kept) {
		t.Fatalf("%q: the line was changed to %q", kept, line)
	}
	if said := len(first.Method) + len(first.Target) + len(first.Protocol) + len(first.Host) + len(first.Accept); said > 4*len(line)+64 {
		t.Errorf("%q: %d bytes of text", line, said)
	}
	if err == nil && (first.Bytes < -1 || first.Status < -999_999_999 || first.Status > 999_999_999 || first.Path() != nil && first.Path()[0] != '/') {
		t.Errorf("%q: %s", line, got)
	}
	if err == nil && first.Method != nil && (len(first.Method) == 0 || bytes.IndexByte(first.Method, ' ') >= 0) {
		t.Errorf("%q: method %q", line, first.Method)
	}
	if bytes.HasPrefix(line, []byte{'#'}) {
		return // a directive changes what follows
	}
	err = p.Parse(line, &second)
	if again := fmt.Sprint(show(&second), err); again != got {
		t.Errorf("%q: first %s, then %s", line, got, again)
	}
}

func headOf(layout string) string {
	for _, tt := range lines {
		if tt.layout == layout {
			return tt.line
		}
	}
	panic("no line of " + layout)
}

func FuzzCombined(f *testing.F) {
	fuzz(f, accesslog.Combined, headOf("combined"), headOf("combined in syslog"), headOf("combined in a container's log (JSON)"))
}

func FuzzCommon(f *testing.F) {
	fuzz(f, accesslog.Common, headOf("common"), headOf("common in syslog"))
}

func FuzzCaddy(f *testing.F) { fuzz(f, accesslog.Caddy, headOf("caddy")) }

func FuzzNginxJSON(f *testing.F) {
	fuzz(f, accesslog.NginxJSON, headOf("nginx_json"), headOf("nginx_json in a container's log (JSON)"))
}

func FuzzTraefik(f *testing.F) {
	fuzz(f, accesslog.Traefik, headOf("traefik"), `10.0.0.1 - - [29/Mar/2024:19:50:27 +0000] "GET /x HTTP/1.1" 520 19 "-" "curl" 7 "r" "u" 12ms`)
}

func FuzzHAProxy(f *testing.F) {
	fuzz(f, accesslog.HAProxy, headOf("haproxy"), headOf("haproxy in syslog"))
}

func FuzzEnvoy(f *testing.F) {
	fuzz(f, accesslog.Envoy, headOf("envoy"), headOf("envoy in a container's log (CRI)"))
}

func FuzzIIS(f *testing.F) {
	fuzz(f, accesslog.IIS, headOf("iis"), "#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status\n2022-03-14 22:18:35 GET / a=b 200")
}

func FuzzALB(f *testing.F) { fuzz(f, accesslog.ALB, headOf("alb")) }

func FuzzCloudFront(f *testing.F) { fuzz(f, accesslog.CloudFront, headOf("cloudfront")) }

func FuzzJSON(f *testing.F) {
	fuzz(f, accesslog.JSON, `{"s":{"a":200},"p":"/","q":"a=b"}`, `{"s.a":200,"r":"GET / HTTP/1.1"}`)
}

// FuzzRead cuts any text in blocks and any first line in a format: no more and no
// fewer lines are met than there are, whoever reads them.
func FuzzRead(f *testing.F) {
	for _, tt := range lines {
		f.Add([]byte(tt.line+"\n"+tt.line), uint16(7))
	}
	f.Add([]byte("#Fields: sc-status date\n200 x\n\n#Fields: date\r\nx\n"), uint16(0))
	f.Add(gzipped(f, plain(3)), uint16(1))
	f.Add(zstandard(f, plain(3)), uint16(1))
	f.Add([]byte("BZh9"), uint16(1))
	f.Fuzz(func(t *testing.T, text []byte, repeat uint16) {
		text = bytes.Repeat(text, 1+int(repeat)%64)
		if len(text) > 4<<20 {
			t.Skip()
		}
		_, whole := readAll(t, &accesslog.Input{Stdin: bytes.NewReader(text), Workers: 2})
		_, again := readAll(t, &accesslog.Input{Stdin: bytes.NewReader(text), Workers: 1})
		if whole.Lines != again.Lines || whole.Unread != again.Unread || len(whole.First) != len(again.First) {
			t.Errorf("two workers: %+v, one: %+v", whole, again)
		}
		if whole.Failures == 0 && whole.Lines > int64(bytes.Count(text, []byte{'\n'}))+1 && bytes.IndexByte(text, 0x1f) < 0 && bytes.IndexByte(text, 0x28) < 0 {
			t.Errorf("%d lines of %q", whole.Lines, text)
		}
	})
}
