package microbench_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"

	"github.com/statusgate/statusgate/shed"
)

// limiter is one of those that are compared.
type limiter struct {
	name    string
	acquire func(context.Context) (release func(), ok bool)
	// Without a closure for each request, which is not the limiter's to pay for.
	admit, reject func(next func() bool)
}

// ours is a limiter of package shed with so many places, 0: it learns them.
func ours(name string, places int) limiter {
	cfg := shed.Defaults()
	cfg.Fixed, cfg.Patience = places, time.Hour
	l := shed.New(cfg)
	cfg.Fixed, cfg.Queue = 1, 0
	full := shed.New(cfg)
	full.Acquire(context.Background(), &shed.Place{})
	return limiter{
		name: name,
		acquire: func(ctx context.Context) (func(), bool) {
			p := &shed.Place{Class: shed.Normal}
			ok := l.Acquire(ctx, p) == shed.Admitted
			return func() { l.Release(p, shed.Served) }, ok
		},
		admit: func(next func() bool) {
			p := shed.Place{Class: shed.Normal, Route: 1}
			for next() {
				p.Client += 7919
				if l.Acquire(context.Background(), &p) == shed.Admitted {
					l.Release(&p, shed.Served)
				}
			}
		},
		reject: func(next func() bool) {
			p := shed.Place{Class: shed.Normal, Route: 1}
			for next() {
				p.Client += 7919
				full.Acquire(context.Background(), &p)
			}
		},
	}
}

// failsafe is failsafe-go's limiter, with so many places to begin with.
func failsafe(places uint) limiter {
	l := adaptivelimiter.NewBuilder[any]().WithLimits(1, max(places, 200), places).WithQueueing(2, 3).Build()
	full := adaptivelimiter.NewBuilder[any]().WithLimits(1, 1, 1).Build()
	full.TryAcquirePermit()
	return limiter{
		name: "failsafe-go",
		acquire: func(ctx context.Context) (func(), bool) {
			permit, err := l.AcquirePermit(ctx)
			if err != nil {
				return nil, false
			}
			return permit.Record, true
		},
		admit: func(next func() bool) {
			for next() {
				if permit, ok := l.TryAcquirePermit(); ok {
					permit.Record()
				}
			}
		},
		reject: func(next func() bool) {
			for next() {
				full.TryAcquirePermit()
			}
		},
	}
}

// each runs a loop of each limiter on all cores.
func each(b *testing.B, loop func(limiter) func(next func() bool)) {
	for _, l := range []limiter{ours("shed, fixed", 1000), ours("shed, adaptive", 0), failsafe(20)} {
		b.Run(l.name, func(b *testing.B) {
			do := loop(l)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) { do(pb.Next) })
		})
	}
}

func BenchmarkAdmitAndRelease(b *testing.B) {
	each(b, func(l limiter) func(func() bool) { return l.admit })
}

func BenchmarkReject(b *testing.B) {
	each(b, func(l limiter) func(func() bool) { return l.reject })
}

// BenchmarkHandOff gives one place from goroutine to goroutine.
func BenchmarkHandOff(b *testing.B) {
	for _, l := range []limiter{ours("shed", 1), failsafe(1)} {
		b.Run(l.name, func(b *testing.B) {
			ctx := context.Background()
			var lost atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					release, ok := l.acquire(ctx)
					if !ok {
						lost.Add(1)
						continue
					}
					release()
				}
			})
			b.ReportMetric(float64(lost.Load())/float64(b.N), "rejected/op")
		})
	}
}
