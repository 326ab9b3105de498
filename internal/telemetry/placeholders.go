package telemetry

import (
	"time"

	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shed"
)

// Publish sets the placeholders of the outcome. It comes before the fields and
// the problem of a response are written, which may use them.
func (r *Record) Publish(o *normalize.Outcome) {
	if r.replacer == nil {
		return
	}
	r.replacer.Set("http.statusgate.received_status", boxedStatus(o.Received))
	r.replacer.Set("http.statusgate.sent_status", boxedStatus(o.Sent))
	r.replacer.Set("http.statusgate.reason", boxedReasons[o.Reason])
	switch rules := r.gate.rules; {
	case o.Rule >= 0:
		r.replacer.Set("http.statusgate.rule", rules[o.Rule].boxed)
	case len(rules) > 0: // no placeholder of a gate behind this one
		r.replacer.Set("http.statusgate.rule", NoText)
	}
}

// PublishNegotiated sets the placeholder of the media type that was chosen, a
// string or [NoText].
func (r *Record) PublishNegotiated(mediaType any) {
	if r.replacer != nil {
		r.replacer.Set("http.statusgate.negotiated_type", mediaType)
	}
}

// PublishShed sets the placeholders of what the limiter made of the request.
func (r *Record) PublishShed(p *shed.Place) {
	if r.replacer == nil {
		return
	}
	r.replacer.Set("http.statusgate.shed_class", boxedClasses[p.Class])
	r.replacer.Set("http.statusgate.shed_outcome", boxedOutcomes[p.Outcome])
	wait := noWait
	if p.Wait > 0 {
		wait = p.Wait
	}
	r.replacer.Set("http.statusgate.shed_wait", wait)
}

// Values as interfaces, made once: setting a placeholder then costs no
// allocation.
var (
	// NoText is the empty text.
	NoText any = ""

	noWait        any = time.Duration(0)
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
	boxedClasses = func() (boxed [shed.Classes]any) {
		for i := range boxed {
			boxed[i] = shed.Class(i).String() //nolint:gosec // below Classes
		}
		return boxed
	}()
	boxedOutcomes = func() (boxed [shed.Outcomes]any) {
		for i := range boxed {
			boxed[i] = shed.Outcome(i).String() //nolint:gosec // below Outcomes
		}
		return boxed
	}()
)

func boxedStatus(status int) any {
	switch {
	case status == normalize.NotAsked:
		return "none"
	case status >= 0 && status < len(boxedStatuses):
		return boxedStatuses[status]
	}
	return status
}
