package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/internal/registry"
	"github.com/statusgate/statusgate/suspects"
)

// suspected counts successes that look like errors, by kind.
type suspected [suspects.Kinds]prometheus.Counter

// newSuspected registers the collector, or finds that of another gate.
func newSuspected(reg *prometheus.Registry, gate string) (s suspected, err error) {
	all, err := registry.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "caddy", Subsystem: "statusgate", Name: "suspects_total",
		Help: "Successes that look like errors and that no rule decided. Where only some bodies were looked at, the number is reckoned from these.",
	}, []string{"gate", "kind"}))
	if err != nil {
		return s, err
	}
	for k := range suspects.Kinds {
		s[k] = all.WithLabelValues(gate, k.String())
	}
	return s, nil
}

// Suspected counts successes that look like errors. The one that was looked at stands
// for so many.
func (g *Gate) Suspected(k suspects.Kind, weight int64) { g.suspected[k].Add(float64(weight)) }
