//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package transport

import (
	"net"
	"syscall"
)

// Supported tells whether connections can be looked at on this system, without
// which none is used again.
const Supported = false

// rawConn: no socket can be looked at.
func rawConn(net.Conn) syscall.RawConn { return nil }

type step struct{ run func(fd uintptr) bool }

func (*step) try(uintptr) bool { return true }

func (*socket) writeAndRead(out, _ []byte, _ bool) (n int, rest []byte, err error) {
	return 0, out, nil
}

// lookAndWrite is not called: without a look, no connection becomes idle.
func (*socket) lookAndWrite([]byte) (int, error) { return 0, errStale }

func (*socket) quiet() bool { return false }
