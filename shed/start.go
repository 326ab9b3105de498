package shed

// The start is the search for the first limit: a few requests are let in, and
// each that is done lets one more in, so that the limit doubles in the time that
// a request takes. It ends when requests take longer than the first ones did.
// Until the slow ones had the time to end, nothing can be said: what is inside
// by then is soon done.
const (
	startLimit   = 4.0
	startFew     = 16.0 // requests inside that tell what a request costs, while nothing is known
	startSamples = 12.0 // effective ones, until that is known
	startSeconds = 0.75 // before the start may end
	startStays   = 3.0  // of slow requests, likewise
	startGrowth  = 1.15 // of the work done, that shows that the limit was too low
	startMore    = 2.0  // times as many inside as when the most was done, that end the start
	trendRise    = 1.2  // times as many inside as before
	startCrowded = 1.8  // congestion that ends the start
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
	if !l.halted && !l.probe.on && float64(l.inflight+1) >= saturatedAt*l.limit {
		l.setLimit(l.limit + 1)
	}
}

// starting looks at what is known of the last moments, and ends the start if
// they were crowded: if requests take longer than they should, or if more of them
// inside brought no more work done, while the backend does not keep up.
func (l *law) starting(now float64, m meter, served float64) {
	l.halt(m)
	if now-l.began < max(startSeconds, startStays*l.slow()) {
		return
	}
	if l.full && served > startGrowth*l.best.served {
		l.best = best{served, m.load()}
		return
	}
	crowded := l.full && m.load() > startMore*l.best.load
	if (l.trend.rising || l.halted && l.full) && l.recent.samples >= windowSamples && l.routes.effective(l.idle.samples) >= startSamples {
		crowded = crowded || l.slower() > startCrowded ||
			l.recent.seconds > 2*startStays*l.slow() && l.recent.stay() > startCrowded*l.scale()
	}
	if crowded {
		l.busy, l.since, l.best = l.recent, l.recent, best{}
		l.doubt(now)
	}
}

// halt keeps the start from flooding a backend that has become slow. If no more
// is asked for than it did before, some more may well be inside: it is only slow then.
func (l *law) halt(m meter) {
	slow := l.slower() > startCrowded
	if !slow {
		l.meet(m)
	}
	surge := l.recent.came > startSurge*l.met*l.recent.seconds
	l.halted = slow && l.recent.samples >= haltSamples && (surge || l.limit >= startFew)
}

// meet notes how much a backend did that was quick.
func (l *law) meet(m meter) {
	if m.samples >= metSamples {
		l.met = max(l.met, m.rate()/l.routes.mean.mean)
	}
}

// trend tells a backend that does not keep up from one that is only slow: the
// requests inside the one become more and more, those inside the other become
// more once, in the time that a request takes.
type trend struct {
	since  float64
	load   float64
	rising bool // the load has risen in the time that a request takes
}

// note takes a window in, where requests stay for so many seconds.
func (t *trend) note(now float64, m *meter, stay float64) {
	if now-t.since < max(stay, windowMin) {
		return
	}
	t.rising = m.load() >= trendRise*t.load
	t.since, t.load = now, m.load()
}

// resume goes on with the start where it was.
func (l *law) resume(now float64) {
	l.start, l.began = true, now
}
