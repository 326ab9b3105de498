package exchange_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate"
)

// orders describes a small API below /api.
const orders = `openapi: 3.1.0
servers: [{url: "https://example.com/api"}]
paths:
  /orders:
    get:
      responses:
        "200": {content: {application/json: {}, text/csv: {}}}
        "404": {}
    post:
      requestBody: {content: {application/json: {}}}
      responses: {"201": {}, "409": {}, 5XX: {}}
  /orders/new:
    get: {responses: {"200": {content: {text/html: {}}}}}
  /orders/{id}:
    get:
      responses:
        "200": {headers: {X-Version: {required: true}, Connection: {}}, content: {application/json: {}}}
        "404": {}
    delete: {responses: {"204": {}, default: {}}}
  /files/{path}:
    get: {responses: {"200": {}}}
`

// documentOf writes a description into a file.
func documentOf(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "api.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// described is a gate with that description.
func described(t testing.TB, o statusgate.OpenAPI) statusgate.Handler {
	t.Helper()
	o.Files = []string{documentOf(t, orders)}
	return statusgate.Handler{OpenAPI: &o}
}

// with is a request with content and fields.
func with(method, target, body string, fields ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

func TestRequestsAreHeldAgainstTheDescription(t *testing.T) {
	const json, xml = "application/json", "application/xml"
	websocket := with("CONNECT", "/api/orders", "")
	websocket.ProtoMajor = 2
	websocket.Header[":protocol"] = []string{"websocket"}
	enforced := described(t, statusgate.OpenAPI{})
	closed := described(t, statusgate.OpenAPI{Unknown: "reject"})
	own := described(t, statusgate.OpenAPI{Exempt: []string{"/files/{path}"}})
	own.Resources = []statusgate.Resource{
		{Path: "/api/orders", Consumes: []string{xml}},
		{Path: "/api/orders/{id}", Methods: []string{"GET", "PATCH"}},
		{Path: "/api/reports", Operations: []statusgate.Operation{
			{Method: "GET", Produces: []string{xml}},
			{Method: "POST", Consumes: []string{"text/csv"}, Produces: []string{json}},
		}},
	}
	own.UnknownResources = "reject"
	based := described(t, statusgate.OpenAPI{Base: "/v2", Unknown: "reject"})
	defaults := described(t, statusgate.OpenAPI{})
	defaults.Methods, defaults.Produces = []string{"GET"}, []string{xml}
	lenient := described(t, statusgate.OpenAPI{Unknown: "reject"})
	lenient.Paths = "lenient"
	ok := func(gate statusgate.Handler) (unchecked, reported statusgate.Handler) {
		unchecked, reported = gate, gate
		o, p := *gate.OpenAPI, *gate.OpenAPI
		o.Requests, p.Requests = "off", "report"
		unchecked.OpenAPI, reported.OpenAPI = &o, &p
		return unchecked, reported
	}
	unchecked, reported := ok(closed)
	for _, c := range []struct {
		name    string
		gate    statusgate.Handler
		request *http.Request
		status  int
		fields  map[string]string
	}{
		{"what is documented", enforced, with("GET", "/api/orders", "", "Accept", json), 200, nil},
		{"a type that is documented", enforced, with("POST", "/api/orders", "{}", "Content-Type", "application/json; charset=x"), 200, nil},
		{"a HEAD, which is a GET", enforced, with("HEAD", "/api/orders/17", ""), 200, nil},
		{"a WebSocket over HTTP/2, which is a GET", enforced, websocket, 200, nil},
		{"a method that is not", enforced, with("PUT", "/api/orders", "{}"), 405, map[string]string{"Allow": "GET, HEAD, POST, OPTIONS"}},
		{
			"a method of a less specific template", enforced, with("DELETE", "/api/orders/new", ""), 200, nil,
		},
		{
			"a method that no template has", enforced, with("POST", "/api/orders/new", ""), 405,
			map[string]string{"Allow": "GET, HEAD, DELETE, OPTIONS"},
		},
		{"OPTIONS", enforced, with("OPTIONS", "/api/orders", ""), 200, map[string]string{"Allow": "GET, HEAD, POST, OPTIONS", "X-Behind": ""}},
		{
			"a preflight", enforced, with("OPTIONS", "/api/orders", "", "Origin", "https://a.example", "Access-Control-Request-Method", "PUT"), 200,
			map[string]string{"X-Behind": "yes"},
		},
		{"content of another type", enforced, with("POST", "/api/orders", "<x/>", "Content-Type", xml), 415, map[string]string{"Accept": json, "Accept-Post": json}},
		{"no content where some is optional", enforced, with("POST", "/api/orders", ""), 200, nil},
		{"content where none is documented", enforced, with("DELETE", "/api/orders/17", "x", "Content-Type", "text/plain"), 200, nil},
		{"an Accept that nothing has", enforced, with("GET", "/api/orders", "", "Accept", "image/png"), 406, nil},
		{"an answer that Accept rules out", enforced, with("GET", "/api/orders", "", "Accept", "text/csv"), 406, nil},
		{"an unknown path", enforced, with("GET", "/api/nothing", ""), 200, nil},
		{"an unknown path that is rejected", closed, with("GET", "/api/nothing", ""), 404, nil},
		{"a path without its base", closed, with("GET", "/orders", ""), 404, nil},
		{"an encoded slash", closed, with("GET", "/api/files/a%2Fb", ""), 200, nil},
		{"a backslash", closed, with("GET", "/api/files/a%5Cb", ""), 404, nil},
		{"a backslash where paths are lenient", lenient, with("GET", "/api/files/a%5Cb", ""), 200, nil},
		{"a base of the configuration", based, with("GET", "/v2/orders", ""), 200, nil},
		{"the base of the document, where there is another", based, with("GET", "/api/orders", ""), 404, nil},

		{"requests off: a method", unchecked, with("PUT", "/api/orders", "{}"), 200, nil},
		{"requests off: a type", unchecked, with("POST", "/api/orders", "<x/>", "Content-Type", xml), 200, nil},
		{"requests off: an Accept", unchecked, with("GET", "/api/orders", "", "Accept", "text/csv"), 200, nil},
		{"requests off: an unknown path", unchecked, with("GET", "/api/nothing", ""), 200, nil},
		{"requests report: a method", reported, with("PUT", "/api/orders", "{}"), 200, nil},
		{"requests report: a type", reported, with("POST", "/api/orders", "<x/>", "Content-Type", xml), 200, nil},
		{"requests report: an Accept", reported, with("GET", "/api/orders", "", "Accept", "image/png"), 200, nil},
		{"requests report: an unknown path", reported, with("GET", "/api/nothing", ""), 200, nil},
		{"requests report: OPTIONS", reported, with("OPTIONS", "/api/orders", ""), 200, map[string]string{"X-Behind": "yes"}},

		{"a type of the resource", own, with("POST", "/api/orders", "<x/>", "Content-Type", xml), 200, nil},
		{"a type of the document, where the resource has another", own, with("POST", "/api/orders", "{}", "Content-Type", json), 415, map[string]string{"Accept": xml}},
		{"a method of the document, where the resource says nothing", own, with("PUT", "/api/orders", ""), 405, nil},
		{"an Accept of the document, where the resource says nothing", own, with("GET", "/api/orders", "", "Accept", "image/png"), 406, nil},
		{"a method of the resource", own, with("PATCH", "/api/orders/17", ""), 200, nil},
		{"a method of the document, where the resource has others", own, with("DELETE", "/api/orders/17", ""), 405, map[string]string{"Allow": "GET, HEAD, PATCH, OPTIONS"}},
		{"a resource that the document lacks", own, with("GET", "/api/reports", "", "Accept", xml), 406, nil}, // the answer is JSON
		{"its other method", own, with("POST", "/api/reports", "a,b", "Content-Type", "text/csv", "Accept", json), 200, nil},
		{"the type of one method to another", own, with("POST", "/api/reports", "{}", "Content-Type", json), 415, map[string]string{"Accept": "text/csv"}},
		{"the Accept of one method with another", own, with("POST", "/api/reports", "a", "Content-Type", "text/csv", "Accept", xml), 406, nil},
		{"a method that a resource lacks", own, with("PUT", "/api/reports", ""), 405, map[string]string{"Allow": "GET, HEAD, POST, OPTIONS"}},
		{"a path that neither has", own, with("GET", "/api/nothing", ""), 404, nil},
		{"a path that only the document has", own, with("GET", "/api/orders/new", "", "Accept", "text/html"), 406, nil},
		{"an exempt path", own, with("PUT", "/api/files/x", "x", "Content-Type", xml, "Accept", xml), 200, nil},

		{"a method of the document beside those of the gate", defaults, with("POST", "/api/orders", "{}", "Content-Type", json), 200, nil},
		{"a type of the gate where the document has none", defaults, with("DELETE", "/api/orders/17", "", "Accept", json), 406, nil},
		{"a path of the gate", defaults, with("PUT", "/other", ""), 405, map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := through(t, newGate(t, newContext(t), c.gate), c.request, sends(200, "{}", "Content-Type: application/json", "X-Behind: yes"))
			if w.Code != c.status || err != nil {
				t.Errorf("got %d (%v), want %d: %s", w.Code, err, c.status, w.Body)
			}
			for field, want := range c.fields {
				if got := w.Header().Get(field); got != want {
					t.Errorf("%s: got %q, want %q", field, got, want)
				}
			}
		})
	}
}

// A problem about a method lists what the documents have.
func TestAProblemListsTheMethodsOfTheDescription(t *testing.T) {
	h := newGate(t, newContext(t), described(t, statusgate.OpenAPI{}))
	w, _ := through(t, h, with("PUT", "/api/orders", ""), sends(200, ""))
	if want := `"allowed":["GET","HEAD","POST","OPTIONS"]`; !strings.Contains(w.Body.String(), want) {
		t.Errorf("got %s, want %s in it", w.Body, want)
	}
	w, _ = through(t, h, with("GET", "/api/orders", ""), sends(405, ""))
	if got, want := w.Header().Get("Allow"), "GET, HEAD, POST, OPTIONS"; got != want {
		t.Errorf("a 405 of the backend: got Allow %q, want %q", got, want)
	}
}

// In report mode the same decisions are made.
func TestAReportHasTheRefusalsOfTheDescription(t *testing.T) {
	for _, c := range []struct {
		requests string
		want     map[string]string
	}{
		{"", map[string]string{responses("statusgate", "report", "200", "200", "documented"): "1"}},
		{"enforce", map[string]string{responses("statusgate", "report", "200", "405", "method"): "1"}},
	} {
		ctx := newContext(t)
		gate := described(t, statusgate.OpenAPI{Requests: c.requests, Statuses: "off"})
		gate.Report = true
		w, _ := through(t, newGate(t, ctx, gate), with("PUT", "/api/orders", "{}"), sends(200, "{}"))
		if w.Code != 200 {
			t.Errorf("requests %q: got %d, want 200", c.requests, w.Code)
		}
		compareSeries(t, withoutDrift(withoutOverhead(series(t, ctx.GetMetricsRegistry(), false))), c.want)
	}
}

// withoutDrift leaves out the series of drift.
func withoutDrift(samples map[string]string) map[string]string {
	for name := range samples {
		if strings.HasPrefix(name, "drift_") {
			delete(samples, name)
		}
	}
	return samples
}
