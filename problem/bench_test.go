package problem_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

const uuid = "urn:uuid:5b5ff3d0-7e0c-4d3c-9a6f-0d6e2f3f1a11"

const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"

var allFormats = []problem.Format{problem.JSON, problem.XML, problem.HTML, problem.Text}

func BenchmarkAppend(b *testing.B) {
	p := problem.Problem{Status: 404, Instance: uuid}
	buf := make([]byte, 0, 4096)
	for _, f := range allFormats {
		b.Run(f.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf = p.Append(buf[:0], f)
			}
		})
	}
	b.Run("json.Marshal", func(b *testing.B) {
		m := model{Type: "about:blank", Title: "Not Found", Status: 404, Instance: uuid}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&m); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkChoose(b *testing.B) {
	for _, c := range []struct {
		name   string
		accept []string
	}{
		{"absent", nil},
		{"any", []string{"*/*"}},
		{"axios", []string{"application/json, text/plain, */*"}},
		{"browser", []string{browserAccept}},
		{"64 kB", []string{strings.Repeat(`text/html;a=",`, 4681)}},
		{"64 kB of crossed quotes", []string{strings.Repeat(`"\",`, 16384)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				problem.Choose(c.accept, allFormats)
			}
		})
	}
}

func BenchmarkConform(b *testing.B) {
	dst := make([]byte, 0, 4096)
	for _, c := range []struct {
		name, body string
		format     problem.Format
		status     int
	}{
		{"json 404", `{"type":"about:blank","title":"Not Found","status":410,"instance":"` + uuid + `"}`, problem.JSON, 404},
		{"json 500", `{"type":"about:blank","title":"Oh","status":500,"trace":["a","b"]}`, problem.JSON, 500},
		{"xml 404", `<problem xmlns="urn:ietf:rfc:7807"><title>Not Found</title><status>410</status></problem>`, problem.XML, 404},
	} {
		body := []byte(c.body)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := problem.Conform(dst[:0], body, c.format, c.status); !ok {
					b.Fatal("not a problem")
				}
			}
		})
	}
}

// model is a problem as encoding/json and encoding/xml see it.
type model struct {
	XMLName    struct{} `json:"-" xml:"urn:ietf:rfc:7807 problem"`
	Type       string   `json:"type" xml:"type"`
	Title      string   `json:"title,omitempty" xml:"title"`
	Status     int      `json:"status,omitempty" xml:"status"`
	Detail     string   `json:"detail,omitempty" xml:"detail"`
	Instance   string   `json:"instance,omitempty" xml:"instance"`
	Allowed    []string `json:"allowed,omitempty" xml:"allowed>i"`
	Accepted   []string `json:"accepted,omitempty" xml:"accepted>i"`
	Available  []string `json:"available,omitempty" xml:"available>i"`
	RetryAfter int      `json:"retry_after,omitempty" xml:"retry_after"`
	TraceID    string   `json:"trace_id,omitempty" xml:"trace_id"`
}
