package simulate

import (
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Result is what was measured during a run.
type Result struct {
	Seconds  []Second
	Classes  [shed.Classes]Tally     // of requests that arrived while measuring
	Latency  [shed.Classes]Histogram // from arrival to answer, of all answered requests that arrived while measuring
	Clients  []Tally                 // while measuring, if the scenario counts them
	Gateways []Tally                 // of requests that arrived while measuring
	Pages    []Page
	Peak     int // the most requests that were in the backend at a time

	// Restless is how often the limiter wanted to be called again at once after its
	// Advance: a server's timer would not come to rest.
	Restless int

	sc       *Scenario
	from, to time.Duration
}

// Second is what happened during one second of a run.
type Second struct {
	Offered  int     // requests that arrived
	Rejected int     // by the limiter
	Good     int     // answers in time
	Late     int     // answers that nobody waited for, and failures
	Gone     int     // clients that gave up
	GoodWork float64 // seconds of a server's time that the good answers cost on average
	Used     float64 // seconds of a server's time that the good answers did cost
	Limit    float64 // mean of the samples
	InFlight float64
	Queued   float64
	Latency  Histogram // of all answers
	Classes  [shed.Classes]struct{ Admitted, Rejected int }

	// Of the clients whose first attempt arrived in this second:
	Born    int // how many they are
	Tries   int // all their attempts, whenever
	Served  int // how many got a good answer in the end
	sampled float64
	stalled float64 // the part of it in which the backend could not be asked, or did nothing
	missing float64 // of the backend's capacity, by that and the weather; less than 0: it had more
}

// Tally counts the requests of someone, and the good answers.
type Tally struct{ Offered, Rejected, Good int }

// Page is a group of requests that a client needs together.
type Page struct {
	At      time.Duration
	N, Good int
}

func newResult(sc *Scenario) *Result {
	res := &Result{
		Seconds:  make([]Second, int((sc.Long()+time.Second-1)/time.Second)),
		sc:       sc,
		Gateways: make([]Tally, max(sc.Gateways, 1)),
		from:     sc.from(),
		to:       sc.Long() - sc.Deadline, // what arrives later may not be answered before the end
	}
	switch {
	case sc.Clients.Equal > 0:
		res.Clients = make([]Tally, sc.Clients.Equal)
	case sc.Clients.Hog > 0, sc.Clients.Leavers > 0:
		res.Clients = make([]Tally, 2)
	}
	return res
}

func (res *Result) second(at time.Duration) *Second { return &res.Seconds[at/time.Second] }

func (res *Result) measuring(arrived time.Duration) bool {
	return arrived >= res.from && arrived < res.to
}

// Count applies f to the tallies that a request belongs to.
func (res *Result) count(r *Request, f func(*Tally)) {
	if !res.measuring(r.Arrived) {
		return
	}
	f(&res.Classes[r.Class])
	if r.client >= 0 {
		f(&res.Clients[r.client])
	}
}

func (res *Result) sample(now time.Duration, limit, inFlight, queued int) {
	s := res.second(now)
	s.sampled++
	s.Limit += (float64(limit) - s.Limit) / s.sampled
	s.InFlight += (float64(inFlight) - s.InFlight) / s.sampled
	s.Queued += (float64(queued) - s.Queued) / s.sampled
}

func (res *Result) newPage(at time.Duration, n int) int {
	res.Pages = append(res.Pages, Page{At: at, N: n})
	return len(res.Pages) - 1
}

func (res *Result) arrived(now time.Duration, r *Request) {
	res.second(now).Offered++
	born := res.second(r.born)
	born.Tries++
	if r.attempt == 0 {
		born.Born++
	}
	res.count(r, func(t *Tally) { t.Offered++ })
}

func (res *Result) admitted(now time.Duration, r *Request) {
	res.second(now).Classes[r.Class].Admitted++
}

func (res *Result) rejected(now time.Duration, r *Request) {
	s := res.second(now)
	s.Rejected++
	s.Classes[r.Class].Rejected++
	res.count(r, func(t *Tally) { t.Rejected++ })
}

func (res *Result) gone(now time.Duration) { res.second(now).Gone++ }

// Account notes for what part of some time the backend was there, and how much longer than
// usual the work took.
func (res *Result) account(from, to time.Duration, present, weather float64) {
	for from < to {
		until := min(to, from.Truncate(time.Second)+time.Second)
		s, long := res.second(from), (until - from).Seconds()
		s.stalled += (1 - present) * long
		s.missing += (1 - present/weather) * long
		from = until
	}
}

func (res *Result) answered(now time.Duration, r *Request) {
	s := res.second(now)
	latency := now - r.Arrived
	s.Latency.Add(latency)
	measuring := res.measuring(r.Arrived)
	if measuring {
		res.Latency[r.Class].Add(latency)
	}
	if r.gone || r.failed || latency > res.sc.Deadline {
		s.Late++
		return
	}
	s.Good++
	if measuring {
		res.Gateways[r.gateway].Good++
	}
	s.GoodWork += res.sc.Mix[r.kind].Mean.Seconds()
	s.Used += r.work.Seconds()
	res.second(r.born).Served++
	res.count(r, func(t *Tally) { t.Good++ })
	if r.page >= 0 {
		res.Pages[r.page].Good++
	}
}
