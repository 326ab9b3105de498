package tests

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// While the configuration changes again and again, every request that reaches
// Caddy gets a whole answer, of the old configuration or of the new one.
func TestNoRequestFailsWhileTheConfigurationChanges(t *testing.T) {
	const clients, reloads = 4, 20
	port := freePort(t)
	upstream := newScenarioBackend(t)
	backends.Store(t.Name(), answers(520, "<h1>origin</h1>", asHTML))
	defer backends.Delete(t.Name())
	config := func(generation int) string {
		options := "retry_after 5s"
		if generation%2 == 1 {
			options = "map 520 500\nmethods GET HEAD"
		}
		return scenarioSite("localhost", port, options, "", "reverse_proxy "+upstream)
	}
	startCaddy(t, scenarioGlobal, config(0))

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	var answered atomic.Int64
	for client := range clients {
		transport := scenarioTransport(t, port, []string{"h1", "h2"}[client%2])
		running.Go(func() {
			for ctx.Err() == nil && answered.Add(1) < 200000 {
				if err := requestDuringReload(t, transport, port); err != nil {
					t.Errorf("client %d: %v", client, err)
					return
				}
			}
		})
	}
	for generation := 1; generation <= reloads; generation++ {
		before := answered.Load()
		loadCaddy(t, scenarioGlobal, config(generation))
		for answered.Load() < before+clients && !t.Failed() { // requests meet each configuration
			if err := requestDuringReload(t, http.DefaultTransport, port); err != nil {
				t.Fatalf("after reload %d: %v", generation, err)
			}
		}
	}
	stop()
	running.Wait()
	t.Logf("%d requests during %d reloads", answered.Load(), reloads)
}

func requestDuringReload(t *testing.T, transport http.RoundTripper, port int) error {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://localhost:%d/", port), nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Scenario", "TestNoRequestFailsWhileTheConfigurationChanges")
	// Where a reload takes the listener over, Caddy without any gate resets
	// connections that it has not accepted yet. Clients repeat a GET then.
	resp, err := transport.RoundTrip(req)
	for tries := 0; err != nil && tries < 20 && t.Context().Err() == nil; tries++ {
		resp, err = transport.RoundTrip(req)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != 503 && resp.StatusCode != 500 || !strings.Contains(string(body), fmt.Sprintf(`"status":%d`, resp.StatusCode)) ||
		resp.Header.Get("Proxy-Status") != "statusgate; received-status=520" {
		return fmt.Errorf("got %s, %q, %s, want 503 or 500 for a 520", resp.Status, resp.Header, body)
	}
	return nil
}

func TestAConfigurationThatFailsLeavesTheRunningOneAlone(t *testing.T) {
	port := freePort(t)
	startCaddy(t, scenarioGlobal, scenarioSite("localhost", port, "", "", "respond 520"))
	config, err := adapt(fmt.Sprintf(globalOptions, scenarioGlobal) + scenarioSite("localhost", port, "", "", "respond 200"))
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(config), `"handler":"statusgate"`, `"handler":"statusgate","contract":"none"`, 1)
	if err := load(broken); err == nil || !strings.Contains(err.Error(), "contract") {
		t.Errorf("loading %s: got %v, want an error about the contract", broken, err)
	}
	if got := fetch(t, http.MethodGet, fmt.Sprintf("http://localhost:%d/", port), ""); got.StatusCode != 503 {
		t.Errorf("after a failed reload: got %s, want 503", got.Status)
	}
}
