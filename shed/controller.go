package shed

import (
	"math"
	"time"
)

// Controller decides on requests. Its methods are not safe for concurrent use.
// The times given to it are those since any fixed moment; one that is earlier than
// the last one counts as that.
type Controller struct {
	cfg     Config
	seed    uint64
	decided func(*Place)
	now     time.Duration

	law      law
	queue    queue
	overload [queueClasses]overload
	ghosts   ghosts
	streams  int
	usage    usage // of the backend
	given    usage // places, one for each
	left     usage // likewise those whose clients left at once
	refused  usage // of rejections, one for each
	visits   visits
	book     book
	since    time.Duration // when the rejections began
	rejected time.Duration // when the last one was
	unsure   time.Duration // when nothing had shown yet that the backend is congested
	leaving  impatience
	closed   bool

	stats    counters
	recorder *recorder // nil: nothing is recorded
}

// NewController makes a controller. Seed makes its choice of clients
// unpredictable. It calls decided for each request that was told to wait, when
// its verdict is there; decided must not call the controller.
func NewController(cfg Config, seed uint64, decided func(*Place)) *Controller {
	c := Controller{cfg: cfg, seed: seed, decided: decided, law: newLaw(&cfg), rejected: math.MinInt64 / 2, unsure: math.MinInt64 / 8}
	for class := range c.overload {
		c.overload[class].rejected = math.MinInt64 / 2
	}
	c.record()
	return &c
}

// Configure changes the settings. Those in flight stay; who waits in a queue
// that became shorter waits on, and is let in where nobody is rejected any more.
func (c *Controller) Configure(now time.Duration, cfg Config) {
	now = c.clock(now)
	c.law.flow(now.Seconds())
	c.cfg = cfg
	c.law.configure(&cfg)
	c.record()
	if c.recorder != nil {
		c.recordCall(now, EventConfigured, &Place{}, 0, 0)
	}
	c.pump(now)
}

// Close rejects those who wait and all who come.
func (c *Controller) Close(now time.Duration) {
	now = c.clock(now)
	c.closed = true
	for p := c.queue.best(); p != nil; p = c.queue.best() {
		c.queue.remove(p)
		c.rejectWaiting(now, p, OutcomeEvicted, ReasonCapacity)
	}
}

// clock makes time go forward only.
func (c *Controller) clock(now time.Duration) time.Duration {
	c.now = max(c.now, now)
	if c.law.unsure() {
		c.unsure = c.now
		for class := range c.overload {
			c.overload[class].on, c.overload[class].empty = false, c.now
		}
	}
	return c.now
}

// backgroundYields is for how long nothing in the background gets a place after a
// critical request has been rejected, even if there is one: the next may need it.
const backgroundYields = 2 * time.Second

// Arrive takes a request and gives its verdict.
func (c *Controller) Arrive(now time.Duration, p *Place) Verdict {
	now = c.clock(now)
	p.placeState = placeState{slot: Slot(p.Route), arrived: now}
	p.Verdict, p.Reason, p.RetryAfter, p.Wait = Waiting, 0, 0, 0
	c.law.asked()
	c.decide(now, p)
	if c.recorder != nil {
		c.recordArrival(now, p)
	}
	return p.Verdict
}

// decide gives the verdict of a request that has come.
func (c *Controller) decide(now time.Duration, p *Place) Verdict {
	switch {
	case c.cfg.Report:
		return c.pretend(now, p)
	case c.closed, p.Stream && c.streams >= c.cfg.MaxStreams, c.law.inflight >= c.cfg.Max && p.Class == Exempt:
		// That says nothing of how its class fares, nor of what else its client wants.
		return c.turnAway(now, p, OutcomeRejected, ReasonCapacity)
	case p.Class < queueClasses && c.overload[p.Class].on && c.visits.refused(p.Client, now):
		// The rest of a page that has lost a part would be work for nothing.
		return c.reject(now, p, OutcomeRejected, ReasonCohort)
	case p.Class == Background && now-c.overload[Critical].rejected < backgroundYields:
		return c.reject(now, p, OutcomeRejected, ReasonCapacity)
	case p.Class == Exempt, c.free(p.Class) && c.first(p.Class):
		c.noteEmpty(now)
		c.admit(now, p, OutcomeAdmitted)
		return Admitted
	}
	return c.enqueue(now, p)
}

// free reports whether the backend may have one more of a class. What is
// critical does not wait for a probe.
func (c *Controller) free(class Class) bool {
	if c.cfg.Report {
		return true
	}
	limit := c.law.allowed()
	if class == Critical {
		limit = max(limit, int(c.law.limit+0.5))
	}
	return c.law.inflight < min(limit, c.cfg.Max)
}

// first reports whether nobody waits whom a request of a class would overtake.
func (c *Controller) first(class Class) bool {
	return c.queue.len == 0 || class == Critical && c.queue.upToClass(Critical) == 0
}

func (c *Controller) admit(now time.Duration, p *Place, o Outcome) {
	p.Verdict, p.Outcome = Admitted, o
	p.state, p.started = stateRunning, now
	c.stats.requests[p.Class][o]++
	c.law.admitted(now.Seconds(), p)
	c.usage.add(p.Client, c.law.routes.work(p.slot), now)
	c.given.add(p.Client, 1, now)
	c.visits.note(p.Client, true, now)
}

// reject turns a request away that can't be served in time. Its class stays
// overloaded, and its client gives way for a moment.
func (c *Controller) reject(now time.Duration, p *Place, o Outcome, r Reason) Verdict {
	c.overload[p.Class].rejected = now
	c.visits.note(p.Client, false, now)
	return c.turnAway(now, p, o, r)
}

// turnAway tells a request when to come back.
func (c *Controller) turnAway(now time.Duration, p *Place, o Outcome, r Reason) Verdict {
	p.Verdict, p.Outcome, p.Reason, p.state = Rejected, o, r, stateOver
	p.RetryAfter = c.appoint(now, p)
	c.stats.requests[p.Class][o]++
	c.stats.reasons[r]++
	return Rejected
}

// appoint is the second in which a rejected request is to come back.
func (c *Controller) appoint(now time.Duration, p *Place) int {
	appoint := c.book.appoint
	if p.Class > Critical && bandOf(c.refused.share(p.Client)) > 0 {
		appoint = c.book.appointGreedy
	}
	c.refused.add(p.Client, 1, now)
	return appoint(p.Class, now, c.lasted(now), c.law.potential(), int(c.cfg.RetryAfterMax/time.Second))
}

// lasted is for how long requests have been rejected.
func (c *Controller) lasted(now time.Duration) time.Duration {
	if now-c.rejected > 2*time.Second {
		c.since = now
	}
	c.rejected = now
	return now - c.since
}

func (c *Controller) rejectWaiting(now time.Duration, p *Place, o Outcome, r Reason) {
	p.Wait = now - p.arrived
	c.reject(now, p, o, r)
	c.tell(now, p)
}

// tell hands out the verdict of a request that has waited.
func (c *Controller) tell(now time.Duration, p *Place) {
	if c.recorder != nil {
		c.recordCall(now, EventDecided, p, p.Wait, 0)
	}
	c.decided(p)
}

// Leave takes a request that waits out of the queue: its client left.
func (c *Controller) Leave(now time.Duration, p *Place) {
	if p.state != stateWaiting {
		return
	}
	now = c.clock(now)
	c.queue.remove(p)
	p.Verdict, p.Outcome, p.state = Rejected, OutcomeAbandoned, stateOver
	p.Wait = now - p.arrived
	c.stats.requests[p.Class][OutcomeAbandoned]++
	if c.recorder != nil {
		c.recordCall(now, EventLeft, p, p.Wait, 0)
	}
	if p.Wait >= c.cfg.Patience {
		c.leaving.gone(now, p.Wait, c.law.tooLate() || c.law.moved <= p.arrived.Seconds())
		c.law.late.wait, c.law.late.until = c.leaving.after.mean, c.leaving.until.Seconds()
	}
	if p.Wait >= c.patience()/2 {
		c.law.gaveUp() // sooner, it tells nothing of the backend
	}
	if p.Wait < c.cfg.Patience/2 {
		c.leftAtOnce(now, p.Client)
	}
	c.noteEmpty(now)
}

// Answered notes that the backend's answer to an admitted request has begun.
func (c *Controller) Answered(_ time.Duration, p *Place) { p.answered = true }

// BecomeStream gives the place of an admitted request back before its end: it
// goes on as a stream. It is false if there are as many streams as may be; the
// place is kept then. Who only reports has no ceiling: what streams would make of
// the estimate is worse.
func (c *Controller) BecomeStream(now time.Duration, p *Place) bool {
	if p.state != stateRunning || c.streams >= c.cfg.MaxStreams && !c.cfg.Report {
		return false
	}
	now = c.clock(now)
	c.streams++
	if c.recorder != nil {
		c.recordCall(now, EventStreamed, p, now-p.started, Served)
	}
	c.end(now, p, Served)
	p.state = stateStream
	return true
}

// Release takes the place of an admitted request back.
func (c *Controller) Release(now time.Duration, p *Place, e Ending) {
	if p.state != stateStream && p.state != stateRunning {
		return // it has none
	}
	now = c.clock(now)
	if e == Left && p.answered {
		e = Served // its work was done
	}
	if c.recorder != nil {
		c.recordCall(now, EventReleased, p, now-p.started, e)
	}
	switch {
	case p.state == stateStream:
		c.streams--
	case e == Left:
		c.haunt(now, p)
	default:
		c.end(now, p, e)
	}
	p.state = stateOver
}

// end takes a request out of the backend.
func (c *Controller) end(now time.Duration, p *Place, e Ending) {
	c.law.ended(now.Seconds(), p, (now - p.started).Seconds(), e)
	c.pump(now)
}

// Next is when Advance wants to be called, ok is false if it does not.
func (c *Controller) Next() (at time.Duration, ok bool) {
	at = math.MaxInt64
	if len(c.ghosts) > 0 {
		at = c.ghosts[0].until
	}
	if p := c.queue.oldest; p != nil {
		at = min(at, p.arrived+c.patience())
		if c.fading() {
			at = min(at, c.now+max(time.Millisecond, c.cfg.Patience/fadeSteps))
		}
	}
	if c.law.probe.on {
		at = min(at, c.law.probe.end())
	}
	if stuck, ok := c.law.stuck(); ok && c.queue.len > 0 {
		at = min(at, time.Duration(stuck*float64(time.Second)))
	}
	return at, at < math.MaxInt64
}

// Advance does what is due.
func (c *Controller) Advance(now time.Duration) {
	now = c.clock(now)
	for len(c.ghosts) > 0 && c.ghosts[0].until <= now {
		g := c.ghosts.pop()
		if !g.late {
			c.law.returned(now.Seconds())
		}
		p := Place{placeState: placeState{slot: g.slot, quiet: g.quiet, late: g.late}}
		c.law.ended(now.Seconds(), &p, (now - g.taken).Seconds(), Left)
	}
	if c.law.probe.on && now >= c.law.probe.end() {
		c.law.flow(now.Seconds())
		c.law.endProbe(now.Seconds())
	}
	if at, ok := c.law.stuck(); ok && c.queue.len > 0 && now >= time.Duration(at*float64(time.Second)) {
		c.law.park(now.Seconds())
		c.pump(now)
	}
	for p := c.queue.oldest; p != nil && p.arrived+c.patience() <= now; p = c.queue.oldest {
		c.queue.remove(p)
		c.rejectWaiting(now, p, OutcomeTimeout, ReasonPatience)
	}
	c.pump(now)
}

// Limit is how many requests may be in flight now.
func (c *Controller) Limit() int { return min(c.law.allowed(), c.cfg.Max) }

// pretend admits every request, and counts what would have become of it: those
// above the limit stand for the queue.
func (c *Controller) pretend(now time.Duration, p *Place) Verdict {
	c.noteEmpty(now)
	outcome := OutcomeAdmitted
	if waiting := c.law.inflight - c.Limit(); waiting >= 0 && p.Class != Exempt {
		outcome = OutcomeQueued
		if room, _ := c.room(now, p.Class); waiting >= room {
			outcome = OutcomeRejected
			c.overload[p.Class].rejected = now
			c.stats.reasons[ReasonCapacity]++
		}
	}
	p.Verdict, p.Outcome = Admitted, outcome
	p.state, p.started = stateRunning, now
	c.stats.requests[p.Class][outcome]++
	c.law.admitted(now.Seconds(), p)
	return Admitted
}
