package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Scenario is what happens during a run.
type Scenario struct {
	Backend  Backend
	Mix      []Kind        // of the requests
	Phases   []Phase       // one after the other
	Deadline time.Duration // after which an answer is of no use to the client
	Gone     bool          // the client disconnects at the deadline
	Page     int           // how many requests a client sends per arrival, 0 is 1
	Gap      time.Duration // between the requests of a page
	Clients  Clients
	Retry    Retry
	Gateways int // how many there are, 0 is 1
	Noise    Noise
	Record   int           // the last events that the shipped limiter keeps, see [shed.Config]
	From     time.Duration // when measuring starts; it lasts to the end. 0: the second half, negative: the start
}

// Kind is a kind of requests that cost about the same.
type Kind struct {
	Share float64       // of all requests; all shares make 1
	Mean  time.Duration // how long a server works on it
	Law   Law           // how the work is distributed
	Class shed.Class
	Route uint64 // what the limiter is told, 0: unknown
}

// Law is a distribution.
type Law uint8

// The distributions, by rising spread: the standard deviations are 0, 1 and 1.31
// times the mean.
const (
	Exponential Law = iota
	Lognormal       // with sigma 1
	Constant
	Bimodal     // one in ten takes 4.6 times the mean, the others 0.6 times
	HeavyTailed // Pareto's with the exponent 1.5, up to 10 times the mean
)

// String gives the law as it stands in the names of experiments.
func (l Law) String() string { return [...]string{"exp", "lognormal", "det", "bimodal", "heavy"}[l] }

func (l Law) draw(rng *rand.Rand, mean time.Duration) time.Duration {
	switch l {
	case Constant:
		return mean
	case Lognormal:
		return time.Duration(float64(mean) * math.Exp(rng.NormFloat64()-0.5))
	case Bimodal:
		if rng.IntN(10) == 0 {
			return mean * 46 / 10
		}
		return mean * 6 / 10
	case HeavyTailed:
		return time.Duration(float64(mean) * pareto(rng.Float64()))
	default:
		return time.Duration(float64(mean) * rng.ExpFloat64())
	}
}

// Pareto turns a uniform number into one with a heavy tail and the mean 1, at most 10.
func pareto(x float64) float64 {
	const (
		exponent = 1.5
		least    = 0.4150812 // so that the mean is 1
		most     = 10.0
	)
	cut := 1 - math.Pow(least/most, exponent)
	return least / math.Pow(1-x*cut, 1/exponent)
}

// Phase is a part of a run in which nothing changes.
type Phase struct {
	For     time.Duration
	Load    float64   // what is offered, as a multiple of what the whole, healthy backend can do
	Servers int       // how many work, 0: all
	Stalled bool      // none works
	Slow    float64   // the factor by which requests take longer, 0 is 1
	Shares  []float64 // of the kinds, if they are not those of the mix
	Spread  []float64 // over the gateways, nil: each gets as much; who gets nothing is down
}

// Clients says who asks. The zero value makes each page a client of its own.
type Clients struct {
	Equal       int           // so many clients ask alike
	Hog         float64       // one client's share of the requests; all other pages are clients of their own
	Leavers     float64       // the part of the requests whose clients ask and leave
	LeaverCount int           // how many those clients are
	LeaveAfter  time.Duration // when they leave
	Cancels     bool          // the backend does no more for them then
}

// Retry says what clients do when they are rejected, get an error, or give up.
type Retry struct {
	Times  int           // at most, after the first attempt
	Wait   time.Duration // before the next attempt, times 0.5 to 1.5
	Grow   bool          // the wait doubles with each attempt, and is drawn from 0 to there
	Honour bool          // a rejected client waits for its Retry-After instead, if there is one
}

// Long is how long the scenario lasts.
func (s *Scenario) Long() time.Duration {
	var d time.Duration
	for i := range s.Phases {
		d += s.Phases[i].For
	}
	return d
}

func (s *Scenario) from() time.Duration {
	if s.From < 0 {
		return 0
	}
	if s.From == 0 {
		return s.Long() / 2
	}
	return s.From
}

func (s *Scenario) shares(p *Phase) []float64 {
	if p.Shares != nil {
		return p.Shares
	}
	shares := make([]float64, len(s.Mix))
	for i := range s.Mix {
		shares[i] = s.Mix[i].Share
	}
	return shares
}

// MeanWork is the mean of a phase's requests in seconds, on a healthy backend.
func (s *Scenario) meanWork(p *Phase) float64 {
	sum := 0.0
	for i, share := range s.shares(p) {
		sum += share * s.Mix[i].Mean.Seconds()
	}
	return sum
}

// Offered is how many requests arrive per second in a phase, and deliverable how
// many of them the backend can answer with a part of its capacity.
func (s *Scenario) offered(p *Phase) float64 {
	return p.Load * float64(s.Backend.Servers) / s.meanWork(p)
}

func (s *Scenario) deliverable(p *Phase, capacity float64) float64 {
	if s.Backend.Boundless {
		return s.offered(p)
	}
	return min(s.offered(p), capacity*float64(s.servers(p))/s.meanWork(p)/p.slow())
}

func (s *Scenario) servers(p *Phase) int {
	if p.Stalled {
		return 0
	}
	if p.Servers > 0 {
		return p.Servers
	}
	return s.Backend.Servers
}

func (p *Phase) slow() float64 {
	if p.Slow > 0 {
		return p.Slow
	}
	return 1
}

// Spread is how much of the requests a gateway gets, in proportion.
func (p *Phase) spread(gateway int) float64 {
	if p.Spread == nil {
		return 1
	}
	return p.Spread[gateway]
}
