package tests

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// confusing are spellings of a path that a server may take for /admin/x, although
// their segments are those of another one. docs/requests.md tells which servers do.
var confusing = []string{
	"/pub/..%2fadmin%2fx", "/pub/..%2Fadmin", "/pub/%2e%2e%2fadmin", "/pub/..;", "/pub/..;a=b", "/pub/..%3b", "/pub/%2e%2e%3B", "/pub/.;",
	"/pub/..%5cadmin", "/pub/..%5Cadmin%5Cx", "/pub/x;a=b", "/pub/a%2fb", "/pub/a%5cb", "/pub/..\\admin",
}

// What a backend may take for another path has no resource: with reject it is a 404,
// with pass it gets the defaults. lenient compares it like any other.
func TestPathsThatABackendMayResolve(t *testing.T) {
	var mu sync.Mutex
	var reached []string
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		reached = append(reached, r.RequestURI)
	}))
	t.Cleanup(backend.Close)
	const resources = "methods POST\nresource /pub/{x} {\n\tmethods GET\n}\nresource /files/{path...} {\n\tmethods GET\n}\nresource /fixed {\n\tmethods GET\n}\n"
	for _, c := range []struct {
		options string
		status  int // of the confusing ones
	}{
		{"unknown_resources reject", 404},
		{"unknown_resources reject\npaths strict", 404},
		{"unknown_resources pass", 405}, // the defaults have no GET
		{"unknown_resources reject\npaths lenient", 200},
	} {
		t.Run(c.options, func(t *testing.T) {
			url := gate(t, resources+c.options, "reverse_proxy "+backend.URL)
			ask := func(path string) answer {
				client := dialGate(t, url)
				client.send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
				return client.receive()
			}
			for _, path := range confusing {
				for _, path := range []string{path, strings.Replace(path, "/pub", "/files/a", 1)} {
					if a := ask(path); a.StatusCode != c.status {
						t.Errorf("%s: got %s, want %d", path, a.Status, c.status)
					}
				}
			}
			for path, want := range map[string]int{
				"/pub/x": 200, "/pub/a.b": 200, "/pub/a%20b": 200, "/pub/..x": 200, "/fixed": 200, "/files/a/b/..c": 200, "/pub/%E2%82%AC": 200, "/pub/a%25b": 200,
			} {
				if a := ask(path); a.StatusCode != want {
					t.Errorf("%s: got %s, want %d", path, a.Status, want)
				}
			}
		})
	}
	mu.Lock()
	defer mu.Unlock()
	if n := 2*len(confusing) + 4*8; len(reached) != n {
		t.Errorf("%d requests have reached the backend, want %d: %q", len(reached), n, reached)
	}
}
