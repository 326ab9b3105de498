package exchange_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// inspecting is a gate with the options of a Caddyfile, and where its metrics
// are.
func inspecting(t testing.TB, options string) (*statusgate.Handler, *prometheus.Registry) {
	t.Helper()
	var h statusgate.Handler
	if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + options + "\n}")); err != nil {
		t.Fatal(err)
	}
	ctx := newContext(t)
	return newGate(t, ctx, h), ctx.GetMetricsRegistry()
}

const asJSON = "Content-Type: application/json"

// inParts answers with a body in parts, of which "\x00" is a flush.
func inParts(status int, parts []string, fields ...string) caddyhttp.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		for _, field := range fields {
			name, value, _ := strings.Cut(field, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		for _, part := range parts {
			if part == "\x00" {
				_ = http.NewResponseController(w).Flush()
			} else if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	}
}

func compressed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

// undecided gives the one cause that was counted, "" for none.
func undecided(t testing.TB, reg *prometheus.Registry) string {
	t.Helper()
	causes := ""
	for name, value := range series(t, reg, false) {
		if strings.HasPrefix(name, "held_bytes") {
			t.Errorf("%s is %s when nothing is held", name, value)
		}
		if cause, ok := strings.CutPrefix(name, `undecided_total{cause="`); ok {
			cause, _, _ = strings.Cut(cause, `"`)
			causes += cause
			if value != "1" {
				causes += "×" + value
			}
		}
	}
	return causes
}

func TestBodiesThatCannotBeDecidedOnPassAndAreCounted(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", 2000) + `","ok":false}`
	for _, c := range []struct {
		name    string
		options string
		behind  caddyhttp.HandlerFunc
		status  int
		body    string
		cause   string
	}{
		{"decided by its first bytes", "", inParts(200, []string{`{"ok":false`, long}, asJSON), 400, "", ""},
		{"decided behind the bound", "inspect 1KiB", sends(200, long, asJSON), 200, long, "too_large"},
		{"decided within the bound", "inspect 4KiB", sends(200, long, asJSON), 400, long, ""},
		{"decided at the bound", "inspect 2018B", sends(200, long, asJSON), 400, long, ""},
		{"one byte behind the bound", "inspect 2017B", sends(200, long, asJSON), 200, long, "too_large"},
		{"cut short", "", sends(200, `{"a":1,`, asJSON), 200, `{"a":1,`, "malformed"},
		{"not a number", "", sends(200, `{"a":NaN,"ok":false}`, asJSON), 200, `{"a":NaN,"ok":false}`, "malformed"},
		{"not JSON at all", "", sends(200, `hello`, asJSON), 200, `hello`, ""},
		{"broken after the decision", "", sends(200, `{"ok":false,,,`, asJSON), 400, `{"ok":false,,,`, ""},
		{"a coding that nobody knows", "", sends(200, "\x00\x01", asJSON, "Content-Encoding: br"), 200, "\x00\x01", "coding"},
		{"two codings", "", sends(200, "\x00\x01", asJSON, "Content-Encoding: gzip, br"), 200, "\x00\x01", "coding"},
		{"not the coding that it says", "", sends(200, `{"ok":false}`, asJSON, "Content-Encoding: gzip"), 200, `{"ok":false}`, "coding"},
		{"identity by name", "", sends(200, `{"ok":false}`, asJSON, "Content-Encoding: identity"), 400, `{"ok":false}`, ""},
		{"a short body in gzip", "", sends(200, compressed(t, `{"ok":false}`), asJSON, "Content-Encoding: gzip"), 400, compressed(t, `{"ok":false}`), ""},
		{"a long body in gzip", "", sends(200, compressed(t, long), asJSON, "Content-Encoding: x-gzip"), 400, compressed(t, long), ""},
		{"a body in gzip that decodes to too much", "inspect 1KiB", sends(200, compressed(t, long), asJSON, "Content-Encoding: gzip"), 200, compressed(t, long), "too_large"},
		{"gzip cut short", "", sends(200, compressed(t, long)[:20], asJSON, "Content-Encoding: gzip"), 200, compressed(t, long)[:20], "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, reg := inspecting(t, c.options+"\nmap 200 400 when json /ok false")
			w, err := through(t, h, get("/"), c.behind)
			if err != nil || w.Code != c.status || c.body != "" && w.Body.String() != c.body {
				t.Errorf("got %d %q and error %v, want %d %q", w.Code, w.Body, err, c.status, c.body)
			}
			if got := undecided(t, reg); got != c.cause {
				t.Errorf("undecided because of %q, want %q", got, c.cause)
			}
		})
	}
}

func TestShortCodedBodiesAreReadToTheirEnd(t *testing.T) {
	for _, c := range []struct {
		name, rule, body string
		status           int
	}{
		{"it has content", "map 200 500 when empty_body", compressed(t, "fine"), 200},
		{"it has none", "map 200 500 when empty_body", compressed(t, ""), 500},
		{"it has not even a header", "map 200 500 when empty_body", "", 500},
		{"it is cut before its first byte", "map 200 500 when empty_body", compressed(t, "fine")[:8], 200},
		{"it is cut, so the end is not known", "map 200 500 when not body_contains fine", compressed(t, "far from fine")[:14], 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, flushed := range []bool{false, true} {
				h, _ := inspecting(t, c.rule)
				parts := []string{c.body}
				if flushed {
					parts = []string{c.body[:len(c.body)/2], c.body[len(c.body)/2:]}
				}
				w, err := through(t, h, get("/"), inParts(200, parts, "Content-Type: text/plain", "Content-Encoding: gzip"))
				if err != nil || w.Code != c.status {
					t.Errorf("in %d parts: got %d and error %v, want %d", len(parts), w.Code, err, c.status)
				}
			}
		})
	}
}

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

// wire is a client's end of a connection: it tells of every byte and flush.
type wire struct {
	mu     sync.Mutex
	header http.Header
	status int
	body   bytes.Buffer
	sent   int // bytes that were flushed
	events chan struct{}
}

func newWire() *wire { return &wire{header: http.Header{}, events: make(chan struct{}, 100)} }

func (w *wire) Header() http.Header { return w.header }
func (w *wire) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = status
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.body.Write(p)
}

func (w *wire) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = w.body.Len()
	select {
	case w.events <- struct{}{}:
	default:
	}
	return nil
}

func (w *wire) flushed() (status int, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status, w.body.String()[:w.sent]
}

func TestWhatABackendFlushesReachesTheClient(t *testing.T) {
	for _, c := range []struct {
		name    string
		options string
		behind  func(w http.ResponseWriter, flush func())
		body    string // flushed while the backend stalls
		status  int
		cause   string
		least   time.Duration // before this nothing is flushed
	}{
		{
			"a part of the body", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) { _, _ = io.WriteString(w, `{"a":1,`); flush() },
			`{"a":1,`, 200, "stream", 200 * time.Millisecond,
		},
		{
			"a part of the body, for as long as is configured", "map 200 400 when json /ok false\ninspect 1KiB wait 30s",
			func(w http.ResponseWriter, flush func()) { _, _ = io.WriteString(w, "  "); flush(); flush() },
			"  ", 200, "stream", 30 * time.Second,
		},
		{
			"the head alone", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) { flush() }, "", 200, "stream", time.Second,
		},
		{
			"the head, and a part a while later", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) {
				flush()
				<-time.After(500 * time.Millisecond) // of the bubble's clock
				_, _ = io.WriteString(w, `{"a":1,`)
				flush()
			},
			`{"a":1,`, 200, "stream", 200 * time.Millisecond,
		},
		{
			"a part that is decided on behind the flush", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) {
				_, _ = io.WriteString(w, `{"ok":`)
				flush()
				_, _ = io.WriteString(w, `true,`)
			},
			`{"ok":`, 200, "", 0,
		},
		{
			"a part that is decided on before the flush", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) { _, _ = io.WriteString(w, `{"ok":true,`); flush() },
			`{"ok":true,`, 200, "", 0,
		},
		{
			"a part of a handler that asks for its header meanwhile", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) {
				_, _ = io.WriteString(w, `{"a":`)
				_ = w.Header()
				_, _ = io.WriteString(w, `1,`)
				flush()
			},
			`{"a":1,`, 200, "stream", 200 * time.Millisecond,
		},
		{
			"a part in gzip", "map 200 400 when json /ok false",
			func(w http.ResponseWriter, flush func()) {
				_, _ = io.WriteString(w, `{"a"`)
				flush()
				_, _ = io.WriteString(w, ` : `)
				flush()
			},
			`{"a" : `, 200, "stream", 200 * time.Millisecond,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, reg := inspecting(t, c.options)
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				r, _ := prepared(t, get("/"), w)
				stalled, resume, done := make(chan struct{}), make(chan struct{}), make(chan error)
				go func() {
					done <- h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
						w.Header().Set("Content-Type", "application/json")
						w.WriteHeader(200)
						c.behind(w, func() { _ = http.NewResponseController(w).Flush() })
						close(stalled)
						<-resume
						_, err := io.WriteString(w, `"b":2}`)
						return err
					}))
				}()
				<-stalled
				start := time.Now()
				select {
				case <-w.events:
				case <-time.After(c.least + time.Millisecond):
					t.Errorf("nothing was flushed within %v", c.least)
				}
				if took := time.Since(start); took < c.least {
					t.Errorf("it was flushed within %v, before %v", took, c.least)
				}
				synctest.Wait()
				if status, body := w.flushed(); status != c.status || !strings.HasPrefix(body, c.body) {
					t.Errorf("after %v the client has %d %q, want %d %q", time.Since(start), status, body, c.status, c.body)
				}
				close(resume)
				if err := <-done; err != nil {
					t.Error(err)
				}
				if body := w.body.String(); !strings.HasSuffix(body, `"b":2}`) {
					t.Errorf("the client got %q at last", body)
				}
			})
			if got := undecided(t, reg); got != c.cause {
				t.Errorf("undecided because of %q, want %q", got, c.cause)
			}
		})
	}
}

// A handler may read on while the timer of a flush lets its body go.
func TestAHandlerGoesOnWhileItsFlushIsCarriedOut(t *testing.T) {
	h, reg := inspecting(t, "map 200 400 when json /ok false")
	body := `{"a":1,` + strings.Repeat(" ", 10000) + `"b":2}`
	for _, way := range []string{"read from", "write", "flush", "head again", "hijack"} {
		w := newWire()
		r, _ := prepared(t, get("/"), w)
		err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) error {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(200)
			_, _ = io.WriteString(rw, body[:100])
			_ = http.NewResponseController(rw).Flush()
			wait := time.NewTimer(199900 * time.Microsecond)
			defer wait.Stop()
			<-wait.C
			switch way {
			case "write":
				_, err := io.WriteString(rw, body[100:])
				return err
			case "flush":
				_ = http.NewResponseController(rw).Flush()
			case "head again":
				rw.WriteHeader(200)
			case "hijack":
				_, _, _ = http.NewResponseController(rw).Hijack()
			}
			_, err := rw.(io.ReaderFrom).ReadFrom(strings.NewReader(body[100:]))
			return err
		}))
		if err != nil || w.body.String() != body || w.status != 200 {
			t.Errorf("%s: got %d, %d bytes, error %v", way, w.status, w.body.Len(), err)
		}
	}
	if got := gauge(t, reg); got != 0 {
		t.Errorf("%v bytes are still held", got)
	}
}

// Whatever ends a response whose body is held, the client gets one answer
// and nothing is held any more.
func TestAHandlerThatFailsWhileItsBodyIsHeld(t *testing.T) {
	begins := func(then func() error) caddyhttp.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			w.Header().Set("Etag", `"1"`)
			_, _ = io.WriteString(w, `{"a":`)
			return then()
		}
	}
	broken := func() error { return caddyhttp.Error(502, errors.New("broken")) }
	for _, c := range []struct {
		name, options string
		then          func() error
		left          bool // the client has
		status        int
		series        string
		err, panics   bool
	}{
		{name: "an error", then: broken, status: 503, series: `received="502",sent="503",reason="backend_unreachable"`},
		{name: "an error without a status", then: func() error { return errors.New("oh") }, status: 500, series: `received="500",sent="500"`},
		{name: "an error that is allowed", options: "allow 502", then: broken, err: true, series: `received="502",sent="502"`},
		{name: "an error where problems are off", options: "problems off", then: broken, err: true, series: `received="502",sent="503"`},
		{name: "a response that broke off", then: func() error { panic(http.ErrAbortHandler) }, status: 503, series: `received="200",sent="503",reason="backend_incomplete"`},
		{name: "a panic", then: func() error { panic("oh") }, panics: true},
		{name: "an error for nobody", then: broken, left: true, status: 503, series: `received="200",sent="499",reason="client_gone"`},
		{name: "a response that broke off for nobody", then: func() error { panic(http.ErrAbortHandler) }, left: true, status: 503, series: `received="200",sent="499"`},
		{name: "a report of an error", options: "report", then: broken, status: 200, err: true},
		{name: "a report of a panic", options: "report", then: func() error { panic(http.ErrAbortHandler) }, status: 200, panics: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, reg := inspecting(t, c.options+"\nmap 200 400 when json /ok false")
			w, r := httptest.NewRecorder(), get("/")
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			r, _ = prepared(t, r.WithContext(ctx), w)
			var err error
			var panicked any
			func() {
				defer func() { panicked = recover() }()
				err = h.ServeHTTP(w, r, begins(func() error {
					if c.left {
						cancel()
					}
					return c.then()
				}))
			}()
			if (err != nil) != c.err || (panicked != nil) != c.panics {
				t.Errorf("got error %v and panic %v", err, panicked)
			}
			if c.status != 0 && w.Code != c.status {
				t.Errorf("got %d %q, want %d", w.Code, w.Body, c.status)
			}
			if c.err && c.status == 0 && (w.Header().Get("Content-Length") != "" || w.Header().Get("Etag") != "") && !c.left {
				t.Errorf("Caddy's error handler is left with fields of another body: %v", w.Header())
			}
			if held := gauge(t, reg); held != 0 {
				t.Errorf("%v bytes are still held", held)
			}
			if !hasSeries(series(t, reg, false), c.series) {
				t.Errorf("got %v, want one with %s", series(t, reg, false), c.series)
			}
		})
	}
}

// hasSeries reports whether an exchange was counted with the labels, given as
// received, sent and the beginning of reason.
func hasSeries(got map[string]string, labels string) bool {
	for name := range got {
		all := true
		for label := range strings.SplitSeq(labels, ",") {
			all = all && strings.Contains(name, label)
		}
		if all && strings.HasPrefix(name, "responses_total") {
			return true
		}
	}
	return labels == ""
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
func (c *counter) WriteHeader(s int)   { c.status = s }
func (c *counter) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return len(p), nil
}
