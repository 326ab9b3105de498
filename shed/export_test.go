package shed

import "time"

// What the tests see of the inside: the parts that stand alone, and the counts
// that a controller must keep.

const (
	QueueBytes   = queueBytes
	MinSize      = minSize
	Buckets      = buckets
	ClassBuckets = classBuckets
	Cohorts      = cohorts
	Bands        = bands
	Epoch        = epoch
	BookPages    = bookPages
	GhostMax     = ghostMax
)

// Queue is the queue alone.
type Queue struct{ q queue }

func (q *Queue) Push(p *Place, bucket int) {
	p.bucket = bucket
	q.q.push(p)
}

func (q *Queue) Remove(p *Place)          { q.q.remove(p) }
func (q *Queue) Best() *Place             { return q.q.best() }
func (q *Queue) Worst() *Place            { return q.q.worst() }
func (q *Queue) Oldest() *Place           { return q.q.oldest }
func (q *Queue) UpTo(bucket int) int      { return q.q.upTo(bucket) }
func (q *Queue) UpToClass(c Class) int    { return q.q.upToClass(c) }
func (q *Queue) Len() int                 { return q.q.len }
func (q *Queue) Size() int                { return q.q.size }
func BucketOf(c Class, band, coh int) int { return bucketOf(c, band, coh) }
func BandOf(share float64) int            { return bandOf(share) }
func (p *Place) Linked() bool {
	return p.before != nil || p.behind != nil || p.older != nil || p.younger != nil
}
func (p *Place) Bucket() int                      { return p.bucket }
func BookQuota(rate float64) int                  { return int(bookQuota(rate)) }
func CohortOf(s, c uint64, now time.Duration) int { return cohortOf(s, c, now) }

// Ghosts are the ghosts alone.
type Ghosts struct{ g ghosts }

func (g *Ghosts) Push(until time.Duration) { g.g.push(ghost{until: until}) }
func (g *Ghosts) Pop() time.Duration       { x := g.g.pop(); return x.until }
func (g *Ghosts) Len() int                 { return len(g.g) }
func (g *Ghosts) Cap() int                 { return cap(g.g) }

// Book is the appointment book alone.
type Book struct{ b book }

func (b *Book) Appoint(c Class, now, lasted time.Duration, rate float64, limit int) int {
	return b.b.appoint(c, now, lasted, rate, limit)
}

// Usage is the sketch of usage alone.
type Usage struct{ u usage }

func (u *Usage) Add(client uint64, work float64, now time.Duration) { u.u.add(client, work, now) }
func (u *Usage) Share(client uint64) float64                        { return u.u.share(client) }

// Visits are the visits alone.
type Visits struct{ v visits }

func (v *Visits) Note(client uint64, served bool, now time.Duration) { v.v.note(client, served, now) }

func (v *Visits) Refused(client uint64, now time.Duration) bool { return v.v.refused(client, now) }

func (v *Visits) Cohort(seed, client uint64, now time.Duration) int {
	return v.v.cohort(seed, client, now)
}

// Inside is what a controller holds, without the cost of Stats.
type Inside struct{ Inflight, Ghosts, GhostCap, Streams, Waiting, Bytes int }

func (c *Controller) Inside() Inside {
	return Inside{c.law.inflight, len(c.ghosts), cap(c.ghosts), c.streams, c.queue.len, c.queue.size}
}

// Clock is the latest time that the controller was told.
func (c *Controller) Clock() time.Duration { return c.now }

// Probing reports whether a probe runs.
func (c *Controller) Probing() bool { return c.law.probe.on }

// Serves reports whether the one that waits first could have a place.
func (c *Controller) Serves() bool {
	p := c.queue.best()
	return p != nil && c.free(p.Class)
}

// Patience is how long those who come now may wait.
func (c *Controller) Patience() time.Duration { return c.patience() }

// CloseWindow ends a window of the law in which so much work was done, and the
// probe that may follow.
func (c *Controller) CloseWindow(now time.Duration, work float64) {
	c.law.flow(now.Seconds())
	c.law.window.work += work
	c.law.window.count += work
	c.law.closeWindow(now.Seconds())
	if c.law.probe.on {
		c.law.endProbe(now.Seconds())
	}
}

// Locked does something while nobody else gets to the controller.
func (l *Limiter) Locked(do func(c *Controller, now time.Duration)) {
	l.mu.Lock()
	do(l.controller, l.now())
	l.unlock()
}

// JudgeFirst judges a probe of a backend of which nothing else is known.
func JudgeFirst() (result ProbeResult, odds float64) {
	l := newLaw(&Config{Max: 100})
	result = l.judgeProbe(0, meter{seconds: 1, area: 2, work: 2, samples: probeSamples})
	return result, l.probe.odds
}

// Routes are the costs of routes alone.
type Routes struct{ r routes }

func (r *Routes) Learn(slot uint8, cost float64) { r.r.learn(slot, cost) }
func (r *Routes) Work(slot uint8) float64        { return r.r.work(slot) }

// Reconsider lets a law see a window at its limit, after a doubt has found it
// congested with 32 requests inside that stayed for 8 times the scale. Now there are
// so many, and they stay for so many times the scale.
func Reconsider(inside, stays float64) (held, searching bool) {
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: 1000, work: 1000, samples: idleTrusted}
	l.busy = meter{seconds: 50, area: 8 * 200, work: 200, samples: 200}
	l.recent = l.busy
	l.start, l.congested, l.limit = false, true, 8
	l.remember(meter{seconds: 50, area: 32 * 50, work: 200, samples: 200})
	l.probe.next = 1000
	l.routes.completed(1)
	l.saturatedWindow(100, meter{seconds: 60, area: inside * 60, work: inside * 60 / stays, samples: 20}, 100)
	return l.held, l.start
}

// ProbeSees is what a probe counts of three requests that were served and one whose
// client left.
func ProbeSees(late bool) (work, samples float64) {
	l := newLaw(&Config{Max: 100})
	for range routeKnown {
		l.routes.learn(1, 1)
	}
	l.start = false
	l.probe = probe{on: true, mixing: true, measuring: true, limit: 10, deadline: 1000}
	for i := range 4 {
		p := Place{placeState: placeState{slot: 1, late: late}}
		l.admitted(1, &p)
		l.ended(2, &p, 1, map[bool]Ending{true: Left, false: Served}[i == 3])
	}
	w := &l.probe.window
	return w.work, w.count - w.failed - w.gone
}

// FoundCongested is what the law makes of doubts with these odds, during one search.
func FoundCongested(surge bool, odds ...float64) []bool {
	l := newLaw(&Config{Max: 100})
	l.probe.doubt, l.probe.search, l.probe.surge = true, true, surge
	found := make([]bool, len(odds))
	for i := range odds {
		l.probe.odds = odds[i]
		found[i] = l.foundCongested()
	}
	return found
}

// FailDoubt lets a doubt of 16 requests, and those that follow, measure nothing. It
// gives their limits, 0 for the end.
func FailDoubt(drained bool) []float64 {
	l := newLaw(&Config{Max: 100})
	l.start, l.limit, l.inflight = false, 32, 100
	l.probe.doubt = true
	l.startProbe(1, 16)
	var limits []float64
	for l.probe.on {
		l.probe.mixing = drained
		l.endProbe(2)
		limits = append(limits, l.probe.limit)
	}
	limits[len(limits)-1] = 0
	return limits
}

// Evidence is what it tells that work stays so long with 16 inside and so long with 8,
// where it stays for the scale in an idle backend.
func Evidence(scale, more, fewer float64) float64 {
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: scale * 100, work: 100, samples: 100}
	of := func(inside, stay float64) meter {
		return meter{seconds: 1, area: inside, work: inside / stay, samples: 40}
	}
	return l.evidence(of(16, more), of(8, fewer))
}

// LimitAfterFailedDoubt is what the limit, which was 32, is after a doubt of the start
// and those that followed it have measured nothing.
func LimitAfterFailedDoubt() float64 {
	l := newLaw(&Config{Max: 100})
	l.start, l.limit = false, 32
	l.probe.doubt, l.probe.search = true, true
	l.startProbe(1, 16)
	for l.probe.on {
		l.probe.mixing = true
		l.endProbe(2)
	}
	return l.limit
}

// Halt is what the start makes of a limit that is reached while requests take so many
// times longer than they did, so many are asked for in a second, and the backend was
// found congested so often; 100 were done. Grown is whether one that is done raises
// the limit.
func Halt(asked, slower float64, found int) (halted, grown bool) {
	const limit = 20
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: 100, work: 100, samples: 100}
	l.recent = meter{seconds: 1, took: slower * 50, owed: 50, samples: 50, came: asked}
	l.limit, l.met, l.inflight, l.probe.found = limit, 100, limit, found
	l.halt(meter{})
	l.grow()
	return l.halted, l.limit > limit
}

// Piling is at which of the loads the start sees requests pile up, while those are
// quick and then while they are slow.
func Piling(quick, slow []float64) (at []float64) {
	l := newLaw(&Config{Max: 100})
	now := 0.0
	for i, load := range append(quick, slow...) {
		now++
		l.trend.slow = i >= len(quick)
		l.trend.note(now, &meter{area: load, seconds: 1}, 0.5)
		if l.growing() {
			at = append(at, load)
		}
	}
	return at
}

// LookAgain is how many requests a doubt lets in that found the backend congested with
// 16 inside, and with what odds it begins.
func LookAgain() (limit, odds float64) {
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: 100, work: 100, samples: 200}
	l.busy = meter{area: 320, seconds: 10, work: 80, samples: 80}
	l.met = 100
	l.doubt(1)
	p := &l.probe
	p.search, p.mixing, p.measuring = true, true, true
	p.window = window{since: 1, meter: meter{area: 32, work: 16}, count: 16}
	l.endProbe(3)
	if l.congested || !p.on {
		return 0, p.odds
	}
	return p.limit, p.odds
}

// SmallSteps is the limit after each of n requests that the start sees done while all
// places are taken.
func SmallSteps(n int) []float64 {
	l := newLaw(&Config{Max: 100})
	limits := make([]float64, n)
	for i := range limits {
		l.inflight = l.working()
		l.grow()
		limits[i] = l.limit
	}
	return limits
}

// TooSlow is from how many times as long as they should that requests take too long,
// when so many samples are known of the scale.
func TooSlow(known float64) float64 {
	l := newLaw(&Config{Max: 100})
	l.idle.samples = known
	return l.tooSlow()
}

// Expanded is for how much the start takes what a backend does that was found slow, not
// congested: 40 a second.
func Expanded() (limit, met float64) {
	l := newLaw(&Config{Max: 100})
	l.routes.mean.add(1, 1, 100)
	l.start, l.limit = false, 10
	l.recent = meter{seconds: 1, area: 12, work: 40, samples: 40}
	l.expand(5)
	return l.limit, l.met
}

// LostProbe is what a probe makes of so many requests that took five times the scale,
// while the clients of others had left; before it, so many of 20 had.
func LostProbe(before, served, left float64) (ProbeResult, float64) {
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: 100, work: 100, samples: 100}
	l.busy = meter{area: 200, seconds: 1, work: 20, samples: 20 - before, gone: before}
	result := l.judgeProbe(5, meter{area: 100, seconds: 1, work: served, samples: served, gone: left})
	return result, l.scale()
}

// StayBesideStrays is how long a probe finds that requests stay which take a second,
// while others, whose clients left at once, keep their places for longer.
func StayBesideStrays() float64 {
	l := newLaw(&Config{Max: 100})
	for range routeKnown {
		l.routes.learn(1, 1)
	}
	l.start = false
	l.probe = probe{on: true, mixing: true, measuring: true, limit: 100, deadline: 1000}
	for range 4 {
		for range 2 {
			l.admitted(1, &Place{placeState: placeState{slot: 1}})
		}
		l.strayed(1, 0)
	}
	for range 4 {
		l.ended(2, &Place{placeState: placeState{slot: 1}}, 1, Served)
	}
	l.flow(5)
	return l.probe.window.area / l.probe.window.work
}

// StartEnds reports whether a start ends whose limit is reached, when ten requests were
// served as fast as ever and the clients of so many others had left.
func StartEnds(left float64) bool {
	l := newLaw(&Config{Max: 100})
	l.idle = meter{area: 100, work: 100, samples: 100}
	l.recent = meter{seconds: 10, area: 20, work: 10, samples: 10, gone: left, took: 10, owed: 10}
	l.best = best{served: 1, load: 2}
	l.full = true
	l.starting(100, meter{seconds: 10, area: 20, work: 10, samples: 10, gone: left}, 1)
	return !l.start
}

// WindowOf reports whether a window ends after two seconds in which so many were served
// and the clients of so many had left.
func WindowOf(served, left float64) bool {
	l := newLaw(&Config{Max: 100})
	for range routeKnown {
		l.routes.learn(1, 1)
	}
	l.routes.completed(1)
	l.window.work, l.window.count, l.window.gone = served, served+left, left
	l.closeWindow(2)
	return l.window.since == 2
}

// TrendAfter is how long the load has to be watched, in seconds, when requests that
// take a tenth of a second in an idle backend stay for so long.
func TrendAfter(stay float64) float64 {
	l := newLaw(&Config{Max: 100})
	for range routeKnown {
		l.routes.learn(1, 1)
	}
	l.routes.completed(1)
	l.idle = meter{area: 100, work: 1000, samples: 1000}
	for now := 0.01; ; now += 0.01 {
		l.window = window{since: now - 0.5, meter: meter{area: 20 * stay, work: 20}, count: 20}
		if l.closeWindow(now); l.trend.since > 0 {
			return l.trend.since
		}
	}
}

// Met is how many requests a second the start takes for the most that were done, when
// so many were done in windows of a second.
func Met(done ...float64) float64 {
	l := newLaw(&Config{Max: 100})
	l.routes.mean.add(1, 1, 100)
	for _, n := range done {
		l.meet(meter{seconds: 1, work: n, samples: n})
	}
	return l.met
}

// Parked is how many requests are taken for parked.
func (c *Controller) Parked() int { return c.law.parked }
