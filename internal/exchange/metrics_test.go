package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/suspects"
)

func responses(gate, mode, received, sent, reason string) string {
	return fmt.Sprintf("responses_total{gate=%q,mode=%q,reason=%q,received=%q,sent=%q}", gate, mode, reason, received, sent)
}

// withoutOverhead leaves out what no test can foretell, and the series of changes
// and rules, which have tests of their own.
func withoutOverhead(samples map[string]string) map[string]string {
	maps.DeleteFunc(samples, func(name, _ string) bool {
		return strings.HasPrefix(name, "overhead_") || strings.HasPrefix(name, "changes_") || strings.HasPrefix(name, "rule")
	})
	return samples
}

func compareSeries(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: got %q, want %s", name, got[name], value)
		}
	}
	for name, value := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: got %s, want no such series", name, value)
		}
	}
}

// rejectable has a resource that each check can refuse.
func rejectable() statusgate.Handler {
	return statusgate.Handler{
		Methods: []string{"GET", "POST"}, Consumes: []string{"application/json"}, Codings: []string{"gzip"}, Produces: []string{"application/json"},
		Resources: []statusgate.Resource{{Path: "/orders"}}, UnknownResources: "reject",
	}
}

func TestEveryExchangeIsCountedOnce(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	with := func(method string, fields ...string) *http.Request {
		r := httptest.NewRequest(method, "/orders", strings.NewReader("{}"))
		for i := 0; i < len(fields); i += 2 {
			r.Header.Set(fields[i], fields[i+1])
		}
		return r
	}
	post := func(fields ...string) *http.Request {
		return with("POST", append([]string{"Content-Type", "application/json"}, fields...)...)
	}
	const rejected = "none"
	ok := sends(200, "{}", "Content-Type: application/json")
	for _, c := range []struct {
		name                   string
		gate                   statusgate.Handler
		request                *http.Request
		behind                 caddyhttp.HandlerFunc
		received, sent, reason string
		more                   []string // other series that are at 1
	}{
		{"a documented status", statusgate.Handler{}, get("/"), ok, "200", "200", "documented", nil},
		{"an allowed status", statusgate.Handler{Allow: words(409)}, get("/"), sends(409, ""), "409", "409", "allowed", nil},
		{"an allowed status that is documented as well", statusgate.Handler{Allow: words(404)}, get("/"), sends(404, ""), "404", "404", "allowed", nil},
		{"a redirect", statusgate.Handler{}, get("/"), sends(302, ""), "302", "302", "protocol", nil},
		{"a switch of protocols", statusgate.Handler{}, get("/"), sends(101, ""), "101", "101", "protocol", nil},
		{"an early hint and then a page", statusgate.Handler{}, get("/"), func(w http.ResponseWriter, r *http.Request) error {
			w.WriteHeader(103)
			return ok(w, r)
		}, "200", "200", "documented", nil},
		{"a handler that writes nothing", statusgate.Handler{}, get("/"), returns(nil), "200", "200", "documented", nil},
		{"a rule", statusgate.Handler{Map: []statusgate.Rule{{From: []statusgate.Word{"410"}, To: "403"}}}, get("/"), sends(410, ""), "410", "403", "rule", nil},
		{"a rule that passes", statusgate.Handler{Map: []statusgate.Rule{{From: []statusgate.Word{"418"}, To: "pass"}}}, get("/"), sends(418, ""), "418", "418", "rule", nil},
		{"the table", statusgate.Handler{}, get("/"), sends(520, ""), "520", "503", "table", nil},
		{"a status that nobody knows", statusgate.Handler{}, get("/"), sends(777, ""), "other", "500", "class", nil},
		{"a malformed status", statusgate.Handler{}, get("/"), sends(99, ""), "other", "500", "malformed", nil},
		{"a huge status", statusgate.Handler{}, get("/"), sends(123456789, ""), "other", "500", "malformed", nil},
		{"a negative status", statusgate.Handler{}, get("/"), sends(-404, ""), "other", "500", "malformed", nil},
		{"an allowed status that nobody knows", statusgate.Handler{Allow: words(777)}, get("/"), sends(777, ""), "other", "other", "allowed", nil},
		{"201 without Location", statusgate.Handler{}, get("/"), sends(201, ""), "201", "201", "documented", []string{`violations_total{gate="statusgate",kind="created_without_location"}`}},
		{"201 without Location, strictly", statusgate.Handler{Contract: "strict"}, get("/"), sends(201, ""), "201", "200", "location", []string{`violations_total{gate="statusgate",kind="created_without_location"}`}},
		{"202 without Location", statusgate.Handler{}, get("/"), sends(202, ""), "202", "202", "documented", []string{`violations_total{gate="statusgate",kind="accepted_without_location"}`}},
		{"405 without Allow", statusgate.Handler{}, get("/"), sends(405, ""), "405", "405", "documented", []string{`violations_total{gate="statusgate",kind="method_not_allowed_without_allow"}`}},
		{"a page for a client of JSON", rejectable(), with("GET", "Content-Type", "application/json", "Accept", "application/json"), sends(200, "x", "Content-Type: text/html"), "200", "406", "representation", nil},
		{"a page for a client of JSON that posted", rejectable(), post("Accept", "application/json"), sends(200, "x", "Content-Type: text/html"), "200", "200", "documented", []string{`violations_total{gate="statusgate",kind="unacceptable_representation"}`}},
		{"an unknown resource", rejectable(), get("/nowhere"), ok, rejected, "404", "unknown_resource", nil},
		{"a method", rejectable(), with("DELETE"), ok, rejected, "405", "method", nil},
		{"OPTIONS", rejectable(), with("OPTIONS"), ok, rejected, "200", "method", nil},
		{"a media type", rejectable(), with("POST", "Content-Type", "text/plain"), ok, rejected, "415", "content_type", nil},
		{"a coding", rejectable(), post("Content-Encoding", "br"), ok, rejected, "415", "content_coding", nil},
		{"an Accept", rejectable(), post("Accept", "text/html"), ok, rejected, "406", "accept", nil},
		{"no backend", statusgate.Handler{}, get("/"), returns(caddyhttp.Error(502, nil)), "502", "503", "backend_unreachable", nil},
		{"no answer in time", statusgate.Handler{}, get("/"), returns(caddyhttp.Error(504, nil)), "504", "503", "backend_timeout", nil},
		{"an abort", statusgate.Handler{}, get("/"), func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }, "none", "503", "backend_incomplete", nil},
		{"a client that left, says the error", statusgate.Handler{}, get("/"), returns(caddyhttp.Error(499, errors.New("gone"))), "none", "499", "client_gone", nil},
		{"a client that left, says the request", statusgate.Handler{}, get("/").WithContext(gone), returns(nil), "none", "499", "client_gone", nil},
		{"a client that left, says the proxy", statusgate.Handler{}, get("/").WithContext(gone), sends(499, ""), "none", "499", "client_gone", nil},
		{"a backend's 499", statusgate.Handler{}, get("/"), sends(499, ""), "499", "401", "table", nil},
		{"a problem that is too large", statusgate.Handler{}, get("/"), sends(404, strings.Repeat("x", exchange.HoldLimit+1), "Content-Type: application/problem+json"), "404", "404", "documented", []string{`undecided_total{cause="too_large",gate="statusgate"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := newContext(t)
			h := newGate(t, ctx, c.gate)
			_, _ = through(t, h, c.request, c.behind)
			want := map[string]string{responses("statusgate", "enforce", c.received, c.sent, c.reason): "1"}
			for _, name := range c.more {
				want[name] = "1"
			}
			compareSeries(t, withoutOverhead(series(t, ctx.GetMetricsRegistry(), false)), want)
		})
	}
}

func TestSeriesExistBeforeAnythingHappens(t *testing.T) {
	ctx := newContext(t)
	newGate(t, ctx, statusgate.Handler{Name: "edge"})
	want := make(map[string]string)
	for _, status := range []string{"200", "201", "202", "400", "401", "403", "404", "405", "406", "415", "500", "503"} {
		want[responses("edge", "enforce", status, status, "documented")] = "0"
	}
	for _, kind := range []string{"created_without_location", "accepted_without_location", "method_not_allowed_without_allow", "unacceptable_representation"} {
		want[fmt.Sprintf(`violations_total{gate="edge",kind=%q}`, kind)] = "0"
	}
	for _, cause := range []string{"too_large", "coding", "memory", "stream", "malformed"} {
		want[fmt.Sprintf(`undecided_total{cause=%q,gate="edge"}`, cause)] = "0"
	}
	for kind := range suspects.Kinds {
		want[fmt.Sprintf(`suspects_total{gate="edge",kind=%q}`, kind)] = "0"
	}
	for sent, reason := range map[string]string{"200": "class", "400": "class", "500": "class"} {
		want[responses("edge", "enforce", "other", sent, reason)] = "0"
	}
	want[responses("edge", "enforce", "other", "500", "malformed")] = "0"
	want[`held_bytes{gate="edge"}`] = "0"
	samples := series(t, ctx.GetMetricsRegistry(), true)
	if got := samples[`overhead_seconds_count{gate="edge"}`]; got != "0" {
		t.Errorf("overhead_seconds_count: got %q, want 0", got)
	}
	compareSeries(t, withoutOverhead(samples), want)
}

func TestGatesOfOneConfigurationShareTheirMetrics(t *testing.T) {
	ctx := newContext(t)
	for _, h := range []statusgate.Handler{{}, {}, {Name: "other"}, {Name: "other", Report: true}} {
		gate := newGate(t, ctx, h)
		_, _ = through(t, gate, get("/"), sends(520, ""))
		_, _ = through(t, gate, get("/"), sends(200, ""))
	}
	compareSeries(t, withoutOverhead(series(t, ctx.GetMetricsRegistry(), false)), map[string]string{
		responses("statusgate", "enforce", "520", "503", "table"):      "2",
		responses("statusgate", "enforce", "200", "200", "documented"): "2",
		responses("other", "enforce", "520", "503", "table"):           "1",
		responses("other", "enforce", "200", "200", "documented"):      "1",
		responses("other", "report", "520", "503", "table"):            "1",
		responses("other", "report", "200", "200", "documented"):       "1",
	})
}

func TestAForeignMetricOfTheSameNameIsAMistake(t *testing.T) {
	for _, name := range []string{"responses_total", "violations_total", "undecided_total", "overhead_seconds"} {
		ctx := newContext(t)
		ctx.GetMetricsRegistry().MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "caddy_statusgate_" + name, Help: "foreign"}))
		err := new(statusgate.Handler).Provision(ctx)
		if err == nil || !strings.Contains(err.Error(), `metrics of gate "statusgate"`) {
			t.Errorf("with a foreign %s: got %v, want an error that names the gate", name, err)
		}
	}
}

func TestWithoutARegistryThereIsNoGate(t *testing.T) {
	if err := new(statusgate.Handler).Provision(caddy.Context{Context: t.Context()}); err == nil {
		t.Error("Provision without a registry: got no error")
	}
}

func TestTheTimeSpentInTheGateIsSampled(t *testing.T) {
	ctx := newContext(t)
	h := newGate(t, ctx, statusgate.Handler{})
	for i, want := range []string{"1", "1"} {
		_, _ = through(t, h, get("/"), sends(520, ""))
		if got := series(t, ctx.GetMetricsRegistry(), true)[`overhead_seconds_count{gate="statusgate"}`]; got != want {
			t.Errorf("after exchange %d: got %q samples, want %s", i+1, got, want)
		}
	}
	for range 15 {
		_, _ = through(t, h, get("/"), sends(200, ""))
	}
	samples := series(t, ctx.GetMetricsRegistry(), true)
	if got := samples[`overhead_seconds_count{gate="statusgate"}`]; got != "2" {
		t.Errorf("after 17 exchanges: got %q samples, want 2", got)
	}
}
