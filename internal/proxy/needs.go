package proxy

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/headers"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/statusgate/statusgate/internal/direct"
)

// needs names the options, as JSON has them, that only reverse_proxy can do. It
// looks at a handler that is not provisioned.
func needs(h *reverseproxy.Handler) []string {
	var names []string
	for _, option := range []struct {
		name string
		set  bool
	}{
		{"circuit_breaker", h.CBRaw != nil},
		{"dynamic_upstreams", h.DynamicUpstreamsRaw != nil},
		{"flush_interval", h.FlushInterval > 0},
		{"request_buffers", h.RequestBuffers != 0},
		{"response_buffers", h.ResponseBuffers != 0},
		{"rewrite", h.Rewrite != nil},
		{"handle_response", len(h.HandleResponse) > 0},
		{"verbose_logs", h.VerboseLogs},
		{"health_checks.passive", h.HealthChecks != nil && h.HealthChecks.Passive != nil},
		{"headers", touchesConnection(h.Headers)},
	} {
		if option.set {
			names = append(names, option.name)
		}
	}
	names = append(names, loadBalancingNeeds(h.LoadBalancing)...)
	return append(names, upstreamNeeds(h.Upstreams)...)
}

func loadBalancingNeeds(lb *reverseproxy.LoadBalancing) []string {
	if lb == nil {
		return nil
	}
	var names []string
	if lb.Retries != 0 {
		names = append(names, "load_balancing.retries")
	}
	if lb.TryDuration != 0 {
		names = append(names, "load_balancing.try_duration")
	}
	if len(lb.RetryMatchRaw) > 0 {
		names = append(names, "load_balancing.retry_match")
	}
	if lb.SelectionPolicyRaw != nil && !isPlain(lb.SelectionPolicyRaw) {
		names = append(names, "load_balancing.selection_policy")
	}
	return names
}

// plainPolicies choose by the request and by what is healthy. The others choose by
// requests in flight, which only reverse_proxy counts, or are not known.
var plainPolicies = []string{
	"client_ip_hash", "cookie", "first", "header", "ip_hash", "query", "random", "round_robin", "uri_hash", "weighted_round_robin",
}

// isPlain tells of a policy and of those that it falls back to.
func isPlain(policy json.RawMessage) bool {
	var p struct {
		Policy   string
		Fallback json.RawMessage
	}
	if json.Unmarshal(policy, &p) != nil || !slices.Contains(plainPolicies, p.Policy) {
		return false
	}
	return p.Fallback == nil || isPlain(p.Fallback)
}

func upstreamNeeds(pool reverseproxy.UpstreamPool) []string {
	var names []string
	if slices.ContainsFunc(pool, func(u *reverseproxy.Upstream) bool { return u.MaxRequests != 0 }) {
		names = append(names, "upstreams.max_requests")
	}
	if slices.ContainsFunc(pool, func(u *reverseproxy.Upstream) bool { _, ok := addressOf(u); return !ok }) {
		names = append(names, "upstreams.dial")
	}
	return names
}

// addressOf is where an upstream is, unless that differs from request to request, or
// reverse_proxy has to say what is wrong with it.
func addressOf(u *reverseproxy.Upstream) (caddy.NetworkAddress, bool) {
	addr, err := caddy.ParseNetworkAddress(u.Dial)
	return addr, err == nil && addr.PortRangeSize() == 1 && !strings.Contains(u.Dial, "{")
}

// touchesConnection: operations on the request may make an upgrade or an
// incremental request of it.
func touchesConnection(h *headers.Handler) bool {
	if h == nil || h.Request == nil {
		return false
	}
	touched := func(field string) bool {
		switch http.CanonicalHeaderKey(field) {
		case "Connection", "Upgrade", "Incremental":
			return true
		}
		return strings.Contains(field, "{")
	}
	for field := range h.Request.Add {
		if touched(field) {
			return true
		}
	}
	for field := range h.Request.Set {
		if touched(field) {
			return true
		}
	}
	return false
}

// transportNeeds tells of a transport that is provisioned.
func transportNeeds(transport http.RoundTripper) []string {
	var options *reverseproxy.HTTPTransport
	switch t := transport.(type) {
	case *reverseproxy.HTTPTransport:
		options = t
	case *direct.Transport:
		options = &t.HTTPTransport
	default:
		return []string{"transport"}
	}
	if options.ProxyProtocolEnabled() {
		return []string{"transport.proxy_protocol"}
	}
	return nil
}
