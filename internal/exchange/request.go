package exchange

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/jobdesk"
	"github.com/statusgate/statusgate/internal/requestbody"
	"github.com/statusgate/statusgate/internal/telemetry"
	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/normalize"
)

// request is what an exchange knows of its request. Method, host and accept are as
// the client sent them: handlers behind the gate may change the [http.Request].
type request struct {
	*http.Request
	client   context.Context   // canceled when the client leaves
	upload   *requestbody.Body // nil where there is no content
	record   *telemetry.Record
	replacer *caddy.Replacer // nil outside Caddy's server
	trace    *Trace          // nil in normal service
	resource *Resource
	method   string
	host     string
	accept   []string
	id       string           // of the request, once it was needed
	urn      string           // the same as a URI
	job      *jobdesk.Problem // what a problem says that tells of a job

	description
	content content
}

// content says whether a request has any.
type content uint8

const (
	contentUnknown content = iota
	contentNone
	contentSome
)

// hasContent looks into a body of unknown length, so it is asked only where the
// answer counts.
func (r *request) hasContent() bool {
	if r.content == contentUnknown {
		r.content = contentSome
		if r.ContentLength == 0 || r.Method == http.MethodConnect || r.upload.Empty() {
			r.content = contentNone
		}
	}
	return r.content == contentSome
}

func newRequest(g *Gate, r *http.Request, record *telemetry.Record) request {
	return request{
		Request: r, client: r.Context(), record: record, replacer: record.Replacer(), trace: g.Trace, resource: g.Resources.Defaults,
		method: r.Method, host: r.Host, accept: r.Header["Accept"],
	}
}

// left reports whether the client has left.
func (r *request) left() bool { return r.client.Err() != nil }

// mayStillRead reports whether a client that has left may only have ended its
// sending, as only HTTP/1.x lets it. Then it is given an answer of the contract,
// unless the gate only reports; nobody else reads it.
func (r *request) mayStillRead(report bool) bool { return r.ProtoMajor == 1 && !report }

// blame gives an error of a handler the status of the request's body, where that
// is what failed: no backend is at fault then.
func (r *request) blame(err error) error {
	if err == nil {
		return nil
	}
	switch r.upload.Fault() {
	case requestbody.Malformed, requestbody.BrokenOff:
		return asHandlerError(http.StatusBadRequest, err)
	case requestbody.Late:
		return asHandlerError(http.StatusRequestTimeout, err)
	default:
		return err
	}
}

// isWebSocket: WebSocket over HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220) is
// CONNECT on the wire and GET in the meaning of a resource.
func isWebSocket(r *http.Request) bool {
	if r.Method != http.MethodConnect {
		return false
	}
	switch r.ProtoMajor {
	case 2:
		protocol := r.Header[":protocol"]
		return len(protocol) > 0 && protocol[0] == "websocket"
	case 3:
		return r.Proto == "websocket"
	}
	return false
}

// isAsked reports whether the server asks the client for the content itself: it sends
// a 100 (Continue) as soon as the content is read (RFC 9110 §10.1.1). A 100 from behind
// would be a second one. Java's HttpClient 25.0.3 waits for ever after two.
func (r *request) isAsked() bool {
	return r.ProtoMajor == 1 && len(r.Header["Expect"]) > 0
}

// switchedUnasked reports whether a proxy got a 101 that it could not hand on.
// It says nothing then, which would be an empty success.
func (r *request) switchedUnasked() bool {
	if r.replacer == nil {
		return false
	}
	status, _ := r.replacer.Get("http.reverse_proxy.status_code")
	return status == http.StatusSwitchingProtocols
}

// takesHTML: HTML under a label is welcome where the client accepts the type that
// it has, unless the resource has none.
func (r *request) takesHTML(contentType string) bool {
	if p := r.resource.Produces; p != nil {
		isHTML := func(t string) bool { return inspect.MediaOf(t) == inspect.MediaHTML }
		if !slices.ContainsFunc(p.Types(), isHTML) {
			return false
		}
	}
	page := inspect.PageType(contentType)
	return page != "" && negotiate.Accepts(r.accept, page)
}

const requestIDPlaceholder = "http.request.uuid"

// requestID is {http.request.uuid}. To ask for it would write into the
// request's variables, which a connection attempt of reverse_proxy that lost
// its race may still be reading: a fatal error of the runtime. So an ID that
// nobody has asked for yet is made here, and kept where the placeholder is
// looked for first.
func (r *request) requestID() string {
	if r.replacer == nil || r.id != "" {
		return r.id
	}
	if r.KnownID() != "" {
		return r.id
	}
	r.urn = newURN()
	r.id = r.urn[len(urn):]
	r.replacer.Set(requestIDPlaceholder, r.id)
	r.record.LogID(r.id)
	return r.id
}

// KnownID implements [telemetry.Identified].
func (r *request) KnownID() string {
	if r.id == "" {
		if id, ok := caddyhttp.GetVar(r.Context(), "uuid").(fmt.Stringer); ok {
			r.id = id.String()
		}
	}
	return r.id
}

// instance is the ID of the request as a URI, "" where it has none.
func (r *request) instance() string {
	if r.requestID() == "" {
		return ""
	}
	if r.urn == "" {
		r.urn = urn + r.id
	}
	return r.urn
}

// expand fills in the placeholders of a configured value.
func (r *request) expand(template string) string {
	if r.replacer == nil {
		return template
	}
	r.foreseeID(template)
	return r.replacer.ReplaceAll(template, "")
}

// expandChallenge fills in a challenge. What comes from a request must not end
// a quoted string of it and begin a challenge of its own.
func (r *request) expandChallenge(challenge string) string {
	if r.replacer == nil || strings.IndexByte(challenge, '{') < 0 {
		return challenge
	}
	r.foreseeID(challenge)
	challenge, _ = r.replacer.ReplaceFunc(challenge, func(_ string, value any) (any, error) {
		return normalize.QuotedContent(caddy.ToString(value)), nil
	})
	if strings.TrimSpace(challenge) == "" {
		return DefaultChallenge
	}
	return challenge
}

// expandLocation fills in a template. A placeholder without a value makes it
// useless: "/orders/" is not the order.
func (r *request) expandLocation(template string) string {
	if template == "" || r.replacer == nil {
		return ""
	}
	r.foreseeID(template)
	location, err := r.replacer.ReplaceOrErr(template, true, true)
	if err != nil || normalize.HasDotSegment(location) {
		return ""
	}
	return r.onThisHost(normalize.CleanLocation(location))
}

// foreseeID makes the request's ID before a template asks Caddy for it.
func (r *request) foreseeID(template string) {
	if strings.Contains(template, requestIDPlaceholder) {
		r.requestID()
	}
}
