package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/normalize"
)

// exposition is what a metrics endpoint has of the gate.
type exposition struct {
	types  map[string]string   // by name
	labels map[string][]string // likewise
	values map[string][]string // by label
}

// expose reads a metrics endpoint.
func expose(text string) exposition {
	e := exposition{make(map[string]string), make(map[string][]string), make(map[string][]string)}
	add := func(to map[string][]string, key, value string) {
		if !slices.Contains(to[key], value) {
			to[key] = append(to[key], value)
		}
	}
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); strings.HasPrefix(line, "# TYPE caddy_statusgate_") {
			e.types[words[2]] = words[3]
			continue
		}
		name, rest, found := strings.Cut(line, "{")
		if !found || !strings.HasPrefix(name, "caddy_statusgate_") {
			continue
		}
		name = strings.TrimSuffix(name, "_bucket")
		for _, m := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
			if m[1] != "le" {
				add(e.labels, name, m[1])
				add(e.values, m[1], m[2])
			}
		}
	}
	return e
}

// exposeExample reads the metrics of the example, and of a drift that it does not
// have as it stands.
func exposeExample(t *testing.T) exposition {
	t.Helper()
	e := startExample(t, "\tstatusgate {\n", "\tstatusgate {\n\t\topenapi "+ordersFile(t)+" {\n\t\t\trequests report\n\t\t}\n")
	fetch(t, "GET", e.url(gatePort, "/orders/18"), "", "Accept", "text/html")
	fetch(t, "DELETE", e.url(gatePort, "/orders/17"), "")
	fetch(t, "GET", e.url(gatePort, "/catalogue/4711"), "")
	return expose(fetch(t, "GET", e.url(metricsPort, "/metrics"), "").body)
}

// TestDocsMetrics: each series has its row with its type and labels, each value of a
// label that is one word of a set is told of, and no page names another series.
func TestDocsMetrics(t *testing.T) {
	got, page := exposeExample(t), section(t, readFile(t, pageOperate), "## Metrics")
	var told, there []string
	for line := range strings.Lines(page) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| `caddy_") || len(cells) != 4 {
			continue
		}
		name := inCode(cells[0])[0]
		told = append(told, name)
		if cells[1] != got.types[name] {
			t.Errorf("the page calls %s a %s, it is a %q", name, cells[1], got.types[name])
		}
		sameWords(t, "label of "+name, "the page", inCode(cells[2]), "the endpoint", got.labels[name])
	}
	for name := range got.types {
		there = append(there, name)
	}
	sameWords(t, "series", "the page", told, "the endpoint", there)
	for _, label := range []string{"kind", "outcome", "result", "mode", "reason"} {
		for _, value := range got.values[label] {
			if !strings.Contains(page, "`"+value+"`") {
				t.Errorf("the page does not tell of %s %q", label, value)
			}
		}
	}
	soft := readFile(t, pageSoftErrors)
	for _, cause := range got.values["cause"] {
		if !strings.Contains(soft, "| `"+cause+"` |") {
			t.Errorf("the page on soft errors does not tell of the cause %q", cause)
		}
	}
	for _, name := range docPages(t) {
		for _, series := range regexp.MustCompile(`caddy_statusgate_\w+`).FindAllString(readFile(t, name), -1) {
			if got.types[strings.TrimSuffix(series, "_bucket")] == "" && !strings.HasPrefix(series, directMetrics) {
				t.Errorf("%s names %s, which is not there", name, series)
			}
		}
	}
}

// TestDocsReasons: each reason of a response has its row.
func TestDocsReasons(t *testing.T) {
	var told, want []string
	for _, row := range tableUnder(t, readFile(t, pageOperate), "reason") {
		told = append(told, inCode(row[0])...)
	}
	for reason := range normalize.Reason(255) {
		word := reason.String()
		if strings.HasPrefix(word, "reason(") {
			break
		}
		want = append(want, word)
	}
	sameWords(t, "reason", "the page", told, "the gate", want)
}

// queries are those of the pages, with the alerts.
func queries(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, page := range docPages(t) {
		for _, block := range fenced(readFile(t, page), "promql") {
			all = append(all, strings.Split(strings.TrimSpace(block), "\n")...)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^ +expr: (.*)$`).FindAllStringSubmatch(alerts(t), -1) {
		all = append(all, m[1])
	}
	return all
}

// alerts is the rule file of the page to operate.
func alerts(t *testing.T) string {
	t.Helper()
	return fenced(section(t, readFile(t, pageOperate), "## Alerts"), "yaml")[0]
}

// TestDocsQueries: queries go by labels that the series have.
func TestDocsQueries(t *testing.T) {
	got := exposeExample(t)
	selector := regexp.MustCompile(`(caddy_statusgate_\w+?)(?:_bucket)?(?:\{([^}]*)\}|\b)`)
	for _, query := range queries(t) {
		labels := []string{"le"}
		for _, m := range selector.FindAllStringSubmatch(query, -1) {
			labels = append(labels, got.labels[m[1]]...)
			for _, matcher := range regexp.MustCompile(`(\w+)(?:=~|!~|!=|=)"`).FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(got.labels[m[1]], matcher[1]) {
					t.Errorf("%s has no label %q: %s", m[1], matcher[1], query)
				}
			}
		}
		for _, by := range regexp.MustCompile(`by \(([^)]*)\)`).FindAllStringSubmatch(query, -1) {
			for label := range strings.SplitSeq(by[1], ", ") {
				if !slices.Contains(labels, label) {
					t.Errorf("no series has the label %q: %s", label, query)
				}
			}
		}
	}
}

// TestDocsQueriesParse gives the queries and the alerts to promtool.
func TestDocsQueriesParse(t *testing.T) {
	promtool := installed(t, "promtool")
	check := func(name, rules string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", file).CombinedOutput(); err != nil {
			t.Errorf("promtool check rules: %v\n%s\n%s", err, out, rules)
		}
	}
	check("alerts.yml", alerts(t))
	rules := "groups:\n- name: queries\n  rules:\n"
	for i, query := range queries(t) {
		rules += "  - record: query:" + strconv.Itoa(i) + "\n    expr: " + query + "\n"
	}
	check("queries.yml", rules)
}

// alertTest has for each alert series under which it fires, and others under
// which it does not.
const alertTest = `rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
- name: each alert fires
  interval: 1m
  input_series:
  - {series: 'caddy_statusgate_responses_total{gate="a",mode="enforce",received="502",sent="503",reason="table"}', values: 0+6x30}
  - {series: 'caddy_statusgate_responses_total{gate="a",mode="enforce",received="200",sent="200",reason="documented"}', values: 0+94x30}
  - {series: 'caddy_statusgate_responses_total{gate="a",mode="enforce",received="other",sent="500",reason="class"}', values: 0+1x30}
  - {series: 'caddy_statusgate_violations_total{gate="a",kind="created_without_location"}', values: 0+1x30}
  - {series: 'caddy_statusgate_shed_requests_total{limiter="a",mode="enforce",class="normal",outcome="rejected"}', values: 0+1x30}
  - {series: 'caddy_statusgate_undecided_total{gate="a",cause="too_large"}', values: 0+1x30}
  alert_rule_test: &fired
  - {alertname: StatusgateBackendFails, eval_time: 20m, exp_alerts: [{exp_labels: {gate: a}, exp_annotations: {summary: More than 5 % of the answers of gate a are errors of the server.}}]}
  - {alertname: StatusgateUnknownStatus, eval_time: 20m, exp_alerts: [{exp_labels: {gate: a, received: other, sent: "500"}, exp_annotations: {summary: The backend of gate a sends a status that nobody knows. The module's log has its number.}}]}
  - {alertname: StatusgateViolation, eval_time: 20m, exp_alerts: [{exp_labels: {gate: a, kind: created_without_location}, exp_annotations: {summary: The backend of gate a breaks the contract (created_without_location). Only you can mend it.}}]}
  - {alertname: StatusgateSheds, eval_time: 20m, exp_alerts: [{exp_labels: {limiter: a, class: normal}, exp_annotations: {summary: Limiter a sheds requests of class normal.}}]}
  - {alertname: StatusgateUndecided, eval_time: 20m, exp_alerts: [{exp_labels: {gate: a, cause: too_large}, exp_annotations: {summary: Rules of gate a could not judge some bodies (too_large).}}]}
- name: no alert fires
  interval: 1m
  input_series:
  - {series: 'caddy_statusgate_responses_total{gate="a",mode="enforce",received="502",sent="503",reason="table"}', values: 0+4x30}
  - {series: 'caddy_statusgate_responses_total{gate="a",mode="enforce",received="none",sent="503",reason="overload"}', values: 0+50x30}
  - {series: 'caddy_statusgate_responses_total{gate="a",mode="enforce",received="200",sent="200",reason="documented"}', values: 0+96x30}
  - {series: 'caddy_statusgate_violations_total{gate="a",kind="created_without_location"}', values: 5+0x30}
  - {series: 'caddy_statusgate_shed_requests_total{limiter="a",mode="enforce",class="normal",outcome="admitted"}', values: 0+9x30}
  - {series: 'caddy_statusgate_shed_requests_total{limiter="a",mode="report",class="normal",outcome="rejected"}', values: 0+9x30}
  - {series: 'caddy_statusgate_undecided_total{gate="a",cause="too_large"}', values: 5+0x30}
  alert_rule_test:
  - {alertname: StatusgateBackendFails, eval_time: 20m}
  - {alertname: StatusgateUnknownStatus, eval_time: 20m}
  - {alertname: StatusgateViolation, eval_time: 20m}
  - {alertname: StatusgateSheds, eval_time: 20m}
  - {alertname: StatusgateUndecided, eval_time: 20m}
`

// TestDocsAlertsFire lets Prometheus's own test of rules decide whether the
// alerts say what they are for.
func TestDocsAlertsFire(t *testing.T) {
	promtool := installed(t, "promtool")
	dir := t.TempDir()
	for name, text := range map[string]string{"alerts.yml": alerts(t), "test.yml": alertTest} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), promtool, "test", "rules", "test.yml")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool test rules: %v\n%s", err, out)
	}
	for _, m := range regexp.MustCompile(`(?m)^ +- alert: (\w+)$`).FindAllStringSubmatch(alerts(t), -1) {
		if strings.Count(alertTest, "alertname: "+m[1]+",") != 2 {
			t.Errorf("%s is not tested both ways", m[1])
		}
	}
}

// proxyErrors are the words of RFC 9209 §2.3 that say who made an error.
const proxyErrors = `dns_timeout dns_error destination_not_found destination_unavailable destination_ip_prohibited
destination_ip_unroutable connection_refused connection_terminated connection_timeout connection_read_timeout connection_write_timeout
connection_limit_reached tls_protocol_error tls_certificate_error tls_alert_received http_request_error http_request_denied
http_response_incomplete http_response_header_section_size http_response_header_size http_response_body_size
http_response_trailer_section_size http_response_trailer_size http_response_transfer_coding http_response_content_coding
http_response_timeout http_upgrade_failed http_protocol_error proxy_internal_response proxy_internal_error
proxy_configuration_error proxy_loop_detected`

// TestDocsErrors: the page for clients has each error that the gate can put
// into Proxy-Status, and no other.
func TestDocsErrors(t *testing.T) {
	var told, made []string
	for _, row := range tableUnder(t, readFile(t, pageClients), "`error`") {
		told = append(told, inCode(row[0])...)
	}
	sources := goSources(t)
	for word := range strings.FieldsSeq(proxyErrors) {
		if strings.Contains(sources, `"`+word+`"`) {
			made = append(made, word)
		}
	}
	sameWords(t, "error", "the page", told, "the gate", made)
}
