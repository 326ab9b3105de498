package dryrun_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/dryrun"
)

const (
	sites        = 60 // random configurations
	perSite      = 25 // exchanges with each
	sameDeadline = 10 * time.Second
)

// Random configurations and exchanges come out of a dry run as they come out of a
// Caddy that serves them, in front of a backend that does what the script says.
func TestADryRunIsWhatIsServed(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any
	t.Logf("seed %d", seed)
	random := &generator{rand.New(rand.NewPCG(seed, 1))}
	backend := startScripted(t)
	port := freePort(t)
	var config strings.Builder
	config.WriteString(globals + "&(shared) {\n\theader X-Shared yes\n\trespond shared\n}\n")
	for site := range sites {
		config.WriteString(random.site(fmt.Sprintf("http://s%d.localhost:%d", site, port), backend.addr))
	}
	src, err := dryrun.Adapt("Caddyfile", "", []byte(config.String()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	if err := caddy.Load(src.JSON, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
	})
	stage := load(t, config.String())
	gated, failed := 0, 0
	for site := range sites {
		host := fmt.Sprintf("s%d.localhost:%d", site, port)
		for range perSite {
			req, script := random.exchange()
			want, wantCut := served(t, backend, port, host, req, script)
			asked := *req
			asked.URL = "http://" + host + req.URL
			got, err := stage.Run(t.Context(), &asked, script)
			if err != nil {
				t.Fatalf("%s %s: %v", req.Method, asked.URL, err)
			}
			if got.Backend == "static_response" && !got.Static { // in place of a handler that would have answered by itself
				if got, err = stage.Run(t.Context(), &asked, new(dryrun.Script)); err != nil {
					t.Fatal(err)
				}
			}
			gated += min(1, len(got.Passages))
			if text, wanted := shown(got.Answer, got.Cut), shown(want, wantCut); text != wanted {
				if failed++; failed <= 3 {
					t.Errorf("%s %s %v %q\nbackend: %s%s (%s)\ngot\n%s\nserved\n%s\nsite\n%s", req.Method, asked.URL, req.Fields, req.Body,
						script.Head, script.Body, script.Failure, text, wanted, siteText(config.String(), site))
				}
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d of %d exchanges differ", failed, sites*perSite)
	}
	if gated < sites*perSite/2 {
		t.Errorf("only %d of %d exchanges met a gate", gated, sites*perSite)
	}
}

func siteText(config string, site int) string {
	_, text, _ := strings.Cut(config, fmt.Sprintf("http://s%d.", site))
	text, _, _ = strings.Cut(text, "\nhttp://s")
	return text
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// shown is an answer without what differs from one run to the next.
func shown(a *dryrun.Answer, cut bool) string {
	if a == nil {
		return "no answer"
	}
	h := a.Header.Clone()
	h.Del("Date")
	h.Del("Server")
	if h.Get("Content-Encoding") == "gzip" { // of an ID, too, and flushed as it came
		h.Del("Content-Length")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %d %s\n", a.Proto, a.Status, a.Phrase)
	_ = h.Write(&b)
	fmt.Fprintf(&b, "\n%s\ncut: %v", uuids.ReplaceAll(a.Text(), []byte("ID")), cut)
	return b.String()
}

// served takes an exchange through the Caddy that serves.
func served(t *testing.T, b *scripted, port int, host string, req *dryrun.Request, script *dryrun.Script) (*dryrun.Answer, bool) {
	t.Helper()
	b.next(script)
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), sameDeadline)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(sameDeadline))
	message, err := req.Message(host)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(message); err != nil {
		t.Fatal(err)
	}
	a, cut, err := dryrun.ReadAnswer(bufio.NewReader(conn), req.Method)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return a, cut
}

// scripted is a backend that answers a connection as the script of the moment says.
type scripted struct {
	addr   string
	mu     sync.Mutex
	script *dryrun.Script
}

func (b *scripted) next(script *dryrun.Script) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script = script
}

func startScripted(t *testing.T) *scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &scripted{addr: l.Addr().String()}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { b.serve(conn) })
		}
	})
	return b
}

func (b *scripted) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(sameDeadline))
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	b.mu.Lock()
	script := b.script
	b.mu.Unlock()
	switch script.Failure {
	case dryrun.Incomplete:
		return
	case dryrun.Timeout:
		_, _ = io.Copy(io.Discard, conn) // until the proxy gives up
		return
	case dryrun.Malformed:
		_, _ = io.WriteString(conn, "this is no HTTP\r\n\r\n")
		return
	default:
	}
	if script.Head == nil {
		script = dryrun.NewScript(200, nil, nil)
	}
	_, _ = conn.Write(script.Message(r.Method))
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// generator makes up configurations and exchanges.
type generator struct{ *rand.Rand }

// one chooses one of several.
func one[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

// some chooses each of several with a chance of one in n.
func some(g *generator, n int, of ...string) (chosen []string) {
	for _, text := range of {
		if g.IntN(n) == 0 {
			chosen = append(chosen, text)
		}
	}
	return chosen
}

// options are those of a gate.
func (g *generator) options(name string) string {
	lines := []string{
		"name " + name, "contract " + one(g, "documented", "documented", "strict", "registered"),
		"retry_after 90s 90s",
	}
	lines = append(lines, some(g, 3,
		"map 302 401 when header Location */login*", "map 404 503 when header X-Error db*", "map 201 pass", "map 500-502 404 when source backend",
		"map 502 503 when source gateway", "map 429 pass",
	)...)
	lines = append(lines, some(g, 3,
		"map 200 404 when json /error/code NOT_FOUND 404", "map 200 auto when soap_fault", "map 200 auto when jsonrpc_error",
		"map 200 auto when graphql_errors", "map 200 400 when json /ok false", "map 200 500 when html_page", "map 200 503 when body_contains sorry",
		"map 200 500 when empty_body", "map 2xx 400 {\n\theader X-Error\n\tnot json /fine\n}", "map 200 auto when xml reply/@status",
		"map 2xx auto when error jsend slack", one(g, "map 2xx auto when error_page", "map 200 503 {\n\tnot method GET POST\n\terror_page\n}"),
		"map 200 500 when stack_trace", "map 200 405 when method BREW PATCH",
	)...)
	lines = append(lines, some(g, 2, one(g, "soft_errors", "soft_errors common", "soft_errors common jsonrpc -pages", "soft_errors slack -soap"))...)
	lines = append(lines, some(g, 5,
		"allow 409 418", "report", "methods GET POST", "consumes application/json", "produces application/json text/html", "codings gzip",
		"unknown_resources pass", "challenge `Basic realm=\"{http.request.host}\"`", "proxy_status off",
		one(g, "cors", "cors https://app.example.com {\n\texpose X-Error\n}"),
		"location {\n\tcreated /made/{http.statusgate.json./id}\n\taccepted /jobs/{http.response.header.X-Job}\n\thost "+one(g, "public", "keep")+"\n}",
		one(g, "problems off", "problems {\n\tbodies keep\n}", "problems {\n\tbodies replace\n\tdetail off\n}", "problems {\n\tformats xml text\n\ttype https://e.example/{http.statusgate.sent_status}\n}"),
		"inspect 64 1MiB", "resource /orders {\n\tmethods GET POST\n\tconsumes application/json\n\tproduces application/json\n}",
		"resource /orders/{id} {\n\tmethods GET DELETE\n\tproduces text/html\n}",
	)...)
	return strings.Join(lines, "\n")
}

// site is a random site.
func (g *generator) site(address, backend string) string {
	gate := "statusgate {\n" + indented(g.options("outer")) + "\n}\n"
	proxy := "reverse_proxy " + backend + " {\n\ttransport http {\n\t\tkeepalive off\n\t\tresponse_header_timeout 5s\n\t}\n}\n"
	proxy = one(g, proxy, proxy, strings.Replace(proxy, "reverse_proxy", "statusgate_proxy", 1), "reverse_proxy "+backend+" {\n\theader_down X-From backend\n\theader_down -X-Job\n\ttransport http {\n\t\tkeepalive off\n\t\tcompression off\n\t}\n}\n",
		"reverse_proxy "+backend+" {\n\ttransport http {\n\t\tkeepalive off\n\t}\n\t@accel header X-Accel *\n\thandle_response @accel {\n\t\trespond \"accelerated {rp.header.X-Accel}\" 200\n\t}\n\t@gone status 410\n\treplace_status @gone 404\n}\n")
	proxy = "reverse_proxy /refused 127.0.0.1:1\n" +
		"reverse_proxy /slow " + backend + " {\n\ttransport http {\n\t\tresponse_header_timeout 20ms\n\t}\n}\n" + proxy
	before := strings.Join(some(g, 5,
		"header X-Front {http.statusgate.reason}\n", "rewrite /moved /orders\n", "encode gzip\n", "request_header X-Passed {http.request.method}\n",
		"map {path} {kind} {\n\t/orders order\n\tdefault other\n}\nheader X-Kind {kind}\n", "vars greeting hello\n", "uri strip_prefix /v1\n",
		"respond /health fine 200\n", "redir /old /orders 301\n", "invoke /shared shared\n", "request_body {\n\tmax_size 100\n}\n", "error /broken \"made up\" 507\n",
		"handle_errors {\n\theader X-Handled yes\n\trespond \"{err.status_code} handled\" {err.status_code}\n}\n",
		"handle_errors 404 502 {\n\tstatusgate {\n\t\tname errors\n\t\tretry_after 90s 90s\n\t}\n\trespond \"a page\" {err.status_code}\n}\n",
	), "")
	body := gate + proxy
	switch g.IntN(6) {
	case 0:
		body = "handle /orders* {\n" + indented(body) + "\n}\nhandle {\n\trespond elsewhere 404\n}\n"
	case 1:
		body = "route {\n" + indented(gate+"statusgate {\n"+indented(g.options("inner"))+"\n}\n"+proxy) + "\n}\n"
	case 2:
		body = "handle_path /orders/* {\n" + indented(body) + "\n}\n" + proxy
	}
	return address + " {\n" + indented(before+body) + "\n}\n"
}

// bodies are what backends answer, with their labels.
var bodies = []struct{ label, text string }{
	{"", ""},
	{"", "hello"},
	{"application/json", `{"id":17,"fine":true}`},
	{"application/json", `{"error":{"code":"NOT_FOUND"}}`},
	{"application/json; charset=utf-8", `{"ok":false,"id":"a/b"}`},
	{"application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`},
	{"application/json", `{"errors":[{"message":"m","extensions":{"code":"FORBIDDEN"}}]}`},
	{"application/json", `{"cut":`},
	{"application/json", `{"padding":"` + strings.Repeat("x", 300) + `","error":{"code":404}}`},
	{"text/xml", `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>`},
	{"application/xml", `<reply status="503"/>`},
	{"text/html", "<!DOCTYPE html><html><body>sorry</body></html>"},
	{"text/plain", "sorry, not today"},
	{"application/json", `{"status":"fail","data":{"title":"A title is required"}}`},
	{"application/json", `{"ok":false,"error":"ratelimited"}`},
	{"text/html", "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center><hr><center>nginx</center></body></html>"},
	{"text/plain", "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'a'\n"},
	{"application/problem+json", `{"type":"about:blank","title":"Quota","status":402,"balance":0}`},
	{"application/problem+json", `no problem`},
	{"application/problem+xml", `<problem xmlns="urn:ietf:rfc:7807"><title>Quota</title><status>402</status></problem>`},
	{"image/png", "\x89PNG"},
	{"text/event-stream", "data: 1\n\n"},
}

// exchange is a random request and what the backend makes of it.
func (g *generator) exchange() (*dryrun.Request, *dryrun.Script) {
	req := &dryrun.Request{
		Method: one(g, "GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"),
		URL: one(g, "/", "/orders", "/orders", "/orders/17", "/orders/17/items", "/v1/orders", "/moved", "/health", "/old", "/shared", "/broken", "/a%2Fb?q=1",
			"//double", "/refused"),
	}
	for _, text := range some(g, 4, "Accept: application/json", "Accept: text/html;q=0.5, */*;q=0.1", "Accept: image/png", "Range: bytes=0-1",
		"Origin: https://app.example.com", "Access-Control-Request-Method: PUT", "Accept-Encoding: gzip", "If-None-Match: \"1\"", "X-Any: thing") {
		field, _ := dryrun.ParseField(text)
		req.Fields = append(req.Fields, field)
	}
	if g.IntN(3) == 0 && req.Method != "GET" && req.Method != "HEAD" {
		req.Body = []byte(one(g, `{"item":"lamp"}`, "item=lamp", strings.Repeat("long ", 60)))
		if label := one(g, "application/json", "text/plain", "", "multipart"); label != "" {
			req.Fields = append(req.Fields, dryrun.Field{Name: "Content-Type", Value: label})
		}
	}
	switch {
	case req.URL == "/refused":
		return req, &dryrun.Script{Failure: dryrun.Refused}
	case g.IntN(100) == 0:
		req.URL = "/slow"
		return req, &dryrun.Script{Failure: dryrun.Timeout}
	case g.IntN(12) == 0:
		return req, &dryrun.Script{Failure: one(g, dryrun.Incomplete, dryrun.Malformed)}
	}
	if g.IntN(20) == 0 {
		return req, new(dryrun.Script)
	}
	b := bodies[g.IntN(len(bodies))]
	var fields []dryrun.Field
	add := func(name, value string) { fields = append(fields, dryrun.Field{Name: name, Value: value}) }
	if b.label != "" {
		add("Content-Type", b.label)
	}
	for _, text := range some(g, 6, "Location: /login?next=/", "Location: http://s1.localhost/made/1", "X-Error: db down", "X-Error: other", "Retry-After: 7",
		"Retry-After: 120", "Allow: GET", "WWW-Authenticate: Digest", "X-Job: 5", "ETag: \"1\"", "Cache-Control: max-age=60", "Set-Cookie: a=b", "Vary: Cookie",
		"Content-Location: /made/2", "Proxy-Status: other; error=dns_error", "X-Accel: /file", "Access-Control-Allow-Origin: *", "Status: 200 OK") {
		field, _ := dryrun.ParseField(text)
		fields = append(fields, field)
	}
	body := []byte(b.text)
	if g.IntN(8) == 0 && b.label != "" { // else net/http guesses one, if the body is there early enough
		add("Transfer-Encoding", "chunked")
		body = fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(b.text), b.text)
		if len(b.text) == 0 {
			body = []byte("0\r\n\r\n")
		}
	}
	status := one(g, 200, 200, 200, 200, 201, 202, 204, 206, 302, 304, 400, 401, 404, 405, 409, 410, 415, 416, 418, 429, 500, 502, 503, 520, 599, 777, 999, 0, 99)
	script := dryrun.NewScript(status, fields, body)
	if g.IntN(20) == 0 && len(body) > 2 {
		script.Body = body[:len(body)-2] // it breaks off
	}
	return req, script
}

// What is not random: the same configuration gives the same steps.
func TestADryRunRepeats(t *testing.T) {
	stage := load(t, globals+"http://a.localhost:8000 {\n\tstatusgate\n\treverse_proxy 127.0.0.1:1\n}\n")
	var first *dryrun.Result
	for range 3 {
		got, err := stage.Run(t.Context(), &dryrun.Request{Method: "GET", URL: "/x"}, dryrun.NewScript(418, nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
			continue
		}
		if !reflect.DeepEqual(got.Passages[0].Trace.Steps, first.Passages[0].Trace.Steps) {
			t.Errorf("got %+v, at first %+v", got.Passages[0].Trace.Steps, first.Passages[0].Trace.Steps)
		}
	}
}
