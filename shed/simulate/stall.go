package simulate

import "time"

// Standstill is one thing that may stand still at a time: which gateways, and whether the
// backend does.
type standstill struct {
	schedule

	gateways []int
	backend  bool
	ends     time.Duration
}

// StartNoise notes when what is noisy about a machine begins.
func (s *simulation) startNoise() {
	n := &s.sc.Noise
	all := make([]int, len(s.gateways))
	for i := range all {
		all[i] = i
		s.addStalls(n.Gateway, all[i:i+1], false)
	}
	s.addStalls(n.Backend, nil, true)
	s.addStalls(n.Both, all, true)
	if n.Weather.For > 0 {
		s.weather = n.Weather.Slow
		s.changeWeather()
	}
}

func (s *simulation) addStalls(of Stalls, gateways []int, backend bool) {
	if of.Every > 0 {
		s.stalls = append(s.stalls, standstill{schedule: schedule{of: of, rng: s.chance}, gateways: gateways, backend: backend})
		s.nextStall(len(s.stalls) - 1)
	}
}

func (s *simulation) nextStall(i int) {
	from, to := s.stalls[i].next(s.now)
	s.stalls[i].ends = to
	s.agenda.add(from, stallBegins, nil, i)
}

func (s *simulation) beginStall(i int) {
	s.account()
	x := &s.stalls[i]
	for _, g := range x.gateways {
		s.gateways[g].stalled++
	}
	if x.backend {
		s.backend.freeze(s.now)
	}
	s.agenda.add(x.ends, stallEnds, nil, i)
}

func (s *simulation) endStall(i int) {
	s.account()
	x := &s.stalls[i]
	if x.backend {
		s.backend.thaw(s.now)
	}
	for _, n := range x.gateways {
		g := &s.gateways[n]
		if g.stalled--; g.stalled == 0 && g.up {
			s.wake(g)
		}
	}
	s.nextStall(i)
}

// ChangeWeather makes work that is begun from now on take longer, or less long.
func (s *simulation) changeWeather() {
	s.account()
	w := &s.sc.Noise.Weather
	stays := w.Slow - 1 // of the quick part, in proportion
	if s.weather == w.Quick {
		s.weather, stays = w.Slow, 1-w.Quick
	} else {
		s.weather = w.Quick
	}
	long := float64(w.For) * stays / (w.Slow - w.Quick) * s.chance.ExpFloat64()
	s.agenda.add(s.now+time.Duration(long), weatherChanges, nil, 0)
}

// Account tells the result what part of its capacity the backend had since the
// last time: what it can't be asked for counts as what it can't do.
func (s *simulation) account() {
	up, stalled := 0, 0
	for i := range s.gateways {
		if g := &s.gateways[i]; g.up {
			up++
			stalled += min(g.stalled, 1)
		}
	}
	present := 1 - float64(stalled)/float64(max(up, 1))
	if s.backend.depth > 0 {
		present = 0
	}
	s.result.account(s.accounted, s.now, present, s.weather)
	s.accounted = s.now
}

// Frozen is a machine that stands still at times.
type frozen struct {
	machine

	depth int
	since time.Duration
	lost  time.Duration // time that it stood still before
}

func (f *frozen) freeze(now time.Duration) {
	if f.depth++; f.depth == 1 {
		f.since = now
	}
}

func (f *frozen) thaw(now time.Duration) {
	if f.depth--; f.depth == 0 {
		f.lost += now - f.since
	}
}

// Own is the time of the machine.
func (f *frozen) own(now time.Duration) time.Duration {
	if f.depth > 0 {
		now = f.since
	}
	return now - f.lost
}

func (f *frozen) start(now time.Duration, r *Request) { f.machine.start(f.own(now), r) }

func (f *frozen) next() (time.Duration, bool) {
	at, ok := f.machine.next()
	return at + f.lost, ok && f.depth == 0
}

func (f *frozen) finish(now time.Duration) *Request { return f.machine.finish(f.own(now)) }

func (f *frozen) resize(now time.Duration, servers int) { f.machine.resize(f.own(now), servers) }
