package tests

import (
	"strings"
	"testing"
)

// decision is a sentence of the pages, and a site that shows it.
type decision struct {
	sentence        string
	gate            string // its options
	behind          string
	request, header string
	want            int
	wantHeader      map[string]string
	wantBody        string
}

var decisions = []decision{
	{
		sentence: "abort behind the gate becomes a 503",
		behind:   "abort", request: "GET", want: 503,
	},
	{
		sentence: "under strict, 204 becomes 200, empty",
		gate:     "contract strict", behind: "respond 204", request: "GET", want: 200,
		wantHeader: map[string]string{"Content-Length": "0"},
	},
	{
		sentence: "a 201 without any Location stays a 201",
		behind:   "respond made 201", request: "POST", want: 201, wantBody: "made",
	},
	{
		sentence: "for PUT, Location is the target of the request",
		behind:   "respond made 201", request: "PUT", want: 201,
		wantHeader: map[string]string{"Location": "/x"},
	},
	{
		sentence: "registered leaves a 201 without Location alone",
		gate:     "contract registered", behind: "respond made 201", request: "POST", want: 201,
	},
	{
		sentence: "where Caddy made the error, the success of a rule has no body",
		gate:     "map 418 200", behind: "error boiled 418", request: "GET", want: 200,
		wantHeader: map[string]string{"Content-Length": "0"},
	},
	{
		sentence: "pass leaves an error of Caddy's to Caddy",
		gate:     "map 418 pass", behind: "error boiled 418\nhandle_errors {\n\trespond \"page for {err.status_code}\"\n}",
		request: "GET", want: 418, wantBody: "page for 418",
	},
	{
		sentence: "handle_errors sees errors where problems are off",
		gate:     "problems off", behind: "error boiled 418\nhandle_errors {\n\trespond \"page for {err.status_code}\"\n}",
		request: "GET", want: 400, wantBody: "page for 400",
	},
	{
		sentence: "handle_errors does not see what the gate has answered",
		behind:   "error boiled 418\nhandle_errors {\n\trespond \"page for {err.status_code}\"\n}",
		request:  "GET", want: 400, wantBody: `"status":400`,
	},
	{
		sentence: "the Content-Security-Policy of a backend stays",
		behind:   "header Content-Security-Policy \"default-src 'none'\"\nrespond oops 500", request: "GET", header: "Accept: text/html",
		want: 500, wantHeader: map[string]string{"Content-Security-Policy": "default-src 'none'"}, wantBody: "<!DOCTYPE html>",
	},
	{
		sentence: "what basic_auth answers is not normalized",
		behind:   "basic_auth {\n\tbob $2a$04$V5JT9Ll1m5G1M5B9P9m6/.sIT0J2o0FxGyiRcJbQ0s1pFzvZ0m3Da\n}\nrespond fine",
		request:  "GET", want: 401, wantHeader: map[string]string{"Content-Type": ""},
	},
	{
		sentence: "a 402 goes by its meaning unless registered",
		gate:     "contract registered", behind: "respond pay 402", request: "GET", want: 402, wantBody: "pay",
	},
	{
		sentence: "keep keeps all bodies that are not empty",
		gate:     "problems {\n\tbodies keep\n}", behind: "respond oops 520", request: "GET", want: 503, wantBody: "oops",
	},
	{
		sentence: "the backend can be told the negotiated type",
		gate:     "produces text/csv application/json", behind: "header Content-Type application/json\nrespond {http.statusgate.negotiated_type}",
		request: "GET", header: "Accept: application/json", want: 200, wantBody: "application/json",
	},
	{
		sentence: "a CORS preflight passes",
		gate:     "methods GET", behind: "respond 204", request: "OPTIONS",
		header: "Origin: https://a.example\nAccess-Control-Request-Method: PUT", want: 204,
	},
	{
		sentence: "path templates ignore case, a slash at the end counts",
		gate:     "unknown_resources reject\nresource /X", behind: "respond fine", request: "GET", want: 200,
	},
	{
		sentence: "Slips of deployed clients are forgiven",
		gate:     "produces text/csv application/json", behind: "respond {http.statusgate.negotiated_type}",
		request: "GET", header: "Accept: ,;, text/csv;q=.2, *", want: 200, wantBody: "application/json",
	},
	{
		sentence: "HEAD has no body to judge",
		gate:     "map 200 500 when json /error", behind: json200(`{"error":1}`), request: "HEAD", want: 200,
	},
	{
		sentence: "a member that JSON repeats counts by its first",
		gate:     "map 200 400 when json /ok false", behind: json200(`{"ok":false,"ok":true}`), request: "GET", want: 400,
	},
	{
		sentence: "a body of any other type meets neither a condition nor its negation",
		gate:     "map 200 500 when not json /ok", behind: "header Content-Type image/png\nrespond x", request: "GET", want: 200,
	},
	{
		sentence: "not turns a condition on JSON around",
		gate:     "map 200 500 when not json /ok", behind: "header Content-Type application/json\nrespond `{}`", request: "GET", want: 500,
	},
	{
		sentence: "SOAP 1.1 clients want to read a fault",
		gate:     "map 200 500 when soap_fault\nproblems {\n\tbodies keep\n}",
		behind:   "header Content-Type text/xml\nrespond `<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><Fault/></Body></Envelope>`",
		request:  "POST", want: 500, wantBody: "<Fault/>",
	},
	{
		sentence: "what stands at the pointer is escaped for a path",
		gate:     "location {\n\tcreated /orders/{http.statusgate.json./a/0}\n}",
		behind:   json200(`{"a":["7/../8 x"]}`) + " 201", request: "POST", want: 201,
		wantHeader: map[string]string{"Location": "/orders/7%2F..%2F8%20x"},
	},
	{
		sentence: "Accept-Encoding reaches the backend with no codings but those that are decoded",
		gate:     "map 200 500 when json /error", behind: "respond {http.request.header.Accept-Encoding}", request: "GET",
		header: "Accept-Encoding: br;q=1, gzip;q=0.5, zstd, compress", want: 200, wantBody: "gzip;q=0.5, zstd",
	},
	{
		sentence: "the integer that was found goes through the profile and the table",
		gate:     "map 200 auto when json /status", behind: json200(`{"status":410}`), request: "GET", want: 404,
	},
	{
		sentence: "what cannot be derived is 500",
		gate:     "map 200 auto when json /status", behind: json200(`{"status":"failed"}`), request: "GET", want: 500,
	},
	{
		sentence: "an error behind the bound of inspect stays a 200",
		gate:     "inspect 16B\nmap 200 500 when json /error", behind: json200(`{"a":"0123456789abcdef","error":1}`), request: "GET",
		want: 200, wantBody: `"error":1`,
	},
	{
		sentence: "behind an undecided rule no other is tried",
		gate:     "map 200 400 when json /z\nmap 200 404 when json /a", behind: json200(`{"a":1,`), request: "GET", want: 200,
	},
	{
		sentence: "a page of HTML is an error where produces has none",
		gate:     "produces application/json\nsoft_errors", behind: "header Content-Type text/html\nrespond <html>", request: "GET", want: 500,
	},
}

// TestDocsDecisions holds the gate to what the pages say of it beside their
// tables: one site for each sentence.
func TestDocsDecisions(t *testing.T) {
	for _, c := range decisions {
		t.Run(c.sentence, func(t *testing.T) {
			url := gate(t, c.gate, c.behind)
			var header []string
			for line := range strings.Lines(c.header) {
				field, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				header = append(header, field, value)
			}
			got := fetch(t, c.request, url+"/x", "", header...)
			if got.StatusCode != c.want {
				t.Errorf("got %d, want %d", got.StatusCode, c.want)
			}
			for field, want := range c.wantHeader {
				if got := got.Header.Get(field); got != want {
					t.Errorf("got %s %q, want %q", field, got, want)
				}
			}
			if !strings.Contains(got.body, c.wantBody) {
				t.Errorf("got %q, want %q in it", got.body, c.wantBody)
			}
		})
	}
}

// json200 is a backend that answers with JSON.
func json200(body string) string {
	return "header Content-Type application/json\nrespond `" + body + "`"
}
