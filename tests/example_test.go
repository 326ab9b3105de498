package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// The ports of Caddyfile.example.
const (
	gatePort    = "8080"
	backendPort = "8081"
	metricsPort = "8082"
	deadPort    = "8089"
)

// example is a running Caddyfile.example on ports of its own.
type example struct {
	*strings.Replacer // from the ports of the file to those in use

	shown     *strings.Replacer // and back
	accessLog string            // a file
}

// back gives a text the ports of the file again.
func (e *example) back(text string) string { return e.shown.Replace(text) }

func (e *example) url(port, path string) string {
	return e.Replace("http://localhost:" + port + path)
}

func readExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../Caddyfile.example")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// startExample serves Caddyfile.example on free ports, with its access log in
// a file. Pairs are replaced in it: what it has, and what it is to have.
func startExample(t *testing.T, pairs ...string) *example {
	t.Helper()
	ports := []string{deadPort, "1"} // on which nobody may listen but root, and nobody does
	var back []string
	used := freePorts(t, 3)
	for i, port := range []string{gatePort, backendPort, metricsPort} {
		free := fmt.Sprint(used[i])
		ports, back = append(ports, port, free), append(back, ":"+free, ":"+port)
	}
	e := &example{strings.NewReplacer(ports...), strings.NewReplacer(back...), filepath.Join(t.TempDir(), "access.log")}
	text := e.Replace(readExample(t))
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("Caddyfile.example has no %q", pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	logged := strings.Replace(text, "\n\tlog\n", fmt.Sprintf("\n\tlog {\n\t\toutput file %q\n\t}\n", e.accessLog), 1)
	if logged == text {
		t.Fatal("Caddyfile.example has no line that says log")
	}
	config, err := adapt(logged)
	if err != nil {
		t.Fatal(err)
	}
	caddyInUse.Lock()
	t.Cleanup(caddyInUse.Unlock)
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Errorf("stopping Caddy: %v", err)
		}
	})
	if err := load(string(config)); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestExampleIsFormatted(t *testing.T) {
	text := readExample(t)
	if got := string(caddyfile.Format([]byte(text))); got != text {
		t.Errorf("Caddyfile.example is not as `caddy fmt` writes it; want\n%s", got)
	}
}

func TestExampleIsValid(t *testing.T) {
	config, err := adapt(readExample(t))
	if err != nil {
		t.Fatal(err)
	}
	var c caddy.Config
	if err := json.Unmarshal(config, &c); err != nil {
		t.Fatal(err)
	}
	if err := caddy.Validate(&c); err != nil {
		t.Error(err)
	}
}

// TestExample asks the old server of the example, then the gate before it.
func TestExample(t *testing.T) {
	e := startExample(t)
	const json, problem = "application/json", "application/problem+json"
	for _, c := range []struct {
		what, method, path, body string
		header                   []string
		backend, gate            int
		want                     map[string]string // header fields of the gate's answer; "" for none
		wantBody                 string            // a part of it; "" for no body
	}{
		{
			"an order", "GET", "/orders/17", "", nil,
			200, 200,
			map[string]string{"Content-Type": json, "Proxy-Status": ""},
			`"lamp"`,
		},
		{
			"a new order", "POST", "/orders", "{}",
			[]string{"Content-Type", json},
			201, 201,
			map[string]string{"Location": "/orders/17"},
			`"lamp"`,
		},
		{
			"a deleted order", "DELETE", "/orders/17", "", nil,
			204, 204,
			map[string]string{"Proxy-Status": ""},
			"",
		},
		{
			"an order that is not there", "GET", "/orders/18", "", nil,
			404, 404,
			map[string]string{"Content-Type": problem, "Proxy-Status": ""},
			`"status":404`,
		},
		{
			"a customer that is not there", "GET", "/customers/1", "", nil,
			404, 404,
			map[string]string{"Content-Type": json},
			`{"error":"no such customer"}`,
		},
		{
			"a lost database", "GET", "/items/1", "", nil,
			404, 503,
			map[string]string{"Retry-After": "10", "Proxy-Status": "statusgate; received-status=404"},
			`"retry_after":10`,
		},
		{
			"a login page", "GET", "/account", "", nil,
			302, 401,
			map[string]string{"Www-Authenticate": "Bearer", "Content-Type": problem},
			`"status":401`,
		},
		{
			"an internal host", "GET", "/old-orders/17", "", nil,
			301, 301,
			map[string]string{"Location": e.url(gatePort, "/orders/17")},
			"",
		},
		{
			"a job", "POST", "/reports", "{}",
			[]string{"Content-Type", json},
			202, 202,
			map[string]string{"Location": "/jobs/5"},
			"",
		},
		{
			"a table where JSON was asked for", "GET", "/reports", "",
			[]string{"Accept", json},
			200, 406,
			map[string]string{"Vary": "Accept", "Content-Type": problem},
			`"available":["application/json"]`,
		},
		{
			"a SOAP fault", "POST", "/soap", "<x/>", nil,
			200, 400,
			map[string]string{"Content-Type": "application/soap+xml", "Proxy-Status": "statusgate; received-status=200"},
			"No such article",
		},
		{
			"a JSON-RPC error", "POST", "/rpc", "{}", nil,
			200, 404,
			map[string]string{"Content-Type": json},
			`"Method not found"`,
		},
		{
			"an error that says ok false", "POST", "/chat", "{}", nil,
			200, 400,
			map[string]string{"Content-Type": json},
			`{"ok":false,"error":"no text"}`,
		},
		{
			"an error with a code", "GET", "/catalogue/4711", "", nil,
			200, 404,
			map[string]string{"Content-Type": json},
			`"No such article"`,
		},
		{
			"GraphQL errors", "POST", "/graphql", "{}", nil,
			200, 401,
			map[string]string{"Content-Type": json, "Www-Authenticate": "Bearer"},
			`"UNAUTHENTICATED"`,
		},
		{
			"a page of HTML for a program", "GET", "/news", "",
			[]string{"Accept", json},
			200, 500,
			map[string]string{"Content-Type": problem},
			`"status":500`,
		},
		{
			"a page of HTML for a browser", "GET", "/news", "",
			[]string{"Accept", "text/html,*/*;q=0.8"},
			200, 200,
			map[string]string{"Proxy-Status": ""},
			"Have a nice weekend",
		},
		{
			"a stack trace", "GET", "/crash", "", nil,
			500, 500,
			map[string]string{"Set-Cookie": "session=4711", "Content-Type": problem},
			`"status":500`,
		},
		{
			"too many requests", "GET", "/busy", "", nil,
			429, 503,
			map[string]string{"Retry-After": "30"},
			`"retry_after":30`,
		},
		{
			"a problem of the backend's", "GET", "/quota", "", nil,
			402, 403,
			map[string]string{"Content-Type": problem},
			`"status":403,"balance":0`,
		},
		{
			"405 without Allow", "GET", "/forms/1", "", nil,
			405, 405,
			map[string]string{"Allow": ""},
			"Method not allowed",
		},
		{
			"a backend that is down", "GET", "/archive/2009", "", nil,
			404, 503,
			map[string]string{"Retry-After": "10", "Proxy-Status": "statusgate; error=connection_refused"},
			`"retry_after":10`,
		},
		{
			"a method that no one declared", "PUT", "/orders", "{}", nil,
			404, 405,
			map[string]string{"Allow": "GET, HEAD, POST, OPTIONS"},
			`"allowed":["GET","HEAD","POST","OPTIONS"]`,
		},
		{
			"a question for the methods", "OPTIONS", "/orders", "", nil,
			404, 200,
			map[string]string{"Allow": "GET, HEAD, POST, OPTIONS"},
			"",
		},
		{
			"a form where JSON is taken", "POST", "/orders", "a=b",
			[]string{"Content-Type", "application/x-www-form-urlencoded"},
			201, 415,
			map[string]string{"Accept": json, "Accept-Post": json},
			`"accepted":["application/json"]`,
		},
		{
			"a browser", "GET", "/orders", "",
			[]string{"Accept", "text/html"},
			200, 406,
			map[string]string{"Content-Type": "text/html; charset=utf-8"},
			"<!DOCTYPE html>",
		},
		{"a status that is let through", "GET", "/status/409", "", nil, 409, 409, nil, "The old server says 409."},
		{"an odd success", "GET", "/status/299", "", nil, 299, 200, nil, "The old server says 299."},
		{"a teapot", "GET", "/status/418", "", nil, 418, 400, nil, "The old server says 418."},
		{"Laravel's", "GET", "/status/419", "", nil, 419, 401, nil, "The old server says 419."},
		{"Microsoft's", "GET", "/status/440", "", nil, 440, 401, nil, "The old server says 440."},
		{"Cloudflare's", "GET", "/status/520", "", nil, 520, 503, nil, `"status":503`},
		{"Cloudflare's other", "GET", "/status/530", "", nil, 530, 503, nil, `"status":503`},
		{"a proxy's", "GET", "/status/598", "", nil, 598, 503, nil, `"status":503`},
		{"LinkedIn's", "GET", "/status/999", "", nil, 999, 403, nil, "The old server says 999."},
		{"nobody's", "GET", "/status/777", "", nil, 777, 500, nil, `"status":500`},
		{"the index", "GET", "/", "", nil, 200, 200, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "things to try"},
		{"anything else", "GET", "/nowhere", "", nil, 404, 404, nil, `"status":404`},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := fetch(t, c.method, e.url(backendPort, c.path), c.body, c.header...).StatusCode; got != c.backend {
				t.Errorf("%s %s: the backend answered %d, want %d", c.method, c.path, got, c.backend)
			}
			got := fetch(t, c.method, e.url(gatePort, c.path), c.body, c.header...)
			if got.StatusCode != c.gate {
				t.Errorf("%s %s: the gate answered %d, want %d", c.method, c.path, got.StatusCode, c.gate)
			}
			got.body = drawn.ReplaceAllString(got.body, "${1}10")
			for field, want := range c.want {
				if got := drawn.ReplaceAllString(field+": "+got.Header.Get(field), "${1}10"); got != field+": "+want {
					t.Errorf("%s %s: got %s %q, want %q", c.method, c.path, field, got, want)
				}
			}
			if c.wantBody == "" && got.body != "" || !strings.Contains(got.body, c.wantBody) {
				t.Errorf("%s %s: got body %q, want %q in it", c.method, c.path, got.body, c.wantBody)
			}
			if strings.Contains(got.body, "com.example.shop") {
				t.Errorf("%s %s: the client sees the stack trace", c.method, c.path)
			}
		})
	}
	if got := fetch(t, http.MethodGet, e.url(metricsPort, "/metrics"), ""); !strings.Contains(got.body, "caddy_statusgate_responses_total{") {
		t.Errorf("the metrics have nothing of the gate: %s", got.body)
	}
}

// TestExampleIndex follows the links of the first page as a browser would: each
// tells the status that it leads to.
func TestExampleIndex(t *testing.T) {
	e := startExample(t)
	page := fetch(t, http.MethodGet, e.url(gatePort, "/"), "", "Accept", browser).body
	links := regexp.MustCompile(`<a href="([^"]+)">(\d+|metrics)</a>`).FindAllStringSubmatch(page, -1)
	if len(links) < 20 || len(links) != strings.Count(page, "<a ") {
		t.Errorf("the index has %d links of %d that tell a status", len(links), strings.Count(page, "<a "))
	}
	for _, link := range links {
		to, want := link[1], link[2]
		if strings.HasPrefix(to, "/") {
			to = e.url(gatePort, to)
		}
		if want == "metrics" {
			want = "200"
		}
		if got := fetch(t, http.MethodGet, to, "", "Accept", browser).StatusCode; fmt.Sprint(got) != want {
			t.Errorf("%s: got %d, the index says %s", e.back(link[1]), got, want)
		}
	}
	if outside := regexp.MustCompile(`(?:src|href)="(?:https:|//|http://[^l])`).FindString(page); outside != "" {
		t.Errorf("the index needs something from elsewhere: %s", outside)
	}
}
