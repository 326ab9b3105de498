// Package experiment overloads gateways, each in front of a backend that
// manages 200 requests a second, and says how they fare.
package experiment

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
	"github.com/statusgate/statusgate/tests/overload/lab"
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

// Lab is where experiments are made.
type Lab struct {
	*lab.Lab
	host   rival.Host
	noShed error // why there is no shedding
	rooms  rooms
	update bool // the pages of the repository that have figures
}

// Open builds what the experiments need. Close ends all that was started and
// removes what was written. With update the figures of the repository are
// brought up to date.
func Open(ctx context.Context, options lab.Options, update bool) (*Lab, error) {
	common, err := lab.New("overload", options)
	if err != nil {
		return nil, err
	}
	if update && common.Out == "" {
		common.Out = common.Dir // the plot has to be drawn
	}
	l := &Lab{
		Lab:    common,
		host:   rival.Host{Keeper: common.Keeper, Ports: common.Ports},
		rooms:  rooms{free: budget},
		update: update,
	}
	l.Say("building Caddy and the backend")
	if l.host.Tools, err = process.Build(ctx, l.Module, l.Dir, l.Caddy); err != nil {
		l.Close()
		return nil, err
	}
	if l.noShed = rival.CanShed(ctx, l.host.Tools, l.Dir); l.noShed != nil {
		l.Say("%v", l.noShed)
	}
	return l, nil
}

// CanShed tells why there is no shedding, or nil.
func (lab *Lab) CanShed() error { return lab.noShed }

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
