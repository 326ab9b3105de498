package jobdesk_test

import (
	"net/http"
	"strings"
	"testing"
)

func created(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "/orders/17")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(`{"id":17}`))
}

func TestASlowRequestBecomesAJob(t *testing.T) {
	b := newBackend(t, created)
	s := newSite(t, "jobs {\n after 0s\n match path /slow* /fast*\n}", b.proxy())
	a := s.ask("POST", "/slow/orders", "an order", "Prefer", "respond-async")
	if a.StatusCode != 202 || a.Header.Get("Preference-Applied") != "respond-async" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Retry-After") == "" {
		t.Fatalf("got %d %v\n%s", a.StatusCode, a.Header, a.text)
	}
	job := a.Header.Get("Location")
	if !strings.HasPrefix(job, "http://"+s.address+"/jobs/") {
		t.Fatalf("got Location %q", job)
	}
	within(t, "the backend", b.began)
	if a = s.ask("GET", job, ""); a.StatusCode != 202 || a.Header.Get("Location") != "" || !strings.Contains(a.text, `"state":"running"`) {
		t.Errorf("while it runs: got %d %v\n%s", a.StatusCode, a.Header, a.text)
	}
	b.free <- struct{}{}
	for range 2 {
		a = s.outcome(job)
		if a.StatusCode != 200 || a.text != `{"id":17}` || a.Header.Get("Content-Location") != "/orders/17" || a.Header.Get("Location") != "" {
			t.Errorf("the outcome: got %d %v\n%s", a.StatusCode, a.Header, a.text)
		}
	}
	if state, doc := s.state(job); state != "succeeded" || doc["status"] != 201.0 || doc["created"] != "/orders/17" {
		t.Errorf("the state: got %v", doc)
	}
}
