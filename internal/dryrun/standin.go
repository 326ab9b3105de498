package dryrun

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/exchange"
)

// The modules are known to Caddy by these names, once a configuration was loaded.
const (
	standInName   = "statusgate_dry_run"
	transportName = "statusgate_dry_run"
)

// registerModules makes the modules known. A Caddy that serves has none of them.
var registerModules = sync.OnceFunc(func() {
	caddy.RegisterModule(standIn{})
	caddy.RegisterModule(transport{})
})

// The roles of a standIn.
const (
	roleGate    = "gate"    // tells that a gate is entered
	roleStatic  = "static"  // answers, unless it is the backend and that is scripted
	roleBackend = "backend" // is the backend
	rolePass    = "pass"    // lets requests pass, and is the backend where nobody else is
)

// standIn takes the place of a handler.
type standIn struct {
	Handler string `json:"handler,omitempty"`
	Role    string `json:"role,omitempty"`
	// Name is the module of the handler.
	Name string `json:"name,omitempty"`
	// Place is the number of a gate.
	Place int `json:"place,omitempty"`
	// InnerRaw is the handler, where it runs.
	InnerRaw json.RawMessage `json:"inner,omitempty" caddy:"namespace=http.handlers inline_key=handler"`

	inner caddyhttp.MiddlewareHandler
}

// CaddyModule implements [caddy.Module].
func (standIn) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers." + standInName, New: func() caddy.Module { return new(standIn) }}
}

// Provision implements [caddy.Provisioner].
func (h *standIn) Provision(ctx caddy.Context) error {
	if h.InnerRaw == nil {
		return nil
	}
	inner, err := ctx.LoadModule(h, "InnerRaw")
	if err != nil {
		return err
	}
	h.inner = inner.(caddyhttp.MiddlewareHandler)
	if h.Role == roleGate {
		ctx.Context.Value(stageKey{}).(*Stage).gates[h.Place].gate = inner.(gated).Gate()
	}
	return nil
}

// gated is a handler that is a gate.
type gated interface{ Gate() *exchange.Gate }

// ServeHTTP implements [caddyhttp.MiddlewareHandler].
func (h *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	run := runOf(r.Context())
	switch h.Role {
	case roleGate:
		defer run.enter(h.Place)()
		return h.inner.ServeHTTP(w, r, next)
	case roleStatic:
		if run.atBackend() && run.script.given() {
			return run.answer(w, r, h.Name)
		}
		run.asked(h.Name, true)
		return h.inner.ServeHTTP(w, r, next)
	case rolePass:
		before := run.answers
		err := next.ServeHTTP(w, r)
		if err != nil || run.answers > before || !run.atBackend() {
			run.note("%s does not run: it lets every request pass", h.Name)
			return err
		}
	}
	return run.answer(w, r, h.Name)
}

// transport takes the place of the transport of a reverse proxy.
type transport struct {
	// Compression and MaxResponseHeaderSize are as those of Caddy's http transport.
	Compression           *bool `json:"compression,omitempty"`
	MaxResponseHeaderSize int64 `json:"max_response_header_size,omitempty"`
	// Asks says that the server is only asked whether a request may go on.
	Asks bool `json:"asks,omitempty"`
}

// CaddyModule implements [caddy.Module].
func (transport) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.reverse_proxy.transport." + transportName, New: func() caddy.Module { return new(transport) }}
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	run := runOf(r.Context())
	if t.Asks {
		run.note("a server that is only asked whether the request may go on (%s) says yes", r.URL.Host)
		return empty(r, http.StatusOK), nil
	}
	return run.roundTrip(r, t, "reverse_proxy "+r.URL.Host)
}

// empty is an answer without a body.
func empty(r *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Length": {"0"}}, Body: http.NoBody, Request: r,
	}
}

// answer answers as the backend, where that is no reverse proxy.
func (r *run) answer(w http.ResponseWriter, req *http.Request, who string) error {
	asked := req.Clone(req.Context())
	asked.URL.Scheme, asked.URL.Host, asked.RequestURI = "http", "backend", ""
	response, err := r.roundTrip(asked, &transport{}, who)
	if err != nil {
		return asHandlerError(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read, or broke off
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	if _, err = io.Copy(w, response.Body); err != nil {
		panic(http.ErrAbortHandler) // as a proxy does
	}
	return nil
}

// asHandlerError gives an error the status that reverse_proxy gives it.
func asHandlerError(err error) error {
	status := http.StatusBadGateway
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		status = 499
	case errors.As(err, &timeout) && timeout.Timeout():
		status = http.StatusGatewayTimeout
	}
	return caddyhttp.Error(status, err)
}

// Interface guards
var (
	_ caddy.Provisioner           = (*standIn)(nil)
	_ caddyhttp.MiddlewareHandler = (*standIn)(nil)
	_ http.RoundTripper           = (*transport)(nil)
)
