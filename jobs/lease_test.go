package jobs_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// A process that vanishes leaves orphans. Others find them when its lease is over,
// and all say the same from then on.
func TestOrphansAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		gone, _ := newKeeper(m)
		orphan, done := begin(t, gone), begin(t, gone)
		done.End(t.Context(), outcome(200))
		k, events := newKeeper(m)
		third, _ := newKeeper(m)
		time.Sleep(jobs.LeaseTime)
		if job := look(t, k, orphan.ID()); job.State != jobs.Running {
			t.Errorf("within the margin: got %v", job.State)
		}
		time.Sleep(11 * time.Second)
		if job := look(t, k, orphan.ID()); job.State != jobs.Lost || job.Cause != jobs.Killed || job.Expires.IsZero() {
			t.Errorf("after it: got %+v", job)
		}
		if job := look(t, third, orphan.ID()); job.State != jobs.Lost {
			t.Errorf("at a third: got %v", job.State)
		}
		if job := look(t, third, done.ID()); job.State != jobs.Succeeded {
			t.Errorf("one that had ended: got %v", job.State)
		}
		if got := len(m.with("lost-")); got != 1 || len(events.get().ended) != 1 || events.get().ended[0].State != jobs.Lost {
			t.Errorf("got %d marks, told %v", got, events.get().ended)
		}
		// What the process writes late does not count any more.
		m.change(t, "orders/leases", func(value []byte) []byte { return value })
		late := orphan.End(context.Background(), outcome(200))
		if late.State != jobs.Lost {
			t.Errorf("the process itself: got %v", late.State)
		}
		if job := look(t, k, orphan.ID()); job.State != jobs.Lost {
			t.Errorf("told lost, and then: got %v", job.State)
		}
	})
}

// An end that lands in storage after somebody has found the job lost changes nothing
// for anybody.
func TestToldLostStaysLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		gone, _ := newKeeper(m)
		run := begin(t, gone)
		run.End(t.Context(), outcome(200))
		end := m.with("/end$")[0]
		value := m.values[end]
		delete(m.values, end) // it is on its way
		time.Sleep(time.Hour)
		k, _ := newKeeper(m)
		if job := look(t, k, run.ID()); job.State != jobs.Lost {
			t.Fatalf("got %v", job.State)
		}
		m.values[end] = value
		other, _ := newKeeper(m)
		for name, keeper := range map[string]*jobs.Keeper{"the finder": k, "another": other} {
			if job := look(t, keeper, run.ID()); job.State != jobs.Lost || job.Outcome != nil {
				t.Errorf("%s: got %v", name, job.State)
			}
		}
		m.change(t, "lost-", func([]byte) []byte { return nil })
		if job := look(t, other, run.ID()); job.State != jobs.Lost {
			t.Errorf("with a mark that can't be read: got %v", job.State)
		}
		for _, fault := range []string{"load statusgate/jobs/orders/leases", "list", "lost-"} {
			fresh, _ := newKeeper(m)
			m.failing(fault)
			if _, _, err := fresh.Look(t.Context(), run.ID()); !errors.Is(err, jobs.ErrStorage) {
				t.Errorf("%s fails: got %v", fault, err)
			}
			m.fail(nil)
		}
	})
}

// A process that was frozen tells what others have told meanwhile, before it has
// renewed anything.
func TestAProcessThatWasFrozen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		other, _ := newKeeper(m)
		run, ending := begin(t, k), begin(t, k)
		m.failing("store")
		go ending.End(t.Context(), outcome(200))
		synctest.Wait()
		time.Sleep(time.Minute)
		m.fail(func(_ context.Context, operation string) error {
			if strings.HasPrefix(operation, "store") && strings.Contains(operation, "/leases/") {
				time.Sleep(time.Second)
			}
			return nil
		})
		for _, id := range []jobs.ID{run.ID(), ending.ID()} {
			for name, keeper := range map[string]*jobs.Keeper{"another": other, "its own": k} {
				if job := look(t, keeper, id); job.State != jobs.Lost {
					t.Errorf("%s process tells %v", name, job.State)
				}
			}
		}
	})
}

// Who asks for a job that is about to end, after its lease has ended, waits for that
// end, or for his own context.
func TestAskingBetweenTwoLeases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		run := begin(t, k)
		time.Sleep(jobs.LeaseTime - time.Second)
		m.fail(func(_ context.Context, operation string) error {
			if strings.HasPrefix(operation, "store") {
				time.Sleep(4 * time.Second)
			}
			return nil
		})
		go run.End(t.Context(), outcome(200))
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := k.Look(ctx, run.ID()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if job := look(t, k, run.ID()); job.State != jobs.Lost {
			t.Errorf("got %v", job.State)
		}
		time.Sleep(time.Minute)
	})
}

// A process whose lease is not renewed gives its jobs up before others do, and goes
// on as another one when the storage works again.
func TestALeaseThatIsNotRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, events := newKeeper(m)
		canceled := make(chan jobs.Cause, 1)
		p := plan()
		p.Cancel = func(cause jobs.Cause) { canceled <- cause }
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go k.Serve(ctx)
		run, err := k.Begin(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if run.Job().State != jobs.Running {
			t.Fatalf("a lease that is renewed: got %v", run.Job().State)
		}
		m.failing("store")
		time.Sleep(jobs.LeaseTime + 5*time.Second)
		if job := run.Job(); job.State != jobs.Lost || <-canceled != jobs.Unstored {
			t.Errorf("got %v", job.State)
		}
		if len(events.get().errs) == 0 {
			t.Error("no error was told")
		}
		if job := look(t, k, run.ID()); job.State != jobs.Lost {
			t.Errorf("asked for it: got %v", job.State)
		}
		m.fail(nil)
		next := begin(t, k)
		if next.Job().Process == run.Job().Process {
			t.Error("the process is the same")
		}
		time.Sleep(time.Minute)
		if len(m.with(run.ID().String()+"/end$")) != 1 || next.Job().State != jobs.Running {
			t.Errorf("left %v, the next is %v", m.keys(), next.Job().State)
		}
	})
}

// A renewal that takes longer than the lease has is none.
func TestARenewalThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		run := begin(t, k)
		time.Sleep(jobs.LeaseTime - 2*time.Second)
		m.fail(func(_ context.Context, operation string) error {
			if strings.Contains(operation, "store") && strings.Contains(operation, "/leases/") {
				time.Sleep(4 * time.Second)
			}
			return nil
		})
		if end := run.End(t.Context(), outcome(200)); end.State != jobs.Lost {
			t.Errorf("got %v", end.State)
		}
	})
}

// Two requests that need the lease at once renew it once.
func TestALeaseIsRenewedOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		stores := 0
		m.fail(func(_ context.Context, operation string) error {
			if strings.Contains(operation, "store") && strings.Contains(operation, "/leases/") {
				stores++
				time.Sleep(time.Millisecond)
			}
			return nil
		})
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() { _, _ = k.Begin(t.Context(), plan()) })
		}
		wait.Wait()
		if stores != 1 {
			t.Errorf("got %d renewals, want 1", stores)
		}
	})
}

// A process that ends in good order leaves an end of each job.
func TestClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		quick, slow := begin(t, k), begin(t, k)
		go func() {
			time.Sleep(time.Second)
			quick.End(context.Background(), outcome(200))
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		k.Close(ctx)
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		if quick.Job().State != jobs.Succeeded || slow.Job().State != jobs.Lost || slow.Job().Cause != jobs.Stopped {
			t.Errorf("got %v and %v", quick.Job().State, slow.Job().State)
		}
		if _, err := k.Begin(t.Context(), plan()); !errors.Is(err, jobs.ErrClosing) {
			t.Errorf("got %v", err)
		}
		other, _ := newKeeper(m)
		if job := look(t, other, slow.ID()); job.State != jobs.Lost || job.Cause != jobs.Stopped {
			t.Errorf("at another: %v %v", job.State, job.Cause)
		}
		if job := look(t, other, quick.ID()); job.State != jobs.Succeeded {
			t.Errorf("at another: %v", job.State)
		}
		if len(m.with("lost-")) != 0 {
			t.Errorf("marks: %v", m.with("lost-"))
		}
		k.Reopen()
		begin(t, k)
		m.failing("store")
		k.Close(ctx) // nothing can be stored: the lease is left to end by itself
		m.fail(nil)
	})
}

// A job that runs elsewhere is canceled through the storage.
func TestCanceling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		other, _ := newKeeper(m)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go k.Serve(ctx)
		here, there := begin(t, k), begin(t, k)
		job, run, _ := k.Look(t.Context(), here.ID())
		if err := k.Cancel(t.Context(), &job, run); err != nil || here.Job().State != jobs.Canceled {
			t.Errorf("here: %v, %v", err, here.Job().State)
		}
		job, run, _ = other.Look(t.Context(), there.ID())
		m.failing("store")
		if err := other.Cancel(t.Context(), &job, run); err == nil {
			t.Error("a storage that fails: no error")
		}
		m.fail(nil)
		for range 2 { // the second finds nothing to do
			if err := other.Cancel(t.Context(), &job, run); err != nil {
				t.Error(err)
			}
			time.Sleep(6 * time.Second)
		}
		if there.Job().State != jobs.Canceled || len(m.with("/mail/")) != 0 {
			t.Errorf("there: %v, %v", there.Job().State, m.keys())
		}
	})
}
