package jobdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// server is the HTTP server of a Caddy that does not listen, as a handler.
func server(tb testing.TB, gate, behind string) http.Handler {
	tb.Helper()
	text := fmt.Sprintf(caddyfile, tb.TempDir(), "", "127.0.0.1:1", "", gate, behind)
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), nil)
	if err != nil {
		tb.Fatal(err)
	}
	var c caddy.Config
	if err := json.Unmarshal(config, &c); err != nil {
		tb.Fatal(err)
	}
	ctx, err := caddy.ProvisionContext(&c)
	if err != nil {
		tb.Fatal(err)
	}
	app, err := ctx.App("http")
	if err != nil {
		tb.Fatal(err)
	}
	for _, s := range app.(*caddyhttp.App).Servers {
		return s
	}
	tb.Fatal("no server")
	return nil
}

// BenchmarkAnsweredInTime is what a request costs that might become a job and is
// answered in time, beside one without jobs: through a server of net/http, to a
// backend over a connection.
func BenchmarkAnsweredInTime(b *testing.B) {
	backend := httptest.NewServer(says("done"))
	defer backend.Close()
	proxy := "reverse_proxy " + strings.TrimPrefix(backend.URL, "http://")
	for _, method := range []string{"GET", "POST"} {
		content := ""
		if method == "POST" {
			content = strings.Repeat("x", 1024)
		}
		for _, gate := range []string{"", "jobs {\n match path /*\n}"} {
			name := method + "/without"
			if gate != "" {
				name = method + "/with"
			}
			b.Run(name, func(b *testing.B) {
				front := httptest.NewServer(server(b, gate, proxy))
				defer front.Close()
				b.ReportAllocs()
				for b.Loop() {
					once(b, method, front.URL, content)
				}
			})
		}
	}
}

func once(tb testing.TB, method, uri, content string) {
	r, err := http.NewRequestWithContext(context.Background(), method, uri, strings.NewReader(content))
	if err != nil {
		tb.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, a.Body)
	a.Body.Close()
	if a.StatusCode != 200 {
		tb.Fatal(a.StatusCode)
	}
}

// A request that is answered in time costs little more than one without jobs. The
// two take turns, and the middle of many ratios counts, so that what else the machine
// does is in both.
func TestWhatAnsweredInTimeCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector costs more")
	}
	backend := httptest.NewServer(says("done"))
	defer backend.Close()
	proxy := "reverse_proxy " + strings.TrimPrefix(backend.URL, "http://")
	without := httptest.NewServer(server(t, "", proxy))
	defer without.Close()
	with := httptest.NewServer(server(t, "jobs {\n match path /*\n}", proxy))
	defer with.Close()
	for method, limit := range map[string]float64{"GET": 1.03, "POST": 1.10} {
		content := ""
		if method == "POST" {
			content = strings.Repeat("x", 1024)
		}
		var ratios []float64
		for range 12 {
			cost := func(uri string) time.Duration {
				began := processorTime()
				var clients sync.WaitGroup
				for range 8 {
					clients.Go(func() {
						for range 40 {
							once(t, method, uri, content)
						}
					})
				}
				clients.Wait()
				return processorTime() - began
			}
			a, b := cost(without.URL), cost(with.URL)
			c, d := cost(with.URL), cost(without.URL)
			ratios = append(ratios, float64(b+c)/float64(a+d))
		}
		slices.Sort(ratios)
		middle := ratios[len(ratios)/2]
		t.Logf("%s: %.3f of the processor time without jobs (%.3f to %.3f), the client's and the backend's included", method, middle, ratios[len(ratios)/4], ratios[len(ratios)*3/4])
		if middle > limit+0.10 { // a machine that is busy is no fault of ours
			t.Errorf("%s: %.3f", method, middle)
		}
	}
}
