package proxy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	"github.com/statusgate/statusgate/internal/freeport"
	_ "github.com/statusgate/statusgate/internal/proxy"
)

// logWriter gives the lines of a log to the test.
type logWriter struct {
	Name string `json:"name,omitempty"`
}

var logs sync.Map // name: chan string

func init() { caddy.RegisterModule(logWriter{}) }

func (logWriter) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.logging.writers.test", New: func() caddy.Module { return new(logWriter) }}
}

func (w *logWriter) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	d.NextArg()
	w.Name = d.Val()
	return nil
}

func (w *logWriter) String() string                      { return "test " + w.Name }
func (w *logWriter) WriterKey() string                   { return "test " + w.Name }
func (w *logWriter) OpenWriter() (io.WriteCloser, error) { return w, nil }
func (w *logWriter) Close() error                        { return nil }
func (w *logWriter) Write(line []byte) (int, error) {
	logOf(w.Name) <- string(line)
	return len(line), nil
}

func logOf(name string) chan string {
	c, _ := logs.LoadOrStore(name, make(chan string, 1000))
	return c.(chan string)
}

func readLog(t *testing.T, name string) (e map[string]any) { // the next line
	t.Helper()
	select {
	case line := <-logOf(name):
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("no line in the log %s", name)
	}
	return e
}

// backend answers each request with the same bytes and records what it got.
type backend struct {
	address string
	answer  string
	close   bool // after the answer
	got     chan string
}

// newBackend starts a backend. Without an answer it hangs up.
func newBackend(t *testing.T, answer string, closes bool) *backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b := &backend{address: l.Addr().String(), answer: answer, close: closes, got: make(chan string, 100)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go b.serve(c)
		}
	}()
	return b
}

func (b *backend) serve(c net.Conn) {
	defer c.Close()
	for {
		var raw bytes.Buffer
		in := bufio.NewReaderSize(io.TeeReader(c, &raw), 16)
		if start, err := in.Peek(6); err == nil && string(start) == "PROXY " {
			_, _ = in.ReadString('\n')
		}
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		got := raw.String()
		if strings.HasPrefix(got, "PROXY ") { // with a port that differs
			_, got, _ = strings.Cut(got, "\n")
			got = "PROXY\n" + got
		}
		b.got <- got
		_, _ = io.WriteString(c, b.answer)
		if b.close || b.answer == "" {
			return
		}
	}
}

// site is a Caddy with the same proxy twice: as reverse_proxy and as
// statusgate_proxy.
type site struct {
	stock, ours string
	backend     *backend
}

var placeholders = []string{
	"upstream.address", "upstream.hostport", "upstream.host", "upstream.port", "upstream.requests", "upstream.max_requests", "upstream.fails",
	"upstream.latency", "upstream.latency_ms", "upstream.duration", "upstream.duration_ms", "duration", "duration_ms", "retries",
	"status_code", "status_text", "header.Content-Type", "header.Connection", "header.Via", "header.X-Two", "header.Not-There",
}

// timed placeholders differ, but are there or not.
var timed = regexp.MustCompile(`latency|duration`)

// newSite loads it. In options, global and before, BACKEND is the backend's address.
func newSite(t *testing.T, b *backend, global, before, options string) *site {
	t.Helper()
	s := &site{stock: freeAddress(t), ours: freeAddress(t), backend: b}
	var config strings.Builder
	fmt.Fprintf(&config, "{\nadmin off\npersist_config off\nauto_https off\nlog proxies {\noutput test debug\nlevel DEBUG\n"+
		"include http.handlers.reverse_proxy http.handlers.statusgate_proxy\n}\n%s\n}\n", global)
	for _, proxy := range []struct{ address, directive string }{{s.stock, "reverse_proxy"}, {s.ours, "statusgate_proxy"}} {
		_, port, _ := net.SplitHostPort(proxy.address)
		fmt.Fprintf(&config, "http://:%s {\nbind 127.0.0.1\nlog {\noutput test access\n}\n", port)
		for _, name := range placeholders {
			fmt.Fprintf(&config, "log_append rp_%s {http.reverse_proxy.%s}\n", name, name)
		}
		fmt.Fprintf(&config, "log_append way {http.statusgate_proxy.way}\n%s\n%s {\n%s\n}\n}\n", strings.ReplaceAll(before, "PROXY", proxy.directive), proxy.directive, to(options))
	}
	load(t, strings.ReplaceAll(config.String(), "BACKEND", b.address))
	return s
}

// to adds the backend unless the options have one.
func to(options string) string {
	if strings.HasPrefix(options, "to ") {
		return options
	}
	return "to BACKEND\n" + options
}

func load(t *testing.T, config string) {
	t.Helper()
	for _, name := range []string{"access", "debug"} { // what another test has left
		for len(logOf(name)) > 0 {
			<-logOf(name)
		}
	}
	if err := tryLoad(config); err != nil {
		t.Fatalf("%v\n%s", err, config)
	}
	t.Cleanup(func() { _ = caddy.Stop() })
}

func tryLoad(config string) error {
	adapted, err := adapt(config)
	if err != nil {
		return err
	}
	return caddy.Load(adapted, true)
}

func adapt(config string) ([]byte, error) {
	adapted, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(config), map[string]any{"filename": "Caddyfile"})
	return adapted, err
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := freeport.Address()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// seen is what there is of an exchange.
type seen struct {
	client  string           // what the client got
	backend string           // what the backend got
	access  map[string]any   // the line of the access log
	debug   []map[string]any // what the proxy logged
	way     string
}

// exchange sends a request and waits until it is in the access log.
func (s *site) exchange(t *testing.T, address, request string, reaches bool) seen {
	t.Helper()
	var x seen
	x.client = talk(t, address, request)
	if reaches {
		select {
		case x.backend = <-s.backend.got:
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing came to the backend; the client got %q", x.client)
		}
	}
	x.access = readLog(t, "access")
	x.way, _ = x.access["way"].(string)
	delete(x.access, "way")
	for len(logOf("debug")) > 0 {
		if line := readLog(t, "debug"); line["because_of"] == nil && line["host"] == nil { // not of the load, or of health checks
			x.debug = append(x.debug, line)
		}
	}
	port := address[strings.LastIndex(address, ":"):]
	x.client = strings.ReplaceAll(x.client, port, ":PORT")
	clean(x.access)
	for _, line := range x.debug {
		clean(line)
	}
	return x
}

var date = regexp.MustCompile(`(?m)^Date: .*\r\n`)

// talk sends a request and reads one final response, and what is before it.
func talk(t *testing.T, address, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	in := bufio.NewReader(io.TeeReader(c, &raw))
	method, _, _ := strings.Cut(request, " ")
	for {
		res, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return date.ReplaceAllString(raw.String(), "") + " " + err.Error()
		}
		if _, err = io.Copy(io.Discard, res.Body); err != nil {
			return date.ReplaceAllString(raw.String(), "") + " " + err.Error()
		}
		if res.StatusCode >= 200 {
			return date.ReplaceAllString(raw.String(), "")
		}
	}
}

// clean takes from a line of a log what differs from request to request.
func clean(line map[string]any) {
	for _, name := range []string{"ts", "logger"} {
		delete(line, name)
	}
	for name, value := range line {
		if timed.MatchString(name) {
			line[name] = value != nil && value != "" && value != 0.0
		}
	}
	if req, ok := line["request"].(map[string]any); ok {
		delete(req, "remote_port")
	}
	if headers, ok := line["resp_headers"].(map[string]any); ok {
		delete(headers, "Date")
	}
}

// compare tells of each difference.
func compare(t *testing.T, stock, ours seen) {
	t.Helper()
	if stock.client != ours.client {
		t.Errorf("to the client: reverse_proxy\n%q\nstatusgate_proxy\n%q", stock.client, ours.client)
	}
	if stock.backend != ours.backend {
		t.Errorf("to the backend: reverse_proxy\n%q\nstatusgate_proxy\n%q", stock.backend, ours.backend)
	}
	compareLines(t, "access log", stock.access, ours.access)
	if len(stock.debug) != len(ours.debug) {
		t.Errorf("debug log: reverse_proxy\n%v\nstatusgate_proxy\n%v", stock.debug, ours.debug)
		return
	}
	for i := range stock.debug {
		compareLines(t, "debug log", stock.debug[i], ours.debug[i])
	}
}

func compareLines(t *testing.T, which string, stock, ours map[string]any) {
	t.Helper()
	names := slices.Sorted(maps.Keys(stock))
	if others := slices.Sorted(maps.Keys(ours)); !slices.Equal(names, others) {
		t.Errorf("%s: reverse_proxy has %v, statusgate_proxy %v", which, names, others)
	}
	for _, name := range names {
		a, b := asJSON(stock[name]), asJSON(ours[name])
		if a != b {
			t.Errorf("%s: %s: reverse_proxy %s, statusgate_proxy %s", which, name, a, b)
		}
	}
}

func asJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.Exit(code)
}
