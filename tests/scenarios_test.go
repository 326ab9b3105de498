package tests

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// A scenario is what a backend does and all that the client sees of it. Each
// runs over HTTP/1.1 and HTTP/2, with the backend as the next handler and
// behind reverse_proxy, and once more as HEAD, unless it says otherwise.
type scenario struct {
	name    string
	options string  // of the gate, a line each
	site    string  // directives beside the gate
	behind  backend // what the backend does
	only    string  // words of: direct proxy h1 h2 get

	method  string   // default: GET
	path    string   // default: /thing
	request []string // field, value, field, value…
	content string   // of the request

	want want
}

// backend is a handler of Go's that may also return an error, as Caddy's do.
type backend func(w http.ResponseWriter, r *http.Request) error

// want is all that a client sees: any other field is a failure. Date is
// always there, and Server, or Via behind reverse_proxy; Content-Length is that
// of the body unless it is chunked.
type want struct {
	status        int
	fields        []string // "Name: value"
	body          string
	chunked       bool
	informational []int
	trailer       []string
}

func gets(status int, body string, fields ...string) want {
	return want{status: status, body: body, fields: fields}
}

var scenarioTitles = map[int][2]string{
	400: {"Bad Request", "The request has missing or invalid information."},
	401: {"Unauthorized", "The request has no valid credentials."},
	403: {"Forbidden", "The credentials of the request do not allow this."},
	404: {"Not Found", "There is nothing at this address."},
	405: {"Method Not Allowed", "This resource does not support the request method."},
	406: {"Not Acceptable", "This resource has no representation that the request accepts."},
	415: {"Unsupported Media Type", "This resource does not support the format of the request content."},
	500: {"Internal Server Error", "The server met an unexpected condition."},
	503: {"Service Unavailable", "The server is overloaded or cannot answer for now."},
}

const scenarioUUID = "urn:uuid:00000000-0000-0000-0000-000000000000"

var scenarioInstance = regexp.MustCompile(`urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// explains is a response with a JSON problem of the gate's. more are its members
// behind instance; a detail in front of them replaces the usual one.
func explains(status int, more string, fields ...string) want {
	title := scenarioTitles[status]
	if detail, ok := strings.CutPrefix(more, "detail "); ok {
		detail, more, _ = strings.Cut(detail, "|")
		title[1] = detail
	}
	body := fmt.Sprintf(`{"type":"about:blank","title":%q,"status":%d,"detail":%q,"instance":%q%s}`+"\n",
		title[0], status, title[1], scenarioUUID, more)
	fields = append([]string{"Content-Type: application/problem+json", "Vary: Accept"}, fields...)
	return want{status: status, body: body, fields: fields}
}

// after says which status the gate received.
func after(status int) string {
	return fmt.Sprintf("Proxy-Status: statusgate; received-status=%d", status)
}

// refused is the Proxy-Status of a request that the gate rejects.
const refused = "Proxy-Status: statusgate; error=http_request_denied"

// answers is a backend with a whole answer.
func answers(status int, body string, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		setFields(w, fields)
		if status != 204 && status != 304 {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return nil
	}
}

// streams is a backend that flushes its head and then each part of its body.
func streams(status int, parts []string, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		setFields(w, fields)
		w.WriteHeader(status)
		control := http.NewResponseController(w)
		_ = control.Flush()
		for _, part := range parts {
			_, _ = io.WriteString(w, part)
			_ = control.Flush()
		}
		return nil
	}
}

// fails is a handler that returns an error; fields are set before that.
func fails(err error, fields ...string) backend {
	return func(w http.ResponseWriter, r *http.Request) error {
		setFields(w, fields)
		return err
	}
}

// setFields sets fields of the form "Name: value". Without Content-Type there
// is none, not even a guessed one.
func setFields(w http.ResponseWriter, fields []string) {
	h := w.Header()
	h["Content-Type"] = nil
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		if name == "Content-Type" {
			delete(h, "Content-Type")
		}
		h.Add(name, value)
	}
}

// backends are what the test module and the test servers serve, by the
// request's X-Scenario.
var backends sync.Map

func serveScenario(w http.ResponseWriter, r *http.Request) error {
	b, ok := backends.Load(r.Header.Get("X-Scenario"))
	if !ok {
		return caddyhttp.Error(http.StatusTeapot, fmt.Errorf("no scenario %q", r.Header.Get("X-Scenario")))
	}
	return b.(backend)(w, r)
}

// scenarioHandler is a Caddy handler that does what a test says.
type scenarioHandler struct{}

func (scenarioHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.scenario", New: func() caddy.Module { return new(scenarioHandler) }}
}

func (scenarioHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	return serveScenario(w, r)
}

func init() {
	caddy.RegisterModule(scenarioHandler{})
	httpcaddyfile.RegisterHandlerDirective("scenario", func(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		return scenarioHandler{}, nil
	})
	httpcaddyfile.RegisterDirectiveOrder("scenario", httpcaddyfile.Before, "respond")
}

// newScenarioBackend starts a server that does what a test says.
func newScenarioBackend(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = serveScenario(w, r)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// scenarioTransport connects to the one address whatever the URL says, so
// that a site's name is its gate.
func scenarioTransport(t *testing.T, port int, protocol string) *http.Transport {
	t.Helper()
	transport := &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		},
		Protocols: new(http.Protocols),
	}
	transport.Protocols.SetHTTP1(protocol == "h1")
	transport.Protocols.SetUnencryptedHTTP2(protocol == "h2")
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

const scenarioGlobal = "\tservers {\n\t\tprotocols h1 h2c\n\t}\n\tlog {\n\t\toutput discard\n\t}\n"

func scenarioSite(host string, port int, options, site, behind string) string {
	indent := func(text string, tabs int) string {
		return strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+strings.Repeat("\t", tabs))
	}
	return fmt.Sprintf("http://%s:%d {\n\tbind 127.0.0.1\n\t%s\n\tstatusgate {\n\t\t%s\n\t}\n\t%s\n}\n",
		host, port, indent(site, 1), indent(steady(options), 2), behind)
}

// scenarioStage is a running Caddy with a site for each gate of a table.
type scenarioStage struct {
	port       int
	transports map[string]*http.Transport
	gates      map[string]int // by options and site
}

func newScenarioStage(t *testing.T, table []scenario) *scenarioStage {
	t.Helper()
	s := &scenarioStage{port: freePort(t), gates: make(map[string]int), transports: make(map[string]*http.Transport)}
	upstream := newScenarioBackend(t)
	var sites strings.Builder
	for _, c := range table {
		key := c.options + "\x00" + c.site
		if _, ok := s.gates[key]; ok {
			continue
		}
		n := len(s.gates)
		s.gates[key] = n
		sites.WriteString(scenarioSite(fmt.Sprintf("g%d.direct.test", n), s.port, c.options, c.site, "scenario"))
		sites.WriteString(scenarioSite(fmt.Sprintf("g%d.proxy.test", n), s.port, c.options, c.site, "reverse_proxy "+upstream))
	}
	for _, protocol := range []string{"h1", "h2"} {
		s.transports[protocol] = scenarioTransport(t, s.port, protocol)
	}
	startCaddy(t, scenarioGlobal, sites.String())
	return s
}

func runScenarios(t *testing.T, table []scenario) {
	t.Helper()
	stage := newScenarioStage(t, table)
	for _, c := range table {
		if c.method == "" {
			c.method = http.MethodGet
		}
		t.Run(c.name, func(t *testing.T) {
			backends.Store(t.Name(), c.behind)
			defer backends.Delete(t.Name())
			for _, protocol := range []string{"h1", "h2"} {
				for _, way := range []string{"direct", "proxy"} {
					only := strings.Fields(c.only)
					if slices.ContainsFunc(only, func(word string) bool {
						return word == "h1" && protocol == "h2" || word == "h2" && protocol == "h1" ||
							word == "direct" && way == "proxy" || word == "proxy" && way == "direct"
					}) {
						continue
					}
					got := stage.play(t, &c, protocol, way, c.method)
					stage.compare(t, &c, protocol, way, got)
					if c.method == http.MethodGet && !slices.Contains(only, "get") {
						stage.compareHead(t, &c, protocol, way, got)
					}
				}
			}
		})
	}
}

// played is an answer and the informational ones before it.
type played struct {
	answer
	informational []int
	locations     []string // of these
	host          string
}

func (s *scenarioStage) play(t *testing.T, c *scenario, protocol, way, method string) played {
	t.Helper()
	host := fmt.Sprintf("g%d.%s.test:%d", s.gates[c.options+"\x00"+c.site], way, s.port)
	path := c.path
	if path == "" {
		path = "/thing"
	}
	p := played{host: host}
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(status int, fields textproto.MIMEHeader) error {
			p.informational, p.locations = append(p.informational, status), append(p.locations, fields.Get("Location"))
			return nil
		},
	})
	req, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, strings.NewReader(c.content))
	if err != nil {
		t.Fatal(err)
	}
	if c.content == "" {
		req.Body = http.NoBody
	}
	for i := 0; i < len(c.request); i += 2 {
		req.Header.Add(c.request[i], c.request[i+1])
	}
	req.Header.Set("X-Scenario", t.Name())
	p.answer = do(t, s.transports[protocol], req)
	return p
}

func (s *scenarioStage) compare(t *testing.T, c *scenario, protocol, way string, got played) {
	t.Helper()
	what := fmt.Sprintf("%s, %s, gate {%s}: %s %s %q", protocol, way, strings.ReplaceAll(c.options, "\n", "; "), c.method, c.path, c.request)
	body := scenarioInstance.ReplaceAllString(got.body, scenarioUUID)
	fields := append([]string{"Server: Caddy"}, c.want.fields...)
	if way == "proxy" {
		fields[0] = "Via: 1.1 Caddy"
	}
	if !c.want.chunked && c.want.status != 204 && c.want.status != 304 {
		fields = append(fields, fmt.Sprintf("Content-Length: %d", len(c.want.body)))
	}
	for i := range fields {
		name, value, _ := strings.Cut(fields[i], ": ")
		fields[i] = http.CanonicalHeaderKey(name) + ": " + strings.ReplaceAll(value, "{host}", got.host)
	}
	slices.Sort(fields)
	if got.StatusCode != c.want.status {
		t.Errorf("%s: got status %d, want %d", what, got.StatusCode, c.want.status)
	}
	if gotFields := fieldLines(got.Header); !slices.Equal(gotFields, fields) {
		t.Errorf("%s: got fields\n\t%s\nwant\n\t%s", what, strings.Join(gotFields, "\n\t"), strings.Join(fields, "\n\t"))
	}
	if len(got.Header["Date"]) != 1 {
		t.Errorf("%s: got Date %q, want one", what, got.Header["Date"])
	}
	if body != c.want.body {
		t.Errorf("%s: got body\n%s\nwant\n%s", what, shorten(body), shorten(c.want.body))
	}
	if !slices.Equal(got.informational, c.want.informational) {
		t.Errorf("%s: got informational responses %v, want %v", what, got.informational, c.want.informational)
	}
	if gotTrailer := fieldLines(got.Trailer); !slices.Equal(gotTrailer, c.want.trailer) {
		t.Errorf("%s: got trailers %q, want %q", what, gotTrailer, c.want.trailer)
	}
}

// compareHead holds the answer to a HEAD against the one to the GET
// (RFC 9110 §9.3.2).
func (s *scenarioStage) compareHead(t *testing.T, c *scenario, protocol, way string, get played) {
	t.Helper()
	head := s.play(t, c, protocol, way, http.MethodHead)
	if head.StatusCode != get.StatusCode || head.body != "" {
		t.Errorf("%s, %s: HEAD: got status %d and body %q, want %d and none", protocol, way, head.StatusCode, head.body, get.StatusCode)
	}
	got, want := fieldLines(head.Header), fieldLines(get.Header)
	if c.want.chunked {
		// The length of what is not sent may be known or not.
		got = slices.DeleteFunc(got, func(line string) bool { return strings.HasPrefix(line, "Content-Length:") })
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s, %s: HEAD: got fields\n\t%s\nwant those of GET\n\t%s", protocol, way, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// fieldLines gives the fields of a response but for Date, sorted.
func fieldLines(h http.Header) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name == "Date" {
			continue
		}
		for _, value := range h[name] {
			lines = append(lines, name+": "+value)
		}
	}
	slices.Sort(lines)
	return lines
}

func shorten(text string) string {
	if len(text) <= 600 {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:600], len(text))
}

func readAll(r *http.Request) string {
	b, _ := io.ReadAll(r.Body)
	return string(b)
}
