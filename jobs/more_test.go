package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// Who waits for another to renew the lease, or to make the secret, gives up with his
// context.
func TestWaitingForOthersEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		m.fail(func(context.Context, string) error {
			time.Sleep(time.Second)
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		go func() { _, _ = k.Begin(context.Background(), plan()) }()
		go func() { _, _ = k.Code(context.Background(), "owner") }()
		synctest.Wait()
		if _, err := k.Begin(ctx, plan()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := k.Code(ctx, "owner"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Minute)
	})
}

// While an end is tried to be stored, and its context ends, nobody waits for the
// pauses between.
func TestAnEndIsNotTriedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		one, two := begin(t, k), begin(t, k)
		_, _ = two.Spool().Write(make([]byte, 100_000))
		m.failing("store")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		if end := one.End(ctx, outcome(200)); end.State != jobs.Lost {
			t.Errorf("got %v", end.State)
		}
		if end := two.End(ctx, outcome(200)); end.State != jobs.Lost || time.Since(began) > 0 {
			t.Errorf("got %v after %v", end.State, time.Since(began))
		}
	})
}

// A chunk that is stored at the second try has what it is to have, also where the
// first is still on its way.
func TestAChunkThatIsStoredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		run := begin(t, k)
		tries := 0
		m.fail(func(_ context.Context, operation string) error {
			if strings.Contains(operation, "/000000$") {
				if tries++; tries == 1 {
					return errBroken
				}
			}
			return nil
		})
		want := bytes.Repeat([]byte("0123456789"), 50_000)
		if _, err := run.Spool().Write(want); err != nil {
			t.Fatal(err)
		}
		job := run.End(t.Context(), outcome(200))
		if got := content(t, k, &job); got != string(want) {
			t.Errorf("got %d bytes", len(got))
		}
	})
}

// What was taken back is removed again for a while: the storage may have been at work
// on it.
func TestWhatWasTakenBackStaysAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, events := newKeeper(m)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go k.Serve(ctx)
		run := begin(t, k)
		record := m.with("/job$")[0]
		value := m.values[record]
		run.Unmake(t.Context())
		m.failing("delete")
		m.put(record, value)
		time.Sleep(20 * time.Second)
		if len(events.get().errs) == 0 {
			t.Error("no error was told")
		}
		m.fail(nil)
		k.Sweep(t.Context()) // which leaves it alone
		time.Sleep(2 * time.Minute)
		if left := m.with("/job$"); len(left) > 0 {
			t.Errorf("left %v", left)
		}
	})
}

// A job whose end could not be stored is told as lost by its keeper, and its record
// is tried until it is there.
func TestAskingForWhatIsNotStoredYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		run := begin(t, k)
		m.fail(func(_ context.Context, operation string) error {
			if strings.HasPrefix(operation, "store") && strings.HasSuffix(operation, "/end$") {
				return errBroken
			}
			return nil
		})
		run.End(t.Context(), outcome(200))
		run.Release()
		if job := look(t, k, run.ID()); job.State != jobs.Lost {
			t.Errorf("got %v", job.State)
		}
		job := run.Job()
		if err := k.Remove(t.Context(), &job); err != nil {
			t.Error(err)
		}
		if _, _, err := k.Look(t.Context(), run.ID()); !errors.Is(err, jobs.ErrNone) {
			t.Errorf("got %v", err)
		}
		// A storage that fails while a job is lost.
		gone, _ := newKeeper(m)
		orphan := begin(t, gone)
		m.fail(nil)
		time.Sleep(time.Hour)
		m.fail(func(_ context.Context, operation string) error {
			if strings.HasPrefix(operation, "list") {
				return errBroken
			}
			return nil
		})
		if _, _, err := k.Look(t.Context(), orphan.ID()); !errors.Is(err, jobs.ErrStorage) || !strings.Contains(err.Error(), "broken") || strings.Contains(err.Error(), orphan.ID().String()) {
			t.Errorf("got %v", err)
		}
	})
}

// An end that is corrupt is no reason to stop, and one of a job that is looked for
// while it ends is told.
func TestAnEndBetweenTwoLooks(t *testing.T) {
	k, _ := newKeeper(newMemory())
	run := begin(t, k)
	p := plan()
	p.Cancel = func(jobs.Cause) {
		if job, own, err := k.Look(t.Context(), run.ID()); err != nil || own != nil && job.State == jobs.Running {
			t.Errorf("got %v %v %v", job.State, own, err)
		}
	}
	other, err := k.Begin(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	run.End(t.Context(), outcome(200))
	other.Stop(t.Context(), jobs.Failed, jobs.Timeout)
}

// A shard with many names is swept in parts, and left where the sweep ends.
func TestSweepingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		for i := range 40 {
			name := "aa" + strings.Repeat("0", 28) + string(rune('a'+i%6)) + string(rune('0'+i%10))
			m.values["statusgate/jobs/orders/jobs/aa/"+name+"/000000"] = nil
			key := "statusgate/jobs/orders/keys/aa/" + name
			m.values[key] = jobs.SealText(key, `{"job":"none","expires":"1999-01-01T00:00:00Z"}`)
		}
		left := len(m.with("/keys/"))
		k.LimitSweep(2)
		for _, part := range []string{"/keys/aa/", "/jobs/aa/"} {
			ctx, stop := context.WithCancel(t.Context())
			looks := 0
			m.fail(func(_ context.Context, operation string) error {
				if strings.HasPrefix(operation, "load") && strings.Contains(operation, part) {
					if looks++; looks == 10 {
						stop()
					}
				}
				return nil
			})
			k.Sweep(ctx)
			if looks < 10 || len(m.with("/keys/")) == 0 {
				t.Errorf("%s: %d looks, left %d of %d", part, looks, len(m.with("/keys/")), left)
			}
		}
		m.fail(nil)
		k.Sweep(t.Context())
		k.Sweep(t.Context())
		for range 4 {
			run := begin(t, k)
			run.End(t.Context(), outcome(200))
			run.Release()
		}
		k.Sweep(t.Context())
		if n := len(m.with("/keys/")); n != 0 {
			t.Errorf("%d keys are left", n)
		}
	})
}

// Many ends that wait, and many jobs that were taken back, are seen to in parts, and
// there is a bound to both.
func TestManyThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go k.Serve(ctx)
		p := plan()
		p.Max = 1200
		var runs []*jobs.Run
		for range p.Max {
			run, err := k.Begin(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, run)
		}
		m.failing("/end$")
		for i, run := range runs {
			if i%2 == 0 {
				go run.Stop(t.Context(), jobs.Failed, jobs.Timeout)
				continue
			}
			run.Unmake(t.Context())
		}
		time.Sleep(time.Second)
		m.fail(nil)
		time.Sleep(5 * time.Minute)
		if ends, left := len(m.with("/end$")), len(m.with("/job$")); ends != p.Max/2 || left != p.Max/2 {
			t.Errorf("%d ends of %d jobs are stored", ends, left)
		}
	})
}
