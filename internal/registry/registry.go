// Package registry registers Prometheus collectors with the registry of one
// Caddy configuration, which several gates share.
package registry

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What histograms are beside their classic buckets, for who asks for native ones: their
// buckets grow by a tenth, are no more than so many, and may be begun anew once an hour
// to stay below that.
const (
	NativeFactor  = 1.1
	NativeBuckets = 160
	NativeReset   = time.Hour
)

// ErrNone says that the configuration has no metrics registry.
var ErrNone = errors.New("no metrics registry")

// Register registers a collector, or returns the equal one that the registry
// has already. It fails with [ErrNone] where there is no registry, and where a
// foreign collector has the name.
func Register[C prometheus.Collector](reg *prometheus.Registry, collector C) (C, error) {
	if reg == nil {
		return collector, ErrNone
	}
	err := reg.Register(collector)
	if already, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing, nil
		}
	}
	return collector, err
}
