// Package dryrun takes single exchanges through the gates of a configuration that
// nobody serves: the very handlers of Caddy and of the gate, a client in memory in
// front of them, and behind them a backend that answers as it is told.
//
// [Load] provisions matchers and what changes requests or answers. Whatever would
// open a file, a port or a connection stands aside: of a reverse proxy all runs but
// its transport, health checks and choice of servers; other handlers that answer by
// themselves are replaced by the backend; handlers that are not known let every
// request pass. Nothing listens, and nothing is written.
package dryrun

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/exchange"
)

// Stage is a configuration through which exchanges can be taken, one at a time.
type Stage struct {
	cancel  context.CancelFunc
	servers []*server
	gates   []*Gate
	mu      sync.Mutex // held by the exchange that is under way
}

// Gate is a gate of the configuration.
type Gate struct {
	// Name is the name of the gate.
	Name string
	// At is where it stands in the Caddyfile, as file:line, "" if unknown.
	At string
	// Way are the matchers that a request meets on its way to the gate, outermost
	// first, in words.
	Way []string

	server    *server
	hosts     []string // of the sites that lead to it; none: all
	named     bool     // within a named route, which any site may invoke
	resources []string // the templates of the declared ones
	says      string   // what it adapts to
	where     func(option string) string
	gate      *exchange.Gate
}

// Gate is the gate that serves.
func (g *Gate) Gate() *exchange.Gate { return g.gate }

// Gates are the gates of the configuration, in the order of the configuration.
func (s *Stage) Gates() []*Gate { return slices.Clone(s.gates) }

// Load provisions a configuration. The Stage is to be closed.
func Load(src *Source) (*Stage, error) {
	registerModules()
	prepared, err := prepare(src.JSON)
	if err != nil {
		return nil, err
	}
	src.locate(prepared.gates)
	cfg := &caddy.Config{
		Admin:   &caddy.AdminConfig{Disabled: true},
		Logging: &caddy.Logging{Logs: map[string]*caddy.CustomLog{"default": {BaseLog: caddy.BaseLog{Level: "FATAL"}}}},
	}
	base, err := caddy.ProvisionContext(cfg)
	if err != nil {
		return nil, err
	}
	cfg.AppsRaw = prepared.apps // for a matcher that asks for one
	s := &Stage{servers: prepared.servers, gates: prepared.gates}
	base.Context = context.WithValue(base.Context, stageKey{}, s)
	ctx, cancel := caddy.NewContext(base)
	s.cancel = cancel
	app, err := ctx.LoadModuleByID("http", prepared.http)
	if err != nil {
		cancel()
		return nil, err
	}
	for _, srv := range s.servers {
		srv.open(app.(*caddyhttp.App).Servers[srv.name])
	}
	return s, nil
}

// Close gives back what Load took.
func (s *Stage) Close() error {
	errs := make([]error, 0, len(s.servers))
	for _, srv := range s.servers {
		errs = append(errs, srv.close())
	}
	s.cancel()
	return errors.Join(errs...)
}

// stageKey is where the modules find their Stage.
type stageKey struct{}
