package problem_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

// conformCase has an empty want where the body is no problem.
type conformCase struct {
	name   string
	body   string
	status int
	want   string
}

func testConform(t *testing.T, f problem.Format, cases []conformCase) {
	t.Helper()
	for _, c := range cases {
		dst := []byte("before")
		out, ok := problem.Conform(dst, []byte(c.body), f, c.status)
		if ok != (c.want != "") || string(out) != "before"+c.want {
			t.Errorf("%s:\nConform(%s, %d)\n got %s %v\nwant before%s", c.name, c.body, c.status, out, ok, c.want)
		}
	}
}

func nested(open, inner, end string, times int) string {
	return strings.Repeat(open, times) + inner + strings.Repeat(end, times)
}

func TestConformJSONFindsOutWhatIsNoProblem(t *testing.T) {
	cases := []conformCase{
		{name: "nothing", body: ``},
		{name: "white space", body: " \n"},
		{name: "an array", body: `[]`},
		{name: "a string", body: `"title"`},
		{name: "null", body: `null`},
		{name: "an empty object", body: `{}`},
		{name: "an object with spaces", body: ` { } `},
		{name: "another kind of error", body: `{"error":"not found","code":17}`},
		{name: "an instance alone", body: `{"instance":"/17"}`},
		{name: "nulls alone", body: `{"type":null,"title":null,"status":null,"detail":null}`},
		{name: "members in capitals", body: `{"Title":"a","STATUS":404}`},
		{name: "members of a member", body: `{"error":{"title":"a"}}`},
		{name: "a cut body", body: `{"title":"a","status":4`},
		{name: "trailing garbage", body: `{"title":"a"}}`},
		{name: "two documents", body: `{"title":"a"}{"title":"a"}`},
		{name: "a trailing comma", body: `{"title":"a",}`},
		{name: "a comment", body: `{"title":"a"/**/}`},
		{name: "a line break in a string", body: "{\"title\":\"a\nb\"}"},
		{name: "a byte order mark", body: "\uFEFF" + `{"title":"a"}`},
		{name: "another encoding", body: "{\"title\":\"caf\xe9\"}"},
		{name: "HTML", body: `<!DOCTYPE html><title>404</title>`},
		{name: "a title that is a number", body: `{"title":404}`},
		{name: "a title that is an object", body: `{"title":{"en":"a"}}`},
		{name: "a detail that is an array", body: `{"title":"a","detail":["b"]}`},
		{name: "a type that is a boolean", body: `{"type":true}`},
		{name: "an instance that is a number", body: `{"title":"a","instance":17}`},
		{name: "a status that is a string", body: `{"title":"a","status":"404"}`},
		{name: "a status that is a boolean", body: `{"title":"a","status":true}`},
		{name: "a status that is an object", body: `{"title":"a","status":{"code":404}}`},
		{name: "a member twice", body: `{"title":"a","title":"b"}`},
		{name: "a member twice, once as null", body: `{"title":null,"title":"b"}`},
		{name: "a member twice, once escaped", body: `{"status":404,"st\u0061tus":500}`},
		{name: "objects that are nested too deep", body: `{"title":"a","x":` + nested(`{"y":`, `1`, `}`, 64) + `}`},
		{name: "arrays that are nested too deep", body: `{"title":"a","x":` + nested(`[`, ``, `]`, 64) + `}`},
		{name: "deep nesting that never ends", body: `{"title":"a","x":` + strings.Repeat(`[`, 100_000)},
	}
	for _, status := range []int{404, 500} {
		for i := range cases {
			cases[i].status = status
		}
		testConform(t, problem.JSON, cases)
	}
}

func TestConformJSONBringsTheStatusInLine(t *testing.T) {
	deep := `{"title":"a","x":` + nested(`[`, ``, `]`, 63)
	testConform(t, problem.JSON, []conformCase{
		{"another status", `{"title":"a","status":410}`, 404, `{"title":"a","status":404}`},
		{"the same status", `{"title":"a","status":404}`, 404, `{"title":"a","status":404}`},
		{"a status with an exponent", `{"status":-4.1e2,"title":"a"}`, 404, `{"status":404,"title":"a"}`},
		{"a status alone", `{"status":410}`, 404, `{"status":404}`},
		{"a status of null", `{"title":"a","status":null}`, 404, `{"title":"a","status":404}`},
		{"no status", `{"title":"a"}`, 404, `{"title":"a","status":404}`},
		{"no status, spaces", "{ \"title\" : \"a\"\t\r\n}\n", 404, "{ \"title\" : \"a\",\"status\":404\t\r\n}\n"},
		{"spaces stay", " {\r\n\t\"status\" : 410 , \"x\" : [ 1 , 2 ] }\n", 404, " {\r\n\t\"status\" : 404 , \"x\" : [ 1 , 2 ] }\n"},
		{"an escaped key", `{"st\u0061tus":410,"title":"a"}`, 404, `{"st\u0061tus":404,"title":"a"}`},
		{
			"extensions stay, whatever they look like",
			`{"Status":1,"x":{"status":2,"a":"}\"\\"},"x":["]",{}],"title":"a\nb","detail":null,"y":-1e5,"status":410}`, 404,
			`{"Status":1,"x":{"status":2,"a":"}\"\\"},"x":["]",{}],"title":"a\nb","detail":null,"y":-1e5,"status":404}`,
		},
		{"as deep as it may be", deep + `}`, 404, deep + `,"status":404}`},
	})
}

func TestConformJSONLetsNoInternalsOutOnServerErrors(t *testing.T) {
	const bare = `{"title":"a","status":500}`
	testConform(t, problem.JSON, []conformCase{
		{
			"registered members stay as they were written",
			`{ "instance":"/17","detail":"b \u003c \/","status":502,"title":"a","type":"about:blank" }`, 500,
			`{"type":"about:blank","title":"a","status":500,"detail":"b \u003c \/","instance":"/17"}`,
		},
		{"what ASP.NET adds", `{"title":"a","status":500,"exception":{"details":"System.X"},"traceId":"00-1"}`, 500, bare},
		{"what Spring adds", `{"title":"a","status":500,"trace":"java.lang.X"}`, 500, bare},
		{"no status", `{"title":"a"}`, 503, `{"title":"a","status":503}`},
		{"a status of null", `{"title":"a","status":null,"detail":null}`, 500, bare},
		{"a detail with a line break", `{"title":"a","detail":"b\n\tat c"}`, 500, bare},
		{"a detail with a carriage return", `{"title":"a","detail":"b\rc"}`, 500, bare},
		{"a detail with an escaped line break", `{"title":"a","detail":"b\u000Ac"}`, 500, bare},
		{"a detail with Unicode's line separator", "{\"title\":\"a\",\"detail\":\"b\u2028c\"}", 500, bare},
		{"a detail with a line break that was escaped twice", `{"title":"a","detail":"b\\nc"}`, 500, bare},
		{"a detail with a return that was escaped twice", `{"title":"a","detail":"b\\rc"}`, 500, bare},
		{"a title that spans lines", `{"type":"t","title":"a\nb"}`, 500, `{"type":"t","status":500}`},
		{"an instance that spans lines", `{"title":"a","instance":"b\nc"}`, 500, bare},
		{"nothing is left but the status", `{"title":"a\nb","status":500,"instance":"/17"}`, 500, ""},
		{"there was nothing but the status", `{"status":502}`, 500, ""},
	})
}

func TestConformXMLFindsOutWhatIsNoProblem(t *testing.T) {
	attributes := strings.Builder{}
	for i := range 65 {
		attributes.WriteString(" a" + strings.Repeat("b", i) + `="1"`)
	}
	cases := []conformCase{
		{name: "nothing", body: ``},
		{name: "white space", body: " \n"},
		{name: "text", body: `404`},
		{name: "an empty root", body: `<problem/>`},
		{name: "another root", body: `<error><title>a</title></error>`},
		{name: "another namespace", body: `<problem xmlns="urn:example"><title>a</title></problem>`},
		{name: "a prefix without a namespace", body: `<p:problem><p:title>a</p:title></p:problem>`},
		{name: "members of another namespace", body: `<problem xmlns="urn:ietf:rfc:7807"><title xmlns="">a</title></problem>`},
		{name: "members in capitals", body: `<problem><Title>a</Title></problem>`},
		{name: "members of a member", body: `<problem><error><title>a</title></error></problem>`},
		{name: "an instance alone", body: `<problem><instance>/17</instance></problem>`},
		{name: "a cut body", body: `<problem><title>a</title>`},
		{name: "tags that do not match", body: `<problem><title>a</tilte></problem>`},
		{name: "two roots", body: `<problem><title>a</title></problem><problem/>`},
		{name: "text in front", body: `a<problem><title>a</title></problem>`},
		{name: "text behind", body: `<problem><title>a</title></problem>a`},
		{name: "a declaration that comes late", body: `<problem><title>a</title><?xml version="1.0"?></problem>`},
		{name: "a document type", body: `<!DOCTYPE problem><problem><title>a</title></problem>`},
		{name: "an entity", body: `<!DOCTYPE problem [<!ENTITY e "x">]><problem><title>&e;</title></problem>`},
		{name: "an entity that nobody declared", body: `<problem><title>&eacute;</title></problem>`},
		{name: "another encoding", body: "<problem><title>caf\xe9</title></problem>"},
		{name: "another encoding, declared", body: `<?xml version="1.0" encoding="ISO-8859-1"?><problem><title>a</title></problem>`},
		{name: "a control character", body: "<problem><title>a</title><!-- \x00 --></problem>"},
		{name: "a noncharacter", body: "<problem><title>a</title><!-- \uFFFF --></problem>"},
		{name: "elements in a member", body: `<problem><title>a<b>c</b></title></problem>`},
		{name: "a member twice", body: `<problem><title>a</title><title>b</title></problem>`},
		{name: "a status that is no number", body: `<problem><title>a</title><status>bad</status></problem>`},
		{name: "a status that is empty", body: `<problem><title>a</title><status/></problem>`},
		{name: "an attribute twice", body: `<problem><title x="1" x="2">a</title></problem>`},
		{name: "too many attributes", body: `<problem><title` + attributes.String() + `>a</title></problem>`},
		{name: "nested too deep", body: `<problem><title>a</title>` + nested(`<x>`, ``, `</x>`, 64) + `</problem>`},
		{name: "JSON", body: `{"title":"a"}`},
	}
	for _, status := range []int{404, 500} {
		for i := range cases {
			cases[i].status = status
		}
		testConform(t, problem.XML, cases)
	}
}

func TestConformXMLBringsTheStatusInLine(t *testing.T) {
	const (
		ns   = ` xmlns="urn:ietf:rfc:7807"`
		decl = `<?xml version="1.0" encoding="utf-8"?>`
	)
	deep := `<problem><title>a</title>` + nested(`<x>`, ``, `</x>`, 63)
	testConform(t, problem.XML, []conformCase{
		{"another status", `<problem` + ns + `><status>410</status></problem>`, 404, `<problem` + ns + `><status>404</status></problem>`},
		{
			"the namespace of RFC 9457",
			`<problem xmlns="urn:ietf:rfc:9457"><status>410</status></problem>`, 404,
			`<problem xmlns="urn:ietf:rfc:9457"><status>404</status></problem>`,
		},
		{"no namespace", `<problem><status>410</status></problem>`, 404, `<problem><status>404</status></problem>`},
		{
			"a status in pieces",
			`<problem><status x="1" > 4<!-- -->1<![CDATA[0]]> </status ></problem>`, 404,
			`<problem><status x="1" >404</status ></problem>`,
		},
		{"no status", `<problem><title>a</title></problem>`, 404, `<problem><title>a</title><status>404</status></problem>`},
		{
			"no status and a prefix",
			`<problem:problem xmlns:problem="urn:ietf:rfc:7807"><problem:type/></problem:problem>`, 404,
			`<problem:problem xmlns:problem="urn:ietf:rfc:7807"><problem:type/><problem:status>404</problem:status></problem:problem>`,
		},
		{
			"what is around stays",
			"\uFEFF" + decl + "\r\n<!-- a --><?b c?>\n<problem>\n <status>410</status>\n <x a='1' b=\"2\"><status>5</status>&amp;</x>\n</problem>\n<!-- d -->\n", 404,
			"\uFEFF" + decl + "\r\n<!-- a --><?b c?>\n<problem>\n <status>404</status>\n <x a='1' b=\"2\"><status>5</status>&amp;</x>\n</problem>\n<!-- d -->\n",
		},
		{"as deep as it may be", deep + `</problem>`, 404, deep + `<status>404</status></problem>`},
	})
}

func TestConformXMLLetsNoInternalsOutOnServerErrors(t *testing.T) {
	const (
		start = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<problem xmlns="urn:ietf:rfc:7807">`
		bare  = start + "<title>a</title><status>500</status></problem>\n"
	)
	testConform(t, problem.XML, []conformCase{
		{
			"registered members stay, written anew",
			`<p:problem xmlns:p="urn:ietf:rfc:9457"><p:instance> /17 </p:instance><p:detail a="1"><![CDATA[<b>]]> &amp; c</p:detail>` +
				`<p:type>t</p:type><p:title>a</p:title></p:problem>`, 500,
			start + "<type>t</type><title>a</title><status>500</status><detail>&lt;b&gt; &amp; c</detail><instance>/17</instance></problem>\n",
		},
		{"extensions go", `<problem><title>a</title><trace>b</trace><status>502</status></problem>`, 500, bare},
		{"comments and instructions go", `<!-- b --><problem><title>a</title><!-- c --><?d e?></problem><!-- f -->`, 500, bare},
		{"a detail that spans lines", "<problem><title>a</title><detail>b\n at c</detail></problem>", 500, bare},
		{"a detail with an escaped line break", `<problem><title>a</title><detail>b&#10;c</detail></problem>`, 500, bare},
		{"line breaks around a text do not count", "<problem><title>\n a\n </title></problem>", 500, bare},
		{"empty members go", `<problem><title>a</title><detail/><type> </type></problem>`, 500, bare},
		{"nothing is left but the status", "<problem><title>a\nb</title><status>500</status></problem>", 500, ""},
		{"there was nothing but the status", "<problem><status>500</status></problem>", 500, ""},
	})
}

func TestPagesAndTextsAreNeverProblems(t *testing.T) {
	for _, f := range []problem.Format{problem.HTML, problem.Text, problem.Format(9)} {
		testConform(t, f, []conformCase{
			{"a page", `<!DOCTYPE html><title>404</title>`, 404, ""},
			{"JSON", `{"title":"a"}`, 404, ""},
		})
	}
}

func TestConformTakesWhatAppendWrites(t *testing.T) {
	for _, f := range []problem.Format{problem.JSON, problem.XML} {
		body := string(full.Append(nil, f))
		testConform(t, f, []conformCase{
			{"unchanged", body, 503 - 100, strings.Replace(body, "503", "403", 1)},
		})
	}
}

func TestConformJSONAllocatesNothingOnClientErrors(t *testing.T) {
	body, dst := full.Append(nil, problem.JSON), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { problem.Conform(dst, body, problem.JSON, 404) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
