package backend_test

import (
	"bufio"
	"context"
	"io"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statusgate/statusgate/tests/overload/backend"
)

func pool(t *testing.T, settings backend.Settings) *backend.Pool {
	t.Helper()
	p, err := backend.NewPool(settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// flood has n requests served and returns how long that took.
func flood(t *testing.T, p *backend.Pool, n int) time.Duration {
	t.Helper()
	begin := time.Now()
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() { p.Do(t.Context()) })
	}
	wait.Wait()
	return time.Since(begin)
}

func TestCapacityIsWorkersByMeanServiceTime(t *testing.T) {
	for _, shape := range []backend.Shape{backend.Exponential, backend.Lognormal, backend.Fixed} {
		t.Run(string(shape), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pool(t, backend.Settings{Workers: 10, Mean: 50 * time.Millisecond, Shape: shape})
				defer p.Close()
				took := flood(t, p, 12800).Seconds()
				if want := 64.; math.Abs(took-want) > .01*want {
					t.Errorf("12800 requests at 200 a second took %.2f s, want about %.0f", took, want)
				}
				if s := p.Stats(false); s.Served != 12800 || s.Inside != 0 || s.Peak != 12800 {
					t.Errorf("got %+v", s)
				}
			})
		})
	}
}

func TestUnknownShapeIsAMistake(t *testing.T) {
	if _, err := backend.NewPool(backend.Settings{Shape: "triangle"}); err == nil {
		t.Error("no error")
	}
}

func TestSwitches(t *testing.T) {
	base := backend.Settings{Workers: 10, Mean: 50 * time.Millisecond, Shape: backend.Fixed}
	for _, row := range []struct {
		name   string
		change func(*backend.Settings)
		want   time.Duration
	}{
		{"as it was", func(*backend.Settings) {}, 500 * time.Millisecond},
		{"half the workers take twice as long", func(s *backend.Settings) { s.Workers = 5 }, time.Second},
		{"more workers", func(s *backend.Settings) { s.Workers = 20 }, 250 * time.Millisecond},
		{"four times as slow", func(s *backend.Settings) { s.Slow = 4 }, 2 * time.Second},
		{"collapsing from 100 requests inside on", func(s *backend.Settings) { s.Collapse = 1 }, 2750 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pool(t, base)
				defer p.Close()
				settings := p.Settings()
				row.change(&settings)
				p.Set(settings)
				synctest.Wait()
				got := flood(t, p, 100)
				// A collapse depends on how many are inside when each is begun.
				if got > row.want*11/10 || got < row.want*9/10 {
					t.Errorf("100 requests took %v, want %v", got, row.want)
				}
			})
		})
	}
}

func TestStallHoldsRequestsUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pool(t, backend.Settings{Workers: 1, Mean: time.Second, Shape: backend.Fixed, Stalled: true})
		defer p.Close()
		done := make(chan time.Duration, 1)
		go func() { done <- flood(t, p, 2) }()
		time.Sleep(5 * time.Second) // in virtual time
		p.Set(backend.Settings{Workers: 1, Mean: time.Second})
		if took := <-done; took != 7*time.Second {
			t.Errorf("took %v, want the stall and two services", took)
		}
	})
}

func TestWorkGoesOnWhenTheClientHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pool(t, backend.Settings{Workers: 1, Mean: time.Minute, Shape: backend.Fixed})
		defer p.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if v := p.Do(ctx); v != backend.Gone {
			t.Fatalf("got verdict %d", v)
		}
		if s := p.Stats(false); s.Inside != 1 || s.Served != 0 {
			t.Errorf("after the client left: %+v", s)
		}
		p.Do(t.Context())
		if s := p.Stats(false); s.Served != 2 || s.Abandoned != 1 {
			t.Errorf("at the end: %+v", s)
		}
	})
}

func TestErrorsAndRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pool(t, backend.Settings{Workers: 1, Mean: time.Second, Shape: backend.Fixed, Backlog: 2, Errors: 1})
		defer p.Close()
		synctest.Wait()
		flood(t, p, 10)
		if s := p.Stats(false); s.Failed < 2 || s.Failed > 3 || s.Refused+s.Failed != 10 {
			t.Errorf("got %+v", s)
		}
		p.Set(backend.Settings{Workers: 1, Broken: true})
		if v := p.Do(t.Context()); v != backend.Refused {
			t.Errorf("broken: got verdict %d", v)
		}
	})
}

func TestServerAndItsControlPort(t *testing.T) {
	any := backend.Addresses{Service: "127.0.0.1:0", Control: "127.0.0.1:0"}
	s, at, err := backend.Serve(any, backend.Settings{Workers: 1, Mean: time.Millisecond, Shape: backend.Fixed})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	control := backend.Control{Address: at.Control}
	get := func(path string, want int) *http.Response {
		t.Helper()
		resp, err := http.Get("http://" + at.Service + path)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want || resp.Header.Get(backend.Header) == "" {
			t.Errorf("%s: got %s, want %d and the header %s", path, resp.Status, want, backend.Header)
		}
		return resp
	}
	resp := get("/?size=70000", http.StatusOK)
	if n, err := io.Copy(io.Discard, resp.Body); n != 70000 || err != nil {
		t.Errorf("the blob has %d bytes, %v", n, err)
	}
	get("/?size=-1", http.StatusBadRequest)
	stream := get("/events", http.StatusOK)
	if line, err := bufio.NewReader(stream.Body).ReadString('\n'); line != "data: tick\n" {
		t.Errorf("the stream began with %q, %v", line, err)
	}
	if err := control.Change(t.Context(), func(s *backend.Settings) { s.Errors = 1 }); err != nil {
		t.Fatal(err)
	}
	get("/", http.StatusInternalServerError)
	if err := control.Set(t.Context(), backend.Settings{Workers: -1}); err == nil {
		t.Error("a negative number of workers was taken")
	}
	stats, err := control.Stats(t.Context(), true)
	if err != nil || stats.Served != 2 || stats.Failed != 1 || stats.Streams != 1 {
		t.Errorf("got %+v, %v", stats, err)
	}
}
