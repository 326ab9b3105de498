package statusgate

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// shortBody is how long a body is that mostly comes together with its head:
	// both fit into the buffer that a proxy reads into.
	shortBody = 4 << 10
	// answerWait is how long our answer waits for such a body.
	answerWait = 10 * time.Millisecond
)

// awaiting is our own answer that is complete, and waits for the backend's body:
// flushed before that, it has the client ask again while the backend's connection
// is still taken, and each request of many clients needs another one. Most often
// the body is there already. Where it is not, a timer sends the answer. It runs
// beside the handler, and uses nothing but what is here and the writer in front.
type awaiting struct {
	timer  *time.Timer // the handler's alone, nil where nothing waits
	stray  bool        // likewise: the timer may still be about to run
	length int         // of the body: a part of it that is shorter ends the wait
	due    func()      // what the timer does, made once for all exchanges of a writer

	mu     sync.Mutex
	over   bool // the timer has nothing to do any more
	sent   bool // it has flushed
	broken any  // go on with the panic of a writer in front
}

// shortLength is the length of a body that is announced and mostly comes with its
// head, 0 where there is none.
func shortLength(h http.Header) int {
	length := h["Content-Length"]
	if len(length) != 1 {
		return 0
	}
	if n, err := strconv.Atoi(length[0]); err == nil && n > 0 && n <= shortBody {
		return n
	}
	return 0
}

// await has our answer wait for a body of this length.
func (w *responseWriter) await(length int) {
	w.waiting.length = length
	if w.waiting.due == nil {
		w.waiting.due = w.waitedLong
	}
	w.waiting.timer = time.AfterFunc(answerWait, w.waiting.due)
}

// waitedLong is what the timer does.
func (w *responseWriter) waitedLong() {
	a := &w.waiting
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() { a.broken = recover() }()
	if !a.over {
		a.sent = true
		_ = http.NewResponseController(w.ResponseWriter).Flush() // a client that left is net/http's to notice
	}
}

// endWait ends the wait, if there is one, and tells whether there is an answer to
// flush.
func (w *responseWriter) endWait() bool {
	a := &w.waiting
	timer := a.timer
	if timer == nil {
		return false
	}
	a.timer = nil
	if timer.Stop() {
		return true
	}
	a.stray = true
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	if a.broken != nil {
		panic(a.broken)
	}
	if a.sent {
		w.discardUntil = time.Now().Add(discardWait)
	}
	return !a.sent
}

// hurry sends our answer before the backend's body is at its end, and sets that a
// limit. HTTP/1.1 sends the same bytes either way.
func (w *responseWriter) hurry() error {
	w.discardUntil = time.Now().Add(discardWait)
	return http.NewResponseController(w.ResponseWriter).Flush()
}
