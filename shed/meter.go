package shed

// meter adds up what passes over a span of time. By Little's law the area
// under the requests in flight, divided by the work completed, is how long
// a unit of work stays: no request has to be timed, and none is overlooked
// because it has not ended yet.
type meter struct {
	seconds float64
	area    float64 // requests in flight times seconds
	work    float64 // units completed
	samples float64 // effective ones
	gone    float64 // requests whose client had given up when they ended
	took    float64 // seconds that those took which have ended
	owed    float64 // units of work of those
	came    float64 // requests that asked for a place
}

// stay is how long a unit of work stays in the backend, in seconds.
func (m *meter) stay() float64 { return m.area / m.work }

// rate is the units of work completed in a second.
func (m *meter) rate() float64 {
	if m.seconds == 0 {
		return 0
	}
	return m.work / m.seconds
}

// load is the mean of the requests in flight.
func (m *meter) load() float64 { return m.area / m.seconds }

// add takes another meter in, and forgets so much of the old that no more
// samples than memory stand behind the sums. Sums are kept, not means of
// quotients, which would be too high.
func (m *meter) add(x meter, memory float64) {
	keep := 1.0
	if rest := max(0, memory-x.samples); m.samples > rest {
		keep = rest / m.samples
	}
	m.seconds = keep*m.seconds + x.seconds
	m.area = keep*m.area + x.area
	m.work = keep*m.work + x.work
	m.samples = keep*m.samples + x.samples
	m.gone = keep*m.gone + x.gone
	m.took = keep*m.took + x.took
	m.owed = keep*m.owed + x.owed
	m.came = keep*m.came + x.came
}

// lost is the part of the requests whose client had given up.
func (m *meter) lost() float64 {
	if m.gone == 0 {
		return 0
	}
	return m.gone / (m.gone + m.samples)
}

// window is a meter that runs.
type window struct {
	meter
	since  float64 // seconds
	count  float64 // requests that ended, those that failed included
	failed float64
	left   float64 // requests whose client gave up

	allowed int // requests that might be in flight when it began
}

func (w *window) reset(now float64) { *w = window{since: now} }

// ended counts a request that has left the backend.
func (w *window) ended(p *Place, work float64, e Ending) {
	w.count++
	switch {
	case e == Failed:
		w.failed++
	case e == Left && p.late: // nobody knows whether the work was done
		w.gone++
	default:
		w.work += work
	}
}

// forget takes what a request has stayed out of the area.
func (w *window) forget(now, stay float64) {
	w.area = max(0, w.area-min(stay, now-w.since))
}

// close gives what the window has measured up to now.
func (w *window) close(now float64, r *routes) meter {
	m := w.meter
	m.seconds = max(now-w.since, shortestStay)
	m.area = max(m.area, shortestStay*m.work) // a clock may stand still for a while
	m.samples = r.effective(w.count - w.failed - w.gone)
	return m
}
