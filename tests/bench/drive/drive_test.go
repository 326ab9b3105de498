//go:build linux

package drive_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/tests/bench/drive"
)

// serve starts a server, and gives it as a target.
func serve(t *testing.T, handler http.HandlerFunc) drive.Target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return drive.Target{
		Name: t.Name(), Address: strings.TrimPrefix(server.URL, "http://"), Request: drive.Request{Path: "/"},
		Connections: 4, Want: http.StatusOK, PID: os.Getpid(),
	}
}

// plan has three short passes. This process is the server, the client and
// whatever else the tests do, so others are not looked at.
func plan(targets ...drive.Target) drive.Plan {
	return drive.Plan{Targets: targets, Window: 20 * time.Millisecond, Passes: 3}
}

func hello(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "5")
	_, _ = w.Write([]byte("hello"))
}

func TestAnswersAreCounted(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for name, handler := range map[string]http.HandlerFunc{
		"with a length": hello,
		"longer than the buffer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "102400")
			_, _ = w.Write([]byte(long))
		},
		"in chunks": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("hel"))
			w.(http.Flusher).Flush()
			_, _ = w.Write([]byte("lo"))
		},
		"with an end": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			hello(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := plan(serve(t, handler)).Run()
			if err != nil {
				t.Fatal(err)
			}
			m := result.Measurements[0]
			if m.Requests == 0 || m.Others > 0 || m.Failures > 0 || m.CPU <= 0 || m.Took <= 0 || m.Peak == 0 || m.P50 <= 0 || m.P99 < m.P50 {
				t.Errorf("got %+v", m)
			}
		})
	}
}

// TestNothingIsLeftOut: all that a server is asked in a window counts, to the last
// answer, or its processor time would not be that of the answers.
func TestNothingIsLeftOut(t *testing.T) {
	var asked atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		hello(w, r)
	})
	for _, target.Rate = range []float64{0, 2000} {
		asked.Store(0)
		m, err := drive.Turn(target, 20*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if m.Requests == 0 || m.Requests != asked.Load() {
			t.Errorf("rate %v: asked %d times, and %d answers count", target.Rate, asked.Load(), m.Requests)
		}
	}
}

// TestOneAtATime: while one is asked, the others rest.
func TestOneAtATime(t *testing.T) {
	var asked, together atomic.Int64
	var inside [3]atomic.Int64
	targets := make([]drive.Target, len(inside))
	for i := range inside {
		targets[i] = serve(t, func(w http.ResponseWriter, r *http.Request) {
			inside[i].Add(1)
			defer inside[i].Add(-1)
			for k := range inside {
				if k != i && inside[k].Load() > 0 {
					together.Add(1)
				}
			}
			asked.Add(1)
			hello(w, r)
		})
	}
	if _, err := plan(targets...).Run(); err != nil {
		t.Fatal(err)
	}
	if together.Load() > 0 {
		t.Errorf("%d of %d requests came while another server had some", together.Load(), asked.Load())
	}
}

// TestWhoIsHeldIsNotWaitedFor: requests that a backend holds take their places
// before a window, and neither count nor hold it up.
func TestWhoIsHeldIsNotWaitedFor(t *testing.T) {
	var inside, held atomic.Int64
	release := make(chan struct{})
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer inside.Add(-1)
		if inside.Add(1) <= 2 {
			held.Add(1)
			<-release
			hello(w, r)
			return
		}
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	target.Want, target.Lead = http.StatusServiceUnavailable, 2
	m, err := drive.Turn(target, 20*time.Millisecond)
	close(release)
	if err != nil {
		t.Fatal(err)
	}
	if m.Others != 0 || m.Failures != 0 || m.Requests == 0 || held.Load() != 2 {
		t.Errorf("%d were held, got %+v", held.Load(), m)
	}
}

func TestARateIsKept(t *testing.T) {
	target := serve(t, hello)
	target.Rate = 200
	p := plan(target)
	p.Window, p.Passes = time.Second, 1
	result, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Measurements[0].Rate(); got > 300 || result.Thrown+result.Disturbed > 0 {
		t.Errorf("%.0f requests in a second, want about 200; got %+v", got, result)
	}
}

func TestAnotherStatusIsNoAnswer(t *testing.T) {
	target := serve(t, http.NotFound)
	target.Name = "no such page"
	if result, err := plan(target).Run(); err == nil || !strings.Contains(err.Error(), target.Name) || !strings.Contains(err.Error(), "status 404") {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestAServerThatHasEnded(t *testing.T) {
	target := serve(t, hello)
	target.PID = 1 << 26 // more than there can be
	if result, err := plan(target).Run(); err == nil {
		t.Errorf("got %+v and no error", result)
	}
}

// TestOrders: each has one turn in a pass, the turns change from pass to pass, and
// are the same in every run.
func TestOrders(t *testing.T) {
	const n, passes = 5, 20
	changed := 0
	for pass := range uint64(passes) {
		got := drive.Order(7, pass, n)
		if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, []int{0, 1, 2, 3, 4}) {
			t.Errorf("pass %d: got %v", pass, got)
		}
		if again := drive.Order(7, pass, n); !slices.Equal(got, again) {
			t.Errorf("pass %d: got %v, then %v", pass, got, again)
		}
		if !slices.Equal(got, drive.Order(7, pass+1, n)) {
			changed++
		}
	}
	if changed < passes/2 {
		t.Errorf("the order changed %d times in %d passes", changed, passes)
	}
}

func TestDisturbedPassesDoNotCount(t *testing.T) {
	for _, c := range []struct {
		foreign []float64
		n       int
		want    []float64
	}{
		{[]float64{.1, .9, .2, .3}, 3, []float64{.1, .2, .3}},
		{[]float64{.4, .1}, 2, []float64{.1, .4}},
		{[]float64{.4}, 2, []float64{.4}},
	} {
		if got := drive.Least(c.foreign, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%d of %v: got %v, want %v", c.n, c.foreign, got, c.want)
		}
	}
}

// TestOthersOnACore: a server loses the time for which it waits, or for which its
// core is away, but not what it leaves over.
func TestOthersOnACore(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name                               string
		waited, stolen, client, clientCore time.Duration
		want                               float64
	}{
		{"nobody", 0, 0, 900 * ms, 900 * ms, 0},
		{"the server waited", 100 * ms, 0, 900 * ms, 950 * ms, .1},
		{"its core was away, too", 100 * ms, 200 * ms, 900 * ms, 950 * ms, .3},
		{"client and backend shared their core", 100 * ms, 0, 500 * ms, 900 * ms, .4},
		{"ticks of the core came late", 0, 0, 500 * ms, 490 * ms, 0},
	} {
		if got := drive.Foreign(c.waited, c.stolen, c.client, c.clientCore); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestAServerIsWaitedForUntilItRests: what it does after its last answer counts, and
// what it waits for itself is not waited for.
func TestAServerIsWaitedForUntilItRests(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		used, now []time.Duration
		answered  bool
		want      time.Duration
	}{
		"it rests at once":         {[]time.Duration{5 * ms, 5 * ms}, []time.Duration{0, 1 * ms}, true, 5 * ms},
		"it collects garbage":      {[]time.Duration{5 * ms, 6 * ms, 7 * ms, 7 * ms}, []time.Duration{0, 1 * ms, 2 * ms, 3 * ms}, true, 7 * ms},
		"it does next to nothing":  {[]time.Duration{5 * ms, 5*ms + 50*time.Microsecond}, []time.Duration{0, 1 * ms}, true, 5*ms + 50*time.Microsecond},
		"it waits for a backend":   {[]time.Duration{5 * ms, 5 * ms, 5 * ms, 5 * ms}, []time.Duration{0, 1 * ms, drive.Patience - 1, drive.Patience}, false, 5 * ms},
		"it is slow, and goes on":  {[]time.Duration{5 * ms, 5 * ms, 9 * ms, 9 * ms, 9 * ms}, []time.Duration{0, 5 * ms, 9 * ms, 14 * ms, 9*ms + drive.Patience}, false, 9 * ms},
		"it never rests, at least": {[]time.Duration{0, 5 * time.Second, 20 * time.Second}, []time.Duration{0, 5 * time.Second, 20 * time.Second}, true, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			clocks := &drive.Clocks{Used: c.used, Now: c.now}
			got, err := drive.Settle(clocks.Read, func() bool { return c.answered }, clocks.Wait)
			if got != c.want || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}
