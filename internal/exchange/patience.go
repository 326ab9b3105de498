package exchange

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long the handlers behind a gate may still work for an
// HTTP/1.x client whose connection has ended towards the server: at least once
// this, and at most twice. A client that has only ended its sending, as `nc -N`
// does, and one that has left look the same.
const patience = time.Second

// patient is the context of a request whose handlers are not canceled at once: a
// cancellation of its own, with the values of net/http's. Its place in the list of
// its gate costs less than a timer and a goroutine for each would.
//
// It stays in the request when they have ended, and is the client's context again:
// handle_errors and who else comes then has nothing to do with their end.
type patient struct {
	context.Context
	client     context.Context // net/http's
	cancel     context.CancelCauseFunc
	ended      atomic.Bool // so have the handlers
	listed     bool        // it is in the list of its gate
	left       bool        // the client had left when the list was looked through
	next, prev *patient
}

// now is the context that counts.
func (p *patient) now() context.Context {
	if p.ended.Load() {
		return p.client
	}
	return p.Context
}

// Done implements [context.Context].
func (p *patient) Done() <-chan struct{} { return p.now().Done() }

// Err implements [context.Context].
func (p *patient) Err() error { return p.now().Err() }

// Value implements [context.Context]. The cancellation is asked first: that is
// how package context finds it and needs no goroutine for each context below.
func (p *patient) Value(key any) any {
	if value := p.now().Value(key); value != nil {
		return value
	}
	return p.client.Value(key)
}

// patients are the requests of a gate that are under way. Its zero value is an
// empty list.
type patients struct {
	mu    sync.Mutex
	first *patient
	timer *time.Timer // nil while the list is empty
}

// admit gives a request what can end the work of its handlers before its time. It
// is dismissed once they have ended. The request stays the same one: Caddy's
// placeholders and handle_errors know it by its address, and see what handlers
// change of it. Over HTTP/2 and later a client that leaves resets its stream, which
// says enough: there the handlers are canceled at once.
func (ps *patients) admit(r *http.Request) *patient {
	client := r.Context()
	if before, ok := client.(*patient); ok && before.ended.Load() {
		client = before.client // the request has been through a gate
	}
	p := &patient{client: client}
	defer func() { *r = *r.WithContext(p) }()
	if r.ProtoMajor != 1 {
		p.Context, p.cancel = context.WithCancelCause(client)
		return p
	}
	p.Context, p.cancel = context.WithCancelCause(context.Background())
	p.listed = true
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p.next = ps.first; p.next != nil {
		p.next.prev = p
	}
	ps.first = p
	if ps.timer == nil {
		ps.timer = time.AfterFunc(patience, ps.look)
	}
	return p
}

// dismiss ends what admit has begun.
func (ps *patients) dismiss(p *patient) {
	p.ended.Store(true)
	defer p.cancel(context.Canceled)
	if !p.listed {
		return
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p.next != nil {
		p.next.prev = p.prev
	}
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		ps.first = p.next
	}
}

// look cancels the requests whose clients had left when it looked before.
func (ps *patients) look() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for p := ps.first; p != nil; p = p.next {
		switch {
		case p.left:
			p.cancel(context.Cause(p.client))
		case p.client.Err() != nil:
			p.left = true
		}
	}
	if ps.first == nil {
		ps.timer = nil
		return
	}
	ps.timer.Reset(patience)
}
