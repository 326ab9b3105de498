package shed

import "math"

// The start is the search for the first limit: a few requests are let in, and
// each that is done lets one more in, so that the limit doubles in the time that
// a request takes; a little later at first. It ends when requests take longer than the first ones did.
// Until the slow ones had the time to end, nothing can be said: what is inside
// by then is soon done.
const (
	startLimit   = 4.0
	startSteps   = 12.0 // places from where each that is done lets one more in: fewer tell little
	startFew     = 16.0 // requests inside that tell what a request costs, while nothing is known
	startSamples = 12.0 // effective ones, until that is known
	startSeconds = 0.75 // before the start may end
	startStays   = 3.0  // of slow requests, likewise
	startGrowth  = 1.15 // of the work done, that shows that the limit was too low
	startMore    = 2.0  // times as many inside as when the most was done, that end the start
	trendRise    = 1.2  // times as many inside as before
	trendSlow    = 3.0  // times what a request takes in an idle backend, after which they are counted again at the latest
	trendApart   = 4.0  // standard deviations above the usual load, likewise
	trendMemory  = 20.0 // loads that the usual one is the mean of
	startCrowded = 1.8  // congestion that ends the start
	startError   = 4.0  // times the standard error of the scale, that is allowed for while little is known
	startSurge   = 1.2  // times what was done before, from where more is asked for
	haltSamples  = 8.0  // effective ones, before the start is halted
	metSamples   = 5.0  // likewise, that tell how much was done
)

// best is the window of the start in which the most was done.
type best struct {
	served float64 // requests in a second
	load   float64 // requests in flight
}

// grow is a step of the start: a request was done while there was demand.
func (l *law) grow() {
	if !l.halted && !l.probe.on && !l.tooLate() && float64(l.inflight+1) >= saturatedAt*l.limit {
		l.setLimit(l.limit + min(1, l.limit/startSteps))
	}
}

// starting looks at what is known of the last moments, and ends the start if
// they were crowded: if requests take longer than they should, or if more of them
// inside brought no more work done, while the backend does not keep up.
func (l *law) starting(now float64, m meter, served float64) {
	l.halt(m)
	if l.early(now) {
		return
	}
	if l.full && served > startGrowth*l.best.served {
		l.best = best{served, m.load()}
		return
	}
	crowded := l.full && (m.load() > startMore*l.best.load || l.recent.lost() > lostMany)
	if l.growing() && l.recent.samples >= windowSamples {
		crowded = crowded || l.slower() > l.tooSlow() ||
			l.recent.seconds > 2*startStays*l.slow() && l.recent.stay() > l.tooSlow()*l.scale()
	}
	if crowded {
		l.busy, l.since, l.best = l.recent, l.recent, best{}
		l.doubt(now)
	}
}

// halt keeps the start from flooding a backend that has become slow, if there is
// reason to suspect that it is congested. If there is none, some more may well be
// inside: it is only slow then.
func (l *law) halt(m meter) {
	l.trend.slow = l.slower() > l.tooSlow()
	if !l.trend.slow {
		l.meet(m)
	}
	l.halted = l.trend.slow && l.recent.samples >= haltSamples && l.suspected()
}

// meet notes how much a backend did that was quick.
func (l *law) meet(m meter) {
	l.quick.add(m, recentMemory)
	if l.quick.samples >= metSamples {
		l.met = max(l.met, l.quick.rate()/l.routes.mean.mean)
	}
}

// surging reports whether more is asked for than the backend ever did.
func (l *law) surging() bool { return l.recent.came > startSurge*l.met*l.recent.seconds }

// suspected reports whether there is a reason to think that a backend that is slow
// is congested: more is asked for than it ever did, or it was found so once.
func (l *law) suspected() bool {
	return l.surging() || l.probe.found > 0
}

// growing reports whether the requests inside become more, as in a backend that
// does not keep up. Without a suspicion it takes more than chance may do: to ask
// a backend that is only slow costs those who have to wait.
func (l *law) growing() bool {
	if l.suspected() {
		return l.trend.rising || l.halted && l.full
	}
	return l.trend.piling
}

// trend tells a backend that does not keep up from one that is only slow: the
// requests inside the one become more and more, those inside the other become
// more once, in the time that a request takes.
type trend struct {
	since  float64
	load   float64
	rising bool     // it has risen in the time that a request takes
	slow   bool     // requests take too long
	turned bool     // they did so before the load was noted last
	usual  estimate // load since then
	piling bool     // the load is far above the usual one
}

// note takes a window in, where requests stay for so many seconds.
func (t *trend) note(now float64, m *meter, stay float64) {
	if now-t.since < max(stay, windowMin) {
		return
	}
	t.rising = m.load() >= trendRise*t.load
	t.since, t.load = now, m.load()
	usual := t.usual.mean
	t.piling = usual > 0 && t.load >= max(trendRise*usual, usual+trendApart*math.Sqrt(usual))
	switch {
	case !t.slow:
		t.turned, t.usual, t.piling = false, estimate{}, false
	case !t.turned:
		t.turned = true // the load is still on its way
	default:
		t.usual.add(t.load, 1, trendMemory)
	}
}

// tooSlow is from how many times as long as they should that requests take too long
// during the start: the less is known of the scale, the more.
func (l *law) tooSlow() float64 {
	known := max(1, l.routes.effective(l.idle.samples))
	return startCrowded * (1 + startError*max(0, 1/math.Sqrt(known)-1/math.Sqrt(startSamples)))
}

// early reports whether the start may not end yet, whatever is seen.
func (l *law) early(now float64) bool {
	return l.start && now-l.began < max(startSeconds, startStays*l.slow())
}

// resume goes on with the start where it was.
func (l *law) resume(now float64) {
	l.start, l.began = true, now
	l.note(EventSearch, 0, l.recent)
}
