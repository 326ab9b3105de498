package shed

// A machine that is shared stands still at times: the gateway, the backend, or both.
// What ends after a pause says that it lasted, but nothing of what the backend can
// do. So it counts for no longer than a request takes, if things went on as usual
// before: should the backend have become slow, there is no second pause soon.
const (
	pauseLong   = 2.5  // times the most that lay between two that ended, from where it is one
	pauseAfter  = 8.0  // effective samples after which there may be another one
	pauseBegun  = 0.2  // of the time that a slow request takes, that one had been in the backend before
	pauseMemory = 48.0 // effective samples in which that most is forgotten
)

// pause is what lies between the requests that end: the area under those in flight.
type pause struct {
	last  float64 // when one ended last
	area  float64 // since then
	most  float64 // of the area, of late
	ended float64 // effective samples since the last pause
	total float64 // seconds that were cut
}

// paused cuts a pause out of what is measured, now that a request ends which took so long.
func (l *law) paused(now, stay float64) {
	p := &l.pause
	area, seconds := p.area, now-p.last
	p.area, p.last = 0, now
	each, counts := l.routes.effective(1), l.slow()*l.congestion()
	p.ended += each
	begun := seconds < stay-pauseBegun*l.slow() // others that began with it may all take as long
	if area > pauseLong*p.most && seconds > counts && p.ended >= pauseAfter && begun {
		out := 1 - counts/seconds
		l.window.cut(now, seconds, area, out)
		l.probe.window.cut(now, seconds, area, out)
		area -= out * area
		p.total += out * seconds
		p.ended = 0
	}
	p.most = max(p.most*(1-min(1, each/pauseMemory)), area)
}

// cut takes a part out of the area that lies over the last seconds, and out of these.
func (w *window) cut(now, seconds, area, part float64) {
	part *= min(1, (now-w.since)/seconds) // the others are not of the window
	w.area = max(0, w.area-part*area)
	w.since += part * seconds
}
