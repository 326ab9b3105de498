package jobs_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// The removal of what has expired asks the storage for little at a time, however large
// the outcomes are, and for one thing at a time.
func TestSweepingIsDoneInSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		for range 3 {
			p := plan()
			p.Limit = 8 << 20
			run, err := k.Begin(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := run.Spool().Write(make([]byte, p.Limit)); err != nil {
				t.Fatal(err)
			}
			run.End(t.Context(), outcome(200))
			run.Release()
		}
		chunks := len(m.with("/0000"))
		if chunks < 3*64 {
			t.Fatalf("%d chunks", chunks)
		}
		time.Sleep(2 * time.Hour)
		var mu sync.Mutex
		under, deleted, step, most := 0, 0, 0, 0
		last := time.Now()
		m.fail(func(_ context.Context, operation string) error {
			mu.Lock()
			defer mu.Unlock()
			if under++; under > 1 {
				t.Errorf("%d at a time: %s", under, operation)
			}
			defer func() { under-- }()
			if time.Now() != last { // the clock stands still but for rests
				step, last = 0, time.Now()
			}
			step++
			most = max(most, step)
			if strings.HasPrefix(operation, "delete") {
				deleted++
			}
			return nil
		})
		k.Sweep(t.Context())
		if deleted < chunks || most > jobs.SweepStep {
			t.Errorf("%d keys deleted, %d operations in one step: want at most %d", deleted, most, jobs.SweepStep)
		}
	})
}

// Whatever a sweep asks of the storage, and however long that takes: nobody waits for
// the sweep meanwhile.
func TestNobodyWaitsForASweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		gone, _ := newKeeper(m)
		begin(t, gone) // is found lost
		k, _ := newKeeper(m)
		for i := range 5 {
			run, _, err := k.Claim(t.Context(), keyed(t, k, jobs.NewID().String(), "order"))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = run.Spool().Write(make([]byte, i*100_000))
			run.End(t.Context(), outcome(200))
			run.Release()
		}
		time.Sleep(26 * time.Hour)
		ended := begin(t, k)
		ended.End(t.Context(), outcome(200))
		ended.Release()
		kinds := make(map[string]int)
		sweeps := context.WithValue(t.Context(), sweepsKey{}, true)
		m.fail(func(ctx context.Context, operation string) error {
			if ctx.Value(sweepsKey{}) == nil {
				return nil
			}
			what, _, _ := strings.Cut(operation, " ")
			kinds[what]++
			began := time.Now()
			run := begin(t, k)
			look(t, k, run.ID())
			look(t, k, ended.ID())
			_, _ = run.Spool().Write(make([]byte, 200_000))
			run.End(t.Context(), outcome(200))
			run.Release()
			if waited := time.Since(began); waited > 0 {
				t.Errorf("%s: a job waited %v", operation, waited)
			}
			return nil
		})
		k.Sweep(sweeps)
		for _, what := range []string{"list", "load", "delete", "store"} {
			if kinds[what] == 0 {
				t.Errorf("the sweep never asked for %s: %v", what, kinds)
			}
		}
	})
}

type sweepsKey struct{}

// A storage that is so slow that a sweep takes longer than a lease lasts costs no job
// its process.
func TestASlowSweepCostsNoLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		for i := range 60 {
			id := "00" + strings.Repeat("0", 28) + string(rune('a'+i%6)) + string(rune('0'+i/6))
			m.put("statusgate/jobs/orders/jobs/00/"+id+"/end", []byte("corrupt"))
		}
		run := begin(t, k)
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan struct{})
		go func() {
			k.Serve(ctx)
			close(served)
		}()
		m.fail(func(context.Context, string) error {
			time.Sleep(2 * time.Second)
			return nil
		})
		time.Sleep(time.Hour)
		if job := run.Job(); job.State != jobs.Running {
			t.Errorf("got %v %v", job.State, job.Cause)
		}
		stop()
		<-served
		time.Sleep(time.Minute) // for the storage to end what it is at
	})
}
