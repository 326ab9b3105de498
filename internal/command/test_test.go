package command_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// suite writes a file of tests beside a configuration.
func suite(t *testing.T, text string) string {
	t.Helper()
	config, err := os.ReadFile(caddyfile)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "Caddyfile", string(config))
	name := filepath.Join(filepath.Dir(file), "gate.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const passing = `config: Caddyfile
site: api.example.com
tests:
  - name: an expired session is a 401, not a redirect
    request:  {method: GET, url: /account, headers: {Accept: application/json}}
    response: {status: 302, headers: {Location: /login?next=/account}}
    expect:
      status: 401
      reason: rule
      rule: map 302 401 when header Location */login*
      headers: {WWW-Authenticate: Bearer, X-Powered-By: null, Location: "/login*", proxy-status: "*=302", Vary: "*ccep*"}
      body: {json: {/status: 401, /title: Unauthorized, /missing: null}, contains: credentials}
  - name: a body that is kept
    request: {url: "/articles/1?full=yes", method: POST, body: "{}"}
    response: {headers: {Content-Type: application/json, Set-Cookie: [a=1, b=2]}, body: '{"error":{"code":"NOT_FOUND","list":[1,{"a/b~":2.50}]}}'}
    expect: {status: 404, body: {backend: true, json: {/error/list/1/a~1b~0: 2.5, /error/list: [1, {a/b~: 2.5}], /error/list/7: null, /error/list/x: null, /error/code/x: null}}, headers: {Set-Cookie: "a=1, b=2"}}
  - name: a text
    request: {url: /text}
    response: {status: 200, headers: {Content-Type: text/plain}, body: hello}
    expect: {body: {text: hello}}
  - name: what the backend does not see
    request: {url: /orders, method: PATCH}
    response: {not_asked: true}
    expect: {status: 405, reason: method, headers: {Allow: "GET, HEAD, POST, OPTIONS"}}
  - name: the same, in short
    request: {url: /orders, method: PATCH}
    not_asked: true
    expect: {status: 405}
  - name: a backend that is down
    request: {url: /x}
    response: {error: refused}
    expect: {status: 503, reason: backend_unreachable, headers: {Retry-After: 7}}
  - name: the same, in short
    request: {url: /x}
    error: refused
    expect: {status: 503}
  - name: a whole answer, and content from a file
    request: {url: /orders, method: POST, headers: {Content-Type: application/json}, body_file: order.json}
    response: {raw_file: answer.txt}
    expect: {status: 500}
  - name: an answer in a file
    gate: api
    request: {url: "http://api.example.com:8080/x"}
    response: {status: 200, headers: {Content-Type: application/json}, body_file: order.json}
    expect: {status: 200, body: {json: {"": {item: lamp}}}}
  - name: an empty 200
    request: {url: /x}
    expect: {status: 200, reason: documented}
`

func TestTestsThatPass(t *testing.T) {
	file := suite(t, passing)
	for name, text := range map[string]string{"order.json": `{"item":"lamp"}`, "answer.txt": "HTTP/1.1 520 Unknown\r\nContent-Length: 0\r\n\r\n"} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, _ := runs(t, 0, "", "test", file); out != "10 passed\n" {
		t.Errorf("got %s", out)
	}
	if out, _ := runs(t, 0, "", "test", "--run", "in short$", file, file); out != "4 passed\n" {
		t.Errorf("got %s", out)
	}
	if out, _ := runs(t, 0, "", "test", "--config", caddyfile, "--run", "session", file); out != "1 passed\n" {
		t.Errorf("got %s", out)
	}
}

func TestTestsThatFail(t *testing.T) {
	file := suite(t, `config: Caddyfile
tests:
  - name: everything is wrong
    request: {url: /x, headers: {Accept: application/json}}
    response: {status: 520, headers: {Content-Type: text/plain}, body: hello}
    expect:
      status: 200
      reason: documented
      rule: map 520 200
      headers: {Retry-After: null, Location: "/a*", Vary: Cookie}
      body: {json: {/status: 200}, text: "a text that is too long to stand beside what came, on one line", contains: nowhere, backend: true}
  - name: no JSON
    request: {url: /x}
    response: {status: 200, headers: {Content-Type: text/plain}, body: hello}
    expect: {body: {json: {/a: 1}}}
  - name: asked
    request: {url: /x}
    response: {not_asked: true}
    expect: {status: 200}
  - name: nothing expected
    request: {url: /x}
  - name: fine
    request: {url: /x}
    expect: {status: 200}
`)
	report := filepath.Join(t.TempDir(), "report.xml")
	out, _ := runs(t, 1, "", "test", "--junit", report, file)
	hasInOrder(t, out, `FAIL everything is wrong  `+file+`:3
                want         got
  status        200          503
  reason        documented   table
  rule          map 520 200  (none)
  Retry-After   (none)       7
  Location      /a*          (none)
  Vary          Cookie       Accept
  body
    want a text that is too long to stand beside what came, on one line
    got  {"type":"about:blank"
  body
  body
  json /status  200          503

  GET http://api.example.com:8080/x
  gate      api  `+filepath.Dir(file)+`/Caddyfile:3
  decision  520 → 503, reason table
  HTTP/1.1 503 Service Unavailable
FAIL no JSON
  body  JSON  hello
FAIL asked
  backend  not asked  asked
FAIL nothing expected
  expect  what is expected  nothing: --update writes what comes
1 passed, 4 failed`)
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var junit struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Line    int    `xml:"line,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &junit); err != nil {
		t.Fatal(err)
	}
	if junit.Tests != 5 || junit.Failures != 4 || len(junit.Suites) != 1 || len(junit.Suites[0].Cases) != 5 {
		t.Fatalf("got %s", text)
	}
	first, last := junit.Suites[0].Cases[0], junit.Suites[0].Cases[4]
	if first.Failure == nil || first.Failure.Message != "status: want 200, got 503" || first.Line != 3 || !strings.Contains(first.Failure.Text, "decision  520 → 503") || last.Failure != nil {
		t.Errorf("got %+v, %+v", first, last)
	}
}

// Every mistake in a file is told of, with its line.
func TestMistakesInTests(t *testing.T) {
	file := suite(t, `config: [a]
sites: api.example.com
tests:
  - name: first
    requests: {url: /x}
    request: {url: /x, url: /y, method: {a: b}}
  - request: [a]
    expect: {status: ok, headers: {A: [b]}, body: {json: {a: 1}, backend: false, nothing: 1}}
  - name: third
    request: {url: /x, headers: {"a b": c}}
    response: {error: lost, status: many}
  - name: fourth
    request: {url: /x, body_file: nowhere}
    response: {error: refused, body: x}
  - name: fifth
    request: {url: /x}
    response: {raw_file: Caddyfile}
`)
	_, stderr := runs(t, 2, "", "test", file)
	for _, want := range []string{
		"gate.yaml:1: config: want a text",
		`gate.yaml:2: the file: unknown key "sites": want one of adapter, config, gate, site, tests`,
		`gate.yaml:5: a test: unknown key "requests"`,
		`gate.yaml:6: request: "url" stands there twice`,
		"gate.yaml:6: method: want a text",
		"gate.yaml:7: the test has no name",
		"gate.yaml:7: request: want keys with values",
		`gate.yaml:8: status: "ok" is no whole number`,
		"gate.yaml:8: A: want a text",
		`gate.yaml:8: json: "a" is no pointer such as /error/code`,
		"gate.yaml:8: backend: want true",
		`gate.yaml:8: body: unknown key "nothing"`,
		`gate.yaml:10: "a b: c" is not a field`,
		`gate.yaml:11: error: "lost" is not one of refused`,
		`gate.yaml:11: status: "many" is no whole number`,
		"gate.yaml:13: body_file: ",
		`gate.yaml:12: the response of "fourth": it is an answer, raw_file, error or not_asked: use one`,
		`gate.yaml:15: the response of "fifth": this is no HTTP answer`,
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("nothing tells: %s\ngot %s", want, stderr)
		}
	}
	for _, c := range []struct {
		text string
		args []string
		want string
	}{
		{"", nil, "there is nothing in it"},
		{"tests: []\n", nil, "gate.yaml:1: there are no tests"},
		{"tests: x\n", nil, "gate.yaml:1: tests: want a list"},
		{"a: [\n", nil, "gate.yaml: "},
		{passingOne, []string{"--run", "("}, "--run: "},
		{passingOne, []string{"--run", "nothing"}, `no test has a name that matches "nothing"`},
		{passingOne, []string{"--config", "nowhere"}, "nowhere"},
		{passingOne, []string{"--junit", "/nowhere/at/all"}, "/nowhere/at/all"},
		{strings.Replace(passingOne, "url: /x", "url: 'http://other:1/'", 1), nil, "gate.yaml:3: one: no server"},
		{strings.Replace(passingOne, "name: one", "name: one\n    gate: other", 1), nil, `gate.yaml:3: one: no gate has the name "other"`},
		{strings.Replace(passingOne, "name: one", "name: one\n    gate: other", 1) + "site: api.example.com\n", nil, `gate.yaml:3: one: the gate "other" is not on the way`},
	} {
		_, stderr := runs(t, 2, "", append([]string{"test", suite(t, c.text)}, c.args...)...)
		if !strings.Contains(stderr, c.want) {
			t.Errorf("%q %q: got %q, want %q", c.text, c.args, stderr, c.want)
		}
	}
	runs(t, 2, "", "test")
	runs(t, 2, "", "test", "nowhere.yaml")
}

const passingOne = `config: Caddyfile
tests:
  - name: one
    request: {url: /x}
    expect: {status: 200}
`

func TestUpdate(t *testing.T) {
	file := suite(t, `# tests of the gate
config: Caddyfile
shared: &accept {Accept: application/json}
tests:
  - name: new
    request: {url: /account}
    response:
      status: 302
      headers:
        Location: /login

  # the next one stays as it is
  - name: old
    request: {url: /x}
    expect: {status: 200}
  - name: kept body
    response: {headers: {Content-Type: application/json}, body: '{"a":1}'}
    request:
      url: /x
  - name: last
    request: {url: /x, method: GET}
    response: {status: 520}`)
	runs(t, 2, "", "test", "--update", file) // shared is no key
	text, _ := os.ReadFile(file)
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "shared: &accept {Accept: application/json}\n", "", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _ := runs(t, 0, "", "test", "--update", file); out != "1 passed, 3 written\n" {
		t.Errorf("got %s", out)
	}
	const want = `# tests of the gate
config: Caddyfile
tests:
  - name: new
    request: {url: /account}
    response:
      status: 302
      headers:
        Location: /login
    expect:
      status: 401
      reason: rule
      rule: map 302 401 when header Location */login*
      headers: {Location: /login, WWW-Authenticate: Bearer}

  # the next one stays as it is
  - name: old
    request: {url: /x}
    expect: {status: 200}
  - name: kept body
    response: {headers: {Content-Type: application/json}, body: '{"a":1}'}
    request:
      url: /x
    expect:
      status: 200
      reason: documented
      body: {backend: true}
  - name: last
    request: {url: /x, method: GET}
    response: {status: 520}
    expect:
      status: 503
      reason: table
      headers: {Retry-After: '*'}
`
	if text, _ = os.ReadFile(file); string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if out, _ := runs(t, 0, "", "test", file); out != "4 passed\n" {
		t.Errorf("what was written does not pass: %s", out)
	}
	flow := suite(t, "config: Caddyfile\ntests: [{name: flow, request: {url: /x}}]\n")
	if _, stderr := runs(t, 2, "", "test", "--update", flow); !strings.Contains(stderr, "a line for each key") {
		t.Errorf("got %q", stderr)
	}
}

// A thousand tests take less than two seconds; here they take a few hundred
// milliseconds on one core.
func TestAThousandTests(t *testing.T) {
	var text strings.Builder
	text.WriteString("config: Caddyfile\ntests:\n")
	for i := range 1000 {
		text.WriteString("  - name: case " + strconv.Itoa(i) + "\n    request: {url: /articles/" + strconv.Itoa(i) + "}\n" +
			"    response: {headers: {Content-Type: application/json}, body: '{\"error\":{\"code\":\"NOT_FOUND\"}}'}\n" +
			"    expect: {status: 404, reason: rule, body: {backend: true}}\n")
	}
	file := suite(t, text.String())
	start := time.Now()
	if out, _ := runs(t, 0, "", "test", file); out != "1000 passed\n" {
		t.Errorf("got %s", out)
	}
	t.Logf("1000 tests took %v", time.Since(start))
}
