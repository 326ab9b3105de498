package rival_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/tests/overload/process"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

func TestMetric(t *testing.T) {
	const text = `# HELP limit of it
# TYPE limit gauge
limit 12
limit_other 7
requests_total{class="critical",outcome="admitted"} 3
requests_total{class="normal",outcome="admitted"} 40
requests_total{class="normal",outcome="rejected"} 5e2
`
	for _, row := range []struct {
		name   string
		labels []string
		want   float64
		found  bool
	}{
		{"limit", nil, 12, true},
		{"requests_total", nil, 543, true},
		{"requests_total", []string{`outcome="admitted"`}, 43, true},
		{"requests_total", []string{`outcome="admitted"`, `class="normal"`}, 40, true},
		{"requests_total", []string{`class="exempt"`}, 0, false},
		{"request", nil, 0, false},
	} {
		if got, ok, err := rival.ReadMetric(text, row.name, row.labels...); got != row.want || ok != row.found || err != nil {
			t.Errorf("%s %v: got %v, %v, %v", row.name, row.labels, got, ok, err)
		}
	}
}

// TestServersOfTheSystem sees to it that the configurations are valid. Caddy
// takes a build, so it is left to the experiments.
func TestServersOfTheSystem(t *testing.T) {
	tools := process.Tools{}
	tools.HAProxy, _ = exec.LookPath("haproxy")
	tools.Nginx, _ = exec.LookPath("nginx")
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer backend.Close()
	for program, r := range map[string]rival.Rival{
		tools.HAProxy: rival.HAProxy("HAProxy", 4),
		tools.Nginx:   rival.Nginx("nginx", 4),
	} {
		t.Run(r.Name, func(t *testing.T) {
			keeper := process.NewKeeper()
			defer keeper.Close()
			host := rival.Host{Keeper: keeper, Tools: tools, Ports: process.NewPorts()}
			gateway, err := r.Start(t.Context(), host, t.TempDir(), backend.Listener.Addr().String())
			if program == "" {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer gateway.Stop()
			resp, err := http.Get("http://" + gateway.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if body, _ := io.ReadAll(resp.Body); string(body) != "hello" {
				t.Errorf("got %s and %q", resp.Status, body)
			}
		})
	}
}

func TestAGatewayThatEndsIsAnError(t *testing.T) {
	keeper := process.NewKeeper()
	defer keeper.Close()
	program, err := exec.LookPath("false")
	if err != nil {
		t.Skip(err)
	}
	host := rival.Host{Keeper: keeper, Tools: process.Tools{Caddy: program}, Ports: process.NewPorts()}
	_, err = rival.Plain("Caddy", "").Start(t.Context(), host, t.TempDir(), "127.0.0.1:1")
	if err == nil || !strings.Contains(err.Error(), "it has ended") {
		t.Errorf("got %v", err)
	}
	_, err = rival.HAProxy("HAProxy", 1).Start(t.Context(), host, t.TempDir(), "127.0.0.1:1")
	if err == nil || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("got %v", err)
	}
}

func TestNoPortIsGivenTwice(t *testing.T) {
	ports, seen := process.NewPorts(), map[string]bool{}
	for range 1000 {
		address, err := ports.Free()
		if err != nil || seen[address] {
			t.Fatalf("got %s again, or %v", address, err)
		}
		seen[address] = true
	}
}
