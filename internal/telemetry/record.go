package telemetry

import (
	"net/http"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/shedlog"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/openapi"
	"github.com/statusgate/statusgate/shed"
)

// Record is what becomes known of one exchange. Its zero value belongs to no
// exchange. Only the goroutine of the handler may use it, but for Publish and
// Count.
type Record struct {
	// Watch measures the time that the exchange spends in the gate.
	Watch     Stopwatch
	gate      *Gate
	replacer  *caddy.Replacer           // nil outside Caddy's server
	fields    *caddyhttp.ExtraLogFields // of the access log, nil where there is no line
	operation *openapi.Operation        // nil where nothing is described
	counted   bool
	late      bool    // another goroutine than the handler's may count
	owed      *logged // to the access log
	last      *logged // what the access log has
	job       string  // the short form of its ID
}

// Record begins with a request.
func (g *Gate) Record(r *http.Request) Record {
	replacer, _ := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	return Record{gate: g, Watch: g.Stopwatch(), replacer: replacer, fields: accessLog(r)}
}

// accessLog returns the fields of the request's access-log line, nil where
// there will be none.
func accessLog(r *http.Request) *caddyhttp.ExtraLogFields {
	server, _ := r.Context().Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if server == nil || server.Logs == nil {
		return nil
	}
	fields, _ := r.Context().Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields)
	return fields
}

// Described notes the operation of the request, for the access log.
func (r *Record) Described(o *openapi.Operation) { r.operation = o }

// Replacer is that of the request, nil outside Caddy's server.
func (r *Record) Replacer() *caddy.Replacer { return r.replacer }

// Logged reports whether the request gets a line in the access log.
func (r *Record) Logged() bool { return r.fields != nil }

// Limited is what a limiter made of a request.
type Limited struct {
	// Place is nil where it was not asked.
	Place *shed.Place
	// Report says that it only told what it would do.
	Report bool
}

// Count counts the outcome and puts it into the access log, with what the
// limiter made of the request. It is called before the head is sent; an exchange
// is counted once, whatever comes later. Who asked may be shown as an example.
func (r *Record) Count(o *normalize.Outcome, by Limited, who Identified) {
	if r.counted {
		return
	}
	r.counted = true
	r.gate.responded(o, who)
	r.gate.changes(o)
	if r.fields == nil {
		return
	}
	l := &logged{outcome: *o, gate: r.gate, operation: r.operation, job: r.job}
	r.last = l
	if p := by.Place; p != nil {
		l.limited = limited{
			entered: true, report: by.Report, class: p.Class, outcome: p.Outcome, reason: p.Reason, client: p.Client, wait: p.Wait,
		}
	}
	if r.late {
		r.owed = l
		return
	}
	r.fields.Set(zap.Object("statusgate", l))
}

// Defer keeps Count from the access log until CatchUp: another goroutine than
// the handler's must not write to it.
func (r *Record) Defer() { r.late = true }

// CatchUp puts what Count had to leave out into the access log.
func (r *Record) CatchUp() {
	r.late = false
	if r.owed != nil {
		r.fields.Set(zap.Object("statusgate", r.owed))
		r.owed = nil
	}
}

// PublishJob makes known of which job the exchange is: the short form of its ID, and
// the word for where it stands. It comes before Count.
func (r *Record) PublishJob(id, state string) {
	r.job = id
	if r.replacer != nil {
		r.replacer.Set("http.statusgate.job", id)
		r.replacer.Set("http.statusgate.job_state", state)
	}
}

// LogTo puts what Count has put into one access log into that of another request.
func (r *Record) LogTo(other *http.Request) {
	if fields := accessLog(other); fields != nil && r.last != nil {
		fields.Set(zap.Object("statusgate", r.last))
	}
}

// LogID puts the ID of the request into the access log, where Caddy has it.
func (r *Record) LogID(id string) {
	if r.fields != nil {
		r.fields.Set(zap.String("uuid", id))
	}
}

// logged is an outcome in the access log. It is read after the exchange.
type logged struct {
	outcome   normalize.Outcome
	gate      *Gate
	operation *openapi.Operation
	limited   limited
	job       string
}

// limited is what the limiter made of a request, as far as it is logged.
type limited struct {
	entered bool // it was asked
	report  bool // it only told what it would do
	class   shed.Class
	outcome shed.Outcome
	reason  shed.Reason // of one that was shed
	client  uint64      // the hash
	wait    time.Duration
}

// MarshalLogObject implements [zapcore.ObjectMarshaler].
func (l *logged) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	o := &l.outcome
	enc.AddString("gate", l.gate.name)
	if l.gate.report {
		enc.AddString("mode", "report")
	}
	if o.Received != normalize.NotAsked {
		enc.AddInt("received_status", o.Received)
	}
	enc.AddInt("sent_status", o.Sent)
	if l.operation != nil {
		enc.AddString("operation", l.operation.String())
	}
	enc.AddString("reason", o.Reason.String())
	if o.Replaced {
		enc.AddString("body", "replaced")
	}
	if o.Moved {
		enc.AddString("location", "moved")
	}
	if added := o.Owed.Fields(); len(added) > 0 && !o.Reason.Rejected() {
		zap.Strings("added", added).AddTo(enc)
	}
	if o.Error != "" {
		enc.AddString("error", o.Error)
	}
	if o.Rule >= 0 {
		enc.AddString("rule", l.gate.rules[o.Rule].text)
	}
	if l.job != "" {
		enc.AddString("job", l.job)
	}
	if l.limited.entered {
		l.limited.marshal(enc)
	}
	return nil
}

func (l *limited) marshal(enc zapcore.ObjectEncoder) {
	enc.AddString("shed_class", l.class.String())
	enc.AddString("shed_outcome", l.outcome.String())
	enc.AddFloat64("shed_wait", l.wait.Seconds())
	if l.report {
		enc.AddString("shed_mode", "report")
	}
	if shedlog.HasReason(l.outcome) {
		enc.AddString("shed_reason", l.reason.String())
		if client := shedlog.Client(l.client); client != "" {
			enc.AddString("shed_client", client)
		}
	}
}
