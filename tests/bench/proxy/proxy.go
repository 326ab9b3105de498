// Package proxy starts the gateways that are compared, each pinned to one core
// and held to one thread of work, with configurations that do the same.
package proxy

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/statusgate/statusgate/tests/overload/process"
)

// Kind is the program that a proxy runs.
type Kind string

// The programs that there are. Those of the system may be missing.
const (
	Gateway Kind = "gateway" // Caddy with Statusgate
	Stock   Kind = "stock"   // Caddy without it
	Nginx   Kind = "nginx"
	HAProxy Kind = "haproxy"
)

// Proxy is a program with a configuration.
type Proxy struct {
	Name string
	Kind Kind
	// Program is run instead of the one of the kind, if it is not "".
	Program string
	// Directives are what makes the difference: those of a site for Caddy, of a
	// server for nginx, of a frontend for HAProxy. BACKEND stands for the
	// backend's host and port.
	Directives string
	// Global are further lines: global options for Caddy, the http block's for
	// nginx, the backend's for HAProxy.
	Global string
	// Environment is for variables such as GOGC=400.
	Environment []string
	// Admin has Caddy listen for its administration, with the profiles.
	Admin bool
}

// Host is where proxies run.
type Host struct {
	Keeper   *process.Keeper
	Ports    *process.Ports
	Programs map[Kind]string
	Core     int // that of the proxies
	Taskset  string
	Env      string
	Nice     string // the nice command
	Priority int    // the niceness of all that is measured
}

// Running is a proxy that runs.
type Running struct {
	Process *process.Process
	Address string // host and port where it serves
	Admin   string // host and port of the administration, if it was asked for
}

// cleared are variables of the caller that would change what is measured.
var cleared = []string{"GOGC", "GOMEMLIMIT", "GODEBUG", "GOTRACEBACK"}

// Pinned is the command line of a program on one core with these variables.
func (h Host) Pinned(core int, environment []string, command ...string) []string {
	line := []string{h.Env}
	for _, name := range cleared {
		line = append(line, "-u", name)
	}
	line = append(line, "GOMAXPROCS=1")
	line = append(line, environment...)
	if h.Priority != 0 {
		line = append(line, h.Nice, "-n", strconv.Itoa(h.Priority))
	}
	if h.Taskset != "" {
		line = append(line, h.Taskset, "-c", strconv.Itoa(core))
	}
	return append(line, command...)
}

// Start starts a proxy in front of a backend. The directory, which must be
// there, gets its configuration and what else it writes.
func (p Proxy) Start(ctx context.Context, host Host, directory, backend string) (*Running, error) {
	listen, err := host.Ports.Free()
	if err != nil {
		return nil, err
	}
	admin := "off"
	if p.Admin {
		if admin, err = host.Ports.Free(); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(directory, "proxy.conf")
	config, arguments := p.configure(site{directory, file, listen, admin, backend})
	program := p.Program
	if program == "" {
		program = host.Programs[p.Kind]
	}
	command := host.Pinned(host.Core, p.Environment, append([]string{program}, arguments...)...)
	started, err := host.Keeper.Serve(ctx, directory, file, config, listen, command...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	return &Running{started, listen, admin}, nil
}
