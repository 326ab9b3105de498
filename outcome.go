package statusgate

import (
	"math"
	"net/http"

	"go.uber.org/zap"

	"github.com/caddyserver/caddy/v2"

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
	replaced bool // the body is ours in place of the backend's
}

// notAsked is the received status of an exchange that the backend knows
// nothing of. It is no status, not even of a handler that sends 000 or -1.
const notAsked = math.MinInt

// changed reports whether the client gets another status than the backend sent.
func (o *outcome) changed() bool { return o.received != o.sent }

// internal reports whether the backend's body may show its internals: it
// failed, whatever the client is told.
func (o *outcome) internal() bool {
	return o.sent >= 500 || o.received >= 500 && o.received < 600 || o.received < 100
}

// stale reports whether what the head says of caching was said of a response
// that the client does not get.
func (o *outcome) stale() bool {
	return o.sent >= 400 && !o.reason.Rejected() && (o.received < 400 || o.gateway)
}

// publish sets the placeholders of the outcome. It comes before the fields and
// the problem of a response are written, which may use them.
func (w *responseWriter) publish(o *outcome) {
	if w.replacer == nil {
		return
	}
	w.replacer.Set("http.statusgate.received_status", boxedStatus(o.received))
	w.replacer.Set("http.statusgate.sent_status", boxedStatus(o.sent))
	w.replacer.Set("http.statusgate.reason", boxedReasons[o.reason])
	switch {
	case o.rule >= 0:
		w.replacer.Set("http.statusgate.rule", w.gate.rules[o.rule].boxed)
	case len(w.gate.rules) > 0: // no placeholder of a gate behind this one
		w.replacer.Set("http.statusgate.rule", boxedEmpty)
	}
}

// record counts the outcome and puts it into the access log. Called once for
// each exchange, before the head is sent.
func (w *responseWriter) record(o *outcome) {
	if w.recorded {
		return
	}
	w.recorded = true
	w.gate.metrics.respond(o)
	if !w.unlogged {
		w.log(o)
	}
}

func (w *responseWriter) log(o *outcome) {
	if w.extra != nil {
		w.extra.Set(zap.Object("statusgate", logged{outcome: *o, gate: w.gate, shed: w.shed.logged()}))
	}
}

// conclude makes an outcome known that is not carried out here. In report
// mode a request that would have been refused has that as its outcome, with
// what the backend made of it.
func (w *responseWriter) conclude(o outcome) {
	if w.refused.sent != 0 {
		received := o.received
		o = w.refused
		o.received = received
	}
	w.publish(&o)
	w.record(&o)
}

// clientGone is the outcome of an exchange whose client did not wait for it.
func clientGone(received int) outcome {
	return outcome{received: received, sent: statusClientGone, reason: normalize.ReasonClientGone, rule: -1}
}

// statusClientGone is what Caddy, like nginx, calls a request whose client
// left. No client sees it.
const statusClientGone = 499

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
	boxedReasons = func() (boxed [normalize.Reasons]any) {
		for i := range boxed {
			boxed[i] = normalize.Reason(i).String() //nolint:gosec // below Reasons
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
