package shed

// meter adds up what passes over a span of time. By Little's law the area
// under the requests in flight, divided by the work completed, is how long
// a unit of work stays: no request has to be timed, and none is overlooked
// because it has not ended yet.
type meter struct {
	since  float64 // seconds
	area   float64 // requests in flight times seconds
	work   float64 // units completed
	count  float64 // requests that ended, those that failed included
	failed float64
	left   float64 // requests whose client gave up
}

func (m *meter) reset(now float64) { *m = meter{since: now} }

// stay is how long a unit of work stayed in the backend, in seconds.
func (m *meter) stay() float64 { return m.area / m.work }

// rate is the units of work completed in a second.
func (m *meter) rate(now float64) float64 { return m.work / (now - m.since) }

// inflight is the mean of the requests in flight.
func (m *meter) inflight(now float64) float64 { return m.area / (now - m.since) }
