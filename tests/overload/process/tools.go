package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Tools are the programs of an experiment. One that is missing is "".
type Tools struct {
	Caddy, Backend string // built from this repository
	HAProxy, Nginx string // of the system
}

// Build builds the programs of the module in a directory into another one, and
// looks for those of the system. If a Caddy is given, that is taken instead of
// one that is built.
func Build(ctx context.Context, module, into, caddy string) (Tools, error) {
	programs := "./cmd/..."
	if caddy != "" {
		programs = "./cmd/backend"
	}
	if err := GoBuild(ctx, module, into, programs); err != nil {
		return Tools{}, err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	if caddy == "" {
		caddy = filepath.Join(into, "caddy"+suffix)
	}
	return Tools{
		Caddy:   caddy,
		Backend: filepath.Join(into, "backend"+suffix),
		HAProxy: Find("haproxy"),
		Nginx:   Find("nginx"),
	}, nil
}

// GoBuild builds packages of the module in a directory into another one, as
// xcaddy.sh builds Caddy.
func GoBuild(ctx context.Context, module, into string, packages ...string) error {
	arguments := append([]string{
		"build", "-trimpath", "-ldflags=-s -w", "-tags=nobadger,nomysql,nopgx", "-o", into + string(filepath.Separator),
	}, packages...)
	return GoTool(ctx, module, nil, arguments...)
}

// GoTool runs the go command in the directory of a module, with further
// variables.
func GoTool(ctx context.Context, module string, environment []string, arguments ...string) error {
	command := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // no foreign input
	command.Dir = module
	command.Env = append(append(os.Environ(), "GOWORK=off"), environment...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, output)
	}
	return nil
}

// Find looks for a program of the system, also where those for the
// administrator are. It is "" if there is none.
func Find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join("/usr/sbin", name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
