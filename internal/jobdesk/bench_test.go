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

	"github.com/statusgate/statusgate/internal/cputime"
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
// answered in time, through a server of net/http, to a backend over a connection. The
// ratio is to the processor time of one without jobs; the two take turns, and the
// client's and the backend's time is in both.
func BenchmarkAnsweredInTime(b *testing.B) {
	backend := httptest.NewServer(says("done"))
	defer backend.Close()
	proxy := "reverse_proxy " + strings.TrimPrefix(backend.URL, "http://")
	without := httptest.NewServer(server(b, "", proxy))
	defer without.Close()
	with := httptest.NewServer(server(b, "jobs {\n match path /*\n}", proxy))
	defer with.Close()
	for method, content := range map[string]string{"GET": "", "POST": strings.Repeat("x", 1024)} {
		b.Run(method, func(b *testing.B) {
			var ratios []float64
			for b.Loop() {
				first, second := cost(b, method, without.URL, content), cost(b, method, with.URL, content)
				third, fourth := cost(b, method, with.URL, content), cost(b, method, without.URL, content)
				ratios = append(ratios, float64(second+third)/float64(first+fourth))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
		})
	}
}

// cost is the processor time of 320 requests by eight clients.
func cost(tb testing.TB, method, uri, content string) time.Duration {
	began := cputime.Used()
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for range 40 {
				once(tb, method, uri, content)
			}
		})
	}
	clients.Wait()
	return cputime.Used() - began
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
