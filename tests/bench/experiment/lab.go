// Package experiment measures what a request costs a gateway, beside its rivals
// and against its targets.
package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/statusgate/statusgate/tests/bench/proxy"
	"github.com/statusgate/statusgate/tests/overload/lab"
	"github.com/statusgate/statusgate/tests/overload/process"
)

// Lab is where experiments are made.
type Lab struct {
	*lab.Lab
	host    proxy.Host
	root    string // of the repository
	target  *process.Process
	backend string // host and port of the target
	client  string // program
	core    int    // of the client and the target
	shipped shipped
	missing []string  // what is not compared, and why
	thrown  int       // passes that were thrown away
	busy    int       // passes that count although others were busy
	cases   []summed  // for the summary
	noise   []float64 // how far the same lay apart, as a share
	update  bool      // docs/bench and the pages that have figures
}

// Numbers of rounds, unless another one is asked for.
const (
	rounds      = 6
	shortRounds = 3
)

// Open builds and starts what the experiments need. Close ends all that was
// started and removes what was written.
func Open(ctx context.Context, options lab.Options, update bool) (*Lab, error) {
	root, err := filepath.Abs(filepath.Join(options.Module, "..", ".."))
	if err != nil {
		return nil, err
	}
	if options.Rounds <= 0 {
		options.Rounds = rounds
		if options.Short {
			options.Rounds = shortRounds
		}
	}
	if update {
		options.Out = filepath.Join(root, "docs", "bench")
		if err := os.MkdirAll(options.Out, 0o750); err != nil {
			return nil, err
		}
	}
	common, err := lab.New("bench", options)
	if err != nil {
		return nil, err
	}
	l := &Lab{Lab: common, root: root, update: update, host: proxy.Host{Keeper: common.Keeper, Ports: common.Ports}}
	if err := l.open(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (lab *Lab) open(ctx context.Context) (err error) {
	if lab.core, lab.host.Core, err = cores(); err != nil {
		return err
	}
	if lab.host.Env, err = exec.LookPath("env"); err != nil {
		return err
	}
	if lab.host.Taskset, err = exec.LookPath("taskset"); err != nil {
		return fmt.Errorf("servers are pinned to cores by taskset: %w", err)
	}
	if lab.host.Priority = lab.Nice; lab.Nice != 0 {
		if lab.host.Nice, err = exec.LookPath("nice"); err != nil {
			return err
		}
	}
	if lab.shipped, err = readShipped(lab.root); err != nil {
		return err
	}
	lab.Say("building Caddy with Statusgate and without, the backend and the client")
	if err := lab.build(ctx); err != nil {
		return err
	}
	if lab.backend, err = lab.Ports.Free(); err != nil {
		return err
	}
	command := lab.host.Pinned(lab.core, nil, filepath.Join(lab.Dir, "target"), "-listen", lab.backend, "-socket", lab.socket())
	if lab.target, err = lab.Keeper.Start(lab.Dir, command[0], command[1:]...); err != nil {
		return err
	}
	return lab.target.Listens(ctx, lab.backend)
}

// socket is where the backend listens, too.
func (lab *Lab) socket() string { return filepath.Join(lab.Dir, "target.sock") }

// build builds the programs of this module, and looks for those of the system.
func (lab *Lab) build(ctx context.Context) error {
	programs := []string{"./cmd/stock", "./cmd/target", "./cmd/client"}
	gateway := lab.Caddy
	if gateway == "" {
		programs = append(programs, "./cmd/gateway")
		gateway = filepath.Join(lab.Dir, "gateway")
	}
	if err := process.GoBuild(ctx, lab.Module, lab.Dir, programs...); err != nil {
		return err
	}
	lab.client = filepath.Join(lab.Dir, "client")
	lab.host.Programs = map[proxy.Kind]string{proxy.Gateway: gateway, proxy.Stock: filepath.Join(lab.Dir, "stock")}
	for _, kind := range []proxy.Kind{proxy.Nginx, proxy.HAProxy} {
		if lab.host.Programs[kind] = process.Find(string(kind)); lab.host.Programs[kind] == "" {
			lab.missing = append(lab.missing, fmt.Sprintf("%s is not installed", kind))
		}
	}
	lab.missing = append(lab.missing, "Traefik has no Debian package, and its module does not build from what the module proxy has")
	return nil
}

// has tells whether a program is there.
func (lab *Lab) has(kind proxy.Kind) bool { return lab.host.Programs[kind] != "" }

var errCores = errors.New("two cores are needed: one for the proxy, one for the client and the backend")
