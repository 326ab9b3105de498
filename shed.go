package statusgate

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// Shed keeps a backend from being asked for more than it can do: requests
// above that are answered with 503 and a `Retry-After` that the backend can
// keep. How much the backend can do is learned from what it does, so that
// nothing has to be configured.
//
// Requests are of one of four classes, by the matchers below; those that no
// matcher takes are normal. Under overload the more important class is served
// first, within a class the clients that had less of the backend lately, and
// of these always the same ones for about a minute, so that pages and sessions
// are served whole or not at all.
//
// Don't match on anything that every client can send, such as a header field:
// it would make every client important.
type Shed struct {
	// The name of the limiter. Gates that give the same name share one, with the
	// same settings: for one backend behind several gates. It keeps what it has
	// learned across reloads. Printable ASCII, at most 64 characters. No
	// placeholders. Default: a limiter of its own, with the name of the gate;
	// the second of the same name gets `#2` behind it, and so on. Which is the
	// second may change with the configuration: name either the gates or the
	// limiters.
	Name string `json:"name,omitempty"`

	// The requests that are served before all others. Tried after those of
	// `exempt`. Default: none.
	Critical caddyhttp.RawMatcherSets `json:"critical,omitempty" caddy:"namespace=http.matchers"`

	// The requests that are served when no other waits, and no critical one was
	// shed in the last two seconds. Tried after those of `critical`. Default: none.
	Background caddyhttp.RawMatcherSets `json:"background,omitempty" caddy:"namespace=http.matchers"`

	// The requests that are never shed and never wait, such as health checks.
	// They take places, and only `max` keeps one out. Default: none.
	Exempt caddyhttp.RawMatcherSets `json:"exempt,omitempty" caddy:"namespace=http.matchers"`

	// Who a client is. Request placeholders. Where it is empty the IP address
	// of the client counts, of an IPv6 address the first 64 bits. Default:
	// `{http.auth.user.id}`.
	ClientKey string `json:"client_key,omitempty"`

	// The requests that may be in flight, in place of a limit that is learned; at
	// most `max`. Default: learned.
	Fixed int `json:"fixed,omitempty"`

	// The requests in flight that nothing exceeds. Default: 10000.
	Max int `json:"max,omitempty"`

	// The streams that may be open at a time: WebSockets and other upgrades,
	// server-sent events and gRPC, which don't count among the requests in flight
	// once their answer has begun. Without effect with `report`. Default:
	// 10000.
	MaxStreams int `json:"max_streams,omitempty"`

	// The requests that may wait for a place, at most 16384; 0: none waits. What
	// they hold in header fields is bounded to 64 MiB in all, where each counts for
	// 4 KiB at least. Default: 10000.
	Queue *int `json:"queue,omitempty"`

	// How long a request may wait for a place, 1ms to 1m; less where many clients
	// leave before they are served, five times as long while nothing shows that the
	// backend is overloaded. Default: 500ms.
	Patience *caddy.Duration `json:"patience,omitempty"`

	// The latest that a client is told to come back, in whole seconds, 1s to 24h.
	// Default: 120s.
	RetryAfterMax caddy.Duration `json:"retry_after_max,omitempty"`

	// Decide and count, but shed nothing. Default: false, or true where the
	// whole gate only reports.
	Report bool `json:"report,omitempty"`
}
