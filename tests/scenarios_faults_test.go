package tests

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/problem"
)

const (
	asXML       = "Content-Type: text/xml; charset=utf-8"
	asSOAP12    = "Content-Type: application/soap+xml; charset=utf-8"
	soap11Fault = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode>` +
		`<faultstring>no such part</faultstring><detail><part>7</part></detail></s:Fault></s:Body></s:Envelope>`
	soap12Fault = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>` +
		`<s:Reason><s:Text xml:lang="en">no such part</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`
	xmlRPCFault = `<?xml version="1.0"?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member>` +
		`<member><name>faultString</name><value><string>Too many parameters.</string></value></member></struct></value></fault></methodResponse>`
)

// errDown is how a proxy says that its backend is not there.
var errDown = caddyhttp.Error(http.StatusBadGateway, errors.New("nobody is there"))

// An error of the client's own protocol is worth more to it than a problem, at any
// status and whatever it accepts, but on a 5xx without what tells of the inside.
func TestErrorsOfTheClientsOwnProtocolAreKept(t *testing.T) {
	table := []scenario{}
	for name, c := range map[string]struct{ label, body string }{
		"SOAP 1.1":  {asXML, soap11Fault},
		"SOAP 1.2":  {asSOAP12, soap12Fault},
		"XML-RPC":   {asXML, xmlRPCFault},
		"JSON-RPC":  {asJSON, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"execution reverted","data":"0x08c379a0"},"id":1}`},
		"GraphQL":   {asJSON, `{"data":null,"errors":[{"message":"no such user","path":["user"]}]}`},
		"registry":  {asJSON, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"1"}}]}`},
		"OData":     {asJSON, `{"error":{"code":"501","message":"not supported","target":"query"}}`},
		"Google":    {asJSON, `{"error":{"code":503,"message":"down","status":"UNAVAILABLE","details":[]}}`},
		"text/json": {"Content-Type: text/json", `{"jsonrpc":"2.0","error":{"code":-32601,"message":"no such method"},"id":null}`},
	} {
		for _, status := range []int{400, 500} {
			table = append(table, scenario{
				name: fmt.Sprintf("%s with a %d", name, status), behind: answers(status, c.body, c.label),
				only: "get", request: []string{"Accept", "image/png"}, want: gets(status, c.body, c.label),
			})
		}
		table = append(table, scenario{
			name: name + " with a 502", behind: answers(502, c.body, c.label), only: "get",
			want: gets(503, c.body, c.label, after(502), "Retry-After: 5"),
		}, scenario{
			name: name + " where the operator replaces", options: "problems {\n\tbodies replace\n}", behind: answers(500, c.body, c.label),
			want: explains(500, ""),
		})
	}
	table = append(table, []scenario{
		{
			name: "what leaks is cut on 5xx", only: "get",
			behind: answers(500, `{"jsonrpc":"2.0","error":{"code":1,"message":"no\n\tat Foo.java:1","data":{"StackTrace":["a"],"hint":"x"}},"id":1}`, asJSON, "ETag: \"1\""),
			want:   gets(500, `{"jsonrpc":"2.0","error":{"code":1,"message":"no","data":{"hint":"x"}},"id":1}`, asJSON),
		},
		{
			name:   "and stays on 4xx",
			behind: answers(400, `{"jsonrpc":"2.0","error":{"code":1,"message":"no\n\tat 1"},"id":1}`, asJSON),
			want:   gets(400, `{"jsonrpc":"2.0","error":{"code":1,"message":"no\n\tat 1"},"id":1}`, asJSON),
		},
		{
			name: "a request field is no key to what is hidden", only: "get", request: []string{"SOAPAction", "x", "Content-Type", "text/xml"},
			behind: answers(500, `{"trace":"at Foo.java:1"}`, asJSON),
			want:   inFault(problem.SOAP11, 500, problem.Problem{}),
		},
		{
			name: "one that is gzipped", request: []string{"Accept-Encoding", "gzip"}, only: "get",
			behind: answers(500, gzipped(soap11Fault), asXML, "Content-Encoding: gzip"),
			want:   gets(500, soap11Fault, asXML),
		},
		{
			name: "one that comes in parts", only: "get",
			behind: streams(500, []string{soap11Fault[:40], soap11Fault[40:]}, asXML),
			want:   gets(500, soap11Fault, asXML),
		},
		{
			name: "one that breaks off", only: "direct get",
			behind: func(w http.ResponseWriter, _ *http.Request) error {
				setFields(w, []string{asXML})
				w.WriteHeader(500)
				_, _ = io.WriteString(w, soap11Fault[:90])
				panic(http.ErrAbortHandler)
			},
			want: explains(500, ""),
		},
		{
			name: "one that is a page", only: "get", behind: answers(500, soap11Fault, asHTML), want: explains(500, ""),
		},
	}...)
	runScenarios(t, table)
}

// inFault is a problem of the gate's as a fault of SOAP.
func inFault(format problem.Format, status int, more problem.Problem, fields ...string) want {
	if more.Detail == "" {
		more.Detail = scenarioTitles[status][1]
	}
	more.Status, more.Title, more.Instance = status, scenarioTitles[status][0], scenarioUUID
	return gets(status, string(more.Append(nil, format)), append([]string{"Content-Type: " + format.ContentType(), "Vary: Accept"}, fields...)...)
}

// What the gate has to say itself, it says to a SOAP client in a fault of its
// version, with the contract's status.
func TestTheGatesOwnErrorsAreFaultsToSOAPClients(t *testing.T) {
	const options = "methods POST\nconsumes text/xml application/soap+xml"
	soap11 := []string{"SOAPAction", `""`, "Content-Type", "text/xml"}
	soap12 := []string{"Content-Type", "application/soap+xml; charset=utf-8"}
	accepts := problem.Problem{Accepted: []string{"text/xml", "application/soap+xml"}, Detail: "This resource does not take the media type of the request content, or it has none."}
	lists := []string{"Accept: text/xml, application/soap+xml", "Accept-Post: text/xml, application/soap+xml", refused}
	allows := problem.Problem{Allowed: []string{"POST", "OPTIONS"}}
	down := problem.Problem{Detail: "The server behind this gateway cannot be reached.", RetryAfter: 5}
	runScenarios(t, []scenario{
		{
			name: "405, SOAP 1.1", options: options, method: "PUT", request: soap11, only: "direct",
			want: inFault(problem.SOAP11, 405, allows, "Allow: POST, OPTIONS", refused),
		},
		{
			name: "405, SOAP 1.2", options: options, method: "PUT", request: soap12, only: "direct",
			want: inFault(problem.SOAP12, 405, allows, "Allow: POST, OPTIONS", refused),
		},
		{
			name: "415, SOAP 1.1", options: options, method: "POST", content: "<a/>", request: []string{"SOAPAction", `""`, "Content-Type", "text/plain"},
			only: "direct h2", want: inFault(problem.SOAP11, 415, accepts, lists...),
		},
		{
			name: "415 to other clients of XML is a problem", options: options, method: "POST", content: "<a/>", only: "direct h2",
			request: []string{"Accept", "text/xml", "Content-Type", "text/plain"},
			want: gets(415, string((&problem.Problem{
				Status: 415, Title: scenarioTitles[415][0], Detail: accepts.Detail, Instance: scenarioUUID, Accepted: accepts.Accepted,
			}).Append(nil, problem.XML)), append([]string{asProblemXML, "Vary: Accept"}, lists...)...),
		},
		{
			name: "503, SOAP 1.1", method: "GET", request: soap11, only: "direct get", behind: fails(errDown),
			want: inFault(problem.SOAP11, 503, down, "Retry-After: 5", notStored, "Proxy-Status: statusgate; error=destination_unavailable"),
		},
		{
			name: "503, SOAP 1.2", method: "GET", request: soap12, only: "direct get", behind: fails(errDown),
			want: inFault(problem.SOAP12, 503, down, "Retry-After: 5", notStored, "Proxy-Status: statusgate; error=destination_unavailable"),
		},
		{
			name: "a page of the backend's", request: soap12, behind: answers(404, "<h1>no</h1>", asHTML), only: "get",
			want: inFault(problem.SOAP12, 404, problem.Problem{}),
		},
		{
			name: "the backend's own fault is the backend's", request: soap11, behind: answers(500, soap11Fault, asXML), only: "get",
			want: gets(500, soap11Fault, asXML),
		},
	})
}

// Answers of Connect RPC keep their status, body and trailers: its clients read them
// together.
func TestConnectRPC(t *testing.T) {
	const stream = "Content-Type: application/connect+proto"
	unary := []string{"Connect-Protocol-Version", "1"}
	exhausted := `{"code":"resource_exhausted","message":"no"}`
	table := []scenario{
		{name: "a stream whose transport fails", request: []string{"Content-Type", "application/connect+json"}, behind: answers(429, "x", stream), want: gets(429, "x", stream)},
		{name: "a stream to another client", behind: answers(429, "x", stream), want: explains(503, `,"retry_after":5`, after(429), "Retry-After: 5")},
		{
			name: "a GET", path: "/thing?connect=v1&message=x", behind: answers(429, exhausted, asJSON), only: "get",
			want: gets(429, exhausted, asJSON),
		},
		{
			name: "another client", behind: answers(409, exhausted, asJSON), only: "get",
			want: gets(400, exhausted, asJSON, after(409)),
		},
		{
			name: "what is no error of Connect", request: unary, behind: answers(409, `{"code":"taken"}`, asJSON), only: "get",
			want: gets(400, `{"code":"taken"}`, asJSON, after(409)),
		},
		{
			name: "what is no error of Connect, on 5xx", request: unary, behind: answers(504, `{"code":"taken"}`, asJSON), only: "get",
			want: explains(503, `,"retry_after":5`, after(504), "Retry-After: 5"),
		},
		{
			name: "under strict", options: "contract strict", request: unary, behind: answers(409, exhausted, asJSON), only: "get",
			want: gets(400, exhausted, asJSON, after(409)),
		},
		{
			name: "trailers", request: unary, only: "get h1", // over HTTP/2 a length is known
			behind: func(w http.ResponseWriter, _ *http.Request) error {
				setFields(w, []string{asJSON, "Trailer: X-After"})
				w.WriteHeader(409)
				_, _ = io.WriteString(w, exhausted)
				w.Header().Set("X-After", "1")
				return nil
			},
			want: want{status: 409, body: exhausted, fields: []string{asJSON}, chunked: true, trailer: []string{"X-After: 1"}},
		},
	}
	for status, code := range map[int]string{409: "already_exists", 429: "resource_exhausted", 499: "canceled", 501: "unimplemented", 504: "deadline_exceeded", 500: "internal"} {
		body := fmt.Sprintf(`{"code":%q,"message":"two\nlines"}`, code)
		table = append(table, scenario{
			name: code, request: unary, behind: answers(status, body, asJSON, "Trailer-X: 1"), only: "get",
			want: gets(status, body, asJSON, "Trailer-X: 1"),
		})
	}
	runScenarios(t, table)
}

// The operator's members and pages, and the members that an inner gate has added.
func TestProblemsAsTheOperatorWantsThem(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir+"/404.html", `<p>{{.Status}} {{.Title}}{{range .Members}} {{.Name}}={{.Value}}{{end}}`+"\n")
	writeFile(t, dir+"/4xx.html", "<p>{{.Status}} any\n")
	more := "problems {\n\tmembers {\n\t\ttrace_id {http.request.header.X-Trace}\n\t\tsupport https://help.example/\n\t}\n\thtml " + dir + "/{status}.html\n}"
	const members = `,"support":"https://help.example/","trace_id":"abc \"1\""`
	trace := []string{"X-Trace", `abc "1"`}
	inner := "statusgate {\n\tname outer\n}"
	runScenarios(t, []scenario{
		{name: "JSON", options: more, request: trace, behind: answers(404, "", asText), want: explains(404, members)},
		{
			name: "a page of its own", options: more, request: append([]string{"Accept", "text/html"}, trace...), behind: answers(404, "", asText),
			want: gets(404, `<p>404 Not Found support=https://help.example/ trace_id=abc &#34;1&#34;`+"\n", "Content-Type: text/html; charset=utf-8", "Vary: Accept"),
		},
		{
			name: "a page of its class", options: more, request: append([]string{"Accept", "text/html"}, trace...), behind: answers(403, "", asText),
			want: gets(403, "<p>403 any\n", "Content-Type: text/html; charset=utf-8", "Vary: Accept"),
		},
		{
			name: "a gate within a gate keeps its members", options: more, site: inner, request: trace, behind: answers(520, "x", asText), only: "get",
			want: explains(503, `,"retry_after":5`+members, after(520), "Retry-After: 5"),
		},
		{
			name: "so do its own refusals", options: "methods POST\n" + more, site: inner, request: trace, only: "direct get",
			want: explains(405, `,"allowed":["POST","OPTIONS"]`+members, "Allow: POST, OPTIONS", refused),
		},
		{
			name: "a backend that is no gate loses them", site: inner, only: "get",
			behind: answers(503, `{"title":"Down","status":503,"trace":"x"}`, asProblem, "Retry-After: 5"),
			want:   gets(503, `{"title":"Down","status":503}`+"\n", asProblem, "Retry-After: 5"),
		},
	})
}
