package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/jobs"
)

// What is corrupt is told as that, and no other job's record is taken for one's own.
func TestWhatIsCorrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			part   string
			change func([]byte) []byte
		}{
			"an end that is empty": {"/end$", func([]byte) []byte { return nil }},
			"an end that is cut":   {"/end$", func(v []byte) []byte { return v[:len(v)-1] }},
			"a bit":                {"/end$", func(v []byte) []byte { v[len(v)-1] ^= 1; return v }},
			"a chunk":              {"/000001$", func(v []byte) []byte { v[len(v)-1] ^= 1; return v }},
			"another key's end":    {"/end$", func([]byte) []byte { return jobs.Seal("", nil) }},
		} {
			m := newMemory()
			k, _ := newKeeper(m)
			run := begin(t, k)
			_, _ = run.Spool().Write(make([]byte, 600_000))
			run.End(t.Context(), outcome(200))
			m.change(t, c.part, c.change)
			job, _, err := k.Look(t.Context(), run.ID())
			if err == nil {
				err = k.Content(t.Context(), &job, func([]byte) error { return nil })
			}
			if !errors.Is(err, jobs.ErrCorrupt) {
				t.Errorf("%s: got %v", name, err)
			}
			if err != nil && strings.Contains(err.Error(), run.ID().String()) {
				t.Errorf("%s: the error has the whole ID: %v", name, err)
			}
		}
		m := newMemory()
		k, _ := newKeeper(m)
		one, two := begin(t, k), begin(t, k)
		one.End(t.Context(), outcome(200))
		two.End(t.Context(), outcome(200))
		m.values[m.with(one.ID().String() + "/end$")[0]] = m.values[m.with(two.ID().String() + "/end$")[0]]
		if _, _, err := k.Look(t.Context(), one.ID()); !errors.Is(err, jobs.ErrCorrupt) {
			t.Errorf("another job's end: got %v", err)
		}
		key := m.with(one.ID().String() + "/end$")[0]
		for _, value := range [][]byte{{1}, {0, 0, 1, 0, 1}} {
			m.values[key] = jobs.Seal(key, value)
			if _, _, err := k.Look(t.Context(), one.ID()); !errors.Is(err, jobs.ErrCorrupt) {
				t.Errorf("a record without its length: got %v", err)
			}
		}
		for _, body := range []string{`{"id":"` + two.ID().String() + `"}`, "no JSON"} {
			key := m.with(one.ID().String() + "/end$")[0]
			m.values[key] = jobs.SealText(key, body)
			if _, _, err := k.Look(t.Context(), one.ID()); !errors.Is(err, jobs.ErrCorrupt) {
				t.Errorf("%s: got %v", body, err)
			}
		}
	})
}

// A part of an outcome that is missing, a reader that fails and a storage that fails
// are errors.
func TestContentThatIsNotThere(t *testing.T) {
	m := newMemory()
	k, _ := newKeeper(m)
	run := begin(t, k)
	_, _ = run.Spool().Write(make([]byte, 600_000))
	job := run.End(t.Context(), outcome(200))
	if err := k.Content(t.Context(), &job, func([]byte) error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	m.failing("/000001$")
	if err := k.Content(t.Context(), &job, func([]byte) error { return nil }); !errors.Is(err, jobs.ErrStorage) {
		t.Errorf("got %v", err)
	}
	m.fail(nil)
	delete(m.values, m.with("/000001$")[0])
	if err := k.Content(t.Context(), &job, func([]byte) error { return nil }); !errors.Is(err, jobs.ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

// Whatever fails while a job is looked for, it is not told as something else.
func TestLookingAtAStorageThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		gone, _ := newKeeper(m)
		run := begin(t, gone)
		time.Sleep(time.Hour)
		for _, fault := range []string{"/end$", "/job$", "load statusgate/jobs/orders/leases", "list"} {
			k, _ := newKeeper(m)
			m.failing(fault)
			if _, _, err := k.Look(t.Context(), run.ID()); !errors.Is(err, jobs.ErrStorage) {
				t.Errorf("%s fails: got %v", fault, err)
			}
		}
		// One that can't leave its mark tells all the same: the process gave it up.
		k, events := newKeeper(m)
		m.failing("store")
		if job := look(t, k, run.ID()); job.State != jobs.Lost || len(events.get().errs) != 1 {
			t.Errorf("got %v, told %v", job.State, events.get().errs)
		}
		m.fail(nil)
		// It may end just between two readings.
		loads := 0
		end := jobs.SealText(m.with("/job$")[0][:len(m.with("/job$")[0])-3]+"end", fmt.Sprintf(`{"id":%q,"state":"failed","process":"x"}`, run.ID()))
		m.fail(func(_ context.Context, operation string) error {
			if strings.Contains(operation, "load") && strings.Contains(operation, "/job$") {
				loads++
				m.mu.Lock()
				m.values[strings.TrimSuffix(strings.TrimPrefix(operation, "load "), "job$")+"end"] = end
				m.mu.Unlock()
			}
			return nil
		})
		if job := look(t, k, run.ID()); job.State != jobs.Failed || loads != 1 {
			t.Errorf("got %v after %d", job.State, loads)
		}
	})
}
