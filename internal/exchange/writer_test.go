package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/exchange"
)

// script is what a handler does with its response writer, step by step.
type script struct {
	id     string // in the body and in a field
	fields map[string]string
	steps  []step
}

type step struct {
	do     string // head, write, read from, flush
	status int
	text   string
}

func (s step) String() string { return fmt.Sprintf("%s %d %d bytes", s.do, s.status, len(s.text)) }

func (s *script) run(w http.ResponseWriter) {
	for name, value := range s.fields {
		w.Header().Set(name, value)
	}
	for _, step := range s.steps {
		switch step.do {
		case "head":
			w.WriteHeader(step.status)
		case "write":
			_, _ = w.Write([]byte(step.text))
		case "read from":
			_, _ = io.Copy(w, struct{ io.Reader }{strings.NewReader(step.text)})
		case "flush":
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// status is the status that the handler sends; body what it writes.
func (s *script) status() int {
	for _, step := range s.steps {
		if step.do == "head" && step.status >= 200 {
			return step.status
		}
		if step.do == "write" || step.do == "flush" || step.text != "" {
			return http.StatusOK
		}
	}
	return http.StatusOK
}

var scriptTypes = []string{"application/json", "text/plain", "text/html", "application/problem+json", "application/problem+xml", "text/event-stream", ""}

func randomScript(random *rand.Rand, id string) *script {
	s := &script{id: id, fields: map[string]string{"X-Id": id}}
	if contentType := scriptTypes[random.IntN(len(scriptTypes))]; contentType != "" {
		s.fields["Content-Type"] = contentType
	}
	if random.IntN(3) == 0 {
		s.fields["Location"] = "/" + id
	}
	if random.IntN(3) == 0 {
		s.fields["ETag"] = strconv.Quote(id)
	}
	statuses := []int{200, 200, 201, 202, 204, 206, 207, 302, 304, 404, 404, 405, 409, 500, 503, 520, 777, 103, 103}
	for range random.IntN(8) {
		switch random.IntN(5) {
		case 0, 1:
			s.steps = append(s.steps, step{do: "head", status: statuses[random.IntN(len(statuses))]})
		case 2:
			s.steps = append(s.steps, step{do: "write", text: randomText(random, id)})
		case 3:
			s.steps = append(s.steps, step{do: "read from", text: randomText(random, id)})
		case 4:
			s.steps = append(s.steps, step{do: "flush"})
		}
	}
	return s
}

// randomText is nothing, a little, a problem, or more than any limit.
func randomText(random *rand.Rand, id string) string {
	switch random.IntN(12) {
	case 0:
		return ""
	case 1:
		return strings.Repeat(id+" ", exchange.HoldLimit/len(id))
	case 2:
		return strings.Repeat(id+" ", exchange.DiscardLimit/len(id))
	case 3, 4:
		return fmt.Sprintf(`{"title":%q,"status":409,"id":%q}`, id, id)
	}
	return strings.Repeat(id+" ", 1+random.IntN(20))
}

// heads counts the final heads that are written to it.
type heads struct {
	*caddyhttp.ResponseWriterWrapper
	finals *atomic.Int32
}

func (h *heads) WriteHeader(status int) {
	if status >= 200 || status == 101 {
		h.finals.Add(1)
	}
	h.ResponseWriterWrapper.WriteHeader(status)
}

// scripts are run by a gate and by a bare server, by the request's path.
type scripts struct {
	gated, bare *httptest.Server
	byID        sync.Map
	finals      sync.Map // of the gate, by id
}

func newScripts(t *testing.T, h *statusgate.Handler) *scripts {
	t.Helper()
	s := new(scripts)
	run := func(w http.ResponseWriter, r *http.Request) error {
		todo, _ := s.byID.Load(r.URL.Path)
		todo.(*script).run(w)
		return nil
	}
	s.gated = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		finals := new(atomic.Int32)
		s.finals.Store(r.URL.Path, finals)
		r, _ = prepared(t, r, w)
		counted := &heads{&caddyhttp.ResponseWriterWrapper{ResponseWriter: w}, finals}
		if err := h.ServeHTTP(counted, r, caddyhttp.HandlerFunc(run)); err != nil {
			t.Errorf("%s: the gate returned %v", r.URL.Path, err)
		}
	}))
	s.bare = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = run(w, r) }))
	for _, server := range []*httptest.Server{s.gated, s.bare} {
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
	}
	return s
}

// reply is a response that was read to its end, or not.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func fetchReply(t *testing.T, server *httptest.Server, method, path string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Transport.RoundTrip(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(b), err}
}

// checkScript holds what the gate's client gets against what a handler did.
func (s *scripts) checkScript(t *testing.T, script *script, method string) {
	path := "/" + script.id
	s.byID.Store(path, script)
	got, bare := fetchReply(t, s.gated, method, path), fetchReply(t, s.bare, method, path)
	what := fmt.Sprintf("%s, fields %q, steps %v", method, script.fields, script.steps)
	if got.err != nil {
		t.Errorf("%s: got %v", what, got.err)
		return
	}
	finals, _ := s.finals.Load(path)
	if n := finals.(*atomic.Int32).Load(); n > 1 {
		t.Errorf("%s: %d heads were sent", what, n)
	}
	if id := got.header.Get("X-Id"); id != script.id {
		t.Errorf("%s: got the fields of %q, want %q", what, id, script.id)
	}
	want := wantedStatus(script)
	if got.status != want {
		t.Errorf("%s: got status %d, want %d", what, got.status, want)
	}
	if strings.HasPrefix(got.body, `{"type":"about:blank"`) {
		var p struct{ Status int }
		if err := json.Unmarshal([]byte(got.body), &p); err != nil || p.Status != got.status || strings.Contains(got.body, script.id) {
			t.Errorf("%s: got problem %s, %v, want one for %d that tells nothing of the backend", what, got.body, err, got.status)
		}
		return
	}
	replaced := method == http.MethodHead && got.header.Get("Content-Type") != bare.header.Get("Content-Type")
	if script.status() != got.status || replaced && got.status >= 400 || isConformed(script) {
		return // its body may be brought in line
	}
	// The status passes, and so does the body: byte for byte.
	if got.body != bare.body || got.status != bare.status {
		t.Errorf("%s: got %d and %d bytes, want %d and %d bytes", what, got.status, len(got.body), bare.status, len(bare.body))
	}
	if script.fields["Content-Type"] == "" && got.status >= 400 {
		got.header.Del("Content-Type") // net/http's guess, where the head waited for the body
		bare.header.Del("Content-Type")
	}
	for _, r := range []*reply{&got, &bare} {
		for _, field := range []string{"Date", "Content-Length", "Proxy-Status", "Retry-After", "Vary"} {
			r.header.Del(field)
		}
	}
	if !maps.EqualFunc(got.header, bare.header, slices.Equal) {
		t.Errorf("%s: got fields %q, want %q", what, got.header, bare.header)
	}
}

func isConformed(s *script) bool {
	return s.status() >= 400 && strings.HasPrefix(s.fields["Content-Type"], "application/problem+")
}

func wantedStatus(s *script) int {
	switch status := s.status(); status {
	case 206, 207:
		return 200
	case 409:
		return 400
	case 520:
		return 503
	case 777:
		return 500
	default:
		return status
	}
}

func TestAnyUseOfTheWriterGivesOneAnswer(t *testing.T) {
	s := newScripts(t, newGate(t, newContext(t), statusgate.Handler{}))
	const clients, each = 8, 60
	var running sync.WaitGroup
	for client := range clients {
		running.Go(func() { // at once, so that pooled writers change hands
			random := rand.New(rand.NewPCG(uint64(client), 7)) //nolint:gosec // repeatable
			for i := range each {
				s.checkScript(t, randomScript(random, fmt.Sprintf("id-%d-%d", client, i)), []string{"GET", "GET", "HEAD"}[random.IntN(3)])
			}
		})
	}
	running.Wait()
}

// A recorder may do what a connection can't: tell each call apart.
func TestTheWriterHandsOnWhatPasses(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{})
	for _, c := range []struct {
		name   string
		behind caddyhttp.HandlerFunc
		status int
		body   string
	}{
		{"a body without a head", func(w http.ResponseWriter, _ *http.Request) error {
			_, err := io.WriteString(w, "hello")
			return err
		}, 200, "hello"},
		{"a flush without a head", func(w http.ResponseWriter, _ *http.Request) error {
			return http.NewResponseController(w).Flush()
		}, 200, ""},
		{"a copy without a head", func(w http.ResponseWriter, _ *http.Request) error {
			_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("hello"))
			return err
		}, 200, "hello"},
		{"a copy of much without a head", func(w http.ResponseWriter, _ *http.Request) error {
			n, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader(strings.Repeat("x", 10000)))
			if n != 10000 {
				t.Errorf("ReadFrom: got %d bytes, want 10000", n)
			}
			return err
		}, 200, strings.Repeat("x", 10000)},
		{"a copy that fails before its first byte, then an error", func(w http.ResponseWriter, _ *http.Request) error {
			if _, err := w.(io.ReaderFrom).ReadFrom(failing{}); err == nil {
				t.Error("ReadFrom of a reader that fails: got no error")
			}
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(404)
			_, err := io.WriteString(w, "not here")
			return err
		}, 404, "not here"},
		{"a copy of an error that is kept", func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(404)
			_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("not here"))
			return err
		}, 404, "not here"},
	} {
		w, err := through(t, h, get("/"), c.behind)
		if w.Code != c.status || w.Body.String() != c.body || err != nil {
			t.Errorf("%s: got %d, %q, %v, want %d, %q", c.name, w.Code, w.Body, err, c.status, c.body)
		}
	}
}

func TestABodyThatIsReplacedIsReadToALimit(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{})
	written := 0
	var stopped error
	w, err := through(t, h, get("/"), func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(500)
		chunk := make([]byte, 32<<10)
		for stopped == nil {
			var n int
			n, stopped = w.Write(chunk)
			written += n
		}
		return stopped
	})
	if err != nil || w.Code != 500 || !bytes.HasPrefix(w.Body.Bytes(), []byte(`{"type"`)) {
		t.Errorf("got %d, %q, %v, want a problem and no error", w.Code, w.Body, err)
	}
	if written != exchange.DiscardLimit || stopped == nil {
		t.Errorf("the handler wrote %d bytes until %v, want %d and an error", written, stopped, exchange.DiscardLimit)
	}
}

func TestAConnectionThatCannotBeTakenOverIsAnErrorOfTheHandler(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{})
	_, err := through(t, h, get("/"), func(w http.ResponseWriter, _ *http.Request) error {
		_, _, err := http.NewResponseController(w).Hijack()
		if !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("Hijack of a recorder: got %v, want %v", err, http.ErrNotSupported)
		}
		w.WriteHeader(200)
		return nil
	})
	if err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

// Whoever panics may have left the writer to a goroutine that still uses it.
func TestAWriterOfAPanicIsNotUsedAgain(t *testing.T) {
	h := newGate(t, newContext(t), statusgate.Handler{})
	var kept []http.ResponseWriter
	for range 50 {
		_, _ = through(t, h, get("/"), func(w http.ResponseWriter, _ *http.Request) error {
			if slices.Contains(kept, w) {
				t.Error("a writer whose handler panicked came back")
			}
			kept = append(kept, w)
			panic(http.ErrAbortHandler)
		})
	}
	func() {
		defer func() {
			if got := recover(); got != "a bug" {
				t.Errorf("got panic %v, want the handler's", got)
			}
		}()
		_, _ = through(t, h, get("/"), func(http.ResponseWriter, *http.Request) error { panic("a bug") })
	}()
}

// failing is a body that can't be read.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("reset") }
