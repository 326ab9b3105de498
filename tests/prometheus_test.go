package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	ports := freePorts(t, 2)
	port, own := ports[0], ports[1]
	config, _ := measured(port, "respond 520")
	startCaddy(t, scenarioGlobal, config)
	askSites(t, port, http.MethodGet, "a.test", "a.test", "c.test")

	server := startPrometheus(t, prometheus, own, port)
	for query, want := range map[string]string{
		`caddy_statusgate_responses_total{gate="statusgate",mode="enforce",received="520",sent="503",reason="table"}`: "2",
		`caddy_statusgate_responses_total{gate="third",mode="report",received="520",sent="503",reason="table"}`:       "1",
		`caddy_statusgate_responses_total{gate="statusgate",received="404"}`:                                          "0",
		`caddy_statusgate_violations_total{kind="created_without_location",gate="third"}`:                             "0",
		`count(caddy_statusgate_undecided_total)`:                                                                     "10",
		`caddy_statusgate_overhead_seconds_count{gate="third"}`:                                                       "1",
	} {
		if got := server.await(query, func(got string) bool { return got == want }); got != want {
			t.Errorf("Prometheus on %s: got %q, want %s", query, got, want)
		}
	}
}

// The ID of a request that was changed is with its counter, where the scraper asks for
// OpenMetrics: the one that its problem has. A request that passes has none.
func TestOpenMetricsShowRequests(t *testing.T) {
	port := freePort(t)
	config, endpoint := measured(port, "respond 520")
	startCaddy(t, scenarioGlobal, config+scenarioSite("d.test", port, "name d\nmap 500 503", "", "respond 500")+scenarioSite("e.test", port, "name e", "", "respond 200"))
	askSites(t, port, http.MethodGet, "c.test", "e.test")
	instance := map[string]string{"d": instanceOf(t, port, "d.test"), "statusgate": instanceOf(t, port, "a.test")}
	open := fetch(t, http.MethodGet, endpoint, "", "Accept", "application/openmetrics-text; version=1.0.0")
	if got := open.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/openmetrics-text") || !strings.HasSuffix(open.body, "# EOF\n") {
		t.Fatalf("got %s:\n%s", got, open.body)
	}
	shown := make(map[string]string)
	for line := range strings.Lines(open.body) {
		if name, exemplar, found := strings.Cut(strings.TrimSpace(line), " # "); found && strings.HasPrefix(name, "caddy_statusgate_") && !strings.Contains(name, "_bucket") {
			shown[name] = exemplar
		}
	}
	for series, id := range map[string]string{
		responsesSeries("d", "enforce", "500", "503", "rule") + " 1.0":           instance["d"],
		`caddy_statusgate_rules_total{gate="d",mode="enforce",rule="1"} 1.0`:     instance["d"],
		responsesSeries("statusgate", "enforce", "520", "503", "table") + " 1.0": instance["statusgate"],
	} {
		if got := shown[series]; id == "" || !strings.HasPrefix(got, fmt.Sprintf("{request_id=%q} 1.0 ", id)) {
			t.Errorf("%s: got exemplar %q, want %s", series, got, id)
		}
		delete(shown, series)
	}
	if len(shown) > 0 {
		t.Errorf("more exemplars: %v", shown)
	}
	if classic := fetch(t, http.MethodGet, endpoint, "").body; strings.Contains(classic, " # {") {
		t.Errorf("exemplars in a format that has none:\n%s", classic)
	}
}

// instanceOf asks a site, and gives the ID of the request from the problem.
func instanceOf(t *testing.T, port int, host string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s:%d/", host, port), nil)
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ Instance string }
	if body := do(t, scenarioTransport(t, port, "h1"), req).body; json.Unmarshal([]byte(body), &p) != nil {
		t.Errorf("%s: no problem: %s", host, body)
	}
	return strings.TrimPrefix(p.Instance, "urn:uuid:")
}

// Prometheus takes exemplars and native histograms, once it is told to.
func TestPrometheusTakesExemplarsAndNativeHistograms(t *testing.T) {
	prometheus := installed(t, "prometheus")
	ports := freePorts(t, 2)
	port, own := ports[0], ports[1]
	config, _ := measured(port, "respond 520")
	startCaddy(t, scenarioGlobal, config)
	id := instanceOf(t, port, "a.test")
	server := startPrometheus(t, prometheus, own, port, "--enable-feature=exemplar-storage,native-histograms")

	// A native histogram is one series: with buckets to calculate from, and none of le.
	const quantile = `histogram_quantile(0.5, caddy_statusgate_overhead_seconds{gate="statusgate"}) > 0`
	isNumber := func(got string) bool { _, err := strconv.ParseFloat(got, 64); return err == nil }
	if got := server.await(quantile, isNumber); !isNumber(got) {
		t.Errorf("%s: got %q", quantile, got)
	}
	exemplars := func() string {
		return server.get("query_exemplars?query=caddy_statusgate_responses_total&start=0&end=" + strconv.FormatInt(time.Now().Unix()+60, 10))
	}
	if got := server.until(exemplars, func(got string) bool { return strings.Contains(got, id) }); id == "" || !strings.Contains(got, `"request_id":"`+id+`"`) {
		t.Errorf("got exemplars %s, want %s", got, id)
	}
}

// prometheusServer is a running Prometheus. It ends with its test.
type prometheusServer struct {
	t     *testing.T
	ctx   context.Context //nolint:containedctx // of the test
	ended chan struct{}
	base  string
}

// startPrometheus starts a Prometheus that scrapes /metrics of a port five times in a
// second.
func startPrometheus(t *testing.T, program string, port, target int, flags ...string) *prometheusServer {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	scraping := fmt.Sprintf("global:\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\nscrape_configs:\n"+
		"  - job_name: caddy\n    static_configs:\n      - targets: ['localhost:%d']\n", target)
	if err := os.WriteFile(file, []byte(scraping), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, program, append(flags, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		fmt.Sprintf("--web.listen-address=127.0.0.1:%d", port), "--log.level=error")...)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	s := &prometheusServer{t: t, ctx: ctx, ended: make(chan struct{}), base: fmt.Sprintf("http://127.0.0.1:%d/api/v1/", port)}
	go func() {
		_ = cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-s.ended
		if t.Failed() {
			t.Logf("Prometheus says:\n%s", log.String())
		}
	})
	return s
}

// until asks until the answer is as wanted, or the server has ended, and returns the
// last answer.
func (s *prometheusServer) until(ask func() string, wanted func(got string) bool) (got string) {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		if got = ask(); wanted(got) {
			return got
		}
		select {
		case <-again.C:
		case <-s.ended:
			return got + " (Prometheus ended)"
		case <-s.ctx.Done():
			return got
		}
	}
}

// await asks for the value of a query until it is as wanted.
func (s *prometheusServer) await(query string, wanted func(got string) bool) string {
	return s.until(func() string { return s.value(query) }, wanted)
}

// value is that of a query with one result, or what came in its place.
func (s *prometheusServer) value(query string) string {
	text := s.get("query?query=" + url.QueryEscape(query))
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Data.Result) != 1 {
		return text
	}
	value, _ := answer.Data.Result[0].Value[1].(string)
	return value
}

// get asks for what the interface of Prometheus has under a path.
func (s *prometheusServer) get(path string) string {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
