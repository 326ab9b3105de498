package drive

import "time"

// Order is order, for the tests.
var Order = order

// Settle is settle, for the tests.
var Settle = settle

// Patience is how long a server rests that does not answer.
const Patience = patience

// Turn is one window of a target.
func Turn(t Target, length time.Duration) (Measurement, error) {
	server := Plan{Targets: []Target{t}}.connect()[0]
	defer server.close()
	w, err := server.turn(length)
	if err != nil {
		return Measurement{}, err
	}
	return w.sum, nil
}

// Least gives the shares that others took of those passes that count.
func Least(foreign []float64, n int) []float64 {
	passes := make([]pass, len(foreign))
	for i, f := range foreign {
		passes[i].foreign = f
	}
	var kept []float64
	for _, p := range least(passes, n) {
		kept = append(kept, p.foreign)
	}
	return kept
}

// Clocks are what a server has used and how late it is, look by look.
type Clocks struct {
	Used, Now []time.Duration
	looks     int
}

// Read gives what was used by the last look.
func (c *Clocks) Read() (time.Duration, error) { return c.Used[c.looks], nil }

// Wait gives the time of the next look.
func (c *Clocks) Wait() time.Duration {
	c.looks++
	return c.Now[c.looks]
}
