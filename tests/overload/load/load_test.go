package load_test

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statusgate/statusgate/tests/overload/load"
)

const mark = "X-Backend"

// server answers as the handler does, and gives its host and port.
func server(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func run(t *testing.T, config load.Config) *load.Result {
	t.Helper()
	config.Mark = mark
	result, err := load.Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func count(r *load.Result) map[load.Outcome]int {
	n := map[load.Outcome]int{}
	for _, record := range r.Records {
		n[record.Outcome]++
	}
	return n
}

func TestEveryRequestThatIsDueIsOnRecord(t *testing.T) {
	var served atomic.Int64
	address := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(mark, "1")
		served.Add(1)
	})
	r := run(t, load.Config{Address: address, Rate: 500, Duration: time.Second})
	if n := len(r.Records); n < 400 || n > 600 || int64(n) != served.Load() || count(r)[load.Good] != n {
		t.Errorf("got %d records, %v, and %d requests served; want about 500, all good", n, count(r), served.Load())
	}
}

func TestLatencyCountsFromWhenARequestWasDue(t *testing.T) {
	// The server serves one request at a time and hangs once: those that come in the
	// meantime have waited, too.
	var mu sync.Mutex
	var once sync.Once
	address := server(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		once.Do(func() { <-time.After(300 * time.Millisecond) })
		w.Header().Set(mark, "1")
	})
	r := run(t, load.Config{Address: address, Rate: 200, Duration: time.Second, Sockets: 1000})
	slow := 0
	for _, record := range r.Records {
		if record.Latency > 100*time.Millisecond {
			slow++
		}
	}
	if slow < 20 { // 200 a second for .2 s
		t.Errorf("only %d requests were slow", slow)
	}
}

func TestOutcomes(t *testing.T) {
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		want    load.Outcome
	}{
		{"an answer of the backend", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(mark, "1") }, load.Good},
		{"an error of the backend", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(mark, "1")
			w.WriteHeader(503)
		}, load.Failed},
		{"a reject", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, load.Rejected},
		{"a reject that says why", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Proxy-Status", "statusgate; error=connection_limit_reached")
			w.WriteHeader(503)
		}, load.Rejected},
		{"a backend that is down", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Proxy-Status", "statusgate; error=connection_refused")
			w.WriteHeader(503)
		}, load.Gateway},
		{"another error of the gateway", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, load.Gateway},
		{"a broken connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, load.Broken},
		{"no answer in time", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, load.Timeout},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := run(t, load.Config{
				Address: server(t, row.handler), Rate: 100, Duration: 100 * time.Millisecond,
				Deadline: 100 * time.Millisecond, Seed: 3,
			})
			if n := count(r); len(r.Records) == 0 || n[row.want] != len(r.Records) {
				t.Errorf("got %v of %d, want all of outcome %d", n, len(r.Records), row.want)
			}
		})
	}
}

func TestRetriesWaitAsTheyAreTold(t *testing.T) {
	handler := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	for _, row := range []struct {
		name   string
		honour bool
		gap    time.Duration
	}{{"honoured", true, time.Second}, {"ignored", false, 100 * time.Millisecond}} {
		t.Run(row.name, func(t *testing.T) {
			r := run(t, load.Config{
				Address: server(t, handler), Rate: 20, Duration: 1500 * time.Millisecond, Retries: 2, Honour: row.honour,
			})
			firsts, last := map[int32]load.Record{}, 0
			for _, record := range r.Records {
				if record.Attempt == 0 {
					firsts[record.Client] = record
				}
				if record.Last {
					last++
				}
			}
			if last < len(firsts) {
				t.Errorf("%d requests, and %d last attempts", len(firsts), last)
			}
			for _, record := range r.Records {
				first, ok := firsts[record.Client]
				if record.Attempt == 1 && ok && record.At > first.At && record.At < first.At+row.gap {
					t.Errorf("a retry %v after the first attempt", record.At-first.At)
				}
			}
		})
	}
}

func TestClientsHaveAddressesOfTheirOwn(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		seen[host] = true
		w.Header().Set(mark, "1")
	})
	next := int32(0)
	each := func(*rand.Rand) []load.Request {
		next++
		return []load.Request{{Path: "/", Client: next * 100}}
	}
	r := run(t, load.Config{Address: address, Rate: 100, Duration: 300 * time.Millisecond, Arrival: each})
	if len(seen) != len(r.Records) {
		t.Errorf("%d clients had %d addresses", len(r.Records), len(seen))
	}
}

func TestTheGeneratorOwnsUpToWhatItCouldNotSend(t *testing.T) {
	address := server(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	r := run(t, load.Config{Address: address, Rate: 100, Duration: 300 * time.Millisecond, Deadline: time.Second, Sockets: 2})
	if n := count(r); n[load.Timeout] != 2 || n[load.Unsent] != len(r.Records)-2 {
		t.Errorf("got %v of %d", n, len(r.Records))
	}
}

func TestPagesAndFairness(t *testing.T) {
	r := &load.Result{Duration: time.Minute, Records: []load.Record{
		{Page: 1, Client: 1},
		{Page: 1, Client: 1},
		{Page: 2, Client: 2},
		{Page: 2, Client: 2, Outcome: load.Rejected},
		{Page: 3, Client: 2, Outcome: load.Rejected},
		{Page: 3, Client: 2, Outcome: load.Timeout},
		{Page: 4, Client: 3, At: 59 * time.Second},
		{Page: 4, Client: 3, At: 61 * time.Second},
	}}
	if c, b, n := r.Pages(0, time.Minute); c != 1 || b != 1 || n != 1 {
		t.Errorf("pages: %d complete, %d broken, %d without anything", c, b, n)
	}
	if s := r.Clients(0, time.Minute); s[1] != 1 || s[2] != .25 || s[3] != 1 {
		t.Errorf("shares %v", s)
	}
	if j := load.Jain(map[int32]float64{1: 1, 2: 0, 3: 0, 4: 0}); j != .25 {
		t.Errorf("one of four has everything: %v", j)
	}
}

func TestQuantiles(t *testing.T) {
	values := func() []time.Duration { return []time.Duration{4, 2, 1, 3} }
	for p, want := range map[float64]time.Duration{0: 1, .25: 1, .5: 2, .99: 4, 1: 4} {
		if got := load.Quantile(values(), p); got != want {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
	if load.Quantile(nil, .5) != 0 {
		t.Error("of nothing: not 0")
	}
}

func TestClosedLoopStopsAtItsNumber(t *testing.T) {
	address := server(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	loop, err := load.Closed{Address: address, Path: "/", Connections: 4, Duration: time.Minute, Requests: 500}.Run(t.Context())
	if err != nil || loop.Requests != 500 || loop.Outcomes[load.Rejected] != 500 || len(loop.Latencies) != 500 {
		t.Errorf("got %d requests, %v, %v", loop.Requests, loop.Outcomes, err)
	}
}

func TestCrowdHoldsItsConnections(t *testing.T) {
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	crowd := &load.Crowd{Address: address, Path: "/", Size: 120}
	if err := crowd.Open(t.Context()); err != nil || crowd.Count() != 120 {
		t.Errorf("%d are there, %v", crowd.Count(), err)
	}
	crowd.Close()
	if crowd.Count() != 0 {
		t.Errorf("%d did not leave", crowd.Count())
	}
	refused := &load.Crowd{Address: address, Path: "/no", Size: 3}
	if err := refused.Open(t.Context()); err == nil || refused.Count() != 0 {
		t.Errorf("%d found a place, %v", refused.Count(), err)
	}
	refused.Close()
}
