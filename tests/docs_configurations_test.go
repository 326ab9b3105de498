package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// TestDocsConfigurations loads each Caddyfile of the pages.
func TestDocsConfigurations(t *testing.T) {
	for _, page := range docPages(t) {
		for _, text := range fenced(readFile(t, page), "caddyfile") {
			if formatted := string(caddyfile.Format([]byte(text))); formatted != text {
				t.Errorf("%s: not as `caddy fmt` writes it; want\n%s", page, formatted)
			}
			// What is validated opens its logs, and reads its API descriptions.
			described := strings.ReplaceAll(text, "openapi api.yaml", "openapi ../docs/orders.yaml")
			config, err := adapt(strings.ReplaceAll(described, shownLog, filepath.Join(t.TempDir(), "access.log")))
			if err != nil {
				t.Errorf("%s: %v\n%s", page, err, text)
				continue
			}
			validate(t, config)
		}
	}
	smallest := fenced(section(t, readFile(t, pageREADME), "## Start"), "caddyfile")[0]
	if !strings.Contains(smallest, "\n\tstatusgate\n") {
		t.Errorf("the smallest Caddyfile is not bare: %s", smallest)
	}
}

// TestDocsJSON serves with the JSON of the reference.
func TestDocsJSON(t *testing.T) {
	handler := fenced(section(t, readFile(t, pageReference), "## The same in JSON"), "json")[0]
	if !json.Valid([]byte(handler)) {
		t.Fatalf("not JSON: %s", handler)
	}
	port := freePort(t)
	caddyInUse.Lock()
	t.Cleanup(caddyInUse.Unlock)
	config := fmt.Sprintf(`{"admin": {"disabled": true, "config": {"persist": false}}, "apps": {"http": {"servers": {"gate": {
		"listen": ["127.0.0.1:%d"], "automatic_https": {"disable": true},
		"routes": [{"handle": [%s, {"handler": "static_response", "status_code": 302, "headers": {"Location": ["/login"]}}]}]
	}}}}}`, port, handler)
	if err := caddy.Load([]byte(config), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = caddy.Stop() })
	if got := fetch(t, "GET", fmt.Sprintf("http://127.0.0.1:%d/", port), "").StatusCode; got != 401 {
		t.Errorf("the JSON of the reference makes a 302 to /login a %d, want 401", got)
	}
}

// mapRules gives the rules that options stand for, as the adapter writes them.
func mapRules(t *testing.T, options string) []json.RawMessage {
	t.Helper()
	config, err := adapt(":8080 {\n\tstatusgate {\n" + options + "\n\t}\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(config), `"map":`)
	var rules []json.RawMessage
	if err := json.NewDecoder(strings.NewReader(list)).Decode(&rules); !found || err != nil {
		t.Fatal(err)
	}
	return rules
}

// TestDocsSoftErrors: the rules of the example are those that the page shows,
// and soft_errors ends with those that it names.
func TestDocsSoftErrors(t *testing.T) {
	page, example := readFile(t, pageSoftErrors), readExample(t)
	for line := range strings.Lines(fenced(page, "caddyfile")[0]) {
		if strings.HasPrefix(line, "\t\t") && !strings.Contains(example, "\n"+line) {
			t.Errorf("Caddyfile.example has no line %q", line)
		}
	}
	shown := mapRules(t, fenced(section(t, page, "## soft_errors"), "")[0])
	preset := mapRules(t, "soft_errors")
	if len(preset) != len(shown)+3 {
		t.Fatalf("soft_errors has %d rules, the page tells of %d and three", len(preset), len(shown))
	}
	for i := range shown {
		if string(shown[i]) != string(preset[i+3]) {
			t.Errorf("the page has %s, soft_errors %s", shown[i], preset[i+3])
		}
	}
	for _, rule := range preset[:3] {
		if !bytes.Contains(rule, []byte("application/problem+")) {
			t.Errorf("the page does not tell of %s", rule)
		}
	}
}
