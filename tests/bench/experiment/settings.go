package experiment

import (
	"context"
	"strings"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/chart"
)

// garbage is what the garbage collector costs by its settings.
func garbage(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Settings of the garbage collector",
		Text:  "1 KiB of JSON passed through the gate. Caddy sets GOMEMLIMIT to nine tenths of the memory that its control group, or the machine, has, unless it is set; here it does not matter unless it is given.",
	}
	settings := []string{
		"GOGC=100", "GOGC=200", "GOGC=300", "GOGC=400", "GOGC=600", "GOGC=800",
		"GOGC=100 GOMEMLIMIT=64MiB", "GOGC=400 GOMEMLIMIT=64MiB", "GOGC=off GOMEMLIMIT=64MiB", "GOGC=off GOMEMLIMIT=128MiB",
	}
	entries := make([]entry, 0, len(settings))
	for _, s := range settings {
		p := proxy.Ours(s, "")
		p.Environment = strings.Fields(s)
		entries = append(entries, entry{Proxy: p, request: get("/orders/17")})
	}
	entries = append(entries, again(entries[0]), again(entries[3]))
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), entries)
	if err != nil {
		return report, err
	}
	first := all[0]
	table := Table{Columns: []string{"setting", "CPU (µs)", "× GOGC=100", "least–largest", "requests/s", "p99 (µs)", "peak (MiB)", "resident (MiB)", "more (MiB)"}}
	panel := chart.Panel{X: "peak memory (MiB)", Y: "CPU per request (µs)"}
	for _, s := range all {
		table.Rows = append(table.Rows, []string{
			s.Name, number(s.cost()), times(s.over(first).median()), s.over(first).spread(), number(s.rate()), number(s.latency(p99)), number(s.peak()), number(s.resident()), number(s.peak() - first.peak()),
		})
		panel.Series = append(panel.Series, chart.Series{Name: s.Name, X: []float64{s.peak()}, Y: []float64{s.cost()}, Points: true})
	}
	report.Tables = append(report.Tables, table)
	return report, report.Draw(lab.Lab, "garbage", func(path string) error { return chart.Lines(path, report.Title, panel) })
}

// accessLog is Caddy's own, in JSON.
const accessLog = "log {\n\t\toutput file DIRECTORY/access.log\n\t}"

// option is something of Caddy's own that the configuration can save, or add.
type option struct{ name, gate, proxy, site, server, global, upstream string }

var allOptions = []option{
	{name: "as it is"},
	{name: "access log to a file", site: accessLog},
	{name: "access log, sampled 1 in 100", site: "log {\n\t\toutput file DIRECTORY/access.log\n\t\tsampling {\n\t\t\tinterval 1s\n\t\t\tfirst 10\n\t\t\tthereafter 100\n\t\t}\n\t}"},
	{name: "nothing logged of reverse_proxy", global: "log {\n\t\texclude http.handlers.reverse_proxy\n\t}"},
	{name: "metrics of Caddy", global: "metrics"},
	{name: "encode zstd gzip, not asked for", site: "encode zstd gzip"},
	{name: "matcher: path with a wildcard", site: "@api path /orders/* /customers/*\n\tvars @api kind api"},
	{name: "matcher: path_regexp", site: "@api path_regexp ^/orders/([0-9]+)$\n\tvars @api kind api"},
	{name: "header -Server", site: "header -Server"},
	{name: "header with three fields", site: "header {\n\t\tX-Frame-Options DENY\n\t\tX-Content-Type-Options nosniff\n\t\tReferrer-Policy no-referrer\n\t}"},
	{name: "header_up X-Real-IP", proxy: "header_up X-Real-IP {remote_host}"},
	{name: "idle upstream connections: 256 a host", proxy: "transport http {\n\t\t\tkeepalive_idle_conns_per_host 256\n\t\t}"},
	{name: "upstream compression off", proxy: "transport http {\n\t\t\tcompression off\n\t\t}"},
	{name: "upstream versions 1.1", proxy: "transport http {\n\t\t\tversions 1.1\n\t\t}"},
	{name: "upstream transport direct", proxy: "transport direct"},
	{name: "protocols h1", server: "protocols h1"},
	{name: "no idle timeouts of bodies", server: "timeouts {\n\t\t\tread_body_idle -1s\n\t\t\twrite_idle -1s\n\t\t}"},
	{name: "no keep-alive probes", server: "keepalive_interval -1s"},
	{name: "proxy_status off", gate: "proxy_status off"},
	{name: "upstream over a Unix socket", upstream: "unix/SOCKET"},
	{name: "upstream: 256 idle, compression off", proxy: "transport http {\n\t\t\tkeepalive_idle_conns_per_host 256\n\t\t\tcompression off\n\t\t}"},
}

// gateway is ours with the option.
func (o option) gateway() proxy.Proxy {
	p := proxy.Ours(o.name, o.gate)
	if o.proxy != "" {
		p.Directives = strings.Replace(p.Directives, "reverse_proxy BACKEND", "reverse_proxy BACKEND {\n\t\t"+o.proxy+"\n\t}", 1)
	}
	if o.upstream != "" {
		p.Directives = strings.Replace(p.Directives, "BACKEND", o.upstream, 1)
	}
	if o.site != "" {
		p.Directives = o.site + "\n\t" + p.Directives
	}
	p.Global = o.global
	if o.server != "" {
		p.Global += "\n\tservers {\n\t\t" + o.server + "\n\t}"
	}
	return p
}

// options is what Caddy's own work costs by the configuration.
func options(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Options of Caddy",
		Text:  "1 KiB of JSON passed through the gate with one option changed at a time.",
	}
	entries := make([]entry, 0, len(allOptions))
	for _, o := range allOptions {
		p := o.gateway()
		p.Directives = strings.ReplaceAll(p.Directives, "SOCKET", lab.socket())
		entries = append(entries, entry{Proxy: p, request: get("/orders/17")})
	}
	entries = append(entries, again(entries[0]))
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), entries)
	if err != nil {
		return report, err
	}
	table := Table{Columns: []string{"option", "CPU (µs)", "least–largest", "× as it is", "least–largest", "requests/s", "p99 (µs)", "backend connections per 1000"}}
	for _, s := range all {
		table.Rows = append(table.Rows, []string{
			s.Name, number(s.cost()), spread(s.each(drive.Measurement.PerRequest)), times(s.over(all[0]).median()), s.over(all[0]).spread(), number(s.rate()), number(s.latency(p99)), number(s.connectionsPer1000()),
		})
	}
	report.Tables = append(report.Tables, table)
	return report, group(all).bars(&report, lab, "options")
}
