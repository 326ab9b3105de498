// Package direct is the Caddy module http.reverse_proxy.transport.direct: package
// transport with the options of Caddy's own transport.
package direct

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/statusgate/statusgate/transport"
)

func init() {
	caddy.RegisterModule(Transport{})
}

// Transport is a transport of `reverse_proxy` that costs less than `http`: it has
// no goroutines per connection. It also is stricter about which connection
// may carry another request.
//
// It speaks HTTP/1.1 over TCP, TLS and Unix sockets. The options are those of
// `http`, with these differences:
//
//   - `keep_alive.max_idle_conns_per_host` is 256 by default, and
//     `keep_alive.max_idle_conns` 2048.
//   - `compression` is off by default: `http` asks backends for gzip where clients
//     ask for nothing, and decompresses.
//   - 1xx responses are bounded: 1000 for a request, and
//     `max_response_header_size` is for all of them and the final one.
//
// What it does not do itself it hands to `http`: everything if one of these is
// configured: `resolver`, `proxy_protocol`, `forward_proxy_url`, `network_proxy`,
// `local_address`, `compression`, the versions `h2c` and `3`, a TLS server name
// with a placeholder; or a proxy by the environment. A backend that speaks HTTP/2
// over TLS is left to `http` unless `versions` is only `1.1`. So is everything on
// systems other than Linux, macOS and the BSDs.
type Transport struct {
	reverseproxy.HTTPTransport

	direct *transport.Direct // nil if everything is handed over
}

// CaddyModule returns the Caddy module information.
func (Transport) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.reverse_proxy.transport.direct",
		New: func() caddy.Module { return new(Transport) },
	}
}

// Provision sets up both transports.
func (t *Transport) Provision(ctx caddy.Context) error {
	reason := t.handedOver()
	limits := t.limits()
	if err := t.HTTPTransport.Provision(ctx); err != nil {
		return err
	}
	if reason != "" {
		ctx.Logger().Debug("everything is left to the transport http", zap.String("because_of", reason))
		return nil
	}
	pools, err := poolsOf(ctx.GetMetricsRegistry())
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	t.direct = transport.New(t.config(limits))
	pools.add(t.direct)
	return nil
}

// UnmarshalCaddyfile reads the block of options. The transport http passes over an
// argument, and over the block behind it.
func (t *Transport) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the transport's name
	if d.NextArg() {
		return d.Errf("transport direct: unexpected %q: options stand in a block", d.Val())
	}
	d.Reset()
	return t.HTTPTransport.UnmarshalCaddyfile(d)
}

// limits are what is configured, before the defaults of the transport http.
func (t *Transport) limits() transport.Limits {
	limits := transport.Limits{ConnsPerHost: t.MaxConnsPerHost, ResponseHeader: t.MaxResponseHeaderSize}
	if t.KeepAlive != nil {
		limits.Idle, limits.IdlePerHost = t.KeepAlive.MaxIdleConns, t.KeepAlive.MaxIdleConnsPerHost
	}
	return limits
}

// config translates the options. The defaults of the transport http are set.
func (t *Transport) config(limits transport.Limits) transport.Config {
	config := transport.Config{
		Dial:              t.dialer().DialContext,
		Address:           address,
		DisableKeepAlives: t.Transport.DisableKeepAlives || limits.IdlePerHost < 0,
		ReadBufferSize:    t.ReadBufferSize,
		WriteBufferSize:   t.WriteBufferSize,
		Limits:            limits,
		Timeouts: transport.Timeouts{
			ResponseHeader: time.Duration(t.ResponseHeaderTimeout),
			ExpectContinue: time.Duration(t.ExpectContinueTimeout),
			Idle:           t.Transport.IdleConnTimeout,
			Read:           time.Duration(t.ReadTimeout),
			Write:          time.Duration(t.WriteTimeout),
		},
	}
	if t.TLS != nil {
		config.Timeouts.TLSHandshake = time.Duration(t.TLS.HandshakeTimeout)
		config.TLS = new(tls.Config)
		if t.Transport.TLSClientConfig != nil {
			config.TLS = t.Transport.TLSClientConfig.Clone()
		}
		config.Other = &t.HTTPTransport
	}
	return config
}

// dialer dials as the transport http does.
func (t *Transport) dialer() *net.Dialer {
	interval := time.Duration(t.KeepAlive.ProbeInterval)
	return &net.Dialer{
		Timeout:         time.Duration(t.DialTimeout),
		FallbackDelay:   time.Duration(t.FallbackDelay),
		KeepAlive:       interval,
		KeepAliveConfig: net.KeepAliveConfig{Enable: interval > 0, Interval: interval},
	}
}

// address is where reverse_proxy wants a request to go. Its active health checks
// may go elsewhere: they are told by the URL.
func address(req *http.Request) (network, address string) {
	if info, ok := reverseproxy.GetDialInfo(req.Context()); ok {
		return info.Network, info.Address
	}
	return transport.URLAddress(req)
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.direct == nil {
		return t.HTTPTransport.RoundTrip(req)
	}
	t.SetScheme(req)
	res, err := t.direct.RoundTrip(req)
	if err != nil {
		return nil, forRetries(err)
	}
	return res, nil
}

// forRetries lets reverse_proxy see that a request can go elsewhere.
func forRetries(err error) error {
	if e, ok := errors.AsType[*transport.DialError](err); ok && e.Untouched {
		return &dialError{reverseproxy.NewDialError(e.Err), e.Err}
	}
	return err
}

// dialError is the error that reverse_proxy knows, which does not unwrap, and its
// cause.
type dialError struct {
	reverseproxy.DialError
	cause error
}

// Unwrap gives both.
func (e *dialError) Unwrap() []error { return []error{e.DialError, e.cause} }

// Cleanup closes idle connections. Those in use are closed when their exchange is
// over.
func (t *Transport) Cleanup() error {
	if t.direct != nil {
		t.direct.Close()
	}
	return t.HTTPTransport.Cleanup()
}

// Interface guards
var (
	_ caddy.Provisioner                                = (*Transport)(nil)
	_ caddy.CleanerUpper                               = (*Transport)(nil)
	_ caddyfile.Unmarshaler                            = (*Transport)(nil)
	_ http.RoundTripper                                = (*Transport)(nil)
	_ reverseproxy.TLSTransport                        = (*Transport)(nil)
	_ reverseproxy.H2CTransport                        = (*Transport)(nil)
	_ reverseproxy.HealthCheckSchemeOverriderTransport = (*Transport)(nil)
	_ reverseproxy.ProxyProtocolTransport              = (*Transport)(nil)
	_ reverseproxy.RequestHeaderOpsTransport           = (*Transport)(nil)
)
