package shed

import (
	"math"
	"time"
)

// A probe lets fewer requests in for a moment, to see how long work stays in
// a backend that is not busy. Nobody is shed for it: the others wait.
const (
	probeDepth   = 0.75 // of the requests that the backend works on
	probeSamples = 24.0 // effective ones that end it
	probeTurns   = 2.0  // times that those inside are replaced while a probe measures, at least
	probeMix     = 1.0  // likewise, before it measures: those that are left of before are the long ones
	probeCost    = 0.01 // of what the backend can do, spent on probes
	probeGapMax  = 30.0 // seconds
	probeMoved   = 3.0  // standard deviations
	probeClose   = 1.5  // likewise, within which nothing has
	probeElastic = 0.6  // above this the stay falls with the number inside: the backend is busy
	probeSure    = 1.0  // natural logarithm of the odds from where one may act on them
	probeStale   = 3.0  // and from where what was known is given up
	probeEnough  = 6.0  // samples without which nothing was measured
	probeFrom    = 0.1  // natural logarithm of the ratio of two loads from where they can be compared
	probeFar     = 0.3  // and from where one of them is enough
)

type probe struct {
	on        bool
	mixing    bool    // few enough are inside
	measuring bool    // and what is left of before is gone
	doubt     bool    // nobody knows yet whether the backend is congested
	search    bool    // the start has led to it
	from      float64 // requests in flight before the doubt
	deeper    bool    // the backend was still busy, another one follows
	after     bool    // the window that runs has seen the probe
	late      bool    // while it ran, too many clients did not wait for their answers
	limit     float64 // of requests in flight
	began     float64
	deadline  float64
	window    window
	next      float64 // when the next one is due
	gap       float64 // before it
	odds      float64 // that the backend is slow, not congested
	elastic   estimate
	load      float64 // of the last one that measured
	surge     bool    // more is asked for than the backend ever did
	found     int     // how often it seemed congested without, during one search
	retries   int     // deeper ones, of a doubt that could not
	count     [ProbeResults]uint64
}

// end is when a probe is over, whatever it knows by then.
func (p *probe) end() time.Duration { return time.Duration(p.deadline * float64(time.Second)) }

// busy reports whether probes found the backend still busy: its stay falls in
// proportion to the number inside.
func (p *probe) busy() bool {
	return p.elastic.samples >= 2*probeSamples && p.elastic.mean > probeElastic
}

// depth is how many requests a probe lets in, as a part of those that the
// backend works on.
func (p *probe) depth() float64 {
	if p.busy() {
		return doubtDepth
	}
	return probeDepth
}

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
	p.on, p.mixing, p.measuring, p.deeper = true, false, false, false
	p.limit = max(1, math.Floor(limit+0.5))
	p.late = l.tooLate()
	p.began = now
	turns := probeMix + probeTurns
	if !l.congested {
		turns *= l.congestion() // it may go on to take so long
	}
	wait := (l.congestion()+turns)*l.slow() + 3*probeSamples/max(l.routes.effective(l.potential()), 0.1)
	p.deadline = now + min(max(wait, 0.3), 10)
	p.window.reset(now)
	l.note(map[bool]EventKind{false: EventProbe, true: EventDoubt}[p.doubt], 0, l.recent)
	l.continueProbe(now)
}

// continueProbe begins to measure when few enough are inside and those that
// were inside before are gone, and ends the probe when it knows enough.
func (l *law) continueProbe(now float64) {
	p := &l.probe
	if !p.mixing && l.inflight <= l.allowed() {
		p.mixing = true
		p.window.reset(now)
	}
	if p.mixing && !p.measuring && p.window.count >= probeMix*p.limit {
		p.measuring = true
		p.window.reset(now)
	}
	if now >= p.deadline {
		l.endProbe(now)
		return
	}
	if !p.measuring {
		return
	}
	m := p.window.close(now, &l.routes)
	if p.window.count >= probeTurns*p.limit && m.samples >= l.enough(m) {
		l.endProbe(now)
	}
}

func (l *law) endProbe(now float64) {
	p := &l.probe
	m := p.window.close(now, &l.routes)
	measured, drained := p.measuring && m.samples >= probeEnough, p.mixing
	p.on, p.mixing, p.measuring, p.after = false, false, false, true
	took := now - p.began
	if !measured {
		l.note(EventProbed, ProbeFailed, m)
		l.failProbe(now, drained)
		return
	}
	found := p.found
	result := l.judgeProbe(now, m)
	l.note(EventProbed, result, m)
	l.since = meter{}
	p.load = m.load()
	if p.doubt && m.rate() > l.busy.rate() {
		l.busy, l.recent = m, m // fewer got more done: what was known is of the past
	}
	p.count[result]++
	if result == ProbeConfirmed {
		p.gap = min(max(2*p.gap, 2*took), took*(1-probeDepth)/probeCost, probeGapMax)
	} else {
		p.gap = 2 * took
	}
	p.next = now + p.gap
	if p.doubt && !l.congested {
		p.next = now + took
	} else if p.doubt {
		p.next = now + max(1, 2*took)
	}
	if !l.congested && p.found > found {
		p.odds, p.deeper = 0, true // the next one is to find it without what this one found
	}
	if p.deeper {
		l.busy = m
		l.startProbe(now, doubtDepth*m.load())
		return
	}
	switch {
	case result == ProbeStale:
	case p.doubt && !l.congested && p.search:
		l.setLimit(min(l.limit, max(startLimit, doubtRoom*p.from))) // those who waited come at once
		l.resume(now)                                               // nothing speaks for having found the limit
	default:
		l.settle()
	}
	p.doubt = false
}

// failProbe ends one that has measured nothing.
func (l *law) failProbe(now float64, drained bool) {
	p := &l.probe
	p.count[ProbeFailed]++
	if drained && p.doubt && !l.congested && p.retries < doubtRetries {
		p.retries++
		l.startProbe(now, doubtDepth*p.limit)
		return
	}
	switch {
	case !drained:
		l.setLimit(min(l.limit, float64(l.inflight))) // those inside don't get done: no more for now
	case p.doubt && !l.congested && p.search:
		l.setLimit(min(l.limit, p.limit)) // not even so few get done
		l.resume(now)
	}
	p.doubt = false
	p.next = now + max(1, now-p.began)
}

// before is what is known of the backend before a probe that has found m.
func (l *law) before(m meter) meter {
	before := l.since
	if before.samples < windowSamples {
		before = l.busy
	}
	if before.work <= 0 || before.area <= 0 || before.seconds <= 0 {
		before = m // there is nothing to compare with
	}
	return before
}

// judgeProbe takes in what a probe found.
func (l *law) judgeProbe(now float64, m meter) ProbeResult {
	p := &l.probe
	before := l.before(m)
	seen := math.Log(before.stay() / m.stay())
	distance := math.Log(before.load() / m.load())
	if distance > probeFrom {
		p.elastic.add(min(max(seen/distance, -0.5), 2), m.samples, 8*probeSamples)
	}
	p.odds = 0.8*p.odds + l.evidence(before, m)
	if p.late && m.stay() > l.scale() {
		// The backend still has to do what nobody waits for: what it takes tells nothing.
		l.congested = true
		return ProbeFailed
	}
	if max(before.lost(), m.lost()) > lostMany {
		p.odds = min(p.odds, -probeStale/2) // too slow for its clients, whatever those say that stayed
	}
	if p.odds > probeStale {
		p.odds = 0
		l.idle = m
		l.expand(now)
		return ProbeStale
	}
	p.odds = max(p.odds, -probeStale)
	l.congested = l.foundCongested()
	if p.doubt {
		l.remember(before)
	}
	if m.lost() > lostMany && m.lost() < lostLess*before.lost() {
		return ProbeFailed // there is more inside than anyone knows
	}
	if p.doubt && distance > probeFar && seen > doubtElastic*distance {
		// It is still busy with so few: what it takes when it is not is less.
		if math.Log(m.stay()/l.scale())*math.Sqrt(m.samples) > -probeClose && l.idle.samples >= idleTrusted {
			return ProbeConfirmed
		}
		l.idle, p.elastic = m, estimate{}
		p.deeper = true
		return ProbeMoved
	}
	if math.Abs(math.Log(m.stay()/l.scale()))*math.Sqrt(m.samples) > probeMoved {
		l.idle = m
		return ProbeMoved
	}
	memory := idleMemory
	if p.busy() && m.stay() < l.scale() {
		memory = 2 * m.samples // what was known came of a backend that was busy
		p.elastic = estimate{}
	}
	l.idle.add(m, memory)
	return ProbeConfirmed
}
