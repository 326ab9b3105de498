package load

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Request is what one client asks for.
type Request struct {
	Path   string
	Client int32
	Class  uint8         // the experiment's own
	After  time.Duration // how long after the arrival
}

// Arrival makes the requests of one arrival, such as those of a page.
type Arrival func(rng *rand.Rand) []Request

// Config is what a generator does.
type Config struct {
	Address   string        // host and port of the server
	Mark      string        // header field by which answers of the backend are told
	Rate      float64       // arrivals per second, at random (Poisson)
	Duration  time.Duration // for which requests are begun
	Deadline  time.Duration // how long clients wait before they leave; default: 1 s
	Arrival   Arrival       // default: Anyone(400, "/")
	Pages     bool          // number the arrivals as pages
	Retries   int           // further attempts after a reject, an error or a timeout
	Honour    bool          // wait as Retry-After says before a retry
	Backoff   time.Duration // wait before a retry otherwise; default: 100 ms
	Sockets   int           // requests in flight; default: 4000
	Seed      uint64
	StartedAt func(time.Time) // called when the first request may be due
}

// maxArrivals bounds the requests of a run.
const maxArrivals = 2_000_000

// Anyone makes arrivals of one request by one of n clients.
func Anyone(n int32, path string) Arrival {
	return func(rng *rand.Rand) []Request {
		return []Request{{Path: path, Client: rng.Int32N(n)}}
	}
}

// due is a request in the schedule.
type due struct {
	Request
	at   time.Duration
	page int32
}

type generator struct {
	Config
	wire    *wire
	start   time.Time
	sockets chan struct{}
	wait    sync.WaitGroup
	mu      sync.Mutex
	records []Record
}

// Run begins requests as they are due until the time is over, and waits for
// the last to end. Retries end with the time.
func Run(ctx context.Context, config Config) (*Result, error) {
	if config.Rate <= 0 || config.Duration <= 0 || config.Rate*config.Duration.Seconds() > maxArrivals {
		return nil, errors.New("the rate or the duration is out of bounds")
	}
	config.defaults()
	g := &generator{
		Config:  config,
		wire:    &wire{address: config.Address, mark: config.Mark, idle: map[int32][]*conn{}},
		sockets: make(chan struct{}, config.Sockets),
	}
	defer g.wire.close()
	schedule := g.schedule()
	g.records = make([]Record, 0, len(schedule))
	g.start = time.Now()
	if config.StartedAt != nil {
		config.StartedAt(g.start)
	}
	running, cancel := context.WithDeadline(ctx, g.start.Add(config.Duration))
	defer cancel()
	g.dispatch(running, schedule)
	<-running.Done()
	g.wait.Wait()
	return &Result{Records: g.records, Duration: config.Duration}, ctx.Err()
}

func (c *Config) defaults() {
	if c.Deadline == 0 {
		c.Deadline = time.Second
	}
	if c.Arrival == nil {
		c.Arrival = Anyone(400, "/")
	}
	if c.Backoff == 0 {
		c.Backoff = 100 * time.Millisecond
	}
	if c.Sockets == 0 {
		c.Sockets = 4000
	}
}

// schedule makes all that is due beforehand, so that it does not depend on how
// the server fares.
func (g *generator) schedule() []due {
	rng := rand.New(rand.NewPCG(g.Seed, 1)) //nolint:gosec // an experiment is to be repeatable
	var all []due
	page := int32(0)
	for at := 0.; ; {
		at += -math.Log(1-rng.Float64()) / g.Rate
		begin := time.Duration(at * float64(time.Second))
		if begin >= g.Duration {
			break
		}
		if g.Pages {
			page++
		}
		for _, request := range g.Arrival(rng) {
			if begin+request.After < g.Duration {
				all = append(all, due{request, begin + request.After, page})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b due) int { return int(a.at - b.at) })
	return all
}

func (g *generator) dispatch(ctx context.Context, schedule []due) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, d := range schedule {
		if wait := d.at - time.Since(g.start); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		select {
		case g.sockets <- struct{}{}:
			g.wait.Go(func() { g.request(ctx, d) })
		default:
			g.record(Record{At: d.at, Client: d.Client, Page: d.page, Class: d.Class, Outcome: Unsent, Last: true})
		}
	}
}

// request makes the attempts of one request. The first holds a socket already.
func (g *generator) request(ctx context.Context, d due) {
	for attempt := 0; ; attempt++ {
		record := g.attempt(ctx, d, attempt)
		<-g.sockets
		wait := g.Backoff
		if g.Honour && record.RetryAfter > 0 {
			wait = record.RetryAfter
		}
		next := record.End() + wait
		record.Last = record.Outcome == Good || attempt == g.Retries || next >= g.Duration
		g.record(record)
		if record.Last || !sleep(ctx, next-time.Since(g.start)) {
			return
		}
		d.at = next
		select {
		case g.sockets <- struct{}{}:
		default:
			g.record(Record{At: d.at, Client: d.Client, Page: d.page, Class: d.Class, Outcome: Unsent, Last: true})
			return
		}
	}
}

func (g *generator) attempt(ctx context.Context, d due, attempt int) Record {
	record := Record{At: d.at, Client: d.Client, Page: d.page, Class: d.Class, Attempt: uint8(min(attempt, 255))} //nolint:gosec // bounded
	begin := time.Since(g.start)
	record.Late = max(0, begin-d.at)
	deadline := g.start.Add(d.at + g.Deadline)
	r, err := g.wire.exchange(context.WithoutCancel(ctx), d.Client, d.Path, deadline)
	record.Latency = time.Since(g.start) - d.at
	switch {
	case err == nil:
		record.Outcome, record.RetryAfter = r.outcome(), r.retryAfter
		record.Status = int16(r.status) //nolint:gosec // three digits
	case isTimeout(err) || !time.Now().Before(deadline):
		record.Outcome = Timeout
	default:
		record.Outcome = Broken
	}
	return record
}

func (g *generator) record(r Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.records = append(g.records, r)
}

// sleep waits, and tells whether it was not interrupted.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
