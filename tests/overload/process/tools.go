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
// looks for those of the system.
func Build(ctx context.Context, module, into string) (Tools, error) {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", //nolint:gosec // no foreign input
		"-tags=nobadger,nomysql,nopgx", "-o", into+string(filepath.Separator), "./cmd/...")
	build.Dir = module
	build.Env = append(os.Environ(), "GOWORK=off")
	if output, err := build.CombinedOutput(); err != nil {
		return Tools{}, fmt.Errorf("building Caddy and the backend: %w\n%s", err, output)
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	return Tools{
		Caddy:   filepath.Join(into, "caddy"+suffix),
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
