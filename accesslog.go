package statusgate

import (
	"net/http"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/shed"
)

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
	shed loggedShed
}

// loggedShed is what the limiter made of a request, if it was asked.
type loggedShed struct {
	entered bool
	class   shed.Class
	outcome shed.Outcome
	wait    time.Duration
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
	if l.replaced {
		enc.AddString("body", "replaced")
	}
	if l.err != "" {
		enc.AddString("error", l.err)
	}
	if l.rule >= 0 {
		enc.AddString("rule", l.gate.rules[l.rule].text)
	}
	if l.shed.entered {
		enc.AddString("shed_class", l.shed.class.String())
		enc.AddString("shed_outcome", l.shed.outcome.String())
		enc.AddFloat64("shed_wait", l.shed.wait.Seconds())
	}
	return nil
}

var boxedEmpty any = ""
