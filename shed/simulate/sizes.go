package simulate

import (
	"fmt"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Size is a backend and the requests that it gets.
type size struct {
	servers int
	mean    time.Duration
}

// The sizes. Rows of the table name them by their servers.
var (
	c1   = size{1, 100 * time.Millisecond}  // 10 requests/s
	c2   = size{2, time.Second}             // 2 requests/s, and clients that wait for 8 s
	c4   = size{4, 200 * time.Millisecond}  // 20 requests/s
	c7   = size{7, 70 * time.Millisecond}   // 100 requests/s
	c12  = size{12, 100 * time.Millisecond} // 120 requests/s
	c30  = size{30, 150 * time.Millisecond} // 200 requests/s
	c100 = size{100, 50 * time.Millisecond} // 2000 requests/s
	c250 = size{250, 80 * time.Millisecond} // 3125 requests/s
	c400 = size{400, 40 * time.Millisecond} // 10 000 requests/s
)

func (z size) String() string { return fmt.Sprintf("C%d", z.servers) }

func (z size) fifo() Backend { return Backend{Servers: z.servers} }

func (z size) collapse(kappa float64) Backend {
	return Backend{Servers: z.servers, Shared: true, Kappa: kappa}
}

// The kappa of the targets.
const usualKappa = 0.3

// Mild is the backend that has no queue of its own, and gets slower and slower.
func (z size) mild() Backend { return z.collapse(usualKappa) }

func (z size) mix(l Law) []Kind {
	return []Kind{{Share: 1, Mean: z.mean, Law: l, Class: shed.Normal, Route: scatter(0)}}
}

// FastSlow is a mix of two routes, where each request to one is a hundred times as
// expensive as each to the other.
func fastSlow(slow float64) []Kind {
	return []Kind{
		{Share: 1 - slow, Mean: 5 * time.Millisecond, Class: shed.Normal, Route: scatter(1)},
		{Share: slow, Mean: 500 * time.Millisecond, Class: shed.Normal, Route: scatter(2)},
	}
}

// Steady is a load that does not change, for a minute in most sizes, from a cold start.
func (z size) steady(b Backend, l Law, load float64) Scenario {
	sc := Scenario{
		Backend:  b,
		Mix:      z.mix(l),
		Phases:   []Phase{{For: time.Minute, Load: load}},
		Deadline: time.Second,
	}
	if z == c2 {
		sc.Deadline = 8 * time.Second
	}
	switch z.servers {
	case 1, 2: // so few requests need more time to mean something
		sc.Phases[0].For = 10 * time.Minute
	case 400:
		sc.Phases[0].For = 46 * time.Second
	}
	return sc
}

func phases(p ...Phase) []Phase { return p }

func cellName(z size, load float64, of fmt.Stringer) string {
	return fmt.Sprintf("%v %gx %v", z, load, of)
}
