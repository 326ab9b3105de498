package jobdesk_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// What the gate makes of a job that has no outcome from behind.
func TestJobsThatFail(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = w.Write(make([]byte, 100_000))
		case "/broken":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/stream":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: 1\n\n")
		case "/problem":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(500)
			_, _ = io.WriteString(w, `{"title":"x","status":500}`)
		case "/gone":
			w.WriteHeader(404)
		case "/empty":
			w.WriteHeader(204)
		case "/own":
			w.Header().Set("Location", "/their/job")
			w.WriteHeader(202)
		}
	})
	s := newSite(t, "jobs {\n timeout 5s\n after 0s\n result 64KB\n}", "handle /panic {\n panics\n}\nhandle {\n"+b.proxy()+"\n}")
	for path, want := range map[string]struct {
		status             int
		state, cause, text string
	}{
		"/large":   {500, "failed", "too_large", `"provisioningState":"Failed"`},
		"/broken":  {500, "failed", "incomplete", `"provisioningState":"Failed"`},
		"/stream":  {500, "failed", "stream", `"provisioningState":"Failed"`},
		"/slow":    {500, "failed", "timeout", `"provisioningState":"Failed"`},
		"/panic":   {500, "failed", "panic", `"provisioningState":"Failed"`},
		"/problem": {500, "failed", "", `"provisioningState":"Failed"`},
		"/gone":    {404, "failed", "", "nothing at this address"},
		"/empty":   {204, "succeeded", "", ""},
		"/own":     {200, "succeeded", "", ""},
	} {
		job := s.accepted("GET", path, "")
		a := s.outcome(job)
		state, doc := s.state(job)
		cause, _ := doc["cause"].(string)
		if a.StatusCode != want.status || state != want.state || cause != want.cause || !strings.Contains(a.text, want.text) {
			t.Errorf("%s: got %d %s %s\n%s", path, a.StatusCode, state, cause, a.text)
		}
	}
	within(t, "the end of the request that took too long", b.gone)
}

// An error that the gate leaves to handle_errors is answered by it in a job, too.
func TestHandleErrors(t *testing.T) {
	s := newSite(t, "problems off\njobs", "error 503", "", "handle_errors {\n header X-Handled yes\n respond \"handled {http.error.status_code}\" 503\n}")
	a := s.outcome(s.accepted("GET", "/", ""))
	if a.StatusCode != 503 || a.text != "handled 503" || a.Header.Get("X-Handled") != "yes" {
		t.Errorf("got %d %v\n%s", a.StatusCode, a.Header, a.text)
	}
}

// Where jobs can't be stored, requests are answered as usual.
func TestAStorageThatIsGone(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs", b.proxy())
	job := s.accepted("POST", "/now", "order")
	s.outcome(job)
	if err := os.RemoveAll(s.storage); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.storage, nil, 0o400); err != nil { // no folder can be made there
		t.Fatal(err)
	}
	if a := s.ask("POST", "/now", "order", "Prefer", "respond-async"); a.StatusCode != 200 || a.text != "done" {
		t.Errorf("got %d\n%s", a.StatusCode, a.text)
	}
	if a := s.ask("GET", job, ""); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("a job: got %d\n%s", a.StatusCode, a.text)
	}
	if a := s.ask("POST", "/now", "order", "Prefer", "respond-async", "Idempotency-Key", "k"); a.StatusCode != 503 {
		t.Errorf("a key: got %d\n%s", a.StatusCode, a.text)
	}
	if got := s.metric(t, `jobs_refused_total{gate="statusgate",reason="storage"}`); got != "1" {
		t.Errorf("counted %q", got)
	}
	_ = os.Remove(s.storage)
}

// More jobs than may run are answered as usual.
func TestNoPlaceForAJob(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs {\n running 1\n}", b.proxy())
	job := s.accepted("GET", "/slow", "")
	within(t, "the backend", b.began)
	if a := s.ask("GET", "/now", "", "Prefer", "respond-async"); a.StatusCode != 200 {
		t.Errorf("got %d", a.StatusCode)
	}
	if got := s.metric(t, `jobs_running{gate="statusgate"}`); got != "1" {
		t.Errorf("running: %q", got)
	}
	b.free <- struct{}{}
	s.outcome(job)
	for until := time.Now().Add(10 * time.Second); s.metric(t, `jobs_running{gate="statusgate"}`) != "0"; {
		if time.Now().After(until) {
			t.Fatal("the place is not given back")
		}
	}
	s.outcome(s.accepted("GET", "/now", ""))
}

// Report mode makes no job, and counts what would have become one.
func TestReportMode(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "report\njobs", b.proxy())
	if a := s.ask("GET", "/now", "", "Prefer", "respond-async"); a.StatusCode != 200 {
		t.Errorf("got %d", a.StatusCode)
	}
	if a := s.ask("GET", "/now", "", "Prefer", "respond-async, wait=10"); a.StatusCode != 200 {
		t.Errorf("got %d", a.StatusCode)
	}
	for outcome, want := range map[string]string{"accepted": "1", "finished_in_time": "1", "succeeded": "0"} {
		if got := s.metric(t, fmt.Sprintf("jobs_total{gate=%q,outcome=%q}", "statusgate", outcome)); got != want {
			t.Errorf("%s: got %q", outcome, got)
		}
	}
	if entries, _ := os.ReadDir(s.storage); len(entries) != 0 {
		t.Errorf("the storage has %v", entries)
	}
}

// Jobs run on through a reload, and the next configuration answers for them.
func TestReloading(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs", b.proxy())
	var list []string
	for range 100 {
		list = append(list, s.accepted("POST", "/slow", "order"))
	}
	s.load("jobs {\n keep 1h\n}", b.proxy())
	for range list {
		b.free <- struct{}{}
	}
	for _, job := range list {
		if a := s.outcome(job); a.StatusCode != 200 || a.text != "done" {
			t.Errorf("got %d\n%s", a.StatusCode, a.text)
		}
	}
}

// A stop gives jobs their grace period. What is cut off is lost, and the record says
// so after the next start.
func TestStopping(t *testing.T) {
	b := newBackend(t, says("done"))
	s := newSite(t, "jobs", b.proxy(), "grace_period 300ms")
	var slow []string
	for range 20 {
		slow = append(slow, s.accepted("POST", "/slow", "order"))
	}
	quick := s.accepted("POST", "/now", "order")
	for range 21 {
		within(t, "the backend", b.began)
	}
	s.outcome(quick)
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	s.load("jobs", b.proxy())
	for _, job := range slow {
		if a := s.ask("GET", job, ""); a.StatusCode != 500 || !strings.Contains(a.text, "unknown") {
			t.Errorf("got %d\n%s", a.StatusCode, a.text)
		}
		if state, doc := s.state(job); state != "lost" || doc["cause"] != "stopped" {
			t.Errorf("got %v", doc)
		}
	}
	if a := s.ask("GET", quick, ""); a.StatusCode != 200 || a.text != "done" {
		t.Errorf("one that had ended: got %d", a.StatusCode)
	}
}
