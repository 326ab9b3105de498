package exchange_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate"
)

// shedSeries are the samples of the limiters.
func shedSeries(t *testing.T, samples map[string]string) map[string]string {
	t.Helper()
	ours := make(map[string]string)
	for name, value := range samples {
		if name, ok := strings.CutPrefix(name, "shed_"); ok && !strings.Contains(name, "_bucket{") && !strings.Contains(name, "_sum{") {
			ours[name] = value
		}
	}
	return ours
}

// Every series is there from the beginning, each of a closed set.
func TestTheSeriesOfALimiter(t *testing.T) {
	want := make(map[string]string)
	add := func(name, label string, values ...string) {
		if label == "" {
			want[name+`{limiter="backend"}`] = "0"
		}
		for _, value := range values {
			labels := []string{fmt.Sprintf("limiter=%q", "backend"), fmt.Sprintf("%s=%q", label, value)}
			slices.Sort(labels)
			want[name+"{"+strings.Join(labels, ",")+"}"] = "0"
		}
	}
	classes := []string{"critical", "normal", "background", "exempt"}
	for _, name := range []string{"inflight", "ghost_inflight", "streams", "delivered_erlangs", "elasticity", "fairness_demotions_total", "retry_after_seconds_count"} {
		add(name, "")
	}
	for _, name := range []string{"queued", "overloaded", "queue_wait_seconds_count"} {
		add(name, "class", classes...)
	}
	add("reject_reason_total", "reason", "capacity", "cohort", "usage", "patience")
	add("probes_total", "result", "confirmed", "moved", "stale", "failed")
	add("base_latency_seconds", "route", "read /orders/{id}", "write /orders/{id}", "read /carts", "write /carts", "other")
	for _, class := range classes {
		for _, outcome := range []string{"admitted", "queued", "rejected", "evicted", "timeout", "abandoned"} {
			want[fmt.Sprintf("requests_total{class=%q,limiter=%q,outcome=%q}", class, "backend", outcome)] = "0"
		}
	}
	for name, value := range map[string]string{"limit": "12", "congestion_ratio": "1", "squeeze": "1"} {
		want[name+`{limiter="backend"}`] = value
	}

	ctx := newContext(t)
	for _, path := range []string{"/orders/{id}", "/carts", "/orders/{id}"} { // three gates, one limiter
		h := newGate(t, ctx, statusgate.Handler{
			Name: strings.Trim(path, "/{}"), Shed: &statusgate.Shed{Name: "backend", Fixed: 12}, Resources: []statusgate.Resource{{Path: path}},
		})
		t.Cleanup(func() { cleanUp(t, h) })
	}
	compareSeries(t, shedSeries(t, series(t, ctx.GetMetricsRegistry(), true)), want)
}

// The routes that are told apart are bounded, whatever is declared.
func TestRoutesOfALimiterAreBounded(t *testing.T) {
	ctx := newContext(t)
	var h statusgate.Handler
	for i := range 100 {
		h.Resources = append(h.Resources, statusgate.Resource{Path: fmt.Sprintf("/r%d", i)})
	}
	h.Shed = &statusgate.Shed{}
	g := newGate(t, ctx, h)
	t.Cleanup(func() { cleanUp(t, g) })
	routes := 0
	for name := range series(t, ctx.GetMetricsRegistry(), true) {
		if strings.HasPrefix(name, "shed_base_latency_seconds{") {
			routes++
		}
	}
	if routes != 64 {
		t.Errorf("%d routes, want 64", routes)
	}
}

// What a route takes is known once enough requests have come.
func TestTheBaseLatencyOfARoute(t *testing.T) {
	ctx := newContext(t)
	g := newGate(t, ctx, statusgate.Handler{Shed: &statusgate.Shed{Fixed: 10}, Resources: []statusgate.Resource{{Path: "/orders"}}})
	t.Cleanup(func() { cleanUp(t, g) })
	const route = `shed_base_latency_seconds{limiter="statusgate",route="read /orders"}`
	for range 2000 {
		if w, err := through(t, g, get("/orders"), sends(http.StatusOK, "ok")); err != nil || w.Code != 200 {
			t.Fatal(w.Code, err)
		}
	}
	if got := series(t, ctx.GetMetricsRegistry(), true)[route]; got == "0" || got == "" {
		t.Errorf("%s is %q after 2000 requests", route, got)
	}
}
