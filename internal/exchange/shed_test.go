package exchange_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/exchange"
)

// shedding provisions the gate of a Caddyfile, whose limiter goes with the test.
func shedding(t testing.TB, options string) *statusgate.Handler {
	t.Helper()
	var h statusgate.Handler
	if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + options + "\n}")); err != nil {
		t.Fatal(err)
	}
	g := newGate(t, newContext(t), h)
	t.Cleanup(func() { cleanUp(t, g) })
	return g
}

// cleaned are the gates that are cleaned up, as Caddy does it once.
var cleaned sync.Map

func cleanUp(t testing.TB, h *statusgate.Handler) {
	t.Helper()
	if _, again := cleaned.LoadOrStore(h, true); again {
		return
	}
	if err := h.Cleanup(); err != nil {
		t.Error(err)
	}
}

// aClientLeaves takes a request through a gate whose client leaves when the
// handler says so.
func aClientLeaves(t *testing.T, h *statusgate.Handler, handler func(w http.ResponseWriter, r *http.Request, leave func()) error) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	defer func() { _ = recover() }()
	_, _ = through(t, h, get("/thing").WithContext(ctx), func(w http.ResponseWriter, r *http.Request) error {
		return handler(w, r, leave)
	})
}

// The place of a client that has left before its answer began is kept for as
// long as the backend is taken to be busy with its request.
func TestThePlaceOfAClientThatHasLeft(t *testing.T) {
	const takes = 100 * time.Millisecond
	for name, tt := range map[string]struct {
		handler func(w http.ResponseWriter, r *http.Request, leave func()) error
		ghosts  int
	}{
		"the handler says nothing": {func(_ http.ResponseWriter, _ *http.Request, leave func()) error { leave(); return nil }, 1},
		"the handler fails":        {func(_ http.ResponseWriter, r *http.Request, leave func()) error { leave(); return r.Context().Err() }, 1},
		"the handler returns 499": {func(http.ResponseWriter, *http.Request, func()) error {
			return caddyhttp.Error(499, errors.New("gone"))
		}, 1},
		"the handler sends 499": {func(w http.ResponseWriter, _ *http.Request, leave func()) error {
			leave()
			w.WriteHeader(499)
			return nil
		}, 1},
		"the handler aborts": {func(_ http.ResponseWriter, _ *http.Request, leave func()) error { leave(); panic(http.ErrAbortHandler) }, 1},
		"after an informational head": {func(w http.ResponseWriter, _ *http.Request, leave func()) error {
			w.WriteHeader(103)
			leave()
			return nil
		}, 1},
		"after the head": {func(w http.ResponseWriter, _ *http.Request, leave func()) error {
			w.WriteHeader(200)
			leave()
			return nil
		}, 0},
		"after the head of an error": {func(w http.ResponseWriter, _ *http.Request, leave func()) error {
			w.WriteHeader(520)
			leave()
			return nil
		}, 0},
		"after a head that is held": {func(w http.ResponseWriter, _ *http.Request, leave func()) error {
			w.WriteHeader(299)
			leave()
			return nil
		}, 0},
		"in a body, and it is aborted": {func(w http.ResponseWriter, _ *http.Request, leave func()) error {
			_, _ = w.Write([]byte("x"))
			leave()
			panic(http.ErrAbortHandler)
		}, 0},
		"not at all": {func(http.ResponseWriter, *http.Request, func()) error { return nil }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := shedding(t, "shed {\nfixed 8\nqueue 0\n}\nmap 299 500 when json /error")
				for range 40 {
					_, _ = through(t, h, get("/thing"), func(w http.ResponseWriter, r *http.Request) error {
						time.Sleep(takes)
						return sends(200, "ok")(w, r)
					})
				}
				aClientLeaves(t, h, tt.handler)
				if s := h.Gate().Shedder.Stats(); s.Ghosts != tt.ghosts || s.Inflight != tt.ghosts {
					t.Errorf("got %d ghosts among %d in flight, want %d", s.Ghosts, s.Inflight, tt.ghosts)
				}
				time.Sleep(2 * takes)
				if s := h.Gate().Shedder.Stats(); s.Ghosts != 0 || s.Inflight != 0 {
					t.Errorf("later: got %d ghosts among %d in flight, want none", s.Ghosts, s.Inflight)
				}
			})
		})
	}
}

// What the backend did not do does not count as its work.
func TestWhatCountsAsWork(t *testing.T) {
	fails := func(status int) caddyhttp.HandlerFunc { return returns(caddyhttp.Error(status, errors.New("oh"))) }
	for name, tt := range map[string]struct {
		handler caddyhttp.HandlerFunc
		want    string
	}{
		"200": {sends(200, "ok"), "served"}, "404": {sends(404, "no"), "served"}, "500": {sends(500, "oh"), "served"}, "520": {sends(520, "oh"), "served"},
		"429": {sends(429, "slow down"), "failed"}, "502": {sends(502, ""), "failed"}, "503": {sends(503, ""), "failed"}, "504": {sends(504, ""), "failed"},
		"an error of 502": {fails(502), "failed"}, "an error of 504": {fails(504), "failed"}, "an error of 413": {fails(413), "served"},
		"an error without a status": {returns(errors.New("oh")), "served"},
		"an abort":                  {func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }, "failed"},
		"a panic":                   {func(http.ResponseWriter, *http.Request) error { panic("a test panics") }, "served"},
		"an abort in the body":      {func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(200); panic(http.ErrAbortHandler) }, "failed"},
		"nothing":                   {func(http.ResponseWriter, *http.Request) error { return nil }, "served"},
	} {
		t.Run(name, func(t *testing.T) {
			h := shedding(t, "shed {\nfixed 1\nqueue 0\n}")
			var got string
			func() {
				defer func() { _ = recover() }()
				_, _ = through(t, h, get("/thing"), func(w http.ResponseWriter, r *http.Request) (err error) {
					defer func() {
						reason := recover()
						if got = exchange.EndingOf(w, err, reason); reason != nil {
							panic(reason)
						}
					}()
					return tt.handler(w, r)
				})
			}()
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if n := h.Gate().Shedder.Stats().Inflight; n != 0 {
				t.Errorf("%d in flight", n)
			}
		})
	}
}

// WebSocket over HTTP/2 is a CONNECT that is answered with 200.
func TestAWebSocketOverHTTP2IsAStream(t *testing.T) {
	h := shedding(t, "shed {\nfixed 1\nqueue 0\n}")
	r := httptest.NewRequest(http.MethodConnect, "/chat", nil)
	r.ProtoMajor, r.ProtoMinor, r.Header[":protocol"] = 2, 0, []string{"websocket"}
	_, _ = through(t, h, r, func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusOK)
		if s := h.Gate().Shedder.Stats(); s.Streams != 1 || s.Inflight != 0 {
			t.Errorf("got %d streams and %d in flight, want one stream", s.Streams, s.Inflight)
		}
		return nil
	})
	if s := h.Gate().Shedder.Stats(); s.Streams != 0 || s.Inflight != 0 {
		t.Errorf("got %d streams and %d in flight after the end", s.Streams, s.Inflight)
	}
}

// Not even a handler whose goroutine ends takes its place along.
func TestAHandlerThatEndsItsGoroutine(t *testing.T) {
	h := shedding(t, "shed {\nfixed 1\nqueue 0\n}")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = through(t, h, get("/thing"), func(http.ResponseWriter, *http.Request) error {
			runtime.Goexit()
			return nil
		})
	}()
	<-ended
	if n := h.Gate().Shedder.Stats().Inflight; n != 0 {
		t.Errorf("%d in flight", n)
	}
}

// New settings come into force with a request, and never those of an older
// configuration.
func TestSettingsComeIntoForceWithARequest(t *testing.T) {
	limit := func(h *statusgate.Handler) int { return h.Gate().Shedder.Stats().Limit }
	ask := func(h *statusgate.Handler) {
		if _, err := through(t, h, get("/thing"), sends(200, "ok")); err != nil {
			t.Fatal(err)
		}
	}
	first := shedding(t, "shed {\nfixed 5\n}")
	ask(first)
	second := shedding(t, "shed {\nfixed 7\n}")
	third := shedding(t, "shed {\nfixed 9\n}")
	for i, step := range []struct {
		h    *statusgate.Handler
		want int
	}{{first, 5}, {second, 7}, {first, 7}, {third, 9}, {second, 9}, {first, 9}} {
		ask(step.h)
		if got := limit(first); got != step.want {
			t.Errorf("step %d: the limit is %d, want %d", i, got, step.want)
		}
	}
}

// A request of a configuration that is gone is served, not shed: it came in
// time, and nobody says any more how many may.
func TestAStragglerIsServed(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{Shed: &statusgate.Shed{Fixed: 1}})
	cleanUp(t, h)
	cleanUp(t, h) // gives back only what it took
	for range 3 {
		if w, err := through(t, h, get("/thing"), sends(200, "ok")); err != nil || w.Code != 200 {
			t.Errorf("got %d, %v", w.Code, err)
		}
	}
	if n := h.Gate().Shedder.Stats().Inflight; n != 0 {
		t.Errorf("%d in flight", n)
	}
}

// Cleanup copes with a handler that was not provisioned, or half.
func TestCleanupOfAHalfBuiltGate(t *testing.T) {
	running := shedding(t, "shed {\nfixed 1\nqueue 0\n}")
	for _, h := range []*statusgate.Handler{
		{},
		{Shed: &statusgate.Shed{}},
		{Contract: "none", Shed: &statusgate.Shed{}},
		{Shed: &statusgate.Shed{Critical: caddyhttp.RawMatcherSets{{"nonsense": []byte(`1`)}}}},
	} {
		if h.Contract != "" || h.Shed != nil && h.Shed.Critical != nil {
			if err := h.Provision(newContext(t)); err == nil {
				t.Error("no error")
			}
		}
		cleanUp(t, h)
	}
	another := newGate(t, newContext(t), statusgate.Handler{Shed: &statusgate.Shed{Fixed: 1}})
	cleanUp(t, another)
	cleanUp(t, another)
	_, _ = through(t, running, get("/thing"), func(http.ResponseWriter, *http.Request) error {
		if w, err := through(t, running, get("/other"), sends(200, "ok")); w.Code != 503 {
			t.Errorf("got %d, %v: the limiter of the running gate is gone", w.Code, err)
		}
		return nil
	})
}

// Clients are told apart by the key, then by address; who owns an IPv6 network
// is one client.
func TestWhoAClientIs(t *testing.T) {
	long := strings.Repeat("k", 8<<10)
	type client struct{ key, ip string }
	for name, tt := range map[string]struct {
		template string
		a, b     client
		same     bool
	}{
		"two users":                             {"{http.auth.user.id}", client{"ann", "192.0.2.1"}, client{"bob", "192.0.2.1"}, false},
		"a user at two addresses":               {"{http.auth.user.id}", client{"ann", "192.0.2.1"}, client{"ann", "192.0.2.2"}, true},
		"two addresses":                         {"{http.auth.user.id}", client{"", "192.0.2.1"}, client{"", "192.0.2.2"}, false},
		"one address":                           {"{http.auth.user.id}", client{"", "192.0.2.1"}, client{"", "192.0.2.1"}, true},
		"one address, written as IPv6":          {"{http.auth.user.id}", client{"", "192.0.2.1"}, client{"", "::ffff:192.0.2.1"}, true},
		"a /64":                                 {"{http.auth.user.id}", client{"", "2001:db8:0:1::1"}, client{"", "2001:db8:0:1:ffff::2"}, true},
		"two /64":                               {"{http.auth.user.id}", client{"", "2001:db8:0:1::1"}, client{"", "2001:db8:0:2::1"}, false},
		"a /64 with zones":                      {"{http.auth.user.id}", client{"", "fe80::1%eth0"}, client{"", "fe80::2%eth1"}, true},
		"keys of 8 KiB":                         {"{http.auth.user.id}", client{long + "a", "192.0.2.1"}, client{long + "b", "192.0.2.1"}, false},
		"two placeholders":                      {"{http.auth.user.id}/{http.auth.user.realm}", client{"ann", "192.0.2.1"}, client{"bob", "192.0.2.1"}, false},
		"two placeholders alike":                {"{http.auth.user.id}/{http.auth.user.realm}", client{"ann", "192.0.2.1"}, client{"ann", "192.0.2.9"}, true},
		"text around an empty placeholder":      {"user-{http.auth.user.id}", client{"", "192.0.2.1"}, client{"", "192.0.2.2"}, false},
		"what is no address, as behind sockets": {"{http.auth.user.id}", client{"", "@a"}, client{"", "@b"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := shedding(t, "shed {\nclient_key "+tt.template+"\n}")
			hash := func(c client) uint64 {
				r, replacer := prepared(t, get("/"), httptest.NewRecorder())
				if c.key != "" {
					replacer.Set("http.auth.user.id", c.key)
				}
				replacer.Set("http.auth.user.realm", "example")
				caddyhttp.SetVar(r.Context(), caddyhttp.ClientIPVarKey, c.ip)
				id := h.Gate().Shedder.Client(r, replacer)
				if strings.ContainsAny(c.ip, "%@") {
					return id // what is rare may cost an allocation
				}
				if n := testing.AllocsPerRun(100, func() { h.Gate().Shedder.Client(r, replacer) }); n > 0 {
					t.Errorf("%v allocations", n)
				}
				return id
			}
			a, b := hash(tt.a), hash(tt.b)
			if a == 0 || b == 0 || (a == b) != tt.same {
				t.Errorf("got %x and %x, the same: %v, want %v", a, b, a == b, tt.same)
			}
		})
	}
}

// Routes are told apart by the resource or what the path begins with, and by
// whether they are only read.
func TestWhatARouteIs(t *testing.T) {
	h := shedding(t, "shed\nresource /orders/{id}\nresource /files/{path...}")
	for name, tt := range map[string]struct {
		a, b string
		same bool
	}{
		"a resource":               {"GET /orders/1", "GET /orders/2", true},
		"GET and HEAD":             {"GET /orders/1", "HEAD /orders/2", true},
		"reading and writing":      {"GET /orders/1", "DELETE /orders/1", false},
		"writing and writing":      {"PUT /orders/1", "DELETE /orders/1", true},
		"two resources":            {"GET /orders/1", "GET /files/1", false},
		"a resource at any depth":  {"GET /files/1", "GET /files/a/b/c", true},
		"what is not declared":     {"GET /api/users/1", "GET /api/users/2", true},
		"what is not declared, II": {"GET /api/users/1", "GET /api/carts/1", false},
		"short paths":              {"GET /", "GET /a", false},
		"WebDAV":                   {"PROPFIND /dav/x", "GET /dav/x", true},
	} {
		t.Run(name, func(t *testing.T) {
			route := func(line string) uint64 {
				method, path, _ := strings.Cut(line, " ")
				return h.Gate().RouteOf(httptest.NewRequest(method, path, nil))
			}
			if a, b := route(tt.a), route(tt.b); (a == b) != tt.same {
				t.Errorf("got %x and %x, want the same: %v", a, b, tt.same)
			}
		})
	}
}
