package telemetry

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/statusgate/statusgate/normalize"
)

// Quiet is how long a kind of event stays unsaid after it was said.
const Quiet = time.Minute

// eventKind is what the log speaks of: each kind at most once in a minute.
type eventKind uint8

const (
	eventUnreachable eventKind = iota
	eventTimeout
	eventIncomplete
	eventMalformed
	eventGatewayError
	eventBadPage
	eventViolation // and one for each
	eventKinds     = eventViolation + eventKind(violations)
)

// events is a log that tells of each kind of event, not of each request. How
// often something happens is in the metrics.
type events struct {
	logger *zap.Logger
	last   [eventKinds]atomic.Int64 // Unix nanoseconds
	unsaid [eventKinds]atomic.Int64
}

// say logs an event unless its kind was logged within the last minute.
func (e *events) say(kind eventKind, level zapcore.Level, message string, fields ...zap.Field) {
	now, last := time.Now().UnixNano(), e.last[kind].Load()
	if last != 0 && now-last < int64(Quiet) || !e.last[kind].CompareAndSwap(last, now) {
		e.unsaid[kind].Add(1)
		return
	}
	if c := e.logger.Check(level, message); c != nil {
		if unsaid := e.unsaid[kind].Swap(0); unsaid > 0 {
			fields = append(fields, zap.Int64("unsaid", unsaid))
		}
		c.Write(fields...)
	}
}

// unknown tells of a status that the table does not know. Who calls it sees to it
// that each value is told of once in a while.
func (e *events) unknown(status int, reason normalize.Reason, path string, unsaid int64) {
	message := "the backend sent a status that nobody knows; it goes by its class"
	if reason == normalize.ReasonMalformed {
		message = "the backend sent a malformed status line"
	}
	if c := e.logger.Check(zapcore.WarnLevel, message); c != nil {
		fields := []zap.Field{zap.Int("received_status", status), zap.String("path", path)}
		if unsaid > 0 {
			fields = append(fields, zap.Int64("unsaid", unsaid))
		}
		c.Write(fields...)
	}
}

// failed tells of an error that is answered by the gate.
func (e *events) failed(status int, reason normalize.Reason, err error) {
	if status < 500 { // as Caddy's server has it
		if c := e.logger.Check(zapcore.DebugLevel, "answered an error of a handler"); c != nil {
			c.Write(zap.Int("status", status), zap.Error(err))
		}
		return
	}
	if errors.Is(err, http.ErrAbortHandler) {
		err = errors.New("the backend broke off its answer")
	}
	var kind eventKind
	switch reason {
	case normalize.ReasonBackendUnreachable:
		kind = eventUnreachable
	case normalize.ReasonBackendTimeout:
		kind = eventTimeout
	case normalize.ReasonBackendIncomplete:
		kind = eventIncomplete
	case normalize.ReasonMalformed:
		kind = eventMalformed
	default:
		kind = eventGatewayError
	}
	e.say(kind, zapcore.ErrorLevel, "answered in place of the backend", zap.Int("status", status),
		zap.Stringer("reason", reason), zap.Error(err))
}
