package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/normalize"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fenced gives the blocks of a language; "" for those without one.
func fenced(t *testing.T, text, language string) []string {
	t.Helper()
	var blocks []string
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			blocks = append(blocks, m[2])
		}
	}
	if len(blocks) == 0 {
		t.Fatalf("README.md has no block of %q", language)
	}
	return blocks
}

// section gives what stands under a heading.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+heading+"\n")
	if !found {
		t.Fatalf("README.md has no heading %q", heading)
	}
	level := strings.Repeat("#", strings.IndexByte(heading, ' '))
	rest, _, _ = strings.Cut(rest, "\n"+level+" ")
	return rest
}

var code = regexp.MustCompile("`([^`]+)`")

// What differs from one run to the next.
var (
	dates = regexp.MustCompile(`(?m)^Date: .*$`)
	uuids = regexp.MustCompile(`urn:uuid:[0-9a-f-]{36}`)
)

func normalized(output string) string {
	output = strings.ReplaceAll(output, "\r\n", "\n")
	output = dates.ReplaceAllString(output, "Date: Thu, 01 Jan 2026 12:00:00 GMT")
	return uuids.ReplaceAllString(output, "urn:uuid:0e5a7c0a-7d2f-4b8e-9c55-1f1f6f0f6a53")
}

// shell runs a command of the README as its reader would, but for the ports.
func shell(t *testing.T, e *example, command string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", e.Replace(command))
	home := t.TempDir() // no .curlrc, no proxy
	cmd.Env = append(os.Environ(), "HOME="+home, "CURL_HOME="+home, "NO_PROXY=*", "no_proxy=*")
	output, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", command, err)
	}
	return e.back(string(output))
}

// TestREADMECommands runs what the README shows and compares what comes out.
func TestREADMECommands(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "grep"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	readme := readFile(t, "README.md")
	e := startExample(t)
	renewed := readme
	for _, block := range fenced(t, readme, "console") {
		var got strings.Builder
		for _, shown := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, want, _ := strings.Cut(shown, "\n")
			if !strings.HasPrefix(command, "curl ") {
				t.Errorf("%q is not a curl command", command)
				continue
			}
			output := strings.TrimRight(normalized(shell(t, e, command)), "\n")
			fmt.Fprintf(&got, "$ %s\n%s\n", command, output)
			if want = strings.TrimRight(want, "\n"); output != want && !*update {
				t.Errorf("%s\ngot\n%s\nwant\n%s", command, output, want)
			}
		}
		renewed = strings.Replace(renewed, block, got.String(), 1)
	}
	if *update {
		if err := os.WriteFile("../README.md", []byte(renewed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	checkREADMEMetrics(t, readme, fetch(t, "GET", e.url(metricsPort, "/metrics"), "").body)
	// A line of the access log is written after its answer: Caddy waits for
	// it when it stops.
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(e.accessLog)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(section(t, readme, "## What an operator sees")) {
		if strings.HasPrefix(line, `"statusgate":`) && !bytes.Contains(log, []byte(strings.TrimSpace(line))) {
			t.Errorf("the access log has no %s\n%s", line, log)
		}
	}
}

// checkREADMEMetrics: each series has its row with its labels, and no row or
// query names another.
func checkREADMEMetrics(t *testing.T, readme, exposition string) {
	t.Helper()
	series := make(map[string]string) // type by name
	labels := make(map[string][]string)
	for line := range strings.Lines(exposition) {
		line = strings.TrimSpace(line)
		if words := strings.Fields(line); strings.HasPrefix(line, "# TYPE caddy_statusgate_") {
			series[words[2]] = words[3]
			continue
		}
		name, rest, found := strings.Cut(line, "{")
		if !found || !strings.HasPrefix(name, "caddy_statusgate_") {
			continue
		}
		name = strings.TrimSuffix(name, "_bucket")
		for _, m := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
			if m[1] != "le" && !slices.Contains(labels[name], m[1]) {
				labels[name] = append(labels[name], m[1])
			}
			if (m[1] == "kind" || m[1] == "cause") && !strings.Contains(readme, "`"+m[2]+"`") {
				t.Errorf("the README does not tell of %s %q", m[1], m[2])
			}
		}
	}
	told := make(map[string]bool)
	for line := range strings.Lines(section(t, readme, "## What an operator sees")) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| `caddy_") || len(cells) != 4 {
			continue
		}
		name := code.FindStringSubmatch(cells[0])[1]
		told[name] = true
		if cells[1] != series[name] {
			t.Errorf("the README calls %s a %s, it is a %q", name, cells[1], series[name])
		}
		var want []string
		for _, m := range code.FindAllStringSubmatch(cells[2], -1) {
			want = append(want, m[1])
		}
		slices.Sort(want)
		slices.Sort(labels[name])
		if !slices.Equal(want, labels[name]) {
			t.Errorf("the README gives %s the labels %q, it has %q", name, want, labels[name])
		}
	}
	for name := range series {
		if !told[name] {
			t.Errorf("the README does not tell of %s", name)
		}
	}
	for _, name := range regexp.MustCompile(`caddy_statusgate_\w+`).FindAllString(readme, -1) {
		if series[name] == "" {
			t.Errorf("the README names %s, which is not there", name)
		}
	}
}

func TestREADMEReasons(t *testing.T) {
	readme := readFile(t, "README.md")
	told := make(map[string]bool)
	_, table, _ := strings.Cut(readme, "| reason |")
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
				told[m[1]] = true
			}
		}
	}
	for reason := range normalize.Reason(255) {
		word := reason.String()
		if strings.HasPrefix(word, "reason(") {
			break
		}
		if !told[word] {
			t.Errorf("the README does not tell of the reason %q", word)
		}
		delete(told, word)
	}
	for word := range told {
		t.Errorf("the README tells of a reason %q, which is not there", word)
	}
}

// TestREADMESyntax: the syntax of the README is that of the parser, and each
// option has its bullet.
func TestREADMESyntax(t *testing.T) {
	readme, source := readFile(t, "README.md"), readFile(t, "caddyfile.go")
	syntax := fenced(t, section(t, readme, "## Syntax"), "")[0]
	_, comment, _ := strings.Cut(source, "//\tstatusgate [<matcher>] {\n")
	comment, _, found := strings.Cut(comment, "//\t}\n")
	if !found {
		t.Fatal("caddyfile.go has no syntax in a comment")
	}
	want := "statusgate [<matcher>] {\n"
	for line := range strings.Lines(comment) {
		line = strings.TrimPrefix(line, "//")
		want += strings.TrimPrefix(line, "\t")
	}
	want += "}\n"
	if syntax != want {
		t.Errorf("the README's syntax is\n%s\nthe parser's is\n%s", syntax, want)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(\t?)(\w+)`).FindAllStringSubmatch(syntax, -1) {
		nested, option := m[1] != "", m[2]
		if !nested && !strings.Contains(readme, "\n- `"+option+"` ") || !strings.Contains(readme, "`"+option) {
			t.Errorf("the README does not explain %q", option)
		}
	}
	documented := readFile(t, "module.go")
	for _, m := range regexp.MustCompile(`\{http\.statusgate\.\w+\}`).FindAllString(readme, -1) {
		if !strings.Contains(documented, "`"+m+"`") {
			t.Errorf("the README names %s, module.go does not", m)
		}
	}
}

// TestREADMEConditions: each condition of the parser has its row, and the
// other way round.
func TestREADMEConditions(t *testing.T) {
	readme := readFile(t, "README.md")
	told := make(map[string]bool)
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)[^`]*` \\|").FindAllStringSubmatch(section(t, readme, "### Conditions"), -1) {
		told[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^\t\t\[not\] (\w+)`).FindAllStringSubmatch(section(t, readme, "## Syntax"), -1) {
		if !told[m[1]] {
			t.Errorf("the README does not explain the condition %q", m[1])
		}
		delete(told, m[1])
	}
	for word := range told {
		t.Errorf("the README explains a condition %q, which is not there", word)
	}
}

// TestREADMESoftErrors: the rules of the example are those that the README
// shows, and soft_errors begins with those that it names.
func TestREADMESoftErrors(t *testing.T) {
	readme, example := readFile(t, "README.md"), readExample(t)
	errors := section(t, readme, "## Errors that say 200")
	for line := range strings.Lines(fenced(t, errors, "caddyfile")[0]) {
		if strings.HasPrefix(line, "\t\t") && !strings.Contains(example, "\n"+line) {
			t.Errorf("Caddyfile.example has no line %q", line)
		}
	}
	rules := func(options string) []json.RawMessage {
		config, err := adapt(":8080 {\n\tstatusgate {\n" + options + "\n\t}\n}\n")
		if err != nil {
			t.Fatal(err)
		}
		_, list, found := strings.Cut(string(config), `"map":`)
		var rules []json.RawMessage
		if err := json.NewDecoder(strings.NewReader(list)).Decode(&rules); !found || err != nil {
			t.Fatal(err)
		}
		return rules
	}
	shown := rules(fenced(t, section(t, readme, "### Soft errors"), "")[0])
	preset := rules("soft_errors")
	if len(preset) != len(shown)+3 {
		t.Fatalf("soft_errors has %d rules, the README tells of %d and three", len(preset), len(shown))
	}
	for i := range shown {
		if string(shown[i]) != string(preset[i]) {
			t.Errorf("the README has %s, soft_errors %s", shown[i], preset[i])
		}
	}
	for _, rule := range preset[len(shown):] {
		if !bytes.Contains(rule, []byte("application/problem+")) {
			t.Errorf("the README does not tell of %s", rule)
		}
	}
}

// TestREADMEConfigurations loads each Caddyfile of the README, and its JSON.
func TestREADMEConfigurations(t *testing.T) {
	readme := readFile(t, "README.md")
	caddyfiles := fenced(t, readme, "caddyfile")
	for _, text := range caddyfiles {
		config, err := adapt(text)
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			continue
		}
		validate(t, config)
	}
	handler := fenced(t, section(t, readme, "### The same in JSON"), "json")[0]
	if !json.Valid([]byte(handler)) {
		t.Fatalf("not JSON: %s", handler)
	}
	port := freePort(t)
	caddyInUse.Lock()
	t.Cleanup(caddyInUse.Unlock)
	config := fmt.Sprintf(`{"admin": {"disabled": true, "config": {"persist": false}}, "apps": {"http": {"servers": {"gate": {
		"listen": ["127.0.0.1:%d"], "automatic_https": {"disable": true},
		"routes": [{"handle": [%s, {"handler": "static_response", "status_code": 302, "headers": {"Location": ["/login"]}}]}]
	}}}}}`, port, handler)
	if err := caddy.Load([]byte(config), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = caddy.Stop() })
	if got := fetch(t, "GET", fmt.Sprintf("http://127.0.0.1:%d/", port), "").StatusCode; got != 401 {
		t.Errorf("the JSON of the README makes a 302 to /login a %d, want 401", got)
	}
	// Its options are those of a Caddyfile.
	text := strings.TrimSuffix(strings.TrimPrefix(caddyfiles[0], ":8080"), "\n")
	if !strings.Contains(text, "\tstatusgate\n") {
		t.Errorf("the smallest Caddyfile is not bare: %s", text)
	}
}

// TestREADMENames: the files and commands that the README names are there.
func TestREADMENames(t *testing.T) {
	readme := readFile(t, "README.md")
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(readme, -1) {
		target, anchor, _ := strings.Cut(m[1], "#")
		switch {
		case strings.Contains(target, "://"):
		case target != "":
			if _, err := os.Stat(filepath.Join("..", target)); err != nil {
				t.Error(err)
			}
		default:
			heading := regexp.MustCompile(`(?mi)^#+ ` + strings.ReplaceAll(regexp.QuoteMeta(anchor), "-", "[ -]") + `$`)
			if !heading.MatchString(readme) {
				t.Errorf("the README has no heading #%s", anchor)
			}
		}
	}
	commands := section(t, readme, "## Two commands")
	for _, command := range []string{"./xcaddy.sh run ", "go test ./... "} {
		if !strings.Contains(commands, "\n"+command) {
			t.Errorf("the README does not give the command %q", command)
		}
	}
	if info, err := os.Stat("../xcaddy.sh"); err != nil || info.Mode()&0o111 == 0 && os.PathSeparator == '/' {
		t.Errorf("xcaddy.sh cannot be run: %v", err)
	}
	script := readFile(t, "xcaddy.sh")
	for _, m := range regexp.MustCompile(`\./xcaddy\.sh (\w+)`).FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(script, "\n"+m[1]+")\n") {
			t.Errorf("xcaddy.sh has no command %q", m[1])
		}
	}
}

// TestREADMEDecisions holds the gate to what the README says of it beside the
// tables: one site for each sentence.
func TestREADMEDecisions(t *testing.T) {
	for _, c := range []struct {
		sentence        string
		gate            string // its options
		behind          string
		request, header string
		want            int
		wantHeader      map[string]string
		wantBody        string
	}{
		{
			sentence: "abort behind the gate becomes a 503",
			behind:   "abort", request: "GET", want: 503,
		},
		{
			sentence: "under strict, 204 becomes 200, empty",
			gate:     "contract strict", behind: "respond 204", request: "GET", want: 200,
			wantHeader: map[string]string{"Content-Length": "0"},
		},
		{
			sentence: "a 201 without any Location becomes a 200",
			behind:   "respond made 201", request: "POST", want: 200, wantBody: "made",
		},
		{
			sentence: "for PUT, Location is the target of the request",
			behind:   "respond made 201", request: "PUT", want: 201,
			wantHeader: map[string]string{"Location": "/x"},
		},
		{
			sentence: "registered leaves a 201 without Location alone",
			gate:     "contract registered", behind: "respond made 201", request: "POST", want: 201,
		},
		{
			sentence: "where Caddy made the error, the success of a rule has no body",
			gate:     "map 418 200", behind: "error boiled 418", request: "GET", want: 200,
			wantHeader: map[string]string{"Content-Length": "0"},
		},
		{
			sentence: "pass leaves an error of Caddy's to Caddy",
			gate:     "map 418 pass", behind: "error boiled 418\nhandle_errors {\n\trespond \"page for {err.status_code}\"\n}",
			request: "GET", want: 418, wantBody: "page for 418",
		},
		{
			sentence: "handle_errors sees errors where problems are off",
			gate:     "problems off", behind: "error boiled 418\nhandle_errors {\n\trespond \"page for {err.status_code}\"\n}",
			request: "GET", want: 400, wantBody: "page for 400",
		},
		{
			sentence: "handle_errors does not see what the gate has answered",
			behind:   "error boiled 418\nhandle_errors {\n\trespond \"page for {err.status_code}\"\n}",
			request:  "GET", want: 400, wantBody: `"status":400`,
		},
		{
			sentence: "the Content-Security-Policy of a backend stays",
			behind:   "header Content-Security-Policy \"default-src 'none'\"\nrespond oops 500", request: "GET", header: "Accept: text/html",
			want: 500, wantHeader: map[string]string{"Content-Security-Policy": "default-src 'none'"}, wantBody: "<!DOCTYPE html>",
		},
		{
			sentence: "what basic_auth answers is not normalized",
			behind:   "basic_auth {\n\tbob $2a$04$V5JT9Ll1m5G1M5B9P9m6/.sIT0J2o0FxGyiRcJbQ0s1pFzvZ0m3Da\n}\nrespond fine",
			request:  "GET", want: 401, wantHeader: map[string]string{"Content-Type": ""},
		},
		{
			sentence: "a 402 goes by its meaning unless registered",
			gate:     "contract registered", behind: "respond pay 402", request: "GET", want: 402, wantBody: "pay",
		},
		{
			sentence: "keep keeps all bodies that are not empty",
			gate:     "problems {\n\tbodies keep\n}", behind: "respond oops 520", request: "GET", want: 503, wantBody: "oops",
		},
		{
			sentence: "the backend can be told the negotiated type",
			gate:     "produces text/csv application/json", behind: "header Content-Type application/json\nrespond {http.statusgate.negotiated_type}",
			request: "GET", header: "Accept: application/json", want: 200, wantBody: "application/json",
		},
		{
			sentence: "a CORS preflight passes",
			gate:     "methods GET", behind: "respond 204", request: "OPTIONS",
			header: "Origin: https://a.example\nAccess-Control-Request-Method: PUT", want: 204,
		},
		{
			sentence: "path templates ignore case, a slash at the end counts",
			gate:     "unknown_resources reject\nresource /X", behind: "respond fine", request: "GET", want: 200,
		},
		{
			sentence: "Slips of deployed clients are forgiven",
			gate:     "produces text/csv application/json", behind: "respond {http.statusgate.negotiated_type}",
			request: "GET", header: "Accept: ,;, text/csv;q=.2, *", want: 200, wantBody: "application/json",
		},
		{
			sentence: "HEAD has no body to judge",
			gate:     "map 200 500 when json /error", behind: json200(`{"error":1}`), request: "HEAD", want: 200,
		},
		{
			sentence: "a member that JSON repeats counts by its first",
			gate:     "map 200 400 when json /ok false", behind: json200(`{"ok":false,"ok":true}`), request: "GET", want: 400,
		},
		{
			sentence: "a body of any other type meets neither a condition nor its negation",
			gate:     "map 200 500 when not json /ok", behind: "header Content-Type image/png\nrespond x", request: "GET", want: 200,
		},
		{
			sentence: "not turns a condition on JSON around",
			gate:     "map 200 500 when not json /ok", behind: "header Content-Type application/json\nrespond `{}`", request: "GET", want: 500,
		},
		{
			sentence: "SOAP 1.1 clients want to read a fault",
			gate:     "map 200 500 when soap_fault\nproblems {\n\tbodies keep\n}",
			behind:   "header Content-Type text/xml\nrespond `<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><Fault/></Body></Envelope>`",
			request:  "POST", want: 500, wantBody: "<Fault/>",
		},
		{
			sentence: "what stands at the pointer is escaped for a path",
			gate:     "location {\n\tcreated /orders/{http.statusgate.json./a/0}\n}",
			behind:   json200(`{"a":["7/../8 x"]}`) + " 201", request: "POST", want: 201,
			wantHeader: map[string]string{"Location": "/orders/7%2F..%2F8%20x"},
		},
		{
			sentence: "Accept-Encoding reaches the backend with no codings but those that are decoded",
			gate:     "map 200 500 when json /error", behind: "respond {http.request.header.Accept-Encoding}", request: "GET",
			header: "Accept-Encoding: br;q=1, gzip;q=0.5, zstd, compress", want: 200, wantBody: "gzip;q=0.5, zstd",
		},
		{
			sentence: "the integer that was found goes through the profile and the table",
			gate:     "map 200 auto when json /status", behind: json200(`{"status":410}`), request: "GET", want: 404,
		},
		{
			sentence: "what cannot be derived is 500",
			gate:     "map 200 auto when json /status", behind: json200(`{"status":"failed"}`), request: "GET", want: 500,
		},
		{
			sentence: "an error behind the bound of inspect stays a 200",
			gate:     "inspect 16B\nmap 200 500 when json /error", behind: json200(`{"a":"0123456789abcdef","error":1}`), request: "GET",
			want: 200, wantBody: `"error":1`,
		},
		{
			sentence: "behind an undecided rule no other is tried",
			gate:     "map 200 400 when json /z\nmap 200 404 when json /a", behind: json200(`{"a":1,`), request: "GET", want: 200,
		},
		{
			sentence: "a page of HTML is an error where produces has none",
			gate:     "produces application/json\nsoft_errors", behind: "header Content-Type text/html\nrespond <html>", request: "GET", want: 500,
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			url := gate(t, c.gate, c.behind)
			var header []string
			for line := range strings.Lines(c.header) {
				field, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				header = append(header, field, value)
			}
			got := fetch(t, c.request, url+"/x", "", header...)
			if got.StatusCode != c.want {
				t.Errorf("got %d, want %d", got.StatusCode, c.want)
			}
			for field, want := range c.wantHeader {
				if got := got.Header.Get(field); got != want {
					t.Errorf("got %s %q, want %q", field, got, want)
				}
			}
			if !strings.Contains(got.body, c.wantBody) {
				t.Errorf("got %q, want %q in it", got.body, c.wantBody)
			}
		})
	}
}

// json200 is a backend that answers with JSON.
func json200(body string) string {
	return "header Content-Type application/json\nrespond `" + body + "`"
}

// TestREADMEProfiles holds the tables of the contract and of its profiles to
// what is decided.
func TestREADMEProfiles(t *testing.T) {
	readme := readFile(t, "README.md")
	contract, profiles, _ := strings.Cut(section(t, readme, "## The contract"), "\n### Profiles\n")
	documented := 0
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(contract, -1) {
		if status, _ := strconv.Atoi(m[1]); !normalize.Documented(status) {
			t.Errorf("the README calls %d documented", status)
		}
		documented++
	}
	if documented != 12 {
		t.Errorf("the README has %d documented statuses, want 12", documented)
	}
	// What the rows in words stand for.
	samples := map[string][]int{
		"the twelve": {200, 415, 503}, "other 2xx": {203, 218, 299}, "other 3xx": {300, 305, 399},
		"other 4xx and 5xx": {402, 409, 410, 419, 429, 499, 502, 511, 599}, "anything else, 000 to 099 and 600 to 999": {0, 99, 600, 777, 999},
	}
	rows := 0
	for line := range strings.Lines(profiles) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		if len(cells) != 4 || strings.HasPrefix(cells[0], "-") || cells[0] == "received" {
			continue
		}
		rows++
		statuses := samples[cells[0]]
		for _, digits := range regexp.MustCompile(`\d{3}`).FindAllString(cells[0], -1) {
			if len(samples[cells[0]]) == 0 {
				status, _ := strconv.Atoi(digits)
				statuses = append(statuses, status)
			}
		}
		if len(statuses) == 0 {
			t.Errorf("no sample of %q", cells[0])
		}
		for i, profile := range []normalize.Profile{normalize.ProfileDocumented, normalize.ProfileStrict, normalize.ProfileRegistered} {
			c := normalize.NewContract(profile, nil, nil)
			for _, status := range statuses {
				got := c.Decide(&normalize.Response{Status: status, Ranged: true}).Status
				if want := promised(cells[i+1], status); got != want {
					t.Errorf("%d becomes %d, by the README's %q in column %d it is %d", status, got, cells[i+1], i+1, want)
				}
			}
		}
	}
	if rows != 8 {
		t.Errorf("the README's profiles have %d rows, want 8", rows)
	}
}

// promised gives the status that a cell of the profiles promises.
func promised(cell string, status int) int {
	if rest, ok := strings.CutPrefix(cell, "pass if registered with IANA, else "); ok {
		if normalize.Registered(status) {
			return status
		}
		cell = rest
	}
	switch cell {
	case "pass":
		return status
	case "by their meaning":
		to, _ := normalize.Target(status)
		return to
	}
	cell, _, _ = strings.Cut(cell, ",")
	to, _ := strconv.Atoi(cell)
	return to
}
