package shed

import "math"

// A doubt is a probe of a backend that has become slow: only if it becomes
// quicker with fewer requests inside is it congested. Until that is known nobody is
// shed for it, and what it found is looked at again later, once.
const (
	doubtDepth   = 0.5  // of the requests in flight, that a doubt lets in
	doubtSamples = 12.0 // effective ones that end it: all others wait for it
	doubtMost    = 36.0 // likewise, where those leave it open
	doubtSure    = 2.0  // natural logarithm of the odds from where they do not
	doubtElastic = 0.55 // above this the backend is still busy with so few
	doubtRetries = 2    // deeper ones, after one that could not tell
	doubtSeconds = 1.0  // until what it found is looked at again
	doubtStays   = 3.0  // of slow requests, likewise
	doubtRoom    = 1.5  // times the load of before, to which the limit rises after one that left it open
	doubtTimes   = 2    // that a backend must be found congested that is not asked for more than it did
	doubtWorse   = 1.2  // times the stay of before, from where the backend is not as it was
)

// doubt asks a backend that has become slow why, before anyone is shed. Where
// nothing may be tried out it is taken for congested.
func (l *law) doubt(now float64) {
	l.probe.search = l.start
	l.probe.surge, l.probe.from = l.surging(), l.recent.load()
	l.start = false
	l.congested = l.blind
	l.probe.odds = 0
	if l.blind {
		l.settle()
		return
	}
	l.probe.doubt, l.probe.retries = true, 0
	l.held, l.high = false, meter{}
	l.startProbe(now, doubtDepth*l.recent.load())
}

// unsure reports whether nothing has shown yet that the backend is congested: its
// limit is still searched for, or it is being asked. Requests may wait longer then,
// instead of being shed.
func (l *law) unsure() bool { return !l.congested && (l.probe.on || l.start) }

// enough is how many samples end the probe that has found m.
func (l *law) enough(m meter) float64 {
	if !l.probe.doubt || l.congested {
		return probeSamples
	}
	if odds := l.evidence(l.before(m), m); math.Abs(odds) < doubtSure {
		return doubtMost
	}
	return doubtSamples
}

// evidence is what fewer inside tell of the backend: the natural logarithm of the
// odds that it is slow, not congested. If it is congested it is quicker then, in
// proportion to what is inside until it is idle; if it is only slow, it is as it was.
func (l *law) evidence(more, fewer meter) float64 {
	scale := min(l.scale(), fewer.stay()) // an idle backend can't take longer
	congested := math.Log(max(1, more.stay()/scale))
	expected := max(0, min(congested, math.Log(more.load()/fewer.load())))
	seen := math.Log(more.stay() / fewer.stay())
	samples := min(fewer.samples, 4*probeSamples) * more.samples / (fewer.samples + more.samples)
	return samples * expected * (expected - 2*seen) / 2
}

// foundCongested reports whether the odds are that the backend is congested. One that
// is not asked for more than it did before is more likely to be slow: it must be
// found so twice.
func (l *law) foundCongested() bool {
	p := &l.probe
	switch {
	case l.congested:
		return p.odds < probeSure
	case p.odds >= -probeSure:
		if p.odds > 0 {
			p.found = 0
		}
		return false
	case p.doubt && p.search && !p.surge:
		p.found++
		return p.found >= doubtTimes
	}
	return true
}

// remember keeps what was before a doubt that found the backend congested. If
// another one goes deeper, the most that was inside counts.
func (l *law) remember(before meter) {
	l.low, l.held = meter{}, l.congested
	switch {
	case !l.congested:
		l.high = meter{}
	case l.high.work == 0 || before.load() > l.high.load():
		l.high = before
	}
}

// reconsider looks at what has become of a backend that was found congested, now
// that fewer are inside: if it isn't quicker, it was only slow.
func (l *law) reconsider(now float64, m meter) bool {
	if !l.congested || l.high.work <= 0 {
		l.forgetDoubt()
		return false
	}
	l.low.add(m, math.Inf(1))
	if l.low.samples < probeEnough || l.low.seconds < max(doubtSeconds, doubtStays*l.low.stay()*l.routes.slow()) {
		return false
	}
	low := l.low
	l.low = meter{}
	comparable := math.Log(l.high.load()/low.load()) >= probeFar && low.stay() <= doubtWorse*l.high.stay()
	if !comparable || max(l.high.lost(), low.lost()) > lostMany {
		l.held = false
		return false
	}
	odds := l.probe.odds + l.evidence(l.high, low)
	switch {
	case odds < -probeSure: // from now on changes are what counts
		l.forgetDoubt()
	case odds < probeStale:
		l.held = true
	default:
		l.probe.odds = 0
		l.idle = low
		l.expand(now)
		return true
	}
	return false
}

// forgetDoubt forgets what was before a doubt.
func (l *law) forgetDoubt() { l.high, l.low, l.held = meter{}, meter{}, false }

// expand makes room for a backend that is slow, but not congested: how many
// it can work on now is searched anew.
func (l *law) expand(now float64) {
	l.setLimit(max(2*l.limit, 2*l.recent.load()))
	met := l.recent.rate()
	l.restart(now)
	if mean := l.routes.mean.mean; mean > 0 {
		l.met = met / mean
	}
}

// restart begins the start, and forgets what was found before.
func (l *law) restart(now float64) {
	l.resume(now)
	l.forgetDoubt()
	l.congested, l.halted, l.met = false, false, 0
	l.probe.found = 0
	l.busy, l.recent, l.quick, l.best = meter{}, meter{}, meter{}, best{}
	l.change, l.trend = change{}, trend{}
}
