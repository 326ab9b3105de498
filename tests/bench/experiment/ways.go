package experiment

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
)

// ways to the backend, with the gate in front. All have what is shipped for
// reverse_proxy, or its like.
var ways = []struct {
	name, directive string
	direct          bool
}{
	{"reverse_proxy", "reverse_proxy", false},
	{"transport direct", "reverse_proxy", true},
	{"statusgate_proxy", "statusgate_proxy", false},
	{"both", "statusgate_proxy", true},
}

// way is a gateway by one of the ways.
func (lab *Lab) way(i int) proxy.Proxy {
	w := ways[i]
	p := proxy.Ours(w.name, "")
	p.Environment = lab.shipped.environment
	block := "\n\t\t" + lab.shipped.proxy + "\n\t"
	if w.direct {
		block = "\n\t\ttransport direct\n\t"
	}
	p.Directives = strings.Replace(p.Directives, "reverse_proxy BACKEND", w.directive+" BACKEND {"+block+"}", 1)
	return p
}

// journey is a case of the comparison of ways.
type journey struct {
	name    string
	request drive.Request
	want    int
	rivals  []proxy.Proxy // the first is stock Caddy
	clients int
}

func journeys() []journey {
	pass := []proxy.Proxy{proxy.CaddyPass(), proxy.NginxPass(), proxy.HAProxyPass()}
	odd := []proxy.Proxy{proxy.CaddyHandleResponse(), proxy.NginxErrorPage(), proxy.HAProxyReturn()}
	body := `{"name":"` + strings.Repeat("x", 1013) + `"}`
	post := drive.Request{Method: http.MethodPost, Path: "/orders", Fields: []string{"Content-Type: application/json"}, Body: body}
	return []journey{
		{"GET, 1 KiB", get("/orders/17"), http.StatusOK, pass, connections},
		{"POST of 1 KiB", post, http.StatusOK, pass, connections},
		{"520 to 503 with a problem", get("/520"), http.StatusServiceUnavailable, odd, connections},
		{"64 KiB", get("/text/65536"), http.StatusOK, pass, connections},
		{"1 MiB", get("/text/1048576"), http.StatusOK, pass, connections},
		{"512 connections", get("/orders/17"), http.StatusOK, pass, 512},
	}
}

// theWays is what a request costs by each way to the backend.
func theWays(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Ways to the backend",
		Text:  "CPU per request, × stock Caddy with its defaults, with the least and largest of the rounds. The gate is on, and what is shipped is set. Stock Caddy answers the 520 by `handle_response`.",
	}
	table := Table{Columns: []string{"case", "stock Caddy (µs)"}}
	names := make([]string, 0, len(ways)+2)
	for _, w := range ways {
		names = append(names, w.name)
	}
	names = append(names, "nginx", "HAProxy")
	table.Columns = append(append(table.Columns, names...), "both × reverse_proxy", "backend connections per 1000: stock, both")
	for _, j := range journeys() {
		entries := make([]entry, 0, len(ways)+len(j.rivals))
		for i := range ways {
			entries = append(entries, entry{Proxy: lab.way(i)})
		}
		for i, rival := range j.rivals {
			rival.Name = []string{nameStock, "nginx", "HAProxy"}[i]
			entries = append(entries, entry{Proxy: rival})
		}
		for i := range entries {
			entries[i].request, entries[i].want, entries[i].connections = j.request, j.want, j.clients
		}
		p := lab.pace()
		p.paced = 0
		if strings.HasSuffix(j.name, "MiB") {
			p.window, p.passes = 4*p.window, p.passes/4
		}
		all, err := lab.rounds(ctx, lab.Rounds, p, entries)
		if err != nil {
			return report, err
		}
		table.Rows = append(table.Rows, group(all).journey(j.name, names))
	}
	report.Tables = append(report.Tables, table)
	return report, nil
}

// journey is the row of a case.
func (g group) journey(name string, names []string) []string {
	stock, both := g.named(nameStock), g.named("both")
	row := []string{name, number(stock.cost())}
	for _, n := range names {
		i := slices.IndexFunc(g, func(s *series) bool { return s.Name == n })
		if i < 0 {
			row = append(row, "–")
			continue
		}
		row = append(row, times(g[i].over(stock).median())+" ("+g[i].over(stock).spread()+")")
	}
	over := both.over(g.named("reverse_proxy"))
	return append(row, times(over.median())+" ("+over.spread()+")", number(stock.connectionsPer1000())+", "+number(both.connectionsPer1000()))
}
