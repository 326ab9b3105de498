package normalize

import (
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// Considered is a rule that a decision went through.
type Considered struct {
	// Index is the rule's place among the rules, and Rule the rule itself.
	Index int
	Rule  *Rule
	// Answer is what came of it. It is [inspect.Unknown] also where all conditions
	// hold and the body does not tell the status.
	Answer inspect.Answer
	// When has the answer of each condition.
	When []inspect.Answer
}

// Consider gives the rules that [Contract.Decide] goes through for a response, in
// their order: those for its status, up to the one that ends the search. It is for
// people who ask why, and allocates.
func (c *Contract) Consider(r *Response) (through []Considered) {
	if c.rules == nil {
		return nil
	}
	c.rules.decide(r, func(i int, a inspect.Answer) {
		rule := &c.rules.rules[i]
		answers := make([]inspect.Answer, len(rule.When))
		for at := range rule.When {
			answers[at] = rule.When[at].holds(r)
		}
		through = append(through, Considered{Index: i, Rule: rule, Answer: a, When: answers})
	})
	return through
}

// Evidence tells in words what a condition was answered with, "" where there is
// nothing to tell. The values are those of the response.
func (c Condition) Evidence(r *Response) string {
	switch t := c.Test.(type) {
	case HeaderTest:
		values := r.Header[t.Field]
		if len(values) == 0 {
			return "no " + t.Field
		}
		return t.Field + ": " + strings.Join(values, ", ")
	case SourceTest:
		return SourceTest(r.Source).String()
	case MethodTest:
		return "method " + r.method()
	case *BodyTest:
		return t.evidence(r)
	}
	return ""
}

func (t *BodyTest) evidence(r *Response) string {
	switch {
	case r.Source != SourceBackend:
		return "no body of the backend"
	case !t.Test.Possible(r.Media):
		return "the media type rules it out"
	case t.Unwelcome && r.HTMLWelcome:
		return "the client takes HTML"
	case r.Inspector == nil:
		return "the body is not looked into"
	}
	return r.Inspector.Evidence(t.Index)
}
