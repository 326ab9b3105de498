package exchange_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// sink is a response writer that keeps only its header map, emptied between
// exchanges, so that what a benchmark counts is the gate's own.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header                 { return s.header }
func (s *sink) Write(p []byte) (int, error)         { return len(p), nil }
func (s *sink) ReadFrom(r io.Reader) (int64, error) { return io.Copy(io.Discard, r) }
func (s *sink) WriteHeader(int)                     {}
func (s *sink) reset()                              { clear(s.header) }

// provisioned is a handler as Caddy would run it.
func provisioned(tb testing.TB, h *statusgate.Handler) *statusgate.Handler {
	tb.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	tb.Cleanup(cancel)
	if err := h.Provision(ctx); err != nil {
		tb.Fatal(err)
	}
	return h
}

// request is a request as Caddy's server hands it on.
func request(method, target string, header http.Header) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	r.Header = header
	return caddyhttp.PrepareRequest(r, caddy.NewReplacer(), &sink{header: http.Header{}}, nil)
}

const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

// benchmark is a request, the gate it meets and what the backend answers.
type benchmark struct {
	name    string
	handler statusgate.Handler
	method  string
	accept  string
	status  int
	major   int // the version of HTTP
}

var benchmarks = []benchmark{
	{"case=pass", statusgate.Handler{}, "GET", "*/*", 200, 2},
	{"case=pass/version=1", statusgate.Handler{}, "GET", "*/*", 200, 1},
	{"case=pass-with-request-rules", statusgate.Handler{
		Methods: []string{"GET", "POST"}, Consumes: []string{"application/json"}, Produces: []string{"application/json", "text/html", "text/plain"},
		Resources: []statusgate.Resource{{Path: "/orders"}, {Path: "/orders/{id}"}},
	}, "GET", browserAccept, 200, 2},
	{"case=pass-404-with-json-body", statusgate.Handler{}, "GET", "*/*", 404, 2},
	{"case=report", statusgate.Handler{Report: true}, "GET", "*/*", 520, 2},
	{"case=rewrite-520", statusgate.Handler{}, "GET", "*/*", 520, 2},
	{"case=reject-405", statusgate.Handler{Methods: []string{"POST"}}, "GET", "*/*", 200, 2},
	{"case=reject-406", statusgate.Handler{Produces: []string{"application/xml", "text/csv"}}, "GET", "application/json", 200, 2},
}

// prepareExchange returns functions that repeat the exchange, through the
// gate and without it.
func prepareExchange(tb testing.TB, e *benchmark) (gated, bare func()) {
	h := provisioned(tb, &e.handler)
	r := request(e.method, "http://example.com/orders/17", http.Header{"Accept": {e.accept}})
	r.ProtoMajor = e.major
	w := &sink{header: http.Header{}}
	contentType, body := []string{"application/json"}, []byte(`{"error":"no such order"}`)
	length := []string{"25"}
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header()["Content-Type"], w.Header()["Content-Length"] = contentType, length
		w.WriteHeader(e.status)
		_, err := w.Write(body)
		return err
	})
	gated = func() {
		w.reset()
		if err := h.ServeHTTP(w, r, next); err != nil && !errors.Is(err, io.EOF) {
			tb.Fatal(err)
		}
	}
	bare = func() {
		w.reset()
		if err := next.ServeHTTP(w, r); err != nil {
			tb.Fatal(err)
		}
	}
	return gated, bare
}

func BenchmarkExchange(b *testing.B) {
	for i := range benchmarks {
		e := &benchmarks[i]
		gated, bare := prepareExchange(b, e)
		b.Run(e.name+"/chain=gate", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				gated()
			}
		})
		b.Run(e.name+"/chain=bare", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bare()
			}
		})
	}
}

// prepareShed is a gate whose backend has so many places, all taken by requests
// that stay if it is to shed.
func prepareShed(tb testing.TB, taken bool) (exchange func()) {
	none := 0
	h := provisioned(tb, &statusgate.Handler{Shed: &statusgate.Shed{Name: tb.Name(), Fixed: 1, Queue: &none}})
	tb.Cleanup(func() { _ = h.Cleanup() })
	r := request("GET", "http://example.com/orders/17", http.Header{"Accept": {"*/*"}})
	r.ProtoMajor = 2
	w := &sink{header: http.Header{}}
	if taken {
		takePlace(tb, h)
	}
	contentType, body, length := []string{"application/json"}, []byte(`{"order":17}`), []string{"12"}
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header()["Content-Type"], w.Header()["Content-Length"] = contentType, length
		w.WriteHeader(http.StatusOK)
		_, err := w.Write(body)
		return err
	})
	return func() {
		w.reset()
		if err := h.ServeHTTP(w, r, next); err != nil {
			tb.Fatal(err)
		}
		if status := w.header["Retry-After"] != nil; status != taken {
			tb.Fatal("got Retry-After", w.header["Retry-After"])
		}
	}
}

// takePlace makes a request that stays until the test ends.
func takePlace(tb testing.TB, h *statusgate.Handler) {
	tb.Helper()
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(left)
		r := request("GET", "http://example.com/", http.Header{})
		_ = h.ServeHTTP(&sink{header: http.Header{}}, r, caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
			close(entered)
			<-leave
			return nil
		}))
	}()
	<-entered
	tb.Cleanup(func() { close(leave); <-left })
}

func BenchmarkShed(b *testing.B) {
	for name, taken := range map[string]bool{"case=admit": false, "case=reject": true} {
		b.Run(name, func(b *testing.B) {
			exchange := prepareShed(b, taken)
			b.ReportAllocs()
			for b.Loop() {
				exchange()
			}
		})
	}
}

// A response that needs no change costs what the handler may keep, and nothing
// else: its writer, and the context that the gate can end, which are 4 pieces with
// its request; a Vary field where Accept counts. A report of an error foresees its fields in
// a copy.
func TestPassingAllocatesAWriter(t *testing.T) {
	want := map[string]float64{
		"case=pass": 5, "case=pass/version=1": 5, "case=pass-with-request-rules": 6, "case=report": 5, "case=pass-404-with-json-body": 5,
	}
	for i := range benchmarks {
		e := &benchmarks[i]
		limit, ok := want[e.name]
		if !ok {
			continue
		}
		gated, _ := prepareExchange(t, e)
		gated() // fills the pool and the map of placeholders
		if n := testing.AllocsPerRun(1000, gated); n > limit {
			t.Errorf("%s: %v allocations in an exchange, want %v", e.name, n, limit)
		}
	}
	admit := prepareShed(t, false)
	admit()
	if n := testing.AllocsPerRun(1000, admit); n > 5 {
		t.Errorf("%v allocations in an exchange that takes a place, want 5", n)
	}
}

// What a request that is shed costs is bounded, as there may be many.
func TestSheddingAllocatesLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	reject := prepareShed(t, true)
	reject()
	if n := testing.AllocsPerRun(1000, reject); n > 3 {
		t.Errorf("%v allocations in an exchange that is shed, want 3", n)
	}
}

// What a problem costs is bounded, too: nobody is refused at a higher price than
// is served.
func TestProblemsAllocateLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	want := map[string]float64{"case=rewrite-520": 14, "case=reject-405": 3, "case=reject-406": 3}
	for i := range benchmarks {
		e := &benchmarks[i]
		limit, ok := want[e.name]
		if !ok {
			continue
		}
		gated, _ := prepareExchange(t, e)
		gated()
		if n := testing.AllocsPerRun(1000, gated); n > limit {
			t.Errorf("%s: %v allocations in an exchange, want %v", e.name, n, limit)
		}
	}
}
