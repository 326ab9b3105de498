package exchange

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/statusgate/statusgate/internal/overload"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shed"
)

// Trace takes down what an exchange goes through, for people who ask why. A gate in
// normal service has none: then each step costs a comparison with nil. Only one
// exchange at a time may go through a gate that has one.
type Trace struct {
	// Steps are what was looked at, in order.
	Steps []Step
	// Outcome is how the exchange ended, once it has.
	Outcome *normalize.Outcome
	// Resource is what the request was held against, nil if it was not.
	Resource *Resource

	err   error       // that a handler returned
	from  string      // where the Location of the answer comes from
	plan  string      // why the body becomes what it does
	fate  string      // what it becomes
	fresh bool        // a step of the body is due
	is    http.Header // the fields of an answer that is only reported
	would http.Header // as they would be
}

// The kinds of steps.
const (
	StepResource   = "resource"   // which template has the path
	StepCheck      = "check"      // one check of the request
	StepOverload   = "overload"   // what the limiter said
	StepAnswer     = "answer"     // what came from behind
	StepRule       = "rule"       // a rule that was tried
	StepInspection = "inspection" // a body that told too little
	StepTable      = "table"      // what the table knows of the status
	StepDecision   = "decision"   // which status goes out
	StepField      = "field"      // a header field that is owed, added, changed or dropped
	StepBody       = "body"       // whose body goes out
)

// Step is one thing that an exchange went through. What the texts are, depends on
// the kind.
type Step struct {
	// Kind is one of those above.
	Kind string `json:"kind"`
	// What was looked at: a template, a check, a rule, a status, a field.
	What string `json:"what"`
	// Result is what came of it.
	Result string `json:"result"`
	// Why says in words for people what made it so.
	Why string `json:"why,omitempty"`
	// At is where it stands in the configuration, as file:line, where that is known.
	At string `json:"at,omitempty"`
	// Conditions are those of a rule.
	Conditions []StepCondition `json:"conditions,omitempty"`
	// Users are those of a status in the table.
	Users []StepUser `json:"users,omitempty"`

	// Rule is the index of a rule, -1 for other kinds.
	Rule int `json:"-"`
}

// StepCondition is a condition of a rule and what came of it.
type StepCondition struct {
	Condition string `json:"condition"`
	// Result is holds, fails or undecided.
	Result string `json:"result"`
	// Why is the value that made it so.
	Why string `json:"why,omitempty"`
}

// StepUser is who uses a status, and what for.
type StepUser struct {
	User  string `json:"user"`
	Means string `json:"means"`
}

// add takes down a step that is no rule.
func (t *Trace) add(kind, what, result, why string) {
	t.Steps = append(t.Steps, Step{Kind: kind, What: what, Result: result, Why: why, Rule: -1})
}

// resource takes down which resource has the path of a request.
func (t *Trace) resource(res *Resource, unknown, rejected bool) {
	if t == nil {
		return
	}
	t.Resource = res
	switch {
	case rejected:
		t.add(StepResource, res.Path, "refused", "no resource has the path, and unknown_resources says reject")
	case unknown:
		t.add(StepResource, res.Path, "none", "no resource has the path: the options of the gate count")
	case res.Path == "":
		t.add(StepResource, res.Path, "none", "no resource is declared: the options of the gate count")
	default:
		t.add(StepResource, res.Path, "found", "")
	}
}

// check takes down a check and what it compared. What is not declared is not
// checked.
func (t *Trace) check(name string, declared, passes bool, got, want string) {
	if t == nil || !declared {
		return
	}
	result := "passes"
	if !passes {
		result = "refused"
	}
	t.add(StepCheck, name, result, got+": want "+want)
}

// method takes down the check of the method.
func (t *Trace) method(r *request, passes bool) {
	if t == nil {
		return
	}
	if methods := r.methods(); methods != nil {
		t.check("method", true, passes, r.Method, methods.Allow())
	}
}

// content takes down the checks of the request's content. why is the first that
// fails, 0 for none.
func (t *Trace) content(res *Resource, r *request, why normalize.Reason, content bool) {
	if t == nil {
		return
	}
	shown := func(name string) string {
		if !content {
			return "no content"
		}
		return shownField(r.Header, name)
	}
	if res.Consumes != nil {
		t.check("content_type", true, !content || why != normalize.ReasonContentType, shown("Content-Type"), res.Consumes.String())
	}
	if res.Codings != nil && (!content || why != normalize.ReasonContentType) {
		t.check("content_coding", true, !content || why != normalize.ReasonContentCoding, shown("Content-Encoding"), res.Codings.String())
	}
}

// accept takes down the check of Accept, and which type it chose.
func (t *Trace) accept(res *Resource, r *request, chosen any, passes bool) {
	if t == nil {
		return
	}
	t.check("accept", true, passes, shownField(http.Header{"Accept": r.accept}, "Accept"), strings.Join(res.Produces.Types(), ", "))
	if passes {
		t.Steps[len(t.Steps)-1].Why += fmt.Sprint("; chosen: ", chosen)
	}
}

// shownField is a field as it was sent.
func shownField(fields http.Header, name string) string {
	values := fields[name]
	if len(values) == 0 {
		return "no " + name
	}
	return name + ": " + strings.Join(values, ", ")
}

// overload takes down what the limiter said, if it was asked.
func (t *Trace) overload(p *shed.Place, v overload.Verdict) {
	switch {
	case t == nil:
	case p == nil:
		t.add(StepOverload, "", "exempt", "the request takes no place")
	default:
		result := p.Outcome.String()
		if v == overload.WouldShed {
			result += " (reported)"
		}
		t.add(StepOverload, p.Class.String(), result, "")
	}
}

// failed takes down that a handler returned an error.
func (t *Trace) failed(err error) {
	if t != nil {
		t.err = err
	}
}

// answered takes down a status that came from behind.
func (t *Trace) answered(j *judgement) {
	if t == nil {
		return
	}
	r := &j.response
	result := statusText(r.Status)
	switch {
	case r.Source == normalize.SourceGateway && t.err != nil:
		t.add(StepAnswer, "gateway", result, causeOf(t.err))
	case j.unanswered:
		t.add(StepAnswer, "nobody", result, "no handler has answered: the server sends an empty 200")
	default:
		t.add(StepAnswer, "backend", result, shownField(r.Header, "Content-Type"))
	}
}

// causeOf is what an error of a handler says, without where Caddy met it.
func causeOf(err error) string {
	if he, ok := errors.AsType[caddyhttp.HandlerError](err); ok && he.Err != nil {
		return he.Err.Error()
	}
	return err.Error()
}

// statusText is a received or sent status as texts have it.
func statusText(status int) string {
	if status == normalize.NotAsked {
		return "none"
	}
	return strconv.Itoa(status)
}

// undecided takes down a body that told too little.
func (t *Trace) undecided(cause string) {
	if t != nil {
		t.add(StepInspection, "body", "undecided", cause)
	}
}
