package load

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxAnswer bounds what is read of one answer.
const maxAnswer = 32 << 20

// wire is a client of HTTP/1.1 that costs little, so that the generator is not
// what is measured. Every identity has its own source address and connections.
type wire struct {
	address string
	mark    string // header field that only the backend sets
	mu      sync.Mutex
	idle    map[int32][]*conn
	closed  bool
}

type conn struct {
	net.Conn
	reader *bufio.Reader
	reused bool
}

// reply is what matters of an answer.
type reply struct {
	status      int
	backend     bool
	retryAfter  time.Duration
	proxyStatus string
}

// source is the loopback address of a client.
func source(client int32) net.IP {
	return net.IPv4(127, byte(1+client>>14&63), byte(1+client>>7&127), byte(1+client&127))
}

// exchange sends a request and reads the answer, by the deadline. A connection
// that the server has closed in the meantime is replaced once.
func (w *wire) exchange(ctx context.Context, client int32, path string, deadline time.Time) (reply, error) {
	for {
		c, err := w.get(ctx, client, deadline)
		if err != nil {
			return reply{}, err
		}
		r, keep, err := w.roundTrip(c, path, deadline)
		if err == nil && keep {
			w.put(client, c)
			return r, nil
		}
		_ = c.Close()
		if err == nil || !c.reused || isTimeout(err) {
			return r, err
		}
	}
}

func (w *wire) get(ctx context.Context, client int32, deadline time.Time) (*conn, error) {
	w.mu.Lock()
	if idle := w.idle[client]; len(idle) > 0 {
		c := idle[len(idle)-1]
		w.idle[client] = idle[:len(idle)-1]
		w.mu.Unlock()
		c.reused = true
		return c, nil
	}
	w.mu.Unlock()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: source(client)}, Deadline: deadline}
	c, err := dialer.DialContext(ctx, "tcp", w.address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, reader: bufio.NewReaderSize(c, 2<<10)}, nil
}

func (w *wire) put(client int32, c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		_ = c.Close()
		return
	}
	w.idle[client] = append(w.idle[client], c)
}

// close ends the connections that are idle, and those that become so.
func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, idle := range w.idle {
		for _, c := range idle {
			_ = c.Close()
		}
	}
	w.idle = nil
}

var get = &http.Request{Method: http.MethodGet}

func (w *wire) roundTrip(c *conn, path string, deadline time.Time) (reply, bool, error) {
	if err := c.SetDeadline(deadline); err != nil {
		return reply{}, false, err
	}
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		return reply{}, false, err
	}
	resp, err := http.ReadResponse(c.reader, get)
	if err != nil {
		return reply{}, false, err
	}
	defer resp.Body.Close() //nolint:errcheck // the connection is closed if anything is left
	n, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if err == nil && n == maxAnswer {
		err = errors.New("the answer is too long")
	}
	return reply{
		status:      resp.StatusCode,
		backend:     resp.Header.Get(w.mark) != "",
		retryAfter:  seconds(resp.Header.Get("Retry-After")),
		proxyStatus: resp.Header.Get("Proxy-Status"),
	}, !resp.Close, err
}

func seconds(text string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// outcome judges an answer. A 503 of the gateway that says why is a reject only
// if it says that there was no room: what stands in for a backend that is down
// is an error.
func (r reply) outcome() Outcome {
	_, reason, told := strings.Cut(r.proxyStatus, "error=")
	switch {
	case r.backend && r.status < http.StatusInternalServerError:
		return Good
	case r.backend:
		return Failed
	case r.status != http.StatusServiceUnavailable && r.status != http.StatusTooManyRequests:
		return Gateway
	case told && !strings.HasPrefix(reason, "connection_limit_reached"):
		return Gateway
	default:
		return Rejected
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
