package jobdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/jobs"
)

// keepers are those of all configurations, by namespace and storage. One that the
// next configuration has too goes on as it is, with the jobs that run.
var keepers = caddy.NewUsagePool()

// keeper is a keeper of the pool, and the desks that use it. The storage of a
// configuration may be closed with it, so each desk brings its own.
type keeper struct {
	*jobs.Keeper
	key string
	// answers has room for the answers that are kept at a time: each takes buffers, of
	// the proxy's and of ours.
	answers chan struct{}

	mu    sync.Mutex
	desks []*Desk // the oldest first
	last  *Desk   // when there is none any more
	stop  context.CancelFunc
}

const (
	// maxAnswers is how many answers are kept at a time.
	maxAnswers = 16
	// answerWait is how long an answer waits for those before it. One that trickles
	// does not stop the others for longer.
	answerWait = time.Minute
)

// admit waits until there is room for an answer. The function that it returns gives
// the room back.
func (k *keeper) admit(ctx context.Context) (leave func()) {
	timer := time.NewTimer(answerWait)
	defer timer.Stop()
	select {
	case k.answers <- struct{}{}:
		return func() { <-k.answers }
	case <-timer.C:
	case <-ctx.Done():
	}
	return func() {}
}

// takeKeeper takes a reference to the keeper of a desk, and makes it if there is
// none.
func takeKeeper(d *Desk) *keeper {
	key := d.Name + "\x00" + identity(d.Storage)
	value, _, _ := keepers.LoadOrNew(key, func() (caddy.Destructor, error) { // it does not fail
		k := &keeper{key: key, answers: make(chan struct{}, maxAnswers)}
		k.Keeper = jobs.NewKeeper(d.Name, func() jobs.Storage { return k.desk().Storage }, k.watch())
		return k, nil
	})
	k := value.(*keeper)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.desks = append(k.desks, d)
	return k
}

// identity tells storages apart: the same settings are the same storage.
func identity(s jobs.Storage) string {
	if named, ok := s.(fmt.Stringer); ok {
		return named.String()
	}
	if settings, err := json.Marshal(s); err == nil && string(settings) != "{}" {
		return fmt.Sprintf("%T%s", s, settings)
	}
	return fmt.Sprintf("%T%p", s, s)
}

// desk is the one whose storage and metrics are in use: the oldest that is not
// closed, for the others may be of a configuration that never comes into force.
func (k *keeper) desk() *Desk {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.desks) == 0 {
		return k.last
	}
	return k.desks[0]
}

// deskOf is the desk of a gate whose metrics are in use.
func (k *keeper) deskOf(gate string) *Desk {
	k.mu.Lock()
	for _, d := range k.desks {
		if d.Gate == gate {
			k.mu.Unlock()
			return d
		}
	}
	k.mu.Unlock()
	return k.desk()
}

// showRunning shows how many jobs run at all gates that share them.
func (k *keeper) showRunning(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, d := range k.desks {
		d.metrics.running.Set(float64(n))
	}
}

// watch makes known what happens to jobs.
func (k *keeper) watch() jobs.Watch {
	return jobs.Watch{
		Running: k.showRunning,
		Ended:   func(job jobs.Job, gate string) { k.deskOf(gate).ended(&job) },
		Expired: func(n int) { k.desk().metrics.outcomes[expired].Add(float64(n)) },
		Failed:  func(err error) { k.desk().events.failed(err) },
	}
}

// start has the keeper do its work in the background.
func (k *keeper) start() {
	k.Reopen()
	k.showRunning(k.Running())
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stop != nil {
		return
	}
	var ctx context.Context
	ctx, k.stop = context.WithCancel(context.Background())
	go k.Serve(ctx)
}

// leave takes a desk away. With the last one the keeper ends its work: jobs that
// run get some time.
func (k *keeper) leave(d *Desk, grace time.Duration) {
	k.mu.Lock()
	i := slices.Index(k.desks, d)
	if i < 0 {
		k.mu.Unlock()
		return
	}
	k.desks = slices.Delete(k.desks, i, i+1)
	over := len(k.desks) == 0
	if over {
		k.last = d
	}
	stop := k.stop
	if over {
		k.stop = nil
	}
	k.mu.Unlock()
	if !over {
		return
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), grace, context.DeadlineExceeded)
	defer cancel()
	if n := k.Running(); n > 0 {
		d.Logger.Info("jobs are running; they get a grace period", zap.Int("jobs", n), zap.Duration("grace_period", grace))
	}
	k.Close(ctx)
	if stop != nil {
		stop()
	}
}

// Destruct implements [caddy.Destructor].
func (k *keeper) Destruct() error { return nil }

// Start has the jobs of the desk looked after. It is called when the configuration
// comes into force.
func (d *Desk) Start() { d.keeper.start() }

// Stop ends the use of the desk. Where no other desk has its jobs, they get some
// time to end, and are lost then.
func (d *Desk) Stop(grace time.Duration) { d.keeper.leave(d, grace) }

// Close gives the desk back. It is called once.
func (d *Desk) Close() error {
	d.Stop(0)
	_, err := keepers.Delete(d.keeper.key)
	return err
}

// inForce reports whether the configuration of the desk is still used.
func (d *Desk) inForce() bool {
	d.keeper.mu.Lock()
	defer d.keeper.mu.Unlock()
	return slices.Contains(d.keeper.desks, d)
}
