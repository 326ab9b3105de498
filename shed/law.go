package shed

import "math"

// The control law. Everything it knows comes from Little's law over windows:
// how much work the backend delivers in a second (rate), and how long a unit of
// work stays in it (stay). What a unit takes while the backend isn't busy is
// the scale; it is measured by letting fewer requests in for a moment (see
// probe). Rate times scale is how many requests the backend can really work on
// at a time, whatever is inside it: so many are let in, and a little more, so
// that a backend that grew can show it.
const (
	windowSamples = 16   // effective samples that close a window
	windowMin     = 0.1  // seconds
	windowStays   = 1.2  // in stays of slow requests
	saturatedAt   = 0.88 // of the limit
	stepDown      = 0.6  // the limit never falls below this part of itself in a window
	stepUp        = 2    // nor rises above
	abortsMany    = 0.03 // of those admitted: clients give up before the backend does
	abortsFew     = 0.01
	squeezeStep   = 0.7
	squeezeMin    = 0.1
	relaxStep     = 1.03
	calmAfter     = 2.0 // seconds after which a saturation is over
	startLimit    = 16.0
	startGrowth   = 1.3 // by which a stage must beat the one before
	startSamples  = 32.0
	startCrowded  = 2.5 // congestion that ends the start
)

// law learns how many requests the backend can work on at a time.
type law struct {
	still bool    // the limit is fixed, or must not be tried out
	max   float64 // of the limit

	routes routes
	scale  float64 // seconds that a unit of work takes in an idle backend; 0: unknown
	limit  float64

	inflight int
	touched  float64 // when inflight last changed

	window  meter
	samples float64 // completions ever
	rate    float64 // units of work in a second, while saturated
	stay    float64 // seconds of a unit of work, while saturated
	load    float64 // requests in flight, while saturated
	served  float64 // requests in a second
	squeeze float64 // 0.1 to 1: below 1 clients give up, so everything must be quicker

	start       start
	probe       probe
	evidence    evidence
	regime      bool // the backend has changed: what a probe finds replaces the scale
	skip        bool // the window after a probe tells of both
	calm        int  // windows in a row that are not congested at the limit
	eager       int  // windows that may grow on evidence
	lastStay    float64
	suspicion   int // windows in a row that are slow below the limit
	noSuspicion float64
	saturated   float64 // when a window last was
}

// start is the search for the first limit: it doubles as long as that
// brings more work done.
type start struct {
	on                     bool
	best                   float64 // units in a second
	work, seconds, samples float64 // of this stage
}

func newLaw(cfg *Config) law {
	l := law{squeeze: 1, start: start{on: true}, saturated: math.Inf(-1)}
	l.probe.depth, l.probe.gap = probeDepth, probeGapMin*2
	l.configure(cfg)
	return l
}

// configure takes a configuration; what was learned stays.
func (l *law) configure(cfg *Config) {
	l.still = cfg.Fixed > 0 || cfg.Report
	l.max = float64(cfg.Max)
	switch {
	case cfg.Fixed > 0:
		l.limit, l.start.on = float64(cfg.Fixed), true
	case l.limit == 0 || l.still:
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
		l.probe.meter.area += area
	}
	l.touched = now
}

// congestion is how much longer work stays than in an idle backend, at least 1.
func (l *law) congestion() float64 {
	if l.scale == 0 || l.stay == 0 {
		return 1
	}
	return max(1, l.stay/l.scale)
}

// expected is the seconds that work takes in an idle backend.
func (l *law) expected(work float64) float64 { return l.scale * work }

// slow is the stay of the slow requests that most of the work is, in seconds.
func (l *law) slow() float64 { return l.scale * l.routes.slow() }

// quiet reports whether a request that is admitted now tells what requests
// cost in a backend that is not busy.
func (l *law) quiet(now float64) bool {
	if l.probe.on {
		return false
	}
	return float64(l.inflight) <= max(1, 0.7*l.limit) && now-l.saturated > calmAfter
}

// admitted notes that a request goes to the backend.
func (l *law) admitted(now float64, p *Place) {
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
	if e == Served && l.tells(now, p) {
		if l.scale == 0 {
			l.scale = 1 // the first request defines the unit: a second
		}
		l.routes.learn(p.slot, stay/l.scale)
	}
	work := l.routes.work(p.slot)
	if work <= 0 {
		return
	}
	if e == Served {
		l.samples++
		l.routes.completed(work)
	}
	l.count(&l.window, work, e)
	if l.probe.on {
		l.count(&l.probe.meter, work, e)
		l.continueProbe(now)
	}
	l.closeWindow(now)
}

// tells reports whether what a request took is what its route costs. While
// nothing better is known, any request tells.
func (l *law) tells(now float64, p *Place) bool {
	if !p.quiet {
		return !l.routes.known(p.slot)
	}
	return !l.probe.on && now-l.saturated > calmAfter && float64(l.inflight) <= max(2, 0.8*l.limit)
}

func (l *law) count(m *meter, work float64, e Ending) {
	m.count++
	if e == Failed {
		m.failed++
		return
	}
	m.work += work
}

// gaveUp notes that a client left before its answer came.
func (l *law) gaveUp() { l.window.left++ }

// closeWindow ends the window if it knows enough, and acts on it.
func (l *law) closeWindow(now float64) {
	w := &l.window
	span := now - w.since
	effective := l.routes.effective(w.count - w.failed)
	shortest := max(windowMin, windowStays*l.slow())
	if !(span >= shortest && effective >= windowSamples ||
		span >= max(1, 3*shortest) && effective >= 5 ||
		span >= max(3, 5*shortest)) {
		return
	}
	full := w.inflight(now) >= saturatedAt*float64(l.allowed())
	l.squeezeBy(w, full)
	closed := *w
	w.reset(now)
	if l.probe.on {
		return
	}
	if l.skip {
		l.skip = false
		return
	}
	if full {
		l.saturatedWindow(now, &closed, effective)
	} else {
		l.unsaturatedWindow(now, &closed, effective)
	}
}

// squeezeBy learns how patient the clients are: when many leave while the
// backend is busy, less may be inside and wait, so that what is served is
// served in time.
func (l *law) squeezeBy(w *meter, full bool) {
	switch {
	case full && w.count > 0 && w.left > abortsMany*w.count+1:
		l.squeeze = max(squeezeMin, l.squeeze*squeezeStep)
	case !full || w.count > 0 && w.left < abortsFew*w.count+1:
		l.squeeze = min(1, l.squeeze*relaxStep)
	}
}

// staying is the seconds of a unit of work in a window; where nothing was
// completed, far too long.
func (l *law) staying(w *meter) float64 {
	if w.work > 0 {
		return w.stay()
	}
	return 4 * l.scale
}

// saturatedWindow learns from a window in which the limit was reached.
func (l *law) saturatedWindow(now float64, w *meter, effective float64) {
	l.saturated = now
	stay, span := l.staying(w), now-w.since
	weight := min(0.6, max(0.1, effective/80))
	if l.rate == 0 {
		l.rate, l.stay, l.load, l.served = w.work/span, stay, w.area/span, w.count/span
	}
	if math.Abs(stay/l.stay-1) > 3.5/math.Sqrt(effective+1) {
		weight = max(weight, 0.7)
		if !l.regime && !l.start.on {
			l.regime = true
			l.probe.next = min(l.probe.next, now+2*max(windowMin, windowStays*l.slow()))
		}
	}
	l.rate += weight * (w.work/span - l.rate)
	l.stay += weight * (stay - l.stay)
	l.load += weight * (w.area/span - l.load)
	l.served += min(0.6, max(0.1, effective/80)) * (w.count/span - l.served)
	if l.start.on {
		l.stage(now, w, span, effective, stay/l.scale)
		return
	}
	l.uncongested(w, span, stay)
	l.settle()
	if !l.still && now >= l.probe.next {
		l.startProbe(now, l.probe.depth*min(l.limit, max(1, 1.1*l.rate*l.scale)))
	}
}

// uncongested counts windows that show no congestion at the limit: it is
// too low.
func (l *law) uncongested(w *meter, span, stay float64) {
	congestion := stay / l.scale
	switch {
	case l.eager > 0 && congestion < 1.35:
		l.calm = 3
		if l.eager--; congestion < 1.15 {
			l.eager = 3
		}
	case l.stay < 1.1*l.scale:
		l.calm++
	case congestion < 1.1 && l.lastStay < 1.1*l.scale && l.stay > 1.3*l.scale:
		l.calm++
		l.rate, l.stay, l.load = w.work/span, stay, w.area/span // the means lag behind
	default:
		l.calm = 0
	}
	l.lastStay = stay
}

// settle moves the limit to what the backend delivers and a little more.
func (l *law) settle() {
	if l.start.on || l.rate == 0 || l.still {
		return
	}
	limit := l.target()
	if l.calm > 0 {
		growth := 1.3
		if l.calm >= 3 {
			growth = 1.6
		}
		limit = max(limit, growth*l.load)
	}
	l.setLimit(min(max(limit, stepDown*l.limit), stepUp*l.limit))
}

// target is the limit for what the backend delivers.
func (l *law) target() float64 {
	erlangs := l.rate * l.scale
	return (1+0.06*l.squeeze)*erlangs + 0.8*l.squeeze*math.Sqrt(erlangs)
}

func (l *law) setLimit(limit float64) { l.limit = max(1, min(l.max, limit)) }

// stage is a step of the start.
func (l *law) stage(now float64, w *meter, span, effective, congestion float64) {
	if l.still {
		return
	}
	s := &l.start
	s.work += w.work
	s.seconds += span
	s.samples += effective
	if s.samples < startSamples || s.seconds < 2*l.slow() {
		return
	}
	rate := s.work / s.seconds
	if s.best > 0 && rate < startGrowth*s.best || congestion > startCrowded {
		s.on = false
		l.probe.next = now
		l.rate = max(rate, s.best)
		l.stay = congestion * l.scale
		l.setLimit(min(l.limit, l.target()))
	} else {
		l.setLimit(2 * l.limit)
	}
	s.best = max(rate, s.best)
	s.work, s.seconds, s.samples = 0, 0, 0
}

// unsaturatedWindow looks for a backend that has become slow although the
// limit is far: it is asked before anyone is shed.
func (l *law) unsaturatedWindow(now float64, w *meter, effective float64) {
	l.calm = 0
	if l.still || l.scale == 0 || l.samples < 200 || now < max(3, 5*l.slow()) {
		return
	}
	stay, span := l.staying(w), now-w.since
	if stay < 1.6*l.scale || effective < 12 || w.area/span <= 2 {
		l.suspicion = 0
		return
	}
	if l.suspicion++; l.suspicion < 2 || now < l.noSuspicion {
		return
	}
	l.suspicion = 0
	l.start.on = false
	l.rate, l.stay, l.load = w.work/span, stay, w.area/span
	if l.served == 0 {
		l.served = w.count / span
	}
	l.regime = true
	l.startProbe(now, l.probe.depth*l.load)
	l.probe.suspicious = true
}
