package shed

// What the tests see of how the law deals with answers that come too late, and with pauses.

// LateLimit is the limit, which was 40, after windows in which so many requests were served and the
// clients of so many others had left. Half of them is let in while a probe runs.
func LateLimit(cfg Config, windows int, served, left float64, probing bool) (limit, ofProbe float64) {
	l := newLaw(&cfg)
	if cfg.Fixed == 0 {
		l.start, l.limit = false, 40
	}
	for range routeKnown {
		l.routes.learn(1, 1)
	}
	l.routes.completed(1)
	l.probe = probe{on: probing, limit: 20, deadline: 1000, next: 1000}
	for i := range windows {
		l.window.work, l.window.count, l.window.gone = served, served+left, left
		l.closeWindow(10 * float64(i+1))
	}
	return l.limit, l.probe.limit
}

// LateProbe is what a probe makes of requests that took five times the scale, if too many
// clients did not wait for their answers while it ran.
func LateProbe(late bool) (result ProbeResult, scale float64, congested bool) {
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: 100, work: 100, samples: 100}
	l.busy = meter{area: 200, seconds: 1, work: 20, samples: 20}
	l.probe.late = late
	result = l.judgeProbe(5, meter{area: 100, seconds: 1, work: 20, samples: 20})
	return result, l.scale(), l.congested
}

// FloodedLost is which part of the requests is taken for lost that stay for two seconds, after
// windows in which so many were asked for in a second and clients wait for so long; 10 were done.
func FloodedLost(windows int, asked, wait float64) float64 {
	l := newLaw(&Config{Max: 100})
	l.met = 10
	l.late.wait, l.late.until = wait, 100
	for range windows {
		l.noteLate(1, &meter{seconds: 1, area: 40, work: 20, samples: 20, came: asked}, 20)
	}
	return l.late.lost.mean
}

// StayWithPause is how long work stays by what a window has measured of requests that take a
// tenth of a second, ten at a time, when nothing ends for so long in the midst of it.
func StayWithPause(long float64) float64 {
	l := newLaw(&Config{Max: 100})
	l.start = false
	for range routeKnown {
		l.routes.learn(1, 1)
	}
	l.idle = meter{area: 100, work: 1000, samples: 1000}
	now := 0.0
	var begun []float64
	place := Place{placeState: placeState{slot: 1}}
	for range 10 {
		l.admitted(now, &place)
		begun = append(begun, now)
	}
	measured := window{}
	for i := range 400 {
		now += 0.01
		if i == 200 {
			now += long
		}
		stay := now - begun[0]
		l.flow(now)
		l.paused(now, stay)
		l.inflight--
		l.routes.completed(1)
		l.window.work++
		if i == 399 {
			measured = l.window
		}
		begun = append(begun[1:], now)
		l.inflight++
	}
	return measured.area / measured.work
}

// ChangedAfter is after how many windows in which so much was done a backend has changed
// that did 100 before, 0 if it has not after ten.
func ChangedAfter(done float64) int {
	c := change{}
	for i := range 10 {
		if c.note(meter{seconds: 1, area: 10, work: done, samples: 30}, &meter{seconds: 1, area: 10, work: 100, samples: 30}) {
			return i + 1
		}
	}
	return 0
}

// Recording is how many calls and steps are kept.
func (c *Controller) Recording() (calls, steps int) {
	if c.recorder == nil {
		return 0, 0
	}
	return len(c.recorder.calls), len(c.recorder.steps)
}
