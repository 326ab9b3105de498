package statusgate

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/normalize"
)

// The violations of the contract that are counted: what a backend owes and
// the gate can't make up.
const (
	violationCreated          = "created_without_location"
	violationAccepted         = "accepted_without_location"
	violationMethodNotAllowed = "method_not_allowed_without_allow"
	violationRepresentation   = "unacceptable_representation"
)

var violations = []string{violationCreated, violationAccepted, violationMethodNotAllowed, violationRepresentation}

// Why a body went on without a decision.
const (
	undecidedTooLarge = "too_large"
	undecidedCoding   = "coding"
	undecidedMemory   = "memory"
	undecidedStream   = "stream"

	undecidedMalformed = "malformed"
)

var undecidedCauses = []string{undecidedTooLarge, undecidedCoding, undecidedMemory, undecidedStream, undecidedMalformed}

// sampling: one exchange in this many is timed, the first one included.
// Reading the clock costs more than a decision.
const sampling = 16

// metrics are the series of one gate. Gates of the same name share them.
type metrics struct {
	mode           string
	responses      *prometheus.CounterVec // received, sent, reason
	violations     map[string]prometheus.Counter
	undecidedTotal map[string]prometheus.Counter
	overhead       prometheus.Observer
	held           prometheus.Gauge
	exchanges      atomic.Uint32
	// passed has the counters of statuses that pass, by reason and status,
	// once they were needed.
	passed [normalize.ReasonProtocol + 1][1000]atomic.Pointer[prometheus.Counter]
	// other has those of other outcomes, by reason and what was received.
	other [normalize.Reasons]atomic.Pointer[[otherSlots]atomic.Pointer[otherCounter]]
}

// otherCounter is the counter of an outcome. What is sent is nearly always the
// same for what was received and why, so that the last one is the one to keep.
type otherCounter struct {
	sent int
	prometheus.Counter
}

// otherSlots are for three-digit statuses, and the last for [notAsked].
const otherSlots = 1001

// newMetrics registers the collectors with the registry of this
// configuration, or finds those that another gate has registered there.
func newMetrics(reg *prometheus.Registry, gate string, report bool) (*metrics, error) {
	if reg == nil {
		return nil, errors.New("no metrics registry")
	}
	const ns, sub = "caddy", "statusgate"
	responses, err := registerOrExisting(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: ns, Subsystem: sub, Name: "responses_total",
		Help: "Exchanges by what the backend answered, what the client got and why.",
	}, []string{"gate", "mode", "received", "sent", "reason"}))
	violated, err2 := registerOrExisting(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: ns, Subsystem: sub, Name: "violations_total",
		Help: "Responses that lacked what their status owes and that could not be mended.",
	}, []string{"gate", "kind"}))
	undecided, err3 := registerOrExisting(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: ns, Subsystem: sub, Name: "undecided_total",
		Help: "Bodies that went on before a decision could be made on them.",
	}, []string{"gate", "cause"}))
	overhead, err4 := registerOrExisting(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: ns, Subsystem: sub, Name: "overhead_seconds",
		Help:    "Time spent in the gate itself, of one exchange in " + strconv.Itoa(sampling) + ".",
		Buckets: []float64{250e-9, 500e-9, 1e-6, 2e-6, 4e-6, 8e-6, 16e-6, 32e-6, 128e-6, 1e-3, 10e-3},
	}, []string{"gate"}))
	held, err5 := registerOrExisting(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: ns, Subsystem: sub, Name: "held_bytes",
		Help: "Bytes of bodies that are held to be inspected.",
	}, []string{"gate"}))
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	m := &metrics{mode: "enforce", overhead: overhead.WithLabelValues(gate), held: held.WithLabelValues(gate)}
	if report {
		m.mode = "report"
	}
	m.responses = responses.MustCurryWith(prometheus.Labels{"gate": gate, "mode": m.mode})
	m.violations = touch(violated, gate, violations)
	m.undecidedTotal = touch(undecided, gate, undecidedCauses)
	for status := range len(m.passed[0]) {
		if normalize.Documented(status) {
			m.passing(status, normalize.ReasonDocumented)
		}
	}
	return m, nil
}

// registerOrExisting returns the collector that the registry has by now:
// two gates of one configuration share theirs.
func registerOrExisting[C prometheus.Collector](reg prometheus.Registerer, collector C) (C, error) {
	err := reg.Register(collector)
	if already, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		existing, ok := already.ExistingCollector.(C)
		if !ok {
			return collector, err
		}
		return existing, nil
	}
	return collector, err
}

// touch makes the series of a closed label set, so that they exist at zero.
func touch(vec *prometheus.CounterVec, gate string, values []string) map[string]prometheus.Counter {
	counters := make(map[string]prometheus.Counter, len(values))
	for _, value := range values {
		counters[value] = vec.WithLabelValues(gate, value)
	}
	return counters
}

func (m *metrics) respond(o *outcome) {
	if o.reason.Passed() && !o.changed() && o.sent > 0 && o.sent < len(m.passed[0]) {
		m.passing(o.sent, o.reason).Inc()
		return
	}
	m.otherwise(o).Inc()
}

// otherwise is the counter of an outcome that is not passed.
func (m *metrics) otherwise(o *outcome) prometheus.Counter {
	received := o.received
	if received == notAsked {
		received = otherSlots - 1
	} else if received < 0 || received >= otherSlots-1 {
		return m.labelled(o)
	}
	row := m.other[o.reason].Load()
	if row == nil {
		m.other[o.reason].CompareAndSwap(nil, new([otherSlots]atomic.Pointer[otherCounter]))
		row = m.other[o.reason].Load()
	}
	if c := row[received].Load(); c != nil && c.sent == o.sent {
		return c.Counter
	}
	c := &otherCounter{o.sent, m.labelled(o)}
	row[received].Store(c)
	return c.Counter
}

func (m *metrics) labelled(o *outcome) prometheus.Counter {
	return m.responses.WithLabelValues(statusLabel(o.received), statusLabel(o.sent), o.reason.String())
}

// passing is the counter of a status that passes.
func (m *metrics) passing(status int, reason normalize.Reason) prometheus.Counter {
	counter := &m.passed[reason][status]
	if c := counter.Load(); c != nil {
		return *c
	}
	label := statusLabel(status)
	c := m.responses.WithLabelValues(label, label, reason.String())
	counter.Store(&c)
	return c
}

func (m *metrics) undecided(cause string) { m.undecidedTotal[cause].Inc() }

// stopwatch adds up the time that one sampled exchange spends in the gate.
// A stopwatch that is off measures nothing.
type stopwatch struct {
	on    bool
	since time.Time
	spent time.Duration
}

// stopwatch gives a running stopwatch to one exchange in [sampling].
func (m *metrics) stopwatch() stopwatch {
	s := stopwatch{on: m.exchanges.Add(1)%sampling == 1}
	s.resume()
	return s
}

func (s *stopwatch) resume() {
	if s.on {
		s.since = time.Now()
	}
}

func (s *stopwatch) pause() {
	if s.on {
		s.spent += time.Since(s.since)
	}
}

func (m *metrics) took(s *stopwatch) {
	if s.on {
		m.overhead.Observe(s.spent.Seconds())
	}
}

// statusLabel is a status as a label value, three digits as in a status line.
// The set is closed: a status that the table does not know is other.
func statusLabel(status int) string {
	switch {
	case status == notAsked:
		return "none"
	case status < 0 || status >= len(statusLabels):
		return "other"
	}
	return statusLabels[status]
}

var statusLabels = func() (labels [1000]string) {
	for status := range labels {
		labels[status] = "other"
		if normalize.Known(status) {
			labels[status] = fmt.Sprintf("%03d", status)
		}
	}
	return labels
}()
