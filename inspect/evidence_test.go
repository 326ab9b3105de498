package inspect_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// evidence answers a test for a body, and tells what with.
func evidence(t *testing.T, test inspect.Test, media inspect.Media, body string, how inspect.Ending) (inspect.Answer, string) {
	t.Helper()
	i := newPlan(t, nil, test).Get(media, "", nil, false)
	i.Watch()
	for part := range strings.SplitSeq(body, "|") { // in parts, as bodies come
		i.Write([]byte(part))
	}
	i.End(how)
	return i.Answer(0), i.Evidence(0)
}

func TestEvidence(t *testing.T) {
	long := strings.Repeat("x", 100)
	oops := &inspect.Shape{Name: "oops", JSON: []inspect.Form{object(inspect.Member{Name: "oops", Form: textual(nil)})}}
	for _, c := range []struct {
		name  string
		test  inspect.Test
		media inspect.Media
		body  string
		how   inspect.Ending
		want  inspect.Answer
		text  string
	}{
		{"a text", must(inspect.JSON("/error/code", "NOT_FOUND")), inspect.MediaJSON, `{"error":{"co|de":"NOT_|FOUND"}}`, inspect.Whole, inspect.Yes, `json /error/code = "NOT_FOUND"`},
		{"another text", must(inspect.JSON("/error/code", "NOT_FOUND")), inspect.MediaJSON, `{"error":{"code":"GONE"}}`, inspect.Whole, inspect.No, `json /error/code = "GONE"`},
		{"a number", must(inspect.JSON("/a~1b~0/0", "4")), inspect.MediaJSON, `{"a/b~":[4.0]}`, inspect.Whole, inspect.Yes, `json /a~1b~0/0 = 4.0`},
		{"a word", must(inspect.JSON("/ok", "false")), inspect.MediaJSON, `{"ok":true}`, inspect.Whole, inspect.No, `json /ok = true`},
		{"null", must(inspect.JSON("/ok", "false")), inspect.MediaJSON, `{"ok":null}`, inspect.Whole, inspect.No, `json /ok is empty`},
		{"an object", must(inspect.JSON("/ok", "false")), inspect.MediaJSON, `{"ok":{}}`, inspect.Whole, inspect.No, `json /ok has members`},
		{"a list", must(inspect.JSON("/ok")), inspect.MediaJSON, `{"ok":[1]}`, inspect.Whole, inspect.Yes, `json /ok is a list`},
		{"nothing there", must(inspect.JSON("/ok", "false")), inspect.MediaJSON, `{"fine":1}`, inspect.Whole, inspect.No, `json /ok is not there`},
		{"the first of two", must(inspect.JSON("/ok", "1")), inspect.MediaJSON, `{"ok":1,"ok":2}`, inspect.Whole, inspect.Yes, `json /ok = 1`},
		{"a long text", must(inspect.JSON("/t", "x")), inspect.MediaJSON, `{"t":"` + long + `"}`, inspect.Whole, inspect.No, `json /t = "` + long[:80] + `"…`},
		{"too long a text", must(inspect.JSON("/t", "x")), inspect.MediaJSON, `{"t":"` + strings.Repeat(long, 30) + `"}`, inspect.Whole, inspect.No, `json /t is longer than 2048 bytes`},
		{"no JSON", must(inspect.JSON("/t", "x")), inspect.MediaJSON, `{"t":`, inspect.Whole, inspect.Unknown, `too little of the body can be read`},
		{"no body", must(inspect.JSON("/t", "x")), inspect.MediaJSON, ``, inspect.Whole, inspect.No, `the body is empty`},
		{"an element", must(inspect.XML("reply/status", "503")), inspect.MediaXML, `<reply><status>200</status><status>503</status></reply>`, inspect.Whole, inspect.Yes, `xml reply/status = "503"`},
		{"an attribute", must(inspect.XML("reply/@status", "503")), inspect.MediaXML, `<reply status="200"/>`, inspect.Whole, inspect.No, `xml reply/@status = "200"`},
		{"elements within", must(inspect.XML("reply", "503")), inspect.MediaXML, `<reply><a/></reply>`, inspect.Whole, inspect.No, `xml reply has members`},
		{"no such element", must(inspect.XML("reply/status", "503")), inspect.MediaXML, `<reply></reply>`, inspect.Whole, inspect.No, `xml reply/status is not there`},
		{"JSON-RPC", inspect.JSONRPCError(), inspect.MediaJSON, `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"m"}}`, inspect.Whole, inspect.Yes, `error code = -32601`},
		{"GraphQL", inspect.GraphQLErrors(), inspect.MediaJSON, `{"errors":[{"message":"m","extensions":{"code":"FORBIDDEN"}}]}`, inspect.Whole, inspect.Yes, `extensions.code = "FORBIDDEN"`},
		{"a problem", inspect.Problem(), inspect.MediaJSON, `{"title":"t","status":402}`, inspect.Whole, inspect.Yes, `status = 402`},
		{"SOAP", inspect.SOAPFault(), inspect.MediaXML, `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code></e:Fault></e:Body></e:Envelope>`, inspect.Whole, inspect.Yes, `the fault's code = "e:Sender"`},
		{"an empty body", inspect.Empty(), inspect.MediaOther, ``, inspect.Whole, inspect.Yes, `0 bytes`},
		{"a body", inspect.Empty(), inspect.MediaOther, `abc`, inspect.Cut, inspect.No, `3 bytes`},
		{"a shape", must(inspect.Shapes("error x", oops)), inspect.MediaJSON, `{"oops":1}`, inspect.Whole, inspect.Yes, `the error of oops`},
		{"another shape", must(inspect.Shapes("error x", oops)), inspect.MediaJSON, `{"fine":1}`, inspect.Whole, inspect.No, ``},
		{"a page", inspect.HTMLPage(), inspect.MediaHTML, `<html>`, inspect.Whole, inspect.Yes, ``},
	} {
		if got, text := evidence(t, c.test, c.media, c.body, c.how); got != c.want || text != c.text {
			t.Errorf("%s: got %v, %q, want %v, %q", c.name, got, text, c.want, c.text)
		}
	}
}

// Nobody who does not ask pays for it, and evidence of one body is not that of the
// next.
func TestNoEvidenceWithoutWatch(t *testing.T) {
	p := newPlan(t, nil, must(inspect.JSON("/ok", "1")), inspect.JSONRPCError())
	i := p.Get(inspect.MediaJSON, "", nil, false)
	i.Watch()
	i.Write([]byte(`{"ok":1}`))
	i.End(inspect.Whole)
	p.Put(i)
	i = p.Get(inspect.MediaJSON, "", nil, false)
	i.Write([]byte(`{"ok":1,"error":{"code":1}}`))
	i.End(inspect.Whole)
	if got := i.Evidence(0); got != "" {
		t.Errorf("got %q", got)
	}
}
