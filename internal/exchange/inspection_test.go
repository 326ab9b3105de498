package exchange_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// inspecting is a gate with the options of a Caddyfile, and where its metrics
// are.
func inspecting(t testing.TB, options string) (*statusgate.Handler, *prometheus.Registry) {
	t.Helper()
	var h statusgate.Handler
	if err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser("statusgate {\n" + options + "\n}")); err != nil {
		t.Fatal(err)
	}
	ctx := newContext(t)
	return newGate(t, ctx, h), ctx.GetMetricsRegistry()
}

const asJSON = "Content-Type: application/json"

// inParts answers with a body in parts, of which "\x00" is a flush.
func inParts(status int, parts []string, fields ...string) caddyhttp.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		for _, field := range fields {
			name, value, _ := strings.Cut(field, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		for _, part := range parts {
			if part == "\x00" {
				_ = http.NewResponseController(w).Flush()
			} else if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	}
}

func compressed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

// undecided gives the one cause that was counted, "" for none.
func undecided(t testing.TB, reg *prometheus.Registry) string {
	t.Helper()
	causes := ""
	for name, value := range series(t, reg, false) {
		if strings.HasPrefix(name, "held_bytes") {
			t.Errorf("%s is %s when nothing is held", name, value)
		}
		if cause, ok := strings.CutPrefix(name, `undecided_total{cause="`); ok {
			cause, _, _ = strings.Cut(cause, `"`)
			causes += cause
			if value != "1" {
				causes += "×" + value
			}
		}
	}
	return causes
}

func TestBodiesThatCannotBeDecidedOnPassAndAreCounted(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", 2000) + `","ok":false}`
	for _, c := range []struct {
		name    string
		options string
		behind  caddyhttp.HandlerFunc
		status  int
		body    string
		cause   string
	}{
		{"decided by its first bytes", "", inParts(200, []string{`{"ok":false`, long}, asJSON), 400, "", ""},
		{"decided behind the bound", "inspect 1KiB", sends(200, long, asJSON), 200, long, "too_large"},
		{"decided within the bound", "inspect 4KiB", sends(200, long, asJSON), 400, long, ""},
		{"decided at the bound", "inspect 2018B", sends(200, long, asJSON), 400, long, ""},
		{"one byte behind the bound", "inspect 2017B", sends(200, long, asJSON), 200, long, "too_large"},
		{"cut short", "", sends(200, `{"a":1,`, asJSON), 200, `{"a":1,`, "malformed"},
		{"not a number", "", sends(200, `{"a":NaN,"ok":false}`, asJSON), 200, `{"a":NaN,"ok":false}`, "malformed"},
		{"not JSON at all", "", sends(200, `hello`, asJSON), 200, `hello`, ""},
		{"broken after the decision", "", sends(200, `{"ok":false,,,`, asJSON), 400, `{"ok":false,,,`, ""},
		{"a coding that nobody knows", "", sends(200, "\x00\x01", asJSON, "Content-Encoding: br"), 200, "\x00\x01", "coding"},
		{"two codings", "", sends(200, "\x00\x01", asJSON, "Content-Encoding: gzip, br"), 200, "\x00\x01", "coding"},
		{"not the coding that it says", "", sends(200, `{"ok":false}`, asJSON, "Content-Encoding: gzip"), 200, `{"ok":false}`, "coding"},
		{"identity by name", "", sends(200, `{"ok":false}`, asJSON, "Content-Encoding: identity"), 400, `{"ok":false}`, ""},
		{"a short body in gzip", "", sends(200, compressed(t, `{"ok":false}`), asJSON, "Content-Encoding: gzip"), 400, compressed(t, `{"ok":false}`), ""},
		{"a long body in gzip", "", sends(200, compressed(t, long), asJSON, "Content-Encoding: x-gzip"), 400, compressed(t, long), ""},
		{"a body in gzip that decodes to too much", "inspect 1KiB", sends(200, compressed(t, long), asJSON, "Content-Encoding: gzip"), 200, compressed(t, long), "too_large"},
		{"gzip cut short", "", sends(200, compressed(t, long)[:20], asJSON, "Content-Encoding: gzip"), 200, compressed(t, long)[:20], "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, reg := inspecting(t, c.options+"\nmap 200 400 when json /ok false")
			w, err := through(t, h, get("/"), c.behind)
			if err != nil || w.Code != c.status || c.body != "" && w.Body.String() != c.body {
				t.Errorf("got %d %q and error %v, want %d %q", w.Code, w.Body, err, c.status, c.body)
			}
			if got := undecided(t, reg); got != c.cause {
				t.Errorf("undecided because of %q, want %q", got, c.cause)
			}
		})
	}
}

func TestShortCodedBodiesAreReadToTheirEnd(t *testing.T) {
	for _, c := range []struct {
		name, rule, body string
		status           int
	}{
		{"it has content", "map 200 500 when empty_body", compressed(t, "fine"), 200},
		{"it has none", "map 200 500 when empty_body", compressed(t, ""), 500},
		{"it has not even a header", "map 200 500 when empty_body", "", 500},
		{"it is cut before its first byte", "map 200 500 when empty_body", compressed(t, "fine")[:8], 200},
		{"it is cut, so the end is not known", "map 200 500 when not body_contains fine", compressed(t, "far from fine")[:14], 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, flushed := range []bool{false, true} {
				h, _ := inspecting(t, c.rule)
				parts := []string{c.body}
				if flushed {
					parts = []string{c.body[:len(c.body)/2], c.body[len(c.body)/2:]}
				}
				w, err := through(t, h, get("/"), inParts(200, parts, "Content-Type: text/plain", "Content-Encoding: gzip"))
				if err != nil || w.Code != c.status {
					t.Errorf("in %d parts: got %d and error %v, want %d", len(parts), w.Code, err, c.status)
				}
			}
		})
	}
}
