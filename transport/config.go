package transport

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// Config configures a [Direct]. The zero value is useful.
type Config struct {
	// Dial opens a connection. Its error reaches the caller within a
	// [DialError]. Default: the DialContext of a [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Address tells where a request is sent. Default: tcp, and the host of the
	// URL with its port, 80 or 443 if it has none.
	Address func(*http.Request) (network, address string)

	// TLS configures the connections of https URLs. A name that is not set is the
	// host of the URL. Default: the zero configuration.
	TLS *tls.Config

	// Other serves the addresses where TLS negotiates another protocol than
	// HTTP/1.1, which is the case only if TLS offers one. Default: an error.
	Other http.RoundTripper

	// DisableKeepAlives gives each request a connection of its own.
	DisableKeepAlives bool

	// ReadBufferSize and WriteBufferSize are in bytes. Default: 4096.
	ReadBufferSize  int
	WriteBufferSize int

	Timeouts Timeouts
	Limits   Limits
}

// Timeouts bound the phases of an exchange. Zero is no limit unless said
// otherwise.
type Timeouts struct {
	// TLSHandshake bounds the handshake.
	TLSHandshake time.Duration

	// ResponseHeader bounds the wait for the final response's header section,
	// from when the request was sent as a whole.
	ResponseHeader time.Duration

	// ExpectContinue is how long the body of a request with
	// `Expect: 100-continue` waits for a response. Zero: not at all.
	ExpectContinue time.Duration

	// Idle bounds how long a connection waits for its next request.
	Idle time.Duration

	// Read and Write bound each single read and write.
	Read  time.Duration
	Write time.Duration
}

// Limits bound what is held. Zero is the default.
type Limits struct {
	// Idle bounds the idle connections over all. Default: 2048.
	Idle int

	// IdlePerHost bounds the idle connections of an address. Default: 256.
	IdlePerHost int

	// ConnsPerHost bounds the connections of an address, busy, idle or being
	// dialled. Requests beyond wait. Default: no bound.
	ConnsPerHost int

	// ResponseHeader bounds the bytes of all header sections of an exchange, those
	// of 1xx included. Default: 10 MiB.
	ResponseHeader int64

	// Interim bounds the 1xx responses of an exchange. Default: 1000.
	Interim int
}

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	if c.Address == nil {
		c.Address = URLAddress
	}
	if c.TLS == nil {
		c.TLS = new(tls.Config)
	}
	c.ReadBufferSize = orDefault(c.ReadBufferSize, 4<<10)
	c.WriteBufferSize = orDefault(c.WriteBufferSize, 4<<10)
	c.Limits.Idle = orDefault(c.Limits.Idle, 2048)
	c.Limits.IdlePerHost = orDefault(c.Limits.IdlePerHost, 256)
	c.Limits.ResponseHeader = orDefault(c.Limits.ResponseHeader, 10<<20)
	c.Limits.Interim = orDefault(c.Limits.Interim, 1000)
	return c
}

func orDefault[N int | int64](value, otherwise N) N {
	if value <= 0 {
		return otherwise
	}
	return value
}

// URLAddress is where the URL of a request points: tcp, and its host with its port,
// 80 or 443 if it has none.
func URLAddress(req *http.Request) (network, address string) {
	port := req.URL.Port()
	if port == "" {
		port = "80"
		if req.URL.Scheme == "https" {
			port = "443"
		}
	}
	return "tcp", net.JoinHostPort(req.URL.Hostname(), port)
}
