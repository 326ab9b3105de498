package statusgate

import (
	"fmt"
	"net/http"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/normalize"
)

// outcome is a decision on one exchange, whether it is carried out or only
// reported.
type outcome struct {
	received int    // notAsked, or what came from behind
	sent     int    // the status that the client gets
	rule     int    // the index of the rule that decided, -1 for none
	err      string // the error of RFC 9209 §2.3, "" where the backend made the response
	reason   normalize.Reason
	verbatim bool // passes as it is: allowed, or passed by a rule
	gateway  bool // made by the gateway; the backend has no answer to show
}

// notAsked is the received status of an exchange that the backend knows
// nothing of. It is no status: a backend can send even 000.
const notAsked = -1

// changed reports whether the client gets another status than the backend sent.
func (o *outcome) changed() bool { return o.received != o.sent }

// record makes the outcome known: to the metrics, the placeholders and the
// access log. Called once for each exchange, before the head is sent.
func (w *responseWriter) record(o *outcome) {
	if w.recorded {
		return
	}
	w.recorded = true
	w.gate.metrics.respond(o)
	if w.replacer != nil {
		w.setPlaceholder("http.statusgate.received_status", boxedStatus(o.received))
		w.setPlaceholder("http.statusgate.sent_status", boxedStatus(o.sent))
		w.setPlaceholder("http.statusgate.reason", boxedReasons[o.reason])
		rule := noText // a placeholder that nobody set would stand there as it is written
		if o.rule >= 0 {
			rule = w.gate.rules[o.rule].boxed
		}
		w.setPlaceholder("http.statusgate.rule", rule)
	}
	if extra := accessLog(w.request); extra != nil {
		extra.Set(zap.Object("statusgate", logged{outcome: *o, gate: w.gate}))
	}
}

// setPlaceholder does not allocate for values that are in an interface already.
func (w *responseWriter) setPlaceholder(key string, value any) {
	if w.replacer != nil {
		w.replacer.Set(key, value)
	}
}

func replacerOf(r *http.Request) *caddy.Replacer {
	replacer, _ := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	return replacer
}

// accessLog returns the fields of the request's access-log line, nil where
// there will be none.
func accessLog(r *http.Request) *caddyhttp.ExtraLogFields {
	server, _ := r.Context().Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if server == nil || server.Logs == nil {
		return nil
	}
	extra, _ := r.Context().Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields)
	return extra
}

// logged is an outcome in the access log.
type logged struct {
	outcome
	gate *gate
}

// MarshalLogObject implements [zapcore.ObjectMarshaler].
func (l logged) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("gate", l.gate.name)
	if l.gate.report {
		enc.AddString("mode", "report")
	}
	if l.received != notAsked {
		enc.AddInt("received_status", l.received)
	}
	enc.AddInt("sent_status", l.sent)
	enc.AddString("reason", l.reason.String())
	if l.rule >= 0 {
		enc.AddString("rule", l.gate.rules[l.rule].text)
	}
	return nil
}

// Values as interfaces, made once: setting a placeholder then costs no
// allocation.
var (
	noText        any = ""
	boxedStatuses     = func() (boxed [1000]any) {
		for status := range boxed {
			boxed[status] = status
		}
		return boxed
	}()
	boxedReasons = func() (boxed [32]any) {
		for i := range boxed {
			boxed[i] = normalize.Reason(i).String() //nolint:gosec // below 32
		}
		return boxed
	}()
)

func boxedStatus(status int) any {
	switch {
	case status == notAsked:
		return "none"
	case status >= 0 && status < len(boxedStatuses):
		return boxedStatuses[status]
	}
	return status
}

// statusLabel is a status as a label value, three digits as in a status line.
// The set is closed: a status that the table does not know is other.
func statusLabel(status int) string {
	switch {
	case status == notAsked:
		return "none"
	case status < 0 || status >= len(statusLabels):
		return "other"
	}
	return statusLabels[status]
}

var statusLabels = func() (labels [1000]string) {
	for status := range labels {
		labels[status] = "other"
		if normalize.Known(status) {
			labels[status] = fmt.Sprintf("%03d", status)
		}
	}
	return labels
}()
