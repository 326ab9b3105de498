package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// reported is an exchange and what the gate would have made of it. Nothing is
// rejected, so that there is always a received status.
type reported struct {
	name                   string
	method, path           string
	request                string // more field lines
	content                string
	behind                 backend
	received, sent, reason string // "": not counted
	violation              string
	only                   string // direct
}

var reportedExchanges = []reported{
	{name: "a page", behind: answers(200, "hello", asText, "ETag: \"1\""), received: "200", sent: "200", reason: "documented"},
	{name: "a stream", behind: streams(200, []string{"a", "b"}, asText), received: "200", sent: "200", reason: "documented"},
	{name: "520", behind: answers(520, "<h1>origin</h1>", asHTML, "Set-Cookie: a=b"), received: "520", sent: "503", reason: "table"},
	{name: "777", behind: answers(777, "odd", asText), received: "other", sent: "500", reason: "class"},
	{name: "404 with a page", behind: answers(404, "<h1>no</h1>", asHTML), received: "404", sent: "404", reason: "documented"},
	{name: "an empty 404", behind: answers(404, "", asHTML), received: "404", sent: "404", reason: "documented"},
	{name: "a stack trace", behind: answers(500, "at Foo.java:1", asText), received: "500", sent: "500", reason: "documented"},
	{name: "a problem", behind: answers(409, `{"title":"x","status":409}`, asProblem), received: "409", sent: "400", reason: "table"},
	{name: "204", behind: answers(204, ""), received: "204", sent: "200", reason: "table"},
	{name: "206 unasked", behind: answers(206, "a", asText, "Content-Range: bytes 0-0/1"), received: "206", sent: "200", reason: "table"},
	{name: "a redirect", behind: answers(302, "", "Location: http://127.0.0.1/x"), received: "302", sent: "500", reason: "table"},
	{name: "201 without Location", behind: answers(201, "{}", asJSON), received: "201", sent: "200", reason: "location", violation: "created_without_location"},
	{name: "202 without Location", behind: answers(202, ""), received: "202", sent: "202", reason: "documented", violation: "accepted_without_location"},
	{name: "401 without a challenge", behind: answers(401, "", asText), received: "401", sent: "401", reason: "documented"},
	{name: "503 without Retry-After", behind: answers(503, "", asText), received: "503", sent: "503", reason: "documented"},
	{name: "a rule", behind: answers(410, "gone", asText), received: "410", sent: "403", reason: "rule"},
	{name: "HEAD of an error", method: "HEAD", behind: answers(520, "origin", asHTML), received: "520", sent: "503", reason: "table"},
	{name: "a method", method: "DELETE", behind: answers(200, "done", asText), received: "200", sent: "405", reason: "method"},
	{name: "OPTIONS", method: "OPTIONS", behind: answers(200, "", "Allow: *"), received: "200", sent: "200", reason: "method"},
	{name: "an unknown resource", path: "/nowhere", behind: answers(200, "here", asText), received: "200", sent: "404", reason: "unknown_resource"},
	{name: "a media type", method: "POST", request: "Content-Type: text/plain\r\n", content: "x", behind: reads(answers(200, "done", asText)), received: "200", sent: "415", reason: "content_type"},
	{name: "an Accept", request: "Accept: image/png\r\n", behind: answers(200, "{}", asJSON), received: "200", sent: "406", reason: "accept"},
	{name: "a page for a client of JSON", request: "Accept: application/json\r\n", behind: answers(200, "<p>", asHTML), received: "200", sent: "406", reason: "representation"},
	{name: "a POST", method: "POST", request: "Content-Type: application/json\r\n", content: `{"a":1}`, behind: reads(answers(404, "no", asText)), received: "404", sent: "404", reason: "documented"},
	{name: "early hints", behind: early(103, answers(520, "x", asText)), received: "520", sent: "503", reason: "table"},
	{name: "trailers", behind: withTrailers(500, []string{"x"}, asText), received: "500", sent: "500", reason: "documented"},
	{name: "an error", behind: fails(caddyhttp.Error(502, errors.New("oh"))), received: "502", sent: "503", reason: "backend_unreachable", only: "direct"},
	{name: "an error without a status", behind: fails(errors.New("oh"), "X-A: 1"), received: "500", sent: "500", reason: "documented", only: "direct"},
	{name: "an error that is handled", path: "/handled", behind: fails(caddyhttp.Error(404, errors.New("oh"))), received: "404", sent: "404", reason: "documented", only: "direct"},
	{name: "nothing", behind: func(http.ResponseWriter, *http.Request) error { return nil }, received: "200", sent: "200", reason: "documented", only: "direct"},
	{name: "an abort", behind: func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }, received: "none", sent: "503", reason: "backend_incomplete", only: "direct"},
}

const reportOptions = `report
contract strict
map 410 403
methods GET POST
consumes application/json
produces application/json text/plain
resource /thing
resource /handled
unknown_resources reject`

var dateLine = regexp.MustCompile(`Date: [^\r]*\r\n`)

// exchangeBytes makes a request over a connection of its own and returns every
// byte of the answer but the date.
func exchangeBytes(t *testing.T, port int, host string, c *reported) string {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	method, path := c.method, c.path
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/thing"
	}
	length := ""
	if c.content != "" {
		length = fmt.Sprintf("Content-Length: %d\r\n", len(c.content))
	}
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\nX-Scenario: %s\r\n%s%s\r\n%s",
		method, path, host, port, t.Name(), c.request, length, c.content)
	b, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		t.Fatalf("%s: %v", host, err)
	}
	return dateLine.ReplaceAllString(unchunked(t, string(b)), "")
}

// unchunked takes the chunks out of a response: how a proxy cuts a stream is a
// matter of timing.
func unchunked(t *testing.T, response string) string {
	t.Helper()
	head, body, _ := strings.Cut(response, "\r\n\r\n")
	if !strings.Contains(head, "Transfer-Encoding: chunked") {
		return response
	}
	whole, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(body)))
	if err != nil {
		t.Fatalf("%v in %q", err, response)
	}
	return head + "\r\n\r\n" + string(whole)
}

func TestAReportChangesNothingForClients(t *testing.T) {
	port := freePort(t)
	upstream := newScenarioBackend(t)
	const handled = "handle_errors 404 {\n\trespond \"page {err.status_code}\"\n}"
	var sites strings.Builder
	for way, behind := range map[string]string{"direct": "scenario", "proxy": "reverse_proxy " + upstream} {
		sites.WriteString(scenarioSite("gated."+way+".test", port, reportOptions, handled, behind))
		bare := fmt.Sprintf("http://bare.%s.test:%d {\n\tbind 127.0.0.1\n\t%s\n\t%s\n}\n", way, port, strings.ReplaceAll(handled, "\n", "\n\t"), behind)
		sites.WriteString(bare)
	}
	fmt.Fprintf(&sites, "http://localhost:%d {\n\tbind 127.0.0.1\n\tmetrics /metrics\n}\n", port)
	startCaddy(t, scenarioGlobal, sites.String())
	endpoint := fmt.Sprintf("http://localhost:%d/metrics", port)

	want := make(map[string]float64)
	for _, c := range reportedExchanges {
		t.Run(c.name, func(t *testing.T) {
			backends.Store(t.Name(), c.behind)
			defer backends.Delete(t.Name())
			for _, way := range []string{"direct", "proxy"} {
				if c.only != "" && c.only != way {
					continue
				}
				gated, bare := exchangeBytes(t, port, "gated."+way+".test", &c), exchangeBytes(t, port, "bare."+way+".test", &c)
				if gated != bare {
					t.Errorf("%s: with the gate\n%s\nwithout\n%s", way, gated, bare)
				}
				want[responsesSeries("statusgate", "report", c.received, c.sent, c.reason)]++
				if c.violation != "" {
					want[fmt.Sprintf(`caddy_statusgate_violations_total{gate="statusgate",kind=%q}`, c.violation)]++
				}
			}
		})
	}
	wantText := make(map[string]string)
	for name, n := range want {
		wantText[name] = fmt.Sprint(n)
	}
	if got := scrape(t, endpoint); !maps.Equal(got, wantText) {
		for name, value := range got {
			if wantText[name] != value {
				t.Errorf("%s: got %s, want %q", name, value, wantText[name])
			}
			delete(wantText, name)
		}
		t.Errorf("missing: %v", wantText)
	}
}
