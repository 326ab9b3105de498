package exchange_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// Each row was once wrong: found by reading the gate as its attacker or as
// Caddy's maintainer.
func TestWhatReviewsFound(t *testing.T) {
	toJSON := func(method, target string) *http.Request {
		r := httptest.NewRequest(method, target, nil)
		r.Header.Set("Accept", "application/json")
		return r
	}
	page := sends(200, "all is well", "Content-Type: text/html")
	rule := func(from, to statusgate.Word) []statusgate.Rule {
		return []statusgate.Rule{{From: []statusgate.Word{from}, To: to}}
	}
	for _, c := range []struct {
		name    string
		gate    statusgate.Handler
		request *http.Request
		behind  caddyhttp.HandlerFunc
		status  int
		fields  map[string]string
		without string // must not be in the body
	}{
		{
			"a PUT to a path with two slashes names no other host",
			statusgate.Handler{},
			httptest.NewRequest("PUT", "http://example.com//evil.example/x", nil),
			sends(201, ""), 201,
			map[string]string{"Location": "http://example.com//evil.example/x"},
			"",
		},
		{
			"a 304 that becomes 200 has no content, and says so",
			statusgate.Handler{Map: rule("304", "200")},
			get("/"),
			sends(304, "", "Content-Length: 1234"), 200,
			map[string]string{"Content-Length": "0"},
			"",
		},
		{
			"a refused representation is not shown where bodies are kept",
			statusgate.Handler{Representations: "safe", Problems: &statusgate.Problems{Bodies: "keep"}},
			toJSON("GET", "/"),
			page, 406,
			map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store"},
			"all is well",
		},
		{
			"a body that came with a 501 is not shown with a 405",
			statusgate.Handler{},
			get("/"),
			sends(501, "at Foo.java:12", "Content-Type: text/plain"), 405,
			map[string]string{"Content-Type": "application/problem+json"},
			"Foo",
		},
		{
			"an error is not cached as long as the success",
			statusgate.Handler{Map: rule("200", "404")},
			toJSON("GET", "/"),
			sends(200, "{}", "Content-Type: application/json", "Cache-Control: public, max-age=31536000", "ETag: \"1\""),
			404,
			map[string]string{"Cache-Control": "no-store", "Etag": ""},
			"",
		},
		{
			"a handler that answers nothing meets the rules",
			statusgate.Handler{Map: rule("200", "404")},
			get("/"),
			returns(nil), 404,
			map[string]string{"Content-Type": "application/problem+json"},
			"",
		},
		{
			"a method that is changed behind the gate is the client's here",
			statusgate.Handler{},
			httptest.NewRequest("PUT", "/orders/17", nil),
			func(w http.ResponseWriter, r *http.Request) error {
				r.Method = "POST"
				w.WriteHeader(201)
				return nil
			}, 201,
			map[string]string{"Location": "/orders/17"},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := through(t, newGate(t, newContext(t), c.gate), c.request, c.behind)
			if w.Code != c.status || err != nil {
				t.Errorf("got %d (%v), want %d", w.Code, err, c.status)
			}
			for field, want := range c.fields {
				if got := w.Header().Get(field); got != want {
					t.Errorf("%s: got %q, want %q", field, got, want)
				}
			}
			if c.without != "" && strings.Contains(w.Body.String(), c.without) {
				t.Errorf("the client is shown %s", w.Body)
			}
		})
	}
}

// With problems off, a refused representation and an error that passes are
// for handle_errors.
func TestErrorsThatAreForHandleErrors(t *testing.T) {
	off := statusgate.Handler{Representations: "safe", Problems: &statusgate.Problems{Off: true}}
	r := get("/")
	r.Header.Set("Accept", "application/json")
	for _, c := range []struct {
		name   string
		gate   statusgate.Handler
		behind caddyhttp.HandlerFunc
		status int
	}{
		{"a refused representation", off, sends(200, "all is well", "Content-Type: text/html"), 406},
		{"an error that is allowed", statusgate.Handler{Allow: words(502)}, returns(caddyhttp.Error(502, errors.New("down"))), 502},
	} {
		w, err := through(t, newGate(t, newContext(t), c.gate), r, c.behind)
		he, ok := errors.AsType[caddyhttp.HandlerError](err)
		if !ok || he.StatusCode != c.status || w.Body.Len() > 0 {
			t.Errorf("%s: got %v and the body %q, want an error with %d", c.name, err, w.Body, c.status)
		}
	}
}

// WebSocket over HTTP/2 is a GET without content, whatever runs through it.
func TestAWebSocketHasNoContentToCheck(t *testing.T) {
	r := httptest.NewRequest(http.MethodConnect, "/", nil)
	r.ProtoMajor, r.ProtoMinor, r.ContentLength = 2, 0, -1
	r.Header[":protocol"] = []string{"websocket"}
	gate := statusgate.Handler{Methods: []string{"GET"}, Consumes: []string{"application/json"}}
	w, err := through(t, newGate(t, newContext(t), gate), r, sends(200, ""))
	if w.Code != 200 || err != nil {
		t.Errorf("got %d (%v), want 200", w.Code, err)
	}
}
