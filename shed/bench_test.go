package shed_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// taken is a limiter of which all places are taken, and where nobody may wait.
func taken(queue int) (*shed.Limiter, *shed.Place) {
	cfg := fixed(1)
	cfg.Queue, cfg.Patience = queue, time.Hour
	l, p := shed.New(cfg), &shed.Place{Class: shed.Normal}
	l.Acquire(context.Background(), p)
	return l, p
}

func BenchmarkAdmitAndRelease(b *testing.B) {
	for _, mode := range []string{"fixed", "adaptive", "adaptive and recorded"} {
		cfg := fixed(1000)
		if mode != "fixed" {
			cfg = shed.Defaults()
		}
		if mode == "adaptive and recorded" {
			cfg.Record = 10_000
		}
		b.Run(mode, func(b *testing.B) {
			l, ctx := shed.New(cfg), context.Background()
			p := &shed.Place{Class: shed.Normal, Route: 1}
			b.ReportAllocs()
			for b.Loop() {
				p.Client += 7919
				l.Acquire(ctx, p)
				l.Release(p, shed.Served)
			}
		})
		b.Run(mode+", on all cores", func(b *testing.B) {
			l, ctx := shed.New(cfg), context.Background()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				p := &shed.Place{Class: shed.Normal, Route: 1, Client: 1}
				for pb.Next() {
					p.Client += 7919
					if l.Acquire(ctx, p) == shed.Admitted {
						l.Release(p, shed.Served)
					}
				}
			})
		})
	}
}

func BenchmarkReject(b *testing.B) {
	for _, known := range []bool{true, false} {
		b.Run(fmt.Sprint("known client ", known), func(b *testing.B) {
			l, _ := taken(0)
			ctx := context.Background()
			p := &shed.Place{Class: shed.Normal, Route: 1}
			b.ReportAllocs()
			for b.Loop() {
				if known {
					p.Client += 7919
				}
				l.Acquire(ctx, p)
			}
		})
	}
	b.Run("on all cores", func(b *testing.B) {
		l, _ := taken(0)
		ctx := context.Background()
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			p := &shed.Place{Class: shed.Normal, Route: 1, Client: 1}
			for pb.Next() {
				p.Client += 7919
				l.Acquire(ctx, p)
			}
		})
	})
}

// BenchmarkHandOff is one place that goes to and fro between two goroutines: who
// releases it gives it to the other one that waits.
func BenchmarkHandOff(b *testing.B) {
	cfg := fixed(1)
	cfg.Patience = time.Hour
	l, ctx := shed.New(cfg), context.Background()
	stop, done := make(chan struct{}), make(chan struct{})
	turn := func(p *shed.Place) {
		l.Acquire(ctx, p)
		l.Release(p, shed.Served)
	}
	go func() {
		defer close(done)
		for p := (shed.Place{Class: shed.Normal}); ; {
			select {
			case <-stop:
				return
			default:
				turn(&p)
			}
		}
	}()
	p := shed.Place{Class: shed.Normal}
	before := l.Stats().Requests[shed.Normal]
	b.ReportAllocs()
	for b.Loop() {
		turn(&p)
	}
	after := l.Stats().Requests[shed.Normal]
	close(stop)
	<-done
	handed := after[shed.OutcomeQueued] - before[shed.OutcomeQueued]
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(handed, 1)), "ns/hand-off")
}

func BenchmarkQueue(b *testing.B) {
	b.Run("wait and leave", func(b *testing.B) {
		c := shed.NewController(fixed(1), 1, func(*shed.Place) {})
		c.Arrive(0, &shed.Place{})
		p := &shed.Place{Class: shed.Normal}
		now := time.Duration(0)
		b.ReportAllocs()
		for b.Loop() {
			now += time.Microsecond
			p.Client += 7919
			c.Arrive(now, p)
			c.Leave(now, p)
		}
	})
	b.Run("wait and be served", func(b *testing.B) {
		c := shed.NewController(fixed(1), 1, func(*shed.Place) {})
		places := [2]*shed.Place{{Class: shed.Normal}, {Class: shed.Normal}}
		now := time.Duration(0)
		c.Arrive(now, places[0])
		b.ReportAllocs()
		for i := 0; b.Loop(); i ^= 1 {
			now += time.Microsecond
			c.Arrive(now, places[i^1])
			c.Release(now, places[i], shed.Served)
		}
	})
	b.Run("evict", func(b *testing.B) {
		cfg := fixed(1)
		cfg.Queue = 2
		c := shed.NewController(cfg, 1, func(*shed.Place) {})
		c.Arrive(0, &shed.Place{})
		worse, better := &shed.Place{Class: shed.Background}, &shed.Place{Class: shed.Normal}
		c.Arrive(0, &shed.Place{Class: shed.Normal})
		b.ReportAllocs()
		for b.Loop() {
			c.Arrive(0, worse)
			c.Arrive(0, better)
			c.Leave(0, better)
		}
	})
}

func BenchmarkGhost(b *testing.B) {
	c := shed.NewController(fixed(100), 1, func(*shed.Place) {})
	p := &shed.Place{Class: shed.Normal}
	now := time.Duration(0)
	for range 100 {
		c.Arrive(now, p)
		now += 10 * ms
		c.Release(now, p, shed.Served)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Arrive(now, p)
		c.Release(now, p, shed.Left)
		now, _ = c.Next()
		c.Advance(now)
	}
}

// BenchmarkCloseWindow ends full windows, of a backend that serves ten at a time,
// and the probes that follow them.
func BenchmarkCloseWindow(b *testing.B) {
	s := newServer(shed.Defaults(), 10, 10*ms)
	s.run(20*time.Second, 2)
	b.ReportAllocs()
	for b.Loop() {
		s.now += time.Second
		s.c.CloseWindow(s.now, 1000)
	}
}

func BenchmarkAppoint(b *testing.B) {
	for _, rate := range []float64{1000, 1e6} {
		b.Run(fmt.Sprint("rate ", rate), func(b *testing.B) {
			var book shed.Book
			now := time.Duration(0)
			b.ReportAllocs()
			for b.Loop() {
				now += time.Microsecond
				book.Appoint(shed.Normal, now, 0, rate, 120)
			}
		})
	}
}

func BenchmarkStats(b *testing.B) {
	l, _ := taken(0)
	b.ReportAllocs()
	for b.Loop() {
		l.Stats()
	}
}

func TestAllocations(t *testing.T) {
	if withRace {
		t.Skip("the race detector allocates")
	}
	ctx := context.Background()
	free := shed.New(fixed(10))
	none, _ := taken(0)
	c := shed.NewController(fixed(1), 1, func(*shed.Place) {})
	c.Arrive(0, &shed.Place{})
	ghosts := shed.NewController(fixed(10), 1, func(*shed.Place) {})
	p := &shed.Place{Class: shed.Normal, Client: 3}
	now := time.Duration(0)
	tests := []struct {
		name string
		do   func()
	}{
		{"admit and release", func() {
			free.Acquire(ctx, p)
			free.Answered(p)
			free.Release(p, shed.Served)
		}},
		{"a stream", func() {
			free.Acquire(ctx, p)
			free.BecomeStream(p)
			free.Release(p, shed.Served)
		}},
		{"reject", func() { none.Acquire(ctx, p) }},
		{"wait and leave", func() {
			c.Arrive(0, p)
			c.Leave(0, p)
		}},
		{"a ghost", func() {
			ghosts.Arrive(now, p)
			ghosts.Release(now+ms, p, shed.Left)
			now += time.Minute
			ghosts.Advance(now)
		}},
		{"statistics", func() { none.Stats() }},
		{"configure", func() { free.Configure(fixed(10)) }},
	}
	for _, test := range tests {
		if got := testing.AllocsPerRun(1000, test.do); got != 0 {
			t.Errorf("%s: %v allocations, want none", test.name, got)
		}
	}
}
