package overload

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/internal/registry"
	"github.com/statusgate/statusgate/shed"
)

// maxRoutes bounds the routes that the metrics of a limiter tell apart.
const maxRoutes = shed.Slots

// otherRoutes are those that no declared resource has.
const otherRoutes = "other"

// metrics are the limiters of one configuration: the collector of its
// metrics registry, through which its gates find each other.
type metrics struct {
	claims
	waits      *prometheus.HistogramVec // limiter, class
	retryAfter *prometheus.HistogramVec // limiter
	showing    sync.Mutex
	shown      []*shownLimiter
}

// shownLimiter is a limiter and the routes whose names are known.
type shownLimiter struct {
	limiter *limiter
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
		}, []string{"limiter", "class"}),
		retryAfter: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "shed_retry_after_seconds",
			Help:    "In how many seconds rejected requests were told to come back.",
			Buckets: []float64{1, 2, 3, 5, 10, 20, 30, 60, 90, 120, 300, 3600, 86400},
		}, []string{"limiter"}),
	}
}

// namedRoute is a declared resource: its path and its ID.
type namedRoute struct {
	path string
	id   uint64
}

// show adds a limiter, or the resources of one more gate in front of it.
func (m *metrics) show(l *limiter, routes []namedRoute) (waits [shed.Classes]prometheus.Observer, retryAfter prometheus.Observer) {
	m.showing.Lock()
	defer m.showing.Unlock()
	i := slices.IndexFunc(m.shown, func(s *shownLimiter) bool { return s.limiter == l })
	if i < 0 {
		i = len(m.shown)
		m.shown = append(m.shown, &shownLimiter{limiter: l})
	}
	for _, r := range routes {
		for _, kind := range []string{"read ", "write "} {
			m.shown[i].add(shownRoute{kind + r.path, shed.Slot(routeKind(r.id, kind == "read "))})
		}
	}
	for class := range waits {
		waits[class] = m.waits.WithLabelValues(l.name, shed.Class(class).String()) //nolint:gosec // below Classes
	}
	return waits, m.retryAfter.WithLabelValues(l.name)
}

func (s *shownLimiter) add(route shownRoute) {
	if len(s.routes) < maxRoutes-1 && !slices.Contains(s.routes, route) {
		s.routes = append(s.routes, route)
	}
}

const namespace, subsystem = "caddy", "statusgate"

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, subsystem, name), help, append([]string{"limiter"}, labels...), nil)
}

// The series that are read off the limiters when someone asks.
var (
	descLimit      = desc("shed_limit", "Requests that may be in flight.")
	descInflight   = desc("shed_inflight", "Requests in flight, those of clients that have left included while the backend is taken to work on them.")
	descGhosts     = desc("shed_ghost_inflight", "Requests in flight whose clients have left.")
	descStreams    = desc("shed_streams", "Streams that are open, which do not count as requests in flight.")
	descQueued     = desc("shed_queued", "Requests that wait for a place.", "class")
	descRequests   = desc("shed_requests_total", "Requests by how they came to a place, or to none.", "class", "outcome")
	descReasons    = desc("shed_reject_reason_total", "Requests that got no place, by the reason.", "reason")
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

func (s *shownLimiter) collect(to chan<- prometheus.Metric) {
	stats := s.limiter.Stats()
	send := func(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, kind, value, append([]string{s.limiter.name}, labels...)...)
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		send(desc, prometheus.GaugeValue, value, labels...)
	}
	count := func(desc *prometheus.Desc, value uint64, labels ...string) {
		send(desc, prometheus.CounterValue, float64(value), labels...)
	}
	gauge(descLimit, float64(stats.Limit))
	gauge(descInflight, float64(stats.Inflight))
	gauge(descGhosts, float64(stats.Ghosts))
	gauge(descStreams, float64(stats.Streams))
	gauge(descErlangs, stats.Erlangs)
	gauge(descCongestion, stats.Congestion)
	gauge(descElasticity, stats.Elasticity)
	gauge(descSqueeze, stats.Squeeze)
	count(descDemotions, stats.Demotions)
	for i := range shed.Classes {
		class := shed.Class(i).String() //nolint:gosec // below Classes
		gauge(descQueued, float64(stats.Queued[i]), class)
		gauge(descOverloaded, truth(stats.Overloaded[i]), class)
		for j, n := range stats.Requests[i] {
			count(descRequests, n, class, shed.Outcome(j).String()) //nolint:gosec // below Outcomes
		}
	}
	for i, n := range stats.Reasons {
		count(descReasons, n, shed.Reason(i).String()) //nolint:gosec // below Reasons
	}
	for i, n := range stats.Probes {
		count(descProbes, n, shed.ProbeResult(i).String()) //nolint:gosec // below ProbeResults
	}
	s.collectRoutes(&stats, func(seconds float64, route string) { gauge(descBase, seconds, route) })
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
