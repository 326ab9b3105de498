package jobs

import (
	"sync"
	"time"
)

// Estimates learn how long jobs take, of each kind apart. The zero value knows
// nothing yet. It is safe for concurrent use.
type Estimates struct {
	mu    sync.Mutex
	kinds map[uint64]time.Duration
}

const (
	// maxKinds bounds the kinds that are told apart. Beyond it all is forgotten.
	maxKinds = 1024
	// weight is how much of an estimate one job makes: an eighth.
	weight = 8
)

// Took learns from a job of a kind.
func (e *Estimates) Took(kind uint64, took time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	known, ok := e.kinds[kind]
	switch {
	case !ok && (e.kinds == nil || len(e.kinds) >= maxKinds):
		e.kinds = map[uint64]time.Duration{kind: took}
	case !ok:
		e.kinds[kind] = took
	default:
		e.kinds[kind] = known + (took-known)/weight
	}
}

// Expect is how long a job of a kind takes, 0 where nobody knows.
func (e *Estimates) Expect(kind uint64) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.kinds[kind]
}

// The range of [RetryAfter], in seconds.
const (
	minRetryAfter = 1
	maxRetryAfter = 60
)

// RetryAfter is in how many seconds it is worth asking for a job again, 1 to 60:
// when it is expected to end. Where that is unknown, or over, a job that has run
// for long is taken to run for as long again.
func RetryAfter(j *Job, now time.Time) int {
	rest := j.Expected.Sub(now)
	if j.Expected.IsZero() || rest <= 0 {
		rest = now.Sub(j.Began)
	}
	seconds := (rest + time.Second - 1) / time.Second
	return int(min(max(seconds, minRetryAfter), maxRetryAfter))
}
