//go:build unix

package transport_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/statusgate/statusgate/internal/cputime"
	"github.com/statusgate/statusgate/transport"
)

func startBenchBackend(b *testing.B) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TRANSPORT_BENCH_BACKEND=1", "GOMAXPROCS=1")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(address)
}

// BenchmarkExchange measures the processor time of an exchange beside net/http's
// transport: both take turns within one run, since only their ratio counts.
func BenchmarkExchange(b *testing.B) {
	url := startBenchBackend(b)
	for _, bench := range []struct {
		name, method string
		size, body   int
	}{{"GET1KiB", "GET", 1 << 10, 0}, {"POST1KiB", "POST", 100, 1 << 10}, {"GET64KiB", "GET", 64 << 10, 0}, {"GET1MiB", "GET", 1 << 20, 0}} {
		b.Run(bench.name, func(b *testing.B) {
			own := transport.New(transport.Config{})
			defer own.Close()
			std := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256}
			defer std.CloseIdleConnections()
			var spent [2]time.Duration
			const turns = 10
			for turn := range 2 * turns {
				rt := []http.RoundTripper{std, own}[turn%2]
				before := cputime.Used()
				exchanges(b, rt, bench.method, fmt.Sprintf("%s/%d", url, bench.size), bench.body, b.N/turns+1)
				spent[turn%2] += cputime.Used() - before
			}
			n := float64(turns * (b.N/turns + 1))
			b.ReportMetric(float64(spent[0].Microseconds())/n, "std-cpu-µs")
			b.ReportMetric(float64(spent[1].Microseconds())/n, "own-cpu-µs")
			b.ReportMetric(float64(spent[1])/float64(spent[0]), "ratio")
		})
	}
}

// serverBody reads like the body of a server's request.
type serverBody struct{ io.Reader }

func (serverBody) Close() error { return nil }

// exchanges makes n of them, 64 at a time.
func exchanges(b *testing.B, rt http.RoundTripper, method, url string, size, n int) {
	b.Helper()
	body := bytes.Repeat([]byte("x"), size)
	var wg sync.WaitGroup
	todo := make(chan struct{}, n)
	for range n {
		todo <- struct{}{}
	}
	close(todo)
	for range 64 {
		wg.Go(func() {
			buf := make([]byte, 32<<10)
			for range todo {
				req, _ := http.NewRequestWithContext(b.Context(), method, url, nil)
				req.Header = http.Header{"User-Agent": {"bench"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Proto": {"http"}, "X-Forwarded-Host": {"127.0.0.1"}}
				if size > 0 {
					req.Body, req.ContentLength = serverBody{bytes.NewReader(body)}, int64(size)
				}
				res, err := rt.RoundTrip(req)
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, res.Body, buf); err != nil {
					b.Error(err)
				}
				res.Body.Close()
			}
		})
	}
	wg.Wait()
}
