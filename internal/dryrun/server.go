package dryrun

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// httpPorts are the ports of the schemes.
type httpPorts struct{ http, https int }

func portsOf(app object) httpPorts {
	ports := httpPorts{80, 443}
	_ = json.Unmarshal(app["http_port"], &ports.http) // absent: 80
	_ = json.Unmarshal(app["https_port"], &ports.https)
	return ports
}

// server is a server of the configuration, without its listeners.
type server struct {
	name      string
	ports     []int
	encrypted bool
	hosts     []string // of its routes; none: all

	listener *memory
	http     *http.Server
	served   sync.WaitGroup
}

// newServer reads what tells which requests a server gets.
func newServer(name string, o object, ports httpPorts) *server {
	s := &server{name: name}
	var listen []string
	_ = json.Unmarshal(o["listen"], &listen) // a mistake in it is found when it is loaded
	for _, address := range listen {
		a, err := caddy.ParseNetworkAddress(address)
		if err != nil || a.IsUnixNetwork() || a.IsFdNetwork() {
			continue
		}
		for port := a.StartPort; port <= a.EndPort; port++ {
			s.ports = append(s.ports, int(port)) //nolint:gosec // a port
		}
	}
	if len(listen) == 0 {
		s.ports = []int{ports.https}
	}
	var routes []struct{ Match []struct{ Host []string } }
	_ = json.Unmarshal(o["routes"], &routes)
	for _, route := range routes {
		for _, set := range route.Match {
			s.hosts = append(s.hosts, set.Host...)
		}
	}
	s.encrypted = s.isEncrypted(o, ports)
	return s
}

// isEncrypted reports whether Caddy would speak TLS: where it is told to, or manages
// certificates for the hosts.
func (s *server) isEncrypted(o object, ports httpPorts) bool {
	if !slices.ContainsFunc(s.ports, func(port int) bool { return port != ports.http }) {
		return false
	}
	var policies []json.RawMessage
	if _ = json.Unmarshal(o["tls_connection_policies"], &policies); len(policies) > 0 {
		return true
	}
	var automatic struct {
		Disable bool     `json:"disable"`
		Skip    []string `json:"skip"`
	}
	_ = json.Unmarshal(o["automatic_https"], &automatic)
	return !automatic.Disable && slices.ContainsFunc(s.hosts, func(host string) bool { return !slices.Contains(automatic.Skip, host) })
}

// scheme is how the server is asked.
func (s *server) scheme() string {
	if s.encrypted {
		return "https"
	}
	return "http"
}

// String is the address of the server.
func (s *server) String() string {
	if len(s.ports) == 0 {
		return s.scheme() + " on a socket"
	}
	return fmt.Sprintf("%s://:%d", s.scheme(), s.ports[0])
}

// takes reports whether a site of the server is for a host.
func (s *server) takes(host string) bool {
	return len(s.hosts) == 0 || slices.ContainsFunc(s.hosts, func(pattern string) bool { return matchesHost(pattern, host) })
}

// matchesHost: each label of a pattern is a label of the host, or "*".
func matchesHost(pattern, host string) bool {
	want, got := strings.Split(pattern, "."), strings.Split(host, ".")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != "*" && !strings.EqualFold(want[i], got[i]) {
			return false
		}
	}
	return true
}

// open begins to serve in memory.
func (s *server) open(srv *caddyhttp.Server) {
	s.listener = &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	s.http = &http.Server{ //nolint:gosec // the client is ours
		Handler:        http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(srv, w, r) }),
		MaxHeaderBytes: srv.MaxHeaderBytes, ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, runKey{}, c.(*memoryConn).run)
		},
	}
	s.served.Go(func() { _ = s.http.Serve(s.listener) })
}

// serve takes a request through Caddy's server.
func (s *server) serve(srv *caddyhttp.Server, w http.ResponseWriter, r *http.Request) {
	run := runOf(r.Context())
	run.handled.Store(true)
	defer run.end()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	run.leave = cancel
	if s.encrypted {
		r.TLS = &tls.ConnectionState{
			Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: strings.Split(r.Host, ":")[0], NegotiatedProtocol: "http/1.1",
		}
	}
	srv.ServeHTTP(w, r.WithContext(ctx))
}

// close ends the serving.
func (s *server) close() error {
	err := s.http.Close()
	s.served.Wait()
	return err
}

// dial connects to the server, for one exchange.
func (s *server) dial(r *run) (net.Conn, error) {
	client, conn := net.Pipe()
	select {
	case s.listener.conns <- &memoryConn{conn, r}:
		return client, nil
	case <-s.listener.closed:
		return nil, net.ErrClosed
	}
}

// memory is a listener that nobody can reach from outside.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Accept implements [net.Listener].
func (m *memory) Accept() (net.Conn, error) {
	select {
	case conn := <-m.conns:
		return conn, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

// Addr implements [net.Listener].
func (m *memory) Addr() net.Addr { return loopback(0) }

// loopback is the address of this machine for itself.
func loopback(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

// memoryConn is a connection in memory, for one exchange.
type memoryConn struct {
	net.Conn
	run *run
}

// Close implements [net.Conn]. The server closes the connection of a request that it
// answers without asking a handler, such as one that is no HTTP. A handler may close
// it, too, and goes on.
func (c *memoryConn) Close() error {
	if !c.run.handled.Load() {
		defer c.run.end()
	}
	return c.Conn.Close()
}

// LocalAddr implements [net.Conn].
func (c *memoryConn) LocalAddr() net.Addr { return loopback(c.run.target.port) }

// RemoteAddr implements [net.Conn]. The port is any.
func (c *memoryConn) RemoteAddr() net.Addr { return loopback(50000) }
