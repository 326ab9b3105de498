package experiment

import (
	"context"
	"fmt"
	"math"
	"net/http"
)

// allocations are exact, so they fail on any machine where they grow. What a handler
// gets is never pooled, as it may keep it: the writer (32 bytes), and the request with a
// context that the client's leaving ends later than the server's does. These are four,
// and a resource's match is one more.
func allocations(ctx context.Context, _ *Lab) (Report, error) {
	report := Report{
		Title: "Allocations",
		Text:  "How often an exchange through the handler allocates, in process, beyond what Caddy's server and the backend do.",
	}
	table := Table{Columns: []string{"exchange", "allocations", "at most"}}
	for _, c := range []struct {
		name string
		setup
		most float64
	}{
		{"200 passed through", setup{}, 4},
		{"200 passed through, report mode", setup{options: "report"}, 6},
		{"404 JSON kept", setup{status: http.StatusNotFound}, 4},
		{"100 resources and a browser's Accept", setup{path: "/r57/17", options: resources(100)}, 5},
		{"520 rewritten to 503", setup{status: 520}, 13}, //nolint:mnd // as some gateways say it
		{"405 with a problem", setup{method: http.MethodDelete, options: "methods GET POST"}, 4},
		{"406 with a problem", setup{accept: "application/json", options: "produces application/xml text/csv"}, 3},
		{"503 shed", setup{options: "shed {\nfixed 1\nqueue 0\n}", hold: true}, 4},
	} {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		b, err := newBench(c.setup)
		if err != nil {
			return report, fmt.Errorf("%s: %w", c.name, err)
		}
		// Now and then something else in this process allocates: what is left of a whole is not ours.
		count := math.Floor(b.allocations())
		b.close()
		report.Checks = append(report.Checks, Check{
			Figure: c.name, Target: fmt.Sprintf("≤ %.0f", c.most), Measured: fmt.Sprintf("%.0f", count), Pass: count <= c.most, Gross: count > c.most,
		})
		table.Rows = append(table.Rows, []string{c.name, fmt.Sprintf("%.0f", count), fmt.Sprintf("%.0f", c.most)})
	}
	report.Tables = append(report.Tables, table)
	return report, nil
}
