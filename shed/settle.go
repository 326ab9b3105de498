package shed

import "math"

const (
	slackShare = 0.05 // the limit is above the requests worked on by this
	slackError = 0.4  // and by so many standard errors of the scale: with a limit too low it would stay so
	slackRoot  = 0.8  // and by so many times their square root
	stepDown   = 0.6  // the limit never falls below this part of itself in a window
	stepUp     = 2.0  // nor rises above

	calmStay  = 1.05 // times the scale, up to which a window counts as calm
	calmGrow  = 1.15 // times the load, to which the limit rises in a calm window
	calmSure  = 3    // calm windows in a row
	calmGrows = 1.4  // and then
)

// settle moves the limit to what the backend delivers and a little more. A
// backend that shows no congestion at the limit may be able to do more.
func (l *law) settle() {
	limit := l.target()
	if l.recent.stay() < calmStay*l.scale() {
		l.calm++
		growth := calmGrow
		if l.calm >= calmSure {
			growth = calmGrows
		}
		limit = max(limit, growth*l.recent.load())
	} else {
		l.calm = 0
	}
	doubted := l.probe.after && l.probe.doubt // what was doubted is known now
	if !l.congested || l.held && !doubted {
		limit = max(limit, l.limit) // nobody is shed on a suspicion
	}
	if doubted {
		limit = max(limit, stepDown*l.probe.load)
	} else {
		limit = max(limit, stepDown*l.limit)
	}
	l.setLimit(min(limit, stepUp*l.limit))
}

// target is the limit for what the backend delivers.
func (l *law) target() float64 {
	e := l.erlangs()
	share := slackShare + slackError/math.Sqrt(max(l.idle.samples, startSamples))
	return e + l.squeeze*(share*e+slackRoot*math.Sqrt(e))
}

func (l *law) setLimit(limit float64) {
	if limit > 0 { // and a number
		l.limit = max(1, min(l.max, limit))
	}
}
