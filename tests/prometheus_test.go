package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// scrape reads what the gates counted of responses, violations and undecided
// bodies from a metrics endpoint: the samples that are not zero.
func scrape(t *testing.T, url string) map[string]string {
	t.Helper()
	samples := make(map[string]string)
	for line := range strings.Lines(fetch(t, http.MethodGet, url, "").body) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if value == "0" {
			continue
		}
		for _, family := range []string{"responses", "violations", "undecided"} {
			if strings.HasPrefix(name, "caddy_statusgate_"+family+"_total{") {
				samples[name+"}"] = value
			}
		}
	}
	return samples
}

func responsesSeries(gate, mode, received, sent, reason string) string {
	return fmt.Sprintf(`caddy_statusgate_responses_total{gate=%q,mode=%q,reason=%q,received=%q,sent=%q}`, gate, mode, reason, received, sent)
}

// measured is a Caddy with two sites, three gates and a metrics endpoint.
func measured(port int, respond string) (config, endpoint string) {
	return scenarioSite("a.test", port, "", "", respond) +
		scenarioSite("b.test", port, "methods GET", "", respond) +
		scenarioSite("c.test", port, "name third\nreport", "", respond) +
		fmt.Sprintf("http://localhost:%d {\n\tbind 127.0.0.1\n\tmetrics /metrics\n}\n", port), fmt.Sprintf("http://localhost:%d/metrics", port)
}

func askSites(t *testing.T, port int, method string, hosts ...string) {
	t.Helper()
	transport := scenarioTransport(t, port, "h1")
	for _, host := range hosts {
		req, err := http.NewRequestWithContext(t.Context(), method, fmt.Sprintf("http://%s:%d/", host, port), nil)
		if err != nil {
			t.Fatal(err)
		}
		do(t, transport, req)
	}
}

func TestTheMetricsDirectiveShowsTheGates(t *testing.T) {
	port := freePort(t)
	config, endpoint := measured(port, "respond 520")
	startCaddy(t, scenarioGlobal, config)
	ask := func() {
		askSites(t, port, http.MethodGet, "a.test", "a.test", "b.test", "c.test")
		askSites(t, port, http.MethodDelete, "b.test")
	}
	want := map[string]string{
		responsesSeries("statusgate", "enforce", "520", "503", "table"):   "3",
		responsesSeries("statusgate", "enforce", "none", "405", "method"): "1",
		responsesSeries("third", "report", "520", "503", "table"):         "1",
	}
	ask()
	if got := scrape(t, endpoint); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}

	// After a reload they are still there; counters start again at zero.
	config, _ = measured(port, "respond 777")
	loadCaddy(t, scenarioGlobal, config)
	if got := scrape(t, endpoint); len(got) > 0 {
		t.Errorf("right after a reload: got %v, want nothing but zeros", got)
	}
	ask()
	want = map[string]string{
		responsesSeries("statusgate", "enforce", "other", "500", "class"): "3",
		responsesSeries("statusgate", "enforce", "none", "405", "method"): "1",
		responsesSeries("third", "report", "other", "500", "class"):       "1",
	}
	if got := scrape(t, endpoint); !maps.Equal(got, want) {
		t.Errorf("after a reload: got %v, want %v", got, want)
	}
	exposition := fetch(t, http.MethodGet, endpoint, "").body
	if !strings.Contains(exposition, `caddy_statusgate_overhead_seconds_bucket{gate="third",le="+Inf"} 1`) {
		t.Errorf("no sample of the overhead:\n%s", exposition)
	}
}

func installed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

func TestPromtoolHasNothingAgainstTheMetrics(t *testing.T) {
	promtool := installed(t, "promtool")
	port := freePort(t)
	config, endpoint := measured(port, "respond 520")
	startCaddy(t, scenarioGlobal, config+scenarioSite("d.test", port, "name d\nshed\nresource /orders/{id}", "", "respond 200"))
	askSites(t, port, http.MethodGet, "a.test", "c.test", "d.test")
	// Caddy's own metrics are not ours to mend.
	var ours strings.Builder
	for line := range strings.Lines(fetch(t, http.MethodGet, endpoint, "").body) {
		if strings.Contains(line, "caddy_statusgate_") {
			ours.WriteString(line)
		}
	}
	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(ours.String())
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s\n%s", err, out, ours.String())
	}
}

func TestPrometheusScrapesTheGates(t *testing.T) {
	prometheus := installed(t, "prometheus")
	port, own := freePort(t), freePort(t)
	config, _ := measured(port, "respond 520")
	startCaddy(t, scenarioGlobal, config)
	askSites(t, port, http.MethodGet, "a.test", "a.test", "c.test")

	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	scraping := fmt.Sprintf("global:\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\nscrape_configs:\n"+
		"  - job_name: caddy\n    static_configs:\n      - targets: ['localhost:%d']\n", port)
	if err := os.WriteFile(file, []byte(scraping), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := exec.CommandContext(ctx, prometheus, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		fmt.Sprintf("--web.listen-address=127.0.0.1:%d", own), "--log.level=error")
	var log strings.Builder
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait()
		close(ended)
	}()
	defer func() {
		cancel()
		<-ended
	}()

	for query, want := range map[string]string{
		`caddy_statusgate_responses_total{gate="statusgate",mode="enforce",received="520",sent="503",reason="table"}`: "2",
		`caddy_statusgate_responses_total{gate="third",mode="report",received="520",sent="503",reason="table"}`:       "1",
		`caddy_statusgate_responses_total{gate="statusgate",received="404"}`:                                          "0",
		`caddy_statusgate_violations_total{kind="created_without_location",gate="third"}`:                             "0",
		`count(caddy_statusgate_undecided_total)`:                                                                     "10",
		`caddy_statusgate_overhead_seconds_count{gate="third"}`:                                                       "1",
	} {
		if got := awaitQuery(ctx, ended, own, query, want); got != want {
			t.Errorf("Prometheus on %s: got %q, want %s", query, got, want)
		}
	}
	if t.Failed() {
		cancel()
		<-ended
		t.Logf("Prometheus says:\n%s", log.String())
	}
}

// awaitQuery asks Prometheus until it answers what is wanted, for as long as
// the context lasts, and returns the last answer.
func awaitQuery(ctx context.Context, ended <-chan struct{}, port int, query, want string) (got string) {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		if got = askPrometheus(ctx, port, query); got == want {
			return got
		}
		select {
		case <-again.C:
		case <-ended:
			return got + " (Prometheus ended)"
		case <-ctx.Done():
			return got
		}
	}
}

func askPrometheus(ctx context.Context, port int, query string) string {
	target := fmt.Sprintf("http://127.0.0.1:%d/api/v1/query?query=%s", port, url.QueryEscape(query))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any
			}
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || len(answer.Data.Result) != 1 {
		return fmt.Sprintf("%v %v", answer, err)
	}
	value, _ := answer.Data.Result[0].Value[1].(string)
	return value
}
