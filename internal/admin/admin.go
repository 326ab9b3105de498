// Package admin answers on Caddy's admin endpoint what an operator asks about the
// gates of the running configuration. It only tells: nothing can be changed there.
// Who may ask is for Caddy's own access control of the endpoint.
package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/internal/overload"
)

func init() {
	caddy.RegisterModule(API{})
}

// API is the module of the admin endpoint. It has no configuration.
type API struct{}

// CaddyModule returns the Caddy module information.
func (API) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "admin.api.statusgate",
		New: func() caddy.Module { return new(API) },
	}
}

// routes are what can be asked: a path, and what is told of the gates that run. An
// answer is written as JSON.
var routes = []struct {
	path string
	tell func(gates []*Gate, r *http.Request) (answer any, err error)
}{
	{"/statusgate/gates", tellGates},
	{"/statusgate/unknown", tellUnknown},
	{"/statusgate/suspects", tellSuspects},
	{"/statusgate/drift", tellDrift},
	{"/statusgate/drift/overlay", tellOverlay},
}

// Routes implements [caddy.AdminRouter].
func (API) Routes() []caddy.AdminRoute {
	list := make([]caddy.AdminRoute, 0, len(routes)+1)
	for _, route := range routes {
		list = append(list, caddy.AdminRoute{
			Pattern: route.path,
			Handler: caddy.AdminHandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				if r.Method != http.MethodGet && r.Method != http.MethodHead {
					w.Header().Set("Allow", "GET, HEAD")
					return caddy.APIError{HTTPStatus: http.StatusMethodNotAllowed, Err: fmt.Errorf("method %s is not allowed here", r.Method)}
				}
				answer, err := route.tell(running(), r)
				if err != nil {
					return err
				}
				w.Header().Set("Content-Type", "application/json")
				encoder := json.NewEncoder(w)
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				return encoder.Encode(answer)
			}),
		})
	}
	return append(list, caddy.AdminRoute{Pattern: overload.TracePath, Handler: caddy.AdminHandlerFunc(overload.ServeTrace)})
}

// Gate is a gate with what its configuration says of it.
type Gate struct {
	*exchange.Gate
	// Profile is the word of its contract.
	Profile string
	// Rules are the texts of its rules in their order.
	Rules []string
	// Templates are those of the resources that are declared.
	Templates []string
	// Documents are the files of the API descriptions.
	Documents []string

	registry *prometheus.Registry // of its configuration
}

// gates are those that were provisioned, in their order. Some may be of a
// configuration that does not run: one that is loaded, or that is going.
var gates struct {
	sync.Mutex
	list []*Gate
}

// Add makes a gate known. The registry is that of its configuration. Remove is to be
// called once, when the gate goes.
func Add(registry *prometheus.Registry, gate *Gate) (remove func()) {
	gate.registry = registry
	gates.Lock()
	defer gates.Unlock()
	gates.list = append(gates.list, gate)
	return func() {
		gates.Lock()
		defer gates.Unlock()
		gates.list = slices.DeleteFunc(gates.list, func(g *Gate) bool { return g == gate })
	}
}

// running are the gates of the configuration that runs.
func running() []*Gate {
	ctx := caddy.ActiveContext()
	registry := ctx.GetMetricsRegistry()
	gates.Lock()
	defer gates.Unlock()
	var list []*Gate
	for _, g := range gates.list {
		if g.registry == registry {
			list = append(list, g)
		}
	}
	return list
}

// Interface guards
var (
	_ caddy.Module      = API{}
	_ caddy.AdminRouter = API{}
)
