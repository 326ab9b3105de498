package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", //nolint:gosec // no foreign input
		"-tags=nobadger,nomysql,nopgx", "-o", into+string(filepath.Separator), programs)
	build.Dir = module
	build.Env = append(os.Environ(), "GOWORK=off")
	if output, err := build.CombinedOutput(); err != nil {
		return Tools{}, fmt.Errorf("building Caddy and the backend: %w\n%s", err, output)
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
		HAProxy: find("haproxy"),
		Nginx:   find("nginx"),
	}, nil
}

// find looks for a program of the system, also where those for the
// administrator are.
func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if path := filepath.Join("/usr/sbin", name); !errors.Is(stat(path), os.ErrNotExist) {
		return path
	}
	return ""
}

func stat(path string) error {
	_, err := os.Stat(path)
	return err
}
