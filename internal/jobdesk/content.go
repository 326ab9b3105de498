package jobdesk

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// contentTime is how long the content of a request may take to come.
	contentTime = 10 * time.Second
	// firstContent is how much room for content there is at first, in bytes.
	firstContent = 4 << 10
)

// content is the content of a request, read before the backend is asked. Where it
// is too long or comes too slowly, what has been read is given first, and the rest
// follows as it comes.
type content struct {
	rest  io.ReadCloser
	limit int

	mu     sync.Mutex
	buffer []byte
	given  int
	err    error         // of the last reading
	parted bool          // nobody waits for the whole any more
	done   chan struct{} // closed when nothing is read ahead any more
}

// readContent reads the content of a request, and puts it into the request. The
// reason not to make a job of it is told; it has none where it is none.
func readContent(r *http.Request, limit int64) (whole []byte, why obstacle, ok bool) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, 0, true
	}
	if r.ContentLength > limit {
		return nil, tooLarge, false
	}
	c := &content{rest: r.Body, limit: int(limit), done: make(chan struct{})}
	c.buffer = make([]byte, 0, min(max(r.ContentLength+1, 512), firstContent))
	turns.do(c.read)
	timer := time.NewTimer(contentTime)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
	r.Body = c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parted = true
	switch {
	case len(c.buffer) > c.limit:
		return nil, tooLarge, false
	case c.err == io.EOF: //nolint:errorlint // a reader gives it so
		if len(r.Trailer) == 0 {
			r.ContentLength, r.TransferEncoding = int64(len(c.buffer)), nil
		}
		return c.buffer, 0, true
	}
	return nil, tooSlow, false // or broken off, as its reader will see
}

// read reads ahead, until there is no more to read, or too much, or nobody waits
// for it any more.
func (c *content) read() {
	defer close(c.done)
	for over := false; !over; {
		c.mu.Lock()
		c.buffer = slices.Grow(c.buffer, 1)
		room := c.buffer[len(c.buffer):cap(c.buffer)] // nobody else looks at it
		c.mu.Unlock()
		n, err := c.rest.Read(room)
		c.mu.Lock()
		if n > 0 {
			c.buffer = c.buffer[:len(c.buffer)+n]
		}
		c.err = err
		over = err != nil || len(c.buffer) > c.limit || c.parted
		c.mu.Unlock()
	}
}

// Read implements [io.Reader].
func (c *content) Read(p []byte) (int, error) {
	if n, err, ok := c.ahead(p); ok {
		return n, err
	}
	<-c.done
	if n, err, ok := c.ahead(p); ok {
		return n, err
	}
	return c.rest.Read(p)
}

// ahead gives what has been read ahead. The memory is given back with the last of
// it.
func (c *content) ahead(p []byte) (n int, err error, ok bool) { //nolint:revive // as Read has it
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.given < len(c.buffer) {
		n = copy(p, c.buffer[c.given:])
		c.given += n
		if c.given == len(c.buffer) && c.err != nil {
			c.buffer, c.given = nil, 0
		}
		return n, nil, true
	}
	return 0, c.err, c.err != nil
}

// Close implements [io.Closer].
func (c *content) Close() error {
	select {
	case <-c.done:
		return c.rest.Close()
	default: // being read; whoever ends the exchange ends that
		return nil
	}
}
