// Package lab is what experiments with gateways have in common: where they are
// made, how they are chosen, and what they come to as Markdown.
package lab

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statusgate/statusgate/tests/overload/process"
)

// Options are how experiments are made.
type Options struct {
	Module string // directory of the Go module
	Caddy  string // the Caddy with Statusgate to take; "": build one
	Out    string // folder of the plots and the report; "": draw none
	Lock   string // file that is locked while something is timed; "": none
	Nice   int    // niceness of what is measured, where that can be chosen
	Rounds int    // how often each is measured, where that can be chosen; 0: as often as is usual
	Short  bool   // leave out what takes long, and take less time for the rest
	Log    io.Writer
}

// Lab is where experiments are made.
type Lab struct {
	Options
	Dir      string // for all that is built and written meanwhile
	Keeper   *process.Keeper
	Ports    *process.Ports
	trials   atomic.Int64
	logMutex sync.Mutex
}

// New makes a lab. Close ends all that was started in it and removes what was
// written.
func New(name string, options Options) (*Lab, error) {
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		return nil, err
	}
	return &Lab{Options: options, Dir: dir, Keeper: process.NewKeeper(), Ports: process.NewPorts()}, nil
}

// Close ends all processes and removes all files but the report and the plots.
func (lab *Lab) Close() {
	lab.Keeper.Close()
	_ = os.RemoveAll(lab.Dir)
}

// Say writes a line to the log.
func (lab *Lab) Say(format string, values ...any) {
	lab.logMutex.Lock()
	defer lab.logMutex.Unlock()
	_, _ = fmt.Fprintf(lab.Log, time.Now().Format(time.TimeOnly)+" "+format+"\n", values...)
}

// Directory makes a folder for one trial.
func (lab *Lab) Directory() (string, error) {
	dir := filepath.Join(lab.Dir, fmt.Sprintf("trial%d", lab.trials.Add(1)))
	return dir, os.Mkdir(dir, 0o700)
}

// Quiet waits until nobody else who takes the same lock measures, and returns
// what lets others measure again.
func (lab *Lab) Quiet(ctx context.Context) (leave func(), err error) {
	if lab.Lock == "" {
		return func() {}, ctx.Err()
	}
	file, err := os.OpenFile(lab.Lock, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	leave = func() { _ = file.Close() }
	locked := make(chan error, 1)
	// Who only asks now and then would never have its turn among others that wait.
	go func() { locked <- lock(file) }()
	select {
	case err := <-locked:
		if err != nil {
			leave()
			return nil, fmt.Errorf("locking %s: %w", lab.Lock, err)
		}
		return leave, nil
	case <-ctx.Done():
		go func() {
			<-locked
			_ = file.Close()
		}()
		return nil, ctx.Err()
	}
}
