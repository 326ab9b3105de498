package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// logged is a line of the access log.
type logged struct {
	Status     int
	UUID       string         `json:"uuid"`
	Statusgate map[string]any `json:"statusgate"`
	Noted      any            `json:"noted"`
	Request    struct{ URI string }
}

// flatten makes what was decided comparable: a list of one is its member, and the
// error, that of Proxy-Status, is left to other tests.
func (l *logged) flatten() {
	delete(l.Statusgate, "error")
	for name, value := range l.Statusgate {
		if list, ok := value.([]any); ok && len(list) == 1 {
			l.Statusgate[name] = list[0]
		}
	}
}

// accessLogOf runs exchanges in a site that logs to a file and returns the
// lines by URI.
func accessLogOf(t *testing.T, options, site string, exchanges map[string]backend) map[string]logged {
	t.Helper()
	port := freePort(t)
	file := filepath.Join(t.TempDir(), "access.log")
	logging := fmt.Sprintf("log {\n\toutput file %s\n\tformat json\n}\n", file)
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", port, options, logging+site, "scenario"))
	for path, b := range exchanges {
		backends.Store(t.Name()+path, b)
		defer backends.Delete(t.Name() + path)
		fetch(t, http.MethodGet, fmt.Sprintf("http://localhost:%d%s", port, path), "", "X-Scenario", t.Name()+path)
	}
	lines := make(map[string]logged)
	for text := range strings.Lines(awaitLines(t, file, len(exchanges))) {
		var line logged
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		lines[line.Request.URI] = line
	}
	return lines
}

// awaitLines reads a log that is to get so many lines. Caddy writes them when
// the client has its answer already.
func awaitLines(t *testing.T, file string, n int) string {
	t.Helper()
	again, late := time.NewTicker(5*time.Millisecond), time.After(10*time.Second)
	defer again.Stop()
	for {
		b, err := os.ReadFile(file)
		if err == nil && strings.Count(string(b), "\n") >= n {
			return string(b)
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%s has not got %d lines: %s, %v", filepath.Base(file), n, b, err)
		}
	}
}

func TestTheAccessLogTellsWhatWasDecided(t *testing.T) {
	const options = "name edge\nmap 410 403 when header X-App\nresource /rejected {\n\tmethods POST\n}"
	exchanges := map[string]backend{
		"/passed":   answers(200, "ok", asText),
		"/table":    answers(520, "", asHTML),
		"/rule":     answers(410, "", asHTML, "X-App: shop"),
		"/rejected": answers(200, "ok", asText),
		"/failed":   fails(caddyhttp.Error(502, errors.New("oh"))),
		"/aborted":  func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
	}
	type fields = map[string]any
	decided := map[string]fields{
		"/passed":   {"gate": "edge", "received_status": 200.0, "sent_status": 200.0, "reason": "documented"},
		"/table":    {"gate": "edge", "received_status": 520.0, "sent_status": 503.0, "reason": "table", "body": "replaced", "added": "Retry-After"},
		"/rule":     {"gate": "edge", "received_status": 410.0, "sent_status": 403.0, "reason": "rule", "rule": "map 410 403 when header X-App", "body": "replaced"},
		"/rejected": {"gate": "edge", "sent_status": 405.0, "reason": "method"},
		"/failed":   {"gate": "edge", "received_status": 502.0, "sent_status": 503.0, "reason": "backend_unreachable", "added": "Retry-After"},
		"/aborted":  {"gate": "edge", "sent_status": 503.0, "reason": "backend_incomplete", "added": "Retry-After"},
	}
	t.Run("while it is carried out", func(t *testing.T) {
		lines := accessLogOf(t, options, "", exchanges)
		for path, want := range decided {
			line := lines[path]
			line.flatten()
			if !maps.Equal(line.Statusgate, want) || line.Status != int(want["sent_status"].(float64)) {
				t.Errorf("%s: got status %d, statusgate %v, want %v", path, line.Status, line.Statusgate, want)
			}
			if line.Status >= 400 && line.UUID == "" {
				t.Errorf("%s: the log line has no uuid to find it by", path)
			}
		}
	})
	t.Run("while it is only reported", func(t *testing.T) {
		delete(exchanges, "/aborted") // a connection that breaks
		lines := accessLogOf(t, options+"\nreport", "", exchanges)
		statuses := map[string]int{"/passed": 200, "/table": 520, "/rule": 410, "/rejected": 200, "/failed": 502}
		for path, status := range statuses {
			want := maps.Clone(decided[path])
			want["mode"] = "report"
			if path == "/rejected" {
				want["received_status"] = 200.0 // it was not, so there is one
			}
			line := lines[path]
			line.flatten()
			if !maps.Equal(line.Statusgate, want) || line.Status != status {
				t.Errorf("%s: got status %d, statusgate %v, want %d, %v", path, line.Status, line.Statusgate, status, want)
			}
		}
	})
}

func TestTheProblemAndTheAccessLogNameTheRequestAlike(t *testing.T) {
	for name, site := range map[string]string{
		"nobody else asks":      "",
		"someone asked before":  "header X-Request-Id {http.request.uuid}",
		"someone asks later on": "log_append noted {http.request.uuid}",
	} {
		t.Run(name, func(t *testing.T) {
			var instance string
			port := freePort(t)
			file := filepath.Join(t.TempDir(), "access.log")
			startCaddy(t, scenarioGlobal, scenarioSite("localhost", port, "", fmt.Sprintf("log {\n\toutput file %s\n\tformat json\n}\n%s", file, site), "respond 520"))
			got := fetch(t, http.MethodGet, fmt.Sprintf("http://localhost:%d/", port), "")
			if instance = scenarioInstance.FindString(got.body); instance == "" {
				t.Fatalf("no instance in %s", got.body)
			}
			var line logged
			text := awaitLines(t, file, 1)
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if "urn:uuid:"+line.UUID != instance {
				t.Errorf("got uuid %q in the log and instance %q", line.UUID, instance)
			}
			if id := got.Header.Get("X-Request-Id"); id != "" && id != line.UUID {
				t.Errorf("got X-Request-Id %q and uuid %q in the log", id, line.UUID)
			}
			if line.Noted != nil && line.Noted != any(line.UUID) {
				t.Errorf("got %v appended to the log and uuid %q", line.Noted, line.UUID)
			}
		})
	}
}

func TestPlaceholdersReachTheAccessLog(t *testing.T) {
	for placeholder, want := range map[string][]any{
		"received_status": {410.0, 520.0}, "sent_status": {403.0, 503.0}, "reason": {"rule", "table"}, "rule": {"map 410 403", ""},
	} {
		t.Run(placeholder, func(t *testing.T) {
			lines := accessLogOf(t, "map 410 403", "log_append noted {http.statusgate."+placeholder+"}",
				map[string]backend{"/rule": answers(410, "", asHTML), "/table": answers(520, "", asHTML)})
			if got := []any{lines["/rule"].Noted, lines["/table"].Noted}; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
