// Package load asks for more than a server can give, and keeps count of what
// comes of it. The open-loop generator begins each request when it is due,
// however slow the answers are; latency counts from the moment it was due.
package load

import (
	"math"
	"slices"
	"time"
)

// Outcome is what became of an attempt.
type Outcome uint8

// The outcomes that there are.
const (
	Good     Outcome = iota // answered by the backend within the deadline, status below 500
	Rejected                // 503 or 429 of the gateway, to protect the backend
	Failed                  // error of the backend
	Gateway                 // other error of the gateway, such as a 502
	Timeout                 // no answer within the deadline; the client left
	Broken                  // the connection failed
	Unsent                  // the generator had no socket left
	outcomes
)

// Record is one attempt.
type Record struct {
	At         time.Duration // when it was due, since the start
	Late       time.Duration // how much later it was begun
	Latency    time.Duration // from when it was due to the end of the answer
	RetryAfter time.Duration // what the answer asks for
	Client     int32         // who asked
	Page       int32         // which page it belongs to, from 1; 0: none
	Status     int16         // 0: no answer
	Class      uint8         // as the arrival says
	Attempt    uint8         // 0 for the first
	Outcome    Outcome
	Last       bool // no retry follows
}

// End is when the answer was there.
func (r Record) End() time.Duration { return r.At + r.Latency }

// Result is all attempts of a run, in no order.
type Result struct {
	Records  []Record
	Duration time.Duration // for which requests were begun
}

// Filter is a choice of records. A nil one takes all.
type Filter func(Record) bool

// Summary is what a part of a run comes to.
type Summary struct {
	Offered     float64 // attempts that were due, per second
	Count       [outcomes]int
	Goodput     float64       // good answers per second
	P50, P99    time.Duration // latency of good answers
	RejectP50   time.Duration
	RejectP99   time.Duration
	LateP99     time.Duration // how late attempts were begun: the generator's own fault
	RejectShare float64       // of the attempts that ended
}

// Total is the number of attempts that ended in the window.
func (s Summary) Total() int {
	total := 0
	for _, n := range s.Count {
		total += n
	}
	return total
}

// Share is the share of an outcome among the attempts that ended.
func (s Summary) Share(o Outcome) float64 {
	return ratio(s.Count[o], s.Total())
}

// Window sums up what was due, and what ended, from one moment to another.
func (r *Result) Window(from, to time.Duration, filter Filter) Summary {
	var s Summary
	var good, rejects, late []time.Duration
	for _, record := range r.Records {
		if filter != nil && !filter(record) {
			continue
		}
		if record.At >= from && record.At < to {
			s.Offered++
			late = append(late, record.Late)
		}
		if record.End() < from || record.End() >= to {
			continue
		}
		s.Count[record.Outcome]++
		if record.Outcome == Good {
			good = append(good, record.Latency)
		}
		if record.Outcome == Rejected {
			rejects = append(rejects, record.Latency)
		}
	}
	seconds := (to - from).Seconds()
	s.Offered /= seconds
	s.Goodput = float64(s.Count[Good]) / seconds
	s.P50, s.P99 = Quantile(good, .5), Quantile(good, .99)
	s.RejectP50, s.RejectP99 = Quantile(rejects, .5), Quantile(rejects, .99)
	s.LateP99 = Quantile(late, .99)
	s.RejectShare = s.Share(Rejected)
	return s
}

// Latencies are those of an outcome that was reached within a window.
func (r *Result) Latencies(from, to time.Duration, outcome Outcome) []time.Duration {
	var all []time.Duration
	for _, record := range r.Records {
		if record.Outcome == outcome && record.End() >= from && record.End() < to {
			all = append(all, record.Latency)
		}
	}
	return all
}

// Seconds sums up each part of the given length.
func (r *Result) Seconds(length time.Duration, filter Filter) []Summary {
	var all []Summary
	for from := time.Duration(0); from+length <= r.Duration; from += length {
		all = append(all, r.Window(from, from+length, filter))
	}
	return all
}

// Quantile gives the p-quantile, 0 of nothing. It sorts its argument.
func Quantile(values []time.Duration, p float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[max(0, int(math.Ceil(p*float64(len(values))))-1)]
}

// Pages counts pages whose requests were all due within a window: how many got
// all of them, how many some, how many none.
func (r *Result) Pages(from, to time.Duration) (complete, broken, none int) {
	type page struct {
		good, all int
		inside    bool
	}
	pages := map[int32]page{}
	for _, record := range r.Records {
		if record.Page == 0 {
			continue
		}
		p, seen := pages[record.Page]
		inside := record.At >= from && record.At < to
		p.inside = inside && (p.inside || !seen)
		p.all++
		if record.Outcome == Good {
			p.good++
		}
		pages[record.Page] = p
	}
	for _, p := range pages {
		switch {
		case !p.inside:
		case p.good == p.all:
			complete++
		case p.good == 0:
			none++
		default:
			broken++
		}
	}
	return complete, broken, none
}

// Clients gives the share of good answers of each client that asked within a
// window.
func (r *Result) Clients(from, to time.Duration) map[int32]float64 {
	good, all := map[int32]int{}, map[int32]int{}
	for _, record := range r.Records {
		if record.At < from || record.At >= to {
			continue
		}
		all[record.Client]++
		if record.Outcome == Good {
			good[record.Client]++
		}
	}
	shares := make(map[int32]float64, len(all))
	for client, n := range all {
		shares[client] = ratio(good[client], n)
	}
	return shares
}

// Jain is the index of fairness of Jain: 1 if all have the same, 1/n if one has
// everything.
func Jain(shares map[int32]float64) float64 {
	var sum, squares float64
	for _, x := range shares {
		sum += x
		squares += x * x
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / (float64(len(shares)) * squares)
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
