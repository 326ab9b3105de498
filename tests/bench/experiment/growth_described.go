package experiment

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// growthDescribed is what more operations of an API description cost, in process.
func growthDescribed(ctx context.Context, lab *Lab) (Report, error) {
	report := Report{
		Title: "Growth of the description",
		Text:  "Nanoseconds that an exchange through the handler takes in process, and its allocations, with resources of the configuration and with operations of an OpenAPI document. The last operation is asked for.",
	}
	dir, err := os.MkdirTemp("", "described")
	if err != nil {
		return report, err
	}
	defer os.RemoveAll(dir)
	lines := []line{
		{name: "resources of the configuration", at: []int{10}, bench: manyResources},
		{name: "operations of a description", at: []int{10, 100, 1000, 20_000}, bench: func(n int) (*bench, error) { return described(dir, n) }},
	}
	table := Table{Columns: []string{"what grows", "10", "100", "1000", "20 000"}}
	for i := range lines {
		if err := lab.timeLine(ctx, &lines[i]); err != nil {
			return report, err
		}
		row := make([]string, len(table.Columns))
		row[0] = lines[i].name
		for k, cost := range lines[i].costs {
			row[k+1] = fmt.Sprintf("%.0f; %.0f", median(cost), lines[i].allocs[k])
		}
		table.Rows = append(table.Rows, row)
	}
	report.Tables = append(report.Tables, table)
	atMost(&report, "20 000 operations, to 10", lines[1].ratio(3, 0), math.Log(20_000)/math.Log(10)) //nolint:mnd // as they grow
	ratio := make(ratios, batches)
	for k := range ratio {
		ratio[k] = lines[1].costs[2][k] / lines[0].costs[0][k]
	}
	atMost(&report, "1000 operations, to ten resources", ratio, 1.5)
	return report, nil
}

// described is a gate with a document that has so many operations. The last one is
// asked for.
func described(dir string, n int) (*bench, error) {
	const body = `{"requestBody":{"content":{"application/json":{}}},"responses":{"200":{"content":{"application/json":{},"text/html":{}}},"404":{}}}`
	paths := make([]string, 0, n/2)
	for i := range n / 2 {
		paths = append(paths, fmt.Sprintf(`"/r%d/{id}":{"get":%s,"put":%[2]s}`, i, body))
	}
	file := filepath.Join(dir, fmt.Sprintf("api%d.json", n))
	if err := os.WriteFile(file, []byte(`{"openapi":"3.0.3","paths":{`+strings.Join(paths, ",")+`}}`), 0o600); err != nil {
		return nil, err
	}
	return newBench(setup{path: fmt.Sprintf("/r%d/17", n/2-1), options: "openapi " + file})
}
