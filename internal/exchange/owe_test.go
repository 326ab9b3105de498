package exchange_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

func TestALocationMovesToTheHostThatTheClientUsed(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{})
	kept := newGate(t, newContext(t), statusgate.Handler{Location: &statusgate.Location{Host: "keep"}})
	for _, c := range []struct {
		name    string
		gate    *statusgate.Handler
		target  string
		trusted bool
		fields  []string // of the request
		want    string
	}{
		{"by HTTP", h, "http://api.example/", false, nil, "http://api.example/a"},
		{"by HTTPS", h, "https://api.example/", false, nil, "https://api.example/a"},
		{"as a trusted proxy says", h, "http://inner/", true, []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "api.example"}, "https://api.example/a"},
		{"as a trusted proxy says in part", h, "http://inner/", true, []string{"X-Forwarded-Proto", "https"}, "https://inner/a"},
		{"as a trusted proxy says in lists and capitals", h, "http://inner/", true, []string{"X-Forwarded-Proto", "HTTPS, http", "X-Forwarded-Host", "a.example, b.example"}, "https://a.example/a"},
		{"a trusted proxy that says nonsense", h, "http://inner/", true, []string{"X-Forwarded-Proto", "gopher", "X-Forwarded-Host", "a/b"}, "http://inner/a"},
		{"a proxy that nobody trusts", h, "http://inner/", false, []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example"}, "http://inner/a"},
		{"it may stay", kept, "http://api.example/", false, nil, "http://legacy:8080/a"},
	} {
		w := httptest.NewRecorder()
		r, replacer := prepared(t, get(c.target), w)
		for i := 0; i < len(c.fields); i += 2 {
			r.Header.Set(c.fields[i], c.fields[i+1])
		}
		caddyhttp.SetVar(r.Context(), caddyhttp.TrustedProxyVarKey, c.trusted)
		replacer.Set("http.reverse_proxy.upstream.hostport", "legacy:8080")
		replacer.Set("http.reverse_proxy.upstream.host", "legacy")
		if err := c.gate.ServeHTTP(w, r, sends(302, "", "Location: http://legacy:8080/a")); err != nil {
			t.Fatal(err)
		}
		if got := w.Header().Get("Location"); got != c.want {
			t.Errorf("%s: %s %q: got Location %q, want %q", c.name, c.target, c.fields, got, c.want)
		}
	}
}

func TestTheRequestsIDIsTheSameWhereverItStands(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{
		Challenge: `Bearer error_uri="{http.request.uuid}"`,
		Location:  &statusgate.Location{Created: "/orders/{http.request.uuid}"},
		Problems:  &statusgate.Problems{Type: "https://errors.example/{http.request.uuid}"},
	})
	id := func(text string) string {
		for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(`/:" ,{}`, c) }) {
			if len(part) == 36 && strings.Count(part, "-") == 4 {
				return part
			}
		}
		return ""
	}
	w, err := through(t, h, get("/"), sends(401, ""))
	_, instance, _ := strings.Cut(w.Body.String(), "instance")
	ids := []string{id(w.Header().Get("WWW-Authenticate")), id(w.Body.String()), id(instance)}
	if err != nil || ids[0] == "" || ids[1] != ids[0] || ids[2] != ids[0] {
		t.Errorf("got IDs %q in %q and %s, want the same thrice", ids, w.Header(), w.Body)
	}

	w, err = through(t, h, get("/"), sends(201, ""))
	if err != nil || w.Code != 201 || id(w.Header().Get("Location")) == "" {
		t.Errorf("got %d, Location %q, %v, want a 201 at an ID", w.Code, w.Header().Get("Location"), err)
	}

	// One that somebody has asked for before is taken.
	w = httptest.NewRecorder()
	r, replacer := prepared(t, get("/"), w)
	first, _ := replacer.GetString("http.request.uuid")
	if err := h.ServeHTTP(w, r, sends(500, "")); err != nil || id(w.Body.String()) != first {
		t.Errorf("got %s, %v, want the ID %s", w.Body, err, first)
	}
}

// When the server is ready is said to people only where somebody knows: the
// backend, or the limiter.
func TestReadyAgainIsSaidOnlyIfSomebodyKnows(t *testing.T) {
	const promise = "ready again in"
	page := func(h *statusgate.Handler, behind caddyhttp.HandlerFunc) string {
		r := get("/")
		r.Header.Set("Accept", "text/html")
		w, err := through(t, h, r, behind)
		if err != nil || w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.HasSuffix(w.Body.String(), "\n") {
			t.Errorf("got %d, %v, %v, %q", w.Code, w.Header(), err, w.Body)
		}
		return w.Body.String()
	}
	h := newGate(t, newContext(t), statusgate.Handler{})
	for name, c := range map[string]struct {
		behind caddyhttp.HandlerFunc
		says   bool
	}{
		"a backend that knows":       {sends(503, "", "Retry-After: 30"), true},
		"a backend's 429 that knows": {sends(429, "", "Retry-After: 30"), true},
		"a backend that is silent":   {sends(503, ""), false},
		"a backend that is garbled":  {sends(503, "", "Retry-After: soon"), false},
		"a status by the table":      {sends(520, ""), false},
		"a backend that is down":     {returns(caddyhttp.Error(502, nil)), false},
	} {
		if got := page(h, c.behind); strings.Contains(got, promise) != c.says {
			t.Errorf("%s: says when: %v, want %v", name, !c.says, c.says)
		}
	}
	busy := shedding(t, "shed {\nfixed 1\nqueue 0\n}")
	_, _ = through(t, busy, get("/"), func(http.ResponseWriter, *http.Request) error {
		if got := page(busy, sends(200, "ok")); !strings.Contains(got, promise) {
			t.Errorf("a limiter that knows does not say when")
		}
		return nil
	})
}

func TestAGateWorksWithoutCaddysServer(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{Problems: &statusgate.Problems{Type: "https://errors.example/{http.request.header.X-Absent}"}, Location: &statusgate.Location{Created: "/{http.request.header.X-Absent}"}})
	for status, want := range map[int]int{200: 200, 201: 201, 401: 401, 302: 302, 520: 503} {
		w := httptest.NewRecorder()
		if err := h.ServeHTTP(w, get("/"), sends(status, "", "Location: ")); err != nil || w.Code != want {
			t.Errorf("%d: got %d, %v, want %d", status, w.Code, err, want)
		}
	}
}

func TestAStatusThatGoHasNoNameForIsNamedByTheTable(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{Map: []statusgate.Rule{{From: []statusgate.Word{"404"}, To: "419"}}})
	w, _ := through(t, h, get("/"), sends(404, ""))
	if w.Code != 419 || !strings.Contains(w.Body.String(), `"title":"Page Expired"`) {
		t.Errorf("got %d, %s, want 419 with its title", w.Code, w.Body)
	}
}

// WebSocket over HTTP/2 is RFC 8441, over HTTP/3 RFC 9220.
func TestAWebSocketIsAGetInAnyVersion(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{Methods: []string{"GET"}})
	for _, c := range []struct {
		name     string
		major    int
		protocol string
		field    string
		want     int
	}{
		{"HTTP/2 with a protocol", 2, "HTTP/2.0", "websocket", 200},
		{"HTTP/2 without", 2, "HTTP/2.0", "", 405},
		{"HTTP/3 with a protocol", 3, "websocket", "", 200},
		{"HTTP/3 without", 3, "HTTP/3.0", "", 405},
		{"HTTP/1.1", 1, "HTTP/1.1", "websocket", 405},
	} {
		r := get("/")
		r.Method, r.ProtoMajor, r.Proto = http.MethodConnect, c.major, c.protocol
		if c.field != "" {
			r.Header[":protocol"] = []string{c.field}
		}
		if w, err := through(t, h, r, sends(200, "")); w.Code != c.want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", c.name, w.Code, err, c.want)
		}
	}
}

// Over HTTP/1.x a client that has left may only have ended its sending. In later
// versions it has reset its stream.
func TestAClientThatLeft(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	h := newGate(t, newContext(t), statusgate.Handler{})
	request := func(major int) *http.Request {
		r := get("/").WithContext(gone)
		r.ProtoMajor = major
		return r
	}
	abort := func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }
	failure := returns(caddyhttp.Error(502, context.Canceled))
	for name, handler := range map[string]caddyhttp.HandlerFunc{
		"an error": failure, "an abort": abort, "no answer": returns(nil), "what reverse_proxy says": sends(499, ""),
	} {
		w, err := through(t, h, request(1), handler)
		if err != nil || w.Code != 503 || !strings.Contains(w.Body.String(), `"status":503`) {
			t.Errorf("%s: got %d %s, %v, want a 503", name, w.Code, w.Body, err)
		}
	}
	w, err := through(t, h, request(2), failure)
	if err == nil || w.Body.Len() > 0 {
		t.Errorf("an error over HTTP/2: got %q, %v, want no body and the error", w.Body, err)
	}
	func() {
		defer func() {
			if got := recover(); got != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				t.Errorf("an abort over HTTP/2: got panic %v, want it to go on", got)
			}
		}()
		_, _ = through(t, h, request(2), abort)
	}()
}

// CGI's Status field says what the status was before it was changed.
func TestTheStatusFieldOfCGIGoesWithTheStatus(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{})
	for status, want := range map[int]string{520: "", 404: "404 Not Found"} {
		w, err := through(t, h, get("/"), sends(status, "{}", "Content-Type: application/json", "Status: 404 Not Found"))
		if got := w.Header().Get("Status"); got != want || err != nil {
			t.Errorf("%d: got Status %q (%v), want %q", status, got, err, want)
		}
	}
}
