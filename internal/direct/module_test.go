package direct_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	"github.com/statusgate/statusgate/internal/direct"
	"github.com/statusgate/statusgate/transport"
)

func TestMain(m *testing.M) {
	if !transport.Supported {
		fmt.Println("everything is left to the transport http on this system")
		return
	}
	os.Exit(m.Run())
}

// parse reads the options within the braces of `transport direct`.
func parse(t *testing.T, options string) *direct.Transport {
	t.Helper()
	tr := new(direct.Transport)
	if err := tr.UnmarshalCaddyfile(caddyfile.NewTestDispenser("direct {\n" + options + "\n}")); err != nil {
		t.Fatalf("%s: %v", options, err)
	}
	return tr
}

// provisioned is one that can be used, as JSON has it.
func provisioned(t *testing.T, options string) *direct.Transport {
	t.Helper()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		if os.Getenv(name) != "" {
			t.Setenv(name, "")
		}
	}
	written, err := json.Marshal(parse(t, options))
	if err != nil {
		t.Fatal(err)
	}
	tr := new(direct.Transport)
	if err := caddy.StrictUnmarshalJSON(written, tr); err != nil {
		t.Fatalf("%s: %v", written, err)
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	t.Cleanup(cancel)
	if err := tr.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tr.Cleanup(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

func TestDefaults(t *testing.T) {
	tr := provisioned(t, "")
	limits := direct.Limits(new(direct.Transport))
	if limits != (transport.Limits{}) {
		t.Errorf("limits: %+v", limits)
	}
	got := direct.Config(tr, limits)
	if got.DisableKeepAlives || got.Timeouts != (transport.Timeouts{Idle: 2 * time.Minute}) || got.TLS != nil {
		t.Errorf("got %+v", got)
	}
	for _, off := range []string{"keepalive off", "keepalive_idle_conns_per_host -1"} {
		if got := direct.Config(provisioned(t, off), direct.Limits(parse(t, off))); !got.DisableKeepAlives {
			t.Errorf("%s: connections are kept", off)
		}
	}
}

// ask makes a request the way reverse_proxy does: the URL has no scheme.
func ask(t *testing.T, tr http.RoundTripper, address string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Scheme = ""
	res, err := tr.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

func TestRequestsGoTheirWay(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) })
	plain := httptest.NewServer(handler)
	defer plain.Close()
	one := httptest.NewTLSServer(handler)
	defer one.Close()
	two := httptest.NewUnstartedServer(handler)
	two.EnableHTTP2 = true
	two.StartTLS()
	defer two.Close()
	trust := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trust, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	trusting := "tls_trust_pool file " + trust
	for _, tt := range []struct {
		name, options string
		server        *httptest.Server
		proto         string
		dialled       uint64 // by package transport
	}{
		{"TCP", "", plain, "HTTP/1.1", 1},
		{"handed over", "local_address 127.0.0.1", plain, "HTTP/1.1", 0},
		{"TLS", trusting + "\nversions 1.1", one, "HTTP/1.1", 1},
		{"TLS to a backend that knows HTTP/2", trusting + "\nversions 1.1", two, "HTTP/1.1", 1},
		{"TLS that may negotiate HTTP/2", trusting, one, "HTTP/1.1", 1},
		{"TLS that negotiates HTTP/2", trusting, two, "HTTP/2.0", 0},
		{"TLS without trust in anything", "tls_insecure_skip_verify", one, "HTTP/1.1", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := provisioned(t, tt.options)
			for range 2 {
				res, body, err := ask(t, tr, tt.server.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				if body != tt.proto || (res.TLS != nil) != strings.HasPrefix(tt.options, "tls") {
					t.Errorf("got %q, TLS %v", body, res.TLS)
				}
			}
			var stats transport.Stats
			if d := direct.Direct(tr); d != nil {
				stats = d.Stats()
			}
			if stats.Dialled != tt.dialled || stats.Reused != tt.dialled {
				t.Errorf("%+v, want %d connection", stats, tt.dialled)
			}
		})
	}
	t.Run("TLS without trust", func(t *testing.T) {
		_, _, err := ask(t, provisioned(t, "tls"), one.Listener.Addr().String())
		if e := new(tls.CertificateVerificationError); !errors.As(err, &e) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a port without TLS", func(t *testing.T) {
		_, port, _ := net.SplitHostPort(plain.Listener.Addr().String())
		if _, body, err := ask(t, provisioned(t, "tls_except_ports "+port), plain.Listener.Addr().String()); body != "HTTP/1.1" || err != nil {
			t.Errorf("got %q, %v", body, err)
		}
	})
}

// TestReverseProxyIsToldWhatCanGoElsewhere: its DialError does not unwrap.
func TestReverseProxyIsToldWhatCanGoElsewhere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	tr := provisioned(t, "")
	_, _, err = ask(t, tr, l.Addr().String())
	var forRetries reverseproxy.DialError
	op := new(net.OpError)
	if !errors.As(err, &forRetries) || !errors.As(err, &op) || op.Op != "dial" || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %#v", err)
	}
	if err.Error() != op.Error() {
		t.Errorf("it says %q", err)
	}
	if timeout, ok := err.(net.Error); ok { //nolint:errorlint // reverse_proxy asks it this way, and makes a 504 of it
		t.Errorf("%#v is a net.Error", timeout)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = tr.RoundTrip(req); !errors.Is(err, context.Canceled) || errors.As(err, &forRetries) { //nolint:bodyclose // there is none
		t.Errorf("got %#v", err)
	}
}

func TestBadOptions(t *testing.T) {
	for options, want := range map[string]string{
		"nonsense":                        "unrecognized subdirective",
		"dial_timeout":                    "wrong argument count",
		"dial_timeout soon":               "bad timeout value",
		"max_conns_per_host many":         "bad integer value",
		"keepalive_idle_conns_per_host x": "bad integer value",
	} {
		err := new(direct.Transport).UnmarshalCaddyfile(caddyfile.NewTestDispenser("direct {\n" + options + "\n}"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", options, err)
		}
	}
	err := new(direct.Transport).UnmarshalCaddyfile(caddyfile.NewTestDispenser("direct fast {\n\tdial_timeout 1s\n}"))
	if want := `transport direct: unexpected "fast": options stand in a block, at Testfile:1`; err == nil || err.Error() != want {
		t.Errorf("an argument: %v, want %s", err, want)
	}
	for config, want := range map[string]string{
		`{"versions": ["9"]}`:                              "unsupported HTTP version",
		`{"tls": {"curves": ["bent"]}}`:                    "unsupported curve",
		`{"tls": {"client_certificate_file": "gone.pem"}}`: "client_certificate_key_file",
		`{"network_proxy": {"from": "nowhere"}}`:           "network_proxy",
		`{"local_address": "127.0.0.1:1-2"}`:               "local_address",
	} {
		tr := new(direct.Transport)
		if err := caddy.StrictUnmarshalJSON([]byte(config), tr); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
		if err := tr.Provision(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", config, err)
		}
		if err := tr.Cleanup(); err != nil { // Caddy calls it then, too
			t.Errorf("%s: %v", config, err)
		}
		cancel()
	}
}

func TestMetrics(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	for range 2 { // of one configuration
		tr := new(direct.Transport)
		if err := tr.Provision(ctx); err != nil {
			t.Fatal(err)
		}
		defer tr.Cleanup()
		for range 3 {
			if _, _, err := ask(t, tr, server.Listener.Addr().String()); err != nil {
				t.Fatal(err)
			}
		}
	}
	families, err := ctx.GetMetricsRegistry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]float64)
	for _, family := range families {
		if name, ok := strings.CutPrefix(family.GetName(), "caddy_statusgate_direct_"); ok {
			metric := family.GetMetric()[0]
			got[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			if family.GetHelp() == "" || len(metric.GetLabel()) > 0 {
				t.Errorf("%s: %v", name, family)
			}
		}
	}
	want := map[string]float64{
		"connections_open": 2, "connections_idle": 2, "connections_dialled_total": 2, "connections_reused_total": 4,
		"connections_stale_total": 0, "requests_repeated_total": 0,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
}

func TestNoRegistry(t *testing.T) {
	if err := new(direct.Transport).Provision(caddy.Context{Context: t.Context()}); err == nil || !strings.Contains(err.Error(), "no metrics registry") {
		t.Errorf("got %v", err)
	}
}

func TestTheModule(t *testing.T) {
	info := direct.Transport{}.CaddyModule()
	if _, ok := info.New().(*direct.Transport); !ok || info.ID != "http.reverse_proxy.transport.direct" {
		t.Errorf("got %+v", info)
	}
}
