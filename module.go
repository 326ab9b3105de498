// Package statusgate is a Caddy module that makes the status codes of legacy
// backends honest: it refuses what they can't serve and turns whatever they
// answer into one documented contract.
//
// The decisions are made by the packages inspect, negotiate, normalize, problem and
// shed, which know nothing of Caddy.
package statusgate

import (
	"fmt"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/internal/telemetry"
)

func init() {
	caddy.RegisterModule(Handler{})
}

// Handler puts a contract of HTTP status codes in front of a backend.
//
// Requests that the backend can't serve are answered at once: 404 for an
// unknown resource, 405 with `Allow`, 415 with `Accept`, 406 with the types
// that there are. Responses leave with one of twelve documented statuses: 200,
// 201, 202, 400, 401, 403, 404, 405, 406, 415, 500 and 503, whatever the
// backend sent, with the header fields that the status owes and an RFC 9457
// problem as the body where the backend's own is of no use to the client. The
// received status is kept in `Proxy-Status` (RFC 9209).
//
// Errors of other handlers, such as the 502 of `reverse_proxy`, are answered
// the same way, so `handle_errors` does not see them unless `problems` is off.
//
// The empty configuration is useful: it normalizes responses and checks no
// request.
//
// These placeholders are set when the response is decided:
//
// Placeholder | Description
// ------------|---------------
// `{http.statusgate.received_status}` | The status that came from behind; `none` if the backend was not asked
// `{http.statusgate.sent_status}` | The status that the client gets
// `{http.statusgate.reason}` | Why, in one word of a closed set
// `{http.statusgate.rule}` | The `map` rule that decided, if one did
// `{http.statusgate.negotiated_type}` | The media type chosen from `produces`; set before the backend is asked
// `{http.statusgate.shed_class}` | How important the request is to `shed`: `critical`, `normal`, `background` or `exempt`; set before the backend is asked, as are the next two
// `{http.statusgate.shed_outcome}` | How it came to its place, or to none: `admitted`, `queued`, `rejected`, `evicted`, `timeout` or `abandoned`
// `{http.statusgate.shed_wait}` | How long it waited for its place
//
// The same values are in the access log under `statusgate`.
type Handler struct {
	// The name of this gate in metrics and in `Proxy-Status`. Printable ASCII,
	// at most 64 characters. No placeholders. Default: `statusgate`.
	Name string `json:"name,omitempty"`

	// Decide, count and log everything, but change nothing for clients.
	// Default: false.
	Report bool `json:"report,omitempty"`

	// How much passes beside the twelve documented statuses: `documented`
	// (204, redirects), `strict` (nothing) or `registered` (all that IANA
	// registers). 1xx, 101, 304 and 206 to a range request always pass.
	// No placeholders. Default: `documented`.
	Contract string `json:"contract,omitempty"`

	// Statuses, 200 to 999, that pass unchanged in any profile, body and all.
	Allow []int `json:"allow,omitempty"`

	// Rules that turn one status into another. They are tried in order, before
	// the profile and the built-in table; the first that matches decides.
	Map []Rule `json:"map,omitempty"`

	// The methods that resources allow unless they say otherwise, and those of
	// paths that no resource has. GET includes HEAD; OPTIONS is answered by the
	// gate unless it is listed. Default: any method, unchecked.
	Methods []string `json:"methods,omitempty"`

	// The media ranges of request bodies that resources take unless they say
	// otherwise, such as `application/json`, `text/*` or `application/*+json`.
	// Default: any, unchecked.
	Consumes []string `json:"consumes,omitempty"`

	// The media types of responses that resources offer unless they say
	// otherwise, in order of preference. Default: unknown, `Accept` is not
	// checked.
	Produces []string `json:"produces,omitempty"`

	// The content codings of request bodies that resources take unless they
	// say otherwise, such as `gzip`. Default: any, unchecked.
	Codings []string `json:"codings,omitempty"`

	// The resources behind the gate. The most specific path wins.
	Resources []Resource `json:"resource,omitempty"`

	// What happens to paths that no resource has: `pass` or `reject` (404).
	// Default: `pass`.
	UnknownResources string `json:"unknown_resources,omitempty"`

	// Whose answers are held against the `Accept` of the request when the
	// backend has answered: `safe` (GET and HEAD: 406), `all` (any method:
	// 406) or `off`. Default: `safe` where `produces` is declared, else `off`.
	Representations string `json:"representations,omitempty"`

	// Where `Location` comes from and how it is mended.
	Location *Location `json:"location,omitempty"`

	// The `WWW-Authenticate` of a 401 that has none. Request placeholders.
	// Default: `Bearer`.
	Challenge string `json:"challenge,omitempty"`

	// The `Retry-After` of a 503 that has none, sent in seconds, rounded up.
	// Default: 5s.
	RetryAfter caddy.Duration `json:"retry_after,omitempty"`

	// Whether changed and gateway-made responses carry `Proxy-Status`
	// (RFC 9209): `on` or `off`. Default: `on`.
	ProxyStatus string `json:"proxy_status,omitempty"`

	// Which pages of other origins may read the answers that the gate makes or
	// changes. Default: none.
	CORS *CORS `json:"cors,omitempty"`

	// What error responses look like.
	Problems *Problems `json:"problems,omitempty"`

	// How much of bodies is held to be inspected.
	Inspect *Inspect `json:"inspect,omitempty"`

	// Adds a preset of rules behind those of `map` that find errors in the
	// bodies of successes and that are safe on any API: SOAP faults, JSON-RPC
	// errors, GraphQL errors without data, HTML pages that nobody asked for and
	// problem documents. The Caddyfile writes them out as rules. Default: false.
	SoftErrors bool `json:"soft_errors,omitempty"`

	// Sheds what the backend can't carry. Default: nothing is shed.
	Shed *Shed `json:"shed,omitempty"`

	gate    *exchange.Gate
	shedder *overload.Shedder // to give back
}

// Rule turns received statuses into another one.
type Rule struct {
	// The received statuses: a status (`404`), a range (`520-527`), a class
	// (`5xx`) or `any`.
	From []Word `json:"from"`

	// The status to send, 200 to 599; `pass` to send the received one
	// unchanged, body and all; or `auto` for the status that the body says it
	// should have had.
	To Word `json:"to"`

	// The conditions that must all hold. Default: none.
	When []Condition `json:"when,omitempty"`
}

// Condition is one condition of a rule. Exactly one of its tests is set.
type Condition struct {
	// Whether the test must fail instead. Default: false.
	Not bool `json:"not,omitempty"`

	// Holds if the response has a header field.
	Header *HeaderCondition `json:"header,omitempty"`

	// Holds if the response was made by the `backend`, or by the `gateway`
	// because a handler returned an error.
	Source string `json:"source,omitempty"`

	// Holds if a JSON body has a value.
	JSON *ValueCondition `json:"json,omitempty"`

	// Holds if an XML body has a value.
	XML *ValueCondition `json:"xml,omitempty"`

	// Holds for a JSON-RPC 2.0 response with an error.
	JSONRPCError bool `json:"jsonrpc_error,omitempty"`

	// Holds for a GraphQL response with errors and no usable data.
	GraphQLErrors bool `json:"graphql_errors,omitempty"`

	// Holds for a SOAP 1.1 or 1.2 envelope with a fault.
	SOAPFault bool `json:"soap_fault,omitempty"`

	// Holds for an HTML page that the request's `Accept` does not take, or
	// where `produces` has none.
	HTMLPage bool `json:"html_page,omitempty"`

	// Holds for a body without a byte, where one is due.
	EmptyBody bool `json:"empty_body,omitempty"`

	// Holds if the text is in the bytes that are inspected.
	BodyContains string `json:"body_contains,omitempty"`

	// Holds if the RE2 expression matches the bytes that are inspected.
	BodyRegexp string `json:"body_regexp,omitempty"`
}

// ValueCondition tests a value in a body.
type ValueCondition struct {
	// Where the value is: for JSON an RFC 6901 pointer such as `/error/code`,
	// for XML a path of local names such as `Envelope/Body/Fault` or
	// `reply/@status`.
	At string `json:"at"`

	// The values that it may equal. A `!` before a value excludes it. Default:
	// anything but null, false, 0, an empty text, list or object.
	Values []string `json:"values,omitempty"`
}

// Inspect bounds what is held of bodies until their rules are decided.
type Inspect struct {
	// The bytes of one response, held and decoded: what is undecided by then
	// streams on unchanged. Default: 65536.
	PerResponse int64 `json:"per_response,omitempty"`

	// The bytes of all responses of the gate at a time. Default: 67108864.
	Total int64 `json:"total,omitempty"`

	// How long a response that the backend has flushed may wait for a decision,
	// from the first byte of its body on, 1ms to 10m. Default: 200ms.
	Wait caddy.Duration `json:"wait,omitempty"`
}

// HeaderCondition tests a header field of a response.
type HeaderCondition struct {
	// The name of the field.
	Field string `json:"field"`

	// The value, with `*` at its start, its end or both for any text.
	// Default: any value.
	Value *string `json:"value,omitempty"`
}

// Resource is a set of paths and what requests to them may look like.
type Resource struct {
	// The path template: `/orders`, `/orders/{id}` (one segment),
	// `/files/{path...}` (all that follows). Compared without regard to case
	// after percent-decoding, as the path matcher does.
	Path string `json:"path"`

	// Overrides the methods of the gate. Default: those of the gate.
	Methods []string `json:"methods,omitempty"`

	// Overrides the consumed media ranges. Default: those of the gate.
	Consumes []string `json:"consumes,omitempty"`

	// Overrides the produced media types. Default: those of the gate.
	Produces []string `json:"produces,omitempty"`

	// Overrides the content codings. Default: those of the gate.
	Codings []string `json:"codings,omitempty"`
}

// Location says where the `Location` of 201 and 202 comes from when the
// backend sent none, and what becomes of one on the backend's own host.
type Location struct {
	// The `Location` of a 201 that has none. Request placeholders, those of
	// the response header included: `/orders/{http.response.header.X-Id}`, and of
	// its JSON body: `/orders/{http.statusgate.json./id}`, path-escaped. It is
	// skipped where a placeholder is empty. Default: `Content-Location`; for
	// PUT the target URI; else the 201 goes out as 200.
	Created string `json:"created,omitempty"`

	// The `Location` of a 202 that has none. Request placeholders as above.
	// Default: none.
	Accepted string `json:"accepted,omitempty"`

	// `public` moves a Location on the backend's own host to the scheme and
	// host of the request, `keep` leaves it. Default: `public`.
	Host string `json:"host,omitempty"`
}

// CORS says which pages of other origins may read the answers that the gate makes
// or changes. What the backend says of its own answers stands.
type CORS struct {
	// The origins that may, with credentials, such as `https://app.example.com`. The
	// gate answers their preflights where the backend fails at them or refuses them.
	// No placeholders. Default: any origin, without credentials.
	Origins []string `json:"origins,omitempty"`

	// The header fields that pages may read beside those that a status owes. No
	// placeholders. Default: none.
	Expose []string `json:"expose,omitempty"`
}

// Problems says what error responses look like.
type Problems struct {
	// Leaves error bodies alone, and returns the gate's own answers as errors
	// for `handle_errors`. Default: false.
	Off bool `json:"off,omitempty"`

	// The `type` member: a URI. Request placeholders, such as
	// `https://errors.example.com/{http.statusgate.sent_status}`. Default:
	// `about:blank`.
	Type string `json:"type,omitempty"`

	// The formats to choose from by the request's `Accept`, in order of
	// preference: `json`, `xml`, `html`, `text`. Default: all, in this order.
	Formats []string `json:"formats,omitempty"`

	// What happens to the backend's error bodies. `auto` keeps valid problems
	// and, on 4xx, anything but HTML that the client accepts; `keep` keeps all
	// that are not empty; `replace` keeps none. Default: `auto`.
	Bodies string `json:"bodies,omitempty"`

	// Whether problems have a `detail` sentence: `on` or `off`. Default: `on`.
	Detail string `json:"detail,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.statusgate",
		New: func() caddy.Module { return new(Handler) },
	}
}

// Provision builds the gate. It reports every mistake of the configuration
// in one error.
func (h *Handler) Provision(ctx caddy.Context) error {
	built, mistakes := h.build(nil)
	if err := mistakes.join(); err != nil {
		return err
	}
	gate := built.gate
	var err error
	gate.Telemetry, err = telemetry.New(ctx.GetMetricsRegistry(), ctx.Logger(), gate.Name, gate.Report, built.rules)
	if err != nil {
		return fmt.Errorf("metrics of gate %q: %w", gate.Name, err)
	}
	if err := h.provisionShed(ctx, built); err != nil {
		return err
	}
	gate.Ready()
	h.gate = gate
	return nil
}

// Cleanup gives the limiter back. It is also called after a Provision that
// failed, and gives back only what that took.
func (h *Handler) Cleanup() error {
	if h.shedder == nil {
		return nil
	}
	err := h.shedder.Close()
	h.shedder = nil
	return err
}

// ServeHTTP answers the request itself or hands it on and answers in the
// words of the contract.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	return h.gate.Serve(w, r, next)
}

// Gate is the gate of a handler that was provisioned, nil of any other.
func (h *Handler) Gate() *exchange.Gate { return h.gate }

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)
)
