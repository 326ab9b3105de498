package tests

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

const (
	pageTransport = "docs/transport.md"
	directMetrics = "caddy_statusgate_direct_"
)

// exposeDirect reads the metrics of a reverse_proxy with the transport direct.
func exposeDirect(t *testing.T) exposition {
	t.Helper()
	port := freePort(t)
	startCaddy(t, "", fmt.Sprintf("http://127.0.0.1:%d {\n\tmetrics /metrics\n\t%s\n}\n", port, direct("127.0.0.1:1")))
	return expose(fetch(t, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/metrics", port), "").body)
}

// TestDocsMetricsOfTheTransport: each series has its row with its type.
func TestDocsMetricsOfTheTransport(t *testing.T) {
	got := exposeDirect(t)
	var told, there []string
	for _, row := range tableUnder(t, readFile(t, pageTransport), "metric") {
		name := inCode(row[0])[0]
		told = append(told, name)
		if row[1] != got.types[name] {
			t.Errorf("the page calls %s a %s, it is a %q", name, row[1], got.types[name])
		}
	}
	for name := range got.types {
		if strings.HasPrefix(name, directMetrics) {
			there = append(there, name)
		}
	}
	sameWords(t, "series", "the page", told, "the endpoint", there)
	for _, page := range docPages(t) {
		for _, series := range regexp.MustCompile(directMetrics+`\w+`).FindAllString(readFile(t, page), -1) {
			if got.types[series] == "" {
				t.Errorf("%s names %s, which is not there", page, series)
			}
		}
	}
}

// TestDocsOptionsOfTheTransport: the page names each option of the transport http,
// as the Caddyfile has it.
func TestDocsOptionsOfTheTransport(t *testing.T) {
	page := readFile(t, pageTransport)
	for _, option := range []string{
		"read_buffer", "write_buffer", "read_timeout", "write_timeout", "max_response_header", "proxy_protocol", "forward_proxy_url", "network_proxy",
		"dial_timeout", "dial_fallback_delay", "response_header_timeout", "expect_continue_timeout", "resolvers", "tls", "keepalive", "keepalive_interval",
		"keepalive_idle_conns", "keepalive_idle_conns_per_host", "versions", "compression", "max_conns_per_host", "local_address",
	} {
		if !strings.Contains(page, "`"+option+"`") && !strings.Contains(page, "`"+option+" ") {
			t.Errorf("the page does not name %s", option)
		}
	}
}
