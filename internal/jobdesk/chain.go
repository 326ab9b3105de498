package jobdesk

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// What Caddy keeps for a request under keys that it does not export.
const (
	routeGroupsKey  caddy.CtxKey = "route_group"
	idleTimeoutsKey caddy.CtxKey = "idle_timeouts"
)

// chain is the context of the handlers behind a gate: a cancellation of its own,
// and copies of what Caddy keeps for a request, so that the handlers share nothing
// with a client that has its 202. What the handlers in front have set, they find;
// what they set, the handlers in front find once the answer is the client's.
type chain struct {
	context.Context
	cancel   context.CancelCauseFunc
	client   context.Context // of the request as it came
	replacer *caddy.Replacer
	set      *caddy.Replacer // what was set in replacer, and nothing else
	vars     map[string]any
	groups   map[string]struct{}
	fields   caddyhttp.ExtraLogFields
	logged   bool // there are such fields
	url      url.URL
	writer   *Writer
}

// Value implements [context.Context]. The cancellation is found here, so that
// contexts below need no goroutine. The timeouts of the client's connection are
// none of the handlers' business.
func (c *chain) Value(key any) any {
	name, ok := key.(caddy.CtxKey)
	if !ok {
		if value := c.Context.Value(key); value != nil {
			return value
		}
		return c.client.Value(key)
	}
	switch {
	case name == caddy.ReplacerCtxKey && c.replacer != nil:
		return c.replacer
	case name == caddyhttp.VarsCtxKey && c.vars != nil:
		return c.vars
	case name == routeGroupsKey && c.groups != nil:
		return c.groups
	case name == caddyhttp.ExtraLogFieldsCtxKey && c.logged && !c.writer.attached():
		return &c.fields
	case name == idleTimeoutsKey:
		return nil
	}
	return c.client.Value(key)
}

// Err implements [context.Context]. Who runs into the time limit of a job learns
// that it was that.
func (c *chain) Err() error {
	err := c.Context.Err()
	if err != nil && errors.Is(context.Cause(c.Context), context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}

// begin copies a request for handlers that may outlive it.
func (c *chain) begin(r *http.Request, w *Writer) *http.Request {
	c.client, c.writer = r.Context(), w
	c.Context, c.cancel = context.WithCancelCause(context.Background())
	if vars, ok := c.client.Value(caddyhttp.VarsCtxKey).(map[string]any); ok {
		c.vars = maps.Clone(vars)
	}
	if groups, ok := c.client.Value(routeGroupsKey).(map[string]struct{}); ok {
		c.groups = maps.Clone(groups)
	}
	_, c.logged = c.client.Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields)
	copied := r.WithContext(c)
	copied.Header = r.Header.Clone()
	c.url = *r.URL
	copied.URL = &c.url
	if original, ok := c.client.Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok {
		c.replace(copied, original)
	}
	return copied
}

// replace gives the request a replacer of its own.
func (c *chain) replace(r *http.Request, original *caddy.Replacer) {
	start := c.vars[startTime]
	own := caddyhttp.NewTestReplacer(r) // the one way to the placeholders of a request, of one's own
	*r = *r.WithContext(c)
	if c.vars != nil {
		c.vars[startTime] = start
	}
	c.replacer, c.set = own, own.WithoutFile()
	own.Map(func(key string) (any, bool) {
		if field, ok := strings.CutPrefix(key, "http.response.header."); ok {
			return strings.Join(c.writer.Header().Values(field), ","), true
		}
		if isOfRequest(key) {
			return nil, false
		}
		return original.Get(key)
	})
	original.Map(func(key string) (any, bool) {
		if !c.writer.attached() {
			return nil, false
		}
		return c.set.Get(key)
	})
}

// startTime is the variable that says when the request came.
const startTime = "start_time"

// isOfRequest tells placeholders of the request and its response, which each of
// the two requests has for itself.
func isOfRequest(key string) bool {
	return strings.HasPrefix(key, "http.re") && (strings.HasPrefix(key, "http.request.") || strings.HasPrefix(key, "http.response.")) ||
		strings.HasPrefix(key, "http.vars.")
}

// giveBack shows the handlers in front what those behind the gate have made of the
// request, as if it had been one all the time.
func (c *chain) giveBack(original, r *http.Request) {
	if vars, ok := c.client.Value(caddyhttp.VarsCtxKey).(map[string]any); ok {
		maps.Copy(vars, c.vars)
	}
	if groups, ok := c.client.Value(routeGroupsKey).(map[string]struct{}); ok {
		maps.Copy(groups, c.groups)
	}
	if id, ok := c.vars["uuid"].(interface{ String() string }); ok {
		if fields, ok := c.client.Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields); ok {
			fields.Set(zap.String("uuid", id.String()))
		}
	}
	original.Method, original.URL, original.Header, original.Host = r.Method, r.URL, r.Header, r.Host
	original.RequestURI, original.RemoteAddr, original.Close = r.RequestURI, r.RemoteAddr, r.Close
}
