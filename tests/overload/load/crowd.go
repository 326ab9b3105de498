package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Crowd is clients that hold a connection: readers of event streams, or slow
// ones of large answers.
type Crowd struct {
	Address string
	Path    string
	Size    int
	Rate    int // bytes per second that each reads; 0: all that comes
	open    atomic.Int64
	closing atomic.Bool
	mu      sync.Mutex
	conns   []net.Conn
	wait    sync.WaitGroup
}

// atOnce is how many of a crowd connect at a time, so that those that come are
// no burst.
const atOnce = 10

// helloTimeout bounds how long the beginning of an answer may take.
const helloTimeout = 15 * time.Second

// Open connects the whole crowd, and returns when each has the header of its
// answer. Some may be turned away: Count tells how many are there.
func (c *Crowd) Open(ctx context.Context) error {
	var failures []error
	var mu sync.Mutex
	var wait sync.WaitGroup
	limit := make(chan struct{}, atOnce)
	for i := range c.Size {
		limit <- struct{}{}
		wait.Go(func() {
			defer func() { <-limit }()
			if err := c.join(ctx, int32(i)); err != nil { //nolint:gosec // few
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			}
		})
	}
	wait.Wait()
	if len(failures) > 0 {
		return fmt.Errorf("%d of %d found no place: %w", len(failures), c.Size, failures[0])
	}
	return nil
}

// Count tells how many are still served.
func (c *Crowd) Count() int { return int(c.open.Load()) }

// Close sends all home and waits until they have left.
func (c *Crowd) Close() {
	c.closing.Store(true)
	c.mu.Lock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.wait.Wait()
}

func (c *Crowd) join(ctx context.Context, client int32) error {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: source(client)}, Timeout: helloTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", c.Address)
	if err != nil {
		return err
	}
	if tcp, ok := conn.(*net.TCPConn); ok && c.Rate > 0 {
		_ = tcp.SetReadBuffer(4 << 10) // else the kernel reads on the client's behalf
	}
	_ = conn.SetDeadline(time.Now().Add(helloTimeout))
	if _, err := io.WriteString(conn, "GET "+c.Path+" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		_ = conn.Close()
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(conn, 1<<10), get)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	if err != nil {
		_ = conn.Close()
		return err
	}
	_ = conn.SetDeadline(time.Time{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = append(c.conns, conn)
	c.open.Add(1)
	c.wait.Go(func() {
		defer c.open.Add(-1)
		defer resp.Body.Close() //nolint:errcheck // only read
		c.read(ctx, resp.Body)
	})
	return nil
}

// read reads until the answer ends or the connection is closed.
func (c *Crowd) read(ctx context.Context, from io.Reader) {
	if c.Rate == 0 {
		_, _ = io.Copy(io.Discard, from)
		return
	}
	for !c.closing.Load() && sleep(ctx, time.Second/10) {
		if _, err := io.CopyN(io.Discard, from, int64(c.Rate/10)); err != nil {
			return
		}
	}
}
