package shed

// When clients leave because their answers come too late, the backend works for nobody,
// and what it still does for those who left is not seen. Then, whatever else is
// believed of the backend, fewer have to be inside: the limit falls until most of those that end
// are still waited for.
const (
	lateMemory = 32.0 // requests that end, of which those whose clients had left are a part
	lateStep   = 0.7  // of the limit, in a window
	lateSurge  = 2.0  // times the most that was done, from where a backend is taken to be flooded
	lateFlood  = 3    // windows in a row in which it is: one alone shows nothing
)

// late is what is known of answers that come too late.
type late struct {
	lost  estimate // the part of the requests whose clients had left when they ended
	wait  float64  // seconds that clients wait, see impatience
	until float64  // when that is known no more
	flood int      // windows in a row in which the backend is flooded, and nobody says that they leave
}

// tooLate reports whether too many clients don't wait for their answers.
func (l *law) tooLate() bool { return l.late.lost.mean > lostMany }

// noteLate takes in how many of those that a window saw end had no client any more. In a
// flooded backend where requests stay longer than clients wait, that is all of them:
// not every client tells that it has left.
func (l *law) noteLate(now float64, m *meter, count float64) {
	lost := m.lost()
	flooded := l.met > 0 && m.came > lateSurge*l.met*m.seconds
	if !flooded || now >= l.late.until || lost > 0 || count == 0 || m.area/count <= l.late.wait {
		l.late.flood = 0
	} else if l.late.flood++; l.late.flood >= lateFlood {
		lost = 1
	}
	l.late.lost.add(lost, count, lateMemory)
}

// shrink lets fewer in while answers come too late. What the operator has fixed stands.
func (l *law) shrink() {
	if l.fixed || l.blind || !l.tooLate() {
		return
	}
	l.setLimit(lateStep * l.limit)
	if l.probe.on {
		l.probe.late = true
		l.probe.limit = min(l.probe.limit, l.limit)
	}
}
