package tests

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// prometheusDescription is what Prometheus publishes of its API, beside the repository:
// it is not part of it.
func prometheusDescription(t *testing.T) string {
	t.Helper()
	for _, beside := range []string{"../..", "../../.."} {
		file := filepath.Join(beside, "shared/cases/openapi/prometheus-3.1.yaml")
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Skip("the description is not there")
	return ""
}

// prometheusRequests are what clients ask of Prometheus: what works, what it refuses,
// and what is no part of its described API. Drift is what is reported, each entry judged
// by hand to be a difference of Prometheus 2.42 from the description, which is of
// Prometheus 3; "" where the answer is as described. All errors in JSON are: each operation has a default.
var prometheusRequests = []struct{ method, path, form, drift string }{
	{"GET", "/api/v1/query?query=up", "", ""},
	{"POST", "/api/v1/query", "query=up", ""},
	{"GET", "/api/v1/query?query=up%7B", "", ""},
	{"GET", "/api/v1/query", "", ""},
	{"GET", "/api/v1/query?query=sum(up,up)", "", ""},
	{"GET", "/api/v1/query?query=up&timeout=0.0000001", "", ""},
	{"GET", "/api/v1/query_range?query=up&start=1700000000&end=1700000100&step=10", "", ""},
	{"POST", "/api/v1/query_range", "query=up&start=1700000000&end=1700000100&step=10", ""},
	{"GET", "/api/v1/query_range?query=up&start=1700000100&end=1700000000&step=10", "", ""},
	{"GET", "/api/v1/query_exemplars?query=up&start=1700000000&end=1700000100", "", ""},
	{"GET", "/api/v1/format_query?query=up", "", ""},
	{"GET", "/api/v1/parse_query?query=up", "", "undocumented_type GET /parse_query 404 text/plain"}, // it came with Prometheus 3
	{"GET", "/api/v1/labels", "", ""},
	{"POST", "/api/v1/labels", "start=1700000000", ""},
	{"GET", "/api/v1/label/job/values", "", ""},
	{"GET", "/api/v1/label/0%2Fx/values", "", "undocumented_type GET /label/{name}/values 404 text/plain"}, // its router takes %2F for a slash, and answers without JSON
	{"GET", "/api/v1/series?match[]=up", "", ""},
	{"POST", "/api/v1/series", "match[]=up", ""},
	{"DELETE", "/api/v1/series?match[]=up", "", "undocumented_method DELETE /series 500 "}, // it has a handler for this method, which says "not implemented"
	{"GET", "/api/v1/metadata", "", ""},
	{"GET", "/api/v1/targets", "", ""},
	{"GET", "/api/v1/targets/metadata", "", ""},
	{"GET", "/api/v1/rules", "", ""},
	{"GET", "/api/v1/alerts", "", ""},
	{"GET", "/api/v1/alertmanagers", "", ""},
	{"GET", "/api/v1/status/config", "", ""},
	{"GET", "/api/v1/status/runtimeinfo", "", ""},
	{"GET", "/api/v1/status/buildinfo", "", ""},
	{"GET", "/api/v1/status/flags", "", ""},
	{"GET", "/api/v1/status/tsdb", "", ""},
	{"GET", "/api/v1/status/walreplay", "", ""},
	{"POST", "/api/v1/admin/tsdb/snapshot", "", ""},
	{"PUT", "/api/v1/admin/tsdb/clean_tombstones", "", ""},
	{"POST", "/api/v1/admin/tsdb/delete_series?match[]=up", "", ""},
	{"POST", "/api/v1/read", "x", "undocumented_type POST /read 400 text/plain"},                // errors of this one are in plain text
	{"POST", "/api/v1/write", "x", "undocumented_type POST /write 404 text/plain"},              // it is switched off, which is told in plain text
	{"GET", "/api/v1/features", "", "undocumented_type GET /features 404 text/plain"},           // it came with Prometheus 3
	{"GET", "/api/v1/notifications", "", "undocumented_type GET /notifications 404 text/plain"}, // it came with Prometheus 3
	{"GET", "/api/v1/nothing", "", ""},
	{"HEAD", "/api/v1/query?query=up", "", ""},
	{"OPTIONS", "/api/v1/query", "", ""},
	{"PATCH", "/api/v1/query", "", ""},
	{"GET", "/metrics", "", "unknown_path GET /metrics 200 "},              // it is beside the API
	{"GET", "/-/healthy", "", "unknown_path GET /-/healthy 200 "},          // it is beside the API
	{"GET", "/federate?match[]=up", "", "unknown_path GET /federate 200 "}, // it is beside the API
	{"GET", "/nothing", "", ""},
}

// The description is that of Prometheus 3, the server that of Debian 12 or 13. What is
// reported is drift, each time that it was seen, and nothing else is.
func TestTheDriftOfPrometheus(t *testing.T) {
	description := prometheusDescription(t)
	prometheus := program(t, "prometheus")
	if version, err := exec.CommandContext(t.Context(), prometheus, "--version").CombinedOutput(); err != nil || !strings.Contains(string(version), "version 2.") {
		t.Skipf("the table is for Prometheus 2: %v %s", err, version)
	}
	const exchanges = 10_000
	ports := freePorts(t, 2)
	startPrometheus(t, prometheus, ports[0], ports[1])
	awaitServer(t, func() error {
		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/-/ready", ports[0]))
		if err == nil && resp.StatusCode != 200 {
			err = fmt.Errorf("got %s", resp.Status)
		}
		return err
	})
	site, admin := withAdmin(t, "report\nopenapi "+description, fmt.Sprintf("reverse_proxy 127.0.0.1:%d", ports[0]))
	askPrometheus(t, site, exchanges)
	var got struct {
		Drift []struct {
			Kind, Operation, Value string
			Received, Count        int
		}
	}
	ask(t, admin+"/drift", &got)
	want := make(map[string]int)
	for i, r := range prometheusRequests {
		if r.drift != "" {
			want[r.drift] += (exchanges + len(prometheusRequests) - 1 - i) / len(prometheusRequests)
		}
	}
	seen := make(map[string]int)
	for _, d := range got.Drift {
		seen[fmt.Sprintf("%s %s %d %s", d.Kind, d.Operation, d.Received, d.Value)] = d.Count
	}
	if !maps.Equal(seen, want) {
		t.Errorf("got  %v\nwant %v", seen, want)
	}
}

// askPrometheus makes so many of the requests, a few at a time.
func askPrometheus(t *testing.T, site string, n int) {
	t.Helper()
	next := make(chan int)
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for i := range next {
				r := prometheusRequests[i%len(prometheusRequests)]
				req, err := http.NewRequestWithContext(t.Context(), r.method, site+r.path, strings.NewReader(r.form))
				if err != nil {
					t.Error(err)
					continue
				}
				if r.form != "" {
					req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Error(err)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	clients.Wait()
}
