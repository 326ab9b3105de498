package shed

import (
	"math"
	"time"
)

// Who asks and leaves at once has the backend work for nobody. The places of such requests are
// kept as long as the others', and they are paid for by those who leave: a client
// that has left most of what it was given waits behind all others of its class. Who
// leaves because the answer came late is not meant.
const (
	leaverPart  = 0.5 // of what a client was given, that it has left
	leaverLeast = 0.5 // requests, from where it counts: one, for the half-life of what a client has had
)

// had is how much a client was given lately, less by a half for each half-life since.
func (u *usage) had(client uint64, now time.Duration) float64 {
	if client == 0 || u.weight == 0 {
		return 0
	}
	sum := math.Inf(1)
	for row, h := 0, mix(client); row < usageRows; row, h = row+1, h>>32 {
		sum = min(sum, u.slots[row][h%usageSlots])
	}
	return sum / math.Exp2((now-u.since).Seconds()/usageHalf.Seconds())
}

// leaver reports whether a client leaves most of what it asks for.
func (c *Controller) leaver(client uint64, now time.Duration) bool {
	left := c.left.had(client, now)
	return left >= leaverLeast && left > leaverPart*c.given.had(client, now)
}

// leftAtOnce notes that a client left the queue, before it had waited for long.
func (c *Controller) leftAtOnce(now time.Duration, client uint64) {
	c.given.add(client, 1, now)
	c.left.add(client, 1, now)
}

// bandFor is how far behind others of its class a client waits.
func (c *Controller) bandFor(client uint64, now time.Duration) int {
	if c.leaver(client, now) {
		return bands - 1
	}
	return bandOf(c.usage.share(client))
}
