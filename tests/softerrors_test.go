package tests

import (
	"net/http"
	"strings"
	"testing"
)

const (
	xmlType  = "Content-Type: application/xml"
	soapType = "Content-Type: text/xml; charset=utf-8"
	noStore  = "Cache-Control: no-store"
)

// honest is a soft error that keeps its body under its honest status.
func honest(status int, body, contentType string, fields ...string) want {
	return gets(status, body, append([]string{contentType, after(200), noStore}, fields...)...)
}

// exposed is a soft error whose body the gate replaces.
func exposed(status int, fields ...string) want {
	return explains(status, "", append([]string{after(200), noStore}, fields...)...)
}

// whether gives the scenarios of one rule: what it takes, then what passes.
func whether(options, contentType string, status int, takes, passes []string) (table []scenario) {
	for _, body := range takes {
		w := honest(status, body, contentType) // at 500 an error of the client's own protocol
		table = append(table, scenario{name: options + " takes " + body, options: options, only: "get", behind: answers(200, body, contentType), want: w})
	}
	for _, body := range passes {
		table = append(table, scenario{name: options + " leaves " + body, options: options, behind: answers(200, body, contentType), want: gets(200, body, contentType)})
	}
	return table
}

const (
	soapFault11 = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:%</faultcode><faultstring>no</faultstring></S:Fault></S:Body></S:Envelope>`
	soapFault12 = `<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:%</e:Value></e:Code><e:Reason><e:Text xml:lang="en">no</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>`
	soapSuccess = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><m:Fault xmlns:m="urn:m"/><S:Fault/></S:Body></S:Envelope>`
)

func fault(text, code string) string { return strings.Replace(text, "%", code, 1) }

func TestEachConditionOnTheBodyHolds(t *testing.T) {
	var table []scenario
	add := func(options, contentType string, status int, takes, passes []string) {
		table = append(table, whether(options, contentType, status, takes, passes)...)
	}
	add("map 200 400 when json /ok false", asJSON, 400,
		[]string{`{"ok":false}`, ` {"a":[1,{"ok":true}],"ok" : false , "b":{}}`, "\xef\xbb\xbf{\"ok\":false}", `{"\u006fk":false}`},
		[]string{`{"ok":true}`, `{"ok":"no"}`, `{"ok":null}`, `{"a":{"ok":false}}`, `[{"ok":false}]`, `false`, ``, `{"ok":true,"ok":false}`, `{"ok":`, "hello"})
	add("map 200 404 when json /error/code 404 NOT_FOUND", asJSON, 404,
		[]string{`{"error":{"code":404}}`, `{"error":{"code":4.04e2}}`, `{"error":{"code":"NOT_FOUND"}}`, `{"error":{"code":"404"}}`},
		[]string{`{"error":{"code":405}}`, `{"error":{"code":[404]}}`, `{"error":{"code":"not_found"}}`, `{"error":404}`})
	add("map 200 400 when json /code !0 !200", asJSON, 400,
		[]string{`{"code":1}`, `{"code":"x"}`, `{"code":true}`},
		[]string{`{"code":0}`, `{"code":200.0}`, `{"code":null}`, `{}`})
	add("map 200 400 when json /errors/0", asJSON, 400,
		[]string{`{"errors":["x"]}`, `{"errors":[{"a":1}]}`, `{"errors":{"0":1}}`},
		[]string{`{"errors":[]}`, `{"errors":[null]}`, `{"errors":[0]}`, `{"errors":[false]}`, `{"errors":[""]}`, `{"errors":[{}]}`, `{"errors":[[]]}`})
	add("map 200 400 when json /a~1b/c~0d/- x", asJSON, 400, []string{`{"a/b":{"c~d":{"-":"x"}}}`}, []string{`{"a/b":{"c~d":["x"]}}`})
	add("map 200 400 when xml reply/status failed", xmlType, 400,
		[]string{`<reply><status> failed </status></reply>`, `<r:reply xmlns:r="urn:r"><r:status>fa<!-- -->iled</r:status></r:reply>`, `<reply><status>ok</status><status>failed</status></reply>`},
		[]string{`<reply><status>ok</status></reply>`, `<reply status="failed"/>`, `<a><reply><status>failed</status></reply></a>`, `<!DOCTYPE a [<!ENTITY e "failed">]><reply><status>&e;</status></reply>`})
	add("map 200 400 when xml reply/@stat fail", xmlType, 400, []string{`<reply stat="fail"/>`}, []string{`<reply stat="ok"/>`, `<reply><stat>fail</stat></reply>`})
	add("map 200 400 when xml */error", xmlType, 400, []string{`<a><error>x</error></a>`, `<b><error code="1"/></b>`}, []string{`<a><error/></a>`, `<a><error>0</error></a>`, `<error>x</error>`})
	add("map 200 500 when jsonrpc_error", asJSON, 500,
		[]string{`{"jsonrpc":"2.0","error":{"code":-1,"message":"no"},"id":1}`, `[{"jsonrpc":"2.0","error":{"code":-1,"message":"no"},"id":1}]`},
		[]string{`{"jsonrpc":"2.0","result":1,"id":1}`, `{"error":{"code":-1,"message":"no"}}`, `[{"jsonrpc":"2.0","error":{"code":-1,"message":"no"},"id":1},{"jsonrpc":"2.0","result":1,"id":2}]`})
	add("map 200 500 when graphql_errors", asJSON, 500,
		[]string{`{"errors":[{"message":"no"}]}`, `{"data":null,"errors":[{"message":"no","path":["a"]}]}`, `{"data":{"a":null},"errors":[{"message":"no"}]}`},
		[]string{`{"data":{"a":1},"errors":[{"message":"no"}]}`, `{"errors":[]}`, `{"data":{}}`, `{"errors":[{"message":"no"}],"total":3}`})
	add("map 200 500 when soap_fault", soapType, 500,
		[]string{fault(soapFault11, "Server"), fault(soapFault12, "Receiver")}, []string{soapSuccess, `<Fault/>`})
	add("map 200 400 when body_contains ORA-", asText, 400, []string{"ORA-00942", "error: ORA-"}, []string{"ORA", "", "ora-1"})
	add("map 200 400 when body_regexp `^(Fatal|Parse) error`", asText, 400, []string{"Fatal error: x", "Parse error"}, []string{"a Fatal error", ""})
	add("map 200 400 when not json /ok true", asJSON, 400, []string{`{"ok":false}`, `{}`, `[]`}, []string{`{"ok":true}`, `{"ok":`})
	add("map 200 400 when not body_contains done", asText, 400, []string{"no"}, []string{"done", "well done!"})
	runScenarios(t, table)
}

func TestPagesForThoseWhoWantNone(t *testing.T) {
	const options, page = "map 200 500 when html_page", "<!DOCTYPE html><title>Sorry</title>"
	toJSON := []string{"Accept", "application/json"}
	runScenarios(t, []scenario{
		{
			name: "an API client gets no page", options: options, only: "get", request: toJSON,
			behind: answers(200, page, asHTML, "ETag: \"1\"", "Cache-Control: public, max-age=60", "Set-Cookie: a=b"), want: exposed(500, "Set-Cookie: a=b"),
		},
		{
			name: "nor one that is labelled as JSON", options: options, only: "get", request: toJSON,
			behind: answers(200, "\n"+page, asJSON), want: exposed(500),
		},
		{
			name: "nor one that comes in parts", options: options, only: "get", request: toJSON,
			behind: streams(200, []string{"<!DOC", "TYPE ht", "ml>", "<p>"}, asHTML), want: exposed(500),
		},
		{name: "a browser gets it", options: options, request: []string{"Accept", browser}, behind: answers(200, page, asHTML), want: gets(200, page, asHTML, "Vary: Accept")},
		{name: "and a client without a preference", options: options, behind: answers(200, page, asHTML), want: gets(200, page, asHTML, "Vary: Accept")},
		{name: "and one that takes anything", options: options, request: []string{"Accept", "*/*"}, behind: answers(200, page, asHTML), want: gets(200, page, asHTML, "Vary: Accept")},
		{
			name: "not where the resource has none", options: options + "\nproduces application/json", only: "get", request: []string{"Accept", "*/*"},
			behind: answers(200, page, asHTML), want: exposed(500),
		},
		{
			name: "but where it has", options: options + "\nproduces application/json text/html", request: []string{"Accept", "*/*"},
			behind: answers(200, page, asHTML), want: gets(200, page, asHTML, "Vary: Accept"),
		},
		{name: "JSON is no page", options: options, request: toJSON, behind: answers(200, `{"a":"<html>"}`, asJSON), want: gets(200, `{"a":"<html>"}`, asJSON)},
		{name: "XML is no page", options: options, request: toJSON, behind: answers(200, `<div/>`, xmlType), want: gets(200, `<div/>`, xmlType, "Vary: Accept")},
	})
}

func TestAnswersWithoutTheContentThatIsDue(t *testing.T) {
	const options = "map 2xx 500 when empty_body"
	runScenarios(t, []scenario{
		{name: "no length", options: options, only: "get", behind: answers(200, "", asJSON), want: exposed(500)},
		{name: "no bytes", options: options, only: "get h1", behind: streams(200, nil, asJSON), want: exposed(500)},
		{name: "no bytes over HTTP/2", options: options, only: "get h2", behind: streams(200, nil, asJSON), want: exposed(500)},
		{name: "no answer at all", options: options, only: "get direct", behind: func(http.ResponseWriter, *http.Request) error { return nil }, want: exposed(500)},
		{name: "a byte", options: options, behind: answers(200, "x", asText), want: gets(200, "x", asText)},
		{name: "204 has none by right", options: options, behind: answers(204, ""), want: gets(204, "")},
		{name: "304 has none by right", options: options, behind: answers(304, "", "ETag: \"1\""), want: gets(304, "", "ETag: \"1\"")},
		{name: "the errors are not asked", options: options, behind: answers(404, "", asJSON), want: explains(404, "")},
		{
			name: "a status of its own", options: "map 200 503 when empty_body", only: "get", behind: answers(200, "", asJSON, "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT"),
			want: explains(503, `,"retry_after":5`, after(200), noStore, "Retry-After: 5"),
		},
	})
}

func TestConditionsHoldTogether(t *testing.T) {
	const options = "map 200 404 {\n\theader X-App old*\n\tsource backend\n\tjson /error NOT_FOUND\n\tnot json /retry true\n}"
	body := `{"error":"NOT_FOUND"}`
	runScenarios(t, []scenario{
		{name: "all of them", options: options, only: "get", behind: answers(200, body, asJSON, "X-App: old-1"), want: honest(404, body, asJSON, "X-App: old-1")},
		{name: "not the header", options: options, behind: answers(200, body, asJSON, "X-App: new"), want: gets(200, body, asJSON, "X-App: new")},
		{name: "not the status", options: options, behind: answers(203, body, asJSON, "X-App: old"), want: gets(200, body, asJSON, "X-App: old", after(203))},
		{name: "not the value", options: options, behind: answers(200, `{}`, asJSON, "X-App: old"), want: gets(200, `{}`, asJSON, "X-App: old")},
		{
			name: "not the negated one", options: options, behind: answers(200, `{"error":"NOT_FOUND","retry":true}`, asJSON, "X-App: old"),
			want: gets(200, `{"error":"NOT_FOUND","retry":true}`, asJSON, "X-App: old"),
		},
		{
			name: "two on one body", options: "map 200 400 {\n\tbody_contains oops\n\tjson /a 1\n\tnot html_page\n}", only: "get",
			behind: answers(200, `{"a":1,"b":"oops"}`, asJSON), want: honest(400, `{"a":1,"b":"oops"}`, asJSON),
		},
		{
			name: "a body of the gateway's is none", options: "map any 404 {\n\tsource gateway\n\tnot json /a\n}", behind: answers(200, `{}`, asJSON),
			want: gets(200, `{}`, asJSON),
		},
		{
			name: "an error may have its meaning inside too", options: "map 500 404 when json /error/code 404", only: "get",
			behind: answers(500, `{"error":{"code":404}}`, asJSON), want: explains(404, "", after(500)),
		},
	})
}

func TestTheBodyTellsTheStatus(t *testing.T) {
	var table []scenario
	auto := func(rule, contentType, body string, w want) {
		table = append(table, scenario{name: rule + " of " + body, options: "map 200 auto when " + rule, only: "get", behind: answers(200, body, contentType), want: w})
	}
	for _, body := range []string{
		fault(soapFault11, "Client"), fault(soapFault11, "Client.Authentication"), fault(soapFault11, "Server"),
		fault(soapFault12, "Receiver"), fault(soapFault12, "MustUnderstand"),
	} {
		auto("soap_fault", soapType, body, honest(500, body, soapType))
	}
	auto("soap_fault", soapType, fault(soapFault12, "Sender"), honest(400, fault(soapFault12, "Sender"), soapType))
	for code, status := range map[string]int{"-32700": 400, "-32600": 400, "-32602": 400, "-32601": 404, "-32603": 500, "-32000": 500, "7": 500} {
		body := `{"jsonrpc":"2.0","id":1,"error":{"code":` + code + `,"message":"no"}}`
		auto("jsonrpc_error", asJSON, body, honest(status, body, asJSON))
	}
	for code, status := range map[string]int{
		"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "BAD_USER_INPUT": 400, "GRAPHQL_VALIDATION_FAILED": 400, "NOT_FOUND": 404, "INTERNAL_SERVER_ERROR": 500, "X": 500,
	} {
		body := `{"data":null,"errors":[{"message":"no","extensions":{"code":"` + code + `"}}]}`
		w := honest(status, body, asJSON)
		if status == 401 {
			w = honest(status, body, asJSON, "WWW-Authenticate: Bearer")
		}
		auto("graphql_errors", asJSON, body, w)
	}
	for _, c := range []struct {
		number string
		status int
	}{
		{"404", 404},
		{"404.0", 404},
		{`"404"`, 404},
		{"4.04e2", 404},
		{"410", 404},
		{"422", 400},
		{"17", 500},
		{"-404", 500},
		{"4040", 500},
		{"404.5", 500},
		{`"gone"`, 500},
		{"true", 500},
		{"[1]", 500},
		{"101", 500},
		{"500", 500},
		{"799", 500},
		{"99999999999999999999", 500},
	} {
		body := `{"status":` + c.number + `,"more":"` + strings.Repeat("x", 600) + `"}`
		w := exposed(500)
		if c.status < 500 {
			w = honest(c.status, body, asJSON)
		}
		auto("json /status", asJSON, body, w)
	}
	auto("json /status", asJSON, `{"status":522}`, exposed(500)) // no number of IANA's: whoever sent it knows what it is
	auto("json /status", asJSON, `{"status":200}`, gets(200, `{"status":200}`, asJSON))
	auto("json /status", asJSON, `{"status":206}`, gets(200, `{"status":206}`, asJSON))
	auto("json /status", asJSON, `{"status":207}`, gets(200, `{"status":207}`, asJSON))
	auto("json /status", asJSON, `{"status":204}`, gets(200, `{"status":204}`, asJSON))
	auto("json /status", asJSON, `{"status":304}`, gets(200, `{"status":304}`, asJSON))
	auto("json /status", asJSON, `{"status":0}`, gets(200, `{"status":0}`, asJSON)) // nothing is there
	auto("json /status", asJSON, `{"status":302}`, gets(200, `{"status":302}`, asJSON))
	auto("json /status !0", asJSON, `{"status":403}`, honest(403, `{"status":403}`, asJSON))
	auto("xml reply/@code", xmlType, `<reply code="403"/>`, honest(403, `<reply code="403"/>`, xmlType))
	auto("xml reply/code", xmlType, `<reply><code> 403 </code></reply>`, honest(403, `<reply><code> 403 </code></reply>`, xmlType))
	auto("xml reply/code", xmlType, `<reply><code>none</code></reply>`, exposed(500))
	for rule, contentType := range map[string]string{"html_page": asHTML, "empty_body": asJSON} {
		body := map[string]string{"html_page": "<p>", "empty_body": ""}[rule]
		table = append(table, scenario{
			name: rule, options: "map 200 auto when " + rule, only: "get", request: []string{"Accept", "application/json"},
			behind: answers(200, body, contentType), want: exposed(500),
		})
	}
	table = append(table,
		scenario{
			name: "auto goes by the profile", options: "contract strict\nmap 200 auto when json /status", only: "get",
			behind: answers(200, `{"status":302}`, asJSON), want: exposed(500),
		},
		scenario{
			name: "auto goes by another profile", options: "contract registered\nmap 200 auto when json /status", only: "get",
			behind: answers(200, `{"status":409}`, asJSON), want: honest(409, `{"status":409}`, asJSON),
		},
		scenario{
			name: "auto goes by allow", options: "allow 418\nmap 200 auto when json /status", only: "get",
			behind: answers(200, `{"status":418}`, asJSON), want: honest(418, `{"status":418}`, asJSON),
		},
		scenario{
			name: "the first condition tells", options: "map 200 auto {\n\tnot json /a 1\n\tjson /b\n\tjson /c\n}", only: "get",
			behind: answers(200, `{"c":500,"b":404}`, asJSON), want: honest(404, `{"c":500,"b":404}`, asJSON),
		},
	)
	runScenarios(t, table)
}

func TestBodyRulesAreTriedInTheirOrder(t *testing.T) {
	const options = "map 200 404 when json /z 1\nmap 200 403 when json /a 1\nmap 200 pass when body_contains fine\nmap 2xx 400 when not header X-Good"
	runScenarios(t, []scenario{
		{name: "an earlier one that is met later", options: options, only: "get", behind: streams(200, []string{`{"a":1,`, `"z":1}`}, asJSON), want: func() want {
			w := honest(404, `{"a":1,"z":1}`, asJSON)
			w.chunked = true
			return w
		}()},
		{name: "the second one", options: options, only: "get", behind: answers(200, `{"a":1,"z":2}`, asJSON), want: honest(403, `{"a":1,"z":2}`, asJSON)},
		{name: "pass by the body", options: options, only: "get", behind: answers(200, `{"z":2,"b":"fine"}`, asJSON), want: gets(200, `{"z":2,"b":"fine"}`, asJSON)},
		{name: "one without a body behind them", options: options, only: "get", behind: answers(200, `{"z":2}`, asJSON), want: honest(400, `{"z":2}`, asJSON)},
		{name: "none", options: options, behind: answers(200, `{"z":2}`, asJSON, "X-Good: 1"), want: gets(200, `{"z":2}`, asJSON, "X-Good: 1")},
		{
			name: "one before them", options: "map 200 403 when header X-Bad\n" + options, behind: answers(200, `{"z":1}`, asJSON, "X-Bad: 1"),
			want: honest(403, `{"z":1}`, asJSON, "X-Bad: 1"),
		},
	})
}
