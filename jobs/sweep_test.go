package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// What has expired is removed, with all that is of it, and nothing else.
func TestSweeping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, events := newKeeper(m)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go k.Serve(ctx)
		long := plan()
		long.Keep = 100 * time.Hour
		kept, err := k.Begin(t.Context(), long)
		if err != nil {
			t.Fatal(err)
		}
		kept.End(t.Context(), outcome(200))
		running := begin(t, k)
		for range 60 {
			run, _, err := k.Claim(t.Context(), keyed(t, k, jobs.NewID().String(), "order"))
			if err != nil {
				t.Fatal(err)
			}
			run.End(t.Context(), outcome(200))
			run.Release()
		}
		run, _, _ := k.Claim(t.Context(), keyed(t, k, "broken", "order"))
		run.End(t.Context(), outcome(200))
		m.change(t, run.Job().Key, func([]byte) []byte { return []byte("?") })
		m.put("statusgate/jobs/orders/jobs/aa/aa"+strings.Repeat("0", 30)+"/000001", []byte("remains"))
		m.put("statusgate/jobs/orders/jobs/aa/aa"+strings.Repeat("1", 30)+"/end", []byte("corrupt"))
		m.put("statusgate/jobs/orders/jobs/aa/temporary", nil)
		m.put("statusgate/jobs/orders/leases/corrupt", []byte("?"))
		time.Sleep(3 * time.Hour)
		if events.get().expired != 61 || len(m.with("/end$")) != 2 || len(m.with("/000001$")) != 0 || len(m.with("/keys/")) != 0 {
			t.Errorf("removed %d, left %v", events.get().expired, m.keys())
		}
		if len(m.with("leases/corrupt")) != 0 {
			t.Error("a lease that can't be read is there still")
		}
		if job := look(t, k, kept.ID()); job.State != jobs.Succeeded {
			t.Errorf("one that has time: %v", job.State)
		}
		if running.Job().State != jobs.Running {
			t.Errorf("one that runs: %v", running.Job().State)
		}
	})
}

// Orphans get a mark, without anybody asking for them; they and the leases of those
// that are gone go in the end.
func TestSweepingOrphans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		gone, _ := newKeeper(m)
		for range 10 {
			begin(t, gone)
		}
		time.Sleep(time.Minute)
		k, events := newKeeper(m)
		k.Sweep(t.Context())
		if len(m.with("/lost-")) != 10 || len(events.get().ended) != 10 {
			t.Errorf("got %d marks, told of %d", len(m.with("/lost-")), len(events.get().ended))
		}
		time.Sleep(25 * time.Hour)
		k.Sweep(t.Context())
		if left := m.with("/jobs/orders/jobs/"); len(left) != 0 || len(m.with("/leases/")) > 1 {
			t.Errorf("left %v", m.keys())
		}
		time.Sleep(25 * time.Hour)
		k.Sweep(t.Context())
		if len(m.keys()) > 0 {
			t.Errorf("left %v", m.keys())
		}
	})
}

// A sweep at a storage that fails tells of it, and removes nothing that it should
// not.
func TestSweepingAStorageThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, events := newKeeper(m)
		run := begin(t, k)
		run.End(t.Context(), outcome(200))
		run.Release()
		time.Sleep(2 * time.Hour)
		for _, fault := range []string{"list", "load", "delete", "load statusgate/jobs/orders/leases"} {
			before := len(events.get().errs)
			m.failing(fault)
			k.Sweep(t.Context())
			m.fail(nil)
			if len(events.get().errs) == before {
				t.Errorf("%s: no error was told", fault)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		for range 40 {
			run := begin(t, k)
			run.Stop(t.Context(), jobs.Canceled, jobs.ByClient)
			run.Release()
		}
		stop()
		k.Sweep(ctx)
		if len(m.with("/end$")) == 0 {
			t.Error("a sweep that was stopped removed what has time")
		}
	})
}

func TestListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		p := plan()
		p.Max = 100
		var ids []jobs.ID
		for i := range 5 {
			run, err := k.Begin(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, run.ID())
			if i < 2 {
				run.End(t.Context(), outcome(200))
			}
		}
		m.put("statusgate/jobs/orders/jobs/00/temporary", nil)
		m.put("statusgate/jobs/orders/jobs/00/"+strings.Repeat("0", 32)+"/000000", nil)
		other, _ := newKeeper(m)
		count := func() (states map[jobs.State]int, err error) {
			states = make(map[jobs.State]int)
			err = other.List(t.Context(), func(j jobs.Job) error {
				states[j.State]++
				return nil
			})
			return states, err
		}
		if states, err := count(); err != nil || states[jobs.Running] != 3 || states[jobs.Succeeded] != 2 {
			t.Errorf("got %v, %v", states, err)
		}
		time.Sleep(time.Minute)
		before := len(m.keys())
		if states, err := count(); err != nil || states[jobs.Lost] != 3 || len(m.keys()) != before {
			t.Errorf("after its process has gone: got %v, %v", states, err)
		}
		m.change(t, ids[0].String()+"/end$", func([]byte) []byte { return nil })
		if states, err := count(); !errors.Is(err, jobs.ErrCorrupt) || states[jobs.Succeeded] != 1 {
			t.Errorf("one that is corrupt: got %v, %v", states, err)
		}
		if err := other.List(t.Context(), func(jobs.Job) error { return errBroken }); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		time.Sleep(2 * time.Hour)
		for _, fault := range []string{"list", "load"} {
			m.failing(fault)
			if _, err := count(); !errors.Is(err, jobs.ErrStorage) {
				t.Errorf("%s: got %v", fault, err)
			}
		}
	})
}

// Names are safe for any storage, and different ones stay different.
func TestNamespaces(t *testing.T) {
	m := newMemory()
	seen := make(map[string]bool)
	for _, name := range []string{"a", "A", "../a", "a/b", "a_2fb", "..", "été"} {
		k := jobs.NewKeeper(name, func() jobs.Storage { return m }, jobs.Watch{})
		run, err := k.Begin(t.Context(), plan())
		if err != nil {
			t.Fatal(err)
		}
		run.Stop(t.Context(), jobs.Failed, jobs.Timeout)
		key := m.with(run.ID().String() + "/job$")[0]
		if root, _, _ := strings.Cut(strings.TrimPrefix(key, "statusgate/jobs/"), "/"); seen[strings.ToLower(root)] || strings.Contains(root, "..") {
			t.Errorf("%q stands at %q", name, root)
		} else {
			seen[root] = true
		}
	}
}

// What has been stored counts until it expires, and no job is begun beyond the bound.
func TestAllJobsTogetherAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newKeeper(newMemory())
		p := plan()
		p.Keep, p.Total = time.Hour, 64<<10
		for n := range 3 {
			if n == 2 {
				time.Sleep(30 * time.Minute)
			}
			run, err := k.Begin(t.Context(), p)
			if err != nil {
				t.Fatalf("job %d: %v", n, err)
			}
			_, _ = run.Spool().Write(make([]byte, 8<<10))
			job := run.End(t.Context(), outcome(200))
			run.Release()
			if n == 0 {
				_ = k.Remove(t.Context(), &job)
			}
		}
		if _, err := k.Begin(t.Context(), p); !errors.Is(err, jobs.ErrFull) {
			t.Errorf("beyond the bound: got %v", err)
		}
		time.Sleep(32 * time.Minute)
		if _, err := k.Begin(t.Context(), p); err != nil {
			t.Errorf("when the first have expired: %v", err)
		}
	})
}
