package problem_test

import (
	"encoding/json"
	"encoding/xml"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statusgate/statusgate/faults"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/problem"
)

func FuzzAppend(f *testing.F) {
	f.Add("", "", 404, "", "", "", 0)
	f.Add("about:blank", "Not Found", 404, "There is no order 17.", uuid, "GET", 5)
	f.Add("\x00\x1b\r\n\t", "</title><script>", 503, `"'&<>\`, "\u2028\u2029\uFFFE\uFFFF", "\xff\xed\xa0\x80", 86401)
	f.Add("]]>", "<![CDATA[", -1, "<!--", "-->", "&lt;&#0;", -1)
	f.Fuzz(func(t *testing.T, typ, title string, status int, detail, instance, item string, retry int) {
		p := problem.Problem{
			Type: typ, Title: title, Status: status, Detail: detail, Instance: instance,
			Allowed: []string{item, "x"}, Accepted: []string{detail}, Available: []string{title, instance}, RetryAfter: retry,
			Members: []problem.Member{{Name: "trace_id", Value: item}, {Name: item, Value: "x"}},
		}
		if problem.CheckMembers(p.Members) == nil {
			p.Members = p.Members[:1] // a name that the model does not know
		}
		checkJSON(t, &p)
		checkXML(t, &p)
		checkText(t, &p)
		checkHTML(t, &p)
		checkFaults(t, &p)
	})
}

// modelOf is what a reader should get out of a problem.
func modelOf(p *problem.Problem, clean func(string) string) model {
	blank := problem.Problem{Status: p.Status, Title: p.Title}
	_, title, _ := strings.Cut(string(blank.Append(nil, problem.Text)), " ")
	m := model{
		Type: clean(p.Type), Title: clean(p.Title), Status: max(p.Status, 0), Detail: clean(p.Detail), Instance: clean(p.Instance),
		RetryAfter: max(p.RetryAfter, 0), TraceID: clean(p.Members[0].Value),
	}
	if p.Type == "" {
		m.Type = "about:blank"
	}
	if p.Title == "" && p.Status > 0 {
		m.Title = strings.TrimSuffix(title, "\n")
	}
	for _, list := range []struct{ from, to *[]string }{
		{&p.Allowed, &m.Allowed}, {&p.Accepted, &m.Accepted}, {&p.Available, &m.Available},
	} {
		for _, value := range *list.from {
			*list.to = append(*list.to, clean(value))
		}
	}
	return m
}

func toUTF8(s string) string { return string([]rune(s)) }

func checkJSON(t *testing.T, p *problem.Problem) {
	t.Helper()
	body := p.Append(nil, problem.JSON)
	if !json.Valid(body) || !utf8.Valid(body) || strings.ContainsAny(string(body), "<>&\u2028\u2029") {
		t.Fatalf("not JSON that is safe in HTML: %s", body)
	}
	var got model
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if want := modelOf(p, toUTF8); !reflect.DeepEqual(got, want) {
		t.Errorf("JSON of %+v\n got %+v\nwant %+v", p, got, want)
	}
}

func checkXML(t *testing.T, p *problem.Problem) {
	t.Helper()
	body := p.Append(nil, problem.XML)
	var got model
	if err := xml.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	want := modelOf(p, func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\t\n\r", r) || r == '\uFFFE' || r == '\uFFFF' {
				return '\uFFFD'
			}
			return r
		}, toUTF8(s))
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("XML of %+v\n got %+v\nwant %+v", p, got, want)
	}
}

// plain is a problem of the same shape with harmless values.
func plain(p *problem.Problem) *problem.Problem {
	harmless := func(s string) string { return strings.Repeat("x", min(len(s), 1)) }
	return &problem.Problem{
		Type: harmless(p.Type), Title: harmless(p.Title), Status: p.Status, Detail: harmless(p.Detail),
		Instance: harmless(p.Instance), Allowed: []string{"x", "x"}, Accepted: []string{"x"}, Available: []string{"x", "x"},
		RetryAfter: p.RetryAfter, Members: []problem.Member{{Name: "trace_id", Value: harmless(p.Members[0].Value)}},
	}
}

// checkFaults looks for the problem in the detail of a fault.
func checkFaults(t *testing.T, p *problem.Problem) {
	t.Helper()
	bare := string(p.Append(nil, problem.XML))
	_, bare, _ = strings.Cut(strings.TrimSuffix(bare, "\n"), "\n")
	for _, f := range []problem.Format{problem.SOAP11, problem.SOAP12} {
		body := p.Append(nil, f)
		if kind, ok := faults.Recognize(body, f.ContentType()); !ok || kind.String() != f.String() {
			t.Errorf("%v of %+v: got %q, which is %v %v", f, p, body, kind, ok)
		}
		if !strings.Contains(string(body), "etail>"+bare+"</") {
			t.Errorf("%v of %+v: got %q, want %q in it", f, p, body, bare)
		}
	}
}

func checkText(t *testing.T, p *problem.Problem) {
	t.Helper()
	got := string(p.Append(nil, problem.Text))
	want := string(plain(p).Append(nil, problem.Text))
	if p.Type == "about:blank" {
		want = strings.Replace(want, "Problem type: x\n", "", 1)
	}
	if !utf8.ValidString(got) || strings.Count(got, "\n") != strings.Count(want, "\n") {
		t.Errorf("text of %+v: got %q, want as many lines as %q", p, got, want)
	}
	if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 }) {
		t.Errorf("text of %+v: got %q, want no controls", p, got)
	}
}

func checkHTML(t *testing.T, p *problem.Problem) {
	t.Helper()
	got, want := page(p), page(plain(p))
	for _, markup := range []string{"<", ">", `"`, "'", "\n"} {
		if strings.Count(got, markup) != strings.Count(want, markup) {
			t.Errorf("HTML of %+v: got another number of %q:\n%s", p, markup, got)
		}
	}
	if !utf8.ValidString(got) {
		t.Errorf("HTML of %+v: got %q, want UTF-8", p, got)
	}
}

func FuzzConform(f *testing.F) {
	for _, body := range []string{
		`{"title":"a","status":410,"x":[{"y":null}]}`, ` { "st\u0061tus" : 1e2 , "detail":"a\nb" } `, `{"title":"a"}`, `{}`, `[]`,
		`<problem xmlns="urn:ietf:rfc:7807"><title>a</title><status>410</status></problem>`, `<p:problem xmlns:p="urn:ietf:rfc:9457"/>`,
		"\uFEFF<?xml version=\"1.0\"?><!-- a --><problem><status>1</status><x><![CDATA[a]]></x><detail>b\nc</detail></problem>",
		`<problem:problem xmlns:problem="urn:ietf:rfc:7807"><problem:title>&lt;</problem:title></problem:problem>`,
	} {
		f.Add([]byte(body), 404)
		f.Add([]byte(body), 503)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		if status < 400 || status > 599 {
			return
		}
		for _, c := range []struct {
			format    problem.Format
			unmarshal func([]byte, any) error
		}{{problem.JSON, json.Unmarshal}, {problem.XML, xml.Unmarshal}} {
			before := slices.Clone(body)
			out, ok := problem.Conform(nil, body, c.format, status)
			if !slices.Equal(before, body) {
				t.Fatalf("%v: the body has changed from %q to %q", c.format, before, body)
			}
			if !ok {
				if out != nil {
					t.Fatalf("%v: got %q for what is no problem", c.format, out)
				}
				continue
			}
			if got := statusOf(t, out, c.unmarshal); got != status {
				t.Errorf("%v: Conform(%q, %d): got %q with status %d", c.format, body, status, out, got)
			}
			again, ok := problem.Conform(nil, out, c.format, status)
			if !ok || !slices.Equal(out, again) {
				t.Errorf("%v: got %q first, then %q %v", c.format, out, again, ok)
			}
		}
	})
}

// statusOf reads only the member in lower case; encoding/json alone would take Status for it, too.
func statusOf(t *testing.T, body []byte, unmarshal func([]byte, any) error) int {
	t.Helper()
	if body[0] == '<' || body[0] == 0xef || !json.Valid(body) {
		var m struct {
			Status int `xml:"status"`
		}
		if err := unmarshal(body, &m); err != nil {
			t.Fatalf("%v in %q", err, body)
		}
		return m.Status
	}
	var members map[string]json.RawMessage
	if err := unmarshal(body, &members); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	var status int
	if err := unmarshal(members["status"], &status); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return status
}

func FuzzChoose(f *testing.F) {
	for _, accept := range []string{browserAccept, "*/*;q=0", `text/html;a="\",";q=.2,*`, "application/json;q=0, text/*"} {
		f.Add(accept, "text/plain;q=0.5", uint8(0b11_10_01_00))
	}
	f.Fuzz(func(t *testing.T, one, other string, order uint8) {
		var offered []problem.Format
		for i := range 4 {
			offered = append(offered, problem.Format(order>>(2*i)&3))
		}
		got := problem.Choose([]string{one, other}, offered)
		if !slices.Contains(offered, got) {
			t.Errorf("Choose(%q, %q, %v): got %v", one, other, offered, got)
		}
		if again := problem.Choose([]string{one + "," + other}, offered); again != got && !strings.Contains(one+other, `"`) &&
			strings.Count(one+other, ",") < 200 {
			t.Errorf("Choose(%q, %q, %v): got %v, but %v on one line", one, other, offered, got, again)
		}
	})
}

// Package negotiate decides whether a request is acceptable at all. The two must not read one weight as two numbers.
func FuzzWeightsAreReadAsNegotiateReadsThem(f *testing.F) {
	for _, weight := range []string{"", "0", "1", "0.5", ".5", "1.", "0.8009", "00.5", "0.0001", "1.001", "17", `"0.6"`, `"`, ".", "x", "0.x", "-1", "+1", "0.5.1"} {
		f.Add(weight)
	}
	f.Fuzz(func(t *testing.T, weight string) {
		if strings.ContainsAny(weight, ",; \t\\") {
			t.Skip("more than a weight")
		}
		html := "text/html;q=" + weight
		for _, rival := range []string{"0.001", "0.499", "0.5", "0.501", "0.999", "1"} {
			accept := []string{"text/plain;q=" + rival + ", " + html}
			want := problem.Text
			if negotiate.Quality(accept, "text/html") >= negotiate.Quality(accept, "text/plain") {
				want = problem.HTML
			}
			if got := problem.Choose(accept, []problem.Format{problem.HTML, problem.Text}); got != want {
				t.Errorf("%s: got %v, want %v", accept, got, want)
			}
		}
	})
}
