package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Closed asks in a closed loop: each connection asks again as soon as it has its
// answer. It measures what an answer costs the server, not how it fares.
type Closed struct {
	Address     string
	Mark        string
	Path        string
	Connections int
	Duration    time.Duration // at most
	Requests    int64         // at most; 0: any number
}

// Loop is what a closed loop comes to.
type Loop struct {
	Requests  int64
	Outcomes  [outcomes]int64
	Latencies []time.Duration // of all answers
	Took      time.Duration
}

// Run asks until the time or the number of requests is reached.
func (c Closed) Run(ctx context.Context) (Loop, error) {
	w := &wire{address: c.Address, mark: c.Mark, idle: map[int32][]*conn{}}
	defer w.close()
	begin := time.Now()
	end := begin.Add(c.Duration)
	var loop Loop
	var begun atomic.Int64
	var mu sync.Mutex
	var wait sync.WaitGroup
	var failures []error
	for i := range c.Connections {
		wait.Go(func() {
			part, err := c.connection(ctx, w, int32(i), end, &begun) //nolint:gosec // few
			mu.Lock()
			defer mu.Unlock()
			failures = append(failures, err)
			loop.Requests += part.Requests
			loop.Latencies = append(loop.Latencies, part.Latencies...)
			for o, n := range part.Outcomes {
				loop.Outcomes[o] += n
			}
		})
	}
	wait.Wait()
	loop.Took = time.Since(begin)
	return loop, errors.Join(failures...)
}

func (c Closed) connection(ctx context.Context, w *wire, client int32, end time.Time, begun *atomic.Int64) (Loop, error) {
	var loop Loop
	for ctx.Err() == nil && time.Now().Before(end) && (c.Requests == 0 || begun.Add(1) <= c.Requests) {
		begin := time.Now()
		r, err := w.exchange(ctx, client, c.Path, end.Add(5*time.Second))
		if err != nil {
			return loop, err
		}
		loop.Requests++
		loop.Outcomes[r.outcome()]++
		loop.Latencies = append(loop.Latencies, time.Since(begin))
	}
	return loop, ctx.Err()
}
