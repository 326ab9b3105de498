package exchange_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/timeouts"
)

const badlyOK = "map 200 400 when json /ok false"

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// net/http lets a handler use its header map after the head; a timer that
// sends the head must not meet it there. The race detector and the runtime
// are the judges.
func TestAHandlerMayKeepItsHeaderMap(t *testing.T) {
	h, _ := inspecting(t, badlyOK)
	for range 5 {
		w := newWire()
		r, _ := prepared(t, get("/"), w)
		err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
			fields := w.Header()
			fields.Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"a":1,`)
			flush(w)
			for i, end := 0, time.Now().Add(300*time.Millisecond); time.Now().Before(end); i++ {
				fields.Set("X-"+strconv.Itoa(i%100), "late")
			}
			_, err := io.WriteString(w, `"b":2}`)
			return err
		}))
		if got := w.body.String(); got != `{"a":1,"b":2}` || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
		if got := w.header.Get("X-1"); got != "" {
			t.Fatalf("a field that was set behind the head reached the client: %q", got)
		}
	}
}

// timed takes a response through a gate with rules on bodies, behind the writer
// that Caddy's server has in front by default.
func timed(t *testing.T, client http.ResponseWriter, next caddyhttp.HandlerFunc) {
	t.Helper()
	h, _ := inspecting(t, badlyOK)
	front := &caddyhttp.IdleTimeoutWriter{
		ResponseWriterWrapper: &caddyhttp.ResponseWriterWrapper{ResponseWriter: client},
		Ctrl:                  http.NewResponseController(client),
		Deadline:              caddyhttp.IdleDeadline{Start: time.Now(), Timeout: time.Minute},
		Logger:                zap.NewNop(),
	}
	r, _ := prepared(t, get("/"), front)
	r = r.WithContext(caddyhttp.ContextWithIdleTimeouts(r.Context(), nil, front))
	if err := h.ServeHTTP(front, r, next); err != nil {
		t.Error(err)
	}
}

// deadlined is a client whose connection has deadlines.
type deadlined struct{ *wire }

func (deadlined) SetWriteDeadline(time.Time) error { return nil }

// begun sends what rules on bodies can't decide on yet, and flushes it.
func begun(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"a":1,`)
	flush(w)
}

// A handler behind the gate that changes the timeouts of the writer in front puts
// them back where no timer may be sending: its flushes don't wait for one.
func TestAFlushDoesNotWaitWhereTimeoutsAreChanged(t *testing.T) {
	for changed, want := range map[bool]bool{false: false, true: true} {
		synctest.Test(t, func(t *testing.T) {
			client := httptest.NewRecorder()
			timed(t, client, func(w http.ResponseWriter, r *http.Request) error {
				<-time.After(time.Millisecond) // of the bubble's clock: nothing is done in no time
				handler := timeouts.Timeouts{}
				if changed {
					handler.WriteTimeout = time.Second
				}
				return handler.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
					begun(w)
					if client.Flushed != want {
						t.Errorf("timeouts changed: %v, flushed at once: %v", changed, client.Flushed)
					}
					_, err := io.WriteString(w, `"b":2}`)
					return err
				}))
			})
			if got := client.Body.String(); got != `{"a":1,"b":2}` {
				t.Errorf("got %q", got)
			}
		})
	}
}

// A handler may set a deadline while the timer sends. The race detector is the judge.
func TestADeadlineIsSetBesideNoTimer(t *testing.T) {
	timed(t, deadlined{newWire()}, func(w http.ResponseWriter, _ *http.Request) error {
		begun(w)
		for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
			_ = http.NewResponseController(w).SetWriteDeadline(end.Add(time.Minute))
		}
		_, err := io.WriteString(w, `"b":2}`)
		return err
	})
}

// What is flushed and not decided leaves as it does without rules on bodies.
func TestAFlushedErrorIsAnsweredAtOnce(t *testing.T) {
	h, reg := inspecting(t, badlyOK+"\nmap 520 400 when json /ok false\nlocation {\n\taccepted /jobs/{http.statusgate.json./id}\n}")
	for status, want := range map[int]int{520: 503, 202: 202} {
		synctest.Test(t, func(t *testing.T) {
			w := httptest.NewRecorder()
			answer := w
			r, _ := prepared(t, get("/"), w)
			err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"a":1,`)
				flush(w)
				<-time.After(250 * time.Millisecond) // of the bubble's clock
				synctest.Wait()
				if !answer.Flushed || answer.Code != want {
					t.Errorf("%d: after 250 ms the client has status %d, flushed: %v", status, answer.Code, answer.Flushed)
				}
				_, err := io.WriteString(w, `"id":2}`)
				return err
			}))
			if w.Code != want || err != nil {
				t.Errorf("%d: got %d (%v), want %d", status, w.Code, err, want)
			}
			if status == 520 && strings.Contains(w.Body.String(), `"a":1`) {
				t.Errorf("the body of a 520 got out: %s", w.Body)
			}
		})
	}
	if got := gauge(t, reg); got != 0 {
		t.Errorf("%v bytes are still held", got)
	}
}

// A short body in a content coding is decoded before it is let go.
func TestAFlushedCodedBodyIsDecoded(t *testing.T) {
	h, _ := inspecting(t, badlyOK)
	coded := compressed(t, `{"ok":false}`)
	w, err := through(t, h, get("/"), func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, coded)
		flush(w)
		return nil
	})
	if w.Code != 400 || w.Body.String() != coded || err != nil {
		t.Errorf("got %d %q (%v)", w.Code, w.Body, err)
	}
}

// A writer in front that panics while a timer writes to it does so for the handler.
func TestAPanicOfTheTimerIsTheHandlers(t *testing.T) {
	h, reg := inspecting(t, badlyOK)
	synctest.Test(t, func(t *testing.T) {
		w := &panicky{ResponseRecorder: httptest.NewRecorder()}
		r, _ := prepared(t, get("/"), w)
		defer func() {
			if got := recover(); got != "no more" {
				t.Errorf("got the panic %v", got)
			}
		}()
		_ = h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"a":1,`)
			flush(w)
			<-time.After(time.Second)
			_, err := io.WriteString(w, `"b":2}`)
			return err
		}))
		t.Error("no panic")
	})
	if got := gauge(t, reg); got != 0 {
		t.Errorf("%v bytes are still held", got)
	}
}

type panicky struct{ *httptest.ResponseRecorder }

func (panicky) Write([]byte) (int, error) { panic("no more") }

// Trailers come behind the body, whether it was held or not, and nothing else
// that is set behind the head does.
func TestTrailersOfAHeldBody(t *testing.T) {
	for _, body := range []string{`{"ok":true}`, `{"a":1`, `{"ok":false}`} {
		h, _ := inspecting(t, badlyOK)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, _ = prepared(t, r, w)
			_ = h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Trailer", "X-Sum")
				_, err := io.WriteString(w, body)
				flush(w)
				w.Header().Set("X-Sum", "1")
				w.Header().Set("X-Late", "1")
				w.Header().Set(http.TrailerPrefix+"X-More", "2")
				return err
			}))
		}))
		resp, err := server.Client().Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if string(got) != body || err != nil {
			t.Errorf("got %q (%v), want %q", got, err, body)
		}
		if want := (http.Header{"X-Sum": {"1"}, "X-More": {"2"}}); !maps.EqualFunc(resp.Trailer, want, equalValues) {
			t.Errorf("%s: got trailers %v, want %v", body, resp.Trailer, want)
		}
		for _, field := range []string{"X-Sum", "X-Late", "X-More"} {
			if resp.Header.Get(field) != "" {
				t.Errorf("%s: %s is in the head", body, field)
			}
		}
		resp.Body.Close()
		server.Close()
	}
}

func equalValues(a, b []string) bool { return strings.Join(a, "|") == strings.Join(b, "|") }

// A tunnel is no body (RFC 9110 §9.3.6), WebSocket over HTTP/2 neither.
func TestATunnelIsNotHeld(t *testing.T) {
	h, _ := inspecting(t, "map 2xx 500 when body_contains ERROR")
	r := httptest.NewRequest(http.MethodConnect, "/", nil)
	w, err := through(t, h, r, sends(200, "ERROR"))
	if w.Code != 200 || err != nil {
		t.Errorf("got %d (%v), want 200", w.Code, err)
	}
}

// What was held is not kept while a response streams on.
func TestAResponseThatStreamsOnHoldsNothing(t *testing.T) {
	h, reg := inspecting(t, badlyOK+"\ninspect 64KiB")
	w := httptest.NewRecorder()
	r, _ := prepared(t, get("/"), w)
	err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(w, `{"a":"`+strings.Repeat("x", 100<<10))
		if got := gauge(t, reg); got != 0 {
			t.Errorf("%v bytes are held behind the bound", got)
		}
		return err
	}))
	if w.Body.Len() != 100<<10+6 || err != nil {
		t.Errorf("got %d bytes (%v)", w.Body.Len(), err)
	}
}
