package simulate

import (
	"time"

	"github.com/statusgate/statusgate/shed"
)

// Request is one attempt of a client.
type Request struct {
	shed.Place

	Arrived time.Duration // this attempt
	Started time.Duration // at the backend

	born    time.Duration // the first attempt
	work    time.Duration // what a server needs for it
	kind    int           // in the scenario's mix
	client  int           // in the result's clients, -1: not counted
	page    int           // in the result's pages, -1: none
	attempt int           // 0 is the first
	gateway int           // that it was sent to
	term    uint32        // of that
	life    uint32        // how often this memory has been used: tells a stale reference
	state   state
	gone    bool // the client has given up
	given   bool // the limiter has its place back
	failed  bool // the backend answers 503
}

type state uint8

const (
	deciding state = iota
	waiting
	working
	ended
)

// Waits reports whether the request is in the limiter's queue.
func (r *Request) Waits() bool { return r.state == waiting }

// Life tells whether r is still the request it was: it changes when its memory is used again.
func (r *Request) Life() uint32 { return r.life }

// Pool keeps the memory of requests that have ended.
type pool []*Request

func (p *pool) get() *Request {
	if n := len(*p); n > 0 {
		r := (*p)[n-1]
		*p = (*p)[:n-1]
		*r = Request{life: r.life + 1, client: -1, page: -1}
		return r
	}
	return &Request{client: -1, page: -1}
}

func (p *pool) put(r *Request) {
	r.state = ended
	*p = append(*p, r)
}
