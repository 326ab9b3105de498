package shed_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// request is a place, and what the test knows of it.
type request struct {
	shed.Place

	index    int // in the list that it is in
	verdicts int
	came     time.Duration
}

// crowd is a set from which one can be picked at random.
type crowd []*request

func (c *crowd) add(r *request) {
	r.index = len(*c)
	*c = append(*c, r)
}

func (c *crowd) remove(r *request) {
	last := len(*c) - 1
	(*c)[r.index] = (*c)[last]
	(*c)[r.index].index = r.index
	(*c)[last] = nil
	*c = (*c)[:last]
}

// events drives a controller with whatever bytes say, and holds it to its
// contract after each event.
type events struct {
	t    testing.TB
	next func() byte
	c    *shed.Controller
	cfg  shed.Config
	now  time.Duration // may go back, unlike the controller's
	pace time.Duration // between two events

	waiting, running, streams crowd
	byPlace                   map[*shed.Place]*request // of those that wait
	bytes                     int
	most                      int // that may wait: a queue that became shorter keeps who is in it
	arrived                   uint64
	counted                   [shed.Outcomes]uint64
	closed                    bool
}

func newEvents(t testing.TB, next func() byte) *events {
	e := &events{t: t, next: next, cfg: shed.Defaults(), byPlace: map[*shed.Place]*request{}}
	e.most = e.cfg.Queue
	e.c = shed.NewController(e.cfg, uint64(next()), e.decided)
	return e
}

// decided is called with the verdicts of those who wait.
func (e *events) decided(p *shed.Place) {
	r := e.byPlace[p]
	if r == nil {
		e.t.Fatalf("a verdict %d for a request that does not wait", p.Verdict)
	}
	e.left(r)
	e.verdict(r)
}

func (e *events) left(r *request) {
	e.waiting.remove(r)
	delete(e.byPlace, &r.Place)
	e.bytes -= r.Size
}

// verdict checks what a request was told, when it was.
func (e *events) verdict(r *request) {
	if r.verdicts++; r.verdicts != 1 {
		e.t.Fatalf("verdict number %d for the same request", r.verdicts)
	}
	e.counted[r.Outcome]++
	if r.Verdict == shed.Admitted {
		e.running.add(r)
		e.admitted(r)
		return
	}
	if r.Outcome <= shed.OutcomeQueued {
		e.t.Fatalf("rejected with the outcome %v", r.Outcome)
	}
	if most := max(1, int(e.cfg.RetryAfterMax/time.Second)); r.Outcome != shed.OutcomeAbandoned && (r.RetryAfter < 1 || r.RetryAfter > most) {
		e.t.Fatalf("Retry-After of %v is %d, want 1 to %d", r.Class, r.RetryAfter, most)
	}
	if e.cfg.Report && r.Outcome != shed.OutcomeAbandoned {
		e.t.Fatalf("rejected as %v, though it should only be reported", r.Outcome)
	}
}

// admitted checks that there was room for a request.
func (e *events) admitted(r *request) {
	if e.cfg.Report {
		return
	}
	inflight, limit := e.c.Inside().Inflight, e.c.Limit()
	if inflight > e.cfg.Max {
		e.t.Fatalf("%v admitted as number %d, the ceiling is %d", r.Class, inflight, e.cfg.Max)
	}
	above := r.Class == shed.Exempt || r.Class == shed.Critical && e.c.Probing()
	if inflight > limit && !above {
		e.t.Fatalf("%v admitted as number %d, the limit is %d", r.Class, inflight, limit)
	}
}

// step is one event and what must hold after it.
func (e *events) step() {
	e.now += time.Duration(e.next()) * e.pace / 128
	switch op := e.next(); {
	case op < 100:
		e.arrive()
	case op < 185:
		e.release()
	case op < 195:
		e.leave()
	case op < 205:
		e.answered()
	case op < 210:
		e.becomeStream()
	case op < 235:
		e.advance(e.now)
	case op < 247:
		if at, ok := e.c.Next(); ok {
			e.now = at
			e.advance(at)
		}
	case op < 252:
		e.pace = []time.Duration{0, time.Microsecond, 100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond, time.Second, time.Hour}[e.next()%7]
	case op < 254:
		e.jump()
	case op < 255:
		e.configure()
	default:
		if e.next() == 0 {
			e.c.Close(e.now)
			e.closed = true
		}
	}
	e.check()
}

func (e *events) arrive() {
	kind := e.next()
	r := &request{Place: shed.Place{Class: shed.Class(kind % shed.Classes), Stream: kind > 250}}
	switch kind / 4 % 4 {
	case 0: // unknown
	case 1:
		r.Client = uint64(e.next() % 4)
	default:
		r.Client = uint64(e.next())<<12 | uint64(e.next())<<4 | 1
	}
	r.Route = uint64(e.next() % 8)
	if kind/16%8 == 0 {
		r.Size = 1 << (e.next() % 64) // the last one is less than nothing
	}
	if r.Class == shed.Background && kind > 200 {
		r.Route = uint64(e.next())
	}
	e.arrived++
	if e.c.Arrive(e.now, &r.Place) != shed.Waiting {
		e.verdict(r)
		return
	}
	r.came = e.c.Clock()
	e.waiting.add(r)
	e.byPlace[&r.Place] = r
	e.bytes += r.Size
}

// pick takes one out of a crowd: the oldest or any.
func (e *events) pick(c crowd) *request {
	if len(c) == 0 {
		return nil
	}
	return c[(int(e.next())<<8|int(e.next()))%len(c)]
}

func (e *events) release() {
	from := &e.running
	if e.next() > 240 {
		from = &e.streams
	}
	r := e.pick(*from)
	if r == nil {
		return
	}
	from.remove(r)
	ending := shed.Served
	if b := e.next(); b > 160 {
		ending = shed.Ending(b % 4)
	}
	e.c.Release(e.now, &r.Place, ending)
	before := e.c.Inside()
	e.c.Release(e.now, &r.Place, ending)
	if after := e.c.Inside(); after != before {
		e.t.Fatalf("a second release changed %+v to %+v", before, after)
	}
}

func (e *events) leave() {
	if r := e.pick(e.waiting); r != nil {
		e.left(r)
		e.c.Leave(e.now, &r.Place)
		if r.Outcome != shed.OutcomeAbandoned {
			e.t.Fatalf("the outcome of one that left is %v", r.Outcome)
		}
		e.verdict(r)
	}
	if r := e.pick(e.running); r != nil {
		before := e.c.Inside()
		e.c.Leave(e.now, &r.Place) // it does not wait
		if after := e.c.Inside(); after != before {
			e.t.Fatalf("one that runs left the queue: %+v, then %+v", before, after)
		}
	}
}

func (e *events) answered() {
	if r := e.pick(e.running); r != nil {
		e.c.Answered(e.now, &r.Place)
	}
}

func (e *events) becomeStream() {
	r := e.pick(e.running)
	if r == nil {
		return
	}
	want := e.cfg.Report || len(e.streams) < e.cfg.MaxStreams
	// It leaves first: its place may go to one that waits.
	e.running.remove(r)
	if got := e.c.BecomeStream(e.now, &r.Place); got != want {
		e.t.Fatalf("BecomeStream with %d streams of %d: %v", len(e.streams), e.cfg.MaxStreams, got)
	}
	if want {
		e.streams.add(r)
	} else {
		e.running.add(r)
	}
}

func (e *events) advance(now time.Duration) {
	e.c.Advance(now)
	if at, ok := e.c.Next(); ok && at <= e.c.Clock() {
		e.t.Fatalf("after Advance(%v) at %v, Next is %v", now, e.c.Clock(), at)
	}
	patience := max(e.cfg.Patience, e.c.Patience())
	for _, r := range e.waiting[:min(len(e.waiting), 32)] {
		if long := e.c.Clock() - r.came; long >= patience {
			e.t.Fatalf("one waits since %v, the patience is %v", long, patience)
		}
	}
}

// jump moves the clock, back too.
func (e *events) jump() {
	e.now += time.Duration(int8(e.next())) * time.Minute
	e.now = max(e.now, 0)
}

func (e *events) configure() {
	cfg := shed.Defaults()
	kind := e.next()
	if kind%4 == 0 {
		cfg.Fixed = 1 + int(e.next())
	}
	if kind/4%4 == 0 {
		cfg.Max = 1 + int(e.next()%64)
	}
	if kind/16%4 == 0 {
		cfg.Queue = int(e.next())
	}
	if kind > 200 {
		cfg.MaxStreams = int(e.next() % 4)
	}
	cfg.Report = kind > 240
	cfg.Patience = time.Duration(e.next()) * 8 * time.Millisecond
	cfg.RetryAfterMax = time.Duration(e.next()) * time.Second
	e.cfg = cfg
	e.c.Configure(e.now, cfg)
	e.most = max(cfg.Queue, len(e.waiting))
}

// check is what holds at all times.
func (e *events) check() {
	e.most = max(e.cfg.Queue, min(e.most, len(e.waiting)))
	in := e.c.Inside()
	want := shed.Inside{
		Inflight: len(e.running) + in.Ghosts, Ghosts: in.Ghosts, GhostCap: in.GhostCap,
		Streams: len(e.streams), Waiting: len(e.waiting), Bytes: e.bytes,
	}
	if in != want {
		e.t.Fatalf("the controller holds %+v, want %+v", in, want)
	}
	if in.Waiting > e.most || in.Bytes > shed.QueueBytes {
		e.t.Fatalf("%d wait with %d bytes, want at most %d and %d", in.Waiting, in.Bytes, e.most, shed.QueueBytes)
	}
	if limit := e.c.Limit(); limit < 1 || limit > e.cfg.Max {
		e.t.Fatalf("the limit is %d, want 1 to %d", limit, e.cfg.Max)
	}
	if e.c.Serves() {
		e.t.Fatalf("%d wait, but only %d of %d places are taken", in.Waiting, in.Inflight, e.c.Limit())
	}
	if e.arrived%64 == 0 {
		e.checkStats()
	}
}

// checkStats compares the statistics with what has happened.
func (e *events) checkStats() {
	s := e.c.Stats(e.now)
	finite(e.t, "Stats", reflect.ValueOf(s))
	if s.Limit < 1 || s.Limit > e.cfg.Max || s.Squeeze < .1 || s.Squeeze > 1 || s.Congestion < 1 || s.Erlangs < 0 {
		e.t.Fatalf("out of bounds: %+v", s)
	}
	queued := 0
	for class, n := range s.Queued {
		if queued += n; n < 0 {
			e.t.Fatalf("%d of %v wait", n, shed.Class(class))
		}
	}
	var outcomes [shed.Outcomes]uint64
	for _, counts := range s.Requests {
		for o, n := range counts {
			outcomes[o] += n
		}
	}
	if !e.cfg.Report && s.Inflight+s.Streams != len(e.running)+len(e.streams)+s.Ghosts || queued != len(e.waiting) {
		e.t.Fatalf("%d in flight, %d streams, %d ghosts, %d wait; want %d, %d, %d", s.Inflight, s.Streams, s.Ghosts, queued,
			len(e.running), len(e.streams), len(e.waiting))
	}
	if outcomes != e.counted {
		e.t.Fatalf("outcomes %v were counted, want %v", outcomes, e.counted)
	}
}

// finish ends all that there is, after which nothing may be left.
func (e *events) finish() {
	for len(e.waiting) > 0 && e.next()%2 == 0 {
		e.leave()
	}
	for len(e.streams) > 0 {
		r := e.streams[0]
		e.streams.remove(r)
		e.c.Release(e.now, &r.Place, shed.Left)
	}
	for len(e.running)+len(e.waiting) > 0 {
		for len(e.running) > 0 {
			r := e.running[0]
			e.running.remove(r)
			e.c.Release(e.now, &r.Place, shed.Ending(e.next()%4))
		}
		e.now = e.c.Clock() + time.Second
		e.advance(e.now)
	}
	e.now = e.c.Clock() + shed.GhostMax
	e.advance(e.now)
	// A probe of a time without requests can be the next one's, no more.
	for range 10 {
		at, ok := e.c.Next()
		if !ok {
			break
		}
		e.advance(at)
	}
	if at, ok := e.c.Next(); ok {
		e.t.Errorf("nothing is left to do, but Next is %v", at)
	}
	if in := e.c.Inside(); in != (shed.Inside{GhostCap: in.GhostCap}) {
		e.t.Errorf("all is over, but the controller holds %+v", in)
	}
	e.checkStats()
	var sum uint64
	for _, n := range e.counted {
		sum += n
	}
	if sum != e.arrived {
		e.t.Errorf("%d requests came, %d got a verdict", e.arrived, sum)
	}
}
