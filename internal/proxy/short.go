package proxy

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/headers"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// shortWay is what the options of a handler come to for the requests that need
// nothing else.
type shortWay struct {
	proxy     *reverseproxy.Handler
	transport http.RoundTripper
	policy    reverseproxy.Selector
	targets   map[*reverseproxy.Upstream]*target
	trusted   []netip.Prefix
	askOps    []*headers.HeaderOps // on requests: the transport's, then the user's
	answerOps *headers.RespHeaderOps
	atOnce    bool // flush each write
	logger    *zap.Logger
	taken     []string // keys of inFlight
}

// target is an upstream, and what reverse_proxy says of it.
type target struct {
	upstream *reverseproxy.Upstream
	dial     reverseproxy.DialInfo
	boxed    any // dial, for contexts
	address  string
	active   *active
}

// inFlight counts the requests on the short way to an upstream, over all handlers
// and configurations.
var inFlight = caddy.NewUsagePool()

type active struct{ atomic.Int64 }

// Destruct implements [caddy.Destructor].
func (*active) Destruct() error { return nil }

// newShortWay makes one of a handler that is provisioned.
func newShortWay(ctx caddy.Context, h *reverseproxy.Handler) (*shortWay, error) {
	s := &shortWay{
		proxy: h, transport: h.Transport, policy: h.LoadBalancing.SelectionPolicy, atOnce: h.FlushInterval < 0, logger: ctx.Logger(),
		targets: make(map[*reverseproxy.Upstream]*target, len(h.Upstreams)),
	}
	if t, ok := h.Transport.(reverseproxy.RequestHeaderOpsTransport); ok {
		if ops := t.RequestHeaderOps(); ops != nil {
			if err := ops.Provision(ctx); err != nil {
				return nil, err
			}
			s.askOps = append(s.askOps, ops)
		}
	}
	if h.Headers != nil {
		if h.Headers.Request != nil {
			s.askOps = append(s.askOps, h.Headers.Request)
		}
		s.answerOps = h.Headers.Response
	}
	for _, text := range h.TrustedProxies {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, err
		}
		s.trusted = append(s.trusted, prefix)
	}
	for _, u := range h.Upstreams {
		s.targets[u] = newTarget(u)
		s.taken = append(s.taken, u.String())
	}
	return s, nil
}

// newTarget takes a reference to the count of an upstream.
func newTarget(u *reverseproxy.Upstream) *target {
	addr, _ := addressOf(u) // needs has asked
	count, _ := inFlight.LoadOrStore(u.String(), new(active))
	dial := reverseproxy.DialInfo{
		Upstream: u, Network: addr.Network, Address: addr.JoinHostPort(0), Host: addr.Host, Port: strconv.Itoa(int(addr.StartPort)),
	}
	return &target{upstream: u, dial: dial, boxed: dial, address: dial.String(), active: count.(*active)}
}

// release gives back what newShortWay has taken. A short way that is nil has taken
// nothing.
func (s *shortWay) release() {
	if s == nil {
		return
	}
	for _, key := range s.taken {
		_, _ = inFlight.Delete(key)
	}
	s.taken = nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// dialInfoKey is where transports look for the upstream. Caddy exports the type of
// the key and what reads it, [reverseproxy.GetDialInfo], but not the key.
const dialInfoKey caddy.CtxKey = "reverse_proxy.dial_info"
