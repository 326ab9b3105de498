// Package statusgate is a Caddy module that makes the status codes of legacy
// backends honest: it refuses what they can't serve and turns whatever they
// answer into one documented contract.
//
// The decisions are made by the packages inspect, negotiate, normalize, problem and
// shed, which know nothing of Caddy.
package statusgate

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/admin"
	_ "github.com/statusgate/statusgate/internal/command" // caddy statusgate
	_ "github.com/statusgate/statusgate/internal/direct"  // the transport direct of reverse_proxy
	"github.com/statusgate/statusgate/internal/drift"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/internal/jobdesk"
	"github.com/statusgate/statusgate/internal/overload"
	_ "github.com/statusgate/statusgate/internal/proxy" // statusgate_proxy
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
// request. Placeholders are replaced only in the values of fields that say so.
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
// `{http.statusgate.job}` | The first eight characters of the ID of the job that the answer tells of
// `{http.statusgate.job_state}` | Where that job stands: `running`, `succeeded`, `failed`, `canceled` or `lost`
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
	// (204, redirects, and what HTTP itself needs where a request asked for it),
	// `strict` (nothing) or `registered` (all that IANA registers). 1xx, 101, 304
	// and 206 to a range request always pass.
	// No placeholders. Default: `documented`.
	Contract string `json:"contract,omitempty"`

	// What passes unchanged in any profile, body and all: statuses, 200 to 999, and
	// names of protocols whose clients need more statuses than the contract has:
	// `etcd`, `http`, `lfs`, `pypi`, `registry`, `svn`, `transmission`, `tus`,
	// `webdav`. Default: none.
	Allow []Word `json:"allow,omitempty"`

	// Rules that turn one status into another. They are tried in order, before
	// the profile and the built-in table; the first that matches decides.
	// Default: none.
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

	// The resources behind the gate. The most specific path wins. Default: none.
	Resources []Resource `json:"resource,omitempty"`

	// What happens to paths that no resource has: `pass` or `reject` (404).
	// Default: `pass`.
	UnknownResources string `json:"unknown_resources,omitempty"`

	// What becomes of paths with a segment that a backend may resolve to another
	// path: an encoded slash, a backslash, a dot segment or parameters behind a
	// semicolon. `strict`: they have no resource. `lenient`: they are compared
	// like any other. Default: `strict`.
	Paths string `json:"paths,omitempty"`

	// Whose answers are held against the `Accept` of the request when the
	// backend has answered: `safe` (GET and HEAD: 406), `all` (any method:
	// 406) or `off`. Default: `safe` where `produces` is declared, else `off`.
	Representations string `json:"representations,omitempty"`

	// API descriptions that say which requests the backend can serve, and which
	// statuses it answers. Default: none.
	OpenAPI *OpenAPI `json:"openapi,omitempty"`

	// Where `Location` comes from and how it is mended. Default: as each of its
	// fields says.
	Location *Location `json:"location,omitempty"`

	// The `WWW-Authenticate` of a 401 that has none. Request placeholders.
	// Default: `Bearer`.
	Challenge string `json:"challenge,omitempty"`

	// The least `Retry-After` of a 503 that has none. It is drawn for each answer,
	// in whole seconds, so that not all clients return at once. Default: 5s.
	RetryAfter caddy.Duration `json:"retry_after,omitempty"`

	// The greatest `Retry-After` of a 503 that has none. Default: twice the least.
	RetryAfterMax caddy.Duration `json:"retry_after_max,omitempty"`

	// Whether changed and gateway-made responses carry `Proxy-Status`
	// (RFC 9209): `on` or `off`. Default: `on`.
	ProxyStatus string `json:"proxy_status,omitempty"`

	// Whether successes that look like errors and that no rule decides are remembered,
	// for `caddy statusgate suspects` and the admin endpoint: `on` or `off`. Default:
	// `on` in report mode, else `off`.
	Suspects string `json:"suspects,omitempty"`

	// Which pages of other origins may read the answers that the gate makes or
	// changes. Default: none.
	CORS *CORS `json:"cors,omitempty"`

	// What error responses look like. Default: as each of its fields says.
	Problems *Problems `json:"problems,omitempty"`

	// The path where clients find what the gate promises, such as `/contract`: as HTML,
	// JSON or Markdown. The gate answers it itself, also where it only reports. No
	// placeholders. Default: none.
	ContractPage string `json:"contract_page,omitempty"`

	// How much of bodies is held to be inspected. Default: as each of its fields
	// says.
	Inspect *Inspect `json:"inspect,omitempty"`

	// Adds rules behind those of `map` that find errors in the bodies of
	// successes. `true` is `["safe"]`: SOAP faults, problem documents, requests
	// that GraphQL refused under its own media type, and HTML pages that nobody
	// asked for. A list has `safe`, `common`, names of the table of error shapes,
	// and such names with `-` in front to leave them out. The Caddyfile writes
	// them out as rules. Default: none.
	SoftErrors SoftErrors `json:"soft_errors,omitempty"`

	// Sheds what the backend can't carry. Default: nothing is shed.
	Shed *Shed `json:"shed,omitempty"`

	// Turns slow requests into jobs whose outcome can be asked for. Default: there
	// are none.
	Jobs *Jobs `json:"jobs,omitempty"`

	gate    *exchange.Gate
	shedder *overload.Shedder // to give back
	ledger  *drift.Ledger     // likewise
	unlist  func()            // from what the admin endpoint tells of
	desk    *jobdesk.Desk     // to give back
	lines   lines             // where options stand, of one that was read from a Caddyfile
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
	if err := h.provisionDrift(ctx, built); err != nil {
		return err
	}
	if odd := h.oddMethods(); len(odd) > 0 {
		ctx.Logger().Warn("methods that are not registered with IANA: is it a slip of the pen?",
			zap.String("gate", gate.Name), zap.Strings("methods", odd))
	}
	if err := h.provisionJobs(ctx, built); err != nil {
		return err
	}
	gate.Ready()
	h.gate = gate
	h.unlist = admin.Add(ctx.GetMetricsRegistry(), h.told(built))
	return nil
}

// Cleanup gives back what gates share. It is also called after a Provision that
// failed, and gives back only what that took.
func (h *Handler) Cleanup() error {
	var errs []error
	if h.shedder != nil {
		errs = append(errs, h.shedder.Close())
	}
	if h.desk != nil {
		errs = append(errs, h.desk.Close())
	}
	if h.ledger != nil {
		errs = append(errs, h.ledger.Close())
	}
	if h.unlist != nil {
		h.unlist()
	}
	h.shedder, h.desk, h.ledger, h.unlist = nil, nil, nil, nil
	return errors.Join(errs...)
}

// told is what the admin endpoint tells of the gate.
func (h *Handler) told(built *built) *admin.Gate {
	g := &admin.Gate{Gate: built.gate, Profile: cmp.Or(h.Contract, "documented"), Rules: built.rules}
	for _, r := range built.declared {
		g.Templates = append(g.Templates, r.Path)
	}
	if built.described != nil {
		g.Documents = built.described.files
	}
	return g
}

// ServeHTTP answers the request itself or hands it on and answers in the
// words of the contract.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	return h.gate.Serve(w, r, next)
}

// Gate is the gate of a handler that was provisioned, nil of any other.
func (h *Handler) Gate() *exchange.Gate { return h.gate }

// Where tells where an option stands, as file:line, by the words that lead to it and
// by the number of a rule or a resource: map.3, resource.0. It is "" where that is
// not known, as for what came from JSON.
func (h *Handler) Where(option string) string {
	if at, ok := h.lines[option]; ok {
		return at.String()
	}
	return ""
}

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)
)
