package shed

import (
	"math"
	"time"
)

// A probe lets fewer requests in for a moment, to see how long work stays in
// a backend that is not busy. Nobody is shed for it: the others wait.
const (
	probeDepth   = 0.7
	probeDeeper  = 0.5
	probeSamples = 24.0
	probeGapMin  = 1.0 // seconds
	probeGapMax  = 8.0
	probeWeight  = 80.0 // effective samples that the scale is worth
)

type probe struct {
	on         bool
	measuring  bool // the requests from before have drained
	suspicious bool // nobody knows yet whether the backend is congested
	limit      float64
	began      float64
	deadline   float64
	meter      meter
	next       float64 // when the next one is due
	gap, depth float64
	count      [ProbeResults]uint64
}

// end is when a probe is over, whatever it knows by then.
func (p *probe) end() time.Duration { return time.Duration(p.deadline * float64(time.Second)) }

// ProbeResult is what a probe found.
type ProbeResult uint8

// The results of probes.
const (
	ProbeConfirmed ProbeResult = iota // what an idle backend takes is as it was
	ProbeMoved                        // it is not
	ProbeStale                        // the backend is slow, not congested
	ProbeFailed                       // too few requests to tell

	ProbeResults = 4 // how many there are
)

// String gives the result as it stands in metrics.
func (r ProbeResult) String() string { return probeResultNames[r] }

var probeResultNames = [ProbeResults]string{"confirmed", "moved", "stale", "failed"}

func (l *law) startProbe(now, limit float64) {
	p := &l.probe
	p.on, p.measuring, p.suspicious = true, false, false
	p.limit = max(1, limit)
	p.began = now
	wait := 1.5*l.congestion()*l.slow() + 2.5*max(probeSamples, 0.8*p.limit)/max(l.routes.effective(l.served), 0.1)
	p.deadline = now + min(max(wait, 0.3), 10)
	p.meter.reset(now)
}

// continueProbe begins to measure as soon as few enough are inside, and ends
// the probe when it knows enough.
func (l *law) continueProbe(now float64) {
	p := &l.probe
	if !p.measuring && l.inflight <= l.allowed() {
		p.measuring = true
		p.meter.reset(now)
	}
	if now > p.deadline || p.measuring && now-p.meter.since > 1.5*l.slow() &&
		l.routes.effective(p.meter.count-p.meter.failed) > max(probeSamples, 0.8*p.limit) {
		l.endProbe(now)
	}
}

// evidence is what all probes tell of how the stay of work answers to the
// number of requests inside: 0 not at all, 1 in proportion.
type evidence struct{ sum, weight float64 }

func (e *evidence) add(slope, weight float64) {
	e.sum = 0.8*e.sum + weight*min(max(slope, -0.5), 1.5)
	e.weight = 0.8*e.weight + weight
}

func (e *evidence) elasticity() (mean, deviation float64) {
	return e.sum / e.weight, 1.2 / math.Sqrt(e.weight)
}

func (l *law) endProbe(now float64) {
	p := &l.probe
	m := p.meter
	effective := l.routes.effective(m.count - m.failed)
	measured := p.measuring && effective >= 6
	p.on, p.measuring = false, false
	l.skip = true
	if !measured {
		p.next = now + 1
		l.noSuspicion = now + 2
		p.suspicious = false
		p.count[ProbeFailed]++
		return
	}
	stay, load := m.stay(), m.inflight(now)
	slope := 0.5
	if l.load > 1.1*load && l.stay > 0 {
		slope = math.Log(l.stay/stay) / math.Log(l.load/load)
	}
	if l.regime {
		l.evidence = evidence{}
	}
	distance := math.Log(max(1.05, l.load/load))
	l.evidence.add(slope, effective*distance*distance)
	result := l.learnScale(stay, load, effective)
	p.count[result]++
	l.schedule(now, result == ProbeStale)
	if p.suspicious {
		p.suspicious = false
		l.noSuspicion = now + max(2, 6*(now-p.began))
		if slope > 0.4 { // congested indeed: down to what it delivers
			l.setLimit(max(l.target(), 0.5*l.load))
		}
		return
	}
	l.settle()
}

// learnScale takes in what a probe found.
func (l *law) learnScale(stay, load, effective float64) ProbeResult {
	mean, deviation := l.evidence.elasticity()
	weight := effective / (effective + probeWeight)
	result := ProbeConfirmed
	if l.regime || math.Abs(stay/l.scale-1) > 3/math.Sqrt(effective) {
		weight = max(weight, 0.7)
		l.regime = false
		result = ProbeMoved
	}
	if mean-0.5*deviation > 0.6 && stay < l.scale {
		weight = max(weight, 0.8)
	}
	old := l.scale
	l.scale += weight * (stay - l.scale)
	if mean+deviation < 0.25 && !l.probe.suspicious && l.load > 1.15*load {
		// Fewer requests did not make it faster: it is not congested, what is
		// known of it is stale.
		l.scale = max(l.scale, 0.5*(stay+min(l.stay, 1.5*stay)))
		l.setLimit(1.25 * l.limit)
		l.eager = 3
		l.evidence.sum *= 0.5
		l.evidence.weight *= 0.5
		result = ProbeStale
	}
	if l.scale < 0.85*old || mean-0.5*deviation > 0.6 {
		l.probe.gap, l.probe.depth = probeGapMin, probeDeeper
	} else {
		l.probe.gap, l.probe.depth = min(probeGapMax, 2*l.probe.gap), probeDepth
	}
	return result
}

// schedule says when the next probe is due: the more is known, the later.
func (l *law) schedule(now float64, soon bool) {
	p := &l.probe
	took := now - p.began
	_, deviation := l.evidence.elasticity()
	switch {
	case soon || deviation > 0.35:
		p.next = now + max(1, 1.5*took)
	case p.depth < 0.6:
		p.next = now + max(p.gap, 1.5*took)
	default:
		p.next = now + max(p.gap, 6*took)
	}
}
