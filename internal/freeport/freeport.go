// Package freeport finds ports for servers that tests start. They are below those
// that systems give to outgoing connections (Linux: 32768, RFC 6335: 49152), so that
// no connection of another test has the port when the server comes to listen.
package freeport

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	lowest = 10_000
	count  = 22_000
	tries  = 1_000
)

// Some gives n different ports that nobody listens on, on any address. It fails where
// a thousand draws find too few.
func Some(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range tries {
		if len(ports) == n {
			return ports, nil
		}
		port := lowest + rand.IntN(count) //nolint:gosec // no secret
		l, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		defer func() { _ = l.Close() }() // when all are found, so that no two are the same
		ports = append(ports, port)
	}
	return nil, errors.New("no free port")
}

// Address gives an address of this machine alone, with a port that nobody listens on.
func Address() (string, error) {
	ports, err := Some(1)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])), nil
}
