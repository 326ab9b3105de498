package faults_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/statusgate/statusgate/faults"
	"github.com/statusgate/statusgate/internal/lex"
)

func TestTrim(t *testing.T) {
	for _, c := range []struct{ name, contentType, body, want string }{
		{
			"an Ethereum revert", "application/json",
			`{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted: no","data":"0x08c379a0"}}`,
			`{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted: no","data":"0x08c379a0"}}`,
		},
		{
			"JSON-RPC of Odoo", "application/json",
			`{"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": {"name": "x.UserError", "debug": "Traceback (most recent call last):\n  File \"/opt/odoo/x.py\"", "message": "No", "arguments": ["No"]}}}`,
			`{"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": {"name": "x.UserError", "message": "No", "arguments": ["No"]}}}`,
		},
		{
			"GraphQL of Apollo Server", "application/json",
			`{"errors":[{"message":"boom\n    at f (/srv/a.js:1)","locations":[{"line":1,"column":2}],"path":["a"],"extensions":{"code":"INTERNAL_SERVER_ERROR","exception":{"stacktrace":["Error: boom","    at f"]}}}],"data":{"a":null}}`,
			`{"errors":[{"message":"boom","locations":[{"line":1,"column":2}],"path":["a"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":{"a":null}}`,
		},
		{
			"GraphQL of Lighthouse", "application/json",
			`{"errors":[{"message":"Internal server error","extensions":{"debugMessage":"SQLSTATE","trace":[{"file":"/srv/a.php"}],"code":"X"}}]}`,
			`{"errors":[{"message":"Internal server error","extensions":{"code":"X"}}]}`,
		},
		{
			"a registry", "application/json; charset=utf-8",
			`{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"open /var/lib/x:\npermission denied"}]}` + "\n",
			`{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"open /var/lib/x:"}]}` + "\n",
		},
		{
			"OData of ASP.NET", "application/json",
			`{"odata.error":{"code":"","message":{"lang":"en-US","value":"An error has occurred."},"innererror":{"message":"m","type":"System.X","stacktrace":"   at A\r\n   at B"}}}`,
			`{"odata.error":{"code":"","message":{"lang":"en-US","value":"An error has occurred."}}}`,
		},
		{
			"Google's debugging", "application/json",
			`{"error":{"code":500,"message":"m","status":"INTERNAL","details":[{"@type":"type.googleapis.com/google.rpc.DebugInfo","stackEntries":["a"],"detail":"b"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}}`,
			`{"error":{"code":500,"message":"m","status":"INTERNAL","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}}`,
		},
		{
			"SOAP of WCF", "text/xml",
			`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode xmlns:a="urn:x">a:InternalServiceFault</faultcode><faultstring xml:lang="en-US">No.</faultstring>` +
				`<detail><ExceptionDetail xmlns="http://schemas.datacontract.org/2004/07/System.ServiceModel"><Message>No.</Message><StackTrace>   at A
   at B</StackTrace></ExceptionDetail></detail></s:Fault></s:Body></s:Envelope>`,
			`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode xmlns:a="urn:x">a:InternalServiceFault</faultcode><faultstring xml:lang="en-US">No.</faultstring>` +
				`<detail></detail></s:Fault></s:Body></s:Envelope>`,
		},
		{
			"SOAP of CXF and of an application", "text/xml",
			`<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>java.lang.X: no&#xD;
	at a.B(C.java:1)</faultstring><detail><o:OrderFault xmlns:o="urn:o"><o:code>17</o:code></o:OrderFault><stackTrace xmlns="http://cxf.apache.org/fault">a!b!c</stackTrace></detail></S:Fault></S:Body></S:Envelope>`,
			`<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>java.lang.X: no` +
				`</faultstring><detail><o:OrderFault xmlns:o="urn:o"><o:code>17</o:code></o:OrderFault></detail></S:Fault></S:Body></S:Envelope>`,
		},
		{
			"SOAP 1.2 that is written prettily", "application/soap+xml",
			"<?xml version=\"1.0\"?>\n<!-- at A -->\n<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\">\n <e:Body>\n  <e:Fault>\n   <e:Code>\n    <e:Value>\n     e:Receiver\n    </e:Value>\n   </e:Code>\n  </e:Fault>\n </e:Body>\n</e:Envelope>\n",
			"<?xml version=\"1.0\"?>\n\n<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\">\n <e:Body>\n  <e:Fault>\n   <e:Code>\n    <e:Value>\n     e:Receiver\n    </e:Value>\n   </e:Code>\n  </e:Fault>\n </e:Body>\n</e:Envelope>\n",
		},
		{
			"XML-RPC", "text/xml",
			strings.Replace(strings.Replace(xmlrpc, "Too many.", "<![CDATA[<class 'X'>:\nTraceback]]>", 1), "</struct>", "<member><name>backtrace</name><value>x</value></member></struct>", 1),
			strings.Replace(xmlrpc, "Too many.", "<![CDATA[<class 'X'>:]]>", 1),
		},
		{
			"OData 3 in XML", "application/xml",
			strings.Replace(odata3, "</m:error>", "<m:innererror><m:stacktrace>a</m:stacktrace></m:innererror></m:error>", 1), odata3,
		},
	} {
		got, ok := faults.Trim([]byte("before"), []byte(c.body), c.contentType)
		if !ok || string(got) != "before"+c.want {
			t.Errorf("%s: %v\n got %s\nwant before%s", c.name, ok, got, c.want)
		}
		check(t, []byte(c.body), c.contentType)
	}
}

// check holds an outcome against what a client needs: well-formed, recognized as before, and nothing left to cut.
func check(t *testing.T, body []byte, contentType string) {
	t.Helper()
	before := slices.Clone(body)
	kind, ok := faults.Recognize(body, contentType)
	out, trimmed := faults.Trim(nil, body, contentType)
	if !slices.Equal(before, body) {
		t.Fatalf("%q has become %q", before, body)
	}
	if trimmed != ok || !ok && out != nil {
		t.Fatalf("%q: recognized %v, but trimmed %v to %q", body, ok, trimmed, out)
	}
	if !ok {
		return
	}
	if again, ok := faults.Recognize(out, contentType); !ok || again != kind {
		t.Fatalf("%q was %v; trimmed to %q it is %v", body, kind, out, again)
	}
	if again, ok := faults.Trim(nil, out, contentType); !ok || !slices.Equal(out, again) {
		t.Fatalf("%q: first %q, then %q %v", body, out, again, ok)
	}
	if len(out) > len(body) {
		t.Fatalf("%q has grown to %q", body, out)
	}
}

func FuzzTrim(f *testing.F) {
	types := []string{"application/json", "text/xml", "", "text/plain; charset=utf-16", "text/xml; charset=iso-8859-2", "application/json; charset=latin1"}
	for n := range types {
		for _, body := range []string{
			soap11, soap12, xmlrpc, odata3, odata4, `{"jsonrpc":"2.0","error":{"code":1,"message":"m\n n","data":{"trace":[]}}}`, `{"result":null,"error":"\u00e9\nx","id":1}`,
			`[{"errors":[{"message":"m","stack":"x","path":null}]},{"data":1}]`, `{"errors":[{"code":"DENIED","debug":1}]}`, `{"odata.error":{"code":"","message":{"value":"a\\nb"},"innererror":{}}}`,
			`{"error":{"code":404,"message":"m","details":[{"@type":"/google.rpc.DebugInfo"}]}}`, `{"code":5,"message":"m","details":[1]}`, "<?xml version='1.0' encoding='windows-1251'?>" + strings.Replace(soap11, "No", "\xcd\xe5\n", 1),
			strings.Replace(soap11, "</faultstring>", "<!-- a -->\n b</faultstring><detail><exception/>]]<debug/>></detail>", 1), string(wide(soap12, true)), string(wide(`{"error":{"code":"x","message":"m\n"}}`, false)),
		} {
			f.Add([]byte(body), uint8(n))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, n uint8) { check(t, body, types[int(n)%len(types)]) })
}

// wide is a text in UTF-16 with a byte order mark.
func wide(text string, little bool) (b []byte) {
	for _, unit := range utf16.Encode([]rune("\uFEFF" + text)) {
		if little {
			b = append(b, byte(unit), byte(unit>>8))
		} else {
			b = append(b, byte(unit>>8), byte(unit))
		}
	}
	return b
}

func TestEncodings(t *testing.T) {
	xml := func(decl, text string) string {
		return decl + strings.Replace(soap11, "No such order.", text, 1)
	}
	const json = `{"error":{"code":"x","message":"%"}}`
	say := func(text string) string { return strings.Replace(json, "%", text, 1) }
	const little, big = true, false
	for _, c := range []struct{ name, contentType, body, want string }{
		{"UTF-8 with a mark", "text/xml", "\uFEFF" + xml("", "é\nx"), "\uFEFF" + xml("", "é")},
		{"ISO-8859-1 by its label", "text/xml; charset=ISO-8859-1", xml("", "\xe9\nx"), xml("", "\xe9")},
		{"ISO-8859-1 by its declaration", "text/xml", xml("<?xml version='1.0' encoding='iso-8859-1'?>", "\xe9\nx"), xml("<?xml version='1.0' encoding='iso-8859-1'?>", "\xe9")},
		{"windows-1251", "text/xml; charset=windows-1251", xml("", "\xcd\xe5\x85\nx"), xml("", "\xcd\xe5\x85")},
		{"KOI8-R", `text/xml; charset="koi8-r"`, xml("", "\xce\xc5\nx"), xml("", "\xce\xc5")},
		{"ASCII", "text/xml; charset=us-ascii", xml("", "e\nx"), xml("", "e")},
		{"what is no ASCII", "text/xml; charset=us-ascii", xml("", "\xe9"), ""},
		{"an encoding that nobody knows", "text/xml; charset=gb2312", xml("", "e"), ""},
		{"half a family", "text/xml; charset=koi8-", xml("", "e"), ""},
		{"UTF-16 with a mark", "text/xml; charset=utf-16", string(wide(xml("", "é😀\nx"), little)), string(wide(xml("", "é😀"), little))},
		{"UTF-16, the other way round", "text/xml", string(wide(xml("", "é\nx"), big)), string(wide(xml("", "é"), big))},
		{"UTF-16 without a mark", "text/xml; charset=utf-16", string(wide(xml("", "é\nx"), little)[2:]), string(wide(xml("", "é"), little)[2:])},
		{"UTF-16 without a mark, the other way round", "text/xml", string(wide(xml("", "é\nx"), big)[2:]), string(wide(xml("", "é"), big)[2:])},
		{"half of UTF-16", "text/xml", string(wide(xml("", "é\nx"), big)[:41]), ""},
		{"JSON with a mark", "application/json", "\uFEFF" + say("é\\nx"), say("é")},
		{"JSON in UTF-16", "application/json", string(wide(say("é\\nx"), little)), string(wide(say("é"), little))},
		{"JSON in UTF-16 without a mark", "application/json; charset=utf-16", string(wide(say("é\\nx"), big)[2:]), string(wide(say("é"), big)[2:])},
		{"JSON in ISO-8859-1", "application/json; charset=iso-8859-1", say("\xe9\\nx"), say("\xe9")},
		{"JSON in UTF-8 under that label", "application/json; charset=iso-8859-1", say("é\\nx"), say("é")},
		{"JSON in something else", "application/json", say("\xe9"), ""},
		{"JSON in something that nobody knows", "application/json; charset=gb2312", say("\xe9"), ""},
	} {
		out, ok := faults.Trim(nil, []byte(c.body), c.contentType)
		if ok != (c.want != "") || string(out) != c.want {
			t.Errorf("%s: %v\n got %q\nwant %q", c.name, ok, out, c.want)
		}
		check(t, []byte(c.body), c.contentType)
	}
}

// The lexer is strict, so that what is recognized is well-formed for every reader.
func TestWhatIsTrimmedIsWellFormed(t *testing.T) {
	out, ok := faults.Trim(nil, []byte(`{"errors":[{"message":"a\\","path":null,"trace":1},{"message":"\n b \n c"}]}`), "application/json")
	if !ok || !json.Valid(out) {
		t.Errorf("%s %v", out, ok)
	}
	out, ok = faults.Trim(nil, []byte(strings.Replace(soap11, "No", "]]<!-- a -->><trace/>", 1)), "text/xml")
	x := lex.NewXML(out)
	for token := x.Next(); token != lex.XMLEnd; token = x.Next() {
		if token == lex.XMLBad {
			t.Fatalf("%s %v", out, ok)
		}
	}
}

func TestNothingIsAllocatedForUTF8(t *testing.T) {
	dst := make([]byte, 0, 4096)
	for _, c := range []struct{ contentType, body string }{
		{"application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"m\nn","data":{"trace":[1]}}}`},
		{"text/xml", soap11},
	} {
		body := []byte(c.body)
		if n := testing.AllocsPerRun(100, func() { faults.Recognize(body, c.contentType) }); n != 0 {
			t.Errorf("%v allocations to recognize %s", n, body)
		}
		if n := testing.AllocsPerRun(100, func() { faults.Trim(dst, body, c.contentType) }); n != 0 {
			t.Errorf("%v allocations to trim %s", n, body)
		}
	}
}
