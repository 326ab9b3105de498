package inspect_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

type formatCase struct {
	name, body string
	want       inspect.Answer
	auto       int
}

func runFormat(t *testing.T, test inspect.Test, m inspect.Media, cases []formatCase) {
	t.Helper()
	plan := newPlan(t, nil, test)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, chunk := range chunkings {
				i := ask(t, plan, m, "", c.body, chunk, inspect.Whole)
				auto, ok := i.Auto(0)
				if got := i.Answer(0); got != c.want || auto != c.auto || ok != (got == yes) {
					t.Errorf("chunks of %d: %v and %d %v, want %v and %d", chunk, got, auto, ok, c.want, c.auto)
				}
				plan.Put(i)
			}
		})
	}
}

func TestJSONRPCError(t *testing.T) {
	const v, e = `"jsonrpc":"2.0"`, `"error":{"code":-32602,"message":"x"}`
	runFormat(t, inspect.JSONRPCError(), inspect.MediaJSON, []formatCase{
		{"wrong parameters", `{` + v + `,` + e + `,"id":1}`, yes, 400},
		{"in another order", `{"id":null,"error":{"message":"x","data":[1],"code":-32601},` + v + `}`, yes, 404},
		{"no request", `{` + v + `,"error":{"code":-32600,"message":""}}`, yes, 400},
		{"no JSON", `{` + v + `,"error":{"code":-32700,"message":""}}`, yes, 400},
		{"of the server's own", `{` + v + `,"error":{"code":200,"message":"Server Error"}}`, yes, 500},
		{"with a null result", `{` + v + `,"result":null,` + e + `}`, yes, 400},
		{"with a scalar member more", `{` + v + `,"time":1.5,` + e + `}`, yes, 400},
		{"with a result", `{` + v + `,"result":1,` + e + `}`, no, 0},
		{"with a result in an object", `{` + v + `,` + e + `,"result":{}}`, no, 0},
		{"a result", `{` + v + `,"result":7,"id":1}`, no, 0},
		{"the error is null", `{` + v + `,"error":null}`, no, 0},
		{"the error is a string", `{` + v + `,"error":"x"}`, no, 0},
		{"two errors", `{` + v + `,` + e + `,` + e + `}`, no, 0},
		{"two versions", `{` + v + `,` + v + `,` + e + `}`, no, 0},
		{"without a version", `{` + e + `,"id":1}`, no, 0},
		{"another version", `{"jsonrpc":"1.0",` + e + `}`, no, 0},
		{"the version is a number", `{"jsonrpc":2.0,` + e + `}`, no, 0},
		{"the version is an object", `{"jsonrpc":{},` + e + `}`, no, 0},
		{"the code is a string", `{` + v + `,"error":{"code":"-32602","message":"x"}}`, no, 0},
		{"the code is a fraction", `{` + v + `,"error":{"code":1.5,"message":"x"}}`, no, 0},
		{"the code is too long", `{` + v + `,"error":{"code":1` + strings.Repeat("0", 3000) + `,"message":"x"}}`, no, 0},
		{"without a code", `{` + v + `,"error":{"message":"x"}}`, no, 0},
		{"without a message", `{` + v + `,"error":{"code":1}}`, no, 0},
		{"the message is null", `{` + v + `,"error":{"code":1,"message":null}}`, no, 0},
		{"with a list beside", `{` + v + `,` + e + `,"items":[]}`, no, 0},
		{"a batch of errors", `[{` + v + `,` + e + `},{` + v + `,"error":{"code":1,"message":"x"}}]`, yes, 400},
		{"a batch with a result", `[{` + v + `,` + e + `},{` + v + `,"result":1}]`, no, 0},
		{"a batch with another thing", `[{` + v + `,` + e + `},1]`, no, 0},
		{"a batch with half an error", `[{` + v + `,` + e + `},{` + e + `}]`, no, 0},
		{"an empty batch", `[]`, no, 0},
		{"a batch of batches", `[[{` + v + `,` + e + `}]]`, no, 0},
		{"a scalar", `1`, no, 0},
		{"cut", `{` + v + `,` + e, unknown, 0},
	})
}

func TestGraphQLErrors(t *testing.T) {
	code := func(code string) string {
		return `{"errors":[{"message":"x"},{"message":"y","extensions":{"code":"` + code + `"}}],"data":null}`
	}
	runFormat(t, inspect.GraphQLErrors(), inspect.MediaJSON, []formatCase{
		{"without data", `{"errors":[{"message":"x","locations":[{"line":1,"column":2}],"path":["a",0],"extensions":{}}]}`, yes, 400},
		{"with null data", `{"data":null,"errors":[{"message":"x"}],"extensions":{"cost":1}}`, yes, 500},
		{"with nulls for data", `{"data":{"a":null,"b":null},"errors":[{"message":"x","path":null,"locations":null,"extensions":null}]}`, yes, 500},
		{"with own members beside data", `{"data":{"a":null},"errors":[{"type":"NOT_FOUND","message":"x"}]}`, yes, 500},
		{"unauthenticated", code("UNAUTHENTICATED"), yes, 401},
		{"a bad token", code("invalid-jwt"), yes, 401},
		{"forbidden", code("FORBIDDEN"), yes, 403},
		{"bad input", code("BAD_USER_INPUT"), yes, 400},
		{"not valid", code("GRAPHQL_VALIDATION_FAILED"), yes, 400},
		{"does not parse", code("GRAPHQL_PARSE_FAILED"), yes, 400},
		{"not found", code("USER_NOT_FOUND"), yes, 404},
		{"a query that is not kept", code("PERSISTED_QUERY_NOT_FOUND"), yes, 400},
		{"internal", code("INTERNAL_SERVER_ERROR"), yes, 500},
		{"internal, without data", `{"errors":[{"message":"x","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, yes, 500},
		{"a code that nobody knows, without data", `{"errors":[{"message":"x","extensions":{"code":"CAN_NOT_FETCH_BY_ID"}}]}`, yes, 400},
		{"a code that nobody knows, with data", code("CAN_NOT_FETCH_BY_ID"), yes, 500},
		{"a status as a code", code("404"), yes, 404},
		{"a number as a code", `{"data":null,"errors":[{"message":"x","extensions":{"code":422}}]}`, yes, 400},
		{"a number of the server", `{"errors":[{"message":"x","extensions":{"code":503}}]}`, yes, 500},
		{"Spring's classification", `{"data":null,"errors":[{"message":"x","extensions":{"classification":"UNAUTHORIZED"}}]}`, yes, 401},
		{"graphql-java's classification", `{"errors":[{"message":"x","extensions":{"classification":"InvalidSyntax"}}]}`, yes, 400},
		{"a failure to fetch", `{"errors":[{"message":"x","extensions":{"classification":"DataFetchingException"}}]}`, yes, 500},
		{"a classification that is an object", `{"errors":[{"message":"x","extensions":{"classification":{"type":"NOT_FOUND"}}}]}`, yes, 400},
		{"DGS's type", `{"data":null,"errors":[{"message":"x","extensions":{"errorType":"PERMISSION_DENIED"}}]}`, yes, 403},
		{"graphql-java's type of old", `{"data":null,"errors":[{"message":"x","errorType":"ValidationError"}]}`, yes, 400},
		{"a code before a classification", `{"errors":[{"message":"x","extensions":{"classification":"NOT_FOUND","code":"FORBIDDEN"}}]}`, yes, 403},
		{"a code that nobody knows before a classification", `{"errors":[{"message":"x","extensions":{"code":"ORDER_17","classification":"NOT_FOUND"}}]}`, yes, 404},
		{"Hot Chocolate, not signed in", code("AUTH_NOT_AUTHENTICATED"), yes, 401},
		{"Hot Chocolate, not allowed", code("AUTH_NOT_AUTHORIZED"), yes, 403},
		{"Hot Chocolate, a policy that is not there", code("AUTH_POLICY_NOT_FOUND"), yes, 500},
		{"Hot Chocolate, a variable", code("HC0016"), yes, 400},
		{"Hot Chocolate, time out", `{"errors":[{"message":"x","extensions":{"code":"HC0045"}}]}`, yes, 500},
		{"Hot Chocolate, a variable that is missing", `{"errors":[{"message":"x","extensions":{"code":"HC0018"}}]}`, yes, 400},
		{"Hot Chocolate, a null that may not be", code("HC0018"), yes, 500},
		{"what only looks like Hot Chocolate", code("HC16"), yes, 500},
		{"the first code counts", `{"errors":[{"message":"x","extensions":{"code":1}},` +
			`{"message":"y","extensions":{"code":"FORBIDDEN"}},{"message":"y","extensions":{"code":"UNAUTHENTICATED"}}]}`, yes, 403},
		{"with data", `{"data":{"a":null,"b":1},"errors":[{"message":"x"}]}`, no, 0},
		{"with an object for data", `{"data":{"a":{}},"errors":[{"message":"x"}]}`, no, 0},
		{"with a list for data", `{"data":[],"errors":[{"message":"x"}]}`, no, 0},
		{"without errors", `{"data":null}`, no, 0},
		{"errors are null", `{"errors":null,"data":null}`, no, 0},
		{"errors are empty", `{"errors":[],"data":null}`, no, 0},
		{"errors are an object", `{"errors":{"name":["is taken"]}}`, no, 0},
		{"errors are strings", `{"errors":["x"]}`, no, 0},
		{"errors without a message", `{"errors":[{"title":"x"}]}`, no, 0},
		{"one error without a message", `{"errors":[{"message":"x"},{}]}`, no, 0},
		{"messages are numbers", `{"errors":[{"message":1}]}`, no, 0},
		{"errors twice", `{"errors":[{"message":"x"}],"errors":[{"message":"x"}]}`, no, 0},
		{"data twice", `{"errors":[{"message":"x"}],"data":null,"data":null}`, no, 0},
		{"a listing of findings", `{"errors":[{"line":3,"kind":"Invalid","message":"x"}]}`, no, 0},
		{"a path that is a string", `{"errors":[{"message":"x","path":"CODEOWNERS"}],"data":null}`, no, 0},
		{"extensions that are a string", `{"errors":[{"message":"x","extensions":"x"}]}`, no, 0},
		{"another member", `{"errors":[{"message":"x"}],"status":"ok"}`, no, 0},
		{"a list", `[{"errors":[{"message":"x"}]}]`, no, 0},
		{"cut", `{"errors":[{"message":"x"}],"data":null`, unknown, 0},
	})
}

func TestGraphQLNoData(t *testing.T) {
	runFormat(t, inspect.GraphQLNoData(), inspect.MediaJSON, []formatCase{
		{"without data", `{"errors":[{"message":"x","locations":[]}]}`, yes, 400},
		{"with null data", `{"data":null,"errors":[{"message":"x"}]}`, yes, 500},
		{"with own members beside data", `{"data":null,"errors":[{"type":"NOT_FOUND","message":"x"}]}`, yes, 500},
		{"with own members alone", `{"errors":[{"line":3,"kind":"Invalid","message":"x"}]}`, no, 0},
		{"with nulls for data", `{"data":{"a":null},"errors":[{"message":"x"}]}`, no, 0},
		{"with an empty object for data", `{"errors":[{"message":"x"}],"data":{}}`, no, 0},
		{"with data", `{"errors":[{"message":"x"}],"data":{"a":1}}`, no, 0},
		{"without errors", `{"data":null}`, no, 0},
		{"cut", `{"errors":[{"message":"x"}],"data":null`, unknown, 0},
	})
}

func TestGraphQLRequestError(t *testing.T) {
	runFormat(t, inspect.GraphQLRequestError(), inspect.MediaJSON, []formatCase{
		{"without data", `{"errors":[{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}],"extensions":{}}`, yes, 401},
		{"with own members", `{"errors":[{"message":"x","category":"graphql"}]}`, yes, 400},
		{"with null data", `{"errors":[{"message":"x"}],"data":null}`, no, 0},
		{"with data", `{"data":{"a":1},"errors":[{"message":"x"}]}`, no, 0},
		{"without errors", `{"extensions":{}}`, no, 0},
		{"with another member", `{"errors":[{"message":"x"}],"status":1}`, no, 0},
		{"cut", `{"errors":[{"message":"x"}]`, unknown, 0},
	})
}

// What has data to show is no matter for the tests that want none, so that nothing is held for them.
func TestGraphQLDataSettlesAtOnce(t *testing.T) {
	plan := newPlan(t, nil, inspect.GraphQLNoData(), inspect.GraphQLRequestError())
	i := plan.Get(inspect.MediaJSON, "", nil, false)
	if i.Write([]byte(`{"errors":[{"message":"x"}],"data":{`)); !i.Done() {
		t.Errorf("%v and %v, not done", i.Answer(0), i.Answer(1))
	}
	plan.Put(i)
}

func TestSOAPFault(t *testing.T) {
	const ns11, ns12 = `xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"`, `xmlns:s="http://www.w3.org/2003/05/soap-envelope"`
	soap := func(ns, inBody string) string {
		return `<s:Envelope ` + ns + `><s:Header><s:Fault/></s:Header><s:Body>` + inBody + `</s:Body></s:Envelope>`
	}
	fault := func(code string) string { return soap(ns11, `<s:Fault><faultcode>`+code+`</faultcode></s:Fault>`) }
	fault12 := func(code string) string { return soap(ns12, `<s:Fault><s:Code>`+code+`</s:Code></s:Fault>`) }
	runFormat(t, inspect.SOAPFault(), inspect.MediaXML, []formatCase{
		{"of the client", fault("s:Client"), yes, 500},
		{"of the client, finer", fault("\n s:Client.Authentication\n"), yes, 500},
		{"of SOAP 1.1 with the code of 1.2", soap(ns11, `<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>`), yes, 500},
		{"of the server", fault("s:Server"), yes, 500},
		{"of some other code", fault("a:InternalServiceFault"), yes, 500},
		{"without a code", soap(ns11, `<s:Fault/>`), yes, 500},
		{"with an empty code", fault(""), yes, 500},
		{"of the sender", fault12("<s:Value>s:Sender</s:Value><s:Subcode><s:Value>m:Timeout</s:Value></s:Subcode>"), yes, 400},
		{"of the sender, without prefix", fault12("<s:Value>\n <![CDATA[Sender]]></s:Value>"), yes, 400},
		{"of the sender, without a namespace", `<Envelope><Body><Fault><Code><Value>Sender</Value></Code></Fault></Body></Envelope>`, yes, 400},
		{"with a code that has a text of its own", fault12("s:Sender"), yes, 500},
		{"with a value that has elements", fault12("<s:Value>s:Sender<x/></s:Value>"), yes, 500},
		{"of the receiver", fault12("<s:Value>s:Receiver</s:Value>"), yes, 500},
		{"of a sender that comes second", fault12("<s:Subcode><s:Value>s:Sender</s:Value></s:Subcode><s:Value>s:Receiver</s:Value>"), yes, 500},
		{"with a default namespace", `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Fault/></Body></Envelope>`, yes, 500},
		{"without namespaces", `<Envelope><Body><Fault/></Body></Envelope>`, yes, 500},
		{"with a prefix never declared", `<soap:Envelope><soap:Body><soap:Fault/></soap:Body></soap:Envelope>`, yes, 500},
		{"with the default namespace taken back", `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Fault xmlns=""/></Body></Envelope>`, no, 0},
		{"with another prefix", soap(ns11, `<t:Fault xmlns:t="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>Client</faultcode></t:Fault>`), yes, 500},
		{"with another namespace", soap(ns11, `<t:Fault xmlns:t="urn:plant"/>`), no, 0},
		{"a response", soap(ns11, `<r><s:Fault/></r>`), no, 0},
		{"behind a response", soap(ns11, `<r/><s:Fault/>`), no, 0},
		{"an empty body", soap(ns11, ``), no, 0},
		{"without a body", `<s:Envelope ` + ns11 + `/>`, no, 0},
		{"an envelope of something else", `<Envelope xmlns="urn:mail"><Body><Fault/></Body></Envelope>`, no, 0},
		{"another root", `<r><s:Body ` + ns11 + `><s:Fault/></s:Body></r>`, no, 0},
		{"cut before the code", strings.Split(fault("s:Client"), "<faultcode")[0], yes, 500},
	})
	plan := newPlan(t, nil, inspect.SOAPFault())
	i := plan.Get(inspect.MediaXML, "", nil, false)
	whole := fault12("<s:Value>s:Sender</s:Value>")
	at := strings.Index(whole, "</s:Value>")
	i.Write([]byte(whole[:at]))
	if _, ok := i.Auto(0); i.Answer(0) != yes || ok || i.Done() {
		t.Errorf("%v, a status %v, done %v: want a fault whose status is still to come", i.Answer(0), ok, i.Done())
	}
	i.Write([]byte(whole[at:]))
	if status, ok := i.Auto(0); status != 400 || !ok || !i.Done() {
		t.Errorf("%d %v, done %v", status, ok, i.Done())
	}
}

func TestProblem(t *testing.T) {
	runFormat(t, inspect.Problem(), inspect.MediaJSON, []formatCase{
		{"whole", `{"type":"urn:x","title":"t","status":404,"detail":"d","instance":"/x","more":[1]}`, yes, 404},
		{"with the status as a string", `{"title":"t","status":"403"}`, yes, 403},
		{"with a title alone", `{"title":"t"}`, yes, 500},
		{"with nulls", `{"type":null,"title":"t","status":null,"detail":null}`, yes, 500},
		{"the first status counts", `{"status":404,"status":500}`, yes, 404},
		{"a success", `{"title":"t","status":200}`, no, 0},
		{"the status is a word", `{"title":"t","status":"active"}`, no, 0},
		{"the status is an object", `{"title":"t","status":{}}`, no, 0},
		{"the title is a number", `{"title":1}`, no, 0},
		{"the detail is a list", `{"title":"t","detail":["x"]}`, no, 0},
		{"nothing of it", `{"detail":"x"}`, no, 0},
		{"empty", `{}`, no, 0},
		{"a list", `[{"title":"t"}]`, no, 0},
		{"cut", `{"title":"t"`, unknown, 0},
	})
	runFormat(t, inspect.Problem(), inspect.MediaXML, []formatCase{
		{"XML", `<?xml version="1.0"?><problem xmlns="urn:ietf:rfc:7807"><type>urn:x</type><title>t</title><status>404</status><detail>d<i/></detail></problem>`, yes, 404},
		{"XML without a namespace", `<problem><title>t</title></problem>`, yes, 500},
		{"XML of another namespace", `<problem xmlns="urn:x"><title>t</title></problem>`, no, 0},
		{"another element", `<math><title>t</title></math>`, no, 0},
		{"XML of a success", `<problem><title>t</title><status>200</status></problem>`, no, 0},
		{"XML with elements in the title", `<problem><title><b/></title></problem>`, no, 0},
		{"empty XML", `<problem/>`, no, 0},
		{"cut XML", `<problem><title>t</title>`, unknown, 0},
	})
}

func TestHTMLPage(t *testing.T) {
	for _, test := range []struct {
		name, body                        string
		json, xml, html, text, unlabelled inspect.Answer
	}{
		{"a DOCTYPE", "<!DOCTYPE html>", yes, yes, yes, yes, yes},
		{"a DOCTYPE with more in it", "<!doctype\n HTML PUBLIC \"-//W3C//DTD\">", yes, yes, yes, yes, yes},
		{"a DOCTYPE at the end", "<!doctype html", yes, yes, yes, yes, yes},
		{"another DOCTYPE", "<!DOCTYPE htm>", no, no, no, no, no},
		{"a longer DOCTYPE", "<!DOCTYPE htmlx>", no, no, no, no, no},
		{"half a DOCTYPE", "<!DOCTYPE", no, no, no, no, no},
		{"white space and a mark before", "\xef\xbb\xbf \r\n\t<HTML lang=en>", yes, yes, yes, yes, yes},
		{"a comment before", "<!-- --- - --> <!----> <html>", yes, yes, yes, yes, yes},
		{"a comment alone", "<!-- x ->", no, no, no, no, no},
		{"XHTML", "<?xml version=\"1.0\"??><html xmlns='x'/>", yes, yes, yes, yes, yes},
		{"XML", "<?xml version=\"1.0\"?><br/>", no, no, no, no, no},
		{"what PHP prints", "<br />\n<b>Fatal error</b>", yes, no, yes, no, yes},
		{"a tag that is no HTML", "<error>x</error>", no, no, yes, no, no},
		{"a tag that is too long", "<abcdefghijklmnopqrstuvwxyz>", no, no, yes, no, no},
		{"a tag at the end", "<body", yes, no, yes, no, yes},
		{"no tag", "< html>", no, no, no, no, no},
		{"JSON", `{"a":"<html>"}`, no, no, no, no, no},
		{"text", `OK`, no, no, no, no, no},
		{"nothing", ``, no, no, no, no, no},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := newPlan(t, nil, inspect.HTMLPage())
			for m, want := range map[inspect.Media]inspect.Answer{
				inspect.MediaJSON: test.json, inspect.MediaXML: test.xml, inspect.MediaHTML: test.html,
				inspect.MediaText: test.text, inspect.MediaUnlabelled: test.unlabelled, inspect.MediaOther: no,
			} {
				for _, chunk := range chunkings {
					i := ask(t, plan, m, "", test.body, chunk, inspect.Whole)
					if i.Answer(0) != want {
						t.Errorf("label %d in chunks of %d: %v, want %v", m, chunk, i.Answer(0), want)
					}
					plan.Put(i)
				}
			}
		})
	}
}

func TestContains(t *testing.T) {
	runFormat(t, must(inspect.Contains("aab")), inspect.MediaOther, []formatCase{
		{"across a border", "xaaab", yes, 500},
		{"at the begin", "aab and more", yes, 500},
		{"in pieces", "aaxab", no, 0},
		{"in another case", "AAB", no, 0},
	})
	runFormat(t, must(inspect.Contains("é")), inspect.MediaText, []formatCase{{"bytes", "caf\xc3\xa9", yes, 500}})
	runFormat(t, must(inspect.Contains("x")), inspect.MediaText, []formatCase{{"one byte", "ax", yes, 500}, {"none", "a", no, 0}})
}

func TestRegexp(t *testing.T) {
	runFormat(t, must(inspect.Regexp(`(?s)^\s*error: .*\d$`)), inspect.MediaText, []formatCase{
		{"matches", "\nerror: x\n7", yes, 500},
		{"does not", "no error: 7", no, 0},
	})
	plan := newPlan(t, nil, must(inspect.Regexp(`x$`)), must(inspect.Regexp(`y$`)))
	i := plan.Get(inspect.MediaText, "", nil, false)
	i.Write(append([]byte(strings.Repeat("a", inspect.PrefixLimit-1)), "xyz"...))
	if i.Answer(0) != yes || i.Answer(1) != no || !i.Done() {
		t.Errorf("%v and %v after %d bytes", i.Answer(0), i.Answer(1), inspect.PrefixLimit)
	}
	plan.Put(i)
}
