package experiment

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// sink is a response writer that keeps only its header map, emptied between
// exchanges.
type sink struct{ header http.Header }

// Header is the map, the same every time.
func (s *sink) Header() http.Header { return s.header }

// Write takes everything.
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

// ReadFrom takes everything.
func (s *sink) ReadFrom(r io.Reader) (int64, error) { return io.Copy(io.Discard, r) }

// WriteHeader keeps nothing.
func (s *sink) WriteHeader(int) {}

// bench is an exchange through gates, in this process.
type bench struct {
	ctx     caddy.Context
	cancel  context.CancelFunc
	gates   []*statusgate.Handler
	request *http.Request
	writer  *sink
	backend caddyhttp.Handler
	chain   caddyhttp.Handler // the gates and the backend
	held    chan struct{}     // until when a request that is held stays in the backend
}

// setup is an exchange that is wanted.
type setup struct {
	method  string // default: GET
	path    string // default: /orders/17
	accept  string // default: a browser's
	options string // of the gate
	status  int    // of the backend; default: 200
	hold    bool   // whether a request before it never comes back from the backend
}

// newBench provisions a gate, as Caddy would.
func newBench(s setup) (*bench, error) {
	b := &bench{writer: &sink{header: http.Header{}}, held: make(chan struct{})}
	b.ctx, b.cancel = caddy.NewContext(caddy.Context{Context: context.Background()})
	b.request = s.request(b.writer)
	b.backend = answer(cmp.Or(s.status, http.StatusOK))
	b.chain = b.backend
	if err := b.add(s.options); err != nil || !s.hold {
		return b, err
	}
	arrived := make(chan struct{})
	go func() {
		w := &sink{header: http.Header{}}
		_ = b.gates[0].ServeHTTP(w, s.request(w), caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
			close(arrived)
			<-b.held
			return nil
		}))
	}()
	<-arrived
	return b, nil
}

// request is a request as Caddy's server hands it on.
func (s setup) request(w http.ResponseWriter) *http.Request {
	r := httptest.NewRequest(cmp.Or(s.method, http.MethodGet), "http://example.com"+cmp.Or(s.path, "/orders/17"), nil)
	r.Header = http.Header{"Accept": {cmp.Or(s.accept, browser[len("Accept: "):])}}
	return caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, nil)
}

// answer is a backend that answers by 1 KiB of JSON.
func answer(status int) caddyhttp.Handler {
	contentType, length := []string{"application/json"}, []string{"1024"}
	body := []byte(`{"customer":4711,"orders":[` + strings.Repeat(`{"id":17,"item":"lamp"},`, 40))
	body = append(body, strings.Repeat(" ", 1024-2-len(body))+"1]}"...)[:1024]
	return caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header()["Content-Type"], w.Header()["Content-Length"] = contentType, length
		w.WriteHeader(status)
		_, err := w.Write(body)
		return err
	})
}

// add puts another gate in front.
func (b *bench) add(options string) error {
	h := new(statusgate.Handler)
	if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + options + "\n}")); err != nil {
		return err
	}
	if err := h.Provision(b.ctx); err != nil {
		return err
	}
	b.gates = append(b.gates, h)
	next := b.chain
	b.chain = caddyhttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error { return h.ServeHTTP(w, r, next) })
	return nil
}

// only has one of the gates asked; the others are there.
func (b *bench) only(i int) {
	next, h := b.backend, b.gates[i]
	b.chain = caddyhttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error { return h.ServeHTTP(w, r, next) })
}

func (b *bench) close() {
	close(b.held)
	b.cancel()
}

// Batches of exchanges that are timed.
const (
	batches = 9
	batch   = 15 * time.Millisecond
)

// calibrate finds how many exchanges take as long as a batch.
func (b *bench) calibrate() (n int) {
	for n = 1; n < 1<<24; n *= 2 {
		if took, _ := b.repeat(n); took >= batch {
			break
		}
	}
	return n
}

// allocations is how often an exchange allocates.
func (b *bench) allocations() float64 {
	const n = 500
	b.repeat(n) // fills pools
	counts := make([]float64, 0, batches)
	for range batches {
		_, mallocs := b.repeat(n)
		counts = append(counts, float64(mallocs)/n)
	}
	return median(counts)
}

func (b *bench) repeat(n int) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	for range n {
		clear(b.writer.header)
		_ = b.chain.ServeHTTP(b.writer, b.request) // what it returns was tried when the gate was tested
	}
	took := time.Since(begin)
	runtime.ReadMemStats(&after)
	return took, after.Mallocs - before.Mallocs
}
