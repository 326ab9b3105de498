package shed

import "math"

// Slots is how many kinds of requests are told apart. Routes that share a slot
// are taken for one.
const Slots = 64

// routes knows what a request of each kind costs, in units of work: its
// share of the time that an average request takes while the backend is not
// busy. Only the ratios between them mean something; how long a unit takes
// is the law's to know.
type routes struct {
	cost  [Slots]estimate // in what was a unit at some time
	all   estimate        // over all requests, likewise
	sum   float64         // of the samples of the known routes
	grown float64         // how much more than one of them a unit is now
	// The moments of the cost of requests as they come.
	mean, square estimate
	// How much wider than exponentially distributed the costs of a route are.
	wider estimate
}

const (
	routeMemory  = 1000 // completions that the cost of a route is the mean of
	momentMemory = 1000 // likewise for the moments
	spreadKnown  = 200  // completions after which their spread does
	doubtSpread  = 2.0  // standard deviations
	routeKnown   = 20   // completions after which a route counts as known
)

// Slot is where a route is kept, below [Slots].
func Slot(route uint64) uint8 { return uint8(route % Slots) }

// work is what a request of a route is expected to cost, 0 while nothing is known.
func (r *routes) work(slot uint8) float64 {
	if c := &r.cost[slot]; c.samples > 0 {
		return c.mean / (1 + r.grown)
	}
	return r.all.mean / (1 + r.grown)
}

func (r *routes) known(slot uint8) bool { return r.cost[slot].samples >= routeKnown }

// learn notes what a request has cost. The unit grows with what the routes cost
// together: when all get slower alike, none has become more expensive.
func (r *routes) learn(slot uint8, cost float64) {
	cost *= 1 + r.grown
	c := &r.cost[slot]
	was := *c
	c.add(cost, 1, routeMemory)
	r.all.add(cost, 1, routeMemory)
	if was.samples >= routeKnown {
		r.grown = (1+r.grown)*math.Pow(c.mean/was.mean, was.samples/r.sum) - 1
		r.sum -= was.samples
	}
	if c.samples >= routeKnown {
		r.sum += c.samples
	}
	if r.grown > 1 || r.grown < -0.5 {
		r.fold()
	}
}

// fold makes what a unit is now the one that costs are in.
func (r *routes) fold() {
	for i := range r.cost {
		r.cost[i].mean /= 1 + r.grown
	}
	r.all.mean /= 1 + r.grown
	r.grown = 0
}

// completed notes that a request of a cost came to its end.
func (r *routes) completed(work float64) {
	r.mean.add(work, 1, momentMemory)
	r.square.add(2*work*work, 1, momentMemory)
}

// spread notes how far a cost is from what its route costs.
func (r *routes) spread(cost float64, slot uint8) {
	if expected := r.work(slot); expected > 0 {
		ratio := min(cost/expected, 10)
		r.wider.add(ratio*ratio/2, 1, momentMemory)
	}
}

// effective is how many equal requests, with times that are exponentially
// distributed, tell as much as n of these: where a few are expensive the cheap
// ones tell little.
func (r *routes) effective(n float64) float64 {
	if r.square.mean == 0 {
		return n
	}
	n *= 2 * r.mean.mean * r.mean.mean / r.square.mean
	if r.wider.samples >= spreadKnown {
		n /= min(max(r.wider.mean, 0.5), 4)
	}
	return n
}

// doubt is how many times as long as expected nearly all requests of a route take at most:
// one, until their spread is known.
func (r *routes) doubt() float64 {
	if r.wider.samples < spreadKnown {
		return 1
	}
	return 1 + doubtSpread*math.Sqrt(max(0, 2*r.wider.mean-1))
}

// slow is the cost of the request that a random unit of work belongs to; 0 until a
// request has been completed.
func (r *routes) slow() float64 {
	if r.mean.mean == 0 {
		return 0
	}
	return r.square.mean / 2 / r.mean.mean
}

// estimate is a mean that forgets: it never weighs more samples than its
// memory holds.
type estimate struct{ mean, samples float64 }

// add takes the mean x of n samples in.
func (e *estimate) add(x, n, memory float64) {
	if n <= 0 {
		return
	}
	e.samples = min(e.samples+n, max(memory, n))
	e.mean += n / e.samples * (x - e.mean)
}
