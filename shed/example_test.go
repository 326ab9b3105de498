package shed_test

import (
	"context"
	"fmt"
	"hash/maphash"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Protect lets so many requests to a handler as it can serve, and tells the others
// when to come back.
func protect(l *shed.Limiter, next http.Handler) http.Handler {
	seed := maphash.MakeSeed()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client, _, _ := net.SplitHostPort(r.RemoteAddr)
		p := shed.Place{
			Class:  shed.Normal,
			Client: maphash.String(seed, client),
			Route:  maphash.String(seed, r.Pattern),
		}
		if l.Acquire(r.Context(), &p) != shed.Admitted {
			w.Header().Set("Retry-After", strconv.Itoa(p.RetryAfter))
			http.Error(w, "too much to do", http.StatusServiceUnavailable)
			return
		}
		ending := shed.Failed // if the handler panics
		defer func() { l.Release(&p, ending) }()
		next.ServeHTTP(w, r)
		ending = shed.Served
		if r.Context().Err() != nil {
			ending = shed.Left
		}
	})
}

func ExampleLimiter() {
	cfg := shed.Defaults()
	cfg.Fixed, cfg.Queue = 1, 0
	busy, done := make(chan struct{}), make(chan struct{})
	handler := protect(shed.New(cfg), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			close(busy)
			<-done
		}
	}))
	get := func(path string) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Printf("%s: %d, Retry-After %q\n", path, w.Code, w.Header().Get("Retry-After"))
	}

	ended := make(chan struct{})
	go func() {
		get("/long")
		close(ended)
	}()
	<-busy
	get("/short")
	close(done)
	<-ended
	get("/short")
	// Output:
	// /short: 503, Retry-After "1"
	// /long: 200, Retry-After ""
	// /short: 200, Retry-After ""
}

func ExampleLimiter_Acquire() {
	cfg := shed.Defaults()
	cfg.Fixed = 1
	limiter := shed.New(cfg)
	var first, second shed.Place
	fmt.Println(limiter.Acquire(context.Background(), &first) == shed.Admitted)

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(limiter.Acquire(ctx, &second) == shed.Admitted, second.Outcome)

	limiter.Release(&first, shed.Served)
	fmt.Println(limiter.Acquire(context.Background(), &second) == shed.Admitted, second.Outcome)
	// Output:
	// true
	// false abandoned
	// true admitted
}

func ExampleLimiter_BecomeStream() {
	cfg := shed.Defaults()
	cfg.Fixed = 1
	limiter := shed.New(cfg)
	p := shed.Place{Stream: true}
	limiter.Acquire(context.Background(), &p)
	limiter.BecomeStream(&p) // its header is here, and more will come for hours
	s := limiter.Stats()
	fmt.Println(s.Inflight, "in flight,", s.Streams, "stream")
	limiter.Release(&p, shed.Served)
	fmt.Println(limiter.Stats().Streams, "streams")
	// Output:
	// 0 in flight, 1 stream
	// 0 streams
}

func ExampleLimiter_Configure() {
	limiter := shed.New(shed.Defaults())
	fmt.Println(limiter.Stats().Limit) // nothing is known yet
	cfg := shed.Defaults()
	cfg.Fixed = 64
	limiter.Configure(cfg)
	fmt.Println(limiter.Stats().Limit)
	// Output:
	// 4
	// 64
}

func ExampleLimiter_Stats() {
	cfg := shed.Defaults()
	cfg.Fixed, cfg.Queue = 2, 0
	limiter := shed.New(cfg)
	for range 3 {
		limiter.Acquire(context.Background(), &shed.Place{Class: shed.Normal})
	}
	s := limiter.Stats()
	fmt.Println(s.Inflight, "of", s.Limit)
	for o, n := range s.Requests[shed.Normal] {
		if n > 0 {
			fmt.Println(shed.Outcome(o), n)
		}
	}
	// Output:
	// 2 of 2
	// admitted 2
	// rejected 1
}

func ExampleController() {
	cfg := shed.Defaults()
	cfg.Fixed = 1
	controller := shed.NewController(cfg, 1, func(p *shed.Place) {
		fmt.Println(p.Class, p.Outcome, "after", p.Wait)
	})
	running := shed.Place{Class: shed.Normal}
	controller.Arrive(0, &running)
	controller.Arrive(0, &shed.Place{Class: shed.Background})
	controller.Arrive(0, &shed.Place{Class: shed.Critical})
	controller.Release(30*time.Millisecond, &running, shed.Served)
	at, _ := controller.Next()
	controller.Advance(at)
	// Output:
	// critical queued after 30ms
	// background timeout after 500ms
}

// A verdict that is not Admitted has no place. Releasing one anyway, as a deferred
// call soon does, is a mistake that costs nothing.
func ExampleLimiter_Release_incorrect() {
	cfg := shed.Defaults()
	cfg.Fixed, cfg.Queue = 1, 0
	limiter := shed.New(cfg)
	var first, second shed.Place
	limiter.Acquire(context.Background(), &first)
	limiter.Acquire(context.Background(), &second) // rejected
	limiter.Release(&second, shed.Served)
	fmt.Println(limiter.Stats().Inflight)
	// Output: 1
}

func ExampleClass_String() {
	fmt.Println(shed.Critical, shed.OutcomeEvicted, shed.ReasonUsage, shed.ProbeConfirmed)
	// Output: critical evicted usage confirmed
}

func ExampleSlot() {
	fmt.Println(shed.Slot(7), shed.Slot(shed.Slots+7))
	// Output: 7 7
}
