package tests

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

const (
	asProblem    = "Content-Type: application/problem+json"
	asProblemXML = "Content-Type: application/problem+xml"
	browser      = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
)

// written is a response with a problem of the gate's in another format.
func written(format problem.Format, status int, more problem.Problem, fields ...string) want {
	more.Status, more.Title, more.Detail, more.Instance = status, scenarioTitles[status][0], scenarioTitles[status][1], scenarioUUID
	return gets(status, string(more.Append(nil, format)), append([]string{"Content-Type: " + format.ContentType(), "Vary: Accept"}, fields...)...)
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func TestBodiesOfErrorsAreKeptWhereTheyAreOfUse(t *testing.T) {
	runScenarios(t, []scenario{
		{
			name:   "an API client gets a problem for a page",
			behind: answers(404, "<h1>not here</h1>", asHTML), request: []string{"Accept", "application/json"},
			want: explains(404, ""),
		},
		{
			name:   "a browser gets the gate's page for the backend's",
			behind: answers(404, "<h1>not here</h1>", asHTML), request: []string{"Accept", browser},
			want: written(problem.HTML, 404, problem.Problem{}),
		},
		{
			name:   "an XML client gets XML",
			behind: answers(503, "busy", asHTML), request: []string{"Accept", "application/xml"},
			want: written(problem.XML, 503, problem.Problem{RetryAfter: 5}, "Retry-After: 5"),
		},
		{
			name:   "a terminal gets text",
			behind: answers(500, "oops", asHTML), request: []string{"Accept", "text/plain"},
			want: written(problem.Text, 500, problem.Problem{}),
		},
		{
			name:   "a client that takes nothing of it gets JSON",
			behind: answers(500, "oops", asHTML), request: []string{"Accept", "image/png"},
			want: explains(500, ""),
		},
		{
			name:   "JSON that the client accepts is kept on 4xx",
			behind: answers(404, `{"code":7}`, asJSON, "ETag: \"1\""), request: []string{"Accept", "application/json"},
			want: gets(404, `{"code":7}`, asJSON, "ETag: \"1\""),
		},
		{
			name:   "JSON of unknown length is kept on 4xx",
			behind: streams(410, []string{`{"code"`, `:7}`}, asJSON),
			want:   want{status: 404, body: `{"code":7}`, fields: []string{asJSON, after(410)}, chunked: true},
		},
		{
			name:   "JSON is kept on 4xx whatever the client accepts",
			behind: answers(404, `{"code":7}`, asJSON), request: []string{"Accept", browser[:9]},
			want: gets(404, `{"code":7}`, asJSON),
		},
		{
			name:   "a body of no media type is kept",
			behind: answers(404, "what is this"),
			only:   "direct", // a proxy's backend has guessed one
			want:   gets(404, "what is this"),
		},
		{
			name:   "a body of a broken media type is kept",
			behind: answers(404, "what is this", "Content-Type: json"),
			want:   gets(404, "what is this", "Content-Type: json"),
		},
		{
			name:   "a page without a media type is replaced",
			behind: answers(404, "<!DOCTYPE html><p>secret"),
			only:   "direct get",
			want:   explains(404, ""),
		},
		{
			name:   "JSON is replaced on 5xx",
			behind: answers(500, `{"trace":"at Foo.java:1"}`, asJSON),
			want:   explains(500, ""),
		},
		{
			name:   "an empty 404 gets a problem",
			behind: answers(404, "", asJSON),
			want:   explains(404, ""),
		},
		{
			name:   "a 404 that turns out to be empty gets a problem",
			behind: streams(404, nil, asJSON),
			only:   "get", // a HEAD can't tell
			want:   explains(404, ""),
		},
		{
			name:   "a gzipped body is kept on 4xx",
			behind: answers(404, gzipped(`{"code":7}`), asJSON, "Content-Encoding: gzip", "Vary: Accept-Encoding"), request: []string{"Accept-Encoding", "gzip"},
			want: gets(404, gzipped(`{"code":7}`), asJSON, "Content-Encoding: gzip", "Vary: Accept-Encoding"),
		},
		{
			name:   "a gzipped body is replaced on 5xx",
			behind: answers(502, gzipped(`{"code":7}`), asJSON, "Content-Encoding: gzip", "Vary: Accept-Encoding"), request: []string{"Accept-Encoding", "gzip"},
			want: explains(503, `,"retry_after":5`, "Vary: Accept-Encoding", after(502), "Retry-After: 5"),
		},
		{
			name: "a replaced body takes its fields with it and no other",
			behind: answers(404, "<h1>not here</h1>", asHTML, "ETag: \"1\"", "Last-Modified: Fri, 31 Dec 1999 23:59:59 GMT", "Accept-Ranges: bytes",
				"Content-Range: bytes 0-1/2", "Content-Language: de", "Content-Location: /404.html", "Content-Disposition: inline",
				"Content-MD5: x", "Digest: x", "Refresh: 1; url=/x", "Content-Digest: x", "Repr-Digest: x",
				"Set-Cookie: a=b; Path=/", "Set-Cookie: c=d", "Cache-Control: max-age=60", "Vary: Cookie", "WWW-Authenticate: Basic", "Allow: GET",
				"Retry-After: 9", "Location: /x", "Link: </x>; rel=next", "X-Unheard-Of: 1", "Access-Control-Allow-Origin: *", "Age: 3"),
			want: explains(404, "",
				"Set-Cookie: a=b; Path=/", "Set-Cookie: c=d", "Cache-Control: max-age=60", "Vary: Cookie", "WWW-Authenticate: Basic", "Allow: GET",
				"Retry-After: 9", "Location: /x", "Link: </x>; rel=next", "X-Unheard-Of: 1", "Access-Control-Allow-Origin: *", "Age: 3"),
		},
		{
			name: "keep keeps a page", options: "problems {\n\tbodies keep\n}",
			behind: answers(500, "<h1>oops</h1>", asHTML, "ETag: \"1\""),
			want:   gets(500, "<h1>oops</h1>", asHTML, "ETag: \"1\""),
		},
		{
			name: "keep replaces what is empty", options: "problems {\n\tbodies keep\n}",
			behind: answers(500, "", asHTML),
			want:   explains(500, ""),
		},
		{
			name: "replace replaces what the client would take", options: "problems {\n\tbodies replace\n}",
			behind: answers(404, `{"code":7}`, asJSON), request: []string{"Accept", "application/json"},
			want: explains(404, ""),
		},
		{
			name: "replace replaces a problem", options: "problems {\n\tbodies replace\n}",
			behind: answers(404, `{"title":"x","status":404}`, asProblem),
			want:   explains(404, ""),
		},
		{
			name: "replace leaves successes and redirects alone", options: "problems {\n\tbodies replace\n}",
			behind: answers(307, "moved", asHTML, "Location: /x"),
			want:   gets(307, "moved", asHTML, "Location: /x"),
		},
		{
			name: "problems may go without details, with types and in one format", options: "problems {\n\tdetail off\n\tformats json\n\ttype `https://errors.example/{http.statusgate.sent_status}?was={http.statusgate.received_status}`\n}",
			behind: answers(410, "<h1>gone</h1>", asHTML), request: []string{"Accept", browser},
			want: gets(404, `{"type":"https://errors.example/404?was=410","title":"Not Found","status":404,"instance":"`+scenarioUUID+`"}`+"\n", asProblem, after(410)),
		},
	})
}

func TestProblemsOfTheBackendAreBroughtInLine(t *testing.T) {
	large := `{"title":"x","status":409,"more":"` + strings.Repeat("x", 64<<10) + `"}`
	runScenarios(t, []scenario{
		{
			name:   "its status becomes the one that is sent, the rest stays on 4xx",
			behind: answers(409, `{"title":"Taken", "status" : 409, "balance":{"a":[1]},"detail":"two\nlines"}`, asProblem, "X-A: 1"),
			want:   gets(400, `{"title":"Taken", "status" : 400, "balance":{"a":[1]},"detail":"two\nlines"}`, asProblem, "X-A: 1", after(409)),
			only:   "get",
		},
		{
			name:   "what was true of the old document goes",
			behind: answers(404, `{"title":"It left","status":410}`, asProblem+"; charset=utf-8", "ETag: \"1\"", "Content-Language: en", "Digest: x"),
			want:   gets(404, `{"title":"It left","status":404}`, asProblem+"; charset=utf-8"),
			only:   "get",
		},
		{
			name:   "it gets a status if it has none",
			behind: streams(422, []string{`{"title":"Wrong"`, `}`}, asProblem),
			want:   gets(400, `{"title":"Wrong","status":400}`, asProblem, after(422)),
			only:   "get",
		},
		{
			name:   "what it adds is dropped on 5xx",
			behind: answers(502, `{"title":"Down","status":502,"trace":["a","b"],"detail":"line\nline"}`, asProblem),
			want:   gets(503, `{"title":"Down","status":503}`+"\n", asProblem, after(502), "Retry-After: 5"),
			only:   "get",
		},
		{
			name:   "one in XML",
			behind: answers(409, `<problem xmlns="urn:ietf:rfc:7807"><title>Taken</title><status>409</status><x/></problem>`, asProblemXML),
			want:   gets(400, `<problem xmlns="urn:ietf:rfc:7807"><title>Taken</title><status>400</status><x/></problem>`, asProblemXML, after(409)),
			only:   "get",
		},
		{
			name:   "one that is none is replaced",
			behind: answers(409, `{"title":"Taken"`, asProblem),
			want:   explains(400, "", after(409)),
			only:   "get",
		},
		{
			name:   "an empty one is replaced",
			behind: answers(409, "", asProblem),
			want:   explains(400, "", after(409)),
		},
		{
			name:   "one that turns out to be empty is replaced",
			behind: streams(409, nil, asProblem),
			want:   explains(400, "", after(409)),
			only:   "get",
		},
		{
			name:   "one that is too large passes unread on 4xx",
			behind: answers(409, large, asProblem, "ETag: \"1\""),
			want:   gets(400, large, asProblem, "ETag: \"1\"", after(409)),
			only:   "get",
		},
		{
			name:   "one that is too large is replaced on 5xx",
			behind: answers(502, large, asProblem, "ETag: \"1\""),
			want:   explains(503, `,"retry_after":5`, after(502), "Retry-After: 5"),
			only:   "get",
		},
		{
			name:   "one that is gzipped is brought in line, too",
			behind: answers(409, gzipped(`{"title":"Taken"}`), asProblem, "Content-Encoding: gzip"), request: []string{"Accept-Encoding", "gzip"},
			only: "get",
			want: gets(400, `{"title":"Taken","status":400}`, asProblem, after(409)),
		},
		{
			name:   "one that is gzipped is brought in line on 5xx",
			behind: answers(502, gzipped(`{"title":"Down"}`), asProblem, "Content-Encoding: gzip"), request: []string{"Accept-Encoding", "gzip"},
			only: "get",
			want: gets(503, `{"title":"Down","status":503}`+"\n", asProblem, after(502), "Retry-After: 5"),
		},
		{
			name: "an allowed one stays as it is", options: "allow 409",
			behind: answers(409, `{"title":"Taken","status":999}`, asProblem),
			want:   gets(409, `{"title":"Taken","status":999}`, asProblem),
		},
		{
			name: "the answer to a HEAD promises no length that a GET would not keep", method: "HEAD",
			behind: answers(409, `{"title":"Taken"}`, asProblem, "ETag: \"1\"", "X-A: 1"),
			want:   want{status: 400, fields: []string{asProblem, "X-A: 1", after(409)}, chunked: true},
		},
		{
			name: "a HEAD of a problem that only a GET could check", method: "HEAD",
			behind: answers(502, `{"title":"Down"}`, asProblem),
			want:   want{status: 503, fields: []string{asProblem, after(502), "Retry-After: 5"}, chunked: true},
		},
	})
}

func TestEncodeCompressesTheProblemsOfTheGate(t *testing.T) {
	const packed = "encode {\n\tgzip\n\tminimum_length 10\n}"
	table := []scenario{{
		name: "encode", site: packed, options: "problems {\n\tformats html\n}",
		behind: answers(500, "<h1>trace</h1>", asHTML, "ETag: \"1\""),
	}}
	stage := newScenarioStage(t, table)
	backends.Store(t.Name(), table[0].behind)
	defer backends.Delete(t.Name())
	table[0].request = []string{"Accept-Encoding", "gzip"}
	want := written(problem.HTML, 500, problem.Problem{})
	for _, protocol := range []string{"h1", "h2"} {
		for _, way := range []string{"direct", "proxy"} {
			got := stage.play(t, &table[0], protocol, way, http.MethodGet)
			r, err := gzip.NewReader(strings.NewReader(got.body))
			if err != nil {
				t.Fatalf("%s, %s: the body is not gzip: %v: %q", protocol, way, err, got.body)
			}
			page, err := io.ReadAll(r)
			if body := scenarioInstance.ReplaceAllString(string(page), scenarioUUID); err != nil || body != want.body {
				t.Errorf("%s, %s: got body\n%s\n%v, want\n%s", protocol, way, body, err, want.body)
			}
			if coding := got.Header.Get("Content-Encoding"); got.StatusCode != 500 || coding != "gzip" || got.Header.Get("ETag") != "" {
				t.Errorf("%s, %s: got status %d, Content-Encoding %q, ETag %q, want 500, gzip and none", protocol, way, got.StatusCode, coding, got.Header.Get("ETag"))
			}
		}
	}
}
