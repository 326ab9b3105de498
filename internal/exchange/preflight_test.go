package exchange_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/statusgate/statusgate"
)

// preflight is what a browser asks before a page of the origin may make a request.
func preflight(origin string) *http.Request {
	r := httptest.NewRequest(http.MethodOptions, "/", nil)
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", http.MethodPut)
	r.Header.Set("Access-Control-Request-Headers", "content-type, x-a")
	return r
}

// Preflights take no place, but are bounded among themselves. One more gets a 503
// from a gate that sheds, and passes one that only reports.
func TestPreflightsAreBoundedApart(t *testing.T) {
	for options, want := range map[string]int{
		"shed {\n\tfixed 1\n\tqueue 0\n}":                           http.StatusServiceUnavailable,
		"shed {\n\tfixed 1\n\tqueue 0\n\treport\n}":                 http.StatusNoContent,
		"report\nshed {\n\tfixed 1\n\tqueue 0\n}":                   http.StatusNoContent,
		"cors https://app.example\nshed {\n\tfixed 1\n\tqueue 0\n}": http.StatusOK,
	} {
		t.Run(options, func(t *testing.T) {
			h := shedding(t, options)
			begun, end := make(chan struct{}), make(chan struct{})
			waits := func(w http.ResponseWriter, _ *http.Request) error {
				begun <- struct{}{}
				<-end
				w.WriteHeader(http.StatusNoContent)
				return nil
			}
			var running sync.WaitGroup
			for range 1000 {
				running.Go(func() { _, _ = through(t, h, preflight("https://app.example"), waits) })
			}
			for range 1000 {
				<-begun
			}
			w, err := through(t, h, preflight("https://app.example"), sends(http.StatusNoContent, ""))
			if w.Code != want || err != nil {
				t.Errorf("one more: got %d (%v), want %d", w.Code, err, want)
			}
			close(end)
			running.Wait()
			if w, _ := through(t, h, preflight("https://app.example"), sends(http.StatusNoContent, "", "Access-Control-Allow-Origin: *")); w.Code != http.StatusNoContent {
				t.Errorf("after that: got %d, want 204", w.Code)
			}
		})
	}
}

// cors is a gate of a Caddyfile.
func corsGate(t *testing.T, cors *statusgate.CORS) *statusgate.Handler {
	return newGate(t, newContext(t), statusgate.Handler{CORS: cors})
}

// Only answers of the gate's, and those that it has changed, get fields, and never
// against what the backend says.
func TestWhichAnswersAPageMayRead(t *testing.T) {
	listed := corsGate(t, &statusgate.CORS{Origins: []string{"https://app.example", "https://b.example:8443"}, Expose: []string{"X-Id"}})
	open := corsGate(t, &statusgate.CORS{})
	const app = "https://app.example"
	for _, c := range []struct {
		name    string
		gate    *statusgate.Handler
		origin  string
		status  int
		fields  []string
		allowed string // Access-Control-Allow-Origin
		creds   string
		exposed string
		varies  bool
	}{
		{"changed, listed", listed, app, 409, nil, app, "true", "Proxy-Status, X-Id", true},
		{"changed, listed, with a port", listed, "https://b.example:8443", 409, nil, "https://b.example:8443", "true", "Proxy-Status, X-Id", true},
		{"changed, another port", listed, "https://b.example", 409, nil, "", "", "", true},
		{"changed, unlisted", listed, "https://evil.example", 409, nil, "", "", "", true},
		{"changed, no origin", listed, "", 409, nil, "", "", "", true},
		{"changed, null", listed, "null", 409, nil, "", "", "", true},
		{"changed, open", open, "https://any.example", 409, nil, "*", "", "Proxy-Status", true},
		{"changed, open, null", open, "null", 409, nil, "", "", "", true},
		{"an error of its own body", open, app, 405, []string{"Allow: GET"}, "*", "", "Allow", true},
		{"overload", open, app, 503, nil, "*", "", "Retry-After", true},
		{"a challenge", open, app, 401, nil, "*", "", "WWW-Authenticate", true},
		{"a success", listed, app, 200, nil, "", "", "", false},
		{"a success that the backend shares", listed, app, 200, []string{"Access-Control-Allow-Origin: *"}, "*", "", "", false},
		{"the backend's own say", listed, app, 409, []string{"Access-Control-Allow-Origin: *"}, "*", "", "Proxy-Status, X-Id", true},
		{"its own list", listed, app, 409, []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Expose-Headers: X-B, proxy-status"}, app, "", "X-B, proxy-status, X-Id", true},
		{"all of them", open, app, 409, []string{"Access-Control-Expose-Headers: *"}, "*", "", "*", true},
	} {
		r := get("/")
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w, err := through(t, c.gate, r, sends(c.status, "", c.fields...))
		f := w.Header()
		if err != nil || f.Get("Access-Control-Allow-Origin") != c.allowed || f.Get("Access-Control-Allow-Credentials") != c.creds ||
			f.Get("Access-Control-Expose-Headers") != c.exposed || strings.Contains(strings.Join(f["Vary"], ","), "Origin") != c.varies {
			t.Errorf("%s: got %q (%v), want %q, %q, %q, Vary: Origin %t", c.name, f, err, c.allowed, c.creds, c.exposed, c.varies)
		}
	}
}

// A listed origin's preflight is answered by the gate where the backend fails or
// refuses it, and by nobody else where it does not.
func TestPreflightsThatTheBackendFails(t *testing.T) {
	listed := corsGate(t, &statusgate.CORS{Origins: []string{"https://app.example"}})
	for _, c := range []struct {
		name    string
		gate    *statusgate.Handler
		origin  string
		status  int
		fields  []string
		want    int
		methods string
	}{
		{"refused", listed, "https://app.example", 405, nil, 200, "PUT"},
		{"failed", listed, "https://app.example", 500, nil, 200, "PUT"},
		{"a success that allows nobody", listed, "https://app.example", 200, nil, 200, "PUT"},
		{"answered", listed, "https://app.example", 204, []string{"Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: GET"}, 204, "GET"},
		{"refused, although allowed", listed, "https://app.example", 403, []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET"}, 200, "PUT"},
		{"an origin that is not listed", listed, "https://evil.example", 405, nil, 405, ""},
		{"null", listed, "null", 405, nil, 405, ""},
		{"no list", corsGate(t, &statusgate.CORS{}), "https://app.example", 405, nil, 405, ""},
		{"no cors", corsGate(t, nil), "https://app.example", 405, nil, 405, ""},
	} {
		w, err := through(t, c.gate, preflight(c.origin), sends(c.status, "no", c.fields...))
		f := w.Header()
		if err != nil || w.Code != c.want || f.Get("Access-Control-Allow-Methods") != c.methods {
			t.Errorf("%s: got %d %q (%v), want %d and methods %q", c.name, w.Code, f, err, c.want, c.methods)
		}
		if c.methods == "PUT" && (f.Get("Access-Control-Allow-Origin") != c.origin || f.Get("Access-Control-Allow-Credentials") != "true" ||
			f.Get("Access-Control-Allow-Headers") != "content-type, x-a" || w.Body.Len() > 0 || len(f["Access-Control-Allow-Origin"]) != 1) {
			t.Errorf("%s: got %q, %q, want all that was asked for", c.name, f, w.Body)
		}
	}
}
