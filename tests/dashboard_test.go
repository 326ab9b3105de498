package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const dashboardFile = "dashboards/statusgate.json"

// dashboard is what is of interest of a Grafana dashboard.
type dashboard struct {
	Title, UID string
	Editable   bool
	Panels     []panel
	Templating struct{ List []variable }
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               datasource
	Targets                  []struct {
		Datasource datasource
		RefID      string
		Expr       string
	}
	FieldConfig struct{ Defaults struct{ Unit string } }
	GridPos     struct{ X, Y, W, H int }
}

type datasource struct{ UID string }

type variable struct {
	Name, Type            string
	Datasource            datasource
	Definition, AllValue  string
	Multi, IncludeAll     bool
	Refresh               int
	Query                 any
	Current               any
	Hide                  int
	SkipURLSync           bool
	Label, Regex, Options any
}

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal([]byte(readFile(t, dashboardFile)), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// queryPanels are the panels that show something.
func (d *dashboard) queryPanels() []panel {
	return slices.DeleteFunc(slices.Clone(d.Panels), func(p panel) bool { return p.Type == "row" })
}

// TestDashboardFitsAnyGrafana: the data source, the job, the instance and the gate are
// variables that every query goes by, so that the dashboard works wherever it is
// imported.
func TestDashboardFitsAnyGrafana(t *testing.T) {
	d := readDashboard(t)
	if d.Title == "" || d.UID == "" || d.Editable {
		t.Errorf("title %q, uid %q, editable %v: want names, and what is shipped not to be edited in place", d.Title, d.UID, d.Editable)
	}
	const source = "${datasource}"
	for i, v := range d.Templating.List {
		switch {
		case i == 0:
			if v.Name != "datasource" || v.Type != "datasource" || v.Query != "prometheus" {
				t.Errorf("the first variable is %+v, want the data source", v)
			}
		case v.Type != "query" || v.Datasource.UID != source || !v.Multi || !v.IncludeAll || v.AllValue != ".+" || v.Refresh != 2,
			!regexp.MustCompile(`^label_values\(caddy_statusgate_\w+(\{[^}]*\})?, ` + v.Name + `\)$`).MatchString(v.Definition):
			t.Errorf("variable %s: %+v", v.Name, v)
		}
	}
	selector := regexp.MustCompile(`(caddy_statusgate_\w+)(\{[^}]*\})?`)
	for _, p := range d.queryPanels() {
		for _, target := range p.Targets {
			if target.Datasource.UID != source {
				t.Errorf("%s: a query of %q, want the variable", p.Title, target.Datasource.UID)
			}
			for _, m := range selector.FindAllStringSubmatch(target.Expr, -1) {
				scope := "gate"
				if strings.HasPrefix(m[1], "caddy_statusgate_shed_") {
					scope = "limiter"
				}
				for _, label := range []string{"job", "instance", scope} {
					if !strings.Contains(m[2], label+`=~"$`+label+`"`) {
						t.Errorf("%s: %s does not go by the variable %s", p.Title, m[0], label)
					}
				}
			}
		}
	}
}

// TestDashboardPanels: each says what it shows and in which unit, counters are shown as
// rates over the interval that fits the scrapes or as increases in what is shown, and
// no panel covers another one.
func TestDashboardPanels(t *testing.T) {
	d := readDashboard(t)
	taken := make(map[[2]int]string)
	seen := make(map[string]bool)
	for _, p := range d.Panels {
		if seen[p.Title] || p.ID == 0 || seen[strconv.Itoa(p.ID)] {
			t.Errorf("there are two panels %q, %d", p.Title, p.ID)
		}
		seen[p.Title], seen[strconv.Itoa(p.ID)] = true, true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Errorf("%s is where %q is", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	counter := regexp.MustCompile(`(\w*)\(?caddy_statusgate_\w+(?:_total|_bucket)\{[^}]*\}(\[\S+?\])?`)
	for _, p := range d.queryPanels() {
		if p.Title == "" || len(p.Description) < 20 || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %d, %q, lacks a description, a unit, a query or the data source", p.ID, p.Title)
		}
		for _, target := range p.Targets {
			for _, m := range counter.FindAllStringSubmatch(target.Expr, -1) {
				if m[1]+m[2] != "rate[$__rate_interval]" && m[1]+m[2] != "increase[$__range]" {
					t.Errorf("%s: %s", p.Title, m[0])
				}
			}
		}
	}
}

// TestDashboardShowsAllSeries: what is counted is shown, but for what is left to those
// who look for the cause.
func TestDashboardShowsAllSeries(t *testing.T) {
	text := readFile(t, dashboardFile)
	left := []string{"caddy_statusgate_shed_elasticity", "caddy_statusgate_shed_fairness_demotions_total", "caddy_statusgate_shed_overloaded", "caddy_statusgate_shed_probes_total"}
	for name := range exposeExample(t).types {
		if strings.HasPrefix(name, directMetrics) { // of a transport that the example lacks
			continue
		}
		if shown := strings.Contains(text, name); shown == slices.Contains(left, name) {
			t.Errorf("%s: shown %v", name, shown)
		}
	}
}

// TestDocsQuestions: the panels that answer questions are there, and each question has
// an answer.
func TestDocsQuestions(t *testing.T) {
	d := readDashboard(t)
	rows := tableUnder(t, readFile(t, pageOperate), "you ask")
	for _, row := range rows {
		if row[1] == "-" && row[2] == "-" {
			t.Errorf("%s has no answer", row[0])
		}
		if name, _, _ := strings.Cut(strings.TrimPrefix(row[2], "*"), "*"); name != "-" &&
			!slices.ContainsFunc(d.Panels, func(p panel) bool { return p.Title == name }) {
			t.Errorf("%s: there is no panel %q", row[0], name)
		}
	}
	if len(rows) < 7 {
		t.Errorf("%d questions", len(rows))
	}
}

// variables gives a query values for Grafana's variables.
var variables = strings.NewReplacer(
	"$job", ".+", "$instance", ".+", "$gate", ".+", "$limiter", ".+", "$__rate_interval", "5s", "$__range", "1m",
)

// TestDashboardIsNotEmpty asks a real Prometheus for what each panel shows of a Caddy
// whose gates have something to tell: each query gives series, and each panel a value
// that is not 0.
func TestDashboardIsNotEmpty(t *testing.T) {
	program := installed(t, "prometheus")
	for _, flags := range [][]string{nil, {"--enable-feature=native-histograms"}} {
		t.Run(strings.Join(append(flags, "scraped"), " "), func(t *testing.T) {
			ports := freePorts(t, 2)
			startTelltale(t, ports[0])
			server := startPrometheus(t, program, ports[1], ports[0], flags...)
			d := readDashboard(t)
			for _, p := range d.queryPanels() {
				empty := "not asked"
				server.until(func() string { empty = server.emptiness(&p); return empty }, func(empty string) bool { return empty == "" })
				if empty != "" {
					t.Errorf("%s: %s", p.Title, empty)
				}
			}
		})
	}
}

// emptiness tells what a panel lacks.
func (s *prometheusServer) emptiness(p *panel) string {
	something := false
	for _, target := range p.Targets {
		query := variables.Replace(target.Expr)
		answer := s.get("query?query=" + url.QueryEscape(query))
		values := sampleValues(answer)
		if len(values) == 0 {
			return query + " gives " + answer
		}
		something = something || slices.ContainsFunc(values, func(v float64) bool { return v > 0 })
	}
	if !something {
		return "nothing but 0"
	}
	return ""
}

// sampleValues are the numbers in an answer of Prometheus.
func sampleValues(answer string) (values []float64) {
	var a struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if json.Unmarshal([]byte(answer), &a) != nil {
		return nil
	}
	for _, r := range a.Data.Result {
		if text, ok := r.Value[1].(string); ok && text != "NaN" {
			if v, err := strconv.ParseFloat(text, 64); err == nil {
				values = append(values, v)
			}
		}
	}
	return values
}

// telltaleGate has something to tell of all that is counted. Its jobs want a
// folder, and its openapi a description that tells of other paths.
const telltaleGate = `inspect 1KiB
map 200 404 when json /error
methods GET POST
resource /ok
resource /busy
retry_after 2s 3s
shed {
	fixed 2
	queue 2
	patience 30ms
}
jobs {
	match path /job
	after 2ms
	running 1
	storage file_system %s
}
openapi %s {
	requests report
}`

// telltaleBehind answers by path. What takes its time is where a backend would.
func telltaleBehind(w http.ResponseWriter, r *http.Request) error {
	busy := func() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-r.Context().Done():
		}
	}
	switch r.URL.Path {
	case "/error":
		return answers(200, `{"error":{"code":7}}`, asJSON)(w, r)
	case "/table":
		return answers(520, "", asHTML)(w, r)
	case "/unknown":
		return answers(777, "")(w, r)
	case "/suspect":
		return answers(200, `{"status":"error","message":"order not found"}`, asJSON)(w, r)
	case "/created":
		return answers(201, "")(w, r)
	case "/large":
		return answers(200, `{"list":[`+strings.Repeat(`"item",`, 500)+`0]}`, asJSON)(w, r)
	case "/held":
		w.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(w, `{"list":[1,`)
		busy()
		_, _ = io.WriteString(w, "2]}")
		return err
	case "/failed":
		panic(http.ErrAbortHandler)
	case "/busy", "/job":
		busy()
	}
	return answers(200, "{}", asJSON)(w, r)
}

// startTelltale starts a Caddy with a gate that enforces, one that reports, and a
// metrics endpoint, and clients that ask until the test ends.
func startTelltale(t *testing.T, port int) {
	t.Helper()
	gate := fmt.Sprintf(telltaleGate, t.TempDir(), ordersFile(t))
	backends.Store(t.Name(), backend(telltaleBehind))
	t.Cleanup(func() { backends.Delete(t.Name()) })
	startCaddy(t, scenarioGlobal, scenarioSite("a.test", port, "name edge\n"+gate, "", "scenario")+
		scenarioSite("b.test", port, "name old\nreport\n"+gate, "", "scenario")+
		fmt.Sprintf("http://localhost:%d {\n\tbind 127.0.0.1\n\tmetrics /metrics\n}\n", port))
	transport := scenarioTransport(t, port, "h1")
	var clients sync.WaitGroup
	done := make(chan struct{})
	ask := func(method, host string, paths ...string) {
		clients.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				case <-time.After(4 * time.Millisecond): // of a client that thinks
				}
				req, err := http.NewRequest(method, fmt.Sprintf("http://%s:%d%s", host, port, paths[i%len(paths)]), nil) //nolint:noctx // ends at once
				if err != nil {
					return
				}
				req.Header.Set("X-Scenario", t.Name())
				if resp, err := transport.RoundTrip(req); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			}
		})
	}
	for _, host := range []string{"a.test", "b.test"} {
		ask("GET", host, "/ok", "/error", "/table", "/unknown", "/suspect", "/created", "/large", "/failed")
		ask("DELETE", host, "/ok")
		for range 4 {
			ask("GET", host, "/busy", "/held", "/job")
		}
	}
	t.Cleanup(func() {
		close(done)
		clients.Wait()
	})
}
