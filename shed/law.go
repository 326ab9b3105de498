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
	busyMemory   = 300.0 // effective samples of what is known of the busy backend
	recentMemory = 48.0  // of what is known of its last moments
	idleMemory   = 600.0 // of what is known of the idle backend
	idleTrusted  = 100.0 // after which that is trusted
	usualMemory  = 20.0  // seconds of what is known of the load during the start
	lostMany     = 0.2   // of those that ended: what the others say is not the whole truth
	lostLess     = 0.8   // of before: clients leave because of the load, not as they please
	calmAfter    = 2.0   // seconds after which a saturation is over
	shortestStay = 1e-6  // seconds
)

// law learns how many requests the backend can work on at a time.
type law struct {
	fixed bool    // the limit is the operator's
	blind bool    // nothing may be tried out: every request is admitted
	max   float64 // of the limit
	limit float64

	routes routes
	idle   meter // the backend with little to do: the scale
	busy   meter // the backend at its limit
	recent meter // likewise, of late
	high   meter // before a doubt found it congested
	low    meter // since then, or since that was looked at last
	held   bool  // what is known since does not bear it out, or nothing is yet
	since  meter // since the last probe, at its limit or not
	served float64

	inflight  int
	strays    int     // those of them whose client left in time: they measure nothing
	parked    int     // those of them that seem to stay for something else than work
	parkedAt  float64 // when they were taken for that
	old       int     // those that were in flight then, and still are
	moved     float64 // when one began or ended last, or was parked
	touched   float64 // when inflight last changed
	window    window
	pause     pause
	full      bool    // the last window was at the limit
	saturated float64 // when one was last
	late      late
	squeeze   float64 // 0.1 to 1: below 1 clients give up, so everything must be quicker

	quick     meter    // the start, while requests are quick
	met       float64  // the most requests done in a second in that
	halted    bool     // the start lets no more in
	usual     estimate // requests in flight during the start, over seconds
	best      best
	trend     trend
	began     float64 // when the start did
	start     bool    // nothing has shown yet how many are too many
	probe     probe
	change    change
	calm      int  // windows in a row that are not congested at the limit
	congested bool // a probe has shown it; in report mode it is taken for granted

	noted func(EventKind, ProbeResult, meter) // is told of steps, nil: nobody is
}

func newLaw(cfg *Config) law {
	l := law{squeeze: 1, began: -1, saturated: math.Inf(-1)}
	l.configure(cfg)
	return l
}

// configure takes a configuration; what was learned stays.
func (l *law) configure(cfg *Config) {
	learned := l.limit > 0 && !l.fixed
	l.fixed, l.blind = cfg.Fixed > 0, cfg.Report
	l.max = float64(cfg.Max)
	switch {
	case l.fixed:
		l.limit, l.start = float64(cfg.Fixed), false
		l.parked, l.old = 0, 0
	case !learned:
		l.limit = max(l.limit, startLimit)
		l.restart(-1)
	}
	l.limit = min(l.limit, l.max)
	if l.fixed || l.blind {
		p := &l.probe
		l.congested = l.congested || p.doubt // it can't be found out any more
		p.after = p.after || p.on
		p.on, p.mixing, p.measuring, p.doubt = false, false, false, false
	}
}

// allowed is how many requests may be in flight now.
func (l *law) allowed() int { return l.working() + l.parked }

// working is how many of them the backend may have to work on.
func (l *law) working() int {
	limit := l.limit
	if l.probe.on {
		limit = l.probe.limit
	}
	return max(1, int(limit+0.5))
}

// flow brings the areas up to now. It comes before inflight changes.
func (l *law) flow(now float64) {
	working := l.inflight - l.parked
	l.window.area += float64(max(0, working)) * (now - l.touched)
	l.pause.area += float64(max(0, working)) * (now - l.touched)
	if l.probe.measuring {
		l.probe.window.area += float64(max(0, working-l.strays)) * (now - l.touched)
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
		l.window.allowed = l.working()
	}
	p.quiet, p.paused = l.quiet(now), l.pause.total
	l.flow(now)
	l.inflight++
	if p.Class != Exempt { // those begin in any case
		l.moved = now
	}
}

// ended notes that a request has left the backend after so many seconds. A
// request whose client left has ended when its ghost does.
func (l *law) ended(now float64, p *Place, stay float64, e Ending) {
	l.flow(now)
	l.paused(now, stay)
	l.inflight--
	l.unpark(now, stay)
	stay = max(stay-(l.pause.total-p.paused), shortestStay)
	if e == Unused {
		return
	}
	if e == Failed {
		l.forget(now, stay)
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
	l.window.ended(p, work, e)
	if e == Served && l.routes.known(p.slot) {
		l.window.took += stay
		l.window.owed += work
	}
	if l.probe.on {
		l.probed(p, work, e)
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

// probed counts a request that has left the backend while a probe runs. How long
// one stayed whose client left in time is only what was expected: nothing is
// measured by it.
func (l *law) probed(p *Place, work float64, e Ending) {
	w := &l.probe.window
	if e != Left || p.late {
		w.ended(p, work, e)
		return
	}
	w.count++
	w.failed++
}

// strayed notes that the client of a request left in time, after so many seconds: how
// long its place is kept is only what was expected.
func (l *law) strayed(now, stay float64) {
	l.flow(now)
	l.strays++
	l.probe.window.forget(now, stay)
}

// returned notes that such a request is about to end.
func (l *law) returned(now float64) {
	l.flow(now)
	l.strays--
}

// note tells the recorder of a step, and what was measured in it.
func (l *law) note(kind EventKind, result ProbeResult, m meter) {
	if l.noted != nil {
		l.noted(kind, result, m)
	}
}

// gaveUp notes that a client left because its answer did not come.
func (l *law) gaveUp() { l.window.left++ }

// asked notes that a request asks for a place.
func (l *law) asked() { l.window.came++ }
