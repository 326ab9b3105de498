package shed

import (
	"math"
	"time"
)

const (
	// queueBytes bounds what all who wait may hold.
	queueBytes = 64 << 20
	// minSize is what a waiting request holds at the least.
	minSize = 4 << 10
	// turnover is the time for which a queue may hold work while the backend
	// does not keep up: what bridges the gap from one request to the next.
	turnover = 10 * time.Millisecond
	// leastPatience is what squeezed clients leave of the patience.
	leastPatience = 0.3
	// earlyRoom is how many may wait at least while the start may not end: nobody
	// knows what the backend can do.
	earlyRoom = 512.0
	// unsurePatience is how many times longer they wait while nothing shows that
	// the backend is congested.
	unsurePatience = 5
	// unsureFades is how much of that goes in a second after it: the important ones
	// among those who wait are served meanwhile.
	unsureFades = 2
	// fadeSteps is how often that is looked at in the time of the patience.
	fadeSteps = 8
)

// overload is whether a class can't be served as it comes. While it can, those
// who wait may be as many as their patience allows; while it can't, only as many
// as it takes to keep the backend busy.
type overload struct {
	on       bool
	empty    time.Duration // when nobody of the class, or a better one, waited last
	rejected time.Duration // when one of the class was rejected last
}

// enqueue gives a request a place to wait, if one is left for it.
func (c *Controller) enqueue(now time.Duration, p *Place) Verdict {
	band := c.bandFor(p.Client, now)
	p.bucket = bucketOf(p.Class, band, c.visits.cohort(c.seed, p.Client, now))
	p.Size = max(p.Size, minSize)
	c.noteEmpty(now)
	if band > 0 {
		c.stats.demotions++
	}
	if c.full(now, p.bucket, p.Client != 0) || !c.makeRoom(now, p) {
		reason := ReasonCapacity
		switch {
		case c.cfg.Queue == 0: // nobody waits
		case band > 0:
			reason = ReasonUsage
		case p.Client != 0:
			reason = ReasonCohort
		}
		return c.reject(now, p, OutcomeRejected, reason)
	}
	p.Verdict, p.state = Waiting, stateWaiting
	c.queue.push(p)
	return Waiting
}

// full reports whether no more may wait in a bucket. Who waits in better ones
// counts; of the bucket itself only so many that nobody in it waits in vain:
// a page comes as a whole or not at all.
func (c *Controller) full(now time.Duration, bucket int, known bool) bool {
	room, most := c.room(now, Class(bucket/classBuckets)) //nolint:gosec // of queueClasses
	better := c.queue.upTo(bucket)
	if better >= most {
		return true
	}
	if known {
		better = c.queue.upTo(bucket - 1)
	}
	return better >= room
}

// makeRoom puts out those for whom there is no room any more when a request
// comes. It is false if that leaves none for the request itself.
func (c *Controller) makeRoom(now time.Duration, p *Place) bool {
	if p.Size > queueBytes {
		return false // and nobody has to go for it
	}
	for c.queue.len > 0 {
		worst := c.queue.worst()
		over := c.queue.len >= c.cfg.Queue || c.queue.size+p.Size > queueBytes
		if !over && (worst.bucket <= p.bucket || !c.full(now, worst.bucket, worst.Client != 0)) {
			return true
		}
		if worst.bucket <= p.bucket {
			return false
		}
		c.queue.remove(worst)
		c.rejectWaiting(now, worst, OutcomeEvicted, reasonOf(worst))
	}
	return true
}

// reasonOf is why a request that waits is the worst.
func reasonOf(p *Place) Reason {
	switch {
	case p.bucket%classBuckets >= cohorts:
		return ReasonUsage
	case p.Client != 0:
		return ReasonCohort
	}
	return ReasonCapacity
}

// patience is how long anyone may wait, as things are now: one limit for all, so
// that who came first also gives up first.
func (c *Controller) patience() time.Duration {
	patience := max(c.cfg.Patience, unsurePatience*c.cfg.Patience-unsureFades*(c.now-c.unsure))
	if patience > c.cfg.Patience {
		expected := time.Duration(c.law.expected(c.law.routes.mean.mean) * float64(time.Second))
		patience = max(c.cfg.Patience, c.leaving.bound(c.now, expected, patience))
	}
	return time.Duration(float64(patience) * max(leastPatience, c.law.squeeze))
}

// fading reports whether the patience of those who wait becomes less.
func (c *Controller) fading() bool {
	return !c.law.unsure() && (unsurePatience-1)*c.cfg.Patience > unsureFades*(c.now-c.unsure)
}

// room is how many may wait before a request of a class, and the most that
// may wait with it.
func (c *Controller) room(now time.Duration, class Class) (room, most int) {
	rate := c.law.potential()
	o := &c.overload[class]
	if c.law.unsure() {
		rate = max(rate, c.law.met)
	}
	if !o.on && now-o.empty > 2*c.cfg.Patience {
		o.on, o.rejected = true, now
	}
	if o.on && now-o.rejected > c.cfg.Patience {
		o.on, o.empty = false, now
	}
	least := 4.0
	if c.law.early(now.Seconds()) {
		least = earlyRoom
	}
	most = int(min(max(least, rate*c.patience().Seconds()), float64(c.cfg.Queue)))
	if !o.on {
		return most, most
	}
	half := 0.5 * c.law.squeeze * c.law.expected(c.law.routes.mean.mean)
	return min(most, int(max(2, math.Ceil(rate*(turnover.Seconds()+half))))), most
}

// noteEmpty notes for which classes nobody waits.
func (c *Controller) noteEmpty(now time.Duration) {
	if c.cfg.Report && c.law.inflight > c.Limit() {
		return // those above the limit stand for the queue
	}
	if c.queue.len == 0 {
		for class := range c.overload {
			c.overload[class].empty = now
		}
		return
	}
	for class := range c.overload {
		if c.queue.upToClass(Class(class)) > 0 { //nolint:gosec // of queueClasses
			return
		}
		c.overload[class].empty = now
	}
}

// pump serves those who wait as long as there are free places.
func (c *Controller) pump(now time.Duration) {
	for p := c.queue.best(); p != nil && c.free(p.Class); p = c.queue.best() {
		c.queue.remove(p)
		p.Wait = now - p.arrived
		c.admit(now, p, OutcomeQueued)
		c.leaving.served()
		c.tell(now, p)
	}
	c.noteEmpty(now)
}
