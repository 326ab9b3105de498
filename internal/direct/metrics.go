package direct

import (
	"errors"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/transport"
)

// pools are the transports of one configuration: the collector of its metrics
// registry, through which they find each other.
type pools struct {
	mu  sync.Mutex
	all []*transport.Direct
}

// poolsOf finds those of the configuration that a registry belongs to.
func poolsOf(reg *prometheus.Registry) (*pools, error) {
	if reg == nil {
		return nil, errors.New("no metrics registry")
	}
	mine := new(pools)
	err := reg.Register(mine)
	if already, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		if existing, ok := already.ExistingCollector.(*pools); ok {
			return existing, nil
		}
	}
	return mine, err
}

func (p *pools) add(d *transport.Direct) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, d)
}

func desc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName("caddy", "statusgate", "direct_"+name), help, nil, nil)
}

var (
	descOpen     = desc("connections_open", "Connections to backends that are open.")
	descIdle     = desc("connections_idle", "Open connections to backends that wait for a request.")
	descDialled  = desc("connections_dialled_total", "Connections to backends that were opened.")
	descReused   = desc("connections_reused_total", "Requests on connections that had served before.")
	descStale    = desc("connections_stale_total", "Idle connections found closed, or with bytes that were not asked for, when a request was to be sent.")
	descRepeated = desc("requests_repeated_total", "Requests that were sent again after their connection had ended without an answer.")
)

// Describe implements [prometheus.Collector].
func (p *pools) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descOpen, descIdle, descDialled, descReused, descStale, descRepeated} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (p *pools) Collect(to chan<- prometheus.Metric) {
	var sum transport.Stats
	p.mu.Lock()
	for _, d := range p.all {
		s := d.Stats()
		sum.Open += s.Open
		sum.Idle += s.Idle
		sum.Dialled += s.Dialled
		sum.Reused += s.Reused
		sum.Stale += s.Stale
		sum.Repeated += s.Repeated
	}
	p.mu.Unlock()
	to <- prometheus.MustNewConstMetric(descOpen, prometheus.GaugeValue, float64(sum.Open))
	to <- prometheus.MustNewConstMetric(descIdle, prometheus.GaugeValue, float64(sum.Idle))
	to <- prometheus.MustNewConstMetric(descDialled, prometheus.CounterValue, float64(sum.Dialled))
	to <- prometheus.MustNewConstMetric(descReused, prometheus.CounterValue, float64(sum.Reused))
	to <- prometheus.MustNewConstMetric(descStale, prometheus.CounterValue, float64(sum.Stale))
	to <- prometheus.MustNewConstMetric(descRepeated, prometheus.CounterValue, float64(sum.Repeated))
}
