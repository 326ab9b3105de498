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
	for name, start := range stores {
		t.Run(name, func(t *testing.T) {
			kills, orders := 4, 300
			if *long && name == "files" {
				kills, orders = 200, 20_000
			}
			killCaddys(t, "storage "+start(t).line(), kills, orders)
		})
	}
}

func killCaddys(t *testing.T, storage string, kills, orders int) {
	backend := &onceBackend{}
	server := httptest.NewServer(backend)
	defer server.Close()
	shop := &shop{wanted: int64(orders), done: make(chan struct{}, orders+clientsAtOnce)}
	shop.caddys = [2]*process{startProcess(t, storage, pairOptions, server.URL), startProcess(t, storage, pairOptions, server.URL)}
	var clients sync.WaitGroup
	for range clientsAtOnce {
		clients.Go(shop.order)
	}
	// The kills are spread over the orders; the moments are as random as the machine.
	for range kills {
		for range orders / (kills + 1) {
			<-shop.done
		}
		<-time.After(time.Duration(rand.IntN(5000)) * time.Microsecond)
		c := shop.caddys[rand.IntN(2)]
		c.kill()
		c.start()
	}
	clients.Wait()
	states := make(map[string]int)
	until := time.Now().Add(time.Minute) // the leases of those that are gone last 40 s
	for i, p := range shop.promises {
		site := "http://" + shop.caddys[i%2].address
		for p.waits(t, site) && time.Now().Before(until) {
		}
		states[judge(t, site, p)]++
	}
	t.Logf("%d kills, %d orders, %d accepted: %v", kills, shop.next.Load(), len(shop.promises), states)
	if twice := backend.twice.Load(); twice > 0 {
		t.Errorf("%d orders were begun twice", twice)
	}
	if states["succeeded"]+states["lost"] != len(shop.promises) || states["succeeded"] == 0 || len(shop.promises) < orders {
		t.Errorf("got %v of %d", states, len(shop.promises))
	}
}

// onceBackend takes some time for each order, and counts those that come twice.
type onceBackend struct {
	begun sync.Map // by order
	twice atomic.Int64
}

func (b *onceBackend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	order := strings.TrimPrefix(r.URL.Path, "/orders/")
	if _, again := b.begun.LoadOrStore(order, true); again {
		b.twice.Add(1)
	}
	select {
	case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
	case <-r.Context().Done():
		return
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, "order "+order+strings.Repeat(".", rand.IntN(60_000)))
}

// shop sends orders to two Caddys, and keeps what it was promised.
type shop struct {
	caddys   [2]*process
	wanted   int64
	next     atomic.Int64
	accepted atomic.Int64
	done     chan struct{} // one for each that was accepted

	mu       sync.Mutex
	promises []promise
}

// order sends orders until as many were accepted as are wanted.
func (s *shop) order() {
	client := &http.Client{Timeout: 20 * time.Second}
	for s.accepted.Load() < s.wanted {
		n := int(s.next.Add(1))
		order, owner := itoa(n), "user"+itoa(n%3)
		r, _ := http.NewRequest("POST", "http://"+s.caddys[rand.IntN(2)].address+"/orders/"+order, strings.NewReader("order"))
		r.Header.Set("X-User", owner)
		a, err := client.Do(r)
		if err != nil {
			continue // it was killed
		}
		_, _ = io.Copy(io.Discard, a.Body)
		a.Body.Close()
		if a.StatusCode != http.StatusAccepted {
			continue
		}
		_, id, _ := strings.Cut(a.Header.Get("Location"), "/jobs/")
		s.mu.Lock()
		s.promises = append(s.promises, promise{"/jobs/" + id, order, owner})
		s.mu.Unlock()
		s.accepted.Add(1)
		s.done <- struct{}{}
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
	r.Host = r.URL.Hostname() // two Caddys stand for one site: their ports are no part of its name
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
