package statusgate

import (
	"net/http"

	"go.uber.org/zap"

	"github.com/statusgate/statusgate/normalize"
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

// NotAsked is the received status where the backend was not asked.
const NotAsked = notAsked

// Quiet is how long a kind of event stays unsaid.
const Quiet = quiet

// SetLogger makes a provisioned handler speak to another logger.
func (h *Handler) SetLogger(logger *zap.Logger) { h.gate.events = newEvents(logger, h.gate.name) }

// Limits of what is held and read.
const (
	HoldLimit    = holdLimit
	DiscardLimit = discardLimit
)
