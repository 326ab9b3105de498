package telemetry

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// showEvery is how often a series shows one of its requests at most. Making an
	// exemplar costs as much as a whole decision.
	showEvery = time.Second
	// maxID bounds an ID, in bytes: OpenMetrics gives an exemplar 128 characters.
	maxID = 64
)

// Identified is who may have an ID. KnownID is "" where nobody has made one yet.
type Identified interface{ KnownID() string }

// example sees to it that a series shows requests by their IDs, as exemplars, one in
// [showEvery] at most.
type example struct{ last atomic.Int64 } // Unix nanoseconds

// of gives the labels of an exemplar, nil where none is due.
func (e *example) of(who Identified) prometheus.Labels {
	now, last := time.Now().UnixNano(), e.last.Load()
	if last != 0 && now-last < int64(showEvery) || !e.last.CompareAndSwap(last, now) {
		return nil
	}
	id := who.KnownID()
	if id == "" || len(id) > maxID {
		return nil
	}
	return prometheus.Labels{"request_id": id}
}

// counter is a counter that shows requests.
type counter struct {
	prometheus.Counter
	example
}

// count counts a request.
func (c *counter) count(who Identified) {
	c.Counter.(prometheus.ExemplarAdder).AddWithExemplar(1, c.of(who)) //nolint:forcetypeassert // each of client_golang's is one
}
