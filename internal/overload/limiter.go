package overload

import (
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/shed"
)

// limiters are those of all configurations by name. One that the next
// configuration has too goes on as it is: with those in flight, those who wait
// and what it has learned of the backend. During a reload both configurations
// use it, so that the backend never gets twice the requests.
var limiters = caddy.NewUsagePool()

// limiter is a limiter of the pool.
type limiter struct {
	*shed.Limiter
	name   string
	seed   maphash.Seed  // of all hashes, which the limiter remembers
	newest atomic.Uint64 // the generation of settings that was provisioned last
	summed summary
	routes *routes
	counts counts

	preflights atomic.Int32 // under way

	// A configuration that is provisioned may yet be given up, as one of a reload
	// that fails, or only be validated. So its settings come into force when the
	// first request comes through a gate of it, and those of an older one, of
	// which requests may still come, never do any more.
	inForce atomic.Uint64 // the generation of config
	mu      sync.Mutex
	config  shed.Config
	closed  atomic.Bool
}

// takeLimiter takes a reference to the limiter of a name, and makes it if there
// is none.
func takeLimiter(name string, config shed.Config) *limiter {
	value, _, _ := limiters.LoadOrNew(name, func() (caddy.Destructor, error) { // it does not fail
		return &limiter{Limiter: shed.New(config), name: name, seed: maphash.MakeSeed(), routes: newRoutes(), config: config}, nil
	})
	return value.(*limiter)
}

// Destruct implements [caddy.Destructor]. The requests of a configuration that
// is gone are served to their end: those who wait, wait on until there is a place
// or their patience is over.
func (l *limiter) Destruct() error {
	l.closed.Store(true)
	return nil
}

// configure puts settings into force, unless newer ones are.
func (l *limiter) configure(config *shed.Config, generation uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inForce.Load() >= generation {
		return
	}
	if *config != l.config {
		l.config = *config
		l.Configure(*config)
	}
	l.inForce.Store(generation)
}

// hash identifies a text to the limiter. It is not 0.
func (l *limiter) hash(text string) uint64 { return notZero(maphash.String(l.seed, text)) }
