package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/statusgate/statusgate/tests/bench/drive"
	"github.com/statusgate/statusgate/tests/overload/lab"
)

// median of values, NaN of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// each is a figure of every measurement.
func (s *series) each(figure func(drive.Measurement) float64) []float64 {
	values := make([]float64, len(s.runs))
	for i, r := range s.runs {
		values[i] = figure(r.closed)
	}
	return values
}

// latency is a figure of those measurements that had a fixed rate.
func (s *series) latency(figure func(drive.Measurement) float64) float64 {
	var values []float64
	for _, r := range s.runs {
		if r.paced.Requests > 0 {
			values = append(values, figure(r.paced))
		}
	}
	return median(values)
}

func (s *series) cost() float64     { return median(s.each(drive.Measurement.PerRequest)) }
func (s *series) rate() float64     { return median(s.each(drive.Measurement.Rate)) }
func (s *series) peak() float64     { return median(s.each(peak)) }
func (s *series) resident() float64 { return median(s.each(resident)) }

func peak(m drive.Measurement) float64     { return float64(m.Peak) / (1 << 20) }
func resident(m drive.Measurement) float64 { return float64(m.Resident) / (1 << 20) }
func p50(m drive.Measurement) float64      { return float64(m.P50.Microseconds()) }
func p99(m drive.Measurement) float64      { return float64(m.P99.Microseconds()) }

// connections is how many connections to the backend a round took.
func (s *series) connections() float64 {
	return median(s.each(func(m drive.Measurement) float64 { return float64(m.Accepted) }))
}

// connectionsPer1000 is how many connections to the backend a thousand answers
// took.
func (s *series) connectionsPer1000() float64 {
	values := make([]float64, len(s.runs))
	for i, r := range s.runs {
		values[i] = 1000 * float64(r.closed.Accepted) / float64(r.closed.Requests+r.closed.Others)
	}
	return median(values)
}

// ratios are a figure of a series in proportion to that of another one, in each
// round: what changes on the machine from one round to the next does not count.
type ratios []float64

// over is what a request costs in proportion to another series.
func (s *series) over(other *series) ratios { return s.ratio(other, drive.Measurement.PerRequest) }

func (s *series) ratio(other *series, figure func(drive.Measurement) float64) ratios {
	if s == nil || other == nil {
		return nil
	}
	values := make(ratios, 0, len(s.runs))
	for i := range min(len(s.runs), len(other.runs)) {
		values = append(values, figure(s.runs[i].closed)/figure(other.runs[i].closed))
	}
	return values
}

func (r ratios) median() float64 { return median(r) }

// spread is the least and the largest, where there is more than one.
func (r ratios) spread() string {
	if len(r) < 2 || r.one() {
		return ""
	}
	return times(slices.Min(r)) + "–" + times(slices.Max(r))
}

// inBrackets is the spread as an addition.
func (r ratios) inBrackets() string {
	if text := r.spread(); text != "" {
		return " (" + text + ")"
	}
	return ""
}

// one tells whether all are 1: those of a series to itself.
func (r ratios) one() bool { return !slices.ContainsFunc(r, func(v float64) bool { return v != 1 }) }

// spread is the least and the largest.
func spread(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	return number(slices.Min(values)) + "–" + number(slices.Max(values))
}

func number(v float64) string { return lab.Number(v) }

func times(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}
