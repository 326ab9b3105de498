package simulate

import "time"

// Occasion is what an entry of an agenda is about.
type occasion uint8

const (
	pageArrives  occasion = iota // the next page of the open loop, of one request or more
	requestComes                 // a later request of a page, or one that is tried again
	phaseStarts
	sampleTaken
	stallBegins
	stallEnds
	weatherChanges
	clientLeaves // before its answer, of its own accord
	unusedEnds   // a request whose client left before it was sent to the backend
)

// Entry is something that is due at a time, or at an amount of work.
type entry struct {
	at   time.Duration
	seq  uint64 // entries due at once keep the order in which they came
	what occasion
	r    *Request
	n    int // of the stall
}

func (e *entry) before(o *entry) bool {
	return e.at < o.at || e.at == o.at && e.seq < o.seq
}

// Agenda is a heap of four branches, whose first entry is due first.
type agenda struct {
	entries []entry
	seq     uint64
}

func (a *agenda) add(at time.Duration, what occasion, r *Request, n int) {
	a.seq++
	e := entry{at, a.seq, what, r, n}
	a.entries = append(a.entries, e)
	i := len(a.entries) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(&a.entries[parent]) {
			break
		}
		a.entries[i] = a.entries[parent]
		i = parent
	}
	a.entries[i] = e
}

// Take removes the first entry; there must be one.
func (a *agenda) take() entry {
	first := a.entries[0]
	n := len(a.entries) - 1
	last := a.entries[n]
	a.entries[n] = entry{}
	a.entries = a.entries[:n]
	if n == 0 {
		return first
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= n {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, n); c++ {
			if a.entries[c].before(&a.entries[least]) {
				least = c
			}
		}
		if !a.entries[least].before(&last) {
			break
		}
		a.entries[i] = a.entries[least]
		i = least
	}
	a.entries[i] = last
	return first
}

// Ring is a first-in first-out queue that reuses its memory.
type ring[T any] struct {
	items []T
	head  int
}

func (q *ring[T]) len() int    { return len(q.items) - q.head }
func (q *ring[T]) push(item T) { q.items = append(q.items, item) }
func (q *ring[T]) first() *T   { return &q.items[q.head] }

func (q *ring[T]) pop() T {
	var zero T
	item := q.items[q.head]
	q.items[q.head] = zero
	q.head++
	if q.head >= 1024 && q.head*2 >= len(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	return item
}

func (q *ring[T]) popLast() T {
	var zero T
	n := len(q.items) - 1
	item := q.items[n]
	q.items[n] = zero
	q.items = q.items[:n]
	return item
}
