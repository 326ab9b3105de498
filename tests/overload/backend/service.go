package backend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Shape is a distribution of service times.
type Shape string

// The shapes that there are.
const (
	Exponential Shape = "exp"       // the sum of many small things
	Lognormal   Shape = "lognormal" // sigma 1: a few requests take very long
	Fixed       Shape = "fixed"     // all take the same
)

// block is how many draws have their quantiles shared out among them.
const block = 128

// sampler draws service times. Each block of draws has every quantile once, in
// random order: so the mean, and with it the capacity of a backend, is the same
// in every run, and a figure's noise is that of what is measured.
type sampler struct {
	values [block]float64 // multiples of the mean
	next   int
	rng    *rand.Rand
}

func newSampler(shape Shape, seed uint64) (*sampler, error) {
	s := &sampler{next: block, rng: rand.New(rand.NewPCG(seed, 7))} //nolint:gosec // an experiment is to be repeatable
	var sum float64
	for i := range s.values {
		p := (float64(i) + .5) / block
		switch shape {
		case Exponential:
			s.values[i] = -math.Log(1 - p)
		case Lognormal:
			s.values[i] = math.Exp(math.Sqrt2 * math.Erfinv(2*p-1))
		case Fixed:
			s.values[i] = 1
		default:
			return nil, fmt.Errorf("unknown distribution of service times %q", shape)
		}
		sum += s.values[i]
	}
	for i := range s.values {
		s.values[i] *= block / sum
	}
	return s, nil
}

// draw gives the next service time for the given mean.
func (s *sampler) draw(mean time.Duration) time.Duration {
	if s.next == block {
		s.rng.Shuffle(block, func(i, j int) { s.values[i], s.values[j] = s.values[j], s.values[i] })
		s.next = 0
	}
	s.next++
	return time.Duration(float64(mean) * s.values[s.next-1])
}
