package experiment

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/chart"
)

// browser is what a browser accepts.
const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

// Names of ours, as the tables have them.
const (
	nameGate    = "Statusgate"
	nameNoGate  = "the same binary, no gate"
	nameShipped = "Statusgate as shipped"
	nameStock   = "stock Caddy"
)

func get(path string, fields ...string) drive.Request {
	return drive.Request{Path: path, Fields: fields}
}

// group is series by name.
type group []*series

func (g group) named(name string) *series {
	for _, s := range g {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// among are the series of some kinds of program.
func (g group) among(want func(*series) bool) group {
	var all group
	for _, s := range g {
		if want(s) {
			all = append(all, s)
		}
	}
	return all
}

// cheapest is the series whose requests cost least, nil if there is none.
func (g group) cheapest() *series {
	var best *series
	for _, s := range g {
		if best == nil || s.cost() < best.cost() {
			best = s
		}
	}
	return best
}

func isPeer(s *series) bool { return !s.less && (s.Kind == proxy.Nginx || s.Kind == proxy.HAProxy) }

// table has the figures of all series. Ratios are to the cheapest of stock Caddy
// that is not left out, and to the cheapest peer.
func (g group) table(stock *series) Table {
	peer := g.among(isPeer).cheapest()
	t := Table{Columns: []string{
		"gateway", "CPU (µs)", "least–largest", "× stock", "least–largest", "× best peer", "requests/s", "p50 (µs)", "p99 (µs)", "peak (MiB)", "backend connections per 1000",
	}}
	for _, s := range g {
		t.Rows = append(t.Rows, []string{
			s.Name, number(s.cost()), spread(s.each(drive.Measurement.PerRequest)), times(s.over(stock).median()), s.over(stock).spread(), times(s.over(peer).median()), number(s.rate()),
			number(s.latency(p50)), number(s.latency(p99)), number(s.peak()), number(s.connectionsPer1000()),
		})
	}
	return t
}

// bars draws what a request costs each.
func (g group) bars(report *Report, lab *Lab, name string) error {
	return report.Draw(lab.Lab, name, func(path string) error {
		panel := chart.BarPanel{Y: "CPU per request (µs)"}
		for i, s := range g {
			panel.Groups = append(panel.Groups, fmt.Sprint(i+1))
			values := make([]float64, len(g))
			for k := range values {
				values[k] = math.NaN()
			}
			values[i] = s.cost()
			panel.Series = append(panel.Series, chart.BarSeries{Name: fmt.Sprintf("%d  %s", i+1, s.Name), Values: values})
		}
		return chart.Bars(path, report.Title, panel)
	})
}

// again is an entry once more, to show what is noise. The short form does without.
func again(e entry) entry {
	e.again, e.Name, e.long = e.Name, e.Name+", again", true
	return e
}

// finish adds the table, the plot and how far the same lie apart.
func (g group) finish(report *Report, lab *Lab, name string, stock *series) error {
	for _, s := range g {
		if first := g.named(s.again); first != nil {
			r := s.over(first)
			same(report, first.Name, r)
			lab.noise = append(lab.noise, apart(r.median())-1)
		}
	}
	report.Tables = append(report.Tables, g.table(stock))
	return g.bars(report, lab, name)
}

func named(p proxy.Proxy, name string) proxy.Proxy {
	p.Name = name
	return p
}

// logged has Caddy write an access log into a file.
func logged(p proxy.Proxy) proxy.Proxy {
	p.Directives = accessLog + "\n\t" + p.Directives
	return p
}

// pass is everything that passes through as it is.
func pass(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Passed through",
		Text:  "1 KiB of JSON under 200 or 404. Nothing is logged.",
	}
	plain, kept, accepts := get("/orders/17"), get("/404"), get("/r57/17", browser)
	entries := []entry{
		{Proxy: proxy.NoGate(nameNoGate), request: plain},
		{Proxy: proxy.Ours(nameGate, ""), request: plain},
		{Proxy: lab.ship(proxy.Ours("", ""), nameShipped), request: plain},
		{Proxy: proxy.CaddyPass(), request: plain},
		lab.alike(entry{Proxy: proxy.CaddyPass(), request: plain}),
		{Proxy: proxy.Ours(nameGate+", report", "report"), request: plain},
		{Proxy: proxy.Ours(nameGate+", six body rules", proxy.SixRules), request: plain},
		{Proxy: proxy.Ours(nameGate+", 404 kept", ""), request: kept, want: http.StatusNotFound},
		{Proxy: proxy.Ours(nameGate+", browser", ""), request: accepts},
		{Proxy: proxy.Ours(nameGate+", browser, 100 resources", proxy.Resources(100)), request: accepts},
		{Proxy: proxy.NginxPass(), request: plain},
		{Proxy: proxy.HAProxyPass(), request: plain},
		{Proxy: logged(lab.ship(proxy.Ours("", ""), nameShipped+", access log")), request: plain, long: true},
		{Proxy: logged(named(proxy.CaddyPass(), nameStock+", access log")), request: plain, long: true},
	}
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), append(entries, again(entries[1])))
	if err != nil {
		return report, err
	}
	g := group(all)
	gate, stock, shipped := g.named(nameGate), g.named(nameStock), g.named(nameShipped)
	lab.sum("200 passed through", g, nameShipped, nameGate, nameStock)
	atMost(&report, "200 passed through, to the same binary without the gate", gate.over(g.named(nameNoGate)), 1.02)
	atMost(&report, "200 passed through as shipped, to stock Caddy", shipped.over(stock), .85)
	atMost(&report, "memory as shipped, to stock Caddy", shipped.ratio(stock, peak), 1.5)
	atMost(&report, "404 JSON kept, to our pass-through", g.named(nameGate+", 404 kept").over(gate), 1.03)
	atMost(&report, "six body rules that do not match, to our pass-through", g.named(nameGate+", six body rules").over(gate), 1.06)
	atMost(&report, "100 resources and a browser's Accept, to the bare gate", g.named(nameGate+", browser, 100 resources").over(g.named(nameGate+", browser")), 1.02)
	atMost(&report, "report mode, to enforcing", g.named(nameGate+", report").over(gate), 1.02)
	return report, g.finish(&report, lab, "pass", stock)
}

// Connections to the backend.
const (
	connectionNoise = 1.3 // how far two of the same lie apart in how often Caddy finds none that is idle
	dropped         = 500 // in a thousand answers: they are not kept
)

// odd is a status that must be rewritten.
func odd(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "520 rewritten to 503",
		Text:  "The backend sends 520 with 1 KiB of HTML; the client gets 503 with a problem, Retry-After, Vary and Proxy-Status. Ratios to stock are to handle_response.",
	}
	request, want := get("/520"), http.StatusServiceUnavailable
	entries := []entry{
		{Proxy: proxy.Ours(nameGate+", 200 passed through", ""), request: get("/orders/17")},
		{Proxy: proxy.Ours(nameGate, ""), request: request, want: want},
		{Proxy: lab.ship(proxy.Ours("", ""), nameShipped), request: request, want: want},
		{Proxy: lab.ship(proxy.Ours("", ""), nameShipped+", 200 passed through"), request: get("/orders/17")},
		{Proxy: proxy.CaddyHandleResponse(), request: request, want: want},
		lab.alike(entry{Proxy: proxy.CaddyHandleResponse(), request: request, want: want}),
		{Proxy: proxy.CaddyReplaceStatus(), request: request, want: want, less: true, long: true},
		{Proxy: proxy.CaddyIntercept(), request: request, want: want, long: true},
		{Proxy: proxy.NginxErrorPage(), request: request, want: want},
		{Proxy: proxy.HAProxyReturn(), request: request, want: want},
		{Proxy: proxy.HAProxySetStatus(), request: request, want: want, less: true, long: true},
	}
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), append(entries, again(entries[1])))
	if err != nil {
		return report, err
	}
	g := group(all)
	gate, stock := g.named(nameGate), g.named(proxy.CaddyHandleResponse().Name)
	atMost(&report, "520 to 503 with a problem, to our pass-through", gate.over(g[0]), 1.10)
	atMost(&report, "520 to 503 with a problem as shipped, to our pass-through as shipped", g.named(nameShipped).over(g.named(nameShipped+", 200 passed through")), 1.10)
	atMost(&report, "520 to 503 with a problem, to stock handle_response", gate.over(stock), .60)
	atMost(&report, "520 to 503 with a problem as shipped, to stock handle_response", g.named(nameShipped).over(stock), .60)
	// How often Caddy finds no idle connection is a matter of chance, and of how a window
	// begins, not of how many answers it has; a connection that is dropped with its
	// answer makes a thousand.
	kept := gate.connectionsPer1000() <= dropped
	report.Checks = append(report.Checks, Check{
		Figure: "backend connections in as many windows, 520 to 503", Target: "≤ " + number(connectionNoise) + " × our pass-through",
		Measured: number(gate.connections()) + ", " + number(g[0].connections()),
		Pass:     kept && gate.connections() <= connectionNoise*g[0].connections(), Gross: !kept,
	})
	report.AtMost("backend connections per 1000 answers as shipped, 520 to 503", "", g.named(nameShipped).connectionsPer1000(), 1, dropped)
	lab.sum("520 rewritten to 503", g, nameShipped, nameGate, stock.Name)
	return report, g.finish(&report, lab, "odd", stock)
}

// refusals are answered without the backend.
func refusals(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Requests that are refused",
		Text:  "405, 406 and 415 with a problem; the backend is not asked. The rivals send the same header fields, but check nothing. Ratios to stock are to `respond 405`.",
	}
	requests := []struct {
		status  int
		request drive.Request
		options string
	}{
		{http.StatusMethodNotAllowed, drive.Request{Method: "DELETE", Path: "/orders"}, "methods GET POST"},
		{http.StatusNotAcceptable, get("/orders", "Accept: application/json"), "produces application/xml text/csv\nproblems {\nformats json\n}"},
		{http.StatusUnsupportedMediaType, drive.Request{Method: "POST", Path: "/orders", Fields: []string{"Content-Type: text/csv"}, Body: "17,lamp"}, "consumes application/json"},
	}
	title := func(name string, status int) string { return fmt.Sprintf("%s, %d", name, status) }
	entries := make([]entry, 0, 3*len(requests)+6)
	for _, r := range requests {
		entries = append(entries,
			entry{Proxy: proxy.Ours(title(nameGate, r.status), r.options), request: r.request, want: r.status},
			entry{Proxy: lab.ship(proxy.Ours("", r.options), title(nameShipped, r.status)), request: r.request, want: r.status},
			entry{Proxy: proxy.CaddyRespond(r.status), request: r.request, want: r.status})
	}
	first := requests[0]
	entries = append(entries,
		lab.alike(entry{Proxy: proxy.CaddyRespond(first.status), request: first.request, want: first.status}),
		entry{Proxy: proxy.CaddyRespondBare(first.status), request: first.request, want: first.status, long: true},
		entry{Proxy: proxy.CaddyHandleErrors(first.status), request: first.request, want: first.status, long: true},
		entry{Proxy: proxy.NginxReturn(first.status), request: first.request, want: first.status},
		entry{Proxy: proxy.HAProxyRefuse(first.status), request: first.request, want: first.status},
		again(entries[0]))
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), entries)
	if err != nil {
		return report, err
	}
	g := group(all)
	for _, r := range requests {
		stock := g.named(proxy.CaddyRespond(r.status).Name)
		atMost(&report, fmt.Sprintf("%d with a problem, to stock respond", r.status), g.named(title(nameGate, r.status)).over(stock), .90)
		atMost(&report, fmt.Sprintf("%d with a problem as shipped, to stock respond", r.status), g.named(title(nameShipped, r.status)).over(stock), .90)
	}
	lab.sum("405 refused", g, title(nameShipped, first.status), title(nameGate, first.status), proxy.CaddyRespond(first.status).Name)
	return report, g.finish(&report, lab, "refusals", g.named(proxy.CaddyRespond(first.status).Name))
}

// places is how many requests at a time the backend takes while we shed.
const places = 16

// shedding is what a reject costs while the backend is full.
func shedding(ctx context.Context, lab *Lab) (Report, error) {
	const tenfold = 10 * places * 5 // a place serves five in a second
	report := Report{
		Title: "Shed",
		Text:  fmt.Sprintf("The backend takes 200 ms and %d requests at a time; without a queue, and with a limit that is fixed; who finds no place is answered 503 with a problem, Retry-After, Vary and Proxy-Status. Latency at ten times the capacity, %d requests/s. Ratios to stock are to `respond 503`.", places, tenfold),
	}
	request, want := get("/slow"), http.StatusServiceUnavailable
	options := fmt.Sprintf("shed {\n\t\t\tfixed %d\n\t\t\tqueue 0\n\t\t}", places)
	entries := []entry{
		{Proxy: proxy.Ours(nameGate, options)},
		{Proxy: proxy.CaddyRespond(want)},
		lab.alike(entry{Proxy: proxy.CaddyRespond(want)}),
		{Proxy: lab.ship(proxy.Ours("", options), nameShipped)},
		{Proxy: proxy.CaddyUnhealthy(places), long: true},
		{Proxy: proxy.NginxLimit(places)},
		{Proxy: proxy.HAProxyLimit(places)},
	}
	for i := range entries {
		entries[i].request, entries[i].want, entries[i].rate, entries[i].held = request, want, tenfold, places
	}
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), append(entries, again(entries[0])))
	if err != nil {
		return report, err
	}
	g := group(all)
	gate, stock := g.named(nameGate), g.named(proxy.CaddyRespond(want).Name)
	atMost(&report, "503 shed, to stock respond 503", gate.over(stock), .90)
	atMost(&report, "503 shed as shipped, to stock respond 503", g.named(nameShipped).over(stock), .90)
	share := gate.latency(func(m drive.Measurement) float64 { return m.CPU.Seconds() / m.Took.Seconds() })
	report.Checks = append(report.Checks, Check{
		Figure: "share of the core at ten times the backend's capacity", Target: "≤ 33 %", Measured: fmt.Sprintf("%.1f %%", 100*share), Pass: share <= 1./3, Gross: share > .9,
	})
	lab.sum("503 shed", g, nameShipped, nameGate, stock.Name)
	return report, g.finish(&report, lab, "shed", stock)
}

// large is a long body that no rule cares for.
func large(ctx context.Context, lab *Lab) (Report, error) {
	const rate = 200
	report := Report{
		Title: "1 MiB passed through",
		Text:  fmt.Sprintf("Text that the first byte tells from all that the six body rules look for. Latency at %d requests/s.", rate),
	}
	request := get("/text/1048576")
	entries := []entry{
		{Proxy: proxy.NoGate(nameNoGate), request: request, rate: rate},
		{Proxy: proxy.Ours(nameGate+", six body rules", proxy.SixRules), request: request, rate: rate},
		{Proxy: proxy.CaddyPass(), request: request, rate: rate},
		lab.alike(entry{Proxy: proxy.CaddyPass(), request: request, rate: rate}),
		{Proxy: lab.ship(proxy.Ours("", proxy.SixRules), nameShipped+", six body rules"), request: request, rate: rate},
		{Proxy: proxy.NginxPass(), request: request, rate: rate},
		{Proxy: proxy.HAProxyPass(), request: request, rate: rate},
	}
	p := lab.pace()
	p.window, p.passes = 4*p.window, p.passes/4 // time for more than one answer on each connection
	all, err := lab.rounds(ctx, lab.Rounds, p, append(entries, again(entries[1])))
	if err != nil {
		return report, err
	}
	g := group(all)
	gate, stock := g.named(nameGate+", six body rules"), g.named(nameStock)
	atLeast(&report, "1 MiB for the same processor time, to stock Caddy", stock.over(gate), .95)
	// By the clock, so what others do counts in full: never gross.
	perSecond := gate.ratio(stock, drive.Measurement.Rate)
	checked(&report, perSecond, func() {
		report.AtLeast("1 MiB in a second, to stock Caddy", " ×", perSecond.median(), .95, 0)
	})
	lab.sum("1 MiB, six body rules", g, nameShipped+", six body rules", gate.Name, nameStock)
	return report, g.finish(&report, lab, "large", stock)
}

// file is a name without what a path must not have.
func file(name string) string {
	return filepath.Clean(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,/+()", r) {
			return '-'
		}
		return r
	}, name))
}
