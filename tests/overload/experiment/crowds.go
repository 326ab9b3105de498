package experiment

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/statusgate/statusgate/tests/overload/load"
)

// crowds are clients that hold connections, one crowd for each gateway.
type crowds struct {
	mu     sync.Mutex
	at     map[*stand]*load.Crowd
	counts map[string]int // how many there were at the end, by the rival's name
}

// come is a step that has a crowd connect. Those that are turned away are
// missing in the count at the end.
func (c *crowds) come(at time.Duration, path string, size, rate int) step {
	return step{at, func(ctx context.Context, s *stand) error {
		mine := &load.Crowd{Address: s.gateway.Address, Path: path, Size: size, Rate: rate}
		c.mu.Lock()
		if c.at == nil {
			c.at, c.counts = map[*stand]*load.Crowd{}, map[string]int{}
		}
		c.at[s] = mine
		c.mu.Unlock()
		_ = mine.Open(ctx)
		return nil
	}}
}

// leave counts the crowd of a gateway and sends it home.
func (c *crowds) leave(_ context.Context, s *stand) error {
	c.mu.Lock()
	mine := c.at[s]
	delete(c.at, s)
	c.mu.Unlock()
	if mine == nil {
		return nil
	}
	n := mine.Count()
	mine.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[s.name] = n
	return nil
}

// count tells how many there were at the end, in front of a rival.
func (c *crowds) count(rival string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts[rival]
}

// close sends all home that are left.
func (c *crowds) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, crowd := range c.at {
		crowd.Close()
	}
}

// limitWithin is the mean limit between two moments, NaN if none was read.
func (o outcome) limitWithin(from, to time.Duration) float64 {
	var within []float64
	for i, t := range o.times {
		if t >= from.Seconds() && t < to.Seconds() {
			within = append(within, o.limit[i])
		}
	}
	if len(within) == 0 {
		return math.NaN()
	}
	return average(within)
}
