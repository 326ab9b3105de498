// Package tests runs Statusgate inside a real Caddy, in front of real
// backends and with real clients.
package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/statusgate/statusgate"
	"github.com/statusgate/statusgate/internal/freeport"
)

// There is one Caddy in a process, so tests that load a configuration take turns.
var caddyInUse sync.Mutex

// globalOptions keep a test's Caddy from the admin port and from the disk.
const globalOptions = "{\n\tadmin off\n\tpersist_config off\n\tauto_https off\n\tgrace_period 1s\n%s}\n"

// adapt turns a Caddyfile into JSON.
func adapt(caddyfile string) ([]byte, error) {
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), map[string]any{"filename": "Caddyfile"})
	return config, err
}

// startCaddy loads a Caddyfile; global holds more global options, a line each.
// The Caddy is stopped when the test ends.
func startCaddy(t *testing.T, global, sites string) {
	t.Helper()
	caddyInUse.Lock()
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Errorf("stopping Caddy: %v", err)
		}
		caddyInUse.Unlock()
	})
	loadCaddy(t, global, sites)
}

// loadCaddy replaces the running configuration and waits until the one before
// has let go of its addresses: a server that shuts down hangs up on whom it has
// just accepted, with a gate or without, and no client repeats a request that
// fails on a new connection.
func loadCaddy(t *testing.T, global, sites string) {
	t.Helper()
	config, err := adapt(fmt.Sprintf(globalOptions, global) + sites)
	if err != nil {
		t.Fatalf("adapting the Caddyfile: %v\n%s", err, sites)
	}
	if err := load(string(config)); err != nil {
		t.Fatalf("loading the configuration: %v\n%s", err, sites)
	}
	awaitServer(t, func() error { return shared(config) })
}

// shared is an error if two configurations listen on an address of this one.
func shared(config []byte) error {
	var tree struct {
		Apps struct {
			HTTP struct {
				Servers map[string]struct{ Listen []string }
			}
		}
	}
	if err := json.Unmarshal(config, &tree); err != nil {
		return err
	}
	for _, server := range tree.Apps.HTTP.Servers {
		for _, listen := range server.Listen {
			address, err := caddy.ParseNetworkAddress(listen)
			if err != nil {
				return err
			}
			if n := caddy.ListenerUsage(address.Network, address.JoinHostPort(0)); n != 1 {
				return fmt.Errorf("%d servers listen on %s", n, listen)
			}
		}
	}
	return nil
}

// freePort gives a port that nobody has, on any address: sites without bind
// listen on all.
func freePort(t testing.TB) int {
	t.Helper()
	return freePorts(t, 1)[0]
}

// freePorts gives several ports that nobody has. No two are the same, as those
// of several calls may be.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	ports, err := freeport.Some(n)
	if err != nil {
		t.Fatal(err)
	}
	return ports
}

// gate starts a Caddy with one site: the options within a statusgate block,
// then the directives behind it. It returns the site's URL.
func gate(t *testing.T, options, behind string) string {
	t.Helper()
	port := freePort(t)
	startCaddy(t, "", gateSite(port, options, behind))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

func gateSite(port int, options, behind string) string {
	return fmt.Sprintf("http://127.0.0.1:%d {\n\tstatusgate {\n\t\t%s\n\t}\n\t%s\n}\n", port,
		strings.ReplaceAll(strings.TrimSpace(steady(options)), "\n", "\n\t\t"), strings.ReplaceAll(strings.TrimSpace(behind), "\n", "\n\t"))
}

// steady has a gate draw the same Retry-After each time, unless the options say
// otherwise: tests compare whole answers.
func steady(options string) string {
	if strings.Contains(options, "retry_after ") {
		return options
	}
	return "retry_after 5s 5s\n" + options
}

// answer is a response that was read to its end.
type answer struct {
	*http.Response
	body string
}

// fetch makes a request and reads the whole response.
func fetch(t *testing.T, method, url, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		req.Body = http.NoBody
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return do(t, http.DefaultTransport, req)
}

func do(t *testing.T, transport http.RoundTripper, req *http.Request) answer {
	t.Helper()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: reading the body: %v", req.Method, req.URL, err)
	}
	return answer{resp, string(b)}
}

// within fails the test if something does not happen in time.
func within(t *testing.T, limit time.Duration, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s did not happen within %v", what, limit)
	}
}

// asCaddy makes the tests' program the Caddy that xcaddy.sh builds.
const asCaddy = "STATUSGATE_TESTS_AS_CADDY"

// caddyCommand is a command of that Caddy, in the root of the repository.
func caddyCommand(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), asCaddy+"=1", "HOME="+t.TempDir())
	return cmd
}

func TestMain(m *testing.M) {
	if os.Getenv(asCaddy) != "" {
		caddycmd.Main()
		return
	}
	os.Exit(m.Run())
}
