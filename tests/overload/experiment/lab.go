// Package experiment overloads gateways, each in front of a backend that
// manages 200 requests a second, and says how they fare.
package experiment

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/process"
	"github.com/statusgate/statusgate/tests/overload/rival"
)

// The backend of all experiments, small enough for the machine not to be what
// is measured.
const (
	workers  = 12
	mean     = 60 * time.Millisecond
	capacity = 200. // requests per second
	deadline = time.Second
)

// Names of the rivals.
const (
	nameShed  = "Caddy with shed"
	namePlain = "Caddy alone"
)

// Options are how experiments are made.
type Options struct {
	Module string // directory of this Go module
	Caddy  string // the Caddy to take; "": build one
	Out    string // folder of the plots; "": draw none
	Short  bool   // leave out what takes long, and take less time for the rest
	Log    io.Writer
}

// Lab is where experiments are made.
type Lab struct {
	Options
	host     rival.Host
	dir      string
	noShed   error // why there is no shedding
	rooms    rooms
	trials   atomic.Int64
	logMutex sync.Mutex
}

// Open builds what the experiments need. Close ends all that was started and
// removes what was written.
func Open(ctx context.Context, options Options) (*Lab, error) {
	dir, err := os.MkdirTemp("", "overload")
	if err != nil {
		return nil, err
	}
	lab := &Lab{
		Options: options,
		host:    rival.Host{Keeper: process.NewKeeper(), Ports: rival.NewPorts()},
		dir:     dir,
		rooms:   rooms{free: budget},
	}
	lab.say("building Caddy and the backend")
	if lab.host.Tools, err = process.Build(ctx, options.Module, dir, options.Caddy); err != nil {
		lab.Close()
		return nil, err
	}
	if lab.noShed = rival.CanShed(ctx, lab.host.Tools, dir); lab.noShed != nil {
		lab.say("%v", lab.noShed)
	}
	return lab, nil
}

// Close ends all processes and removes all files but the plots.
func (lab *Lab) Close() {
	lab.host.Keeper.Close()
	_ = os.RemoveAll(lab.dir)
}

// CanShed tells why there is no shedding, or nil.
func (lab *Lab) CanShed() error { return lab.noShed }

func (lab *Lab) say(format string, values ...any) {
	lab.logMutex.Lock()
	defer lab.logMutex.Unlock()
	_, _ = fmt.Fprintf(lab.Log, time.Now().Format(time.TimeOnly)+" "+format+"\n", values...)
}

// ordinary is the backend of most experiments.
func ordinary() backend.Settings {
	return backend.Settings{Workers: workers, Mean: mean, Shape: backend.Exponential}
}

// rivals are all gateways that are there, ours first.
func (lab *Lab) rivals() []rival.Rival {
	var all []rival.Rival
	if lab.noShed == nil {
		all = append(all, rival.Shed(nameShed, "", ""))
	}
	all = append(all, rival.Plain(namePlain, ""))
	if lab.host.Tools.HAProxy != "" {
		all = append(all,
			rival.HAProxy(fmt.Sprintf("HAProxy, maxconn %d", workers), workers),
			rival.HAProxy(fmt.Sprintf("HAProxy, maxconn %d", 10*workers), 10*workers))
	}
	if lab.host.Tools.Nginx != "" {
		all = append(all,
			rival.Nginx(fmt.Sprintf("nginx, limit_conn %d", workers), workers),
			rival.Nginx(fmt.Sprintf("nginx, limit_conn %d", 10*workers), 10*workers))
	}
	return all
}

// ours is Caddy with shed, if it is there, and Caddy alone to compare.
func (lab *Lab) ours(options, policy string) []rival.Rival {
	all := []rival.Rival{rival.Plain(namePlain, policy)}
	if lab.noShed == nil {
		all = append([]rival.Rival{rival.Shed(nameShed, options, policy)}, all...)
	}
	return all
}

// budget is how many requests a second may be made at a time, over all trials
// that run side by side.
const budget = 2400

// rooms shares the machine out among trials, first come first served.
type rooms struct {
	mu    sync.Mutex
	free  int
	queue []*seeker
}

type seeker struct {
	need  int
	ready chan struct{}
}

// enter waits for room, and returns what gives it back.
func (r *rooms) enter(ctx context.Context, need int) (leave func(), err error) {
	need = min(need, budget)
	s := &seeker{need: need, ready: make(chan struct{})}
	r.mu.Lock()
	r.queue = append(r.queue, s)
	r.admit()
	r.mu.Unlock()
	leave = func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.free += need
		r.admit()
	}
	select {
	case <-s.ready:
		return leave, nil
	case <-ctx.Done():
		// All are on their way out: nobody needs the room any more.
		return nil, ctx.Err()
	}
}

func (r *rooms) admit() {
	for len(r.queue) > 0 && r.queue[0].need <= r.free {
		r.free -= r.queue[0].need
		close(r.queue[0].ready)
		r.queue = r.queue[1:]
	}
}

// directory makes a folder for one trial.
func (lab *Lab) directory() (string, error) {
	dir := filepath.Join(lab.dir, fmt.Sprintf("trial%d", lab.trials.Add(1)))
	return dir, os.Mkdir(dir, 0o700)
}
