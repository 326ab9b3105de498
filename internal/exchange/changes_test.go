package exchange_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
)

// What a report says that would change is what changes when it is carried out.
func TestAReportSaysAllThatWouldChange(t *testing.T) {
	moved := func(status int) caddyhttp.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			replacerOf(r).Set("http.reverse_proxy.upstream.hostport", "legacy:8080")
			return sends(status, "", "Location: http://legacy:8080/a")(w, r)
		}
	}
	for _, c := range []struct {
		name    string
		gate    statusgate.Handler
		request *http.Request
		behind  caddyhttp.HandlerFunc
		changes string
	}{
		{"nothing", statusgate.Handler{}, get("/"), sends(200, "ok"), ""},
		{"an error that passes", statusgate.Handler{}, get("/"), sends(404, "{}", asJSON), ""},
		{"a status, its body and a field that it owes", statusgate.Handler{}, get("/"), sends(520, "<p>", "Content-Type: text/html"), "body header status"},
		{"a status alone", statusgate.Handler{}, get("/"), sends(409, "{}", asJSON), "status"},
		{"a body alone", statusgate.Handler{}, get("/"), sends(404, "<p>", "Content-Type: text/html"), "body"},
		{"a field alone", statusgate.Handler{}, get("/"), sends(401, "{}", asJSON), "header"},
		{"a Location", statusgate.Handler{}, get("/"), moved(302), "location"},
		{"a request that is refused", statusgate.Handler{Methods: []string{"POST"}}, get("/"), sends(520, ""), "refused"},
		{"an error of Caddy's", statusgate.Handler{}, get("/"), returns(caddyhttp.Error(502, nil)), "header status"},
		{"a rule", statusgate.Handler{Map: []statusgate.Rule{{From: []statusgate.Word{"200"}, To: "404"}}}, get("/"), sends(200, "{}", asJSON), "status"},
	} {
		for _, report := range []bool{false, true} {
			mode := map[bool]string{false: "enforce", true: "report"}[report]
			ctx := newContext(t)
			gate := c.gate
			gate.Report = report
			_, _ = through(t, newGate(t, ctx, gate), c.request.Clone(t.Context()), c.behind)
			var got []string
			for name := range series(t, ctx.GetMetricsRegistry(), false) {
				if what, ok := strings.CutPrefix(name, `changes_total{gate="statusgate",mode="`+mode+`",what="`); ok {
					got = append(got, strings.TrimSuffix(what, `"}`))
				}
			}
			slices.Sort(got)
			if text := strings.Join(got, " "); text != c.changes {
				t.Errorf("%s, %s: got changes of %q, want %q", c.name, mode, text, c.changes)
			}
		}
	}
}

// A request that would have been refused owes nothing: its backend would not have
// been asked.
func TestARefusalOwesNothing(t *testing.T) {
	ctx := newContext(t)
	h := newGate(t, ctx, statusgate.Handler{Report: true, Methods: []string{"POST"}})
	for _, status := range []int{201, 202, 405} {
		_, _ = through(t, h, get("/"), sends(status, ""))
	}
	for name := range series(t, ctx.GetMetricsRegistry(), false) {
		if strings.HasPrefix(name, "violations_total") {
			t.Errorf("got %s", name)
		}
	}
}

// Each rule is counted where it decides, by its place, and named once.
func TestRulesAreCounted(t *testing.T) {
	ctx := newContext(t)
	rule := func(from, to statusgate.Word) statusgate.Rule {
		return statusgate.Rule{From: []statusgate.Word{from}, To: to}
	}
	h := newGate(t, ctx, statusgate.Handler{Name: "edge", Map: []statusgate.Rule{rule("404", "410"), rule("5xx", "503")}})
	for _, status := range []int{200, 404, 502, 503} {
		_, _ = through(t, h, get("/"), sends(status, ""))
	}
	samples := series(t, ctx.GetMetricsRegistry(), true)
	for name, want := range map[string]string{
		`rules_total{gate="edge",mode="enforce",rule="1"}`:   "1",
		`rules_total{gate="edge",mode="enforce",rule="2"}`:   "2",
		`rule_info{gate="edge",rule="1",text="map 404 410"}`: "1",
		`rule_info{gate="edge",rule="2",text="map 5xx 503"}`: "1",
	} {
		if samples[name] != want {
			t.Errorf("%s: got %q, want %s", name, samples[name], want)
		}
	}
}
