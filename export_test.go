package statusgate

import (
	"net/http"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shed"
)

// Classify is how a handler's error is understood.
func Classify(err error, status int) (reason normalize.Reason, proxyError string) {
	return classify(err, status)
}

// HasContent reports whether a request has content.
func HasContent(r *http.Request) bool { return hasContent(r) }

// StatusLabel is a status as a label value.
func StatusLabel(status int) string { return statusLabel(status) }

// BoxedStatus is a status as a placeholder value.
func BoxedStatus(status int) any { return boxedStatus(status) }

// NewURN makes the URI of an ID.
func NewURN() string { return newURN() }

// NotAsked is the received status where the backend was not asked.
const NotAsked = notAsked

// Quiet is how long a kind of event stays unsaid.
const Quiet = quiet

// SetLogger makes a provisioned handler speak to another logger.
func (h *Handler) SetLogger(logger *zap.Logger) { h.gate.events = newEvents(logger, h.gate.name) }

// LimiterStats tells how things stand with the limiter of a handler.
func (h *Handler) LimiterStats() shed.Stats { return h.gate.shedder.limiter.Stats() }

// ClientOf identifies who makes a request.
func (h *Handler) ClientOf(r *http.Request, replacer *caddy.Replacer) uint64 {
	return h.gate.shedder.clientOf(r, replacer)
}

// RouteOf identifies what a request is for.
func (h *Handler) RouteOf(r *http.Request) uint64 {
	res, _ := h.gate.find(r)
	return h.gate.shedder.routeOf(r, res)
}

// SizeOf is what a request holds while it waits.
func SizeOf(r *http.Request) int { return sizeOf(r) }

// EndingOf is how a request leaves its place whose handler returns an error, or
// panics with a reason.
func EndingOf(w http.ResponseWriter, err error, reason any) string {
	return endings[w.(*responseWriter).ending(err, reason)]
}

var endings = map[shed.Ending]string{shed.Served: "served", shed.Failed: "failed", shed.Left: "left", shed.Unused: "unused"}

// Limits of what is held and read.
const (
	HoldLimit    = holdLimit
	DiscardLimit = discardLimit
)
