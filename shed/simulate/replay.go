package simulate

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Replayed compares what a limiter did with what one does that gets the same requests: it
// begins with what was known at the first frame of the trace.
type Replayed struct {
	From, To time.Duration // the part of the trace that was played
	Was, Is  Course
	Limits   []Limits // by the second
}

// Course is what became of requests.
type Course struct {
	Outcomes map[string]int // by [shed.Outcome]
	Left     int            // admitted, and left by their clients
	Served   int            // admitted, and waited for
	Waited   time.Duration  // by those that were admitted, in all
}

// Limits are those at the end of a second.
type Limits struct{ Was, Is int }

// Replay plays a trace for the shipped limiter with the settings of the trace, which
// adjust may change. The backend is taken to complete requests when it did, the oldest
// first: it stands still where it did, and does no more than it did. It fails if the trace has no
// frame, or no request after it.
func Replay(t *shed.Trace, adjust func(*shed.Config)) (*Replayed, error) {
	begin := slices.IndexFunc(t.Events, func(e shed.Event) bool { return e.Known != nil })
	if begin < 0 {
		return nil, errors.New("the trace has no frame to begin with: fewer events were kept than it takes")
	}
	cfg := t.Config
	if adjust != nil {
		adjust(&cfg)
	}
	p := &player{from: time.Duration(t.Events[begin].At), requests: map[uint32]*replayed{}}
	p.result = &Replayed{From: p.from, To: time.Duration(t.Now), Was: newCourse(), Is: newCourse()}
	p.read(t.Events[begin:])
	if len(p.requests) == 0 {
		return nil, errors.New("no request came after the first frame of the trace")
	}
	p.controller = shed.NewController(cfg, 1, func(place *shed.Place) { p.decided(p.waiting[place]) })
	p.controller.Recall(t.Events[begin].Known)
	p.waiting = map[*shed.Place]*replayed{}
	p.run()
	return p.result, nil
}

func newCourse() Course { return Course{Outcomes: map[string]int{}} }

// replayed is a request of a trace.
type replayed struct {
	shed.Place

	at   time.Duration // when it came
	gone time.Duration // after which its client left, 0: it waited
	over bool
}

// player plays one trace.
type player struct {
	from       time.Duration
	requests   map[uint32]*replayed
	order      []*replayed // as they came
	controller *shed.Controller
	waiting    map[*shed.Place]*replayed
	running    []*replayed // in the backend, the oldest first
	agenda     []due       // sorted, the next one last
	now        time.Duration
	result     *Replayed
}

// due is something that happens to a request at a time.
type due struct {
	at   time.Duration
	r    *replayed
	what func(*player, *replayed)
}

// read takes in what is known of the requests, and what became of them.
func (p *player) read(events []shed.Event) {
	for i := range events {
		e := &events[i]
		r := p.requests[e.Request]
		switch {
		case e.What == shed.EventArrived || e.What == shed.EventStreamArrived:
			r = &replayed{at: time.Duration(e.At)}
			r.Class, _ = shed.ClassOf(e.Class)
			r.Client, r.Route, r.Stream = uint64(e.Client), uint64(e.Slot), e.What == shed.EventStreamArrived
			p.requests[e.Request] = r
			p.order = append(p.order, r)
			p.result.Was.decided(e)
		case e.What == shed.EventWindow:
			p.limit(e)
		case r == nil: // it came before
		case e.What == shed.EventDecided:
			p.result.Was.decided(e)
		case e.What == shed.EventLeft:
			r.gone = time.Duration(e.At) - r.at
			p.result.Was.Outcomes[shed.OutcomeAbandoned.String()]++
		case e.What == shed.EventReleased:
			p.add(time.Duration(e.At), nil, (*player).complete)
			if e.Ending == shed.Left.String() {
				r.gone = time.Duration(e.At) - r.at
				p.result.Was.Left++
			} else {
				p.result.Was.Served++
			}
		}
	}
}

func (c *Course) decided(e *shed.Event) {
	if e.Outcome == "" {
		return // it waits
	}
	c.Outcomes[e.Outcome]++
	if e.Outcome == shed.OutcomeQueued.String() {
		c.Waited += time.Duration(e.Took)
	}
}

// limit notes the limit of a window.
func (p *player) limit(e *shed.Event) {
	second := int((time.Duration(e.At) - p.from) / time.Second)
	for len(p.result.Limits) <= second {
		p.result.Limits = append(p.result.Limits, Limits{})
	}
	p.result.Limits[second].Was = e.Limit
}

// run plays the requests.
func (p *player) run() {
	for _, r := range slices.Backward(p.order) {
		p.add(r.at, r, (*player).arrive)
	}
	for len(p.agenda) > 0 {
		next := &p.agenda[len(p.agenda)-1]
		if at, ok := p.controller.Next(); ok && at < next.at {
			p.pass(max(at, p.now+1))
			p.controller.Advance(p.now)
			continue
		}
		do := *next
		p.agenda = p.agenda[:len(p.agenda)-1]
		p.pass(do.at)
		do.what(p, do.r)
	}
}

// pass lets time go by until a moment.
func (p *player) pass(to time.Duration) {
	for second := (p.now - p.from) / time.Second; second < (to-p.from)/time.Second; second++ {
		if i := int(second); p.now > 0 && i >= 0 && i < len(p.result.Limits) {
			p.result.Limits[i].Is = p.controller.Limit()
		}
	}
	p.now = to
}

func (p *player) add(at time.Duration, r *replayed, what func(*player, *replayed)) {
	i, _ := slices.BinarySearchFunc(p.agenda, at, func(d due, at time.Duration) int { return cmp.Compare(at, d.at) })
	p.agenda = slices.Insert(p.agenda, i, due{at, r, what})
}

func (p *player) arrive(r *replayed) {
	if r.gone > 0 {
		p.add(r.at+r.gone, r, (*player).leave)
	}
	if p.controller.Arrive(p.now, &r.Place) == shed.Waiting {
		p.waiting[&r.Place] = r
		return
	}
	p.decided(r)
}

// decided is what follows a verdict.
func (p *player) decided(r *replayed) {
	delete(p.waiting, &r.Place)
	p.result.Is.Outcomes[r.Outcome.String()]++
	if r.Verdict == shed.Admitted {
		p.result.Is.Waited += r.Wait
		p.running = append(p.running, r)
		return
	}
	r.over = true
}

func (p *player) leave(r *replayed) {
	switch {
	case r.over:
		return
	case p.waiting[&r.Place] != nil:
		delete(p.waiting, &r.Place)
		p.controller.Leave(p.now, &r.Place)
		p.result.Is.Outcomes[shed.OutcomeAbandoned.String()]++
	default:
		p.controller.Release(p.now, &r.Place, shed.Left)
		p.result.Is.Left++
	}
	r.over = true
}

// complete is the backend's next answer.
func (p *player) complete(*replayed) {
	if len(p.running) == 0 {
		return
	}
	r := p.running[0]
	p.running = p.running[1:]
	if r.over { // its client has left
		return
	}
	r.over = true
	p.controller.Answered(p.now, &r.Place)
	p.controller.Release(p.now, &r.Place, shed.Served)
	p.result.Is.Served++
}
