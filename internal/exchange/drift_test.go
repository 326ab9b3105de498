package exchange_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// drifts are the series of drift that are not at zero, by their labels.
func drifts(samples map[string]string) map[string]string {
	found := make(map[string]string)
	for name, value := range samples {
		if labels, ok := strings.CutPrefix(name, "drift_total"); ok {
			found[labels] = value
		}
	}
	return found
}

// drifted is one series of drift.
func drifted(kind, operation, received string) map[string]string {
	return map[string]string{fmt.Sprintf("{gate=\"statusgate\",kind=%q,operation=%q,received=%q}", kind, operation, received): "1"}
}

const jsonType = "Content-Type: application/json"

func TestDocumentedStatusesPassAndDriftIsCounted(t *testing.T) {
	normalized := statusgate.OpenAPI{Statuses: "normalize"}
	reported := statusgate.OpenAPI{Requests: "report"}
	order, orders := with("GET", "/api/orders/17", ""), with("GET", "/api/orders", "")
	post := func(fields ...string) *http.Request {
		return with("POST", "/api/orders", "{}", append([]string{"Content-Type", "application/json"}, fields...)...)
	}
	remove := with("DELETE", "/api/orders/17", "")
	version := "X-Version: 1"
	for _, c := range []struct {
		name    string
		openapi statusgate.OpenAPI
		change  func(*statusgate.Handler)
		request *http.Request
		behind  caddyhttp.HandlerFunc
		sent    int
		reason  string
		drift   map[string]string
	}{
		{"a documented success", statusgate.OpenAPI{}, nil, order, sends(200, "{}", jsonType, version), 200, "documented", nil},
		{"a documented error that the table changes", statusgate.OpenAPI{}, nil, post(), sends(409, "{}", jsonType), 409, "documented", nil},
		{"one in a documented class", statusgate.OpenAPI{}, nil, post(), sends(502, "{}", jsonType), 502, "documented", nil},
		{"one under default", statusgate.OpenAPI{}, nil, remove, sends(418, "{}", jsonType), 418, "documented", nil},
		{"a malformed one under default", statusgate.OpenAPI{}, nil, remove, sends(999, "{}", jsonType), 403, "table", nil},
		{"an error that is not documented", statusgate.OpenAPI{}, nil, order, sends(409, "{}", jsonType), 400, "table", drifted("undocumented_status", "GET /orders/{id}", "409")},
		{
			"one that nobody knows",
			statusgate.OpenAPI{},
			nil, order, sends(777, "{}", jsonType), 500, "class",
			drifted("undocumented_status", "GET /orders/{id}", "other"),
		},
		{"a success that is not documented", statusgate.OpenAPI{}, nil, order, sends(204, ""), 204, "protocol", drifted("undocumented_status", "GET /orders/{id}", "204")},
		{"an error where none is documented", statusgate.OpenAPI{}, nil, with("GET", "/api/files/x", ""), sends(409, "{}", jsonType), 400, "table", nil},
		{"a HEAD that the backend does not have", statusgate.OpenAPI{}, nil, with("HEAD", "/api/orders/17", ""), sends(405, "", "Content-Type: text/plain"), 405, "documented", nil},
		{"a HEAD", statusgate.OpenAPI{}, nil, with("HEAD", "/api/orders/17", ""), sends(200, "", jsonType), 200, "documented", nil},

		{"normalize: the table's is documented", normalized, nil, order, sends(410, "{}", jsonType), 404, "table", drifted("undocumented_status", "GET /orders/{id}", "410")},
		{
			"normalize: the nearest documented one", normalized, nil, orders, sends(400, "{}", jsonType), 404, "undocumented",
			drifted("undocumented_status", "GET /orders", "400"),
		},
		{"normalize: nothing of its class", normalized, nil, orders, sends(500, "{}", jsonType), 500, "documented", drifted("undocumented_status", "GET /orders", "500")},
		{"normalize: a documented one", normalized, nil, post(), sends(409, "{}", jsonType), 409, "documented", nil},
		{
			"normalize: a success", normalized, nil, orders, sends(202, "{}", jsonType, "Location: /jobs/1"), 202, "documented",
			drifted("undocumented_status", "GET /orders", "202"),
		},
		{"off: a documented one", statusgate.OpenAPI{Statuses: "off"}, nil, post(), sends(409, "{}", jsonType), 400, "table", nil},

		{
			"a rule comes first, and what came is drift all the same",
			statusgate.OpenAPI{},
			func(h *statusgate.Handler) { h.Map = []statusgate.Rule{{From: words(409), To: "403"}} },
			order, sends(409, "{}", jsonType), 403, "rule", drifted("undocumented_status", "GET /orders/{id}", "409"),
		},
		{
			"a rule comes before what is documented",
			statusgate.OpenAPI{},
			func(h *statusgate.Handler) { h.Map = []statusgate.Rule{{From: words(409), To: "403"}} },
			post(), sends(409, "{}", jsonType), 403, "rule", nil,
		},
		{
			"so does allow", normalized, func(h *statusgate.Handler) { h.Allow = words(410) },
			order, sends(410, "{}", jsonType), 410, "allowed", drifted("undocumented_status", "GET /orders/{id}", "410"),
		},

		{"an undocumented type", statusgate.OpenAPI{}, nil, order, sends(200, "<x/>", "Content-Type: text/xml; a=b", version), 200, "documented", drifted("undocumented_type", "GET /orders/{id}", "200")},
		{"no content, and so no type", statusgate.OpenAPI{}, nil, orders, sends(200, "", "Content-Type: text/xml", "Content-Length: 0"), 200, "documented", nil},
		{"a missing field", statusgate.OpenAPI{}, nil, order, sends(200, "{}", jsonType), 200, "documented", drifted("missing_header", "GET /orders/{id}", "200")},

		{"304", statusgate.OpenAPI{}, nil, with("GET", "/api/orders", "", "If-None-Match", "x"), sends(304, ""), 304, "protocol", nil},
		{"206 to a request with Range", statusgate.OpenAPI{}, nil, with("GET", "/api/orders", "", "Range", "bytes=1-"), sends(206, "x", jsonType), 206, "protocol", nil},
		{"412 to one with If-Match", normalized, nil, with("GET", "/api/orders", "", "If-Match", "x"), sends(412, "{}", jsonType), 412, "protocol", nil},
		{"416 to one with Range", normalized, nil, with("GET", "/api/orders", "", "Range", "bytes=9-"), sends(416, ""), 416, "protocol", nil},
		{"412 to one without", statusgate.OpenAPI{}, nil, orders, sends(412, "{}", jsonType), 400, "table", drifted("undocumented_status", "GET /orders", "412")},
		{
			"an error of Caddy's", normalized, nil, orders, returns(caddyhttp.Error(502, errors.New("down"))), 503, "backend_unreachable", nil,
		},
		{"nobody answers", statusgate.OpenAPI{}, nil, remove, returns(nil), 200, "documented", nil},
		{"the gate's own answer", statusgate.OpenAPI{}, nil, with("PUT", "/api/orders", "{}"), sends(200, ""), 405, "method", nil},
		{"an exempt path", statusgate.OpenAPI{Exempt: []string{"/orders/{id}"}}, nil, order, sends(409, "{}", jsonType), 400, "table", nil},

		{"an unknown path that is served", statusgate.OpenAPI{}, nil, with("GET", "/api/x/17", ""), sends(200, "{}", jsonType), 200, "documented", drifted("unknown_path", "none", "200")},
		{"an unknown path that is not", statusgate.OpenAPI{}, nil, with("GET", "/api/x", ""), sends(404, "{}", jsonType), 404, "documented", nil},
		{"an unknown path that is rejected", statusgate.OpenAPI{Unknown: "reject"}, nil, with("GET", "/api/x", ""), sends(200, ""), 404, "unknown_resource", nil},
		{"an unknown path, requests off", statusgate.OpenAPI{Requests: "off"}, nil, with("GET", "/api/x", ""), sends(200, "{}"), 200, "documented", nil},
		{
			"a resource of the configuration",
			statusgate.OpenAPI{},
			func(h *statusgate.Handler) { h.Resources = []statusgate.Resource{{Path: "/api/x"}} },
			with("GET", "/api/x", ""), sends(200, "{}"), 200, "documented", nil,
		},
		{"a method that is served", reported, nil, with("PUT", "/api/orders/17", "{}"), sends(200, "{}"), 200, "documented", drifted("undocumented_method", "PUT /orders/{id}", "200")},
		{"a method that nobody has registered", reported, nil, with("BREW", "/api/orders/17", "{}"), sends(200, "{}"), 200, "documented", drifted("undocumented_method", "OTHER /orders/{id}", "200")},
		{"a method that is not served", reported, nil, with("PUT", "/api/orders/17", "{}"), sends(405, "", "Allow: GET"), 405, "documented", nil},
		{"a preflight", reported, nil, with("OPTIONS", "/api/orders", "", "Origin", "x", "Access-Control-Request-Method", "PUT"), sends(204, ""), 204, "protocol", nil},
		{"OPTIONS", reported, nil, with("OPTIONS", "/api/orders", ""), sends(204, ""), 204, "protocol", nil},
		{
			"a request's type that is served", reported, nil, with("POST", "/api/orders", "<x/>", "Content-Type", "text/xml"), sends(200, "{}"), 200, "documented",
			drifted("request_type", "POST /orders", "200"),
		},
		{"one that is not", reported, nil, with("POST", "/api/orders", "<x/>", "Content-Type", "text/xml"), sends(400, "{}"), 400, "documented", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			gate := described(t, c.openapi)
			if c.change != nil {
				c.change(&gate)
			}
			for _, report := range []bool{false, true} {
				if gate.Report = report; report && (c.reason == "method" || c.reason == "unknown_resource" || c.reason == "backend_unreachable") {
					continue // what is refused, or fails, is another thing then
				}
				ctx := newContext(t)
				w, err := through(t, newGate(t, ctx, gate), c.request.Clone(t.Context()), c.behind)
				if !report && (w.Code != c.sent || err != nil) {
					t.Errorf("got %d (%v), want %d", w.Code, err, c.sent)
				}
				samples := series(t, ctx.GetMetricsRegistry(), false)
				counted := false
				for name := range samples {
					counted = counted || strings.HasPrefix(name, "responses_total") && strings.Contains(name, fmt.Sprintf(`reason=%q`, c.reason)) &&
						strings.Contains(name, fmt.Sprintf("sent=\"%d\"", c.sent))
				}
				if !counted {
					t.Errorf("report %t: got %v, want the reason %s and %d sent", report, samples, c.reason, c.sent)
				}
				compareSeries(t, drifts(samples), c.drift)
			}
		})
	}
}

// What a documented status owes its client is seen to, and its body goes by the
// rules of bodies.
func TestADocumentedStatusOwesWhatItOwes(t *testing.T) {
	h := newGate(t, newContext(t), described(t, statusgate.OpenAPI{}))
	w, _ := through(t, h, with("DELETE", "/api/orders/17", ""), sends(503, "<html>Tomcat</html>", "Content-Type: text/html"))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "Tomcat") {
		t.Errorf("got %d with Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}

// 503 says that nothing was done. Where nobody knows, it is not sent, whatever is
// documented.
func TestAnUnknownOutcomeBecomesNo503(t *testing.T) {
	gate := statusgate.Handler{OpenAPI: &statusgate.OpenAPI{
		Statuses: "normalize", Files: []string{documentOf(t, `{"openapi":"3.0.0","paths":{"/a":{"post":{"responses":{"200":{},"503":{}}}}}}`)},
	}}
	w, _ := through(t, newGate(t, newContext(t), gate), with("POST", "/a", ""), sends(504, ""))
	if w.Code != 500 || w.Header().Get("Retry-After") != "" {
		t.Errorf("got %d with Retry-After %q, want 500 without", w.Code, w.Header().Get("Retry-After"))
	}
}

// The statuses of a resource's methods need no document, and win over one.
func TestStatusesOfAResource(t *testing.T) {
	methods := []statusgate.Operation{{Method: "GET", Statuses: []statusgate.Word{"200", "409", "5xx"}}, {Method: "POST"}}
	own := statusgate.Handler{Resources: []statusgate.Resource{{Path: "/api/orders", Operations: methods}}}
	both := described(t, statusgate.OpenAPI{})
	both.Resources = own.Resources
	for _, c := range []struct {
		name           string
		gate           statusgate.Handler
		method         string
		received, sent int
		drift          map[string]string
	}{
		{"a documented one", own, "GET", 409, 409, nil},
		{"another", own, "GET", 404, 404, drifted("undocumented_status", "GET /api/orders", "404")},
		{"a method without statuses", own, "POST", 409, 400, nil},
		{"a documented one, above a document", both, "GET", 409, 409, nil},
		{"another, above a document that has it", both, "GET", 404, 404, drifted("undocumented_status", "GET /api/orders", "404")},
		{"a method without statuses, above a document", both, "POST", 409, 409, nil},
	} {
		ctx := newContext(t)
		w, _ := through(t, newGate(t, ctx, c.gate), with(c.method, "/api/orders", ""), sends(c.received, "{}", jsonType))
		if w.Code != c.sent {
			t.Errorf("%s: got %d, want %d", c.name, w.Code, c.sent)
		}
		compareSeries(t, drifts(series(t, ctx.GetMetricsRegistry(), false)), c.drift)
	}
}

// A handler behind the gate may rewrite the request. What it was counts.
func TestDriftIsThatOfTheRequestAsItCame(t *testing.T) {
	ctx := newContext(t)
	h := newGate(t, ctx, described(t, statusgate.OpenAPI{Requests: "report"}))
	behind := func(w http.ResponseWriter, r *http.Request) error {
		r.Method, r.URL.Path = "GET", "/internal/orders.php"
		return sends(200, "{}")(w, r)
	}
	_, _ = through(t, h, with("PUT", "/api/orders/17", "{}"), behind)
	_, _ = through(t, h, with("GET", "/api/orders/17", "{}"), behind)
	want := drifted("undocumented_method", "PUT /orders/{id}", "200")
	maps.Copy(want, drifted("missing_header", "GET /orders/{id}", "200"))
	compareSeries(t, drifts(series(t, ctx.GetMetricsRegistry(), false)), want)
}
