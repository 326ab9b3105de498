package simulate

import (
	"math"
	"time"
)

// Histogram counts durations from 10 µs to 1000 s, and knows them to 1 %.
type Histogram struct {
	counts [bins]uint32
	n      int
	sum    time.Duration
}

const (
	bins     = 1852
	growth   = 0.01 // from one bin to the next
	shortest = 10 * time.Microsecond
)

// Add counts a duration.
func (h *Histogram) Add(d time.Duration) {
	i := int(math.Log(float64(max(d, shortest))/float64(shortest)) / math.Log1p(growth))
	h.counts[min(i, bins-1)]++
	h.n++
	h.sum += d
}

// Merge adds what another histogram has counted.
func (h *Histogram) Merge(o *Histogram) {
	for i := range o.counts {
		h.counts[i] += o.counts[i]
	}
	h.n += o.n
	h.sum += o.sum
}

// Mean is the mean of the counted durations, 0 if there are none.
func (h *Histogram) Mean() time.Duration {
	if h.n == 0 {
		return 0
	}
	return h.sum / time.Duration(h.n)
}

// Len is how many durations have been counted.
func (h *Histogram) Len() int { return h.n }

// Quantile gives the duration that the share q of the counted ones does not
// exceed, 0 if there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank := q * float64(h.n)
	for i := range h.counts {
		rank -= float64(h.counts[i])
		if rank <= 0 && h.counts[i] > 0 {
			part := 1 + rank/float64(h.counts[i]) // where in the bin, 0 to 1
			return time.Duration(float64(shortest) * math.Pow(1+growth, float64(i)+part))
		}
	}
	return 0
}
