package tests

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

var update = flag.Bool("update", false, "write what the fixtures in tests/adapt give")

// separator stands between a Caddyfile and what it gives, as in Caddy's own
// fixtures.
const separator = "----------\n"

// TestAdapt gives Caddyfiles to the adapter. A fixture expects JSON, which
// must also be valid as a configuration, or the whole text of an error.
func TestAdapt(t *testing.T) {
	fixtures, err := filepath.Glob("adapt/*.caddyfiletest")
	if err != nil || len(fixtures) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, fixture := range fixtures {
		t.Run(filepath.Base(fixture), func(t *testing.T) {
			data, err := os.ReadFile(fixture)
			if err != nil {
				t.Fatal(err)
			}
			input, want, found := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), separator)
			if !found {
				t.Fatalf("%s has no line of dashes", fixture)
			}
			if formatted := string(caddyfile.Format([]byte(input))); formatted != input {
				t.Errorf("not as `caddy fmt` writes it; want\n%s", formatted)
			}
			got := adapted(t, input)
			if *update {
				if err := os.WriteFile(fixture, []byte(input+separator+got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// adapted gives the JSON or the error of a Caddyfile. JSON is also put to use.
func adapted(t *testing.T, input string) string {
	t.Helper()
	config, err := adapt(input)
	if err != nil {
		return err.Error() + "\n"
	}
	validate(t, config)
	var indented bytes.Buffer
	if err := json.Indent(&indented, config, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return indented.String() + "\n"
}

// validate provisions a configuration, as `caddy validate` does.
func validate(t *testing.T, config []byte) {
	t.Helper()
	var c caddy.Config
	if err := json.Unmarshal(config, &c); err != nil {
		t.Fatal(err)
	}
	if err := caddy.Validate(&c); err != nil {
		t.Errorf("the configuration is not valid: %v", err)
	}
}
