package proxy

import (
	"net/http"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
)

const (
	// wayKey is the placeholder that tells which way a request went.
	wayKey = "http.statusgate_proxy.way"

	// exchangeKey gives the exchange itself, to the next proxy of the request.
	exchangeKey = "http.statusgate_proxy.exchange"
)

// told is what an exchange has for placeholders.
type told struct {
	requests, fails int
	begin           time.Time
	latency         time.Duration
	whole           time.Duration // with the answer's body
	total           time.Duration
	status          string
	code            int // 0 before there is an answer
	header          http.Header
	tried           bool // there will be no other attempt
	ended           bool
	retired         bool // another proxy has the request
}

func (t *told) answered(res *http.Response) {
	t.code, t.status, t.header = res.StatusCode, res.Status, res.Header
}

func (t *told) end() {
	t.total = time.Since(t.begin)
	t.ended = true
}

// retire silences the placeholders of an earlier exchange of a request: those of
// the next proxy count.
func retire(repl *caddy.Replacer) {
	if earlier, ok := repl.Get(exchangeKey); ok {
		earlier.(*exchange).retired = true
	}
}

// placeholder implements [caddy.ReplacerFunc], with those of reverse_proxy.
func (x *exchange) placeholder(key string) (any, bool) {
	name, ok := strings.CutPrefix(key, "http.reverse_proxy.")
	switch {
	case ok && !x.retired:
		return x.value(name)
	case key == wayKey:
		return "short", true
	case key == exchangeKey:
		return x, true
	}
	return nil, false
}

func (x *exchange) value(name string) (any, bool) {
	if field, ok := strings.CutPrefix(name, "header."); ok {
		values, ok := x.header[field]
		return strings.Join(values, ","), ok
	}
	if part, ok := strings.CutPrefix(name, "upstream."); ok {
		return x.upstreamValue(part)
	}
	switch name {
	case "status_code":
		return x.code, x.code != 0
	case "status_text":
		return x.status, x.code != 0
	case "retries":
		return 0, x.tried
	case "duration":
		return x.total, x.ended
	case "duration_ms":
		return milliseconds(x.total), x.ended
	}
	return nil, false
}

func (x *exchange) upstreamValue(name string) (any, bool) {
	switch name {
	case "address":
		return x.to.address, true
	case "hostport":
		return x.to.dial.Address, true
	case "host":
		return x.to.dial.Host, true
	case "port":
		return x.to.dial.Port, true
	case "requests":
		return x.requests, true
	case "max_requests":
		return x.to.upstream.MaxRequests, true
	case "fails":
		return x.fails, true
	case "latency":
		return x.latency, x.code != 0
	case "latency_ms":
		return milliseconds(x.latency), x.code != 0
	case "duration":
		return x.whole, x.whole != 0
	case "duration_ms":
		return milliseconds(x.whole), x.whole != 0
	}
	return nil, false
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
