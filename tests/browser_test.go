package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pages is a site of its own origin, and the real Chromium that visits it.
type pages struct {
	*httptest.Server
	page   atomic.Value // string
	result chan []byte
}

func newPages(t *testing.T) *pages {
	t.Helper()
	p := &pages{result: make(chan []byte, 1)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/result" {
			b, _ := io.ReadAll(r.Body)
			p.result <- b
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, p.page.Load().(string))
	}))
	t.Cleanup(p.Close)
	return p
}

// visit opens a page with a script, and gives what the script sends to /result.
func (p *pages) visit(t *testing.T, script string, result any) {
	t.Helper()
	chromium := program(t, "chromium", "chromium-browser", "google-chrome")
	p.page.Store("<!DOCTYPE html><title>test</title><script>" + script + "</script>")
	startProgram(t, func() error { return nil }, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), p.URL+"/page")
	select {
	case b := <-p.result:
		if err := json.Unmarshal(b, result); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the page told nothing within a minute")
	}
}

// fetched is what a script gets of an answer.
type fetched struct {
	Status int
	Fields map[string]string
	Error  string
}

// refusal is a request of a page that does not succeed.
type refusal struct {
	name, path, method string
	headers            map[string]string
	status             int
	field              string // that the page has to see
}

var refusals = []refusal{
	{"an unknown resource", "/nowhere", "GET", nil, 404, "proxy-status"},
	{"a method, asked for first", "/orders", "DELETE", nil, 405, "allow"},
	{"an Accept", "/orders", "GET", map[string]string{"Accept": "text/csv"}, 406, "proxy-status"},
	{"content, asked for first", "/orders", "POST", map[string]string{"Content-Type": "application/xml"}, 415, "accept"},
	{"a backend that is down, asked for first", "/down", "PUT", nil, 503, "retry-after"},
	{"one that is shed", "/full", "GET", nil, 503, "retry-after"},
	{"an error that is changed", "/conflict", "GET", nil, 400, "proxy-status"},
}

// pagesSite is a gate for each of them, in front of a backend that knows nothing
// of pages.
func pagesSite(port int, cors, backend string, down int) string {
	return fmt.Sprintf(`http://127.0.0.1:%d {
	handle /full* {
		statusgate {
			name full%[1]d
			%[2]s
			shed {
				fixed 1
				queue 0
			}
		}
		reverse_proxy %[3]s
	}
	handle {
		statusgate {
			name rest%[1]d
			%[2]s
			resource /orders {
				methods  GET POST
				consumes application/json
				produces application/json
			}
			resource /down
			resource /conflict
			unknown_resources reject
		}
		reverse_proxy /down 127.0.0.1:%[4]d
		reverse_proxy %[3]s
	}
}
`, port, cors, backend, down)
}

// A page of another origin reads each refusal, and what it owes, where cors lists
// the origin; without cors it learns nothing.
func TestAPageOfAnotherOriginReadsRefusals(t *testing.T) {
	site := newPages(t)
	taken := make(chan struct{}, 2)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodOptions:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case r.URL.Path == "/full/taken":
			taken <- struct{}{}
			<-r.Context().Done()
		default:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, `{"taken":true}`)
		}
	}))
	t.Cleanup(backend.Close)
	ports := freePorts(t, 3)
	address := strings.TrimPrefix(backend.URL, "http://")
	startCaddy(t, "", pagesSite(ports[0], "cors "+site.URL, address, ports[2])+pagesSite(ports[1], "proxy_status on", address, ports[2]))
	for _, port := range ports[:2] {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/full/taken", port), nil)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if resp, err := http.DefaultTransport.RoundTrip(r); err == nil {
				resp.Body.Close()
			}
		}()
		select {
		case <-taken:
		case <-time.After(patience):
			t.Fatal("the place is not taken")
		}
	}
	requests := make([][]any, 0, len(refusals))
	for _, c := range refusals {
		requests = append(requests, []any{c.path, map[string]any{"method": c.method, "headers": c.headers, "credentials": "include"}})
	}
	text, err := json.Marshal(requests)
	if err != nil {
		t.Fatal(err)
	}
	var results [2][]fetched
	site.visit(t, fmt.Sprintf(`(async () => {
		const results = []
		for (const port of [%d, %d]) {
			const ofPort = []
			for (const [path, options] of %s) {
				if (options.method === "POST") options.body = "x"
				if (options.headers === null) delete options.headers
				try {
					const r = await fetch("http://127.0.0.1:" + port + path, options)
					ofPort.push({Status: r.status, Fields: Object.fromEntries(r.headers)})
				} catch (e) { ofPort.push({Error: String(e)}) }
			}
			results.push(ofPort)
		}
		await fetch("/result", {method: "POST", body: JSON.stringify(results)})
	})()`, ports[0], ports[1], text), &results)
	for i, c := range refusals {
		if got := results[0][i]; got.Status != c.status || got.Fields[c.field] == "" {
			t.Errorf("%s, with cors: the page gets %+v, want %d and %s", c.name, got, c.status, c.field)
		}
		if got := results[1][i]; got.Status != 0 {
			t.Errorf("%s, without cors: the page gets %+v, want nothing", c.name, got)
		}
	}
}
