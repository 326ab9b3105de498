package shed

import "math"

// A window is as long as it takes to learn something, and no longer: the law
// acts when one closes.
const (
	windowSamples = 16   // effective samples that close a window
	windowMin     = 0.1  // seconds
	windowStays   = 1.2  // in stays of slow requests
	saturatedAt   = 0.88 // of the limit

	changeSlack = 0.75 // standard deviations that are taken for chance
	changeSure  = 5.0  // the sum of the others from where the backend has changed
	changeSlow  = 1.3  // times the scale: a change for the worse
	changeMost  = 3.0  // standard deviations that a window counts for at most: one alone shows nothing

	servedMemory = 80.0 // effective samples

	abortsMany  = 0.03 // of those admitted: clients give up before the backend does
	abortsFew   = 0.01
	squeezeStep = 0.7
	squeezeMin  = 0.1
	relaxStep   = 1.03
)

// closeWindow ends the window if it knows enough, and acts on it.
func (l *law) closeWindow(now float64) {
	m := l.window.close(now, &l.routes)
	shortest := max(windowMin, windowStays*l.slow())
	ended := l.routes.effective(l.window.count - l.window.failed) // those whose client had left tell something, too
	if !(m.seconds >= shortest && ended >= windowSamples ||
		m.seconds >= max(1, 3*shortest) && ended >= 5 ||
		m.seconds >= max(3, 5*shortest)) {
		return
	}
	allowed := l.working()
	l.full = m.load() >= saturatedAt*float64(min(allowed, max(l.window.allowed, 1)))
	l.squeezeBy(l.full)
	count := l.window.count
	l.window.reset(now)
	l.window.allowed = allowed
	l.noteLate(now, &m, count)
	defer l.shrink()
	l.note(EventWindow, 0, m)
	if !l.probe.on && !l.probe.after {
		l.since.add(m, busyMemory)
		if count > 0 && l.routes.mean.mean > 0 {
			l.trend.note(now, &m, min(m.area/count/l.routes.mean.mean, trendSlow*l.scale())*l.routes.slow())
		}
	}
	switch {
	case l.probe.on:
	case l.probe.after: // this window tells of the probe, too
		l.probe.after = false
	case l.full:
		l.saturatedWindow(now, m, count)
	default:
		l.unsaturatedWindow(now, m, count)
	}
}

// squeezeBy learns how patient the clients are: when many leave while the
// backend is busy, less may be inside and wait, so that what is served is
// served in time.
func (l *law) squeezeBy(full bool) {
	w := &l.window
	switch {
	case full && w.count > 0 && w.left > abortsMany*w.count+1:
		l.squeeze = max(squeezeMin, l.squeeze*squeezeStep)
	case !full || w.count > 0 && w.left < abortsFew*w.count+1:
		l.squeeze = min(1, l.squeeze*relaxStep)
	}
}

// saturatedWindow learns from a window in which the limit was reached.
func (l *law) saturatedWindow(now float64, m meter, count float64) {
	l.saturated = now
	if l.served == 0 {
		l.served = count / m.seconds
	}
	l.served += min(0.6, max(0.1, m.samples/servedMemory)) * (count/m.seconds - l.served)
	changed := l.change.note(m, &l.busy)
	l.busy.add(m, busyMemory)
	l.recent.add(m, recentMemory)
	if l.fixed {
		return
	}
	if l.start {
		l.starting(now, m, count/m.seconds)
		return
	}
	if l.reconsider(now, m) {
		return
	}
	if changed {
		l.busy, l.since = l.recent, l.recent
		if l.recent.stay() > changeSlow*l.scale() {
			l.doubt(now)
			return
		}
	}
	l.settle()
	if now >= l.probe.next && !l.blind {
		limit := l.probe.depth() * min(l.limit, l.erlangs())
		if !l.congested {
			limit = max(limit, doubtDepth*l.recent.load())
		}
		l.startProbe(now, limit)
	}
}

// change is a test for a backend that does more or less work than it did
// (CUSUM).
type change struct{ more, less float64 }

func (c *change) note(m meter, known *meter) bool {
	if known.work == 0 || m.samples == 0 {
		return false
	}
	z := -changeMost
	if m.work > 0 {
		z = math.Log(m.rate()/known.rate()) * math.Sqrt(m.samples)
		z = min(max(z, -changeMost), changeMost)
	}
	c.more = max(0, c.more+z-changeSlack)
	c.less = max(0, c.less-z-changeSlack)
	if c.more < changeSure && c.less < changeSure {
		return false
	}
	*c = change{}
	return true
}

// unsaturatedWindow learns from a window in which the limit was not reached.
func (l *law) unsaturatedWindow(now float64, m meter, count float64) {
	l.calm = 0
	switch {
	case !l.start:
	case m.load() <= startLimit:
		l.meet(m)
	default:
		l.recent.add(m, recentMemory)
		l.starting(now, m, count/m.seconds)
	}
}
