package shed

// The start is the search for the first limit: a few requests are let in, and
// each that is done lets one more in, so the limit doubles in the time that a
// request takes, until the backend becomes slower.
const (
	startLimit   = 4.0
	startCrowded = 1.8 // congestion that ends the start
)

// grow is a step of the start: a request was done while there was demand.
func (l *law) grow() {
	if !l.still && !l.probe.on && float64(l.inflight+1) >= saturatedAt*l.limit {
		l.setLimit(l.limit + 1)
	}
}

// starting looks at what is known of the last moments, and ends the start if
// they were crowded.
func (l *law) starting(now float64) {
	if l.still || l.recent.stay() <= startCrowded*l.scale() {
		return
	}
	l.busy = l.recent
	l.doubt(now)
}
