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
		{name: "nulls alone", body: `{"type":null,"title":null,"status":null,"detail":null,"x":null}`},
		{name: "a cut body", body: `{"title":"a","status":4`},
		{name: "a body that is cut within an object", body: `{"title":"a","x":{"y":1`},
		{name: "no value", body: `{"title":}`},
		{name: "no value of an extension", body: `{"title":"a","x":}`},
		{name: "trailing garbage", body: `{"title":"a"}}`},
		{name: "two documents", body: `{"title":"a"}{"title":"a"}`},
		{name: "a trailing comma", body: `{"title":"a",}`},
		{name: "a comment", body: `{"title":"a"/**/}`},
		{name: "a line break in a string", body: "{\"title\":\"a\nb\"}"},
		{name: "two byte order marks", body: "\uFEFF\uFEFF" + `{"title":"a"}`},
		{name: "another encoding", body: "{\"title\":\"caf\xe9\"}"},
		{name: "HTML", body: `<!DOCTYPE html><title>404</title>`},
		{name: "a member twice", body: `{"title":"a","title":"b"}`},
		{name: "a member twice, once as null", body: `{"title":null,"title":"b"}`},
		{name: "a member twice, once of another type", body: `{"title":"a","detail":[],"detail":"b"}`},
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

// RFC 9457 §3.1: a member of another type is ignored, not the document.
func TestConformJSONIgnoresMembersOfAnotherType(t *testing.T) {
	testConform(t, problem.JSON, []conformCase{
		{"a status that is a string", `{"title":"a","status":"400","zip":"b"}`, 404, `{"title":"a","status":404,"zip":"b"}`},
		{"a status that is an object", `{"status":{"code":[400]},"title":"a"}`, 404, `{"status":404,"title":"a"}`},
		{"a status that is a boolean, on a server error", `{"status":true,"title":"a"}`, 500, `{"title":"a","status":500}` + "\n"},
		{"a detail that is a list", `{"title":"a","detail":[{"zip":"b"}]}`, 404, `{"title":"a","detail":[{"zip":"b"}],"status":404}`},
		{"the same on a server error", `{"title":"a","detail":[{"zip":"b"}]}`, 500, `{"title":"a","status":500}` + "\n"},
		{"an instance that is a number", `{"title":"a","instance":17,"zip":"b"}`, 404, `{"title":"a","instance":17,"zip":"b","status":404}`},
		{"a title that is a number, alone", `{"title":404}`, 404, `{"title":404,"status":404}`},
		{"the same on a server error", `{"title":404}`, 500, ""},
		{"a type that is a boolean", `{"type":true,"title":"Gone","status":410}`, 404, `{"type":true,"title":"Not Found","status":404}`},
	})
}

func TestConformJSONTakesExtensionsAlone(t *testing.T) {
	testConform(t, problem.JSON, []conformCase{
		{"a list of errors", `{"errors":[{"zip":"missing"}]}`, 400, `{"errors":[{"zip":"missing"}],"status":400}`},
		{"an instance", `{"instance":"/17"}`, 404, `{"instance":"/17","status":404}`},
		{"members in capitals", `{"Title":"a","STATUS":404}`, 404, `{"Title":"a","STATUS":404,"status":404}`},
		{"on a server error they go, so that nothing is left", `{"errors":[{"zip":"missing"}],"instance":"/17"}`, 500, ""},
	})
}

func TestConformJSONTakesAByteOrderMarkAway(t *testing.T) {
	testConform(t, problem.JSON, []conformCase{
		{"on a client error", "\uFEFF" + `{"title":"a","zip":"b"}`, 404, `{"title":"a","zip":"b","status":404}`},
		{"on a server error", "\uFEFF" + `{"title":"a","zip":"b"}`, 500, `{"title":"a","status":500}` + "\n"},
	})
}

// RFC 9457 §4.2.1.
func TestTheTitleFollowsTheStatusWhereNoTypeSaysMore(t *testing.T) {
	testConform(t, problem.JSON, []conformCase{
		{"about:blank", `{"type":"about:blank","title":"Unprocessable Entity","status":422,"x":1}`, 400, `{"type":"about:blank","title":"Bad Request","status":400,"x":1}`},
		{"no type", `{"status":409,"title":"Conflict"}`, 400, `{"status":400,"title":"Bad Request"}`},
		{"no status", `{"title":"Unprocessable Content"}`, 400, `{"title":"Bad Request","status":400}`},
		{"a type", `{"type":"/x","title":"Conflict","status":409}`, 400, `{"type":"/x","title":"Conflict","status":400}`},
		{"a title that says more", `{"type":"about:blank","title":"Out of credit","status":402}`, 403, `{"type":"about:blank","title":"Out of credit","status":403}`},
		{"a long title", `{"title":"` + strings.Repeat("a", 40) + `","status":402}`, 403, `{"title":"` + strings.Repeat("a", 40) + `","status":403}`},
		{"the same status", `{"title":"Conflict","status":400}`, 400, `{"title":"Conflict","status":400}`},
		{"the title of the status", `{"title":"Bad Request","status":409}`, 400, `{"title":"Bad Request","status":400}`},
		{"words of someone's own", `{"title":"gone","status":410}`, 404, `{"title":"gone","status":404}`},
		{"a status without a phrase", `{"title":"Conflict","status":409}`, 499, `{"title":"Conflict","status":499}`},
		{"on a server error", `{"title":"Bad Gateway","status":502}`, 503, `{"title":"Service Unavailable","status":503}` + "\n"},
		{"on a server error, with a type", `{"title":"Proxy Error","type":"about:blank"}`, 503, `{"type":"about:blank","title":"Service Unavailable","status":503}` + "\n"},
	})
	testConform(t, problem.XML, []conformCase{
		{"XML", `<problem><title>Conflict</title><status>409</status></problem>`, 400, `<problem><title>Bad Request</title><status>400</status></problem>`},
		{
			"XML on a server error", `<problem><type>about:blank</type><title>Bad Gateway</title></problem>`, 503,
			`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<problem xmlns="urn:ietf:rfc:7807"><type>about:blank</type><title>Service Unavailable</title><status>503</status></problem>` + "\n",
		},
	})
}

func TestTheFieldAndTheMemberRetryAfterAgree(t *testing.T) {
	const xmlBare = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<problem xmlns="urn:ietf:rfc:7807"><title>a</title><status>503</status><retry_after>7</retry_after></problem>` + "\n"
	for _, c := range []struct {
		name, body string
		format     problem.Format
		r          problem.Response
		want       string
	}{
		{"another number", `{"title":"a","retry_after":30}`, problem.JSON, problem.Response{Status: 503, RetryAfter: 7}, `{"title":"a","status":503,"retry_after":7}` + "\n"},
		{"no field", `{"title":"a","retry_after":30}`, problem.JSON, problem.Response{Status: 503}, `{"title":"a","status":503,"retry_after":30}` + "\n"},
		{"no number", `{"title":"a","retry_after":"soon"}`, problem.JSON, problem.Response{Status: 503, RetryAfter: 7}, `{"title":"a","status":503}` + "\n"},
		{"a client error", `{"retry_after":30,"title":"a"}`, problem.JSON, problem.Response{Status: 403, RetryAfter: 7}, `{"retry_after":7,"title":"a","status":403}`},
		{"no member", `{"title":"a"}`, problem.JSON, problem.Response{Status: 403, RetryAfter: 7}, `{"title":"a","status":403}`},
		{"XML", `<problem><title>a</title><retry_after>30</retry_after></problem>`, problem.XML, problem.Response{Status: 503, RetryAfter: 7}, xmlBare},
		{"none in seconds", `{"title":"a","retry_after":30}`, problem.JSON, problem.Response{Status: 500, RetryAfter: problem.NoSeconds}, `{"title":"a","status":500}` + "\n"},
		{"none in seconds, a client error", `{"retry_after":30,"title":"a"}`, problem.JSON, problem.Response{Status: 403, RetryAfter: problem.NoSeconds}, `{"retry_after":null,"title":"a","status":403}`},
		{"XML, none in seconds", `<problem><title>a</title><retry_after>30</retry_after></problem>`, problem.XML, problem.Response{Status: 503, RetryAfter: problem.NoSeconds}, strings.Replace(xmlBare, "<retry_after>7</retry_after>", "", 1)},
		{"XML, a client error, none in seconds", `<problem><retry_after>30</retry_after><status/></problem>`, problem.XML, problem.Response{Status: 403, RetryAfter: problem.NoSeconds}, `<problem><retry_after></retry_after><status>403</status></problem>`},
		{"XML, a client error", `<problem><retry_after>30</retry_after><status/></problem>`, problem.XML, problem.Response{Status: 403, RetryAfter: 7}, `<problem><retry_after>7</retry_after><status>403</status></problem>`},
	} {
		if out, ok := c.r.Conform(nil, []byte(c.body), c.format); !ok || string(out) != c.want {
			t.Errorf("%s: %s\n got %s %v\nwant %s", c.name, c.body, out, ok, c.want)
		}
	}
}

// What a gateway behind this one has written is not the backend's.
func TestAGatewaysProblemKeepsItsMembers(t *testing.T) {
	for _, c := range []struct {
		name, body string
		format     problem.Format
		want       string
	}{
		{
			"JSON", `{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"a\nb","trace_id":"17","retry_after":30,"stack":"x"}`, problem.JSON,
			`{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"a","trace_id":"17","retry_after":7}`,
		},
		{"extensions alone", `{"trace_id":"17"}`, problem.JSON, `{"trace_id":"17","status":503}`},
		{"nothing", `{}`, problem.JSON, ``},
		{"what leaks, alone", `{"trace":"17"}`, problem.JSON, ``},
		{"no JSON", `{"title":"a"`, problem.JSON, ``},
		{
			"XML", "<problem><title>a</title><trace_id>17</trace_id><trace>b</trace><!-- c --></problem>", problem.XML,
			"<problem><title>a</title><trace_id>17</trace_id><status>503</status></problem>",
		},
		{"no XML", `<problem><title>a</problem>`, problem.XML, ``},
	} {
		out, ok := problem.Response{Status: 503, RetryAfter: 7, Gateway: true}.Conform(nil, []byte(c.body), c.format)
		if ok != (c.want != "") || string(out) != c.want {
			t.Errorf("%s: %s\n got %s %v\nwant %s", c.name, c.body, out, ok, c.want)
		}
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
	const bare = `{"title":"a","status":500}` + "\n"
	testConform(t, problem.JSON, []conformCase{
		{
			"registered members stay as they were written",
			`{ "instance":"/17","detail":"b \u003c \/","status":502,"title":"a","type":"about:blank" }`, 500,
			`{"type":"about:blank","title":"a","status":500,"detail":"b \u003c \/","instance":"/17"}` + "\n",
		},
		{"what ASP.NET adds", `{"title":"a","status":500,"exception":{"details":"System.X"},"traceId":"00-1"}`, 500, bare},
		{"what Spring adds", `{"title":"a","status":500,"trace":"java.lang.X"}`, 500, bare},
		{"no status", `{"title":"a"}`, 503, `{"title":"a","status":503}` + "\n"},
		{"a status of null", `{"title":"a","status":null,"detail":null}`, 500, bare},
		{"a detail with a line break", `{"title":"a","detail":"b\n\tat c"}`, 500, bare},
		{"a detail with a carriage return", `{"title":"a","detail":"b\rc"}`, 500, bare},
		{"a detail with an escaped line break", `{"title":"a","detail":"b\u000Ac"}`, 500, bare},
		{"a detail with Unicode's line separator", "{\"title\":\"a\",\"detail\":\"b\u2028c\"}", 500, bare},
		{"a detail with a line break that was escaped twice", `{"title":"a","detail":"b\\nc"}`, 500, bare},
		{"a detail with a return that was escaped twice", `{"title":"a","detail":"b\\rc"}`, 500, bare},
		{"a title that spans lines", `{"type":"t","title":"a\nb"}`, 500, `{"type":"t","status":500}` + "\n"},
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
		{name: "no element", body: `<problem>404</problem>`},
		{name: "a reference to a surrogate", body: `<problem><title>t&#xD800;</title></problem>`},
		{name: "no space between attributes", body: `<problem><title>t</title><x a='1'b='2'/></problem>`},
		{name: "white space that is none in XML", body: "<problem><title>t</title></problem>\u0085"},
		{name: "the same in front", body: "\u00a0<problem><title>t</title></problem>"},
		{name: "a CDATA section in front", body: `<![CDATA[]]><problem><title>t</title></problem>`},
		{name: "a reference in front", body: `&#32;<problem><title>t</title></problem>`},
		{name: "a prefix without a declaration", body: `<problem><title>t</title><x:y/></problem>`},
		{name: "a prefix that is taken back", body: `<problem><title>t</title><x xmlns:q=""/></problem>`},
		{name: "a control character", body: "<problem><title>a</title><!-- \x00 --></problem>"},
		{name: "a noncharacter", body: "<problem><title>a</title><!-- \uFFFF --></problem>"},
		{name: "a member twice", body: `<problem><title>a</title><title>b</title></problem>`},
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

// RFC 9457 §3.1 and Appendix B.
func TestConformXMLIgnoresMembersOfAnotherType(t *testing.T) {
	const bare = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<problem xmlns="urn:ietf:rfc:7807"><title>a</title><status>500</status></problem>` + "\n"
	testConform(t, problem.XML, []conformCase{
		{"a status that is no number", `<problem><title>a</title><status>bad</status></problem>`, 404, `<problem><title>a</title><status>404</status></problem>`},
		{"the same on a server error", `<problem><title>a</title><status>bad</status></problem>`, 500, bare},
		{"a status that is empty", `<problem><title>a</title><status x="y"/></problem>`, 404, `<problem><title>a</title><status>404</status></problem>`},
		{"one with a prefix", `<p:problem xmlns:p="urn:ietf:rfc:7807"><p:status/></p:problem>`, 404, `<p:problem xmlns:p="urn:ietf:rfc:7807"><p:status>404</p:status></p:problem>`},
		{"elements in the status", `<problem><status>4<b>0</b>0</status></problem>`, 404, `<problem><status>404</status></problem>`},
		{"elements in the detail", `<problem><title>a</title><detail>b<br/>c</detail></problem>`, 404, `<problem><title>a</title><detail>b<br/>c</detail><status>404</status></problem>`},
		{"the same on a server error", `<problem><title>a</title><detail>b<br/>c</detail></problem>`, 500, bare},
		{"elements in the only text, on a server error", `<problem><title>a<b>c</b></title></problem>`, 500, ""},
	})
}

func TestConformXMLTakesExtensionsAlone(t *testing.T) {
	testConform(t, problem.XML, []conformCase{
		{"a list of errors", `<problem><errors><i>zip</i></errors></problem>`, 400, `<problem><errors><i>zip</i></errors><status>400</status></problem>`},
		{"members of another namespace", `<problem xmlns="urn:ietf:rfc:7807"><title xmlns="">a</title></problem>`, 404, `<problem xmlns="urn:ietf:rfc:7807"><title xmlns="">a</title><status>404</status></problem>`},
		{"members in capitals", `<problem><Title>a</Title></problem>`, 404, `<problem><Title>a</Title><status>404</status></problem>`},
		{"on a server error they go, so that nothing is left", `<problem><errors><i>zip</i></errors><instance>/17</instance></problem>`, 500, ""},
	})
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
