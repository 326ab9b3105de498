package telemetry

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/internal/registry"
	"github.com/statusgate/statusgate/normalize"
)

// sampling: one exchange in this many is timed, the first one included.
// Reading the clock costs more than a decision.
const sampling = 16

// metrics are the series of one gate. Gates of the same name share them.
type metrics struct {
	responses *prometheus.CounterVec // received, sent, reason
	violated  [violations]prometheus.Counter
	undecided [causes]prometheus.Counter
	changed   [changes]prometheus.Counter
	suspected suspected
	ruled     []counter // by rule
	overhead  prometheus.Observer
	slow      example // of overhead
	held      prometheus.Gauge
	exchanges atomic.Uint32
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
	counter
}

// otherSlots are for three-digit statuses, and the last for [normalize.NotAsked].
const otherSlots = 1001

// vectors are the collectors of all gates of one configuration.
type vectors struct {
	responses, violated, undecided, changed, ruled *prometheus.CounterVec
	held, texts                                    *prometheus.GaugeVec
	overhead                                       *prometheus.HistogramVec
}

// newVectors registers the collectors with the registry of this configuration, or
// finds those that another gate has registered there.
func newVectors(reg *prometheus.Registry) (v vectors, err error) {
	const ns, sub = "caddy", "statusgate"
	var errs []error
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		vec, err := registry.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Subsystem: sub, Name: name, Help: help,
		}, labels))
		errs = append(errs, err)
		return vec
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		vec, err := registry.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: ns, Subsystem: sub, Name: name, Help: help,
		}, labels))
		errs = append(errs, err)
		return vec
	}
	v.responses = counter("responses_total", "Exchanges by what the backend answered, what the client got and why.",
		"gate", "mode", "received", "sent", "reason")
	v.violated = counter("violations_total", "Responses that lacked what their status owes and that could not be mended.", "gate", "kind")
	v.undecided = counter("undecided_total", "Bodies that went on before a decision could be made on them.", "gate", "cause")
	v.changed = counter("changes_total", "What the gate has changed or, in report mode, would have: a status, a body, a Location, "+
		"a header field that is owed, a request that is refused or shed.", "gate", "mode", "what")
	v.ruled = counter("rules_total", "Responses that a map rule has decided, by its place in the configuration.", "gate", "mode", "rule")
	v.texts = gauge("rule_info", "The text of each map rule. The value is always 1.", "gate", "rule", "text")
	v.held = gauge("held_bytes", "Bytes of bodies that are held to be inspected.", "gate")
	v.overhead, err = registry.Register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: ns, Subsystem: sub, Name: "overhead_seconds",
		Help:    "Time spent in the gate itself, of one exchange in " + strconv.Itoa(sampling) + ".",
		Buckets: []float64{250e-9, 500e-9, 1e-6, 2e-6, 4e-6, 8e-6, 16e-6, 32e-6, 128e-6, 1e-3, 10e-3},

		NativeHistogramBucketFactor: registry.NativeFactor, NativeHistogramMaxBucketNumber: registry.NativeBuckets,
		NativeHistogramMinResetDuration: registry.NativeReset,
	}, []string{"gate"}))
	return v, errors.Join(append(errs, err)...)
}

// newMetrics makes the series of a gate.
func newMetrics(reg *prometheus.Registry, gate string, report bool, rules []string) (*metrics, error) {
	v, err := newVectors(reg)
	if err != nil {
		return nil, err
	}
	mode := "enforce"
	if report {
		mode = "report"
	}
	m := &metrics{
		responses: v.responses.MustCurryWith(prometheus.Labels{"gate": gate, "mode": mode}),
		overhead:  v.overhead.WithLabelValues(gate), held: v.held.WithLabelValues(gate), ruled: make([]counter, len(rules)),
	}
	// Series of a closed label set exist at zero.
	for kind := range violations {
		m.violated[kind] = v.violated.WithLabelValues(gate, kind.String())
	}
	for c := range causes {
		m.undecided[c] = v.undecided.WithLabelValues(gate, c.String())
	}
	for c := range changes {
		m.changed[c] = v.changed.WithLabelValues(gate, mode, changeWords[c])
	}
	for i, text := range rules {
		place := strconv.Itoa(i + 1)
		m.ruled[i].Counter = v.ruled.WithLabelValues(gate, mode, place)
		v.texts.WithLabelValues(gate, place, text).Set(1)
	}
	for sent, reason := range map[int]normalize.Reason{200: normalize.ReasonClass, 400: normalize.ReasonClass, 500: normalize.ReasonMalformed} {
		m.responses.WithLabelValues("other", StatusLabel(sent), reason.String()) // so that an increase sees the first
	}
	m.responses.WithLabelValues("other", "500", normalize.ReasonClass.String())
	for status := range len(m.passed[0]) {
		if normalize.Documented(status) {
			m.passing(status, normalize.ReasonDocumented)
		}
	}
	return m, nil
}

// responded counts an outcome.
func (m *metrics) responded(o *normalize.Outcome, who Identified) {
	if o.Reason.Passed() && !o.Changed() && o.Sent > 0 && o.Sent < len(m.passed[0]) {
		m.passing(o.Sent, o.Reason).Inc()
		return
	}
	m.otherwise(o).count(who)
	if o.Rule >= 0 {
		m.ruled[o.Rule].count(who)
	}
}

// change is what the gate does to an exchange, beside passing it.
type change uint8

const (
	changeStatus change = iota
	changeBody
	changeLocation
	changeHeader
	changeRefused
	changeShed
	changes
)

var changeWords = [changes]string{"status", "body", "location", "header", "refused", "shed"}

// changes counts what an outcome changes for the client.
func (m *metrics) changes(o *normalize.Outcome) {
	count := func(c change, yes bool) {
		if yes {
			m.changed[c].Inc()
		}
	}
	if o.Reason.Rejected() {
		count(changeShed, o.Reason == normalize.ReasonOverload)
		count(changeRefused, o.Reason != normalize.ReasonOverload)
		return
	}
	count(changeStatus, o.Changed() && o.Reason != normalize.ReasonClientGone)
	count(changeBody, o.Replaced)
	count(changeLocation, o.Moved)
	count(changeHeader, o.Owed != 0)
}

// otherwise is the counter of an outcome that is not passed.
func (m *metrics) otherwise(o *normalize.Outcome) *counter {
	received := o.Received
	if received == normalize.NotAsked {
		received = otherSlots - 1
	} else if received < 0 || received >= otherSlots-1 {
		return &counter{Counter: m.labelled(o)}
	}
	row := m.other[o.Reason].Load()
	if row == nil {
		m.other[o.Reason].CompareAndSwap(nil, new([otherSlots]atomic.Pointer[otherCounter]))
		row = m.other[o.Reason].Load()
	}
	if c := row[received].Load(); c != nil && c.sent == o.Sent {
		return &c.counter
	}
	c := &otherCounter{sent: o.Sent, counter: counter{Counter: m.labelled(o)}}
	row[received].Store(c)
	return &c.counter
}

func (m *metrics) labelled(o *normalize.Outcome) prometheus.Counter {
	return m.responses.WithLabelValues(StatusLabel(o.Received), StatusLabel(o.Sent), o.Reason.String())
}

// passing is the counter of a status that passes.
func (m *metrics) passing(status int, reason normalize.Reason) prometheus.Counter {
	counter := &m.passed[reason][status]
	if c := counter.Load(); c != nil {
		return *c
	}
	label := StatusLabel(status)
	c := m.responses.WithLabelValues(label, label, reason.String())
	counter.Store(&c)
	return c
}

// Stopwatch adds up the time that one sampled exchange spends in the gate.
// One that is off measures nothing.
type Stopwatch struct {
	on    bool
	since time.Time
	spent time.Duration
}

// Stopwatch gives a running stopwatch to one exchange in [sampling].
func (m *metrics) Stopwatch() Stopwatch {
	s := Stopwatch{on: m.exchanges.Add(1)%sampling == 1}
	s.Resume()
	return s
}

// Resume goes on measuring.
func (s *Stopwatch) Resume() {
	if s.on {
		s.since = time.Now()
	}
}

// Pause stops until Resume.
func (s *Stopwatch) Pause() {
	if s.on {
		s.spent += time.Since(s.since)
	}
}

// Took takes what a stopwatch has measured of a request.
func (m *metrics) Took(s *Stopwatch, who Identified) {
	if s.on {
		m.overhead.(prometheus.ExemplarObserver).ObserveWithExemplar(s.spent.Seconds(), m.slow.of(who)) //nolint:forcetypeassert // as above
	}
}

// StatusLabel is a status as a label value, three digits as in a status line.
// The set is closed: a status that the table does not know is other.
func StatusLabel(status int) string {
	switch {
	case status == normalize.NotAsked:
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
