package tests

import (
	"strings"
	"testing"
)

func TestWhatIsSentDescribesItself(t *testing.T) {
	const options = "map 200 404 when json /ok false\nmap 200 500 when json /ok null\nmap 200 400 when body_contains oops"
	kept := []string{"ETag: \"1\"", "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT", "Cache-Control: public, max-age=600", "Expires: Thu, 01 Jan 2026 00:10:00 GMT", "Set-Cookie: a=b", "Vary: Origin"}
	fields := append([]string{asJSON}, kept...)
	coded := gzipped(`{"ok":false}`)
	trailing := func(w want) want {
		w.chunked, w.trailer = true, []string{"X-Late: 1", "X-Sum: 7"}
		return w
	}
	ofKnownLength := func(w want) want { // which goes with trailers over HTTP/2
		w.chunked = false
		return w
	}
	runScenarios(t, []scenario{
		{
			name: "a body that is kept loses its freshness", options: options, only: "get", behind: answers(200, `{"ok":false}`, fields...),
			want: gets(404, `{"ok":false}`, asJSON, after(200), noStore, "Set-Cookie: a=b", "Vary: Origin"),
		},
		{
			name: "a body that is replaced takes all of it along", options: "map 200 500 when json /ok false", only: "get", behind: answers(200, `{"ok":false}`, append(fields, "Content-Language: en", "Digest: x")...),
			want: explains(500, "", after(200), noStore, "Set-Cookie: a=b", "Vary: Origin"),
		},
		{name: "a success keeps everything", options: options, behind: answers(200, `{"ok":true}`, fields...), want: gets(200, `{"ok":true}`, fields...)},
		{
			name: "a coded body that is kept stays coded", options: options, only: "get", request: []string{"Accept-Encoding", "gzip"},
			behind: answers(200, coded, asJSON, "Content-Encoding: gzip"), want: honest(404, coded, asJSON, "Content-Encoding: gzip"),
		},
		{
			name: "a coded body that is replaced does not", options: "map 200 500 when json /ok false", only: "get", request: []string{"Accept-Encoding", "gzip"},
			behind: answers(200, coded, asJSON, "Content-Encoding: gzip"), want: exposed(500),
		},
		{
			name: "trailers go with a success", options: options, only: "get h1", behind: withTrailers(200, []string{`{"ok":`, `true}`}, asJSON),
			want: trailing(gets(200, `{"ok":true}`, asJSON)),
		},
		{
			name: "trailers go with a success over HTTP/2", options: options, only: "get h2", behind: withTrailers(200, []string{`{"ok":`, `true}`}, asJSON),
			want: ofKnownLength(trailing(gets(200, `{"ok":true}`, asJSON))),
		},
		{
			name: "trailers go with an error that is kept", options: options, only: "get", behind: withTrailers(200, []string{`{"ok":`, `false}`}, asJSON),
			want: trailing(honest(404, `{"ok":false}`, asJSON)),
		},
		{
			name: "trailers go with an error that shows at its end", options: "map 200 400 when not body_contains fine", only: "get h1", behind: withTrailers(200, []string{`{"ok":`, `true}`}, asJSON),
			want: trailing(honest(400, `{"ok":true}`, asJSON)),
		},
		{
			name: "trailers go with an error that shows at its end over HTTP/2", options: "map 200 400 when not body_contains fine", only: "get h2", behind: withTrailers(200, []string{`{"ok":`, `true}`}, asJSON),
			want: ofKnownLength(trailing(honest(400, `{"ok":true}`, asJSON))),
		},
		{
			name: "trailers do not go with a problem", options: "map 200 500 when json /ok false", only: "get", behind: withTrailers(200, []string{`{"ok":`, `false}`}, asJSON),
			want: exposed(500),
		},
		{
			name: "a page for those who prefer it", options: "map 200 500 when json /ok false", only: "get", request: []string{"Accept", "text/plain, */*;q=0.1"},
			behind: answers(200, `{"ok":false}`, asJSON),
			want:   gets(500, "500 Internal Server Error\nThe server met an unexpected condition.\nReference: "+scenarioUUID+"\n", "Content-Type: text/plain; charset=utf-8", "Vary: Accept", after(200), noStore),
		},
		{
			name: "bodies keep", options: "problems {\n\tbodies keep\n}\nmap 200 500 when json /ok false", only: "get",
			behind: answers(200, `{"ok":false}`, asJSON), want: gets(500, `{"ok":false}`, asJSON, after(200), noStore),
		},
		{
			name: "bodies replace", options: "problems {\n\tbodies replace\n}\nmap 200 404 when json /ok false", only: "get",
			behind: answers(200, `{"ok":false}`, asJSON), want: exposed(404),
		},
		{
			name: "problems off", options: "problems off\nmap 200 500 when json /ok false", only: "get",
			behind: answers(200, `{"ok":false}`, asJSON), want: gets(500, `{"ok":false}`, asJSON, after(200), noStore),
		},
		{
			name: "a problem document that says 200 outside", options: "soft_errors", only: "get",
			behind: answers(200, `{"title":"gone","status":410}`, asProblem), want: gets(404, `{"title":"gone","status":404}`, asProblem, after(200), noStore),
		},
	})
}

func TestCreatedResourcesAreFoundInTheBody(t *testing.T) {
	const options = "location {\n\tcreated {http.request.uri.path}/{http.statusgate.json./id}\n}"
	var table []scenario
	for id, segment := range map[string]string{
		`"a b/c"`: "a%20b%2Fc", `"ü"`: "%C3%BC", `"\u20ac"`: "%E2%82%AC", "17": "17", "1.5e3": "1.5e3", `"?x=#y"`: "%3Fx=%23y", `"{x}"`: "%7Bx%7D",
		`"a\r\nb"`: "a%0D%0Ab", "true": "true", `"//evil.example"`: "%2F%2Fevil.example",
	} {
		body := `{"name":"x","id":` + id + `,"more":[]}`
		table = append(table, scenario{
			name: "the id " + id, options: options, method: "POST", path: "/orders", behind: reads(answers(201, body, asJSON)),
			want: gets(201, body, asJSON, "Location: /orders/"+segment),
		})
	}
	for _, body := range []string{`{}`, `{"id":null}`, `{"id":""}`, `{"id":[1]}`, `{"id":{}}`, `{"ids":1}`, `{"id":".."}`, `{"id":"."}`, `[]`, ``, `{"id":`, `{"id":"` + strings.Repeat("x", 3000) + `"}`} {
		table = append(table,
			scenario{
				name: "no id in " + shorten(body), options: options, method: "POST", path: "/orders", behind: reads(answers(201, body, asJSON)),
				want: gets(201, body, asJSON),
			},
			scenario{
				name: "a Content-Location for " + shorten(body), options: options, method: "POST", path: "/orders", behind: reads(answers(201, body, asJSON, "Content-Location: /orders/7")),
				want: gets(201, body, asJSON, "Content-Location: /orders/7", "Location: /orders/7"),
			})
	}
	body := `{"id":7}`
	table = append(table,
		scenario{name: "the backend's own", options: options, method: "POST", path: "/orders", behind: reads(answers(201, body, asJSON, "Location: /o/8")), want: gets(201, body, asJSON, "Location: /o/8")},
		scenario{name: "PUT falls back on its target", options: options, method: "PUT", path: "/orders/9?x", behind: reads(answers(201, "{}", asJSON)), want: gets(201, "{}", asJSON, "Location: /orders/9?x")},
		scenario{name: "a coded body", options: options, method: "POST", path: "/orders", request: []string{"Accept-Encoding", "gzip"}, behind: reads(answers(201, gzipped(body), asJSON, "Content-Encoding: gzip")), want: gets(201, gzipped(body), asJSON, "Content-Encoding: gzip", "Location: /orders/7")},
		scenario{name: "XML has no pointers", options: options, method: "POST", path: "/orders", behind: reads(answers(201, "<id>7</id>", xmlType)), want: gets(201, "<id>7</id>", xmlType)},
		scenario{name: "200 is not asked", options: options, behind: answers(200, body, asJSON), want: gets(200, body, asJSON)},
		scenario{
			name: "a job", options: "location {\n\taccepted /jobs/{http.statusgate.json./job/id}\n}", method: "POST", path: "/orders",
			behind: reads(answers(202, `{"job":{"id":5}}`, asJSON)), want: gets(202, `{"job":{"id":5}}`, asJSON, "Location: /jobs/5"),
		},
		scenario{
			name: "a rule that finds an error comes first", options: options + "\nmap 201 400 when json /ok false", method: "POST", path: "/orders",
			behind: reads(answers(201, `{"id":7,"ok":false}`, asJSON)), want: gets(400, `{"id":7,"ok":false}`, asJSON, after(201), noStore),
		},
		scenario{
			name: "a rule that makes it a 201", options: options + "\nmap 200 201 when json /created true", method: "POST", path: "/orders",
			behind: reads(answers(200, `{"id":7,"created":true}`, asJSON)), want: gets(201, `{"id":7,"created":true}`, asJSON, after(200), "Location: /orders/7"),
		},
	)
	runScenarios(t, table)
}

func TestSomeResponsesAreNeverRead(t *testing.T) {
	const options = "map any 500 when body_contains oops\nmap any 500 when empty_body\nmap any 400 when json /ok false"
	var table []scenario
	for _, contentType := range []string{
		"text/event-stream", "application/x-ndjson", "application/json-seq", "multipart/x-mixed-replace; boundary=x", "application/grpc", "application/grpc+json", "application/grpc-web+proto",
	} {
		table = append(table, scenario{
			name: contentType, options: options, behind: streams(200, []string{"oops", `{"ok":false}`}, "Content-Type: "+contentType),
			want: want{status: 200, body: `oops{"ok":false}`, fields: []string{"Content-Type: " + contentType}, chunked: true},
		})
	}
	table = append(table,
		scenario{name: "Incremental", options: options, behind: streams(200, []string{"oops"}, asJSON, "Incremental: ?1"), want: want{status: 200, body: "oops", fields: []string{asJSON, "Incremental: ?1"}, chunked: true}},
		scenario{name: "a part", options: options, request: []string{"Range", "bytes=0-3"}, behind: answers(206, "oops", asText, "Content-Range: bytes 0-3/9"), want: gets(206, "oops", asText, "Content-Range: bytes 0-3/9")},
		scenario{name: "204", options: options, behind: answers(204, ""), want: gets(204, "")},
		scenario{name: "304", options: options, behind: answers(304, "", "ETag: \"1\""), want: gets(304, "", "ETag: \"1\"")},
		scenario{name: "HEAD", options: options, method: "HEAD", behind: answers(200, "oops", asText), want: want{status: 200, fields: []string{asText, "Content-Length: 4"}, chunked: true}},
		scenario{name: "early hints", options: options, only: "get", behind: early(103, answers(200, "oops", asText)), want: func() want {
			w := exposed(500)
			w.informational = []int{103}
			return w
		}()},
	)
	runScenarios(t, table)
}
