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

// plan is a job like any other.
func plan() *jobs.Plan {
	return &jobs.Plan{Label: "gate", Began: time.Now(), Keep: time.Hour, Limit: 1 << 20, Max: 10}
}

func begin(t *testing.T, k *jobs.Keeper) *jobs.Run {
	t.Helper()
	run, err := k.Begin(t.Context(), plan())
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// outcome is an answer with a status.
func outcome(status int) jobs.Job {
	return jobs.Job{State: jobs.Succeeded, Outcome: &jobs.Outcome{Status: status, Header: map[string][]string{"Content-Type": {"text/plain"}}}}
}

func look(t *testing.T, k *jobs.Keeper, id jobs.ID) jobs.Job {
	t.Helper()
	job, _, err := k.Look(t.Context(), id)
	if err != nil {
		t.Fatalf("looking for a job: %v", err)
	}
	return job
}

func content(t *testing.T, k *jobs.Keeper, job *jobs.Job) string {
	t.Helper()
	var b bytes.Buffer
	err := k.Content(t.Context(), job, func(part []byte) error {
		b.Write(part)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A job is asked for while it runs and when it has ended, at its keeper and at
// another one on the same storage.
func TestAJobFromItsBeginningToItsEnd(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("long ", 100_000)} {
		m := newMemory()
		k, events := newKeeper(m)
		other, _ := newKeeper(m)
		run := begin(t, k)
		if job, own, err := k.Look(t.Context(), run.ID()); err != nil || own != run || job.State != jobs.Running {
			t.Fatalf("while it runs: %v %v %v", job, own, err)
		}
		if job, own, err := other.Look(t.Context(), run.ID()); err != nil || own != nil || job.State != jobs.Running || job.ID != run.ID() {
			t.Fatalf("at another keeper: %v %v %v", job, own, err)
		}
		if events.get().running != 1 || k.Running() != 1 {
			t.Errorf("got %d running, want 1", events.get().running)
		}
		if _, err := run.Spool().Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		ended := run.End(t.Context(), outcome(201))
		run.Release()
		run.Release()
		<-run.Done()
		for name, keeper := range map[string]*jobs.Keeper{"its own": k, "another": other} {
			job := look(t, keeper, run.ID())
			if job.State != jobs.Succeeded || job.Outcome.Status != 201 || content(t, keeper, &job) != text || !job.Expires.Equal(ended.Expires) {
				t.Errorf("%d bytes at %s keeper: got %+v", len(text), name, job)
			}
		}
		if k.Running() != 0 || len(events.get().ended) != 1 || events.get().labels[0] != "gate" {
			t.Errorf("got %d running, ended: %v", k.Running(), events.get().ended)
		}
		if again := run.End(t.Context(), jobs.Job{State: jobs.Failed}); again.State != jobs.Succeeded || run.Job().State != jobs.Succeeded {
			t.Errorf("ended again: got %v", again.State)
		}
	}
}

func TestNoMoreJobsThanMayRun(t *testing.T) {
	k, _ := newKeeper(newMemory())
	p := plan()
	p.Max = 1
	run, err := k.Begin(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Begin(t.Context(), p); !errors.Is(err, jobs.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	run.Stop(t.Context(), jobs.Canceled, jobs.ByClient)
	run.Release()
	if _, err := k.Begin(t.Context(), p); err != nil {
		t.Error(err)
	}
}

// A job that can't be stored is none, and leaves nothing behind.
func TestAStorageThatRefusesJobs(t *testing.T) {
	for _, fault := range []string{"store statusgate/jobs/orders/leases", "/job$"} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			k, _ := newKeeper(m)
			m.failing(fault)
			if _, err := k.Begin(t.Context(), plan()); !errors.Is(err, jobs.ErrStorage) || !errors.Is(err, errBroken) {
				t.Errorf("%s: got %v", fault, err)
			}
			if k.Running() != 0 || len(m.with("/job$")) != 0 {
				t.Errorf("%s: left %v", fault, m.keys())
			}
			m.fail(nil)
			begin(t, k).Unmake(t.Context())
			if k.Running() != 0 || len(m.with("/job$")) != 0 {
				t.Errorf("a job that was taken back left %v", m.keys())
			}
		})
	}
}

// A storage that hangs holds nobody for longer than it may take.
func TestAStorageThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		k, _ := newKeeper(m)
		run := begin(t, k)
		over := make(chan struct{})
		m.fail(func(context.Context, string) error {
			<-over
			return errBroken
		})
		began := time.Now()
		if _, err := k.Begin(t.Context(), plan()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("took %v", took)
		}
		run.Stop(t.Context(), jobs.Canceled, jobs.ByClient)
		if job := run.Job(); job.State != jobs.Lost {
			t.Errorf("a job that can't be stored: got %v", job.State)
		}
		// So many are under way that none is begun any more.
		for range 300 {
			go func() { _, _, _ = k.Look(context.Background(), jobs.NewID()) }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := k.Look(ctx, jobs.NewID()); !errors.Is(err, jobs.ErrStorage) {
			t.Errorf("got %v", err)
		}
		close(over)
	})
}

// An outcome that can't be stored is a lost job, and the record of that follows when
// the storage works again.
func TestAnOutcomeThatCannotBeStored(t *testing.T) {
	for _, fault := range []string{"/end$", "/000000$", "store"} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			k, events := newKeeper(m)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go k.Serve(ctx)
			run := begin(t, k)
			m.failing(fault)
			_, _ = run.Spool().Write(make([]byte, 300_000))
			if end := run.End(t.Context(), outcome(200)); end.State != jobs.Lost || end.Cause != jobs.Unstored || end.Outcome != nil {
				t.Errorf("%s: got %+v", fault, end)
			}
			if job := look(t, k, run.ID()); job.State != jobs.Lost {
				t.Errorf("%s: asked for it: %v", fault, job.State)
			}
			if len(events.get().errs) == 0 {
				t.Errorf("%s: no error was told", fault)
			}
			time.Sleep(20 * time.Second) // in synctest's time
			if fault != "store" && fault != "/end$" && len(m.with("/end$")) != 1 {
				t.Errorf("%s: left %v", fault, m.keys())
			}
			m.fail(nil)
			time.Sleep(20 * time.Second)
			other, _ := newKeeper(m)
			if job := look(t, other, run.ID()); job.State != jobs.Lost {
				t.Errorf("%s: in storage: %v", fault, job.State)
			}
		})
	}
}

func TestAnOutcomeThatIsTooLarge(t *testing.T) {
	k, _ := newKeeper(newMemory())
	run := begin(t, k)
	if n, err := run.Spool().Write(make([]byte, 1<<20)); n != 1<<20 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	if _, err := run.Spool().Write([]byte{0}); !errors.Is(err, jobs.ErrTooLarge) || !errors.Is(run.Spool().Err(), jobs.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if _, ok := run.Spool().Content(); ok {
		t.Error("all of it is in memory")
	}
	if got := run.Spool().Length(); got != 1<<20 {
		t.Errorf("got length %d", got)
	}
	run.Stop(t.Context(), jobs.Failed, jobs.TooLarge)
	if _, err := begin(t, k).Spool().Write(nil); err != nil {
		t.Error(err)
	}
}

// What is written to a spool can be put in place of it, as long as it is short.
func TestTheContentOfASpoolIsReplaced(t *testing.T) {
	k, _ := newKeeper(newMemory())
	for _, before := range []string{"", "before"} {
		run := begin(t, k)
		_, _ = run.Spool().Write([]byte(before))
		if got, ok := run.Spool().Content(); !ok || string(got) != before {
			t.Errorf("got %q %v", got, ok)
		}
		run.Spool().Replace([]byte("after"))
		job := run.End(t.Context(), outcome(500))
		if got := content(t, k, &job); got != "after" || job.Outcome.Length != 5 {
			t.Errorf("got %q, %d", got, job.Outcome.Length)
		}
		if _, err := run.Spool().Write([]byte("late")); err == nil {
			t.Error("a spool takes more when the job has ended")
		}
		run.Release()
	}
}

// However many jobs there are, their buffers share the same memory: so their chunks
// become smaller.
func TestManySpoolsShareMemory(t *testing.T) {
	m := newMemory()
	k, _ := newKeeper(m)
	p := plan()
	p.Max = 1000
	var runs []*jobs.Run
	for range 1000 {
		run, err := k.Begin(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = run.Spool().Write([]byte("first"))
		runs = append(runs, run)
	}
	_, _ = runs[0].Spool().Write(make([]byte, 100_000))
	largest := 0
	m.mu.Lock()
	for key, value := range m.values {
		if strings.Contains(key, runs[0].ID().String()+"/0000") {
			largest = max(largest, len(value))
		}
	}
	m.mu.Unlock()
	if largest == 0 || largest > 20<<10 {
		t.Errorf("the largest chunk has %d bytes", largest)
	}
	job := runs[0].End(t.Context(), outcome(200))
	if got := content(t, k, &job); len(got) != 100_005 {
		t.Errorf("got %d bytes", len(got))
	}
}

// Estimates tell when a job is expected to end.
func TestJobsAreExpectedToTakeAsLongAsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newKeeper(newMemory())
		run := begin(t, k)
		if got := run.Job().Expected; !got.IsZero() {
			t.Errorf("the first: got %v", got)
		}
		time.Sleep(8 * time.Second)
		run.End(t.Context(), outcome(200))
		job := begin(t, k).Job()
		if got := job.Expected.Sub(job.Began); got != 8*time.Second {
			t.Errorf("the second: got %v", got)
		}
		for _, c := range []struct{ after, want time.Duration }{{0, 8}, {5 * time.Second, 3}, {20 * time.Second, 20}, {time.Hour, 60}} {
			if got := jobs.RetryAfter(&job, job.Began.Add(c.after)); got != int(c.want) {
				t.Errorf("after %v: got %d, want %d", c.after, got, c.want)
			}
		}
		k.Estimates().Took(0, 16*time.Second)
		if got := k.Estimates().Expect(0); got != 9*time.Second {
			t.Errorf("got %v", got)
		}
		for kind := range uint64(5000) {
			k.Estimates().Took(kind+1, time.Second)
		}
		if got := k.Estimates().Expect(0); got != 0 {
			t.Errorf("kinds are not bounded: %v", got)
		}
	})
}

func TestRemoving(t *testing.T) {
	m := newMemory()
	k, _ := newKeeper(m)
	run := begin(t, k)
	_, _ = run.Spool().Write(make([]byte, 600_000))
	job := run.End(t.Context(), outcome(200))
	for _, fault := range []string{"delete", "list"} {
		m.failing(fault)
		if err := k.Remove(t.Context(), &job); !errors.Is(err, jobs.ErrStorage) {
			t.Errorf("%s: got %v", fault, err)
		}
	}
	m.failing("000001")
	if err := k.Remove(t.Context(), &job); !errors.Is(err, jobs.ErrStorage) {
		t.Errorf("got %v", err)
	}
	m.fail(nil)
	if err := k.Remove(t.Context(), &job); err != nil || len(m.with(job.Name)) > 0 {
		t.Errorf("got %v, left %v", err, m.with(job.Name))
	}
	if _, _, err := k.Look(t.Context(), job.ID); !errors.Is(err, jobs.ErrNone) {
		t.Errorf("got %v", err)
	}
}
