package transport

import (
	"net"
	"syscall"
	"time"
)

// socket is the socket of a connection, below TLS if there is any. At most one
// goroutine reads and one writes.
type socket struct {
	net.Conn
	raw syscall.RawConn // nil if it can't be looked at
	guard
	readTimeout  time.Duration
	writeTimeout time.Duration

	look    bool       // look before the next write
	tried   chan error // learns what the first write of a helper met
	pending []byte     // what the next Read writes first
	step    step

	hushed  bool // Read has nothing
	records records
}

func newSocket(conn net.Conn, t Timeouts) *socket {
	s := &socket{Conn: conn, readTimeout: t.Read, writeTimeout: t.Write}
	s.raw = rawConn(conn)
	s.step.run = s.step.try
	return s
}

// canLook: the socket tells what it has received without giving it away.
func (s *socket) canLook() bool { return s.raw != nil }

// abortAll ends what waits on the socket, for good.
func (s *socket) abortAll() { s.abort(s.Conn) }

// Read reads what the peer has sent. If something is pending it is written first,
// in one step with the look at an idle connection.
func (s *socket) Read(p []byte) (n int, err error) {
	if s.hushed {
		return 0, errHushed
	}
	if s.readTimeout > 0 {
		s.reading(s.Conn, s.readTimeout)
	}
	if out := s.pending; out != nil {
		s.pending = nil
		n, err = s.exchange(out, p)
	} else {
		n, err = s.Conn.Read(p)
	}
	s.records.add(p[:n])
	return n, err
}

// exchange writes and reads.
func (s *socket) exchange(out, in []byte) (int, error) {
	look := s.look
	s.look = false
	n, rest, err := s.writeAndRead(out, in, look)
	if n > 0 || err != nil {
		return n, err
	}
	if err := s.writeAll(rest); err != nil {
		return 0, err
	}
	return s.Conn.Read(in)
}

// Write writes all of p, after a look at the connection if it was idle.
func (s *socket) Write(p []byte) (n int, err error) {
	if s.look {
		s.look = false
		n, err = s.lookAndWrite(p)
	}
	if tried := s.tried; tried != nil {
		s.tried = nil
		tried <- err
	}
	if err != nil {
		return n, err
	}
	if err := s.writeAll(p[n:]); err != nil {
		return n, err
	}
	return len(p), nil
}

func (s *socket) writeAll(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if s.writeTimeout > 0 {
		s.writing(s.Conn, s.writeTimeout)
	}
	_, err := s.Conn.Write(p)
	return err
}

// hush is what a socket says that is not to be read now. crypto/tls takes it as a
// pause, not as the end.
type hush struct{}

var errHushed net.Error = hush{}

// Error implements [net.Error].
func (hush) Error() string { return "nothing more" }

// Timeout implements [net.Error].
func (hush) Timeout() bool { return true }

// Temporary implements [net.Error].
func (hush) Temporary() bool { return true }

// records follows the records of a TLS connection, to tell whether one has come
// in part. RFC 8446 §5.1: a type, a version and the length of what follows.
type records struct {
	on   bool
	head [5]byte
	have int // bytes of the head
	left int // bytes that follow
}

func (r *records) add(p []byte) {
	for r.on && len(p) > 0 {
		if r.left > 0 {
			n := min(r.left, len(p))
			r.left -= n
			p = p[n:]
			continue
		}
		n := copy(r.head[r.have:], p)
		r.have += n
		p = p[n:]
		if r.have == len(r.head) {
			r.have = 0
			r.left = int(r.head[3])<<8 | int(r.head[4])
		}
	}
}

// whole: no record has come in part.
func (r *records) whole() bool { return r.have == 0 && r.left == 0 }
