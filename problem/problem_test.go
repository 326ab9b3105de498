package problem_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

func TestFormatsHaveNamesAndContentTypes(t *testing.T) {
	for _, c := range []struct {
		format            problem.Format
		name, contentType string
	}{
		{problem.JSON, "json", "application/problem+json"},
		{problem.XML, "xml", "application/problem+xml"},
		{problem.HTML, "html", "text/html; charset=utf-8"},
		{problem.Text, "text", "text/plain; charset=utf-8"},
		{problem.SOAP11, "soap11", "text/xml; charset=utf-8"},
		{problem.SOAP12, "soap12", "application/soap+xml; charset=utf-8"},
	} {
		if got := c.format.String(); got != c.name {
			t.Errorf("String of format %d: got %q, want %q", c.format, got, c.name)
		}
		if got := c.format.ContentType(); got != c.contentType {
			t.Errorf("ContentType of %v: got %q, want %q", c.format, got, c.contentType)
		}
		if c.format > problem.Text {
			continue // not to be configured
		}
		if got, err := problem.ParseFormat(c.name); err != nil || got != c.format {
			t.Errorf("ParseFormat(%q): got %v, %v, want %v", c.name, got, err, c.format)
		}
	}
}

func TestWhatIsNoFormatIsToldApart(t *testing.T) {
	for _, name := range []string{"", "JSON", "yaml", "json ", "soap11"} {
		got, err := problem.ParseFormat(name)
		if err == nil || !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("ParseFormat(%q): got %v, %v, want an error that names it", name, got, err)
		}
	}
	none := problem.Format(9)
	if got := none.String(); got != "Format(9)" {
		t.Errorf("String: got %q", got)
	}
	if got := none.ContentType(); got != "" {
		t.Errorf("ContentType: got %q, want none", got)
	}
	p := problem.Problem{Status: 404}
	if got, want := string(p.Append(nil, none)), string(p.Append(nil, problem.JSON)); got != want {
		t.Errorf("Append: got %s, want JSON %s", got, want)
	}
}

func TestFormatOf(t *testing.T) {
	for _, c := range []struct {
		name, contentType string
		want              problem.Format
		ok                bool
	}{
		{"JSON problem", "application/problem+json", problem.JSON, true},
		{"XML problem", "application/problem+xml", problem.XML, true},
		{"case does not matter", "Application/Problem+JSON", problem.JSON, true},
		{"parameters do not matter", "application/problem+xml ; charset=utf-8", problem.XML, true},
		{"space around does not matter", " \tapplication/problem+json ", problem.JSON, true},
		{"plain JSON is no problem", "application/json", problem.JSON, false},
		{"a longer name is no problem", "application/problem+jsonp", problem.JSON, false},
		{"a list is no problem", "application/problem+json, text/html", problem.JSON, false},
		{"HTML is no problem", "text/html; charset=utf-8", problem.JSON, false},
		{"nothing is no problem", "", problem.JSON, false},
	} {
		if got, ok := problem.FormatOf(c.contentType); ok != c.ok || got != c.want {
			t.Errorf("%s: FormatOf(%q): got %v %v, want %v %v", c.name, c.contentType, got, ok, c.want, c.ok)
		}
	}
}

var full = problem.Problem{
	Type: "https://example.com/probs/busy", Title: "Busy", Status: 503, Detail: `a "b" <c> & 'd'`, Instance: "/orders/17",
	Allowed: []string{"GET", "HEAD"}, Accepted: []string{"text/csv"}, Available: []string{"text/csv", "a/b"}, RetryAfter: 90,
	Members: []problem.Member{{Name: "trace_id", Value: `4b"f<`}, {Name: "empty"}, {Name: "bad name", Value: "x"}, {Name: "zone", Value: "a\nb"}},
}

func TestAppendJSON(t *testing.T) {
	for _, c := range []struct {
		name string
		p    problem.Problem
		want string
	}{
		{"nothing but the default type", problem.Problem{}, `{"type":"about:blank"}`},
		{
			"the title falls back to the reason phrase",
			problem.Problem{Status: 404},
			`{"type":"about:blank","title":"Not Found","status":404}`,
		},
		{
			"a status without a phrase has no title",
			problem.Problem{Status: 520},
			`{"type":"about:blank","status":520}`,
		},
		{
			"negative numbers are left out",
			problem.Problem{Status: -1, RetryAfter: -1},
			`{"type":"about:blank"}`,
		},
		{
			"all members in their order",
			full,
			`{"type":"https://example.com/probs/busy","title":"Busy","status":503,` +
				`"detail":"a \"b\" \u003cc\u003e \u0026 'd'","instance":"/orders/17","allowed":["GET","HEAD"],` +
				`"accepted":["text/csv"],"available":["text/csv","a/b"],"retry_after":90,"trace_id":"4b\"f\u003c","zone":"a\nb"}`,
		},
		{
			"characters that JSON or HTML would trip over",
			problem.Problem{Type: "t", Detail: "\x00\b\t\n\v\f\r\x1b\x7f\\/é€😀\u2028\u2029\uFFFD\xff\xed\xa0\x80"},
			`{"type":"t","detail":"\u0000\u0008\t\n\u000b\u000c\r\u001b\u007f\\/é€😀\u2028\u2029` +
				"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD" + `"}`,
		},
	} {
		if got := string(c.p.Append(nil, problem.JSON)); got != c.want+"\n" {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestAppendXML(t *testing.T) {
	const start = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<problem xmlns="urn:ietf:rfc:7807">`
	for _, c := range []struct {
		name string
		p    problem.Problem
		want string
	}{
		{"nothing but the default type", problem.Problem{}, `<type>about:blank</type>`},
		{
			"all members in their order",
			full,
			`<type>https://example.com/probs/busy</type><title>Busy</title><status>503</status>` +
				`<detail>a &#34;b&#34; &lt;c&gt; &amp; &#39;d&#39;</detail><instance>/orders/17</instance>` +
				`<allowed><i>GET</i><i>HEAD</i></allowed><accepted><i>text/csv</i></accepted>` +
				`<available><i>text/csv</i><i>a/b</i></available><retry_after>90</retry_after>` +
				"<trace_id>4b&#34;f&lt;</trace_id><zone>a\nb</zone>",
		},
		{
			"characters that XML cannot hold",
			problem.Problem{Type: "t", Detail: "\x00\x1b|\t\n\r|\x7f\u0085]]>é😀\uFFFE\uFFFF\uFFFD\xff"},
			"<type>t</type><detail>\uFFFD\uFFFD|\t\n&#13;|\x7f\u0085]]&gt;é😀\uFFFD\uFFFD\uFFFD\uFFFD</detail>",
		},
	} {
		want := start + c.want + "</problem>\n"
		got := string(c.p.Append(nil, problem.XML))
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
		var m model
		if err := xml.Unmarshal([]byte(got), &m); err != nil {
			t.Errorf("%s: %v in %s", c.name, err, got)
		}
	}
}

func TestAppendText(t *testing.T) {
	for _, c := range []struct {
		name string
		p    problem.Problem
		want string
	}{
		{"nothing known", problem.Problem{}, "Error\n"},
		{"a title without a status", problem.Problem{Title: "Busy"}, "Busy\n"},
		{"a status without a title", problem.Problem{Status: 520}, "520\n"},
		{"the default type is not worth a line", problem.Problem{Type: "about:blank", Status: 404}, "404 Not Found\n"},
		{
			"all members",
			full,
			"503 Busy\na \"b\" <c> & 'd'\nAllowed methods: GET, HEAD\nAccepted formats: text/csv\n" +
				"Available formats: text/csv, a/b\nTry again in 1 minute 30 seconds.\n" +
				"Problem type: https://example.com/probs/busy\nReference: /orders/17\ntrace_id: 4b\"f<\nzone: a b\n",
		},
		{
			"a value neither leaves its line nor reaches the terminal",
			problem.Problem{Title: "a\nReference: b", Detail: "c\x1b[31m\r\n\t\v\fd\u0085\u2028\u2029e\u009b1m\x7f\x00\u202ef\u2066g é😀\xff"},
			"a Reference: b\nc\uFFFD[31m     d   e\uFFFD1m\uFFFD\uFFFD\uFFFDf\uFFFDg é😀\uFFFD\n",
		},
	} {
		if got := string(c.p.Append(nil, problem.Text)); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestDurationsAreSaidInWordsAndRoundedUp(t *testing.T) {
	for seconds, want := range map[int]string{
		1:       "1 second",
		5:       "5 seconds",
		59:      "59 seconds",
		60:      "1 minute",
		61:      "1 minute 1 second",
		3599:    "59 minutes 59 seconds",
		3600:    "1 hour",
		3601:    "1 hour 1 minute",
		7200:    "2 hours",
		86_399:  "24 hours",
		86_400:  "1 day",
		90_001:  "1 day 2 hours",
		864_000: "10 days",
	} {
		p := problem.Problem{Status: 503, RetryAfter: seconds}
		if got := string(p.Append(nil, problem.Text)); !strings.Contains(got, "Try again in "+want+".\n") {
			t.Errorf("%d s: got %q, want %q", seconds, got, want)
		}
	}
}

// People are told when the server is ready only if somebody knows; programs get the
// number of the Retry-After field in any case.
func TestADrawnRetryAfterIsNoPromise(t *testing.T) {
	for _, f := range allFormats {
		known := string((&problem.Problem{Status: 503, RetryAfter: 75}).Append(nil, f))
		drawn := string((&problem.Problem{Status: 503, RetryAfter: 75, Drawn: true}).Append(nil, f))
		switch f {
		case problem.HTML, problem.Text:
			if !strings.Contains(known, "1 minute 15 seconds") || strings.Contains(drawn, "1 minute") || strings.Contains(drawn, "ready again") {
				t.Errorf("%v: got %q where it is known, %q where it is drawn", f, known, drawn)
			}
		default:
			if drawn != known || !strings.Contains(drawn, "75") {
				t.Errorf("%v: got %q, want %q", f, drawn, known)
			}
		}
	}
}

// A terminal's prompt, and the next line of a log, begin on a line of their own.
func TestEveryFormatEndsWithANewLine(t *testing.T) {
	for _, f := range allFormats {
		for _, p := range []problem.Problem{{}, full} {
			if got := string(p.Append(nil, f)); !strings.HasSuffix(got, "\n") {
				t.Errorf("%v: got %q", f, got)
			}
		}
	}
}

func TestAppendKeepsWhatIsInFrontAndAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 8192)
	for _, f := range allFormats {
		if got := string(full.Append([]byte("before"), f)); got != "before"+string(full.Append(nil, f)) {
			t.Errorf("%v: got %q", f, got)
		}
		if n := testing.AllocsPerRun(100, func() { buf = full.Append(buf[:0], f) }); n != 0 {
			t.Errorf("%v: %v allocations", f, n)
		}
		if n := testing.AllocsPerRun(100, func() {
			var local [8192]byte
			(&problem.Problem{Status: 404}).Append(local[:0], f)
		}); n != 0 {
			t.Errorf("%v: %v allocations with a buffer and a problem on the stack", f, n)
		}
	}
}
