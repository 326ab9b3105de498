package tests

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The page of a listed origin can ask for what the backend refuses to tell before,
// that of another one cannot, as curl shows it.
func TestPreflightsByCurl(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no", http.StatusNotImplemented) // an old server
	}))
	t.Cleanup(backend.Close)
	url := gate(t, "methods GET PUT\ncors https://app.example", "reverse_proxy "+backend.URL)
	ask := func(origin string, args ...string) string {
		return curl(t, append(append(args, "--header", "Origin: "+origin), url+"/thing")...)
	}
	asks := []string{"--request", "OPTIONS", "--header", "Access-Control-Request-Method: PUT", "--header", "Access-Control-Request-Headers: x-a"}
	listed := ask("https://app.example", asks...)
	for _, want := range []string{
		"HTTP/1.1 200 OK", "Access-Control-Allow-Origin: https://app.example\n", "Access-Control-Allow-Credentials: true\n",
		"Access-Control-Allow-Methods: PUT\n", "Access-Control-Allow-Headers: x-a\n", "Content-Length: 0\n", "Origin",
	} {
		if !strings.Contains(listed, want) {
			t.Errorf("a listed origin: no %q in\n%s", want, listed)
		}
	}
	if other := ask("https://evil.example", asks...); !strings.Contains(other, "HTTP/1.1 405") || strings.Contains(other, "Access-Control-Allow") || !strings.Contains(other, "Vary: Origin") {
		t.Errorf("another origin:\n%s", other)
	}
	// The request itself.
	if listed := ask("https://app.example", "--request", "DELETE"); !strings.Contains(listed, "Access-Control-Expose-Headers: Allow, Proxy-Status\n") {
		t.Errorf("a refusal to a listed origin:\n%s", listed)
	}
	if other := ask("https://evil.example", "--request", "DELETE"); strings.Contains(other, "Access-Control") {
		t.Errorf("a refusal to another origin:\n%s", other)
	}
}

// A preflight reaches the backend though all places are taken, also one that has to
// wait there.
func TestPreflightsTakeNoPlace(t *testing.T) {
	s := newShedStage(t, "shed {\n\tfixed 1\n\tqueue 0\n}")
	first := s.ask("GET", "/first")
	held := s.reached("/first")
	asks := []string{"Origin", "https://app.example", "Access-Control-Request-Method", "PUT"}
	var answers []*pending
	for i := range 3 {
		path := fmt.Sprintf("/preflight/%d", i)
		answers = append(answers, s.ask("OPTIONS", path, asks...))
		defer s.reached(path).answer(204, "")
	}
	s.ask("OPTIONS", "/second").want(503) // one that is no preflight takes a place
	s.ask("GET", "/third").want(503)
	held.answer(200, "ok")
	first.want(200)
	s.await(inflight, 0) // the preflights are still there
	_ = answers
}
