package exchange_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/shed"
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
			want[name+`{limiter="backend",mode="enforce"}`] = "0"
		}
		for _, value := range values {
			labels := []string{`limiter="backend"`, `mode="enforce"`, fmt.Sprintf("%s=%q", label, value)}
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
	add("probes_total", "result", "confirmed", "moved", "stale", "failed")
	add("base_latency_seconds", "route", "read /orders/{id}", "write /orders/{id}", "read /carts", "write /carts", "other")
	for _, class := range classes {
		for _, outcome := range []string{"admitted", "queued", "rejected", "evicted", "timeout", "abandoned"} {
			want[fmt.Sprintf("requests_total{class=%q,limiter=%q,mode=%q,outcome=%q}", class, "backend", "enforce", outcome)] = "0"
		}
		for _, reason := range []string{"capacity", "cohort", "usage", "patience"} {
			want[fmt.Sprintf("reject_reason_total{class=%q,limiter=%q,mode=%q,reason=%q}", class, "backend", "enforce", reason)] = "0"
		}
	}
	for name, value := range map[string]string{"limit": "12", "congestion_ratio": "1", "squeeze": "1"} {
		want[name+`{limiter="backend",mode="enforce"}`] = value
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
	if want := 2*28 + 1; routes != want {
		t.Errorf("%d routes, want %d", routes, want)
	}
}

// Each declared resource has its slots to itself, as long as there are some. What
// nobody declared, and what was declared too late, shares the others.
func TestDeclaredResourcesHaveTheirOwnSlots(t *testing.T) {
	ctx := newContext(t)
	h := statusgate.Handler{Shed: &statusgate.Shed{}}
	for i := range 40 {
		h.Resources = append(h.Resources, statusgate.Resource{Path: fmt.Sprintf("/r%d", i)})
	}
	g := newGate(t, ctx, h)
	t.Cleanup(func() { cleanUp(t, g) })
	users := make(map[uint8][]string) // by slot
	use := func(path string) {
		for _, method := range []string{"GET", "POST"} {
			slot := shed.Slot(g.Gate().RouteOf(httptest.NewRequest(method, path, nil)))
			users[slot] = append(users[slot], method+" "+path)
		}
	}
	for i := range 40 {
		use(fmt.Sprintf("/r%d", i))
	}
	for i := range 1000 {
		use(fmt.Sprintf("/undeclared%d", i))
	}
	alone := 0
	for slot, paths := range users {
		if len(paths) == 1 {
			alone++
			if !strings.Contains(paths[0], " /r") {
				t.Errorf("%s has slot %d to itself", paths[0], slot)
			}
		}
		if len(paths) > 1 && strings.HasPrefix(paths[0][:3], "GET") != strings.HasPrefix(paths[1], "GET") {
			t.Errorf("reading and writing share slot %d: %v", slot, paths[:2])
		}
	}
	if alone != 2*28 || len(users) != shed.Slots {
		t.Errorf("%d of %d slots have one user, want %d of %d", alone, len(users), 2*28, shed.Slots)
	}
}

// A reload that drops resources gives their slots to others, and those that stay
// keep theirs.
func TestSlotsAreGivenBack(t *testing.T) {
	gate := func(paths ...string) *statusgate.Handler {
		h := statusgate.Handler{Shed: &statusgate.Shed{Name: t.Name()}}
		for _, path := range paths {
			h.Resources = append(h.Resources, statusgate.Resource{Path: path})
		}
		return newGate(t, newContext(t), h)
	}
	many := func(name string) (paths []string) {
		for i := range 27 {
			paths = append(paths, fmt.Sprintf("/%s%d", name, i))
		}
		return paths
	}
	slot := func(g *statusgate.Handler, path string) uint8 {
		return shed.Slot(g.Gate().RouteOf(httptest.NewRequest("GET", path, nil)))
	}
	before := gate(append(many("a"), "/stays")...)
	stays := slot(before, "/stays")
	for _, name := range []string{"b", "c"} {
		during := gate("/stays", "/"+name+"0") // no slot is left for the second
		if slot(during, "/stays") != stays {
			t.Errorf("/stays is moved")
		}
		cleanUp(t, before)
		before = gate(append(many(name), "/stays")...)
		cleanUp(t, during)
		seen := map[uint8]bool{}
		for _, path := range append(many(name), "/stays") {
			seen[slot(before, path)] = true
		}
		if len(seen) != 28 || slot(before, "/stays") != stays {
			t.Errorf("%d slots for 28 resources, /stays in %d, want %d", len(seen), slot(before, "/stays"), stays)
		}
	}
	cleanUp(t, before)
}

// What a route takes is known once enough requests have come.
func TestTheBaseLatencyOfARoute(t *testing.T) {
	ctx := newContext(t)
	g := newGate(t, ctx, statusgate.Handler{Shed: &statusgate.Shed{Fixed: 10}, Resources: []statusgate.Resource{{Path: "/orders"}}})
	t.Cleanup(func() { cleanUp(t, g) })
	const route = `shed_base_latency_seconds{limiter="statusgate",mode="enforce",route="read /orders"}`
	for range 2000 {
		if w, err := through(t, g, get("/orders"), sends(http.StatusOK, "ok")); err != nil || w.Code != 200 {
			t.Fatal(w.Code, err)
		}
	}
	if got := series(t, ctx.GetMetricsRegistry(), true)[route]; got == "0" || got == "" {
		t.Errorf("%s is %q after 2000 requests", route, got)
	}
}
