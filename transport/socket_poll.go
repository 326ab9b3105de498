//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package transport

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Supported tells whether connections can be looked at on this system, without
// which none is used again.
const Supported = true

// rawConn is the socket of a connection, nil if it has none.
func rawConn(conn net.Conn) syscall.RawConn {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// step is what happens in one go on the socket: the look, the write and, once
// there is something, the read. Nothing can come between look and write but what
// comes within the microsecond, and the answer costs no second wake-up.
type step struct {
	run   func(fd uintptr) bool // try, made once
	out   []byte                // what is left to write
	in    []byte
	n     int // bytes read
	wrote bool
	begun bool
	look  bool
	err   error
	peek  [1]byte
}

// writeAndRead writes out and waits for what comes. If out could not be written
// at once, it gives back what is left and has not waited.
func (s *socket) writeAndRead(out, in []byte, look bool) (n int, rest []byte, err error) {
	if s.raw == nil {
		return 0, out, nil
	}
	t := &s.step
	t.out, t.in, t.look = out, in, look
	t.n, t.wrote, t.begun, t.err = 0, false, false, nil
	err = s.raw.Read(t.run)
	n, rest = t.n, t.out
	t.out, t.in = nil, nil
	if err == nil {
		err = t.err
	}
	if err != nil && look && !t.wrote { // whatever it is, it is not the request's fault
		err = errStale
	}
	return n, rest, s.opError("read", err)
}

// lookAndWrite writes at once as much of p as it can.
func (s *socket) lookAndWrite(p []byte) (int, error) {
	var n int
	var err error
	t := &s.step
	rawErr := s.raw.Write(func(fd uintptr) bool {
		if !quiet(int(fd), t.peek[:]) {
			err = errStale
			return true
		}
		n, err = writeSome(int(fd), p)
		return true
	})
	if rawErr != nil {
		err = rawErr
	}
	if err != nil && n == 0 { // whatever it is, it is not the request's fault
		err = errStale
	}
	return n, s.opError("write", err)
}

// quiet looks at the connection without a part in an exchange: it is open, and
// nothing has come.
func (s *socket) quiet() bool {
	is := false
	err := s.raw.Control(func(fd uintptr) { is = quiet(int(fd), s.step.peek[:]) })
	return err == nil && is
}

// try is called once, and then each time that the poller has seen something.
func (t *step) try(fd uintptr) bool {
	if !t.begun {
		t.begun = true
		if t.look && !quiet(int(fd), t.peek[:]) {
			t.err = errStale
			return true
		}
		n, err := writeSome(int(fd), t.out)
		t.wrote = n > 0
		t.out = t.out[n:]
		if err != nil { // the answer may say why
			if t.read(fd); t.n == 0 {
				t.err = err
			}
			return true
		}
		if len(t.out) > 0 {
			return true
		}
		if t.look { // nothing had come, so the poller will tell
			return false
		}
	}
	return t.read(fd)
}

// read takes what is there. It returns whether there was anything, the end and
// errors included.
func (t *step) read(fd uintptr) bool {
	n, err := retry(func() (int, error) { return syscall.Read(int(fd), t.in) })
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return false
	case err != nil:
		t.err = os.NewSyscallError("read", err)
	case n == 0:
		t.err = io.EOF
	default:
		t.n, t.err = n, nil
	}
	return true
}

// quiet: an open socket with nothing to read. The end and errors are something.
func quiet(fd int, buf []byte) bool {
	_, err := retry(func() (int, error) {
		n, _, err := syscall.Recvfrom(fd, buf, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return n, err
	})
	return errors.Is(err, syscall.EAGAIN)
}

// writeSome writes what the socket takes without waiting.
func writeSome(fd int, p []byte) (written int, err error) {
	for written < len(p) {
		n, err := retry(func() (int, error) { return syscall.Write(fd, p[written:]) })
		if errors.Is(err, syscall.EAGAIN) {
			return written, nil
		}
		if err != nil {
			return written, os.NewSyscallError("write", err)
		}
		written += n
	}
	return written, nil
}

// retry calls a system call again that a signal has interrupted.
func retry(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

// opError puts an error as package net does.
func (s *socket) opError(op string, err error) error {
	if err == nil || err == io.EOF || err == errStale { //nolint:errorlint // they come from here
		return err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	return &net.OpError{Op: op, Net: s.LocalAddr().Network(), Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: err}
}
