package shed_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// acquire asks for a place in a goroutine of its own. The channel gives the
// verdict, and the place is the caller's again.
func acquire(ctx context.Context, l *shed.Limiter, p *shed.Place) <-chan shed.Verdict {
	verdict := make(chan shed.Verdict, 1)
	go func() { verdict <- l.Acquire(ctx, p) }()
	synctest.Wait()
	return verdict
}

// full is a limiter of one place, which is taken.
func full(t *testing.T, cfg shed.Config) (*shed.Limiter, *shed.Place) {
	t.Helper()
	l := shed.New(cfg)
	p := &shed.Place{Class: shed.Normal}
	if got := l.Acquire(t.Context(), p); got != shed.Admitted {
		t.Fatalf("the first one is %d, want %d", got, shed.Admitted)
	}
	return l, p
}

// over checks that nothing is left.
func over(t *testing.T, l *shed.Limiter) {
	t.Helper()
	if s := l.Stats(); s.Inflight != 0 || s.Ghosts != 0 || s.Streams != 0 || s.Queued != [shed.Classes]int{} || l.Crowded() {
		t.Errorf("all is over, but %d are in flight, %d ghosts, %d streams, %v wait, crowded %v",
			s.Inflight, s.Ghosts, s.Streams, s.Queued, l.Crowded())
	}
}

func TestAcquireWaitsForAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, running := full(t, fixed(1))
		if !l.Crowded() {
			t.Error("all places are taken, but it is not crowded")
		}
		p := &shed.Place{Class: shed.Normal}
		verdict := acquire(t.Context(), l, p)
		time.Sleep(100 * ms)
		l.Release(running, shed.Served)
		if got := <-verdict; got != shed.Admitted || p.Outcome != shed.OutcomeQueued || p.Wait != 100*ms {
			t.Errorf("verdict %d, %v, after %v; want %d, %v, 100ms", got, p.Outcome, p.Wait, shed.Admitted, shed.OutcomeQueued)
		}
		l.Release(p, shed.Served)
		l.Release(p, shed.Served)
		over(t, l)
	})
}

func TestPatienceEndsWithoutAnyOtherEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, running := full(t, fixed(1))
		start := time.Now()
		var first, second shed.Place
		a := acquire(t.Context(), l, &first)
		time.Sleep(200 * ms)
		b := acquire(t.Context(), l, &second)
		for i, verdict := range []<-chan shed.Verdict{a, b} {
			got, want := <-verdict, 500*ms+time.Duration(i)*200*ms
			if got != shed.Rejected || time.Since(start) != want {
				t.Errorf("number %d: verdict %d after %v, want %d after %v", i, got, time.Since(start), shed.Rejected, want)
			}
		}
		if first.Outcome != shed.OutcomeTimeout || second.Wait != 500*ms {
			t.Errorf("outcome %v, and the second waited %v", first.Outcome, second.Wait)
		}
		l.Release(running, shed.Served)
		over(t, l)
	})
}

func TestShorterPatienceHoldsForThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := fixed(1)
		cfg.Patience = time.Hour
		l, running := full(t, cfg)
		start := time.Now()
		verdict := acquire(t.Context(), l, &shed.Place{})
		l.Configure(fixed(1))
		if got := <-verdict; got != shed.Rejected || time.Since(start) != 500*ms {
			t.Errorf("verdict %d after %v, want %d after 500ms", got, time.Since(start), shed.Rejected)
		}
		l.Release(running, shed.Served)
		over(t, l)
	})
}

func TestGhostsGoWithoutAnyOtherEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := shed.New(fixed(1))
		p := &shed.Place{Class: shed.Normal}
		for range 50 {
			l.Acquire(t.Context(), p)
			time.Sleep(100 * ms)
			l.Release(p, shed.Served)
		}
		l.Acquire(t.Context(), p)
		l.Release(p, shed.Left)
		verdict := acquire(t.Context(), l, p)
		if s := l.Stats(); s.Ghosts != 1 || s.Queued[shed.Normal] != 1 {
			t.Fatalf("%d ghosts, %d wait; want 1 and 1", s.Ghosts, s.Queued[shed.Normal])
		}
		if got := <-verdict; got != shed.Admitted || p.Wait.Round(ms) != 100*ms {
			t.Errorf("verdict %d after %v, want %d after 100ms", got, p.Wait, shed.Admitted)
		}
		l.Answered(p)
		l.Release(p, shed.Left)
		over(t, l)
	})
}

func TestContextThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		l := shed.New(fixed(1))
		var p shed.Place
		if got := l.Acquire(canceled, &p); got != shed.Admitted {
			t.Errorf("before it comes: verdict %d, want %d: it did not wait", got, shed.Admitted)
		}
		var other shed.Place
		if got := l.Acquire(canceled, &other); got != shed.Rejected || other.Outcome != shed.OutcomeAbandoned {
			t.Errorf("before it waits: verdict %d, %v; want %d, %v", got, other.Outcome, shed.Rejected, shed.OutcomeAbandoned)
		}
		soon, cancel := context.WithTimeout(t.Context(), 50*ms)
		defer cancel()
		if got := <-acquire(soon, l, &other); got != shed.Rejected || other.Outcome != shed.OutcomeAbandoned || other.Wait != 50*ms {
			t.Errorf("while it waits: verdict %d, %v, after %v; want %d, %v, 50ms", got, other.Outcome, other.Wait,
				shed.Rejected, shed.OutcomeAbandoned)
		}
		l.Release(&other, shed.Served) // has no place
		if got := l.Stats().Inflight; got != 1 {
			t.Errorf("%d are in flight, want 1", got)
		}
		l.Release(&p, shed.Served)
		over(t, l)
	})
}

func TestContextThatEndsWithTheVerdict(t *testing.T) {
	// Which of the two is seen first is chance; that the place is free again in the
	// end is not.
	synctest.Test(t, func(t *testing.T) {
		var outcomes [shed.Outcomes]int
		for range 2000 {
			l, running := full(t, fixed(1))
			ctx, cancel := context.WithCancel(t.Context())
			p := &shed.Place{}
			verdict := acquire(ctx, l, p)
			go cancel()
			l.Release(running, shed.Served)
			if got := <-verdict; got == shed.Admitted {
				l.Release(p, shed.Served)
			} else if p.Outcome != shed.OutcomeAbandoned {
				t.Fatalf("verdict %d, %v", got, p.Outcome)
			}
			outcomes[p.Outcome]++
			synctest.Wait()
			over(t, l)
		}
		t.Logf("outcomes: %v", outcomes)
	})
}

func TestVerdictWhileTheContextEnds(t *testing.T) {
	// Who waits has seen the end of the context, and finds a verdict when it comes to
	// tell: the place must not be lost, nor the signal be taken for that of another.
	tests := []struct {
		name    string
		decide  func(*shed.Controller, time.Duration, *shed.Place)
		outcome shed.Outcome
	}{
		{"a place", func(c *shed.Controller, now time.Duration, running *shed.Place) {
			c.Release(now, running, shed.Served)
		}, shed.OutcomeAbandoned},
		{"a rejection", func(c *shed.Controller, now time.Duration, _ *shed.Place) {
			c.Close(now)
		}, shed.OutcomeEvicted},
		{"the end of its patience", func(c *shed.Controller, now time.Duration, _ *shed.Place) {
			c.Advance(now + time.Second)
		}, shed.OutcomeTimeout},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, running := full(t, fixed(1))
				ctx, cancel := context.WithCancel(t.Context())
				var p shed.Place
				verdict := acquire(ctx, l, &p)
				l.Locked(func(c *shed.Controller, now time.Duration) {
					cancel()
					test.decide(c, now, running)
				})
				if got := <-verdict; got != shed.Rejected || p.Outcome != test.outcome {
					t.Errorf("verdict %d, %v; want %d, %v", got, p.Outcome, shed.Rejected, test.outcome)
				}
				l.Release(running, shed.Served)
				over(t, l)
				if test.outcome == shed.OutcomeEvicted {
					return // it is closed
				}
				l.Acquire(t.Context(), running)
				verdict = acquire(t.Context(), l, &p)
				select {
				case got := <-verdict:
					t.Errorf("the next one took the signal for its own: verdict %d", got)
				default:
				}
				l.Release(running, shed.Served)
				if got := <-verdict; got != shed.Admitted {
					t.Errorf("the next one: verdict %d, want %d", got, shed.Admitted)
				}
			})
		})
	}
}

func TestCloseWithThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, running := full(t, fixed(1))
		places := make([]shed.Place, 5)
		verdicts := make([]<-chan shed.Verdict, len(places))
		for i := range places {
			verdicts[i] = acquire(t.Context(), l, &places[i])
		}
		l.Close()
		for i, verdict := range verdicts {
			if got := <-verdict; got != shed.Rejected || places[i].Outcome != shed.OutcomeEvicted || places[i].RetryAfter < 1 {
				t.Errorf("number %d: verdict %d, %v, come back in %d s", i, got, places[i].Outcome, places[i].RetryAfter)
			}
		}
		if got := l.Acquire(t.Context(), &places[0]); got != shed.Rejected {
			t.Errorf("after that: verdict %d, want %d", got, shed.Rejected)
		}
		l.Release(running, shed.Served)
		over(t, l)
	})
}

func TestStreamsOfALimiter(t *testing.T) {
	l := shed.New(fixed(1))
	p := &shed.Place{Stream: true}
	l.Acquire(t.Context(), p)
	if !l.BecomeStream(p) {
		t.Error("the first stream is one too many")
	}
	if s := l.Stats(); s.Streams != 1 || s.Inflight != 0 || l.Crowded() {
		t.Errorf("%d streams, %d in flight, crowded %v; want 1, 0, false", s.Streams, s.Inflight, l.Crowded())
	}
	l.Release(p, shed.Left)
	over(t, l)
}

func TestLimiterThatOnlyReportsIsNotCrowded(t *testing.T) {
	cfg := fixed(1)
	cfg.Report = true
	l := shed.New(cfg)
	for range 3 {
		if got := l.Acquire(t.Context(), &shed.Place{}); got != shed.Admitted || l.Crowded() {
			t.Errorf("verdict %d, crowded %v; want %d, false", got, l.Crowded(), shed.Admitted)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const places, clients, each = 7, 100, 50
		l := shed.New(fixed(places))
		var inside, most, admitted atomic.Int64
		var all sync.WaitGroup
		for client := range clients {
			all.Go(func() {
				for i := range each {
					ctx, cancel := t.Context(), context.CancelFunc(func() {})
					if i%5 == 0 {
						ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*ms)
					}
					p := shed.Place{Class: shed.Class(client % 3), Client: uint64(client), Route: uint64(i % 4)}
					if l.Acquire(ctx, &p) == shed.Admitted {
						admitted.Add(1)
						n := inside.Add(1)
						for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
						}
						time.Sleep(time.Duration(1+i%7) * ms)
						inside.Add(-1)
						ending := shed.Ending((client + i) % 4)
						if i%3 == 0 {
							l.Answered(&p)
						}
						l.Release(&p, ending)
					} else {
						time.Sleep(ms)
					}
					cancel()
				}
			})
		}
		all.Go(func() { // meanwhile
			for i := range 20 {
				cfg := fixed(1 + i%places)
				cfg.Queue = i * 10
				l.Configure(cfg)
				l.Stats()
				time.Sleep(5 * ms)
			}
			l.Configure(fixed(places))
		})
		all.Wait()
		time.Sleep(shed.GhostMax)
		synctest.Wait()
		over(t, l)
		s := l.Stats()
		var counted uint64
		for _, outcomes := range s.Requests {
			for _, n := range outcomes {
				counted += n
			}
		}
		if counted != clients*each || most.Load() > places || admitted.Load() == 0 {
			t.Errorf("%d of %d were counted, %d admitted, at most %d of %d at once", counted, clients*each, admitted.Load(), most.Load(), places)
		}
	})
}
