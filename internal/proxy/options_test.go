package proxy_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/statusgate/statusgate/internal/proxy"
)

// options have one row each: those that the short way keeps, and those that are
// left to reverse_proxy.
var options = []struct{ name, options, way string }{
	{"none", "", short},
	{"header_up sets", "header_up X-Real-IP {remote_host}\nheader_up Host {upstream_hostport}", short},
	{"header_up adds", "header_up +X-Two c\nheader_up +Via me", short},
	{"header_up deletes", "header_up -X-Forwarded-*\nheader_up -User-Agent", short},
	{"header_up deletes all", "header_up -*", short},
	{"header_up replaces", "header_up X-Two a(.) b$1", short},
	{"header_up with placeholders", "header_up X-Way {http.reverse_proxy.upstream.address}|{http.reverse_proxy.upstream.requests}|{http.reverse_proxy.upstream.fails}|{http.reverse_proxy.upstream.max_requests}|{http.reverse_proxy.status_code}|{http.reverse_proxy.duration}", short},
	{"header_up Connection", "header_up Connection {header.X-Two}", long},
	{"header_up Upgrade", "header_up +Upgrade websocket", long},
	{"header_up Incremental", "header_up Incremental ?1", long},
	{"header_up with a name that varies", "header_up {header.X-Two} a", long},
	{"header_down sets", "header_down X-Status {http.reverse_proxy.status_code}|{http.reverse_proxy.status_text}|{http.reverse_proxy.header.X-Two}|{http.reverse_proxy.retries}", short},
	{"header_down adds", "header_down +X-Two c", short},
	{"header_down deletes", "header_down -Content-Type", short},
	{"header_down replaces", "header_down X-Two b(.) c$1", short},
	{"header_down an event stream", "header_down Content-Type text/event-stream", short},
	{"trusted_proxies", "trusted_proxies 127.0.0.0/8", short},
	{"trusted_proxies, others", "trusted_proxies 10.0.0.1 2001:db8::/32", short},
	{"flush_interval -1", "flush_interval -1", short},
	{"flush_interval", "flush_interval 1s", long},
	{"lb_policy first", "lb_policy first", short},
	{"lb_policy round_robin", "lb_policy round_robin", short},
	{"lb_policy weighted_round_robin", "lb_policy weighted_round_robin 1", short},
	{"lb_policy random", "lb_policy random", short},
	{"lb_policy random_choose", "lb_policy random_choose 2", long},
	{"lb_policy least_conn", "lb_policy least_conn", long},
	{"lb_policy ip_hash", "lb_policy ip_hash", short},
	{"lb_policy client_ip_hash", "lb_policy client_ip_hash", short},
	{"lb_policy uri_hash", "lb_policy uri_hash", short},
	{"lb_policy query", "lb_policy query c", short},
	{"lb_policy header", "lb_policy header X-Two", short},
	{"lb_policy header, falling back on a count", "lb_policy header X-Not {\nfallback least_conn\n}", long},
	{"lb_policy cookie", "lb_policy cookie lb secret", short},
	{"lb_retries", "lb_retries 2", long},
	{"lb_try_duration", "lb_try_duration 1s", long},
	{"lb_try_interval", "lb_try_interval 1s", short},
	{"lb_retry_match", "lb_retry_match method POST", long},
	{"health_uri", "health_uri /health\nhealth_interval 1h", short},
	{"fail_duration", "fail_duration 1s", long},
	{"max_fails", "max_fails 3", long},
	{"unhealthy_status", "unhealthy_status 5xx", long},
	{"unhealthy_latency", "unhealthy_latency 1s", long},
	{"unhealthy_request_count", "unhealthy_request_count 3", long},
	{"request_buffers", "request_buffers 1KB", long},
	{"response_buffers", "response_buffers 1KB", long},
	{"stream options", "stream_timeout 1s\nstream_close_delay 1s\nstream_buffer_size 4KB", short},
	{"rewrite", "rewrite /other", long},
	{"method", "method HEAD", long},
	{"replace_status", "replace_status 299", long},
	{"handle_response", "@ok status 200\nhandle_response @ok {\nrespond mine 201\n}", long},
	{"verbose_logs", "verbose_logs", long},
	{"transport http", "transport http {\ncompression off\n}", short},
	{"transport direct", "transport direct", short},
	{"transport direct, handed over", "transport direct {\nresolvers 127.0.0.1\n}", short},
	{"the PROXY protocol", "transport http {\nproxy_protocol v1\n}", long},
	{"a placeholder of the upstream", "to {http.vars.backend}", long},
}

func TestEachOptionIsKept(t *testing.T) {
	for _, tt := range options {
		t.Run(tt.name, func(t *testing.T) {
			b := newBackend(t, answers("Content-Type: text/plain", "X-Two: b1", "X-Two: b2", "Server: odd"), false)
			options := tt.options
			before := "vars backend BACKEND"
			s := newSite(t, b, "", before, options)
			if tt.name == "health_uri" {
				<-b.got
				<-b.got
			}
			request := strings.TrimSuffix(get, "\r\n") + "X-Two: a1\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 10.0.0.2\r\nX-Forwarded-Proto: wss\r\nX-Forwarded-Host: outer.example\r\n\r\n"
			stock := s.exchange(t, s.stock, request, true)
			ours := s.exchange(t, s.ours, request, true)
			compare(t, stock, ours)
			if ours.way != tt.way {
				t.Errorf("it went the %s way, want %s", ours.way, tt.way)
			}
		})
	}
}

// TestProxiesThatCaddyTrusts, by a global option.
func TestProxiesThatCaddyTrusts(t *testing.T) {
	b := newBackend(t, ok, false)
	s := newSite(t, b, "servers {\ntrusted_proxies static 127.0.0.1\n}", "", "")
	for _, request := range []string{
		fields("X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: 10.0.0.2", "X-Forwarded-Proto: https", "X-Forwarded-Host: a", "X-Forwarded-Host: b"),
		fields("X-Forwarded-For:", "X-Forwarded-Proto:", "X-Forwarded-Host:"), get,
	} {
		stock := s.exchange(t, s.stock, request, true)
		ours := s.exchange(t, s.ours, request, true)
		compare(t, stock, ours)
		if ours.way != short {
			t.Errorf("it went the %s way", ours.way)
		}
	}
}

// known are the options that rows above, or needs, tell of.
var known = []string{
	"transport", "circuit_breaker", "load_balancing", "health_checks", "upstreams", "dynamic_upstreams", "flush_interval", "trusted_proxies", "headers",
	"request_buffers", "response_buffers", "proxy_status_name", "stream_timeout", "stream_buffer_size", "stream_close_delay", "rewrite", "handle_response",
	"verbose_logs", "load_balancing.selection_policy", "load_balancing.retries", "load_balancing.try_duration", "load_balancing.try_interval",
	"load_balancing.retry_match", "health_checks.active", "health_checks.passive", "upstreams.dial", "upstreams.max_requests",
}

// TestNoOptionIsForgotten: a new Caddy may have more.
func TestNoOptionIsForgotten(t *testing.T) {
	n := 0
	check := func(of reflect.Type, prefix string) {
		for field := range of.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			n++
			if !slices.Contains(known, prefix+name) {
				t.Errorf("nobody says whether the short way keeps %s", prefix+name)
			}
		}
	}
	check(reflect.TypeFor[reverseproxy.Handler](), "")
	check(reflect.TypeFor[reverseproxy.LoadBalancing](), "load_balancing.")
	check(reflect.TypeFor[reverseproxy.HealthChecks](), "health_checks.")
	check(reflect.TypeFor[reverseproxy.Upstream](), "upstreams.")
	if n != len(known) {
		t.Errorf("%d options, %d are known", n, len(known))
	}
}

// TestJSONThatTheCaddyfileCantHave is looked at as well.
func TestJSONThatTheCaddyfileCantHave(t *testing.T) {
	for config, want := range map[string]string{
		`{"upstreams": [{"dial": "x:1", "max_requests": 3}]}`:                                        "upstreams.max_requests",
		`{"upstreams": [{"dial": "x:1-3"}]}`:                                                         "upstreams.dial",
		`{"upstreams": [{"dial": "x:y"}]}`:                                                           "upstreams.dial",
		`{"upstreams": [{"dial": "{env.X}:1"}]}`:                                                     "upstreams.dial",
		`{"dynamic_upstreams": {"source": "a"}}`:                                                     "dynamic_upstreams",
		`{"circuit_breaker": {"type": "x"}}`:                                                         "circuit_breaker",
		`{"load_balancing": {"selection_policy": {"policy": "of_another_plugin"}}}`:                  "load_balancing.selection_policy",
		`{"load_balancing": {"selection_policy": {"policy": 3}}}`:                                    "load_balancing.selection_policy",
		`{"headers": {"request": {"set": {"connection": ["close"]}}}}`:                               "headers",
		`{"headers": {"request": {"delete": ["Connection"]}, "response": {"set": {"Upgrade": []}}}}`: "",
		`{"headers": {}}`: "",
	} {
		h := new(proxy.Handler)
		if err := caddy.StrictUnmarshalJSON([]byte(config), h); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(proxy.Needs(&h.Handler), " "); got != want {
			t.Errorf("%s: got %q, want %q", config, got, want)
		}
	}
}

// TestWhatIsLeftIsToldAtLoad, at the level debug.
func TestWhatIsLeftIsToldAtLoad(t *testing.T) {
	newSite(t, newBackend(t, ok, false), "", "", "lb_policy least_conn\nfail_duration 1s\nrewrite /x\ntransport http {\nproxy_protocol v2\n}")
	line := readLog(t, "debug")
	want := `["rewrite","health_checks.passive","load_balancing.selection_policy","transport.proxy_protocol"]`
	if got := asJSON(line["because_of"]); got != want || line["level"] != "debug" || line["logger"] != "http.handlers.statusgate_proxy" {
		t.Errorf("got %v, want because_of %s", line, want)
	}
}

// TestTheDirectiveIsOrderedAfterReverseProxy, takes the same words, and refuses
// others.
func TestTheDirective(t *testing.T) {
	for config, want := range map[string]string{
		":80 {\nstatusgate_proxy a:1 b:2 {\nlb_policy first\n}\n}":           "",
		":80 {\nstatusgate_proxy /api/* a:1\nfile_server\n}":                 "",
		":80 {\nstatusgate_proxy a:1 {\nnonsense\n}\n}":                      "unrecognized subdirective nonsense",
		":80 {\nstatusgate_proxy a:1 {\nhandle_response @nothing {\n}\n}\n}": "no named response matcher defined",
	} {
		if _, err := adapt(config); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", config, err, want)
		}
	}
	both := ":80 {\nfile_server\nstatusgate_proxy a:1\nreverse_proxy b:1\n}"
	adapted, err := adapt(both)
	if err != nil {
		t.Fatal(err)
	}
	order := []int{strings.Index(string(adapted), `"reverse_proxy"`), strings.Index(string(adapted), `"statusgate_proxy"`), strings.Index(string(adapted), `"file_server"`)}
	if order[0] < 0 || !slices.IsSorted(order) {
		t.Errorf("got %s", adapted)
	}
}

// TestMistakesAreThoseOfReverseProxy.
func TestMistakesAreThoseOfReverseProxy(t *testing.T) {
	for options, want := range map[string]string{
		`"trusted_proxies": ["x"]`:                                             "invalid IP address",
		`"transport": {"protocol": "nothing"}`:                                 "unknown module",
		`"headers": {"request": {"replace": {"A": [{"search_regexp": "("}]}}}`: "provisioning embedded headers handler",
	} {
		config := fmt.Sprintf(`{"admin": {"disabled": true, "config": {"persist": false}}, "apps": {"http": {"servers": {"x": {"listen": ["%s"], "automatic_https": {"disable": true},
			"routes": [{"handle": [{"handler": "statusgate_proxy", %s}]}]}}}}}`, freeAddress(t), options)
		if !json.Valid([]byte(config)) {
			t.Fatal(config)
		}
		err := caddy.Load([]byte(config), true)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", options, err, want)
		}
	}
	_ = caddy.Stop()
}

// TestNoUpstreamIsAvailable: reverse_proxy says so.
func TestNoUpstreamIsAvailable(t *testing.T) {
	b := newBackend(t, ok, false)
	s := newSite(t, b, "", "", "health_uri /\nhealth_interval 1h\nhealth_status 500")
	<-b.got
	<-b.got
	stock := s.exchange(t, s.stock, get, false)
	for !strings.HasPrefix(stock.client, "HTTP/1.1 503") { // until the health check is over
		select {
		case <-b.got:
		default:
		}
		stock = s.exchange(t, s.stock, get, false)
	}
	ours := s.exchange(t, s.ours, get, false)
	for !strings.HasPrefix(ours.client, "HTTP/1.1 503") {
		select {
		case <-b.got:
		default:
		}
		ours = s.exchange(t, s.ours, get, false)
	}
	compare(t, stock, ours)
	if ours.way != "" && ours.way != long {
		t.Errorf("it went the %s way", ours.way)
	}
}

// TestErrorsAreTheSame: of an upstream that is not there.
func TestErrorsAreTheSame(t *testing.T) {
	gone := freeAddress(t)
	for _, transport := range []string{"http", "direct"} {
		b := newBackend(t, ok, false)
		b.address = gone
		s := newSite(t, b, "", "handle_errors {\nrespond \"{err.status_code} {err.message} {http.reverse_proxy.upstream.address} {http.request.body}\"\n}", "transport "+transport)
		request := "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc"
		stock := s.exchange(t, s.stock, request, false)
		ours := s.exchange(t, s.ours, request, false)
		compare(t, stock, ours)
		if !strings.HasPrefix(ours.client, "HTTP/1.1 502") || !strings.Contains(ours.client, gone+" abc") {
			t.Errorf("got %q: the body is for whoever answers", ours.client)
		}
	}
}
