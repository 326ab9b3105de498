package jobs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// clientsAtOnce is how many clients send orders.
const clientsAtOnce = 8

// promise is a job that a client was promised.
type promise struct{ path, order, owner string }

// Caddys are killed at random moments while they run jobs on one storage. Whatever
// was accepted ends: as succeeded, or as lost with a record. The gate begins nothing
// twice, no job has another's outcome, and nobody sees another's job.
func TestKill(t *testing.T) {
	kills, orders := 8, 600
	if *long {
		kills, orders = 200, 20_000
	}
	var begun sync.Map // order: how often
	var twice atomic.Int64
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		order := strings.TrimPrefix(r.URL.Path, "/orders/")
		if _, again := begun.LoadOrStore(order, true); again {
			twice.Add(1)
		}
		select {
		case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
		case <-r.Context().Done():
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "order "+order+strings.Repeat(".", rand.IntN(60_000)))
	}))
	defer backend.Close()
	storage := "storage file_system " + t.TempDir()
	const options = "match path /*\nafter 0s\nowner {http.request.header.X-User}"
	caddys := []*process{startProcess(t, storage, options, backend.URL), startProcess(t, storage, options, backend.URL)}
	var (
		mu       sync.Mutex
		promises []promise
		next     atomic.Int64
		clients  sync.WaitGroup
		accepted atomic.Int64
		done     = make(chan struct{}, orders+clientsAtOnce) // one for each that was accepted
	)
	for c := range clientsAtOnce {
		clients.Go(func() {
			client := &http.Client{Timeout: 20 * time.Second}
			for n := next.Add(1); accepted.Load() < int64(orders); n = next.Add(1) {
				order, owner := itoa(int(n)), "user"+itoa(int(n)%3)
				r, _ := http.NewRequest("POST", "http://"+caddys[(c+int(n))%2].address+"/orders/"+order, strings.NewReader("order"))
				r.Header.Set("X-User", owner)
				if a, err := client.Do(r); err == nil {
					_, _ = io.Copy(io.Discard, a.Body)
					a.Body.Close()
					if a.StatusCode == http.StatusAccepted {
						_, path, _ := strings.Cut(a.Header.Get("Location"), "/jobs/")
						mu.Lock()
						promises = append(promises, promise{"/jobs/" + path, order, owner})
						mu.Unlock()
						accepted.Add(1)
						done <- struct{}{}
					}
				}
			}
		})
	}
	// The kills are spread over the orders; the moments are as random as the machine.
	for range kills {
		for range orders / (kills + 1) {
			<-done
		}
		<-time.After(time.Duration(rand.IntN(5000)) * time.Microsecond)
		c := caddys[rand.IntN(2)]
		c.kill()
		c.start()
	}
	clients.Wait()
	states := make(map[string]int)
	until := time.Now().Add(time.Minute) // the leases of those that are gone last 40 s
	for i, p := range promises {
		site := "http://" + caddys[i%2].address
		for p.waits(t, site) && time.Now().Before(until) {
		}
		states[judge(t, site, p)]++
	}
	t.Logf("%d kills, %d orders, %d accepted: %v", kills, next.Load(), len(promises), states)
	if twice.Load() > 0 {
		t.Errorf("%d orders were begun twice", twice.Load())
	}
	if states["succeeded"]+states["lost"] != len(promises) || states["succeeded"] == 0 || len(promises) < orders {
		t.Errorf("got %v of %d", states, len(promises))
	}
}

// get asks for a path as an owner. Fields are names and values.
func get(t *testing.T, uri, owner string, fields ...string) (status int, body string) {
	t.Helper()
	a, text := ask(t, "GET", uri, owner, fields...)
	return a.StatusCode, text
}

// ask sends a request as an owner, and gives the answer with its content.
func ask(t *testing.T, method, uri, owner string, fields ...string) (answer *http.Response, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-User", owner)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, _ := io.ReadAll(a.Body)
	return a, string(text)
}

// waits asks for a promised job, waits for its end for some time, and tells whether it
// still runs.
func (p promise) waits(t *testing.T, site string) bool {
	status, _ := get(t, site+p.path, p.owner, "Prefer", "wait=30")
	return status == http.StatusAccepted
}

// judge asks for a promised job, and tells its state.
func judge(t *testing.T, site string, p promise) string {
	var doc struct{ State, Cause string }
	status, text := get(t, site+p.path+"/state", p.owner)
	if err := json.Unmarshal([]byte(text), &doc); status != 200 || err != nil {
		t.Errorf("order %s: its state is a %d: %s", p.order, status, text)
		return "?"
	}
	status, text = get(t, site+p.path, p.owner)
	switch {
	case doc.State == "succeeded" && status == 200 && strings.HasPrefix(text, fmt.Sprintf("order %s.", p.order)), doc.State == "succeeded" && text == "order "+p.order:
	case doc.State == "lost" && status == 500 && strings.Contains(text, "unknown"):
	default:
		t.Errorf("order %s: %s %s, %d %.100s", p.order, doc.State, doc.Cause, status, text)
	}
	if status, _ := get(t, site+p.path, "somebody else"); status != 404 {
		t.Errorf("order %s: somebody else gets %d", p.order, status)
	}
	return doc.State
}
