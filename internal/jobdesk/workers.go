package jobdesk

import (
	"slices"
	"sync"
	"time"
)

// workers are goroutines that have done their work and wait for more. One that has
// worked once has a stack that is large enough for handlers; to let a new one grow
// costs as much as all else about a turn.
type workers struct {
	mu    sync.Mutex
	idle  []*worker   // the longest idle first
	timer *time.Timer // that lets them go; nil: none waits
}

type worker struct {
	work  chan func()
	since time.Time
}

const (
	// maxIdle bounds the workers that wait.
	maxIdle = 64
	// idleTime is how long one waits at least.
	idleTime = 10 * time.Second
)

var turns workers

// do has a worker do something.
func (ws *workers) do(work func()) {
	ws.mu.Lock()
	if n := len(ws.idle); n > 0 {
		w := ws.idle[n-1]
		ws.idle = ws.idle[:n-1]
		ws.mu.Unlock()
		w.work <- work
		return
	}
	ws.mu.Unlock()
	go ws.run(&worker{work: make(chan func(), 1)}, work)
}

// run works, and waits for more.
func (ws *workers) run(w *worker, work func()) {
	for work != nil {
		work()
		if !ws.rest(w) {
			return
		}
		work = <-w.work
	}
}

// rest has a worker wait, if there is room for it.
func (ws *workers) rest(w *worker) bool {
	w.since = time.Now()
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.idle) >= maxIdle {
		return false
	}
	ws.idle = append(ws.idle, w)
	if ws.timer == nil {
		ws.timer = time.AfterFunc(idleTime, ws.letGo)
	}
	return true
}

// letGo ends the workers that have waited for long.
func (ws *workers) letGo() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	n := 0
	for n < len(ws.idle) && time.Since(ws.idle[n].since) >= idleTime {
		close(ws.idle[n].work)
		n++
	}
	ws.idle = slices.Delete(ws.idle, 0, n)
	ws.timer = nil
	if len(ws.idle) > 0 {
		ws.timer = time.AfterFunc(idleTime, ws.letGo)
	}
}
