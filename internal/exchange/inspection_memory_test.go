package exchange_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func TestABombCostsNoMoreThanTheBound(t *testing.T) {
	zeros := strings.Repeat(" ", 16<<20)
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for coding, body := range map[string]string{"gzip": compressed(t, zeros), "zstd": string(encoder.EncodeAll([]byte(zeros), nil))} {
		h, reg := inspecting(t, "inspect 16KiB 64KiB\nmap 200 400 when json /ok false")
		var most float64
		w := httptest.NewRecorder()
		r, _ := prepared(t, get("/"), w)
		next := inParts(200, []string{body[:len(body)/2], body[len(body)/2:]}, asJSON, "Content-Encoding: "+coding)
		err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			err := next(w, r)
			most = max(most, gauge(t, reg))
			return err
		}))
		if err != nil || w.Code != 200 || w.Body.String() != body {
			t.Errorf("%s: got %d, %d bytes, error %v, want the %d bytes of the backend", coding, w.Code, w.Body.Len(), err, len(body))
		}
		if got := undecided(t, reg); got != "too_large" || most > 64<<10 {
			t.Errorf("%s: undecided because of %q with %v bytes held", coding, got, most)
		}
	}
}

// gauge is the number of bytes that are held.
func gauge(t testing.TB, reg prometheus.Gatherer) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() == "caddy_statusgate_held_bytes" {
			for _, metric := range family.GetMetric() {
				sum += metric.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// The stated target: 10 000 responses of 1 MiB at a time that might match.
func TestTenThousandResponsesAtATimeStayUnderTheCap(t *testing.T) {
	const (
		responses = 10000
		size      = 1 << 20
		limit     = 64 << 20
	)
	h, reg := inspecting(t, "map 200 400 when json /ok false\nmap 200 500 when body_contains ORA-\nmap 200 auto when soap_fault")
	chunk := []byte(strings.Repeat(" ", 32<<10))
	var ready, done sync.WaitGroup
	var failed atomic.Int64
	release := make(chan struct{})
	ready.Add(responses)
	for range responses {
		done.Go(func() {
			w := &counter{header: http.Header{}}
			r := get("/")
			err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "application/json")
				for n := 0; n < size; n += len(chunk) {
					if n == 2*len(chunk) { // all that one may hold: nobody goes on before everybody is here
						ready.Done()
						<-release
					}
					if _, err := w.Write(chunk); err != nil {
						return err
					}
				}
				return nil
			}))
			if err != nil || w.status != 200 || w.bytes != size {
				failed.Add(1)
			}
		})
	}
	ready.Wait()
	held := gauge(t, reg)
	close(release)
	done.Wait()
	if failed.Load() != 0 {
		t.Errorf("%d of %d responses failed", failed.Load(), responses)
	}
	if held > limit || held < limit*9/10 {
		t.Errorf("%v bytes were held at a time, want nearly %d and no more", held, limit)
	}
	left := gauge(t, reg)
	got := series(t, reg, false)
	t.Logf("held at a time: %.1f MiB; let go for memory: %s, for their size: %s", held/(1<<20),
		got[`undecided_total{cause="memory",gate="statusgate"}`], got[`undecided_total{cause="too_large",gate="statusgate"}`])
	if left != 0 {
		t.Errorf("%v bytes are still held", left)
	}
	if n := got[`responses_total{gate="statusgate",mode="enforce",reason="documented",received="200",sent="200"}`]; n != "10000" {
		t.Errorf("%s responses were counted as passed", n)
	}
}

// What one response may not hold for want of memory, it streams; what the
// others hold is decided.
func TestMemoryIsSharedByTheResponsesOfAGate(t *testing.T) {
	const responses = 50
	h, reg := inspecting(t, "inspect 1KiB 4KiB\nmap 200 400 when json /ok false")
	first, last := `{"a":"`+strings.Repeat("x", 494), `","ok":false}`
	var ready, done sync.WaitGroup
	var statuses [600]atomic.Int64
	release := make(chan struct{})
	ready.Add(responses)
	for range responses {
		done.Go(func() {
			w, r := httptest.NewRecorder(), get("/")
			err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, first)
				ready.Done()
				<-release
				_, err := io.WriteString(w, last)
				return err
			}))
			if err != nil || w.Body.String() != first+last {
				t.Errorf("got %d %q and error %v", w.Code, w.Body, err)
			}
			statuses[w.Code].Add(1)
		})
	}
	ready.Wait()
	if held := gauge(t, reg); held != 8*500 {
		t.Errorf("%v bytes were held, want %d", held, 8*500)
	}
	close(release)
	done.Wait()
	if honest, lies := statuses[400].Load(), statuses[200].Load(); honest != 8 || lies != responses-8 {
		t.Errorf("%d responses were decided on and %d were not, want 8 and %d", honest, lies, responses-8)
	}
	if got, want := undecided(t, reg), "memory×42"; got != want {
		t.Errorf("undecided because of %q, want %q", got, want)
	}
	w, err := through(t, h, get("/"), sends(200, first+last, asJSON))
	if err != nil || w.Code != 400 {
		t.Errorf("when there is memory again: got %d and error %v", w.Code, err)
	}
}

// What no rule can match goes to the client with the write that brought it.
func TestWhatNoRuleCanMatchIsNotHeld(t *testing.T) {
	const rules = "map any 400 when json /ok false\nmap any 500 when html_page\nmap any auto when soap_fault"
	const all = rules + "\nmap any 500 when body_contains oops\nmap any 500 when empty_body"
	for _, c := range []struct {
		name, options string
		status        int
		fields        []string
		first         string
	}{
		{"events", all, 200, []string{"Content-Type: text/event-stream; charset=utf-8"}, "data: oops\n\n"},
		{"records", all, 200, []string{"Content-Type: application/x-ndjson"}, "{\"ok\":false}\n"},
		{"a sequence", all, 200, []string{"Content-Type: application/geo+json-seq"}, "\x1e{}\n"},
		{"a camera", all, 200, []string{"Content-Type: multipart/x-mixed-replace; boundary=b"}, "--b\r\n"},
		{"gRPC", all, 200, []string{"Content-Type: application/grpc+proto"}, "\x00\x00\x00\x00\x01x"},
		{"an incremental response", all, 200, []string{asJSON, "Incremental: ?1"}, `{"a":`},
		{"a part", "allow 206\n" + all, 206, []string{asJSON, "Content-Range: bytes 0-9/100"}, `{"a":`},
		{"another status", "map 200 400 when json /ok false", 404, []string{asJSON, "Content-Length: 100"}, `{"ok":false`},
		{"another header", "map 200 400 {\n\theader X-A\n\tjson /ok false\n}", 200, []string{asJSON}, `{"ok":false`},
		{"a picture", rules, 200, []string{"Content-Type: image/png"}, "\x89PNG"},
		{"text that is neither JSON nor XML", rules, 200, []string{"Content-Type: text/plain"}, "hello"},
		{"a success whose rule is decided", "map 200 400 when json /ok false", 200, []string{asJSON}, `{"ok":true,`},
		{"an error whose rule is decided", "map 200 400 when json /ok false", 200, []string{asJSON, "Content-Length: 100"}, `{"ok":false,`},
		{"an array, which no pointer leads into", "map 200 400 when json /ok false", 200, []string{asJSON}, `[{"ok":`},
		{"a report", "report\n" + all, 200, []string{asJSON}, `{"a":`},
		{"a report of a coded body", "report\n" + all, 200, []string{asJSON, "Content-Encoding: gzip"}, "\x1f\x8b\x08"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, reg := inspecting(t, c.options)
			w := newWire()
			r, _ := prepared(t, get("/"), w)
			err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) error {
				for _, field := range c.fields {
					name, value, _ := strings.Cut(field, ": ")
					rw.Header().Add(name, value)
				}
				rw.WriteHeader(c.status)
				_, err := io.WriteString(rw, c.first)
				if got := w.body.String(); got != c.first {
					t.Errorf("the client has %q by now, want %q", got, c.first)
				}
				_ = http.NewResponseController(rw).Flush()
				if _, got := w.flushed(); got != c.first {
					t.Errorf("after the flush the client has %q, want %q", got, c.first)
				}
				if held := gauge(t, reg); held != 0 && !strings.HasPrefix(c.options, "report") {
					t.Errorf("%v bytes are held", held)
				}
				return err
			}))
			if err != nil || gauge(t, reg) != 0 {
				t.Errorf("got error %v with %v bytes held", err, gauge(t, reg))
			}
		})
	}
}

// counter is a client that counts what it gets.
type counter struct {
	header http.Header
	status int
	bytes  int
}

func (c *counter) Header() http.Header { return c.header }

func (c *counter) WriteHeader(s int) { c.status = s }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return len(p), nil
}
