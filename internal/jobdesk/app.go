package jobdesk

import (
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// AppID is the name of the app.
const AppID = "statusgate_jobs"

// App looks after the jobs of a configuration from its start to its stop. It comes
// with the gates that have jobs, and has no settings.
type App struct {
	ctx   caddy.Context
	desks []*Desk
}

// CaddyModule returns the Caddy module information.
func (*App) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "statusgate_jobs", New: func() caddy.Module { return new(App) }}
}

// Provision keeps the context.
func (a *App) Provision(ctx caddy.Context) error {
	a.ctx = ctx
	return nil
}

// Add has the app look after the jobs of a desk. It is called while the
// configuration is provisioned.
func (a *App) Add(d *Desk) { a.desks = append(a.desks, d) }

// Start implements [caddy.App].
func (a *App) Start() error {
	for _, d := range a.desks {
		d.Start()
	}
	return nil
}

// Stop implements [caddy.App]. It comes before the storage of the configuration is
// closed.
func (a *App) Stop() error {
	until := time.Now().Add(a.grace())
	for _, d := range a.desks {
		d.Stop(max(time.Until(until), 0))
	}
	return nil
}

// endlessGrace is how long jobs get where the grace period has no end.
const endlessGrace = 5 * time.Second

// grace is how long jobs that run get when they are to end.
func (a *App) grace() time.Duration {
	app, err := a.ctx.AppIfConfigured("http")
	if err != nil {
		return endlessGrace
	}
	if http, ok := app.(*caddyhttp.App); ok && http.GracePeriod > 0 {
		return time.Duration(http.GracePeriod)
	}
	return endlessGrace
}

// Interface guards
var (
	_ caddy.App         = (*App)(nil)
	_ caddy.Provisioner = (*App)(nil)
)
