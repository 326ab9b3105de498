// Package experiment measures what a request costs a gateway, beside its rivals
// and against its targets.
package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/statusgate/statusgate/tests/overload/process"
	"github.com/statusgate/statusgate/tests/overload/rival"

	"github.com/statusgate/statusgate/tests/bench/proxy"
)

// Options are how experiments are made.
type Options struct {
	Module string // directory of this Go module
	Caddy  string // the gateway to take; "": build one
	Out    string // folder of the plots; "": draw none
	Rounds int    // how often each is measured; 0: 6, or 3 in the short form
	Short  bool   // leave out what takes long, and take less time for the rest
	Log    io.Writer
}

// Lab is where experiments are made.
type Lab struct {
	Options
	host    proxy.Host
	dir     string
	root    string // of the repository
	target  *process.Process
	backend string // host and port of the target
	client  string // program
	core    int    // of the client and the target
	shipped []string
	missing []string // what is not compared, and why
	thrown  int      // measurements that were thrown away
	busy    int      // of them, those that were not repeated often enough to count
	trials  int
}

// Numbers of rounds, unless another one is asked for.
const (
	rounds      = 6
	shortRounds = 3
)

// Open builds and starts what the experiments need. Close ends all that was
// started and removes what was written.
func Open(ctx context.Context, options Options) (*Lab, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	lab := &Lab{Options: options, dir: dir, host: proxy.Host{Keeper: process.NewKeeper(), Ports: rival.NewPorts()}}
	if lab.Rounds <= 0 {
		lab.Rounds = rounds
		if lab.Short {
			lab.Rounds = shortRounds
		}
	}
	if err := lab.open(ctx); err != nil {
		lab.Close()
		return nil, err
	}
	return lab, nil
}

func (lab *Lab) open(ctx context.Context) (err error) {
	if lab.root, err = filepath.Abs(filepath.Join(lab.Module, "..", "..")); err != nil {
		return err
	}
	if lab.core, lab.host.Core, err = cores(); err != nil {
		return err
	}
	if lab.host.Env, err = exec.LookPath("env"); err != nil {
		return err
	}
	if lab.host.Taskset, err = exec.LookPath("taskset"); err != nil {
		return fmt.Errorf("servers are pinned to cores by taskset: %w", err)
	}
	if lab.shipped, err = lab.environment(); err != nil {
		return err
	}
	lab.say("building Caddy with Statusgate and without, the backend and the client")
	if err := lab.build(ctx); err != nil {
		return err
	}
	if lab.backend, err = lab.host.Ports.Free(); err != nil {
		return err
	}
	command := lab.host.Pinned(lab.core, nil, filepath.Join(lab.dir, "target"), "-listen", lab.backend)
	if lab.target, err = lab.host.Keeper.Start(lab.dir, command[0], command[1:]...); err != nil {
		return err
	}
	return proxy.Listens(ctx, lab.target, lab.backend)
}

// Close ends all processes and removes all files but the plots.
func (lab *Lab) Close() {
	lab.host.Keeper.Close()
	_ = os.RemoveAll(lab.dir)
}

func (lab *Lab) say(format string, values ...any) {
	_, _ = fmt.Fprintf(lab.Log, time.Now().Format(time.TimeOnly)+" "+format+"\n", values...)
}

// environment is what packaging/statusgate.env sets.
func (lab *Lab) environment() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(lab.root, "packaging", "statusgate.env")) //nolint:gosec // this repository's
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	return all, nil
}

// flags of all builds of Caddy.
const (
	tags   = "-tags=nobadger,nomysql,nopgx"
	linker = "-ldflags=-s -w"
)

// build builds the programs of this module, and looks for those of the system.
func (lab *Lab) build(ctx context.Context) error {
	programs := []string{"./cmd/stock", "./cmd/target", "./cmd/client"}
	gateway := lab.Caddy
	if gateway == "" {
		programs = append(programs, "./cmd/gateway")
		gateway = filepath.Join(lab.dir, "gateway")
	}
	arguments := append([]string{"build", "-trimpath", linker, tags, "-o", lab.dir + string(filepath.Separator)}, programs...)
	if err := lab.goTool(ctx, arguments...); err != nil {
		return err
	}
	lab.client = filepath.Join(lab.dir, "client")
	lab.host.Programs = map[proxy.Kind]string{proxy.Gateway: gateway, proxy.Stock: filepath.Join(lab.dir, "stock")}
	for _, kind := range []proxy.Kind{proxy.Nginx, proxy.HAProxy} {
		path, err := find(string(kind))
		if err != nil {
			lab.missing = append(lab.missing, fmt.Sprintf("%s is not installed", kind))
			continue
		}
		lab.host.Programs[kind] = path
	}
	lab.missing = append(lab.missing, "Traefik has no package here and its module does not build by itself")
	return nil
}

// goTool runs the go command in this module.
func (lab *Lab) goTool(ctx context.Context, arguments ...string) error {
	command := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // no foreign input
	command.Dir = lab.Module
	command.Env = append(os.Environ(), "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, output)
	}
	return nil
}

// find looks for a program of the system, also where those for the
// administrator are.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	path := filepath.Join("/usr/sbin", name)
	_, err := os.Stat(path)
	return path, err
}

// has tells whether a program is there.
func (lab *Lab) has(kind proxy.Kind) bool { return lab.host.Programs[kind] != "" }

// directory makes a folder for one trial.
func (lab *Lab) directory() (string, error) {
	lab.trials++
	dir := filepath.Join(lab.dir, fmt.Sprintf("trial%d", lab.trials))
	return dir, os.Mkdir(dir, 0o700)
}

var errCores = errors.New("two cores are needed: one for the proxy, one for the client and the backend")
