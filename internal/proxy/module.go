// Package proxy is the Caddy module http.handlers.statusgate_proxy: a reverse_proxy
// with a short way for requests that need little of it.
package proxy

import (
	"fmt"
	"net/http"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

const directive = "statusgate_proxy"

func init() {
	caddy.RegisterModule(Handler{})
	httpcaddyfile.RegisterHandlerDirective(directive, parseCaddyfile)
	httpcaddyfile.RegisterDirectiveOrder(directive, httpcaddyfile.After, "reverse_proxy")
}

// Handler is `reverse_proxy`, with the same options, at a lower cost.
//
// Requests that need little of `reverse_proxy` go a short way: backends, clients,
// placeholders and logs see no difference. All others are left to `reverse_proxy`
// itself, and so is every request if one of these is configured: dynamic upstreams,
// an upstream with a placeholder, `max_requests`, retries, passive health checks,
// a circuit breaker, a policy that counts requests, buffers, `rewrite`,
// `handle_response`, a positive `flush_interval`, `verbose_logs`, header operations
// on `Connection`, `Upgrade` or `Incremental`, the PROXY protocol, or a transport
// other than `http` and `direct`. The log says at the level debug what it is.
//
// Of a single request these are left to `reverse_proxy`: upgrades and CONNECT,
// HTTP/3, bodies of unknown length, trailers, `TE`, `Incremental`, early data,
// fields that `Connection` names, and a request that another proxy has had before.
//
// Requests on the short way are not in the counts of Caddy's admin endpoint
// `/reverse_proxy/upstreams`, nor seen by the limits of other handlers for the
// same upstream: Caddy lets nobody else count.
//
// The placeholder `{http.statusgate_proxy.way}` is `short` or `long`.
type Handler struct {
	reverseproxy.Handler

	short *shortWay // nil if every request is left to reverse_proxy
}

// CaddyModule returns the Caddy module information.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.statusgate_proxy",
		New: func() caddy.Module { return new(Handler) },
	}
}

// Provision sets up reverse_proxy, and the short way if the options allow it.
func (h *Handler) Provision(ctx caddy.Context) error {
	reasons := needs(&h.Handler) // what is loaded is no longer there to look at
	if err := h.Handler.Provision(ctx); err != nil {
		return err
	}
	reasons = append(reasons, transportNeeds(h.Transport)...)
	if len(reasons) > 0 {
		ctx.Logger().Debug("every request is left to reverse_proxy", zap.Strings("because_of", reasons))
		return nil
	}
	short, err := newShortWay(ctx, &h.Handler)
	if err != nil {
		return fmt.Errorf("short way: %w", err)
	}
	h.short = short
	return nil
}

// Cleanup gives back what was taken for upstreams.
func (h *Handler) Cleanup() error {
	h.short.release()
	return h.Handler.Cleanup()
}

// ServeHTTP hands a request to an upstream, and its answer to the client.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	repl := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if h.short != nil {
		if x := h.short.take(w, r, repl); x != nil {
			return x.serve()
		}
	}
	retire(repl)
	repl.Set(wayKey, "long")
	return h.Handler.ServeHTTP(w, r, next)
}

// parseCaddyfile reads the directive, whose options are those of reverse_proxy.
func parseCaddyfile(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(Handler)
	if err := h.UnmarshalCaddyfile(helper.Dispenser); err != nil {
		return nil, err
	}
	if err := h.FinalizeUnmarshalCaddyfile(helper); err != nil {
		return nil, err
	}
	return h, nil
}

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
