package transport

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
)

// Direct is an [http.RoundTripper] whose connections have no goroutines. It is
// made by [New] and safe for concurrent use.
type Direct struct {
	config Config
	pool   pool
	counts counts
	others others
}

// New returns a Direct. Whoever no longer needs it closes it.
func New(config Config) *Direct {
	d := &Direct{config: config.withDefaults()}
	d.pool.d, d.pool.hosts = d, make(map[key]*host)
	return d
}

// RoundTrip sends a request and returns the response, whose body the caller reads
// or closes. As of any [http.RoundTripper], the request's body is closed in any
// case, perhaps after RoundTrip has returned.
//
// If the context of the request ends, so does the exchange, with the cause of that
// end. An error of the request's body is returned as it is. Others unwrap to what
// happened: [DialError], [ResponseError], [TimeoutError], errors of crypto/tls and
// of the connection.
func (d *Direct) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := check(req); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	ctx := req.Context()
	x := &exchange{d: d, req: req, ctx: ctx, trace: httptrace.ContextClientTrace(ctx), body: newBody(req)}
	x.key.network, x.key.address = d.config.Address(req)
	if x.key.tls = req.URL.Scheme == "https"; x.key.tls {
		x.key.name = req.URL.Hostname()
	}
	if x.key.tls && d.others.has(x.key) {
		return d.config.Other.RoundTrip(req)
	}
	return x.run()
}

// CloseIdleConnections closes the connections that wait for a request.
func (d *Direct) CloseIdleConnections() { d.pool.closeIdle(false) }

// Close closes the connections that wait for a request, and each other one when
// its exchange is over. Later requests are served, on connections of their own.
func (d *Direct) Close() { d.pool.closeIdle(true) }

// exchange is one request on its way, over as many connections as it takes.
type exchange struct {
	d     *Direct
	req   *http.Request
	ctx   context.Context
	trace *httptrace.ClientTrace
	key   key
	body  *requestBody // nil if there is none

	repeats int  // times that it was sent again
	sent    bool // something was sent on an earlier connection
}

// run tries one connection after the other.
func (x *exchange) run() (*http.Response, error) {
	for {
		if x.ctx.Err() != nil {
			x.body.giveUp()
			return nil, context.Cause(x.ctx)
		}
		c, err := x.d.acquire(x)
		if err != nil {
			return x.without(err)
		}
		res, err := c.roundTrip(x)
		if err == nil {
			return res, nil
		}
		if !x.again(c, err) {
			x.body.giveUp()
			return nil, err
		}
	}
}

// without ends an exchange that got no connection.
func (x *exchange) without(err error) (*http.Response, error) {
	untouched := !x.sent && x.body.untouched()
	switch e := err.(type) { //nolint:errorlint // as open returns them
	case *DialError:
		e.Untouched = untouched
	case *protocolError:
		if x.d.config.Other != nil && untouched {
			x.d.others.add(x.key)
			return x.d.config.Other.RoundTrip(x.req)
		}
	}
	x.body.giveUp()
	return nil, err
}

// again decides whether the request goes to another connection after one failed,
// which is closed by now.
func (x *exchange) again(c *conn, err error) bool {
	if x.ctx.Err() != nil {
		return false
	}
	if err == errStale { //nolint:errorlint // as the socket returns it
		x.d.counts.stale.Add(1)
		return x.resume()
	}
	if !c.lost || x.repeats > 0 || !repeatable(x.req) || !x.rewind() {
		return false
	}
	x.repeats++
	x.sent = true
	x.d.counts.repeated.Add(1)
	return true
}

// repeatable: RFC 9110 §9.2.2 lets a request be sent again whose method is
// idempotent, or which is known to be. Its sender says so by an Idempotency-Key.
func repeatable(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	_, key := req.Header["Idempotency-Key"]
	_, xKey := req.Header["X-Idempotency-Key"]
	return key || xKey
}

// outgoing is the request as it is written: a copy if it must differ from what
// the caller gave.
func (x *exchange) outgoing() *http.Request {
	if !x.d.config.DisableKeepAlives || x.req.Close || x.req.Header.Get("Upgrade") != "" {
		return x.req
	}
	out := *x.req
	out.Close = true
	return &out
}

// tlsConfig is the configuration of a connection to the host of a key.
func (d *Direct) tlsConfig(k key) *tls.Config {
	if d.config.TLS.ServerName != "" {
		return d.config.TLS
	}
	config := d.config.TLS.Clone()
	config.ServerName = k.name
	return config
}
