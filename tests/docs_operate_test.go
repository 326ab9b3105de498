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
		if !strings.HasPrefix(name, directMetrics) { // has a page of its own
			there = append(there, name)
		}
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
		for _, m := range regexp.MustCompile(`[^:\w](caddy_statusgate_\w+)`).FindAllStringSubmatch(readFile(t, name), -1) {
			series := m[1] // not one that a rule records
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

// rulesFile has the alerts that are shipped.
const rulesFile = "alerts/statusgate.rules.yml"

// alerts is the rule file.
func alerts(t *testing.T) string {
	t.Helper()
	return readFile(t, rulesFile)
}

// TestDocsQueries: queries go by labels that the series have.
func TestDocsQueries(t *testing.T) {
	got := exposeExample(t)
	for _, m := range regexp.MustCompile(`record: (([a-z_]+):\S+)`).FindAllStringSubmatch(alerts(t), -1) {
		got.labels[m[1]] = strings.Split(m[2], "_") // by convention
	}
	selector := regexp.MustCompile(`((?:[a-z_]+:)?caddy_statusgate_\w+?(?::\w+)?)(?:_bucket)?(?:\{([^}]*)\}|\b)`)
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

// TestDocsAlerts: what the page shows is the file that is shipped.
func TestDocsAlerts(t *testing.T) {
	page := fenced(section(t, readFile(t, pageOperate), "## Alerts"), "yaml")[0]
	if got := alerts(t); page != got {
		t.Errorf("the page and %s differ. The page has:\n%s", rulesFile, page)
	}
}

// TestAlertsFire lets Prometheus's own test of rules decide whether the alerts that
// are shipped say what they are for, each of them both ways.
func TestAlertsFire(t *testing.T) {
	promtool := installed(t, "promtool")
	const file = "alerts/statusgate.test.yml"
	cmd := exec.CommandContext(t.Context(), promtool, "test", "rules", filepath.Base(file))
	cmd.Dir = filepath.Join("..", filepath.Dir(file))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool test rules: %v\n%s", err, out)
	}
	tested := readFile(t, file)
	for _, m := range regexp.MustCompile(`(?m)^ +- alert: (\w+)$`).FindAllStringSubmatch(alerts(t), -1) {
		fires := regexp.MustCompile(`alertname: ` + m[1] + `\n +eval_time: \w+\n +exp_alerts:`).MatchString(tested)
		silent := regexp.MustCompile(`\{alertname: ` + m[1] + `, eval_time: \w+\}`).MatchString(tested)
		if !fires || !silent {
			t.Errorf("%s: tested where it fires: %v, where it does not: %v", m[1], fires, silent)
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
