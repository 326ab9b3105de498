package direct_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/statusgate/statusgate/internal/direct"
	"github.com/statusgate/statusgate/transport"
)

// handing has a row for each option: those that are handed over, and those that
// are not, as the second column says.
var handing = []struct{ option, to, caddyfile, json string }{
	{"resolver", "resolver", "resolvers 127.0.0.1:53", `{"resolver": {"addresses": ["127.0.0.1:53"]}}`},
	{"tls", "", "tls", `{"tls": {}}`},
	{"tls.ca", "", "tls_trust_pool file x.pem", `{"tls": {"ca": {"provider": "system"}}}`},
	{"tls.root_ca_pool", "", "", `{"tls": {"root_ca_pool": ["x"]}}`},
	{"tls.root_ca_pem_files", "", "tls_trusted_ca_certs x.pem", `{"tls": {"root_ca_pem_files": ["x.pem"]}}`},
	{"tls.client_certificate_file", "", "tls_client_auth a.pem b.pem", `{"tls": {"client_certificate_file": "a.pem"}}`},
	{"tls.client_certificate_key_file", "", "tls_client_auth a.pem b.pem", `{"tls": {"client_certificate_key_file": "b.pem"}}`},
	{"tls.client_certificate_automate", "", "tls_client_auth example.com", `{"tls": {"client_certificate_automate": "example.com"}}`},
	{"tls.insecure_skip_verify", "", "tls_insecure_skip_verify", `{"tls": {"insecure_skip_verify": true}}`},
	{"tls.handshake_timeout", "", "tls_timeout 1s", `{"tls": {"handshake_timeout": "1s"}}`},
	{"tls.server_name", "", "tls_server_name example.com", `{"tls": {"server_name": "example.com"}}`},
	{"tls.server_name", "tls.server_name", "tls_server_name {host}", `{"tls": {"server_name": "{http.request.host}"}}`},
	{"tls.renegotiation", "", "tls_renegotiation once", `{"tls": {"renegotiation": "once"}}`},
	{"tls.except_ports", "", "tls_except_ports 8080", `{"tls": {"except_ports": ["8080"]}}`},
	{"tls.curves", "", "tls_curves x25519", `{"tls": {"curves": ["x25519"]}}`},
	{"keep_alive", "", "keepalive 1m", `{"keep_alive": {}}`},
	{"keep_alive.enabled", "", "keepalive off", `{"keep_alive": {"enabled": false}}`},
	{"keep_alive.probe_interval", "", "keepalive_interval 1m", `{"keep_alive": {"probe_interval": "1m"}}`},
	{"keep_alive.max_idle_conns", "", "keepalive_idle_conns 3", `{"keep_alive": {"max_idle_conns": 3}}`},
	{"keep_alive.max_idle_conns_per_host", "", "keepalive_idle_conns_per_host 3", `{"keep_alive": {"max_idle_conns_per_host": 3}}`},
	{"keep_alive.idle_timeout", "", "keepalive 1m", `{"keep_alive": {"idle_timeout": "1m"}}`},
	{"compression", "", "compression off", `{"compression": false}`},
	{"compression", "compression", "", `{"compression": true}`},
	{"max_conns_per_host", "", "max_conns_per_host 3", `{"max_conns_per_host": 3}`},
	{"proxy_protocol", "proxy_protocol", "proxy_protocol v2", `{"proxy_protocol": "v1"}`},
	{"forward_proxy_url", "network_proxy", "forward_proxy_url http://127.0.0.1:1", `{"network_proxy": {"from": "none"}}`},
	{"forward_proxy_url", "forward_proxy_url", "", `{"forward_proxy_url": "http://127.0.0.1:1"}`},
	{"network_proxy", "network_proxy", "network_proxy url http://127.0.0.1:1", `{"network_proxy": {"from": "url", "url": "http://127.0.0.1:1"}}`},
	{"dial_timeout", "", "dial_timeout 1s", `{"dial_timeout": "1s"}`},
	{"dial_fallback_delay", "", "dial_fallback_delay 1s", `{"dial_fallback_delay": "1s"}`},
	{"response_header_timeout", "", "response_header_timeout 1s", `{"response_header_timeout": "1s"}`},
	{"expect_continue_timeout", "", "expect_continue_timeout 1s", `{"expect_continue_timeout": "1s"}`},
	{"max_response_header_size", "", "max_response_header 1KB", `{"max_response_header_size": 1000}`},
	{"write_buffer_size", "", "write_buffer 1KB", `{"write_buffer_size": 1000}`},
	{"read_buffer_size", "", "read_buffer 1KB", `{"read_buffer_size": 1000}`},
	{"read_timeout", "", "read_timeout 1s", `{"read_timeout": "1s"}`},
	{"write_timeout", "", "write_timeout 1s", `{"write_timeout": "1s"}`},
	{"versions", "", "versions 1.1", `{"versions": ["1.1", "2"]}`},
	{"versions", "versions", "versions h2c 2", `{"versions": ["h2c"]}`},
	{"versions", "versions", "versions 3", `{"versions": ["3"]}`},
	{"local_address", "local_address", "local_address 127.0.0.1", `{"local_address": "127.0.0.1"}`},
}

func TestEachOptionIsHandedOverOrNot(t *testing.T) {
	for _, tt := range handing {
		t.Run(tt.option+" "+tt.caddyfile, func(t *testing.T) {
			if tt.caddyfile != "" {
				if got := direct.HandedOver(parse(t, tt.caddyfile)); got != tt.to {
					t.Errorf("%s: handed over because of %q, want %q", tt.caddyfile, got, tt.to)
				}
			}
			tr := new(direct.Transport)
			if err := caddy.StrictUnmarshalJSON([]byte(tt.json), tr); err != nil {
				t.Fatal(err)
			}
			if got := direct.HandedOver(tr); got != tt.to {
				t.Errorf("%s: handed over because of %q, want %q", tt.json, got, tt.to)
			}
		})
	}
}

// TestNoOptionIsForgotten: a new Caddy may have more.
func TestNoOptionIsForgotten(t *testing.T) {
	var names []string
	var collect func(of reflect.Type, prefix string)
	collect = func(of reflect.Type, prefix string) {
		for field := range of.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			names = append(names, prefix+name)
			if field.Type == reflect.TypeFor[*reverseproxy.TLSConfig]() || field.Type == reflect.TypeFor[*reverseproxy.KeepAlive]() {
				collect(field.Type.Elem(), prefix+name+".")
			}
		}
	}
	collect(reflect.TypeFor[reverseproxy.HTTPTransport](), "")
	for _, name := range names {
		if !slices.ContainsFunc(handing, func(row struct{ option, to, caddyfile, json string }) bool { return row.option == name }) {
			t.Errorf("whether %s is handed over is not tested", name)
		}
	}
	if len(names) < 30 {
		t.Errorf("only %d options were found", len(names))
	}
}

func TestTheEnvironmentMayAskForAProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "http://127.0.0.1:1")
			if got := direct.HandedOver(new(direct.Transport)); !strings.EqualFold(got, "the environment variable "+name) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestOptionsAreTranslated(t *testing.T) {
	options := `
		read_buffer 1KB
		write_buffer 2KB
		read_timeout 1s
		write_timeout 2s
		max_response_header 3KB
		dial_timeout 3s
		dial_fallback_delay 4s
		response_header_timeout 5s
		expect_continue_timeout 6s
		tls_timeout 7s
		tls_server_name example.com
		keepalive 8s
		keepalive_interval 9s
		keepalive_idle_conns 10
		keepalive_idle_conns_per_host 11
		max_conns_per_host 12
		versions 1.1`
	tr := provisioned(t, options)
	got := direct.Config(tr, direct.Limits(parse(t, options)))
	if got.TLS.ServerName != "example.com" || len(got.TLS.NextProtos) > 0 || got.Other == nil {
		t.Errorf("TLS: %+v", got.TLS)
	}
	want := transport.Config{
		ReadBufferSize: 1000, WriteBufferSize: 2000,
		Limits:   transport.Limits{Idle: 10, IdlePerHost: 11, ConnsPerHost: 12, ResponseHeader: 3000},
		Timeouts: transport.Timeouts{TLSHandshake: 7 * time.Second, ResponseHeader: 5 * time.Second, ExpectContinue: 6 * time.Second, Idle: 8 * time.Second, Read: time.Second, Write: 2 * time.Second},
	}
	got.TLS, got.Other, got.Dial, got.Address = nil, nil, nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}
