package exchange

import (
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
)

var answerWords = [...]string{inspect.Unknown: "undecided", inspect.No: "fails", inspect.Yes: "holds"}

// decided takes down the rules that were tried, and what the table knows of the
// status where it had a say.
func (t *Trace) decided(j *judgement, o *normalize.Outcome) {
	if t == nil {
		return
	}
	for _, c := range j.gate.Contract.Consider(&j.response) {
		step := Step{Kind: StepRule, What: c.Rule.String(), Result: answerWords[c.Answer], Rule: c.Index}
		for i, a := range c.When {
			condition := c.Rule.When[i]
			step.Conditions = append(step.Conditions, StepCondition{
				Condition: condition.String(), Result: answerWords[a], Why: condition.Evidence(&j.response),
			})
		}
		t.Steps = append(t.Steps, step)
	}
	if o.Reason != normalize.ReasonRule {
		t.table(j.response.Status)
	}
	if o.Unknown {
		t.Steps[len(t.Steps)-1].Why += " But the request is not idempotent (RFC 9110 §9.2.2), and may have been carried out:" +
			" a 503 would ask to repeat it."
	}
}

// table takes down what the table knows of a received status.
func (t *Trace) table(status int) {
	to, known := normalize.Target(status)
	if !known {
		t.add(StepTable, statusText(status), statusText(to), "nobody is known to use this status: its class counts")
		return
	}
	entry, _ := normalize.Lookup(status)
	step := Step{
		Kind: StepTable, What: strings.TrimSpace(statusText(status) + " " + entry.Name), Result: statusText(to), Why: entry.Why, Rule: -1,
	}
	if entry.Disputed != "" {
		step.Why += " " + entry.Disputed
	}
	for _, m := range entry.Meanings {
		step.Users = append(step.Users, StepUser{User: m.User, Means: m.Means})
	}
	t.Steps = append(t.Steps, step)
}

// location takes note of where a Location comes from.
func (t *Trace) location(from string) {
	if t != nil {
		t.from = from
	}
}

// planned takes note of why the body becomes what it does.
func (t *Trace) planned(why string) {
	if t != nil {
		t.plan = why
	}
}

// becomes takes note of what the body becomes; why, if it is not "", counts more
// than what was planned.
func (t *Trace) becomes(fate, why string) {
	if t == nil {
		return
	}
	t.fate, t.fresh = fate, true
	if why != "" {
		t.plan = why
	}
}

// replaced takes note of why a problem takes the place of a body, if that is only
// known now.
func (t *Trace) replaced(s *sender, o *normalize.Outcome) {
	switch {
	case t == nil:
	case o.Gateway:
		t.becomes("replaced", "the answer is the gate's own: a problem")
	case s.body.state == deferred:
		t.becomes("replaced", "it is empty, or a page without a label: a problem")
	case s.body.state == holding && s.document.kind == problemDocument:
		t.becomes("replaced", "it is no valid problem: one of the gate's")
	case s.body.state == holding:
		t.becomes("replaced", whyInternal+", and it is no error of the client's own protocol: a problem")
	default:
		t.becomes("replaced", t.plan+": a problem")
	}
}

// conformed takes note of a document that was brought in line.
func (t *Trace) conformed(d document) {
	switch {
	case t == nil:
	case d.kind == problemDocument:
		t.becomes("kept", t.plan+": its members are brought in line")
	default:
		t.becomes("kept", t.plan+": less what it may tell of the backend")
	}
}

// reported takes note of what a body would become.
func (t *Trace) reported(p bodyPlan) {
	if t == nil {
		return
	}
	switch p.plan {
	case planReplace:
		t.becomes("replaced", p.why)
	case planDrop, planRefuse:
		t.becomes("none", p.why)
	case planHold:
		t.becomes("kept", p.why+", or replaced if it is none")
	default:
		t.becomes("kept", p.why)
	}
}

// before is a copy of the fields of an answer before they are mended.
func (t *Trace) before(fields http.Header) http.Header {
	if t == nil {
		return nil
	}
	return fields.Clone()
}

// mended takes down an outcome, what became of the fields and what of the body.
func (t *Trace) mended(g *Gate, o *normalize.Outcome, before, after http.Header) {
	if t == nil {
		return
	}
	t.Outcome = nil // of what was not carried out
	t.outcome(o)
	t.fields(g, o, before, after)
	t.body()
}

// outcome takes down which status goes out, or would. What is reported first counts.
func (t *Trace) outcome(o *normalize.Outcome) {
	if t.Outcome == nil {
		outcome := *o
		t.Outcome = &outcome
	}
	t.add(StepDecision, statusText(o.Received), statusText(o.Sent), o.Reason.String())
}

// foreseen takes note of the fields that an answer would have.
func (t *Trace) foreseen(before, after http.Header) {
	if t != nil {
		t.is, t.would = before, after
	}
}

// concluded takes down an outcome that is not carried out here.
func (t *Trace) concluded(g *Gate, o *normalize.Outcome) {
	if t == nil {
		return
	}
	t.outcome(o)
	t.fields(g, o, t.is, t.would)
	t.body()
}

// body takes down what becomes of the body, if that is new.
func (t *Trace) body() {
	if t != nil && t.fresh {
		t.add(StepBody, "", t.fate, t.plan)
		t.fresh = false
	}
}

// owedBy are the fields that statuses owe.
var owedBy = map[int]string{
	http.StatusCreated: "Location", http.StatusAccepted: "Location", http.StatusUnauthorized: "Www-Authenticate",
	http.StatusMethodNotAllowed: "Allow", http.StatusUnsupportedMediaType: "Accept", http.StatusServiceUnavailable: "Retry-After",
}

// fields takes down what the status owes, and every field that was added, changed or
// dropped.
func (t *Trace) fields(g *Gate, o *normalize.Outcome, before, after http.Header) {
	owed := owedBy[o.Sent]
	switch was, is := before[owed], after[owed]; {
	case owed == "" || o.Verbatim || after == nil:
	case len(is) == 0:
		t.add(StepField, shownName(owed), "", "owed, but neither the backend nor the configuration tells it")
	case slices.Equal(was, is):
		t.add(StepField, shownName(owed), strings.Join(is, ", "), "owed: it is there")
	}
	names := make([]string, 0, len(before)+len(after))
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		was, is := before[name], after[name]
		if slices.Equal(was, is) {
			continue
		}
		why := t.whence(g, o, name, len(was) > 0)
		if len(is) == 0 {
			why = "dropped: " + strings.Join(was, ", ") + " is not true of this answer"
		}
		t.add(StepField, shownName(name), strings.Join(is, ", "), why)
	}
}

// whence says where the value of a field comes from that the gate has written.
func (t *Trace) whence(g *Gate, o *normalize.Outcome, name string, changed bool) string {
	switch name {
	case "Location":
		if changed {
			return "moved from the backend's own host to the public one"
		}
		return "owed: " + t.from
	case "Www-Authenticate":
		return "owed: challenge"
	case "Allow":
		return "owed: the methods of the resource"
	case "Accept", "Accept-Patch", "Accept-Post", "Accept-Query":
		return "owed: what the resource consumes"
	case "Accept-Encoding":
		return "owed: the codings of the resource"
	case "Retry-After":
		return "owed: retry_after, drawn by lot"
	case "Proxy-Status":
		return "tells what was received, or what failed (RFC 9209)"
	case "Vary":
		return "the answer depends on what the request accepts"
	case "Cache-Control":
		return "nobody is to keep this answer"
	case "Connection":
		return "the rest of the request's content is not read"
	}
	if strings.HasPrefix(name, "Access-Control-") {
		return "cors"
	}
	return "the gate " + g.Name
}

// shownName is the name of a field as its documents write it.
func shownName(name string) string {
	if name == "Www-Authenticate" {
		return "WWW-Authenticate"
	}
	return name
}
