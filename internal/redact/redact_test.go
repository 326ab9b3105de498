package redact_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/statusgate/statusgate/internal/lex"
	"github.com/statusgate/statusgate/internal/redact"
)

func TestLeaks(t *testing.T) {
	for _, name := range []string{
		"stackTrace", "StackTrace", "stack_trace", "stack", "STACK", "backtrace", "trace", "Trace", "exception", "Exception",
		"ExceptionDetail", "exceptionDetails", "innererror", "innerError", "inner-error", "debug", "debugMessage", "DebugInfo",
		"full_stack_trace", "stacktraceString", "ExceptionMessage", "ExceptionType", "InnerException", "traceback", "stackEntries", "call stack",
	} {
		if !redact.Leaks(name) {
			t.Errorf("%s stays", name)
		}
	}
	for _, name := range []string{
		"", "message", "code", "data", "detail", "details", "traceId", "trace_id", "traceparent", "tracé", "extensions", "exceptionCode",
		"ExceptionReport", "haystack", "stackable", "error", "errors", "innermost", "bug", "retrace", "request_id",
		"a name that is longer than any that is looked for, whatever comes then: stacktrace",
	} {
		if redact.Leaks(name) {
			t.Errorf("%s goes", name)
		}
	}
}

type redactCase struct{ name, body, want string }

func run(t *testing.T, do func(dst, body []byte) ([]byte, bool), cases []redactCase) {
	t.Helper()
	for _, c := range cases {
		got, ok := do([]byte("before"), []byte(c.body))
		if !ok || string(got) != "before"+c.want {
			t.Errorf("%s: %s\n got %s %v\nwant before%s", c.name, c.body, got, ok, c.want)
		}
		again, ok := do(nil, []byte(c.want))
		if !ok || string(again) != c.want {
			t.Errorf("%s: again\n got %s %v\nwant %s", c.name, again, ok, c.want)
		}
	}
}

func TestJSON(t *testing.T) {
	run(t, redact.JSON, []redactCase{
		{"nothing to cut", ` { "a" : [ 1 , "b" ] , "c" : null } `, ` { "a" : [ 1 , "b" ] , "c" : null } `},
		{"a scalar", `"a"`, `"a"`},
		{"the only member", `{ "trace" : [1,{"a":2}] }`, `{ }`},
		{"the first member", `{"trace":"x", "a":1}`, `{"a":1}`},
		{"the first two", `{"trace":"x","stack":{} , "a":1}`, `{"a":1}`},
		{"the last member", `{"a":1 , "trace":"x" }`, `{"a":1 }`},
		{"the last two", `{"a":1,"trace":"x","Stack":[[]]}`, `{"a":1}`},
		{"in the middle", `{"a":1,"trace":true,"b":{"exception":null}}`, `{"a":1,"b":{}}`},
		{"between and around", `{"debug":0,"a":1,"debug":0,"b":2,"debug":0}`, `{"a":1,"b":2}`},
		{"behind an object", `{"a":{},"debug":0,"b":[],"debug":0}`, `{"a":{},"b":[]}`},
		{"an escaped name", `{"st\u0061ck":1,"a":2}`, `{"a":2}`},
		{"within a list", `[{"stack":"x"},{"a":1,"stack":"y"}]`, `[{},{"a":1}]`},
		{"a text that spans lines", `{"a":"b\n\tat c","d":"e\r\nf"}`, `{"a":"b","d":"e"}`},
		{"by other breaks", "[\"a\\u000ab\",\"a\u2028b\",\"a\\u0085b\",\"a\\fb\",\"a\\u000bb\"]", `["a","a","a","a","a"]`},
		{"by a break that was escaped twice", `["a\\nb","a\\rb","\\\\nb","a\\\\nb","a\\tb","\\ \nb"]`, `["a","a","\\","a\\","a\\tb","\\ "]`},
		{"breaks around it", `["\n a \n"," \n\u00a0\n","\\n a"]`, `["\n a \n"," \n\u00a0\n","\\n a"]`},
		{"breaks before it", `["\n a\nb"]`, `["\n a"]`},
		{"a break and a backslash behind", `["a\n\\","a\n\\b","a\n\\n b"]`, `["a\n\\","a","a"]`},
		{"what Google calls debugging", `{"details":[{"@type":"x"},{"@type":"type.googleapis.com/google.rpc.DebugInfo","detail":"y"},{"@type":"z"}]}`, `{"details":[{"@type":"x"},{"@type":"z"}]}`},
		{"that alone", `{"details":[{"stackEntries":["a"],"@type":"type.googleapis.com/google.rpc.DebugInfo","detail":"y"}],"a":1}`, `{"details":[],"a":1}`},
		{"that as a member", `{"a":1,"b":{"@type":"/google.rpc.DebugInfo","detail":"y\nz"}}`, `{"a":1}`},
		{"that as all", `{"@type":"/google.rpc.DebugInfo","detail":"y\nz"}`, `{"@type":"/google.rpc.DebugInfo","detail":"y"}`},
		{"that as another member", `[{"type":"/google.rpc.DebugInfo"}]`, `[{"type":"/google.rpc.DebugInfo"}]`},
	})
	for _, body := range []string{``, `{`, `{"trace":`, `{"trace":{"a":1}`, `{"a":1}x`, `{"a":tru}`} {
		if got, ok := redact.JSON([]byte("before"), []byte(body)); ok || string(got) != "before" {
			t.Errorf("%s: %s %v", body, got, ok)
		}
	}
}

func TestXML(t *testing.T) {
	run(t, redact.XML, []redactCase{
		{"nothing to cut", "<?xml version='1.0'?>\n<a b='c'>\n <d/>e&amp;\n</a>\n", "<?xml version='1.0'?>\n<a b='c'>\n <d/>e&amp;\n</a>\n"},
		{"elements", `<a><b/><stackTrace><stackTrace/>c</stackTrace><x:Exception xmlns:x="u">d<!-- e --></x:Exception><trace/></a>`, `<a><b/></a>`},
		{"not the root", `<exception>a</exception>`, `<exception>a</exception>`},
		{"attributes", `<a b="c" stack="d"><e debugInfo='f'/></a>`, `<a b="c"><e/></a>`},
		{"not declarations", `<a xmlns:debug="u"><debug:b/></a>`, `<a xmlns:debug="u"><debug:b/></a>`},
		{"comments and instructions", "<!-- a --><?b c?><d><!-- e -->f<?g?></d><!-- h -->", `<d>f</d>`},
		{"a text that spans lines", "<a>b\n at c</a>", "<a>b</a>"},
		{"breaks around it", "<a>\n b \n</a>", "<a>\n b \n</a>"},
		{"breaks before it", "<a>\n b\n c</a>", "<a>\n b</a>"},
		{"breaks as references", "<a>b&#10;c</a>", "<a>b</a>"},
		{"a value that spans lines", "<a b='c&#xA;d' e='f\ng'/>", "<a b='c' e='f'/>"},
		{"in CDATA", "<a><![CDATA[b\nc]]></a>", "<a><![CDATA[b]]></a>"},
		{"in pieces", "<a>b<![CDATA[\n]]> <![CDATA[c\nd]]>e</a>", "<a>b<![CDATA[\n]]> <![CDATA[]]></a>"},
		{"with elements between", "<a>b\n<c>d</c>e</a>", "<a>b\n<c>d</c></a>"},
		{"each element by itself", "<a>\n <b>c</b>\n <d>e\nf</d>\n</a>", "<a>\n <b>c</b>\n <d>e</d>\n</a>"},
		{"members of XML-RPC", "<s><member><name>stackTrace</name><value>a</value></member><member><name>faultCode</name></member></s>", "<s><member><name>faultCode</name></member></s>"},
		{"members whose name comes last", "<s><member><value>a</value>\n<name> debug </name></member></s>", "<s></s>"},
		{"entries of a map", "<s><item><key>stack</key></item><entry><key>trace</key></entry><entry key='trace'/><x name='debug'>y</x></s>", "<s></s>"},
		{"a person's name", "<s><user><name>trace</name></user><member><name>s<b/></name></member></s>", "<s><user><name>trace</name></user><member><name>s<b/></name></member></s>"},
		{"a root that is a member", "<member><name>trace</name></member>", "<member><name>trace</name></member>"},
		{"what would become an end mark", "<a>]]<!-- b -->></a>", "<a>]]<!---->></a>"},
		{"the same in two steps", "<a>]]<!-- b --><debug/>&gt;]]<debug/>></a>", "<a>]]<!---->&gt;]]<!---->></a>"},
	})
	for _, body := range []string{``, `<a>`, `<a><trace></a>`, `<!DOCTYPE a><a/>`} {
		if got, ok := redact.XML([]byte("before"), []byte(body)); ok || string(got) != "before" {
			t.Errorf("%s: %s %v", body, got, ok)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, body := range []string{`{"a":1,"trace":{"b":[1,2]},"c":"d\n e","stack":[],"e":[{"@type":"/google.rpc.DebugInfo"},{}]}`, `{"trace":0,"a":"\\n\\\n\u000a"}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { check(t, redact.JSON, body, json.Valid) })
}

func FuzzXML(f *testing.F) {
	for _, body := range []string{
		"<a b='c\nd' debug=''><trace><b/></trace>e\n f<![CDATA[]]>]]<!-- g -->><member><name>stack</name></member><item key='debug'/></a>", `<a>\<?b?>n\<trace/>n` + "\n</a>",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { check(t, redact.XML, body, isXML) })
}

func isXML(body []byte) bool {
	x := lex.NewXML(body)
	for {
		if token := x.Next(); token <= lex.XMLEnd {
			return token == lex.XMLEnd
		}
	}
}

func check(t *testing.T, do func(dst, body []byte) ([]byte, bool), body []byte, valid func([]byte) bool) {
	t.Helper()
	before := slices.Clone(body)
	out, ok := do(nil, body)
	if !slices.Equal(before, body) {
		t.Fatalf("%q has become %q", before, body)
	}
	if !ok {
		if out != nil {
			t.Fatalf("%q: %q, not ok", body, out)
		}
		return
	}
	if !valid(out) || len(out) > len(body) {
		t.Fatalf("%q has become %q", body, out)
	}
	again, ok := do(nil, out)
	if !ok || !slices.Equal(out, again) {
		t.Fatalf("%q: first %q, then %q %v", body, out, again, ok)
	}
}
