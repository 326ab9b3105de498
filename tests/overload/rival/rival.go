// Package rival starts the gateways that are compared: Caddy with and without
// Statusgate's shedding, HAProxy and nginx, each as its makers would have it.
package rival

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/statusgate/statusgate/tests/overload/process"
)

// Rival is a gateway with its configuration.
type Rival struct {
	Name  string
	Sheds bool // whether it is Caddy with shed, and has its metrics
	start func(site site) (program string, arguments []string, config string)
}

// site is what a configuration is made for.
type site struct {
	tools     process.Tools
	directory string
	listen    string   // host and port
	admin     string   // host and port for administration
	upstreams []string // hosts and ports of the backends
}

// file is where the configuration of a site is.
func (s site) file() string { return filepath.Join(s.directory, "gateway.conf") }

// Gateway is a rival that runs.
type Gateway struct {
	Process *process.Process
	Address string // host and port where it serves
	admin   string
	config  string
}

// Host is where gateways run.
type Host struct {
	Keeper *process.Keeper
	Tools  process.Tools
	Ports  *process.Ports
}

// Start starts the gateway in front of the backends. The directory, which must
// be there, gets its configuration and what else it writes.
func (r Rival) Start(ctx context.Context, host Host, directory string, upstreams ...string) (*Gateway, error) {
	listen, err := host.Ports.Free()
	if err != nil {
		return nil, err
	}
	admin, err := host.Ports.Free()
	if err != nil {
		return nil, err
	}
	s := site{host.Tools, directory, listen, admin, upstreams}
	program, arguments, config := r.start(s)
	if program == "" {
		return nil, fmt.Errorf("the program of %q is not installed", r.Name)
	}
	p, err := host.Keeper.Serve(ctx, directory, s.file(), config, listen, append([]string{program}, arguments...)...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	return &Gateway{Process: p, Address: listen, admin: admin, config: config}, nil
}

// Stop ends the gateway.
func (g *Gateway) Stop() { g.Process.Kill() }
