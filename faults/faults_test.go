package faults_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/faults"
)

type kindCase struct {
	name, body string
	want       faults.Kind
}

func runKinds(t *testing.T, contentType string, cases []kindCase) {
	t.Helper()
	for _, c := range cases {
		kind, ok := faults.Recognize([]byte(c.body), contentType)
		if kind != c.want || ok != (c.want != faults.None) {
			t.Errorf("%s: %v %v, want %v: %s", c.name, kind, ok, c.want, c.body)
		}
		out, ok := faults.Trim([]byte("before"), []byte(c.body), contentType)
		if ok != (c.want != faults.None) || !ok && string(out) != "before" {
			t.Errorf("%s: trimmed %v to %s: %s", c.name, ok, out, c.body)
		}
	}
}

const (
	soap11 = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>No such order.</faultstring></s:Fault></s:Body></s:Envelope>`
	soap12 = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">No.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`
	xmlrpc = `<?xml version="1.0"?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member><member><name>faultString</name><value>Too many.</value></member></struct></value></fault></methodResponse>`
	odata3 = `<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code/><m:message xml:lang="en">No.</m:message></m:error>`
	odata4 = `<error xmlns="http://docs.oasis-open.org/odata/ns/metadata"><code>1</code><message>No.</message><target>x</target></error>`
)

func TestJSONRPC(t *testing.T) {
	runKinds(t, "application/json", []kindCase{
		{"2.0", `{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x08c379a0"}}`, faults.JSONRPC},
		{"2.0 in another order", ` {"error":{"message":"","code":-32000} , "id":null,"jsonrpc":"2.0"} `, faults.JSONRPC},
		{"2.0 with a null result and more", `{"jsonrpc":"2.0","result":null,"error":{"code":1,"message":"m","more":{}},"id":"x","took":{"ms":3}}`, faults.JSONRPC},
		{"1.0 as bitcoind has it", `{"result":null,"error":{"code":-8,"message":"Block height out of range"},"id":"curltest"}`, faults.JSONRPC},
		{"1.0 with a text", `{"result":null,"error":"no","id":1}`, faults.JSONRPC},
		{"1.0 without a result", `{"id":1,"error":{"code":-32601,"message":"Method not found"}}`, faults.JSONRPC},
		{"1.1", `{"version":"1.1","id":1,"error":{"name":"JSONRPCError","code":104,"message":"m"}}`, faults.JSONRPC},
		{"a batch", `[{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}},{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m"}}]`, faults.JSONRPC},
		{"a batch with a result", `[{"jsonrpc":"2.0","id":1,"result":{"a":[1]}},{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m"}}]`, faults.JSONRPC},

		{"a result", `{"jsonrpc":"2.0","result":1,"id":1}`, faults.None},
		{"a notification", `{"jsonrpc":"2.0","method":"error"}`, faults.None},
		{"a batch of results", `[{"jsonrpc":"2.0","id":1,"result":1}]`, faults.None},
		{"a batch with something else", `[{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m"}},{"errors":[{"message":"x"}]}]`, faults.None},
		{"a batch with a number", `[{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m"}},1]`, faults.None},
		{"an empty batch", `[]`, faults.None},
		{"both", `{"jsonrpc":"2.0","result":0,"error":{"code":1,"message":"m"},"id":1}`, faults.None},
		{"an error that is null", `{"jsonrpc":"2.0","error":null,"id":1}`, faults.None},
		{"1.0 with an error that is null", `{"result":true,"error":null,"id":1}`, faults.None},
		{"1.0 with both null", `{"result":null,"error":null,"id":1}`, faults.None},
		{"1.0 with both", `{"result":1,"error":"x","id":1}`, faults.None},
		{"1.0 with more", `{"result":null,"error":"x","id":1,"more":1}`, faults.None},
		{"1.0 without an id", `{"result":null,"error":"x"}`, faults.None},
		{"a text as error and no result", `{"error":"x","id":1}`, faults.None},
		{"a code that is no integer", `{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"m"}}`, faults.None},
		{"a code that is too long", `{"jsonrpc":"2.0","id":1,"error":{"code":-1000000000,"message":"m"}}`, faults.None},
		{"a code with an exponent", `{"jsonrpc":"2.0","id":1,"error":{"code":1e3,"message":"m"}}`, faults.None},
		{"a code that is a text", `{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"m"}}`, faults.None},
		{"no message", `{"jsonrpc":"2.0","id":1,"error":{"code":1}}`, faults.None},
		{"a message that is none", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":[1]}}`, faults.None},
		{"two codes", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m","code":2}}`, faults.None},
		{"two messages", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m","mess\u0061ge":"n"}}`, faults.None},
		{"two errors", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"},"error":null}`, faults.None},
		{"a version that nobody knows", `{"version":"2","id":1,"error":{"code":1,"message":"m"}}`, faults.None},
		{"a version that is an object", `{"jsonrpc":{"a":1},"id":1,"error":{"code":1,"message":"m"},"x":1}`, faults.None},
		{"cut", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}`, faults.None},
		{"cut in an object", `{"jsonrpc":"2.0","id":{"a":[`, faults.None},
		{"cut in a list", `[{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}},`, faults.None},
		{"more behind", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}x`, faults.None},
		{"too deep", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m","data":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}}`, faults.None},
	})
}

func TestGraphQL(t *testing.T) {
	runKinds(t, "application/graphql-response+json", []kindCase{
		{"a request error", `{"errors":[{"message":"Cannot query field","locations":[{"line":1,"column":2}]}]}`, faults.GraphQL},
		{"a message alone", `{"errors":[{"message":"m"}]}`, faults.GraphQL},
		{"of execution", `{"errors":[{"message":"m","path":["a"],"extensions":{"code":"INTERNAL_SERVER_ERROR","exception":{"stacktrace":["a"]}}}],"data":null,"extensions":{}}`, faults.GraphQL},
		{"with data", `{"data":{"a":1,"b":null},"errors":[{"message":"m"}]}`, faults.GraphQL},
		{"of an older graphql-java", `{"errors":[{"message":"m","locations":[],"errorType":"ValidationError","path":null,"extensions":null}],"data":null}`, faults.GraphQL},
		{"of an older webonyx/graphql-php", `{"errors":[{"message":"m","category":"graphql","locations":[{"line":1,"column":1}]}]}`, faults.GraphQL},
		{"members that nobody knows beside data", `{"errors":[{"message":"m","status":500}],"data":null}`, faults.GraphQL},
		{"a code beside what GraphQL has", `{"errors":[{"message":"m","code":"X","path":[]}]}`, faults.GraphQL},
		{"a list of responses", `[{"data":{"a":1}},{"errors":[{"message":"m"}]}]`, faults.GraphQL},

		{"data", `{"data":{"a":1},"extensions":{}}`, faults.None},
		{"a list of data", `[{"data":{"a":1}},{"data":null}]`, faults.None},
		{"no errors", `{"errors":[],"data":null}`, faults.None},
		{"errors that are none", `{"errors":{"name":["is missing"]}}`, faults.None},
		{"errors that are texts", `{"errors":["a"]}`, faults.None},
		{"an error that is a text", `{"errors":[{"message":"m"},"a"]}`, faults.None},
		{"an error without a message", `{"errors":[{"message":"m"},{"path":[]}]}`, faults.None},
		{"a message that is none", `{"errors":[{"message":1}],"data":null}`, faults.None},
		{"a path that is a text", `{"errors":[{"message":"Invalid pattern","path":"CODEOWNERS"}],"data":null}`, faults.None},
		{"extensions that are a list", `{"errors":[{"message":"m","extensions":[]}]}`, faults.None},
		{"two messages", `{"errors":[{"message":"m","message":"n"}],"data":null}`, faults.None},
		{"members that nobody knows, alone", `{"errors":[{"message":"m","status":500}]}`, faults.None},
		{"JSON:API", `{"errors":[{"status":"500","title":"t","detail":"d"}]}`, faults.None},
		{"more beside it", `{"message":"Validation Failed","errors":[{"message":"m"}]}`, faults.None},
		{"two lists", `{"errors":[{"message":"m"}],"errors":[{"message":"m"}]}`, faults.None},
		{"cut in the list", `{"errors":[{"message":"m"}`, faults.None},
		{"cut in an error", `{"errors":[{"message":`, faults.None},
	})
}

func TestRegistry(t *testing.T) {
	runKinds(t, "application/json", []kindCase{
		{"a manifest that is not there", `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}}]}`, faults.Registry},
		{"codes alone", `{"errors":[{"code":"DENIED"},{"code":"UNAUTHORIZED","detail":null}]}`, faults.Registry},
		{"a code that is a number", `{"errors":[{"code":1003,"message":"m"}]}`, faults.None},
		{"one without a code", `{"errors":[{"code":"DENIED"},{}]}`, faults.None},
		{"a message that is none", `{"errors":[{"code":"DENIED","message":{}}]}`, faults.None},
		{"more beside it", `{"errors":[{"code":"DENIED"}],"success":false}`, faults.None},
		{"in a list", `[{"errors":[{"code":"DENIED"}]}]`, faults.None},
	})
}

func TestODataAndGoogle(t *testing.T) {
	runKinds(t, "application/json;odata.metadata=minimal", []kindCase{
		{"OData 4", `{"error":{"code":"501","message":"Unsupported functionality","target":"query","details":[],"innererror":{"trace":[1]}}}`, faults.OData},
		{"OData 2", `{"error":{"code":"/IWBEP/CM_TEA/004","message":{"lang":"en","value":"No."},"innererror":{}}}`, faults.OData},
		{"OData 3", `{"odata.error":{"code":"","message":{"lang":"en-US","value":"An error has occurred."}}}`, faults.OData},
		{"Google", `{"error":{"code":404,"message":"m","status":"NOT_FOUND","details":[{"@type":"x"}]}}`, faults.Google},
		{"Google, older", `{"error":{"errors":[{"domain":"global"}],"code":400,"message":"m"}}`, faults.Google},
		{"a stream of Google's", `[{"error":{"code":404,"message":"m","status":"NOT_FOUND"}}]`, faults.Google},
		{"grpc-gateway", `{"code":5,"message":"Not Found","details":[]}`, faults.Google},
		{"grpc-gateway, older", `{"error":"m","code":5,"message":"m","details":[]}`, faults.Google},
		{"grpc-gateway, empty", `{"code":16,"message":""}`, faults.Google},

		{"a code alone", `{"error":{"code":"x"}}`, faults.None},
		{"a message alone", `{"error":{"message":"x"}}`, faults.None},
		{"a message in no language", `{"error":{"code":"x","message":{"lang":"en","value":{}}}}`, faults.None},
		{"more beside it", `{"error":{"code":"x","message":"m"},"status":500}`, faults.None},
		{"both names", `{"error":{"code":"x","message":"m"},"odata.error":{"code":"x","message":"m"}}`, faults.None},
		{"OData in a list", `[{"error":{"code":"x","message":"m"}}]`, faults.None},
		{"an error that is a text", `{"error":"not found"}`, faults.None},
		{"Spring's", `{"timestamp":1,"status":500,"error":"Internal Server Error","path":"/"}`, faults.None},
		{"a code that gRPC does not have", `{"code":17,"message":"m"}`, faults.None},
		{"a code that is no error", `{"code":0,"message":"m","details":[]}`, faults.None},
		{"a code that is a list", `{"code":[1],"message":"m"}`, faults.None},
		{"a message that is none", `{"code":5,"message":null}`, faults.None},
		{"no code", `{"message":"m","details":[]}`, faults.None},
		{"nothing", `{}`, faults.None},
		{"a text", `"error"`, faults.None},
	})
}

func TestXML(t *testing.T) {
	const ns = `xmlns="http://schemas.xmlsoap.org/soap/envelope/"`
	runKinds(t, "text/xml; charset=utf-8", []kindCase{
		{"SOAP 1.1", soap11, faults.SOAP11},
		{"SOAP 1.1 with a default namespace", `<Envelope ` + ns + `><Header><a/></Header><Body><Fault/><x/></Body></Envelope>`, faults.SOAP11},
		{"SOAP 1.2", soap12, faults.SOAP12},
		{"XML-RPC", xmlrpc, faults.XMLRPC},
		{"OData 3", odata3, faults.OData},
		{"OData 4", odata4, faults.OData},
		{"with a byte order mark", "\uFEFF" + soap11, faults.SOAP11},
		{"with white space in front", "\n " + soap11, faults.SOAP11},

		{"a response of SOAP", `<Envelope ` + ns + `><Body><r/><Fault/></Body></Envelope>`, faults.None},
		{"a fault within a response", `<Envelope ` + ns + `><Body><r><Fault/></r></Body></Envelope>`, faults.None},
		{"an empty body", `<Envelope ` + ns + `><Body/><Fault/></Envelope>`, faults.None},
		{"a fault behind the body", `<Envelope ` + ns + `><Body></Body><x><Fault/></x></Envelope>`, faults.None},
		{"a fault of another namespace", `<Envelope ` + ns + `><Body><Fault xmlns=""/></Body></Envelope>`, faults.None},
		{"SOAP without a namespace", `<Envelope><Body><Fault/></Body></Envelope>`, faults.None},
		{"a response of XML-RPC", `<methodResponse><params><param><value><string>fault</string></value></param></params></methodResponse>`, faults.None},
		{"XML-RPC with both", `<methodResponse><fault/><params/></methodResponse>`, faults.None},
		{"XML-RPC with two", `<methodResponse><fault/><fault/></methodResponse>`, faults.None},
		{"XML-RPC with nothing", `<methodResponse/>`, faults.None},
		{"OData without a message", `<error xmlns="http://docs.oasis-open.org/odata/ns/metadata"><code/></error>`, faults.None},
		{"an error of another namespace", `<error xmlns="urn:x"><code/><message/></error>`, faults.None},
		{"a document type", `<!DOCTYPE methodResponse>` + xmlrpc[len(`<?xml version="1.0"?>`):], faults.None},
		{"cut", soap11[:len(soap11)-1], faults.None},
		{"cut at once", `<`, faults.None},
		{"JSON", `{"errors":[{"message":"m"}]}`, faults.None},
		{"text", `fault`, faults.None},
		{"nothing", ``, faults.None},
	})
}

func TestLabels(t *testing.T) {
	const json = `{"errors":[{"message":"m"}]}`
	for _, c := range []struct {
		contentType string
		json, xml   bool
	}{
		{"application/json", true, false},
		{"application/vnd.api+json", true, false},
		{"application/json-rpc", true, false},
		{"text/javascript", true, false},
		{"text/xml", false, true},
		{"application/soap+xml; action=x", false, true},
		{"text/plain", true, true},
		{"", true, true},
		{"text/html", false, false},
		{"application/xhtml+xml", false, false},
		{"text/event-stream", false, false},
		{"image/png", false, false},
	} {
		if got := faults.Possible(c.contentType); got != (c.json || c.xml) {
			t.Errorf("%q: %v", c.contentType, got)
		}
		if _, ok := faults.Recognize([]byte(json), c.contentType); ok != c.json {
			t.Errorf("JSON as %q: %v", c.contentType, ok)
		}
		if _, ok := faults.Recognize([]byte(soap11), c.contentType); ok != c.xml {
			t.Errorf("XML as %q: %v", c.contentType, ok)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for k := faults.None; k <= faults.Google; k++ {
		if seen[k.String()] || k.String() == "" {
			t.Errorf("%d is called %q", k, k)
		}
		seen[k.String()] = true
	}
	if got := faults.Kind(200).String(); got != "Kind(200)" {
		t.Errorf("what is none is called %q", got)
	}
}
