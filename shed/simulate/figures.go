package simulate

import (
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Whole is the part of a run that is measured: its second half, if the scenario
// does not say otherwise.
func (res *Result) whole() (from, to int) {
	return int(res.from / time.Second), len(res.Seconds)
}

// Phase gives the seconds of a phase.
func (res *Result) Phase(i int) (from, to int) {
	var start time.Duration
	for j := range i {
		start += res.sc.Phases[j].For
	}
	return int(start / time.Second), int((start + res.sc.Phases[i].For) / time.Second)
}

func (res *Result) phaseAt(second int) *Phase {
	at := time.Duration(second) * time.Second
	last := len(res.sc.Phases) - 1
	for i := range last {
		if at -= res.sc.Phases[i].For; at < 0 {
			return &res.sc.Phases[i]
		}
	}
	return &res.sc.Phases[last]
}

// Deliverable is how many requests per second the backend could have answered in
// that second, of those that were offered.
func (res *Result) deliverable(second int) float64 {
	return res.sc.deliverable(res.phaseAt(second), 1-res.Seconds[second].missing)
}

// Efficiency is the share of min(offered, capacity) that was answered in time,
// while measuring.
func (res *Result) Efficiency() float64 { return res.EfficiencyIn(res.whole()) }

// EfficiencyIn is the efficiency from one second to before another.
func (res *Result) EfficiencyIn(from, to int) float64 {
	good, possible := 0.0, 0.0
	for i := from; i < to; i++ {
		good += float64(res.Seconds[i].Good)
		possible += res.deliverable(i)
	}
	return good / possible
}

// WorkEfficiency is the efficiency where each answer counts by what its kind
// costs on average: an answer that takes 100 times as long is 100 times as much.
func (res *Result) WorkEfficiency() float64 {
	good, possible := 0.0, 0.0
	from, to := res.whole()
	for i := from; i < to; i++ {
		good += res.Seconds[i].GoodWork
		possible += res.deliverable(i) * res.sc.meanWork(res.phaseAt(i))
	}
	return good / possible
}

// Utilization is the share of the servers' time that went into good answers,
// while measuring. Unlike the efficiency, it hardly depends on how expensive the
// requests of a run happen to be. It is of no use below capacity.
func (res *Result) Utilization() float64 {
	used, present := 0.0, 0.0
	from, to := res.whole()
	for i := from; i < to; i++ {
		used += res.Seconds[i].Used
		present += float64(res.sc.servers(res.phaseAt(i))) * (1 - res.Seconds[i].stalled)
	}
	return used / present
}

// Shed is the share of the requests that was rejected, while measuring.
func (res *Result) Shed() float64 { return res.ShedIn(res.whole()) }

// ShedIn is what was rejected of the requests from one second to before another.
func (res *Result) ShedIn(from, to int) float64 {
	offered, rejected := 0, 0
	for i := from; i < to; i++ {
		offered += res.Seconds[i].Offered
		rejected += res.Seconds[i].Rejected
	}
	return share(rejected, offered)
}

// Quantile is a quantile of the time from arrival to answer of a class.
func (res *Result) Quantile(c shed.Class, q float64) time.Duration { return res.Latency[c].Quantile(q) }

// Success is the share of a class's requests that was answered in time.
func (res *Result) Success(c shed.Class) float64 {
	return share(res.Classes[c].Good, res.Classes[c].Offered)
}

// Over how many seconds the answers are averaged to see whether there are enough.
// Fewer, and on a small backend chance alone is more than 10 %.
const reachedOver = 5

// Reach is how many seconds after the given one it takes until a share of
// min(offered, capacity) is answered in time. It is looked for until the second to,
// and is to-from if it is not found.
func (res *Result) Reach(from, to int, enough float64) float64 {
	for i := from; i+reachedOver <= to; i++ {
		if res.EfficiencyIn(i, i+reachedOver) >= enough {
			return float64(i - from)
		}
	}
	return float64(to - from)
}

// Inversions is in how many seconds a critical request was rejected, and a
// background one admitted, while measuring.
func (res *Result) Inversions() int {
	n := 0
	from, to := res.whole()
	for i := from; i < to; i++ {
		c := &res.Seconds[i].Classes
		if c[shed.Critical].Rejected > 0 && c[shed.Background].Admitted > 0 {
			n++
		}
	}
	return n
}

// PagesDone is the share of the pages that were answered in time in all their
// requests, and the share of those that were in some only.
func (res *Result) PagesDone() (complete, broken float64) {
	n, all, some := 0, 0, 0
	for _, p := range res.Pages {
		if !res.measuring(p.At) || !res.measuring(p.At+time.Duration(p.N)*res.sc.Gap) {
			continue
		}
		n++
		switch p.Good {
		case 0:
		case p.N:
			all++
		default:
			some++
		}
	}
	return share(all, n), share(some, n)
}

// Jain is Jain's index of fairness of the clients' good answers: 1 if all have
// got the same, 1/n if one of n has got all.
func (res *Result) Jain() float64 {
	sum, squares := 0.0, 0.0
	for _, t := range res.Clients {
		sum += float64(t.Good)
		squares += float64(t.Good) * float64(t.Good)
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / squares / float64(len(res.Clients))
}

// GatewayShare is what the gateway got least of the good answers, against its part of the
// requests: 1 if all are alike.
func (res *Result) GatewayShare() float64 {
	offered, good := 0, 0
	for _, g := range res.Gateways {
		offered += g.Offered
		good += g.Good
	}
	least := 1.0
	for _, g := range res.Gateways {
		if g.Offered > 0 {
			least = min(least, share(g.Good, g.Offered)/share(good, offered))
		}
	}
	return least
}

// OthersSuccess is the share of their requests that was answered in time of the
// clients beside the one that asks for most.
func (res *Result) OthersSuccess() float64 {
	return share(res.Clients[others].Good, res.Clients[others].Offered)
}

// Patience is what became of the clients that arrived from one second to before
// another: their attempts on average, and the share that got an answer.
func (res *Result) Patience(from, to int) (attempts, served float64) {
	born, tries, done := 0, 0, 0
	for i := from; i < to; i++ {
		born += res.Seconds[i].Born
		tries += res.Seconds[i].Tries
		done += res.Seconds[i].Served
	}
	return share(tries, born), share(done, born)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
