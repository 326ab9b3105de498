package dryrun_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/dryrun"
	"github.com/statusgate/statusgate/internal/exchange"
)

// run takes an exchange through a stage.
func run(t *testing.T, stage *dryrun.Stage, method, url string, script *dryrun.Script) *dryrun.Result {
	t.Helper()
	r, err := stage.Run(t.Context(), &dryrun.Request{Method: method, URL: url}, script)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return r
}

// status is an answer of the backend.
func status(n int) *dryrun.Script { return dryrun.NewScript(n, nil, nil) }

// What would need a file, a port or a server is configured here, and must not be in
// the way.
const reaching = `{
	email a@example.com
	log {
		output file /nowhere/at/all.log
	}
	servers {
		trusted_proxies static private_ranges
		listener_wrappers {
			proxy_protocol
			tls
		}
	}
}
(gate) {
	statusgate {
		name {args[0]}
	}
}
api.example.com, *.wild.example.com {
	tls /nowhere/cert.pem /nowhere/key.pem
	log {
		output file /nowhere/access.log
	}
	basic_auth /admin/* {
		bob $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG
	}
	forward_auth /private/* auth:9091 {
		uri /verify
		copy_headers Remote-User
	}
	handle /php/* {
		import gate php
		php_fastcgi unix//nowhere/php.sock
	}
	handle /files/* {
		import gate files
		file_server browse
	}
	handle_path /api/* {
		statusgate @x {
			name matched
		}
		@x path /x
		reverse_proxy h2c://backend:8080 {
			lb_policy round_robin
			lb_try_duration 1h
			health_uri /health
			transport http {
				tls_client_auth /nowhere/a.pem /nowhere/b.pem
			}
		}
	}
	handle /hidden/* {
		import gate hidden
		templates
	}
	handle {
		import gate rest
		reverse_proxy {
			dynamic srv _api._tcp.example.com
		}
	}
	handle_errors {
		rewrite * /{err.status_code}.html
		file_server
	}
}
http://plain.example.com:8080 {
	import gate plain
	respond /static "by itself" 418
	reverse_proxy 127.0.0.1:9
}
`

func TestNothingReachesOut(t *testing.T) {
	stage := load(t, reaching)
	for _, c := range []struct {
		url, gate, backend, note string
		status                   int
	}{
		{"https://api.example.com/php/x.php", "php", "reverse_proxy /nowhere/php.sock", "", 503},
		{"https://a.wild.example.com/files/x", "files", "file_server", "", 503},
		{"https://api.example.com/api/x", "matched", "reverse_proxy backend:8080", "", 503},
		{"https://api.example.com/api/y", "", "", "", 520},
		{"https://api.example.com/hidden/1", "hidden", "templates", "", 503},
		{"https://api.example.com/private/1", "rest", "reverse_proxy backend:80", "only asked", 503},
		{"https://api.example.com/admin/1", "rest", "reverse_proxy backend:80", "authentication does not run", 503},
		{"http://plain.example.com:8080/", "plain", "reverse_proxy 127.0.0.1:9", "", 503},
		{"http://plain.example.com:8080/static", "plain", "static_response", "", 503},
	} {
		r := run(t, stage, "GET", c.url, status(520))
		gate := ""
		if len(r.Passages) > 0 {
			gate = r.Passages[0].Gate.Name
		}
		notes := strings.Join(r.Notes, "\n")
		if gate != c.gate || r.Backend != c.backend || r.Answer.Status != c.status || !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
			t.Errorf("%s: got gate %q, backend %q, status %d, notes %q; want %q, %q, %d, %q", c.url, gate, r.Backend, r.Answer.Status, notes,
				c.gate, c.backend, c.status, c.note)
		}
	}
}

// A handler that needs no server answers by itself, unless the backend is scripted.
func TestWhatAnswersByItself(t *testing.T) {
	stage := load(t, reaching)
	r := run(t, stage, "GET", "http://plain.example.com:8080/static", new(dryrun.Script))
	if r.Answer.Status != 400 || string(r.Answer.Body) != "by itself" || !r.Static {
		t.Errorf("got %d %q, static %v", r.Answer.Status, r.Answer.Body, r.Static)
	}
	r = run(t, stage, "GET", "http://plain.example.com:8080/", new(dryrun.Script))
	if r.Answer.Status != 200 || len(r.Answer.Body) > 0 || r.Static {
		t.Errorf("got %d %q, static %v", r.Answer.Status, r.Answer.Body, r.Static)
	}
}

func TestFailures(t *testing.T) {
	stage := load(t, reaching)
	for failure, want := range map[dryrun.Failure]struct {
		status int
		reason string
	}{
		dryrun.Refused:    {503, "backend_unreachable"},
		dryrun.DNS:        {503, "backend_unreachable"},
		dryrun.Timeout:    {503, "backend_timeout"},
		dryrun.Incomplete: {503, "backend_incomplete"},
		dryrun.Malformed:  {503, "malformed"},
		dryrun.Canceled:   {503, "client_gone"},
	} {
		for _, url := range []string{"https://api.example.com/api/x", "https://api.example.com/files/x"} {
			r := run(t, stage, "GET", url, &dryrun.Script{Failure: failure})
			if got := r.Passages[0].Trace.Outcome; r.Answer.Status != want.status || got.Reason.String() != want.reason {
				t.Errorf("%s at %s: got %d, %v; want %+v", failure, url, r.Answer.Status, got, want)
			}
		}
	}
	for _, f := range dryrun.Failures() {
		if got, err := dryrun.ParseFailure(string(f)); got != f || err != nil {
			t.Errorf("%s: got %q, %v", f, got, err)
		}
	}
	if _, err := dryrun.ParseFailure("lost"); err == nil || !strings.Contains(err.Error(), "refused, dns") {
		t.Errorf("got %v", err)
	}
}

// The client gets what is left of an answer, or nothing at all.
func TestConnectionsThatBreak(t *testing.T) {
	stage := load(t, globals+"http://a.localhost:8000 {\n\tstatusgate {\n\t\treport\n\t}\n\treverse_proxy 127.0.0.1:1\n}\n")
	script := dryrun.NewScript(200, []dryrun.Field{{Name: "Content-Length", Value: "10"}, {Name: "Content-Type", Value: "text/plain"}}, []byte("half"))
	if r := run(t, stage, "GET", "/", script); r.Answer == nil || !r.Cut || string(r.Answer.Body) != "half" {
		t.Errorf("got %+v", r)
	}
	if r := run(t, stage, "GET", "/", status(0)); r.Answer != nil { // net/http has no such status
		t.Errorf("got %+v", r.Answer)
	}
}

func TestGatesInErrorRoutes(t *testing.T) {
	stage := load(t, globals+`http://a.localhost:8000 {
	reverse_proxy 127.0.0.1:1
	handle_errors 502 504 {
		statusgate {
			name errors
		}
		respond "page {err.status_code}" {err.status_code}
	}
	handle_errors {
		statusgate {
			name files
		}
		file_server
	}
}
`)
	r := run(t, stage, "GET", "/", &dryrun.Script{Failure: dryrun.Refused})
	if len(r.Passages) != 1 || r.Passages[0].Gate.Name != "errors" || r.Answer.Status != 503 || r.Backend != "static_response" || !r.Static {
		t.Errorf("got %+v, %+v", r, r.Answer)
	}
	if way := strings.Join(r.Passages[0].Gate.Way, " | "); !strings.Contains(way, "errors") {
		t.Errorf("the way is %q", way)
	}
	r = run(t, stage, "GET", "/", &dryrun.Script{Failure: dryrun.Canceled})
	if r.Answer == nil || len(r.Passages) != 0 {
		t.Errorf("got %+v", r.Answer)
	}
}

// What answers behind what was asked already, answers for itself.
func TestASecondServer(t *testing.T) {
	stage := load(t, globals+`http://a.localhost:8000 {
	statusgate {
		problems off
	}
	reverse_proxy 127.0.0.1:1
	handle_errors {
		file_server
	}
}
`)
	r := run(t, stage, "GET", "/", &dryrun.Script{Failure: dryrun.Refused})
	if r.Answer.Status != 503 || !slices.Contains(r.Notes, "file_server, which is asked too, answers with an empty 503") {
		t.Errorf("got %d, %q", r.Answer.Status, r.Notes)
	}
}

func TestNamedRoutesAndNestedGates(t *testing.T) {
	stage := load(t, globals+`&(api) {
	route {
		statusgate {
			name inner
		}
		reverse_proxy 127.0.0.1:1
	}
}
http://a.localhost:8000 {
	statusgate {
		name outer
	}
	invoke api
}
`)
	r := run(t, stage, "GET", "/", status(599))
	var names []string
	for _, p := range r.Passages {
		names = append(names, p.Gate.Name)
	}
	if !slices.Equal(names, []string{"outer", "inner"}) || r.Answer.Status != 503 {
		t.Errorf("got %q, %d", names, r.Answer.Status)
	}
}

// Steps tell where they stand, also of gates that are imported or say the same.
func TestWhereThingsStand(t *testing.T) {
	stage := load(t, globals+`(shared) {
	statusgate {
		resource /orders {
			methods GET
		}
		map 404 401 when header X-No
	}
}
http://a.localhost:8000 {
	handle /one/* {
		statusgate
		reverse_proxy 127.0.0.1:1
	}
	handle {
		statusgate
		reverse_proxy 127.0.0.1:1
	}
}
http://b.localhost:8000 {
	import shared
	reverse_proxy 127.0.0.1:1
}
`)
	var at []string
	for _, g := range stage.Gates() {
		at = append(at, g.At)
	}
	slices.Sort(at)
	if want := []string{"Caddyfile:11", "Caddyfile:20", "Caddyfile:24"}; !slices.Equal(at, want) {
		t.Errorf("got %q, want %q", at, want)
	}
	r := run(t, stage, "GET", "http://b.localhost:8000/orders", status(404))
	places := make(map[string]string)
	for _, step := range r.Passages[0].Trace.Steps {
		places[step.Kind] = step.At
	}
	if places[exchange.StepResource] != "Caddyfile:12" || places[exchange.StepRule] != "Caddyfile:15" || places[exchange.StepCheck] != "" {
		t.Errorf("got %q", places)
	}
}

func TestConfigurationsThatCannotRun(t *testing.T) {
	for _, c := range []struct{ file, adapter, text, want string }{
		{"Caddyfile", "", "http://a {\n\tstatusgate {\n\t\tnope\n\t}\n}\n", "unknown option"},
		{"Caddyfile", "toml", "", `adapter "toml"`},
		{"c.json", "", "no", "this is no JSON"},
		{"c.json", "", `{}`, "no HTTP server"},
		{"c.json", "", `{"apps":{"http":{}}}`, "no HTTP server"},
		{"c.json", "", `{"apps":{"http":{"servers":{"a":{"routes":[{"handle":[{"handler":"statusgate","nope":1}]}]}}}}}`, "nope"},
		{"c.json", "", `{"apps":{"http":{"servers":{"a":{"routes":[{"handle":["x"]}]}}}}}`, "cannot unmarshal"},
	} {
		src, err := dryrun.Adapt(c.file, c.adapter, []byte(c.text))
		if err == nil {
			var stage *dryrun.Stage
			if stage, err = dryrun.Load(src); err == nil {
				_ = stage.Close()
			}
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.text, err, c.want)
		}
	}
	stage := load(t, "http://a {\n\trespond hello\n}\n")
	if _, err := stage.Run(t.Context(), &dryrun.Request{Method: "GET", URL: "/"}, status(200)); err == nil || !strings.Contains(err.Error(), "no statusgate") {
		t.Errorf("got %v", err)
	}
}

func TestReadingTheConfiguration(t *testing.T) {
	const caddyfile = "http://a {\n\tstatusgate\n}\n"
	for _, c := range []struct{ text, adapter string }{{caddyfile, ""}, {caddyfile, "caddyfile"}, {`{"apps":{}}`, ""}, {`{"apps":{}}`, "json"}} {
		src, err := dryrun.Read("-", c.adapter, strings.NewReader(c.text))
		if err != nil || !strings.HasPrefix(string(src.JSON), `{"apps"`) {
			t.Errorf("%q: got %+v, %v", c.text, src, err)
		}
	}
	t.Chdir(t.TempDir())
	if _, err := dryrun.Read("", "", nil); err == nil || !strings.Contains(err.Error(), "Caddyfile") {
		t.Errorf("got %v", err)
	}
}

// What encode has packed is read as a client would read it.
func TestTheTextOfAnAnswer(t *testing.T) {
	stage := load(t, globals+"http://a.localhost:8000 {\n\tencode gzip\n\tstatusgate\n\treverse_proxy 127.0.0.1:1\n}\n")
	text := strings.Repeat("a line of text\n", 100)
	for _, c := range []struct{ coding, label string }{{"gzip", "text/plain"}, {"br", "text/plain"}, {"", "text/plain"}} {
		req := &dryrun.Request{Method: "GET", URL: "/", Fields: []dryrun.Field{{Name: "Accept-Encoding", Value: c.coding}}}
		r, err := stage.Run(t.Context(), req, dryrun.NewScript(200, []dryrun.Field{{Name: "Content-Type", Value: c.label}}, []byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		if packed := r.Answer.Header.Get("Content-Encoding") == "gzip"; packed != (c.coding == "gzip") || packed == (string(r.Answer.Body) == text) {
			t.Errorf("%q: packed is %v", c.coding, packed)
		}
		if got := string(r.Answer.Text()); got != text {
			t.Errorf("%q: got %.40q", c.coding, got)
		}
	}
	a := dryrun.Answer{Header: map[string][]string{"Content-Encoding": {"gzip"}}, Body: []byte("not packed")}
	if got := string(a.Text()); got != "not packed" {
		t.Errorf("got %q", got)
	}
}
