package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// suspect is what the admin endpoint tells of one.
type suspect struct {
	Gate, Kind, Path, Type, Seen, Rule string
	Status                             int
	Count                              int64
}

func suspectsOf(t *testing.T, admin string) []suspect {
	t.Helper()
	var got struct{ Suspects []suspect }
	ask(t, admin+"/suspects", &got)
	return got.Suspects
}

// saying is a backend that answers as the map says, by path.
func saying(t *testing.T, answers map[string][2]string) string {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", answer[0])
		_, _ = w.Write([]byte(answer[1]))
	}))
	t.Cleanup(backend.Close)
	return "reverse_proxy " + strings.TrimPrefix(backend.URL, "http://")
}

func TestSuspectsAreRemembered(t *testing.T) {
	behind := saying(t, map[string][2]string{
		"/orders/17":     {"application/json", `{"error":{"code":"NOT_FOUND","message":"Anna Smith has no order 17"}}`},
		"/orders/18":     {"application/json", `{"error":{"code":"NOT_FOUND","message":"Eve Smith has no order 18"}}`},
		"/orders/19":     {"application/json", `{"id":19,"error":null,"state":"open"}`},
		"/decided":       {"application/json", `{"oops":true,"error":{"code":"BAD"}}`},
		"/report":        {"text/xml", `<report status="fail"><why>no</why></report>`},
		"/page":          {"text/html", "<html><head><title>Service Unavailable</title></head><body>x</body></html>"},
		"/secret":        {"application/json", `{"success":false,"message":"x","errors":[{"name":"anna","token":"abc"}]}`},
		"/image":         {"image/png", `{"error":{"code":"NOT_FOUND"}}`},
		"/slack.php":     {"application/json", `{"ok":false,"error":"channel_not_found"}`},
		"/orders/broken": {"application/json", `{"error":{"code":"NOT_FOUND"`},
	})
	site, admin := withAdmin(t, "name orders\nsuspects on\nmap 200 500 when json /oops\nresource /orders/{id}", behind)
	for range 3 {
		for _, path := range []string{"/orders/17", "/orders/18", "/orders/19", "/decided", "/report", "/page", "/secret", "/image", "/slack.php", "/nothing"} {
			fetch(t, http.MethodGet, site+path, "")
		}
	}
	want := map[string]string{
		"/orders/{id}": "shape json /error/code NOT_FOUND map 200 auto when error odata 6",
		"/report":      "xml xml report/@status fail map 200 500 when xml report/@status fail 3",
		"/page":        "page page: service unavailable map 200 503 when body_regexp `(?is)<title[^>]*>[^<]*service unavailable` 3",
		"/secret":      "shape json /success false map 200 auto when error success-false 3",
		"/slack.php":   "shape json /ok false map 200 auto when error slack 3",
	}
	for _, s := range suspectsOf(t, admin) {
		got := fmt.Sprint(s.Kind, " ", s.Seen, " ", s.Rule, " ", s.Count)
		if s.Gate != "orders" || s.Status != 200 || want[s.Path] != got {
			t.Errorf("%s: got %q, want %q", s.Path, got, want[s.Path])
		}
		delete(want, s.Path)
	}
	for path := range want {
		t.Errorf("%s is no suspect", path)
	}
	metrics := fetch(t, http.MethodGet, strings.TrimSuffix(admin, "/statusgate")+"/metrics", "").body
	for _, line := range []string{
		`caddy_statusgate_suspects_total{gate="orders",kind="shape"} 12`, `caddy_statusgate_suspects_total{gate="orders",kind="trace"} 0`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

// Without a word a gate looks for suspects in report mode only.
func TestSuspectsAreForReportMode(t *testing.T) {
	for options, want := range map[string]int{"report": 1, "report\nsuspects off": 0, "contract documented": 0, "suspects on": 1} {
		t.Run(options, func(t *testing.T) {
			site, admin := withAdmin(t, options, "header Content-Type application/json\nrespond `{\"error\":\"no_such_thing\"}`")
			fetch(t, http.MethodGet, site, "")
			if got := suspectsOf(t, admin); len(got) != want {
				t.Errorf("got %v, want %d", got, want)
			}
		})
	}
}

// The rule that is told of each suspect catches it: with all of them, no body that was a
// suspect is one again.
func TestRulesOfSuspectsCatchThem(t *testing.T) {
	data, err := os.ReadFile("../../shared/cases/soft_errors.json")
	if err != nil {
		if data, err = os.ReadFile("../../../shared/cases/soft_errors.json"); err != nil {
			t.Skip("no conformance cases here")
		}
	}
	var cases []struct {
		Type    string `json:"content_type"`
		Body    string `json:"body"`
		IsError bool   `json:"is_error"`
		Unclear bool   `json:"ambiguous"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	answers := make(map[string][2]string)
	for i, c := range cases {
		if c.IsError && !c.Unclear {
			answers[fmt.Sprintf("/%c%c", 'a'+i/26, 'a'+i%26)] = [2]string{c.Type, c.Body}
		}
	}
	behind := saying(t, answers)
	var first []suspect
	t.Run("found", func(t *testing.T) {
		site, admin := withAdmin(t, "suspects on", behind)
		for path := range answers {
			fetch(t, http.MethodGet, site+path, "")
		}
		if first = suspectsOf(t, admin); len(first)*100 < len(answers)*95 {
			t.Errorf("%d of %d errors are suspects", len(first), len(answers))
		}
	})
	t.Run("caught", func(t *testing.T) {
		var gates strings.Builder // one for each, with its rule alone
		for _, s := range first {
			fmt.Fprintf(&gates, "handle %s {\nstatusgate {\nname %s\nsuspects on\n%s\n}\n%s\n}\n", s.Path, s.Path, s.Rule, behind)
		}
		site, admin := withAdmin(t, "suspects off", gates.String())
		for _, s := range first {
			if a := fetch(t, http.MethodGet, site+s.Path, ""); a.StatusCode < 400 {
				t.Errorf("%s: %s: got %d", answers[s.Path], s.Rule, a.StatusCode)
			}
		}
		if again := suspectsOf(t, admin); len(again) > 0 {
			t.Errorf("again: %v", again)
		}
	})
}
