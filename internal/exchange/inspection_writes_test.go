package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

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
