package shed

import "math"

// The control law. Everything it knows comes from Little's law over windows:
// how much work the backend delivers in a second (the rate), and how long a unit
// of work stays in it. What a unit takes while the backend isn't busy is the
// scale; it is measured while there is little to do, and by letting fewer
// requests in for a moment (see probe). Rate times scale is how many requests
// the backend can really work on at a time, whatever is inside it: so many are
// let in, and a few more, so that a backend that grew can show it.
const (
	windowSamples = 16   // effective samples that close a window
	windowMin     = 0.1  // seconds
	windowStays   = 1.2  // in stays of slow requests
	saturatedAt   = 0.88 // of the limit
	calmAfter     = 2.0  // seconds after which a saturation is over

	busyMemory   = 300.0 // effective samples of what is known of the busy backend
	recentMemory = 48.0  // of what is known of its last moments
	idleMemory   = 600.0 // of what is known of the idle backend
	idleTrusted  = 100.0 // after which that is trusted

	usualMemory = 20.0 // seconds of what is known of the load during the start

	slackShare = 0.06 // the limit is above the requests worked on by this
	slackRoot  = 0.8  // and by so many times their square root
	stepDown   = 0.6  // the limit never falls below this part of itself in a window
	stepUp     = 2.0  // nor rises above

	abortsMany  = 0.03 // of those admitted: clients give up before the backend does
	abortsFew   = 0.01
	lostMany    = 0.2 // of those that ended: what the others say is not the whole truth
	squeezeStep = 0.7
	squeezeMin  = 0.1
	relaxStep   = 1.03
)

// law learns how many requests the backend can work on at a time.
type law struct {
	still bool    // the limit is fixed, or must not be tried out
	max   float64 // of the limit
	limit float64

	routes routes
	idle   meter // the backend with little to do: the scale
	busy   meter // the backend at its limit
	recent meter // likewise, of late
	since  meter // since the last probe, at its limit or not
	served float64

	inflight  int
	touched   float64 // when inflight last changed
	window    window
	full      bool    // the last window was at the limit
	saturated float64 // when one was last
	squeeze   float64 // 0.1 to 1: below 1 clients give up, so everything must be quicker

	usual     estimate // requests in flight during the start, over seconds
	best      best
	began     float64 // when the start did
	start     bool    // nothing has shown yet how many are too many
	probe     probe
	change    change
	calm      int  // windows in a row that are not congested at the limit
	congested bool // a probe has shown it
	suspicion int  // windows in a row that are slow below the limit
}

func newLaw(cfg *Config) law {
	l := law{squeeze: 1, start: true, began: -1, saturated: math.Inf(-1)}
	l.configure(cfg)
	return l
}

// configure takes a configuration; what was learned stays.
func (l *law) configure(cfg *Config) {
	l.still = cfg.Fixed > 0 || cfg.Report
	l.max = float64(cfg.Max)
	switch {
	case cfg.Fixed > 0:
		l.limit = float64(cfg.Fixed)
	case l.limit == 0:
		l.limit = startLimit
	}
	l.limit = min(l.limit, l.max)
	if l.still {
		l.probe.on = false
	}
}

// allowed is how many requests may be in flight now.
func (l *law) allowed() int {
	limit := l.limit
	if l.probe.on {
		limit = l.probe.limit
	}
	return max(1, int(limit+0.5))
}

// flow brings the areas up to now. It comes before inflight changes.
func (l *law) flow(now float64) {
	area := float64(l.inflight) * (now - l.touched)
	l.window.area += area
	if l.probe.measuring {
		l.probe.window.area += area
	}
	if l.start {
		l.usual.add(float64(l.inflight), now-l.touched, usualMemory)
	}
	l.touched = now
}

// scale is the seconds that a unit of work takes in an idle backend.
func (l *law) scale() float64 {
	if l.idle.work == 0 {
		return 1 // a unit is a second until something else is known
	}
	return l.idle.stay()
}

// congestion is how much longer work stays than in an idle backend, at least 1.
func (l *law) congestion() float64 {
	if l.busy.work == 0 {
		return 1
	}
	return max(1, l.busy.stay()/l.scale())
}

// slower is how many times longer than in an idle backend those took that ended
// of late.
func (l *law) slower() float64 {
	if l.recent.owed == 0 {
		return 1
	}
	return l.recent.took / (l.scale() * l.recent.owed)
}

// erlangs is how many requests the busy backend really works on at a time.
func (l *law) erlangs() float64 {
	if l.busy.seconds == 0 {
		return 0
	}
	return l.busy.rate() * l.scale()
}

// expected is the seconds that work takes in an idle backend.
func (l *law) expected(work float64) float64 { return l.scale() * work }

// slow is the stay of the slow requests that most of the work is, in seconds.
func (l *law) slow() float64 { return l.scale() * l.routes.slow() }

// potential is the requests that the backend can do in a second.
func (l *law) potential() float64 {
	if l.served > 0 {
		return l.served
	}
	if each := l.expected(l.routes.mean.mean); each > 0 {
		return l.limit / each
	}
	return l.limit / 0.1
}

// quiet reports whether a request that is admitted now tells what requests
// cost in a backend that is not busy. While no limit is known, the load that is
// usual is taken for not busy.
func (l *law) quiet(now float64) bool {
	if l.probe.on || l.full || now-l.saturated <= calmAfter {
		return false
	}
	few := 0.7 * l.limit
	if l.start {
		if few = 1.5 * l.usual.mean; l.routes.effective(l.idle.samples) < startSamples {
			few = max(few, startFew)
		}
	}
	return float64(l.inflight) <= max(1, few)
}

// admitted notes that a request goes to the backend.
func (l *law) admitted(now float64, p *Place) {
	if l.began < 0 {
		l.began, l.touched = now, now
		l.window.reset(now)
	}
	p.quiet = l.quiet(now)
	l.flow(now)
	l.inflight++
}

// ended notes that a request has left the backend after so many seconds. A
// request whose client left has ended when its ghost does.
func (l *law) ended(now float64, p *Place, stay float64, e Ending) {
	l.flow(now)
	l.inflight--
	if e == Unused {
		return
	}
	if e == Served {
		l.learn(now, p, stay)
	}
	work := l.routes.work(p.slot)
	if work <= 0 {
		return
	}
	if e == Served {
		l.routes.completed(work)
		if l.start {
			l.grow()
		}
	}
	l.count(&l.window, work, e)
	if e != Failed && l.routes.known(p.slot) {
		l.window.took += stay
		l.window.owed += work
	}
	if l.probe.on {
		l.count(&l.probe.window, work, e)
		l.continueProbe(now)
	}
	l.closeWindow(now)
}

// learn takes in what a request took, if that tells what its route costs. A
// route that nobody knows yet is compared with the others as busy as it is.
func (l *law) learn(now float64, p *Place, stay float64) {
	switch {
	case p.quiet && (l.start || !l.probe.on && !l.full && now-l.saturated > calmAfter && float64(l.inflight) <= max(2, 0.8*l.limit)):
		l.routes.learn(p.slot, stay/l.scale())
		l.idle.add(meter{area: stay, work: l.routes.work(p.slot), samples: 1}, idleMemory)
		l.routes.spread(stay/l.scale(), p.slot)
	case !l.routes.known(p.slot):
		l.routes.learn(p.slot, stay/l.scale()/max(1, l.slower()))
	}
}

func (l *law) count(w *window, work float64, e Ending) {
	w.count++
	switch e {
	case Failed:
		w.failed++
	case Left: // nobody knows whether the work was done
		w.gone++
	default:
		w.work += work
	}
}

// gaveUp notes that a client left before its answer came.
func (l *law) gaveUp() { l.window.left++ }

// closeWindow ends the window if it knows enough, and acts on it.
func (l *law) closeWindow(now float64) {
	m := l.window.close(now, &l.routes)
	shortest := max(windowMin, windowStays*l.slow())
	if !(m.seconds >= shortest && m.samples >= windowSamples ||
		m.seconds >= max(1, 3*shortest) && m.samples >= 5 ||
		m.seconds >= max(3, 5*shortest)) {
		return
	}
	allowed := l.allowed()
	l.full = m.load() >= saturatedAt*float64(min(allowed, max(l.window.allowed, 1)))
	l.squeezeBy(l.full)
	count := l.window.count
	l.window.reset(now)
	l.window.allowed = allowed
	if !l.probe.on && !l.probe.after {
		l.since.add(m, busyMemory)
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
	l.served += min(0.6, max(0.1, m.samples/80)) * (count/m.seconds - l.served)
	changed := l.change.note(m, &l.busy)
	l.busy.add(m, busyMemory)
	l.recent.add(m, recentMemory)
	if l.still {
		return
	}
	if l.start {
		l.starting(now, m, count/m.seconds)
		return
	}
	if changed {
		l.busy, l.since = l.recent, l.recent
		if l.recent.stay() > 1.3*l.scale() {
			l.doubt(now)
			return
		}
	}
	l.settle()
	if now >= l.probe.next {
		l.startProbe(now, l.probe.depth()*min(l.limit, l.erlangs()))
	}
}

// change is a test for a backend that does more or less work than it did
// (CUSUM).
type change struct{ more, less float64 }

func (c *change) note(m meter, known *meter) bool {
	if known.work == 0 || m.samples == 0 {
		return false
	}
	z := -4.0
	if m.work > 0 {
		z = math.Log(m.rate()/known.rate()) * math.Sqrt(m.samples)
	}
	c.more = max(0, c.more+z-0.75)
	c.less = max(0, c.less-z-0.75)
	if c.more < 5 && c.less < 5 {
		return false
	}
	*c = change{}
	return true
}

// settle moves the limit to what the backend delivers and a little more. A
// backend that shows no congestion at the limit may be able to do more.
func (l *law) settle() {
	if l.start || l.busy.seconds == 0 || l.still {
		return
	}
	limit := l.target()
	if l.recent.stay() < 1.05*l.scale() {
		l.calm++
		growth := 1.15
		if l.calm >= 3 {
			growth = 1.4
		}
		limit = max(limit, growth*l.recent.load())
	} else {
		l.calm = 0
	}
	if !l.congested {
		limit = max(limit, l.limit) // nobody is shed on a suspicion
	}
	if !l.probe.after || !l.probe.doubt { // what was doubted is known now
		limit = max(limit, stepDown*l.limit)
	}
	l.setLimit(min(limit, stepUp*l.limit))
}

// target is the limit for what the backend delivers.
func (l *law) target() float64 {
	e := l.erlangs()
	return (1+slackShare*l.squeeze)*e + slackRoot*l.squeeze*math.Sqrt(e)
}

func (l *law) setLimit(limit float64) { l.limit = max(1, min(l.max, limit)) }

// unsaturatedWindow looks for a backend that has become slow although the
// limit is far: it is asked before anyone is shed.
func (l *law) unsaturatedWindow(now float64, m meter, count float64) {
	l.calm = 0
	if l.start && m.load() > startLimit {
		l.recent.add(m, recentMemory)
		l.starting(now, m, count/m.seconds)
		return
	}
	if l.still || l.idle.samples < idleTrusted || m.samples < 12 || m.load() <= 2 {
		return
	}
	if m.work > 0 && m.stay() < 1.6*l.scale() {
		l.suspicion = 0
		return
	}
	if l.suspicion++; l.suspicion < 2 || now < l.probe.next {
		return
	}
	l.busy, l.recent, l.since = m, m, m
	l.doubt(now)
}

// doubt asks a backend that has become slow why, before anyone is shed.
func (l *law) doubt(now float64) {
	l.suspicion = 0
	l.start = false
	l.congested = false
	l.probe.doubt, l.probe.odds = true, 0
	l.startProbe(now, doubtDepth*l.recent.load())
}
