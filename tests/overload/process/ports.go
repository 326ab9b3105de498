package process

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// The ports that are given out, below those that systems give to clients.
const (
	firstPort = 20000
	ports     = 12000
)

// Ports gives out ports, each only once: Caddy and HAProxy would share a port
// with another process, and nobody would notice.
type Ports struct {
	mu    sync.Mutex
	next  int
	given int
}

// NewPorts begins somewhere, so that two experiments seldom meet.
func NewPorts() *Ports {
	return &Ports{next: rand.IntN(ports)} //nolint:gosec // no secret
}

// Free gives a loopback address on which nobody listens.
func (p *Ports) Free() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.given < ports {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+p.next))
		p.next, p.given = (p.next+1)%ports, p.given+1
		if l, err := net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", errors.New("no port is left")
}
