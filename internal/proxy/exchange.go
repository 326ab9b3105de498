package proxy

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// exchange is a request on the short way, and its answer. Placeholders ask it for as
// long as the request lives.
type exchange struct {
	*shortWay
	w    http.ResponseWriter
	out  *http.Request
	repl *caddy.Replacer
	to   *target

	interim interim
	dialing dialing
	told
}

// dialing is the context of a request on its way: it knows the upstream.
type dialing struct {
	context.Context //nolint:containedctx // it is one
	dialInfo        any
}

// Value implements [context.Context].
func (c *dialing) Value(key any) any {
	if key == any(dialInfoKey) {
		return c.dialInfo
	}
	return c.Context.Value(key)
}

// newExchange gives an exchange whose outgoing request is a copy of the client's.
func newExchange(s *shortWay, w http.ResponseWriter, r *http.Request, repl *caddy.Replacer) *exchange {
	x := &exchange{shortWay: s, w: w, repl: repl, interim: interim{w: w}}
	x.dialing.Context = r.Context()
	x.interim.trace.Got1xxResponse = x.interim.pass
	x.out = r.WithContext(httptrace.WithClientTrace(&x.dialing, &x.interim.trace))
	return x
}

// choose chooses an upstream, if one is there.
func (x *exchange) choose() bool {
	upstream := x.policy.Select(x.proxy.Upstreams, x.out, x.w)
	if upstream == nil {
		return false
	}
	if x.to = x.targets[upstream]; x.to == nil {
		return false
	}
	x.dialing.dialInfo = x.to.boxed
	return true
}

// serve sends the request, and the answer to the client.
func (x *exchange) serve() error {
	x.begin = time.Now()
	defer x.end()
	if c := x.logger.Check(zapcore.DebugLevel, "selected upstream"); c != nil {
		c.Write(zap.String("dial", x.to.dial.Address), zap.Int("total_upstreams", len(x.proxy.Upstreams)))
	}
	x.requests = x.to.upstream.NumRequests() + int(x.to.active.Add(1)) - 1
	x.fails = x.to.upstream.Fails()
	defer x.to.active.Add(-1)
	x.operate()
	x.out.URL.Host = x.to.dial.Address
	sent := time.Now()
	res, err := x.transport.RoundTrip(x.out)
	x.latency = time.Since(sent)
	x.interim.end()
	x.logTrip(res, err)
	if err != nil {
		x.tried = true
		if errors.Is(err, context.Canceled) {
			x.w.WriteHeader(499) // for the access log
			return nil
		}
		return statusError(err)
	}
	x.answered(res)
	x.respond(res, sent)
	x.tried = true
	return nil
}

// operate applies the operations of the options on the request's header.
func (x *exchange) operate() {
	for _, ops := range x.askOps {
		ops.ApplyToRequest(x.out)
	}
}

// logTrip logs as reverse_proxy does.
func (x *exchange) logTrip(res *http.Response, err error) {
	c := x.logger.Check(zapcore.DebugLevel, "upstream roundtrip")
	switch {
	case c == nil:
	case err != nil:
		c.Write(append(x.logFields(), zap.Error(err))...)
	default:
		c.Write(append(x.logFields(),
			zap.Object("headers", caddyhttp.LoggableHTTPHeader{Header: res.Header, ShouldLogCredentials: x.logsCredentials()}),
			zap.Int("status", res.StatusCode))...)
	}
}

// logFields are those of all that is logged after the round trip.
func (x *exchange) logFields() []zap.Field {
	return []zap.Field{
		zap.String("upstream", x.to.upstream.String()),
		zap.Duration("duration", x.latency),
		zap.Object("request", caddyhttp.LoggableHTTPRequest{Request: x.out, ShouldLogCredentials: x.logsCredentials()}),
	}
}

func (x *exchange) logsCredentials() bool {
	server, _ := x.out.Context().Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	return server != nil && server.Logs != nil && server.Logs.ShouldLogCredentials
}

// statusError gives an error of a transport its status.
func statusError(err error) error {
	status := http.StatusBadGateway
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() { //nolint:errorlint // as reverse_proxy asks
		status = http.StatusGatewayTimeout
	}
	if strings.Contains(err.Error(), "operation was canceled") {
		status = 499 // the client has gone: net has no type for it
	}
	return caddyhttp.Error(status, err)
}

// interim passes 1xx responses on, until the final one is there.
type interim struct {
	w     http.ResponseWriter
	trace httptrace.ClientTrace

	mu   sync.Mutex // a transport may call from another goroutine
	over bool
}

func (i *interim) pass(code int, header textproto.MIMEHeader) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.over {
		return nil
	}
	h := i.w.Header()
	own := h.Clone()
	addFields(h, http.Header(header))
	i.w.WriteHeader(code)
	clear(h)
	maps.Copy(h, own)
	return nil
}

func (i *interim) end() {
	i.mu.Lock()
	i.over = true
	i.mu.Unlock()
}

// addFields adds copies of the fields that are for the next hop, too.
func addFields(to, from http.Header) {
	n := 0
	for _, values := range from {
		n += len(values)
	}
	store := make([]string, 0, n)
	named := nominated(from["Connection"])
	for field, values := range from {
		if isHop(field) || slices.Contains(named, field) {
			continue
		}
		var kept []string
		kept, store = keep(store, values)
		if prior := to[field]; len(prior) > 0 {
			kept = append(slices.Clip(prior), kept...)
		}
		to[field] = kept
	}
}

// applied are the fields of a response after the operations of the options.
func (x *exchange) applied(res *http.Response) http.Header {
	h := make(http.Header, len(res.Header))
	addFields(h, res.Header)
	if ops := x.answerOps; ops.Require == nil || ops.Require.Match(res.StatusCode, h) {
		ops.HeaderOps.ApplyTo(h, x.repl)
	}
	return h
}
