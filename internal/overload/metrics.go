package overload

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/internal/registry"
	"github.com/statusgate/statusgate/shed"
)

// otherRoutes are those that have no slot to themselves.
const otherRoutes = "other"

// metrics are the limiters of one configuration: the collector of its
// metrics registry, through which its gates find each other.
type metrics struct {
	claims
	waits      *prometheus.HistogramVec // limiter, mode, class
	retryAfter *prometheus.HistogramVec // limiter, mode
	showing    sync.Mutex
	shown      []*shownLimiter
}

// shownLimiter is a limiter as this configuration has it, and the routes whose
// names are known.
type shownLimiter struct {
	limiter *limiter
	mode    mode
	routes  []shownRoute
}

type shownRoute struct {
	label string
	slot  uint8
}

// limitersOf finds the limiters of the configuration that a registry belongs
// to.
func limitersOf(reg *prometheus.Registry) (*metrics, error) {
	return registry.Register(reg, newMetrics())
}

func newMetrics() *metrics {
	return &metrics{
		claims: claims{byName: make(map[string]claim), own: make(map[string]int)},
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "shed_queue_wait_seconds",
			Help:    "How long requests waited for a place, of those that had to.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},

			NativeHistogramBucketFactor: registry.NativeFactor, NativeHistogramMaxBucketNumber: registry.NativeBuckets,
			NativeHistogramMinResetDuration: registry.NativeReset,
		}, []string{"limiter", "mode", "class"}),
		retryAfter: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "shed_retry_after_seconds",
			Help:    "In how many seconds rejected requests were told to come back.",
			Buckets: []float64{1, 2, 3, 5, 10, 20, 30, 60, 90, 120, 300, 3600, 86400},

			NativeHistogramBucketFactor: registry.NativeFactor, NativeHistogramMaxBucketNumber: registry.NativeBuckets,
			NativeHistogramMinResetDuration: registry.NativeReset,
		}, []string{"limiter", "mode"}),
	}
}

// show adds the limiter of a gate, and its resources.
func (m *metrics) show(s *Shedder) (waits [shed.Classes]prometheus.Observer, retryAfter prometheus.Observer) {
	m.showing.Lock()
	defer m.showing.Unlock()
	mode := modeOf(&s.config)
	i := slices.IndexFunc(m.shown, func(shown *shownLimiter) bool { return shown.limiter == s.limiter })
	if i < 0 {
		i = len(m.shown)
		m.shown = append(m.shown, &shownLimiter{limiter: s.limiter, mode: mode})
	}
	for path, route := range s.routes {
		if route&ownRoute != 0 {
			m.shown[i].add(shownRoute{"read " + path, shed.Slot(s.limiter.routes.place(route, true))})
			m.shown[i].add(shownRoute{"write " + path, shed.Slot(s.limiter.routes.place(route, false))})
		}
	}
	name := s.limiter.name
	for class := range waits {
		waits[class] = m.waits.WithLabelValues(name, mode.String(), shed.Class(class).String()) //nolint:gosec // below Classes
	}
	return waits, m.retryAfter.WithLabelValues(name, mode.String())
}

func (s *shownLimiter) add(route shownRoute) {
	if !slices.Contains(s.routes, route) {
		s.routes = append(s.routes, route)
	}
}

const namespace, subsystem = "caddy", "statusgate"

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, subsystem, name), help, append([]string{"limiter", "mode"}, labels...), nil)
}

// The series that are read off the limiters when someone asks.
var (
	descLimit      = desc("shed_limit", "Requests that may be in flight.")
	descInflight   = desc("shed_inflight", "Requests in flight, those of clients that have left included while the backend is taken to work on them.")
	descGhosts     = desc("shed_ghost_inflight", "Requests in flight whose clients have left.")
	descStreams    = desc("shed_streams", "Streams that are open, which do not count as requests in flight.")
	descQueued     = desc("shed_queued", "Requests that wait for a place.", "class")
	descRequests   = desc("shed_requests_total", "Requests by how they came to a place, or to none.", "class", "outcome")
	descReasons    = desc("shed_reject_reason_total", "Requests that got no place, by the reason.", "class", "reason")
	descErlangs    = desc("shed_delivered_erlangs", "Requests that the backend really works on at a time.")
	descBase       = desc("shed_base_latency_seconds", "How long a request takes in a backend that is not busy; 0 while that is unknown.", "route")
	descCongestion = desc("shed_congestion_ratio", "How much longer requests take than in a backend that is not busy.")
	descElasticity = desc("shed_elasticity", "How the time that requests take answers to their number: 0 not at all, 1 in proportion.")
	descOverloaded = desc("shed_overloaded", "Whether requests of a class can't be served as they come.", "class")
	descProbes     = desc("shed_probes_total", "Moments with fewer requests in flight, to learn what the backend takes when it is not busy.", "result")
	descSqueeze    = desc("shed_squeeze", "What is left of patience, 1 to 0.1: less where clients leave before they are served.")
	descDemotions  = desc("shed_fairness_demotions_total", "Requests that were put behind others because of what their clients have had.")

	descs = []*prometheus.Desc{
		descLimit, descInflight, descGhosts, descStreams, descQueued, descRequests, descReasons, descErlangs,
		descBase, descCongestion, descElasticity, descOverloaded, descProbes, descSqueeze, descDemotions,
	}
)

// Describe implements [prometheus.Collector].
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range descs {
		to <- desc
	}
	m.waits.Describe(to)
	m.retryAfter.Describe(to)
}

// Collect implements [prometheus.Collector].
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	m.showing.Lock()
	defer m.showing.Unlock()
	for _, s := range m.shown {
		s.collect(to)
	}
	m.waits.Collect(to)
	m.retryAfter.Collect(to)
}

// sender gives the samples of one limiter in one mode.
type sender struct {
	to            chan<- prometheus.Metric
	limiter, mode string
}

func (s *sender) send(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
	s.to <- prometheus.MustNewConstMetric(desc, kind, value, append([]string{s.limiter, s.mode}, labels...)...)
}

func (s *sender) gauge(desc *prometheus.Desc, value float64, labels ...string) {
	s.send(desc, prometheus.GaugeValue, value, labels...)
}

func (s *sender) count(desc *prometheus.Desc, value uint64, labels ...string) {
	s.send(desc, prometheus.CounterValue, float64(value), labels...)
}

func (s *shownLimiter) collect(to chan<- prometheus.Metric) {
	stats := s.limiter.Stats()
	now := &sender{to, s.limiter.name, s.mode.String()}
	now.gauge(descLimit, float64(stats.Limit))
	now.gauge(descInflight, float64(stats.Inflight))
	now.gauge(descGhosts, float64(stats.Ghosts))
	now.gauge(descStreams, float64(stats.Streams))
	now.gauge(descErlangs, stats.Erlangs)
	now.gauge(descCongestion, stats.Congestion)
	now.gauge(descElasticity, stats.Elasticity)
	now.gauge(descSqueeze, stats.Squeeze)
	for i := range shed.Classes {
		class := shed.Class(i).String() //nolint:gosec // below Classes
		now.gauge(descQueued, float64(stats.Queued[i]), class)
		now.gauge(descOverloaded, truth(stats.Overloaded[i]), class)
	}
	s.collectRoutes(&stats, func(seconds float64, route string) { now.gauge(descBase, seconds, route) })
	for m := range modes {
		if m == s.mode || s.limiter.counts.used(m) {
			s.collectCounts(&sender{to, s.limiter.name, m.String()}, m, &stats)
		}
	}
}

// collectCounts gives what was counted in a mode. One that only reports puts nobody
// behind others, and tries nothing out.
func (s *shownLimiter) collectCounts(to *sender, m mode, stats *shed.Stats) {
	if m == report {
		stats = new(shed.Stats)
	}
	to.count(descDemotions, stats.Demotions)
	for i, n := range stats.Probes {
		to.count(descProbes, n, shed.ProbeResult(i).String()) //nolint:gosec // below ProbeResults
	}
	for i := range shed.Classes {
		class := shed.Class(i).String() //nolint:gosec // below Classes
		for j := range shed.Outcomes {
			to.count(descRequests, s.limiter.counts.requests[m][i][j].Load(), class, shed.Outcome(j).String()) //nolint:gosec // below Outcomes
		}
		for j := range shed.Reasons {
			to.count(descReasons, s.limiter.counts.reasons[m][i][j].Load(), class, shed.Reason(j).String()) //nolint:gosec // below Reasons
		}
	}
}

// collectRoutes gives the base latency of each route, of all without a name
// the mean.
func (s *shownLimiter) collectRoutes(stats *shed.Stats, gauge func(seconds float64, route string)) {
	var named [shed.Slots]bool
	for _, route := range s.routes {
		named[route.slot] = true
		gauge(stats.Expected[route.slot].Seconds(), route.label)
	}
	sum, known := 0.0, 0.0
	for slot, expected := range stats.Expected {
		if !named[slot] && expected > 0 {
			sum += expected.Seconds()
			known++
		}
	}
	gauge(sum/max(known, 1), otherRoutes)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
