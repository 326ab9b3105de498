// Package telemetry makes decisions known: in Prometheus metrics, in the log, in
// the access log and in Caddy's placeholders. It takes outcomes as plain values
// and knows nothing of how they come about.
package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/statusgate/statusgate/normalize"
)

// Gate is what operators see of one gate. It is safe for concurrent use.
type Gate struct {
	name   string
	report bool
	rules  []rule // by index
	*metrics
	events  *events
	unknown unknowns
}

// rule is the text of a rule, also as a placeholder value.
type rule struct {
	text  string
	boxed any
}

// New registers the series of a gate with the registry of its configuration;
// gates of one name share them. Report says that the gate changes nothing.
// Rules are the texts of the gate's rules in their order.
func New(reg *prometheus.Registry, logger *zap.Logger, name string, report bool, rules []string) (*Gate, error) {
	m, err := newMetrics(reg, name, report, rules)
	if err != nil {
		return nil, err
	}
	if m.suspected, err = newSuspected(reg, name); err != nil {
		return nil, err
	}
	g := &Gate{name: name, report: report, metrics: m}
	for _, text := range rules {
		g.rules = append(g.rules, rule{text, text})
	}
	g.SetLogger(logger)
	return g, nil
}

// SetLogger makes the gate speak to a logger. No request may be under way.
func (g *Gate) SetLogger(logger *zap.Logger) {
	g.events = &events{logger: logger.With(zap.String("gate", g.name))}
}

// Logger is the log of the gate, for events that have a rhythm of their own.
func (g *Gate) Logger() *zap.Logger { return g.events.logger }

// Violation is what a backend owes its clients and the gate can't make up.
type Violation uint8

// The violations that are counted.
const (
	CreatedWithoutLocation Violation = iota
	AcceptedWithoutLocation
	MethodNotAllowedWithoutAllow
	UnacceptableRepresentation
	violations
)

var violationWords = [violations]string{
	"created_without_location", "accepted_without_location", "method_not_allowed_without_allow", "unacceptable_representation",
}

// String is the word in metrics and logs.
func (v Violation) String() string { return violationWords[v] }

// Violated counts a violation and tells of its kind.
func (g *Gate) Violated(v Violation) {
	g.violated[v].Inc()
	g.events.say(eventViolation+eventKind(v), zapcore.WarnLevel, "the backend owes its clients something", zap.Stringer("violation", v))
}

// Cause is why a body went on without a decision.
type Cause uint8

// The causes that are counted.
const (
	TooLarge  Cause = iota // it is longer than what may be inspected
	Coding                 // its content coding can't be decoded
	Memory                 // too much is held already
	Stream                 // it was flushed, and nothing more came
	Malformed              // it is not what its label says
	causes
)

var causeWords = [causes]string{"too_large", "coding", "memory", "stream", "malformed"}

// String is the word in metrics.
func (c Cause) String() string { return causeWords[c] }

// Undecided counts a body that went on without a decision.
func (g *Gate) Undecided(c Cause) { g.undecided[c].Inc() }

// Held adds to the bytes of bodies that are held.
func (g *Gate) Held(bytes int64) { g.held.Add(float64(bytes)) }

// Nested tells that the gate is behind another one of its name, so that nobody can
// tell their series apart.
func (g *Gate) Nested() {
	if c := g.events.logger.Check(zapcore.WarnLevel, "the gate is behind another one of the same name: give one a name of its own"); c != nil {
		c.Write()
	}
}

// BadPage tells that the operator's own page could not be made of a problem.
func (g *Gate) BadPage(err error) {
	g.events.say(eventBadPage, zapcore.ErrorLevel, "the page of problems html could not be made, the built-in one was sent", zap.Error(err))
}

// Unknown tells of a status that the table does not know, and keeps it for those
// who ask. Path is the path's template, or its shape: nothing of a person.
func (g *Gate) Unknown(status int, reason normalize.Reason, path string) {
	if say, unsaid := g.unknown.add(status, path); say {
		g.events.unknown(status, reason, path, unsaid)
	}
}

// Unknowns are the statuses that nobody knows, the latest first.
func (g *Gate) Unknowns() []UnknownStatus { return g.unknown.list() }

// Name is the name of the gate.
func (g *Gate) Name() string { return g.name }

// Failed tells of an error that is answered by the gate and so does not reach
// the server's log.
func (g *Gate) Failed(status int, reason normalize.Reason, err error) {
	g.events.failed(status, reason, err)
}
