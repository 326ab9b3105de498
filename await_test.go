package statusgate_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// flushes counts how often something is sent to the client.
type flushes struct {
	*httptest.ResponseRecorder
	n      atomic.Int32
	broken bool
}

func (f *flushes) Flush() {
	f.n.Add(1)
	if f.broken {
		panic("a writer in front")
	}
}

func (f *flushes) count() int { return int(f.n.Load()) }

// awaited takes a 520 through a gate, on a clock of its own.
func awaited(t *testing.T, length string, client *flushes, body func(w http.ResponseWriter) error) (err error) {
	t.Helper()
	h := newGate(t, newContext(t), statusgate.Handler{})
	client.ResponseRecorder = httptest.NewRecorder()
	r, _ := prepared(t, get("/"), client)
	return h.ServeHTTP(client, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		if length != "" {
			w.Header().Set("Content-Length", length)
		}
		w.WriteHeader(520)
		return body(w)
	}))
}

func TestAnAnswerWaitsForAShortBodyThatItReplaces(t *testing.T) {
	short, long := strconv.Itoa(statusgate.ShortBody), strconv.Itoa(statusgate.ShortBody+1)
	write := func(w http.ResponseWriter) error {
		_, err := io.WriteString(w, "a stack")
		return err
	}
	for _, c := range []struct {
		name, length string
		do           func(w http.ResponseWriter) error
		head, then   int // how often the answer has been flushed behind the head, and behind what the handler does
	}{
		{name: "all at once", length: "7", do: write},
		{name: "all at once, and then nothing", length: "7", do: func(w http.ResponseWriter) error {
			err := write(w)
			<-time.After(statusgate.AnswerWait) // of the bubble's clock
			synctest.Wait()
			return err
		}, then: 1},
		{name: "in parts", length: "8", do: write, then: 1},
		{name: "as long as may be", length: short, do: write, then: 1},
		{name: "too long", length: long, do: write, head: 1, then: 1},
		{name: "of a length that nobody knows", do: write, head: 1, then: 1},
		{name: "of no length", length: "seven", do: write, head: 1, then: 1},
		{name: "of less than nothing", length: "-7", do: write, head: 1, then: 1},
		{name: "flushed", length: "7", do: func(w http.ResponseWriter) error { flush(w); return nil }, then: 1},
		{name: "with fields behind it", length: "7", do: func(w http.ResponseWriter) error { w.Header(); return nil }, then: 1},
		{name: "that does not come", length: "7", do: func(http.ResponseWriter) error { return nil }},
		{name: "that is late", length: "7", do: func(http.ResponseWriter) error {
			<-time.After(statusgate.AnswerWait) // likewise
			synctest.Wait()
			return nil
		}, then: 1},
		{name: "that is not late yet", length: "7", do: func(http.ResponseWriter) error {
			<-time.After(statusgate.AnswerWait - 1) // likewise
			synctest.Wait()
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := &flushes{}
				err := awaited(t, c.length, client, func(w http.ResponseWriter) error {
					if client.count() != c.head {
						t.Errorf("behind the head: %d flushes, want %d", client.count(), c.head)
					}
					err := c.do(w)
					if client.count() != c.then {
						t.Errorf("then: %d flushes, want %d", client.count(), c.then)
					}
					return err
				})
				<-time.After(time.Second) // a timer that runs on would be seen
				synctest.Wait()
				if err != nil || client.Code != 503 || client.count() != c.then || !strings.Contains(client.Body.String(), `"title"`) {
					t.Errorf("got %d %q, %v, %d flushes, want a problem with 503, no error, %d", client.Code, client.Body, err, client.count(), c.then)
				}
			})
		})
	}
}

// However the wait ended, what comes then is cut off after a tenth of a second, and
// flushes nothing more.
func TestAShortBodyThatDripsIsCutOff(t *testing.T) {
	for name, first := range map[string]func(w http.ResponseWriter){
		"from the start":  func(http.ResponseWriter) {},
		"behind a flush":  flush,
		"behind a pause":  func(http.ResponseWriter) { <-time.After(time.Second) },
		"behind a header": func(w http.ResponseWriter) { w.Header() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := &flushes{}
				var took time.Duration
				err := awaited(t, "4000", client, func(w http.ResponseWriter) error {
					first(w)
					begin := time.Now()
					for {
						if _, err := io.WriteString(w, "x"); err != nil {
							took = time.Since(begin)
							return err
						}
						<-time.After(time.Millisecond)
					}
				})
				if want := statusgate.DiscardWait; err != nil || took < want || took > want+10*time.Millisecond || client.count() != 1 {
					t.Errorf("cut off after %v (%v), with %d flushes, want %v and one", took, err, client.count(), want)
				}
			})
		})
	}
}

// Nothing of the wait is left for the next exchange, which may have the same writer.
func TestAWaitEndsWithItsExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := func(http.ResponseWriter) error { return nil }
		if err := awaited(t, "7", &flushes{}, none); err != nil {
			t.Fatal(err)
		}
		next := &flushes{}
		err := awaited(t, "", next, func(http.ResponseWriter) error {
			<-time.After(statusgate.DiscardWait)
			synctest.Wait()
			return nil
		})
		if err != nil || next.count() != 1 {
			t.Errorf("the next answer was flushed %d times (%v), want once", next.count(), err)
		}
	})
}

// A handler that panics leaves an answer that is whole: it is sent before the
// connection breaks.
func TestAnAnswerThatWaitsSurvivesAPanic(t *testing.T) {
	for reason, goesOn := range map[any]bool{http.ErrAbortHandler: false, "a bug": true} {
		synctest.Test(t, func(t *testing.T) {
			client := &flushes{}
			defer func() {
				if got := recover(); (got != nil) != goesOn || client.Code != 503 || client.count() != 1 {
					t.Errorf("panic(%v): panicked with %v, got %d and %d flushes, want a 503 that was flushed", reason, got, client.Code, client.count())
				}
			}()
			_ = awaited(t, "7", client, func(http.ResponseWriter) error { panic(reason) })
		})
	}
}

// An answer that is made because a handler panicked has nothing to wait for, and
// leaves no timer to flush what the client gets next.
func TestAnAnswerToAPanicWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &flushes{ResponseRecorder: httptest.NewRecorder()}
		h := newGate(t, newContext(t), statusgate.Handler{})
		r, _ := prepared(t, get("/"), client)
		err := h.ServeHTTP(client, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(500)
			_, _ = io.WriteString(w, `{"title":`)
			panic(http.ErrAbortHandler)
		}))
		<-time.After(time.Second)
		synctest.Wait()
		if err != nil || client.Code != 503 || client.count() != 0 {
			t.Errorf("got %d, %v, flushed %d times, want a 503 that is the server's to send", client.Code, err, client.count())
		}
	})
}

// A writer in front may panic. Beside the handler nobody would catch that.
func TestAPanicBesideTheHandlerIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &flushes{broken: true}
		defer func() {
			if got := recover(); got != "a writer in front" {
				t.Errorf("panicked with %v", got)
			}
		}()
		_ = awaited(t, "7", client, func(w http.ResponseWriter) error {
			<-time.After(time.Second)
			synctest.Wait()
			_, err := io.WriteString(w, "a stack")
			return err
		})
	})
}
