package jobdesk_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	caddy.RegisterModule(panics{})
	httpcaddyfile.RegisterHandlerDirective("panics", func(httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) { return panics{}, nil })
	httpcaddyfile.RegisterDirectiveOrder("panics", httpcaddyfile.Before, "respond")
}

// panics is a handler that does so.
type panics struct{}

func (panics) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.panics", New: func() caddy.Module { return new(panics) }}
}

func (panics) ServeHTTP(http.ResponseWriter, *http.Request, caddyhttp.Handler) error { panic("a bug") }

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// An answer that begins in time streams through, and one that does not is a job.
func TestTheClientWaitsForSoLong(t *testing.T) {
	more := make(chan struct{})
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first,")
		if strings.HasPrefix(r.URL.Path, "/stream") {
			_ = http.NewResponseController(w).Flush()
			<-more
		}
		_, _ = io.WriteString(w, "second")
	})
	s := newSite(t, "jobs {\n match path /*\n after 2s\n}", b.proxy())
	a, err := http.Get("http://" + s.address + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	first := make([]byte, 6)
	if _, err := io.ReadFull(a.Body, first); err != nil || string(first) != "first," {
		t.Fatalf("got %q, %v", first, err)
	}
	began := time.Now()
	slow := s.ask("GET", "/slow", "")
	if took := time.Since(began); slow.StatusCode != 202 || took < 2*time.Second {
		t.Errorf("late: got %d after %v", slow.StatusCode, took)
	}
	if slow.Header.Get("Preference-Applied") != "" {
		t.Error("a preference is said to be applied that was not there")
	}
	close(more) // later than a job would have been made
	if rest, err := io.ReadAll(a.Body); err != nil || string(rest) != "second" || a.StatusCode != 200 {
		t.Errorf("got %d %q, %v", a.StatusCode, rest, err)
	}
	if a := s.ask("GET", "/fast", ""); a.StatusCode != 200 || a.text != "first,second" {
		t.Errorf("in time: got %d %s", a.StatusCode, a.text)
	}
	b.free <- struct{}{}
	if a := s.outcome(slow.Header.Get("Location")); a.StatusCode != 200 || a.text != "first,second" {
		t.Errorf("the outcome: got %d %s", a.StatusCode, a.text)
	}
	began = time.Now()
	if a := s.ask("GET", "/slow", "", "Prefer", "wait=0"); a.StatusCode != 202 || time.Since(began) > 2*time.Second {
		t.Errorf("wait=0: got %d after %v", a.StatusCode, time.Since(began))
	}
	b.free <- struct{}{}
}

// What depends on a connection, or on what the client has, is no job; nor is what
// nobody wants to be one.
func TestWhatIsNoJob(t *testing.T) {
	b := newBackend(t, says("direct"))
	s := newSite(t, "jobs {\n request 10B\n}", b.proxy())
	for _, c := range [][]string{
		{"GET", "", "Range", "bytes=0-1"},
		{"GET", "", "If-None-Match", `"x"`},
		{"GET", "", "Accept", "text/event-stream"},
		{"POST", "x", "Content-Type", "application/grpc"},
		{"HEAD", ""},
		{"OPTIONS", ""},
		{"POST", strings.Repeat("x", 11)},
		{"POST", strings.Repeat("x", 100_000)},
	} {
		a := s.ask(c[0], "/", c[1], append(c[2:], "Prefer", "respond-async")...)
		if a.StatusCode != 200 {
			t.Errorf("%v: got %d", c[:1], a.StatusCode)
		}
	}
	if a := s.ask("GET", "/", ""); a.StatusCode != 200 {
		t.Errorf("without the preference: got %d", a.StatusCode)
	}
	// Of unknown length.
	r, _ := http.NewRequest("POST", "http://"+s.address+"/", io.MultiReader(strings.NewReader("0123456789"), strings.NewReader("x")))
	r.Header.Set("Prefer", "respond-async")
	a, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != 200 {
		t.Errorf("chunked and too large: got %d", a.StatusCode)
	}
	if got := s.metric(t, `jobs_refused_total{gate="statusgate",reason="too_large"}`); got != "3" {
		t.Errorf("got %q too large", got)
	}
}

// metric reads a series of the running Caddy.
func (s *site) metric(t *testing.T, series string) string {
	t.Helper()
	families, err := caddyRegistry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			if "caddy_statusgate_"+series == f.GetName()+"{"+strings.Join(labels, ",")+"}" {
				if m.GetCounter() != nil {
					return fmt.Sprint(m.GetCounter().GetValue())
				}
				return fmt.Sprint(m.GetGauge().GetValue())
			}
		}
	}
	return ""
}

// Only well-formed IDs are the gate's; a job that is not there is a 404.
func TestThePathsOfJobs(t *testing.T) {
	b := newBackend(t, says("from behind"))
	s := newSite(t, "methods PUT\nproduces text/csv\njobs", b.proxy())
	const none = "/jobs/0123456789abcdef0123456789abcdef"
	for path, want := range map[string]int{
		"/jobs": 200, "/jobs/": 200, "/jobs/17": 200, none + "/": 200, none + "/state/x": 200, "/jobs/" + strings.ToUpper(none[6:]): 200,
		none: 404, none + "/state": 404,
	} {
		if a := s.ask("PUT", path, ""); (a.StatusCode == 200) != (want == 200) {
			t.Errorf("%s: got %d, want %d\n%s", path, a.StatusCode, want, a.text)
		}
	}
	for _, method := range []string{"GET", "HEAD", "DELETE", "POST"} {
		if a := s.ask(method, none, ""); a.StatusCode != 404 || method != "HEAD" && !strings.Contains(a.text, "no such job") {
			t.Errorf("%s: got %d\n%s", method, a.StatusCode, a.text)
		}
	}
}

// A client that leaves before its 202 cancels its request.
func TestAClientThatLeaves(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs {\n match path /*\n after 30s\n}", b.proxy())
	leave := func(fields ...string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		left := make(chan error, 1)
		go func() {
			_, err := s.try(ctx, "POST", "/slow", "order", fields...)
			left <- err
		}()
		within(t, "the backend", b.began)
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	leave()
	within(t, "the end of the backend's request", b.gone)
	// One with a key is worked on, and its outcome can be had by the key.
	leave("Idempotency-Key", "k1")
	b.free <- struct{}{}
	a := s.ask("POST", "/slow", "order", "Idempotency-Key", "k1")
	if a.StatusCode != 200 || a.text != "done" {
		t.Errorf("got %d %s", a.StatusCode, a.text)
	}
	if n := len(b.began); n != 0 {
		t.Errorf("the backend was asked %d times more", n)
	}
}

func TestCancelingJobs(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs", b.proxy())
	job := s.accepted("POST", "/slow", "order")
	within(t, "the backend", b.began)
	if a := s.ask("PUT", job, ""); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD, DELETE" {
		t.Errorf("PUT: got %d %v", a.StatusCode, a.Header)
	}
	if a := s.ask("DELETE", job, ""); a.StatusCode != 202 {
		t.Errorf("of one that runs: got %d\n%s", a.StatusCode, a.text)
	}
	within(t, "the end of the backend's request", b.gone)
	if a := s.outcome(job); a.StatusCode != 500 || !strings.Contains(a.text, `"properties":{"provisioningState":"Canceled"}`) {
		t.Errorf("got %d\n%s", a.StatusCode, a.text)
	}
	if state, _ := s.state(job); state != "canceled" {
		t.Errorf("got state %s", state)
	}
	if a := s.ask("DELETE", job, ""); a.StatusCode != 200 {
		t.Errorf("of one that has ended: got %d", a.StatusCode)
	}
	if a := s.ask("DELETE", job, ""); a.StatusCode != 404 {
		t.Errorf("of none: got %d", a.StatusCode)
	}
	job = s.accepted("POST", "/slow", "order", "Accept", "text/html")
	page := s.ask("GET", job, "", "Accept", "text/html")
	if page.StatusCode != 202 || !strings.Contains(page.text, `http-equiv="refresh"`) || !strings.Contains(page.text, `<form method="post"`) {
		t.Errorf("the page: got %d\n%s", page.StatusCode, page.text)
	}
	if a := s.ask("POST", job+"?cancel", "", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"); a.StatusCode != 405 {
		t.Errorf("the form of another site: got %d", a.StatusCode)
	}
	for _, origin := range []string{"http://evil.example", "null"} { // browsers say no more where there is no TLS
		if a := s.ask("POST", job+"?cancel", "", "Content-Type", "application/x-www-form-urlencoded", "Origin", origin); a.StatusCode != 405 {
			t.Errorf("the form of %s: got %d", origin, a.StatusCode)
		}
	}
	if a := s.ask("POST", job+"?cancel", "", "Content-Type", "application/x-www-form-urlencoded"); a.StatusCode != 202 {
		t.Errorf("the form: got %d", a.StatusCode)
	}
	if state, _ := s.state(job); state != "canceled" {
		t.Errorf("got state %s", state)
	}
	s.load("jobs {\n cancel off\n}", b.proxy())
	job = s.accepted("POST", "/slow", "order")
	if a := s.ask("DELETE", job, ""); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("where that is off: got %d %v", a.StatusCode, a.Header)
	}
	b.free <- struct{}{}
	s.outcome(job)
}

// A job of somebody else is none.
func TestOwners(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs {\n owner {http.request.header.X-User}\n}", b.proxy())
	ann := []string{"X-User", "ann"}
	job := s.accepted("POST", "/slow", "order", ann...)
	for _, fields := range [][]string{nil, {"X-User", "bob"}} {
		for _, method := range []string{"GET", "DELETE"} {
			for _, path := range []string{job, job + "/state"} {
				if a := s.ask(method, path, "", fields...); a.StatusCode != 404 {
					t.Errorf("%s by %v: got %d", method, fields, a.StatusCode)
				}
			}
		}
	}
	b.free <- struct{}{}
	if a := s.outcome(job, ann...); a.StatusCode != 200 || a.text != "done" {
		t.Errorf("the owner: got %d", a.StatusCode)
	}
	if a := s.ask("GET", job, "", "X-User", "bob"); a.StatusCode != 404 {
		t.Errorf("the outcome for somebody else: got %d", a.StatusCode)
	}
	// What a template is made of is not mixed up.
	s.load("jobs {\n owner {http.request.header.X-User}{http.request.header.X-Tenant}\n}", b.proxy())
	mine := s.accepted("POST", "/now", "order", "X-User", "ann", "X-Tenant", "x1")
	if a := s.outcome(mine, "X-User", "ann", "X-Tenant", "x1"); a.StatusCode != 200 {
		t.Errorf("the owner of two parts: got %d", a.StatusCode)
	}
	if a := s.ask("GET", mine, "", "X-User", "annx", "X-Tenant", "1"); a.StatusCode != 404 {
		t.Errorf("an owner of two other parts: got %d", a.StatusCode)
	}
	s.load("jobs {\n owner {http.request.header.X-User}\n}", b.proxy())
	// Their keys are apart, too.
	for _, user := range []string{"ann", "bob"} {
		a := s.ask("POST", "/now", user, "X-User", user, "Idempotency-Key", "1", "Prefer", "respond-async")
		if a.StatusCode != 202 {
			t.Fatal(a.StatusCode)
		}
		s.outcome(a.Header.Get("Location"), "X-User", user)
	}
}

func TestIdempotencyKeys(t *testing.T) {
	b := newBackend(t, created)
	s := newSite(t, "jobs {\n match path /*\n after 20s\n}", b.proxy())
	var wait sync.WaitGroup
	answers := make(chan answer, 10)
	for range 10 {
		wait.Go(func() { answers <- s.ask("POST", "/slow", "order", "Idempotency-Key", `"k"`) })
	}
	within(t, "the backend", b.began)
	b.free <- struct{}{}
	wait.Wait()
	close(answers)
	statuses := make(map[int]int)
	for a := range answers {
		statuses[a.StatusCode]++
		if a.text != `{"id":17}` {
			t.Errorf("got %d %s", a.StatusCode, a.text)
		}
	}
	if statuses[201] != 1 || statuses[200] != 9 || len(b.began) != 0 {
		t.Errorf("got %v, %d more asked", statuses, len(b.began))
	}
	if a := s.ask("POST", "/slow", "another order", "Idempotency-Key", "k"); a.StatusCode != 400 {
		t.Errorf("another request: got %d", a.StatusCode)
	}
	if a := s.ask("POST", "/slow", "order", "Idempotency-Key", "k", "Idempotency-Key", "l"); a.StatusCode != 400 {
		t.Errorf("two keys: got %d", a.StatusCode)
	}
	first := s.ask("POST", "/slow", "order", "Idempotency-Key", "later", "Prefer", "respond-async")
	second := s.ask("POST", "/slow", "order", "Idempotency-Key", "later", "Prefer", "respond-async")
	if first.StatusCode != 202 || second.StatusCode != 202 || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Errorf("got %d %q and %d %q", first.StatusCode, first.Header.Get("Location"), second.StatusCode, second.Header.Get("Location"))
	}
	b.free <- struct{}{}
	s.outcome(first.Header.Get("Location"))
}

// Where the gate doesn't know who asks, whoever only knows the key of a request gets
// nothing of its outcome.
func TestIdempotencyKeysOfStrangers(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "for "+r.Header.Get("Authorization"))
	})
	const gate = "jobs {\n match path /*\n after 20s\n}"
	s := newSite(t, gate, b.proxy())
	address := s.address
	s.address = strings.Replace(s.address+", http://"+s.address, "127.0.0.1", "other.example", 1)
	s.load(gate, b.proxy(), "", "uri strip_prefix /other")
	s.address = address
	ask := func(path string, fields ...string) answer {
		return s.ask("POST", path, "order", append(fields, "Idempotency-Key", "1")...)
	}
	if a := ask("/now", "Authorization", "Bearer ann"); a.StatusCode != 200 || a.text != "for Bearer ann" {
		t.Fatalf("got %d %s", a.StatusCode, a.text)
	}
	for what, a := range map[string]answer{
		"somebody else": ask("/now", "Authorization", "Bearer bob"),
		"nobody":        ask("/now"),
		"a session":     ask("/now", "Authorization", "Bearer ann", "Cookie", "s=1"),
		"a key":         ask("/now", "Authorization", "Bearer ann", "X-Api-Key", "1"),
		"another host":  ask("/now", "Authorization", "Bearer ann", "Host", "other.example"),
		"another path":  ask("/other/now", "Authorization", "Bearer ann"),
	} {
		if a.StatusCode != 400 || strings.Contains(a.text, "ann") {
			t.Errorf("%s: got %d %s", what, a.StatusCode, a.text)
		}
	}
	if a := ask("/now", "Authorization", "Bearer ann"); a.StatusCode != 200 || a.text != "for Bearer ann" {
		t.Errorf("the same again: got %d %s", a.StatusCode, a.text)
	}
}

// Interim answers go to a client that waits.
func TestInterimAnswers(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		w.Header().Set("Trailer", "X-Sum")
		_, _ = io.WriteString(w, "done")
		w.Header().Set("X-Sum", "4")
	})
	s := newSite(t, "jobs {\n match path /*\n after 10s\n}", b.proxy())
	a, err := http.Get("http://" + s.address + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, _ := io.ReadAll(bufio.NewReader(a.Body))
	if string(text) != "done" || a.Trailer.Get("X-Sum") != "4" || a.Header.Get("Link") != "" {
		t.Errorf("got %q %v %v", text, a.Header, a.Trailer)
	}
}
