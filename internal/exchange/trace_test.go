package exchange_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/exchange"
)

// traced takes a request through a gate and gives the steps, a line each.
func traced(t *testing.T, h statusgate.Handler, r *http.Request, next caddyhttp.HandlerFunc) (lines []string, trace *exchange.Trace) {
	t.Helper()
	gate := newGate(t, newContext(t), h)
	trace = new(exchange.Trace)
	gate.Gate().Trace = trace
	_, _ = through(t, gate, r, next) // some return an error, for handle_errors
	for _, s := range trace.Steps {
		line := fmt.Sprintf("%s %s: %s", s.Kind, s.What, s.Result)
		if s.Why != "" {
			line += " (" + s.Why + ")"
		}
		for _, c := range s.Conditions {
			line += fmt.Sprintf("; %s %s", c.Condition, c.Result)
			if c.Why != "" {
				line += " (" + c.Why + ")"
			}
		}
		if len(s.Users) > 0 {
			line += "; used by " + s.Users[0].User
		}
		lines = append(lines, line)
	}
	return lines, trace
}

// sendsAll answers with fields.
func sendsAll(status int, body string, fields ...string) caddyhttp.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		for i := 0; i < len(fields); i += 2 {
			w.Header().Add(fields[i], fields[i+1])
		}
		w.WriteHeader(status)
		_, err := w.Write([]byte(body))
		return err
	}
}

func to(method, target, body string, fields ...string) *http.Request {
	var r *http.Request
	if body == "" {
		r = httptest.NewRequest(method, target, nil)
	} else {
		r = httptest.NewRequest(method, target, strings.NewReader(body))
	}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

var login = "/login*"

// api is a gate that checks requests, and rules one that has some.
var (
	api = statusgate.Handler{
		Resources: []statusgate.Resource{{Path: "/orders", Methods: []string{"GET", "POST"}, Consumes: []string{"application/json"}, Codings: []string{"gzip"}, Produces: []string{"application/json"}}},
		Location:  &statusgate.Location{Created: "/orders/{http.statusgate.json./id}", Accepted: "/jobs/1"},
	}
	rules = statusgate.Handler{Map: []statusgate.Rule{
		{From: []statusgate.Word{"302"}, To: "401", When: []statusgate.Condition{{Header: &statusgate.HeaderCondition{Field: "Location", Value: &login}}}},
		{From: []statusgate.Word{"2xx"}, To: "404", When: []statusgate.Condition{{JSON: &statusgate.ValueCondition{At: "/error", Values: []string{"NONE"}}}, {Not: true, Source: "gateway"}}},
		{From: []statusgate.Word{"200"}, To: "204", When: []statusgate.Condition{{Header: &statusgate.HeaderCondition{Field: "X-Done"}}}},
		{From: []statusgate.Word{"409"}, To: "pass"},
	}, Inspect: &statusgate.Inspect{PerResponse: 32}}
)

// traces are exchanges, and steps that they have in this order.
var traces = []struct {
	name    string
	handler statusgate.Handler
	request *http.Request
	behind  caddyhttp.HandlerFunc
	want    string // lines that must be there, in this order
}{
	{"what passes", statusgate.Handler{}, to("GET", "/", ""), sendsAll(200, "hi", "Content-Type", "text/plain"), `
		answer backend: 200 (Content-Type: text/plain)
		table 200 OK: 200 (Documented.); used by RFC 9110 §15.3.1
		decision 200: 200 (documented)
		body : kept (the answer is no error)`},
	{"a status of somebody's", statusgate.Handler{}, to("GET", "/", ""), sendsAll(520, "", "Retry-After", "7"), `
		table 520 Web Server Returned an Unknown Error: 503 (The backend's backend is broken, as with 502.); used by Cloudflare
		decision 520: 503 (table)
		field Retry-After: 7 (owed: it is there)
		field Proxy-Status: statusgate; received-status=520 (tells what was received, or what failed (RFC 9209))
		body : replaced (`},
	{"a status of nobody's", statusgate.Handler{}, to("GET", "/", ""), sendsAll(777, "x", "Content-Type", "text/html"), `
		table 777: 500 (nobody is known to use this status: its class counts)
		decision 777: 500 (class)
		body : replaced (`},
	{"a disputed status", statusgate.Handler{}, to("GET", "/", ""), sendsAll(203, ""), `
		table 203 Non-Authoritative Information: 200 (A success. 2xx always means success here. In front of Azure DevOps map 203 to 401.)`},
	{"a rule on the head", rules, to("GET", "/", ""), sendsAll(302, "", "Location", "/login?next=/"), `
		rule map 302 401 when header Location /login*: holds; header Location /login* holds (Location: /login?next=/)
		decision 302: 401 (rule)
		field WWW-Authenticate: Bearer (owed: challenge)`},
	{"a rule on the body", rules, to("GET", "/", ""), sendsAll(200, `{"error":"NONE"}`, "Content-Type", "application/json"), `
		rule map 2xx 404 when json /error NONE and not source gateway: holds; json /error NONE holds (json /error = "NONE"); not source gateway holds (source backend)
		decision 200: 404 (rule)
		body : kept (the error is the client's)`},
	{"a rule that does not hold", rules, to("GET", "/", ""), sendsAll(200, `{"error":"X"}`, "Content-Type", "application/json"), `
		rule map 2xx 404 when json /error NONE and not source gateway: fails; json /error NONE fails (json /error = "X"); not source gateway holds (source backend)
		rule map 200 204 when header X-Done: fails; header X-Done fails (no X-Done)
		table 200 OK`},
	{"a body that tells too late", rules, to("GET", "/", ""), sendsAll(201, `{"padding":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","error":"NONE"}`, "Content-Type", "application/json"), `
		rule map 2xx 404 when json /error NONE and not source gateway: undecided; json /error NONE undecided (too little of the body can be read); not source gateway holds (source backend)
		table 201 Created
		inspection body: undecided (too_large)`},
	{"no content", rules, to("HEAD", "/", ""), sendsAll(200, "", "X-Done", "1"), `
		rule map 2xx 404 when json /error NONE and not source gateway: undecided
		rule map 200 204 when header X-Done: holds; header X-Done holds (X-Done: 1)
		body : none (a 204 has none)`},
	{"what a rule passes", rules, to("GET", "/", ""), sendsAll(409, "mine"), `
		rule map 409 pass: holds
		body : kept (the answer passes as it is)`},
	{"an unknown resource", statusgate.Handler{Resources: api.Resources, UnknownResources: "reject"}, to("GET", "/x", ""), sendsAll(200, ""), `
		resource : refused (no resource has the path, and unknown_resources says reject)
		decision none: 404 (unknown_resource)
		body : replaced (the answer is the gate's own: a problem)`},
	{"a path without a resource", api, to("GET", "/x", ""), sendsAll(200, ""), `
		resource : none (no resource has the path: the options of the gate count)`},
	{"no resource at all", statusgate.Handler{Methods: []string{"GET"}}, to("GET", "/x", ""), sendsAll(200, ""), `
		resource : none (no resource is declared: the options of the gate count)
		check method: passes (GET: want GET, HEAD, OPTIONS)`},
	{"a method", api, to("DELETE", "/orders", ""), sendsAll(200, ""), `
		resource /orders: found
		check method: refused (DELETE: want GET, HEAD, POST, OPTIONS)
		decision none: 405 (method)
		field Allow: GET, HEAD, POST, OPTIONS (owed: the methods of the resource)`},
	{"OPTIONS", api, to("OPTIONS", "/orders", ""), sendsAll(200, ""), `
		check method: refused (OPTIONS: want GET, HEAD, POST, OPTIONS)
		decision none: 200 (method)
		body : none (the gate answers OPTIONS)`},
	{"a content type", api, to("POST", "/orders", "x", "Content-Type", "text/plain"), sendsAll(200, ""), `
		check content_type: refused (Content-Type: text/plain: want application/json)
		field Accept: application/json (owed: what the resource consumes)`},
	{"a content coding", api, to("POST", "/orders", "x", "Content-Type", "application/json", "Content-Encoding", "br"), sendsAll(200, ""), `
		check content_type: passes (Content-Type: application/json: want application/json)
		check content_coding: refused (Content-Encoding: br: want gzip)
		field Accept-Encoding: gzip (owed: the codings of the resource)`},
	{"no content of a POST", api, to("POST", "/orders", ""), sendsAll(200, ""), `
		check content_type: passes (no content: want application/json)
		check content_coding: passes (no content: want gzip)
		check accept: passes (no Accept: want application/json; chosen: application/json)`},
	{"what the client accepts", api, to("GET", "/orders", "", "Accept", "text/csv"), sendsAll(200, ""), `
		check accept: refused (Accept: text/csv: want application/json)
		decision none: 406 (accept)
		field Vary: Accept (the answer depends on what the request accepts)`},
	{"an answer that the client does not accept", api, to("GET", "/orders", "", "Accept", "application/json"), sendsAll(200, "a,b", "Content-Type", "text/csv"), `
		decision 200: 406 (representation)
		body : replaced (the client has just refused it: a problem)`},
	{"a created resource", api, to("POST", "/orders", ""), sendsAll(201, `{"id":7}`, "Content-Type", "application/json"), `
		field Location: /orders/7 (owed: location created)`},
	{"an accepted one", api, to("POST", "/orders", ""), sendsAll(202, ``), `
		field Location: /jobs/1 (owed: location accepted)`},
	{"one that names itself", statusgate.Handler{}, to("POST", "/orders", ""), sendsAll(201, ``, "Content-Location", "/orders/8"), `
		field Location: /orders/8 (owed: Content-Location)`},
	{"one that was put", statusgate.Handler{}, to("PUT", "/orders/9", ""), sendsAll(201, ``), `
		field Location: /orders/9 (owed: the target URI)`},
	{"what nobody knows", statusgate.Handler{}, to("GET", "/", ""), sendsAll(405, ``), `
		field Allow:  (owed, but neither the backend nor the configuration tells it)`},
	{"fields of another answer", statusgate.Handler{}, to("GET", "/", ""), sendsAll(302, ``, "Etag", `"1"`, "Location", "/x"), `
		decision 302: 302 (protocol)`},
	{"caching", rules, to("GET", "/", ""), sendsAll(302, "", "Location", "/login", "Etag", `"1"`), `
		field Cache-Control: no-store (nobody is to keep this answer)`},
	{"no handler", statusgate.Handler{}, to("GET", "/", ""), func(http.ResponseWriter, *http.Request) error { return nil }, `
		answer nobody: 200 (no handler has answered: the server sends an empty 200)`},
	{"an error of Caddy's", statusgate.Handler{}, to("GET", "/", ""), func(http.ResponseWriter, *http.Request) error {
		return caddyhttp.Error(502, errors.New("dial tcp: no luck"))
	}, `
		answer gateway: 502 (dial tcp: no luck)
		decision 502: 503 (backend_unreachable)
		body : replaced (the answer is the gate's own: a problem)`},
	{"a plain error", statusgate.Handler{Problems: &statusgate.Problems{Off: true}}, to("GET", "/", ""), func(http.ResponseWriter, *http.Request) error {
		return errors.New("a plain one")
	}, `
		answer gateway: 500 (a plain one)
		body : none (problems are off: handle_errors answers)`},
	{"problems off", statusgate.Handler{Problems: &statusgate.Problems{Off: true}}, to("GET", "/", ""), sendsAll(404, "x"), `
		body : kept (problems are off)`},
	{"problems replace", statusgate.Handler{Problems: &statusgate.Problems{Bodies: "replace"}}, to("GET", "/", ""), sendsAll(404, "x", "Content-Type", "text/plain"), `
		body : replaced (problems bodies replace: a problem)`},
	{"problems keep", statusgate.Handler{Problems: &statusgate.Problems{Bodies: "keep"}}, to("GET", "/", ""), sendsAll(404, "", "Content-Type", "text/plain"), `
		body : replaced (it is empty, or a page without a label: a problem)`},
	{"a problem", statusgate.Handler{}, to("GET", "/", ""), sendsAll(402, `{"title":"t","status":402}`, "Content-Type", "application/problem+json"), `
		body : kept (it is a problem (RFC 9457): its members are brought in line)`},
	{"no problem", statusgate.Handler{}, to("GET", "/", ""), sendsAll(402, `no`, "Content-Type", "application/problem+json"), `
		body : replaced (it is no valid problem: one of the gate's)`},
	{"no fault", statusgate.Handler{}, to("GET", "/", ""), sendsAll(500, `oops`, "Content-Type", "text/plain"), `
		body : replaced (the error is internal: its body may show how the backend is made, and it is no error of the client's own protocol: a problem)`},
	{"an unknown outcome", statusgate.Handler{}, to("POST", "/", ""), sendsAll(502, `oops`), `
		table 502 Bad Gateway: 503 (The backend's backend is down or broken; a later try may succeed. But the request is not idempotent (RFC 9110 §9.2.2), and may have been carried out: a 503 would ask to repeat it.)
		decision 502: 500 (table)`},
	{"a fault", statusgate.Handler{}, to("POST", "/", "", "Content-Type", "application/json"), sendsAll(500, `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}`, "Content-Type", "application/json"), `
		body : kept (it is an error of the client's own protocol: less what it may tell of the backend)`},
	{"a page", statusgate.Handler{}, to("GET", "/", ""), sendsAll(404, `<html>`, "Content-Type", "text/html"), `
		body : replaced (it is a page of HTML: a problem)`},
	{"a report", statusgate.Handler{Report: true}, to("GET", "/", ""), sendsAll(520, "x"), `
		decision 520: 503 (table)
		body : kept (it is an error of the client's own protocol, or replaced if it is none)`},
	{"a report of what is replaced", statusgate.Handler{Report: true}, to("GET", "/", ""), sendsAll(520, "x", "Content-Type", "image/png"), `
		body : replaced (the error is internal: its body may show how the backend is made)`},
	{"a report of what is owed", statusgate.Handler{Report: true}, to("GET", "/", ""), sendsAll(401, "x"), `
		decision 401: 401 (documented)
		field WWW-Authenticate: Bearer (owed: challenge)
		body : kept (the error is the client's)`},
	{"a report of what is dropped", statusgate.Handler{Report: true, Map: rules.Map}, to("GET", "/", ""), sendsAll(200, "x", "X-Done", "1", "Content-Type", "image/png"), `
		body : none (a 204 has none)`},
	{"a report of what is kept", statusgate.Handler{Report: true}, to("GET", "/", ""), sendsAll(200, "x"), `
		decision 200: 200 (documented)
		body : kept (the answer is no error)`},
	{"pages of other origins", statusgate.Handler{CORS: &statusgate.CORS{}}, to("GET", "/", "", "Origin", "https://a.example"), sendsAll(520, "x"), `
		field Access-Control-Allow-Origin: * (cors)`},
	{"overload", statusgate.Handler{Shed: &statusgate.Shed{}}, to("GET", "/", ""), sendsAll(200, "x"), `
		overload normal: admitted
		answer backend: 200`},
	{"a preflight takes no place", statusgate.Handler{Shed: &statusgate.Shed{}}, to("OPTIONS", "/", "", "Origin", "https://a.example", "Access-Control-Request-Method", "PUT"), sendsAll(200, "x"), `
		overload : exempt (the request takes no place)`},
}

func TestTrace(t *testing.T) {
	for _, c := range traces {
		got, trace := traced(t, c.handler, c.request, c.behind)
		at := 0
		for want := range strings.SplitSeq(strings.TrimSpace(c.want), "\n") {
			want = strings.TrimSpace(want)
			for at < len(got) && !strings.HasPrefix(got[at], want) {
				at++
			}
			if at == len(got) {
				t.Errorf("%s: got\n\t%s\nwant, in this order,\n\t%s", c.name, strings.Join(got, "\n\t"), want)
				break
			}
		}
		if trace.Outcome == nil {
			t.Errorf("%s: there is no outcome", c.name)
		}
	}
}

// What is dropped is told, too.
func TestTraceTellsWhatIsDropped(t *testing.T) {
	got, _ := traced(t, statusgate.Handler{}, to("GET", "/", ""), sendsAll(502, "x", "Etag", `"1"`, "Status", "502 Bad Gateway"))
	if all := strings.Join(got, "\n"); !strings.Contains(all, "field Status:  (dropped: 502 Bad Gateway is not true of this answer)") {
		t.Errorf("got\n%s", all)
	}
}

// A foreseen outcome is that of the exchange, as far as a log tells of it.
func TestForesee(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{
		Resources: []statusgate.Resource{{Path: "/orders/{id}", Methods: []string{"GET"}, Produces: []string{"application/json"}}},
		Map: []statusgate.Rule{
			{From: []statusgate.Word{"404"}, To: "410", When: []statusgate.Condition{{Header: &statusgate.HeaderCondition{Field: "X-Gone"}}}},
			{From: []statusgate.Word{"200"}, To: "404", When: []statusgate.Condition{{JSON: &statusgate.ValueCondition{At: "/error"}}}},
			{From: []statusgate.Word{"520"}, To: "404"},
		},
		Shed: &statusgate.Shed{},
	})
	for _, c := range []struct {
		method, path, accept string
		received             int
		want, template       string
	}{
		{"GET", "/orders/7", "", 200, "200 documented", "/orders/{id}"},
		{"GET", "/orders/7", "text/csv", 200, "406 accept", "/orders/{id}"},
		{"POST", "/orders/7", "", 200, "405 method", "/orders/{id}"},
		{"POST", "/other", "", 201, "201 documented", ""},
		{"GET", "/other", "", 404, "404 documented", ""},
		{"GET", "/other", "", 520, "404 rule", ""},
		{"POST", "/other", "", 502, "500 table", ""},
		{"GET", "", "", 777, "500 class", ""},
		{"GET", "not a path", "", 206, "206 protocol", ""},
		{"GET", "/other", "", 416, "416 protocol", ""},
		{"", "", "", 0, "500 malformed", ""},
	} {
		o, template := h.Gate().Foresee(c.method, c.path, c.accept, c.received)
		if got := fmt.Sprintf("%d %v", o.Sent, o.Reason); got != c.want || template != c.template {
			t.Errorf("%+v: got %s at %q", c, got, template)
		}
	}
}
