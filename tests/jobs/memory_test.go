package jobs_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/certmagic"

	"github.com/statusgate/statusgate/jobs"
)

// Many jobs at a time with large outcomes take little memory: these are in storage as
// they come.
func TestMemory(t *testing.T) {
	count, size := 200, 1<<20
	if *long {
		count = 1000
	}
	free := make(chan struct{})
	var begun sync.WaitGroup
	begun.Add(count)
	part := []byte(strings.Repeat("x", 32<<10))
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/warm" {
			return
		}
		begun.Done()
		<-free
		for range size / len(part) {
			_, _ = w.Write(part)
		}
	}))
	defer backend.Close()
	c := startProcess(t, "storage file_system "+t.TempDir(), "match path /*\nafter 0s\nrunning 2000", backend.URL)
	for range 50 {
		a, err := http.Get("http://" + c.address + "/warm")
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
	}
	idle := c.memory("VmRSS")
	var list []string
	for range count {
		a, err := http.Get("http://" + c.address + "/large")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, a.Body)
		a.Body.Close()
		if a.StatusCode != http.StatusAccepted {
			t.Fatal(a.StatusCode)
		}
		list = append(list, a.Header.Get("Location"))
	}
	begun.Wait()
	waiting := c.memory("VmRSS")
	close(free)
	for _, job := range list {
		length := int64(0)
		for length == 0 {
			r, _ := http.NewRequest("GET", job, nil)
			r.Header.Set("Prefer", "wait=30")
			a, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := io.Copy(io.Discard, a.Body)
			a.Body.Close()
			if a.StatusCode == 200 {
				length = n
			} else if a.StatusCode != 202 {
				t.Fatal(a.StatusCode)
			}
		}
		if length != int64(size) {
			t.Errorf("got %d bytes", length)
		}
	}
	peak := c.memory("VmHWM")
	t.Logf("%d jobs: idle %d MiB, waiting +%d MiB, at most +%d MiB", count, idle>>10, (waiting-idle)>>10, (peak-idle)>>10)
	if limit := 128 << 10; peak-idle > limit { // the target is 96 MiB: what the collector leaves differs from run to run
		t.Errorf("%d MiB above idle", (peak-idle)>>10)
	}
}

// Looking for a job among many is quick, also while those that have expired are
// removed.
func TestLookUps(t *testing.T) {
	count := 2000
	if *long {
		count = 10_000
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	storage := &certmagic.FileStorage{Path: t.TempDir()}
	k := jobs.NewKeeper("orders", func() jobs.Storage { return storage }, jobs.Watch{})
	var ids []jobs.ID
	for i := range count {
		p := &jobs.Plan{Began: time.Now(), Keep: time.Hour, Limit: 1 << 20, Max: 10}
		if i%2 == 1 {
			p.Keep = time.Nanosecond
		}
		run, err := k.Begin(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(run.Spool(), "order %d", i)
		run.End(ctx, jobs.Job{State: jobs.Succeeded, Outcome: &jobs.Outcome{Status: 200}})
		run.Release()
		if i%2 == 0 {
			ids = append(ids, run.ID())
		}
	}
	measure := func() (p99, most time.Duration) {
		var took []time.Duration
		for i := range 5000 {
			began := time.Now()
			if _, _, err := k.Look(ctx, ids[i%len(ids)]); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)*99/100], took[len(took)-1]
	}
	p99, _ := measure()
	swept := make(chan struct{})
	go func() {
		k.Sweep(ctx)
		close(swept)
	}()
	during, most := measure()
	<-swept
	t.Logf("%d jobs: p99 %v, while half of them are removed %v, at most %v", count, p99, during, most)
	if p99 > 10*time.Millisecond { // the target is 1 ms; a machine may be busy
		t.Errorf("p99 is %v", p99)
	}
	if entries, _ := os.ReadDir(storage.Path); len(entries) == 0 {
		t.Error("nothing is stored")
	}
}
