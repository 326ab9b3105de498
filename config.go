package statusgate

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// The parts of a [Handler]'s configuration, with the words of the Caddyfile.

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

	// Holds if the request's method is one of these.
	Method []string `json:"method,omitempty"`

	// Holds if a JSON body has a value.
	JSON *ValueCondition `json:"json,omitempty"`

	// Holds if an XML body has a value.
	XML *ValueCondition `json:"xml,omitempty"`

	// Holds if the body is an error of one of these, by the table of error
	// shapes: names of rows and of families.
	Error []string `json:"error,omitempty"`

	// Holds for a page that a known server makes of an error.
	ErrorPage bool `json:"error_page,omitempty"`

	// Holds if the body is nothing but a stack trace, or what a database says
	// of an error.
	StackTrace bool `json:"stack_trace,omitempty"`

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
	// `/files/{path...}` (all that follows), `/v2/{+name}/tags` (slashes too).
	// Compared without regard to case after percent-decoding, as the path
	// matcher does.
	Path string `json:"path"`

	// Overrides the methods of the gate. Default: those of the gate.
	Methods []string `json:"methods,omitempty"`

	// Overrides the consumed media ranges. Default: those of the gate.
	Consumes []string `json:"consumes,omitempty"`

	// Overrides the produced media types. Default: those of the gate.
	Produces []string `json:"produces,omitempty"`

	// Overrides the content codings. Default: those of the gate.
	Codings []string `json:"codings,omitempty"`

	// What is true of single methods. The resource has these methods, unless it has
	// `methods`, which must list them. Default: nothing.
	Operations []Operation `json:"operation,omitempty"`
}

// Operation is what a resource says of one of its methods.
type Operation struct {
	// The method. That of GET is also that of HEAD, where HEAD has none.
	Method string `json:"method"`

	// Overrides the consumed media ranges. Default: those of the resource.
	Consumes []string `json:"consumes,omitempty"`

	// Overrides the produced media types. Default: those of the resource.
	Produces []string `json:"produces,omitempty"`

	// The statuses that the operation documents: a status (`404`), a class (`4xx`),
	// or `default` for all other errors. Default: unknown.
	Statuses []Word `json:"statuses,omitempty"`
}

// OpenAPI says which API descriptions there are and what becomes of them: OpenAPI
// 2.0 to 3.2, in JSON or YAML. What the options of a resource say wins. Statuses
// that an operation documents pass.
type OpenAPI struct {
	// The files, which together make one contract. They are read when the
	// configuration is loaded, and nothing outside their folders is; relative to the
	// working directory. No placeholders. Default: none, where a resource says
	// something of its methods.
	Files []string `json:"files,omitempty"`

	// The path in front of those of the documents, `/` for none. No placeholders.
	// Default: the paths of their servers.
	Base string `json:"base,omitempty"`

	// What becomes of requests that the documents do not have. `enforce` refuses
	// them, `report` counts those that the backend serves, `off` does neither.
	// Default: `enforce`, or `report` where the gate only reports.
	Requests string `json:"requests,omitempty"`

	// What becomes of statuses that their operation does not document. `report`
	// counts them, `normalize` also turns errors into documented ones, `off` does
	// not look at responses. Default: `report`.
	Statuses string `json:"statuses,omitempty"`

	// What happens to paths that neither a document nor a resource has: `pass` or
	// `reject` (404). Default: `pass`.
	Unknown string `json:"unknown,omitempty"`

	// The path templates for which the documents are known to be wrong, with their
	// base or as the documents have them. Nothing is checked there. Default: none.
	Exempt []string `json:"exempt,omitempty"`
}

// Location says where the `Location` of 201 and 202 comes from when the
// backend sent none, and what becomes of one on the backend's own host.
type Location struct {
	// The `Location` of a 201 that has none. Request placeholders, those of
	// the response header included: `/orders/{http.response.header.X-Id}`, and of
	// its JSON body: `/orders/{http.statusgate.json./id}`, path-escaped. It is
	// skipped where a placeholder is empty. Default: `Content-Location`; for PUT,
	// MKCOL, MKCALENDAR, MKACTIVITY and LOCK the target URI; for COPY and MOVE the
	// `Destination`; else none, and a violation is counted.
	Created string `json:"created,omitempty"`

	// The `Location` of a 202 that has none. Request placeholders as above.
	// Default: none.
	Accepted string `json:"accepted,omitempty"`

	// `public` moves a Location on the backend's own host to the scheme and
	// host of the request, `keep` leaves it. Default: `public`.
	Host string `json:"host,omitempty"`

	// What stands in front of the paths that the backend knows, such as `/api`. It is
	// put in front of a Location that does not have it. No placeholders. Default:
	// what `handle_path` or `uri strip_prefix` has taken from the request's path.
	Prefix string `json:"prefix,omitempty"`
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
	// `https://errors.example.com/{http.statusgate.sent_status}`. `auto` gives each
	// kind of the gate's own problems the URI where it is documented, with
	// `contract_page` each problem. Default: `about:blank`.
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

	// Members that every problem of the gate has beside those of RFC 9457, by name.
	// A gate further out cuts those that are named after stack traces from server
	// errors: `trace_id` stays, `trace` does not. The values take request
	// placeholders. Default: none.
	Members map[string]string `json:"members,omitempty"`

	// The file of the page that people get, in Go's html/template. With `{status}` in
	// its name there is one for each status or class. Read when the configuration is
	// loaded; relative to the working directory. No placeholders. Default: a page
	// that is built in.
	HTML string `json:"html,omitempty"`
}

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
	// second may change with any reload: name either the gates or the limiters.
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

	// The last events of requests that the limiter keeps for
	// `/statusgate/limiters/<name>/trace` of the admin endpoint, of 56 bytes each; 0: none.
	// At most 1000000. Default: 0.
	Record int `json:"record,omitempty"`

	// Decide and count, but shed nothing. Default: false, or true where the
	// whole gate only reports.
	Report bool `json:"report,omitempty"`
}
