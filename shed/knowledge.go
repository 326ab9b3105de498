package shed

// Knowledge is what a limiter has learned of its backend.
type Knowledge struct {
	Limit     float64  `json:"limit"`               // requests in flight
	Searching bool     `json:"searching,omitempty"` // nothing has shown yet how many are too many
	Congested bool     `json:"congested,omitempty"` // a probe has shown it
	Squeeze   float64  `json:"squeeze"`
	Idle      Delivery `json:"idle"`   // the backend with little to do
	Busy      Delivery `json:"busy"`   // at its limit
	Mean      float64  `json:"mean"`   // units of work of a request
	Square    float64  `json:"square"` // half of the mean of their squares
	Costs     []Cost   `json:"costs,omitempty"`
}

// Delivery is what a backend did, over so many effective samples.
type Delivery struct {
	Seconds float64 `json:"seconds"`
	Area    float64 `json:"area"` // requests in flight, times seconds
	Work    float64 `json:"work"` // units
	Samples float64 `json:"samples"`
}

// Cost is what a request of a route costs.
type Cost struct {
	Slot    uint8   `json:"slot"`
	Work    float64 `json:"work"`    // units
	Samples float64 `json:"samples"` // completions behind that
}

// known is what the law has learned.
func (l *law) known() *Knowledge {
	k := &Knowledge{
		Limit: l.limit, Searching: l.start, Congested: l.congested, Squeeze: l.squeeze,
		Idle: deliveryOf(&l.idle), Busy: deliveryOf(&l.busy), Mean: l.routes.mean.mean, Square: l.routes.square.mean,
	}
	for slot := range l.routes.cost {
		if n := l.routes.cost[slot].samples; n > 0 {
			k.Costs = append(k.Costs, Cost{uint8(slot), l.routes.work(uint8(slot)), n}) //nolint:gosec // of Slots
		}
	}
	return k
}

func deliveryOf(m *meter) Delivery { return Delivery{m.seconds, m.area, m.work, m.samples} }

func (d *Delivery) meter() meter {
	return meter{seconds: d.Seconds, area: d.Area, work: d.Work, samples: d.Samples}
}

// Recall makes a controller that has decided nothing yet know what another one had
// learned.
func (c *Controller) Recall(k *Knowledge) {
	l := &c.law
	l.squeeze = k.Squeeze
	if !l.fixed {
		l.limit, l.start, l.congested = k.Limit, k.Searching, k.Congested
	}
	l.idle, l.busy = k.Idle.meter(), k.Busy.meter()
	l.recent, l.since = l.busy, l.busy
	if k.Mean > 0 {
		l.routes.mean = estimate{k.Mean, momentMemory}
		l.routes.square = estimate{k.Square, momentMemory}
	}
	for _, cost := range k.Costs {
		if cost.Slot < Slots {
			l.routes.cost[cost.Slot] = estimate{cost.Work, cost.Samples}
			l.routes.all.add(cost.Work, cost.Samples, routeMemory)
			if cost.Samples >= routeKnown {
				l.routes.sum += cost.Samples
			}
		}
	}
}
