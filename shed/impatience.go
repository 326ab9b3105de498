package shed

import "time"

// While nothing shows that the backend is congested requests wait longer, since they may
// yet be served. That is of use to nobody whose client has left by then. So those
// who leave show how long clients wait. Only those count that had waited for the patience that
// the operator gave them, and only where they are many: a few that come and go say
// nothing of the others.
const (
	impatienceMemory = 32.0 // requests that waited
	impatienceMany   = 0.2  // the part of them that left, from where it tells something
	impatienceLasts  = time.Minute
	impatienceShare  = 0.8 // of the time after which they leave: their answers take time, too
)

// impatience is what clients have shown of how long they wait.
type impatience struct {
	left  estimate      // the part that left
	after estimate      // seconds after which they did
	until time.Duration // when it is known no more
	late  time.Duration // likewise, where answers came too late, too
}

// served notes that a request which had waited was served.
func (i *impatience) served() { i.left.add(0, 1, impatienceMemory) }

// gone notes that a client left after it had waited for so long. TooLate says that
// answers come too late, too, or none came: else only those may leave who wait behind others.
func (i *impatience) gone(now, after time.Duration, tooLate bool) {
	i.left.add(1, 1, impatienceMemory)
	i.after.add(after.Seconds(), 1, impatienceMemory)
	if i.left.samples >= impatienceMemory/2 && i.left.mean > impatienceMany {
		i.until = now + impatienceLasts
		if tooLate {
			i.late = i.until
		}
	}
}

// bound is the longest that a request may wait which takes so long in the backend:
// most, unless clients have shown less while answers came too late.
func (i *impatience) bound(now, takes, most time.Duration) time.Duration {
	if now >= i.late {
		return most
	}
	return min(most, time.Duration(impatienceShare*i.after.mean*float64(time.Second))-takes)
}
