package shed

// Requests that stay for something else than the backend's work, such as a
// slow upload or a long poll, take places that others wait for. They can't be
// told from requests that the backend is slow to do, unless others get a place
// beside them: so when requests wait and none begins or ends, a few more are let in. Where
// the operator has fixed the limit, it stands.
const (
	parkAfter = 0.3  // seconds in which none began or ended
	parkStays = 8.0  // or so many stays of slow requests
	parkShare = 0.25 // of the limit, that is let in then
)

// patience is for how many seconds nothing may end.
func (l *law) patience() float64 {
	if l.routes.mean.samples == 0 {
		return parkAfter
	}
	return max(parkAfter, parkStays*l.slow())
}

// stuck is when so many requests are to be taken for parked that others can go
// on, ok is false if never.
func (l *law) stuck() (at float64, ok bool) {
	return l.moved + l.patience(), !l.fixed && !l.blind && (!l.probe.on || !l.probe.mixing) && l.allowed() < int(l.max)
}

// park takes some requests for parked.
func (l *law) park(now float64) {
	l.flow(now)
	l.moved, l.parkedAt, l.old = now, now, l.inflight
	defer l.note(EventParked, 0, l.recent)
	l.parked = min(l.parked+max(1, int(parkShare*l.limit)), int(l.max)-l.working())
}

// unpark notes that a request has ended after so many seconds. Those that are
// parked are among the ones that were in flight when they were taken for it.
func (l *law) unpark(now, stay float64) {
	l.moved = now
	if l.parked > 0 && now-stay < l.parkedAt-parkAfter/2 { // what was let in then is not among them
		l.old--
		l.parked = min(l.parked, l.old)
	}
}

// forget takes what a request has stayed out of the areas: no work came of it.
func (l *law) forget(now, stay float64) {
	l.window.forget(now, stay)
	l.probe.window.forget(now, stay)
}
