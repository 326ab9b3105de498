package experiment

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/process"
)

// variant is a way to build the gateway.
type variant struct {
	name        string
	flags       []string
	environment []string
}

// Flags of all builds but those that are to show what they change.
const (
	tags   = "-tags=nobadger,nomysql,nopgx"
	linker = "-ldflags=-s -w"
)

// builds is what flags of the compiler and the linker change. It compiles the
// gateway several times.
func builds(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Ways to build",
		Text:  "The profile is of all cases below and of four more, three seconds each. The first build twice shows what is noise.",
	}
	profile, err := lab.collect(ctx)
	if err != nil {
		return report, err
	}
	variants := []variant{
		{"-s -w", []string{linker}, nil},
		{"the same again", []string{linker}, nil},
		{"no linker flags", nil, nil},
		{"GOAMD64=v3", []string{linker}, []string{"GOAMD64=v3"}},
		{"-pgo", []string{linker, "-pgo=" + profile}, nil},
	}
	table := Table{Columns: []string{"build", "CPU (µs)", "least–largest", "× -s -w", "least–largest", "peak (MiB)", "file (MiB)"}}
	var entries []entry
	for i, v := range variants {
		program := filepath.Join(lab.Dir, fmt.Sprintf("variant%d", i))
		lab.Say("building %s", v.name)
		arguments := append([]string{"build", "-trimpath", tags, "-o", program}, v.flags...)
		if err := process.GoTool(ctx, lab.Module, v.environment, append(arguments, "./cmd/gateway")...); err != nil {
			return report, err
		}
		for _, e := range builtCases() {
			e.Name, e.Program = v.name+": "+e.Name, program
			entries = append(entries, e)
		}
	}
	all, err := lab.rounds(ctx, lab.Rounds, lab.pace(), entries)
	if err != nil {
		return report, err
	}
	for i, s := range all {
		base := s.over(all[i%len(builtCases())])
		table.Rows = append(table.Rows, []string{
			s.Name, number(s.cost()), spread(s.each(drive.Measurement.PerRequest)), times(base.median()), base.spread(), number(s.peak()), fmt.Sprintf("%.1f", megabytes(s.Program)),
		})
	}
	report.Tables = append(report.Tables, table)
	return report, nil
}

// builtCases are measured with each build.
func builtCases() []entry {
	return []entry{
		{Proxy: proxy.Ours("passed through", ""), request: get("/orders/17")},
		{Proxy: proxy.Ours("520 rewritten", ""), request: get("/520"), want: http.StatusServiceUnavailable},
		{Proxy: proxy.Ours("405", "methods GET POST"), request: drive.Request{Method: http.MethodDelete, Path: "/orders"}, want: http.StatusMethodNotAllowed},
	}
}
