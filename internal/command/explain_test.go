package command_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/command"
	"github.com/statusgate/statusgate/internal/schematest"
)

// caddyfile is the configuration of these tests.
const caddyfile = "testdata/Caddyfile"

// runs runs a command, and fails the test if its exit status is another one.
func runs(t *testing.T, status int, stdin string, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, got := command.Run(stdin, args...)
	if got != status {
		t.Errorf("%q: got exit status %d, want %d\n%s%s", args, got, status, stdout, stderr)
	}
	return stdout, stderr
}

// hasInOrder fails the test if lines do not begin so, in this order.
func hasInOrder(t *testing.T, output, wanted string) {
	t.Helper()
	lines := strings.Split(output, "\n")
	at := 0
	for want := range strings.SplitSeq(strings.TrimSpace(wanted), "\n") {
		want = strings.TrimLeft(want, "\t")
		for at < len(lines) && !strings.HasPrefix(lines[at], want) {
			at++
		}
		if at == len(lines) {
			t.Fatalf("got\n%s\nwant a line that begins with\n%s", output, want)
		}
	}
}

// write writes a file for a test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestExplain(t *testing.T) {
	notFound := write(t, "body.json", `{"error":{"code":"NOT_FOUND"}}`)
	for _, c := range []struct {
		name   string
		args   []string
		stdin  string
		status int
		want   string
	}{
		{"a rule on the body", []string{"GET", "/x", "--status", "200", "-R", "Content-Type: application/json", "--response-body", notFound}, "", 0, `
			GET http://api.example.com:8080/x
			site      http://:8080
			route     host api.example.com
			gate      api  testdata/Caddyfile:3
			backend   reverse_proxy 127.0.0.1:9, in whose place this command answers
			resource  no resource has the path: the options of the gate count
			answer    200 from backend  (Content-Type: application/json)
			rule      ✓ map 200 404 when json /error/code NOT_FOUND  testdata/Caddyfile:6
			            holds: json /error/code = "NOT_FOUND"
			decision  200 → 404, reason rule
			body      kept  (the error is the client's)

			HTTP/1.1 404 Not Found
			Content-Type: application/json

			{"error":{"code":"NOT_FOUND"}}`},
		{"an empty 200", []string{"GET", "/x"}, "", 0, `
			rule      – map 200 404 when json /error/code NOT_FOUND
			            fails: the body is empty
			table     200 OK → 200
			decision  200 → 200, reason documented
			HTTP/1.1 200 OK
			Content-Length: 0`},
		{"a status of Cloudflare's", []string{"GET", "/x", "--status=520"}, "", 0, `
			table     520 Web Server Returned an Unknown Error → 503
			          The backend's backend is broken, as with 502.
			          used by Cloudflare: the origin's answer is empty, invalid or was reset
			decision  520 → 503, reason table
			field     Retry-After: 7  (owed: retry_after, drawn by lot)
			HTTP/1.1 503 Service Unavailable`},
		{"a refused request", []string{"POST", "/orders", "-H", "Content-Type: text/plain", "--body", "-"}, "item=lamp", 0, `
			backend   not asked
			resource  /orders  testdata/Caddyfile:8
			check     ✓ method  POST: want GET, HEAD, POST, OPTIONS
			check     ✗ content_type  Content-Type: text/plain: want application/json
			decision  none → 415, reason content_type
			body      replaced  (the answer is the gate's own: a problem)
			HTTP/1.1 415 Unsupported Media Type`},
		{"a backend that is down", []string{"GET", "/x", "--error", "refused"}, "", 0, `
			answer    502 from gateway  (dial tcp: connect: connection refused)
			decision  502 → 503, reason backend_unreachable
			HTTP/1.1 503 Service Unavailable`},
		{"a whole answer", []string{"GET", "/x", "--response", "-"}, "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", 0, `
			rule      ✓ map 302 401 when header Location */login*  testdata/Caddyfile:5
			            holds: Location: /login
			HTTP/1.1 401 Unauthorized
			WWW-Authenticate: Bearer`},
		{"bytes that are no text", []string{"GET", "/x", "--status", "200", "-R", "Content-Type: image/png", "--response-body", "-"}, "\x89PNG\x00", 0, `
			(5 bytes that are no text)`},
		{"a long body", []string{"GET", "/x", "--status", "200", "-R", "Content-Type: text/plain", "--response-body", "-"}, strings.Repeat("line\n", 90), 0, `
			line
			… and 60 more lines`},
		{"half a body", []string{"GET", "/x", "--response", "-"}, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhalf", 0, `
			half
			The connection breaks here.`},
	} {
		out, _ := runs(t, c.status, c.stdin, append([]string{"explain", "--config", caddyfile}, c.args...)...)
		t.Run(c.name, func(t *testing.T) { hasInOrder(t, out, c.want) })
		if n := strings.Count(out, "\n"); n > 100 { // two screens
			t.Errorf("%s: %d lines", c.name, n)
		}
		if strings.Contains(out, "\x1b") {
			t.Errorf("%s: colours, though this is no terminal", c.name)
		}
	}
}

// What is not as it should be has exit status 1, what can't be done 2.
func TestExplainFails(t *testing.T) {
	const around = "http://a.example.com {\n\tstatusgate /gated/*\n\treverse_proxy 127.0.0.1:9\n}\nhttp://b.example.com {\n\trespond hello\n}\n"
	out, _ := runs(t, 1, around, "explain", "--config", "-", "GET", "http://b.example.com/")
	hasInOrder(t, out, "gate      none: no gate is on the way of this request\nHTTP/1.1 200 OK\nhello")
	const dropped = "http://a.example.com {\n\tstatusgate {\n\t\treport\n\t}\n\treverse_proxy 127.0.0.1:9\n}\n"
	out, _ = runs(t, 0, dropped, "explain", "--config", "-", "GET", "/", "--status", "0")
	hasInOrder(t, out, "gate      statusgate  -:2  report: all is decided, nothing is changed\nThe connection breaks: the client gets no answer.")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"GET"}, "want 2 arguments: got 1\nUsage: "},
		{[]string{"GET", "/", "--nope"}, "unknown flag: --nope\nUsage: "},
		{[]string{"GET", "/", "--error", "lost"}, `--error: "lost" is not one of refused`},
		{[]string{"GET", "/", "--error", "dns", "--status", "200"}, "use one"},
		{[]string{"GET", "/", "--response", "-", "--status", "200"}, "use one"},
		{[]string{"GET", "/", "--response", "nowhere"}, "nowhere"},
		{[]string{"GET", "/", "--response-body", "nowhere"}, "nowhere"},
		{[]string{"GET", "/", "--body", "nowhere"}, "nowhere"},
		{[]string{"GET", "/", "-H", "nothing"}, `"nothing" is not a field`},
		{[]string{"GET", "/", "-R", "nothing"}, `"nothing" is not a field`},
		{[]string{"GET", "/", "--gate", "other"}, `no gate has the name "other"`},
		{[]string{"GET", "http://api.example.com:8080/", "--gate", "other"}, `the gate "other" is not on the way: api is`},
		{[]string{"GET", "http://api.example.com/"}, "no server of the configuration is at http://api.example.com: there is http://:8080"},
		{[]string{"GET", "/", "--config", "nowhere"}, "nowhere"},
		{[]string{"GET", "/", "--adapter", "nothing"}, `adapter "nothing"`},
		{[]string{"GET", "/", "--response", "-"}, "this is no HTTP answer"},
	} {
		_, stderr := runs(t, 2, "", append([]string{"explain", "--config", caddyfile}, c.args...)...)
		if !strings.Contains(stderr, c.want) {
			t.Errorf("%q: got %q, want %q", c.args, stderr, c.want)
		}
	}
	if _, stderr := runs(t, 2, "", "nothing"); !strings.Contains(stderr, `there is no command "nothing"`) {
		t.Errorf("got %q", stderr)
	}
	if out, _ := runs(t, 0, ""); !strings.Contains(out, "explain     Tells why") {
		t.Errorf("the help is %q", out)
	}
}

func TestExplainChoosesAGate(t *testing.T) {
	const nested = "http://a.example.com {\n\troute {\n\t\tstatusgate {\n\t\t\tname outer\n\t\t}\n\t\tstatusgate {\n\t\t\tname inner\n\t\t}\n\t\treverse_proxy 127.0.0.1:9\n\t}\n}\n"
	out, _ := runs(t, 0, nested, "explain", "-c", "-", "GET", "/", "--status", "520")
	hasInOrder(t, out, "gate      outer  -:3\n          on the way: outer, inner (--gate chooses)\nanswer    503 from backend")
	out, _ = runs(t, 0, nested, "explain", "-c", "-", "GET", "/", "--status", "520", "--gate", "inner")
	hasInOrder(t, out, "gate      inner  -:6\nanswer    520 from backend")
}

func TestExplainInJSON(t *testing.T) {
	schema, err := schematest.Read("testdata/explanation.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	const elsewhere = "http://a.example.com {\n\tstatusgate /gated/*\n\trespond hello\n}\n"
	for _, c := range []struct {
		name, stdin string
		status      int
		args        []string
		want        string // of the document, without steps and answer
	}{
		{"a rule", "", 0, []string{"-c", caddyfile, "GET", "/x", "--status", "302", "-R", "Location: /login"}, `{"gate":"api","reason":"rule","resource":"","rule":"map 302 401 when header Location */login*"}`},
		{"a resource", "", 0, []string{"-c", caddyfile, "DELETE", "/orders"}, `{"gate":"api","reason":"method","resource":"/orders","rule":""}`},
		{"a failure", "", 0, []string{"-c", caddyfile, "GET", "/x", "--error", "timeout"}, `{"gate":"api","reason":"backend_timeout","resource":"","rule":""}`},
		{"a status with users", "", 0, []string{"-c", caddyfile, "GET", "/x", "--status", "520"}, `{"gate":"api","reason":"table","resource":"","rule":""}`},
		{"no gate", elsewhere, 1, []string{"-c", "-", "GET", "/x"}, `{"gate":"","reason":"","resource":"","rule":""}`},
		{"no answer", strings.Replace(elsewhere, "statusgate /gated/*\n\trespond hello", "statusgate {\n\t\treport\n\t}\n\treverse_proxy 127.0.0.1:9", 1), 0, []string{"-c", "-", "GET", "/x", "--status", "0"}, `{"gate":"statusgate","reason":"malformed","resource":"","rule":""}`},
	} {
		out, _ := runs(t, c.status, c.stdin, append([]string{"explain", "--json"}, c.args...)...)
		var document map[string]any
		if err := json.Unmarshal([]byte(out), &document); err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, out)
		}
		for _, mistake := range schema.Mistakes(document) {
			t.Errorf("%s%s", c.name, mistake)
		}
		delete(document, "steps")
		delete(document, "answer")
		if got, _ := json.Marshal(document); string(got) != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		document["steps"], document["more"] = []any{map[string]any{"kind": "guess", "what": "", "result": ""}}, 1
		if n := len(schema.Mistakes(document)); n != 3 {
			t.Errorf("%s: the schema finds %d of 3 mistakes", c.name, n)
		}
	}
}

func TestColours(t *testing.T) {
	if got := command.Coloured("no"); got != "\x1b[31mno\x1b[0m" {
		t.Errorf("got %q", got)
	}
	if got := command.Coloured(""); got != "" {
		t.Errorf("got %q", got)
	}
}
