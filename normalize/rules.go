package normalize

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// Pass as a rule's target sends the received status unchanged, Auto the one
// that the body says it should have had.
const (
	Pass = 0
	Auto = -1
)

// CheckTarget tells why a status can't be a rule's target, nil where it can.
// A target is a final status that needs nothing which the gateway can't
// supply: 206 and 304 need the request's consent, 1xx is not final.
func CheckTarget(status int) error {
	switch {
	case status < 200 || status > 599:
		return fmt.Errorf("%d is not a status that a client can be sent: want 200 to 599", status)
	case status == http.StatusPartialContent || status == http.StatusNotModified:
		return fmt.Errorf("%d only answers a request that asked for it, a rule can't make one", status)
	}
	return nil
}

// Test is one condition on a response.
type Test interface {
	// Holds reports whether the response meets the condition, as far as it is
	// known.
	Holds(r *Response) inspect.Answer
	// String gives the condition in the words of the configuration. Equal
	// conditions give equal strings.
	String() string
}

// Condition is a test or its negation.
type Condition struct {
	Not  bool
	Test Test
}

func (c Condition) holds(r *Response) inspect.Answer {
	if t, ok := c.Test.(*BodyTest); ok && !t.concerns(r) {
		return inspect.No // negated or not
	}
	a := c.Test.Holds(r)
	switch {
	case !c.Not || a == inspect.Unknown:
		return a
	case a == inspect.Yes:
		return inspect.No
	default:
		return inspect.Yes
	}
}

// String gives the condition in the words of the configuration.
func (c Condition) String() string {
	if c.Not {
		return "not " + c.Test.String()
	}
	return c.Test.String()
}

// Rule sends To, or the received status where To is [Pass], for a received
// status within one of the spans when all conditions hold.
type Rule struct {
	From []Span
	To   int
	When []Condition
}

// String gives the rule in the words of the configuration.
func (r Rule) String() string {
	var b strings.Builder
	b.WriteString("map")
	for _, span := range r.From {
		b.WriteString(" " + span.String())
	}
	switch r.To {
	case Pass:
		b.WriteString(" pass")
	case Auto:
		b.WriteString(" auto")
	default:
		b.WriteString(" " + strconv.Itoa(r.To))
	}
	for i, c := range r.When {
		b.WriteString([]string{" when ", " and "}[min(i, 1)] + c.String())
	}
	return b.String()
}

// takes reports whether the rule is for a status. [Pass] is for none that no
// client can be sent.
func (r *Rule) takes(slot int) bool {
	if r.To == Pass && (slot < 200 || slot == statusSlots-1) {
		return false
	}
	status := slot
	if slot == statusSlots-1 {
		status = Any.High
	}
	return slices.ContainsFunc(r.From, func(s Span) bool { return s.Low <= status && status <= s.High })
}

// Rules is an ordered list of rules, indexed by status: the cost of a
// decision does not grow with rules for other statuses.
type Rules struct {
	rules []Rule
	index [statusSlots][]candidate
}

// candidate is a rule for a status.
type candidate struct {
	rule uint32
	// run is how many rules follow from here on, this one included, that ask for
	// nothing but a shape of the body: 0 where this one does not.
	run uint32
}

// NewRules indexes rules. Call [Shadows] first to learn of rules that can
// never match.
func NewRules(rules []Rule) *Rules {
	rs := &Rules{rules: slices.Clone(rules)}
	shared := make(map[string][]candidate) // many statuses have the same candidates
	for slot := range statusSlots {
		var candidates []candidate
		var key strings.Builder
		for i := range rs.rules {
			if rs.rules[i].takes(slot) {
				candidates = append(candidates, candidate{rule: uint32(i)}) //nolint:gosec // an index
				fmt.Fprintf(&key, "%d ", i)
				if len(rs.rules[i].When) == 0 {
					break // takes every response with this status
				}
			}
		}
		if list, ok := shared[key.String()]; ok {
			candidates = list
		} else {
			rs.findRuns(candidates)
		}
		shared[key.String()] = candidates
		rs.index[slot] = candidates
	}
	return rs
}

// findRuns notes which candidates ask for nothing but a shape: most bodies have
// none, and then all of them are passed over at once.
func (rs *Rules) findRuns(candidates []candidate) {
	run := uint32(0)
	for i := len(candidates) - 1; i >= 0; i-- {
		if c := &candidates[i]; rs.rules[c.rule].asksForShape() {
			run++
			c.run = run
		} else {
			run = 0
		}
	}
}

func (r *Rule) asksForShape() bool {
	if len(r.When) != 1 || r.When[0].Not {
		return false
	}
	t, ok := r.When[0].Test.(*BodyTest)
	return ok && t.Test.OfShape()
}

// decide goes through the rules for a status. It calls seen, if there is one, with
// each and what came of it.
func (rs *Rules) decide(r *Response, seen func(rule int, a inspect.Answer)) (Verdict, bool) {
	undecided := false
	candidates := rs.index[slot(r.Status)]
	for at := 0; at < len(candidates); at++ {
		if run := candidates[at].run; run > 0 && seen == nil && r.Inspector != nil && r.Inspector.HasNoShape() {
			at += int(run) - 1
			continue
		}
		i := candidates[at].rule
		rule := &rs.rules[i]
		a := rule.holds(r)
		if seen != nil {
			seen(int(i), a)
		}
		switch {
		case a == inspect.No:
			continue
		case a == inspect.Unknown && r.Final:
			undecided = true
			if r.Inspector != nil || rule.To == Pass {
				return Verdict{Undecided: true}, false // who knows: no rule for what it might be
			}
			continue
		case a == inspect.Unknown:
			return Verdict{Pending: true, Rule: -1}, true
		}
		to := rule.To
		if to == Pass {
			to = r.Status
		}
		return Verdict{Status: to, Reason: ReasonRule, Rule: int(i), Undecided: undecided}, true
	}
	return Verdict{Undecided: undecided}, false
}

// holds gives no where any condition fails, and yes only where all hold and,
// for a status that is to be derived, the body has told it.
func (r *Rule) holds(resp *Response) inspect.Answer {
	all := inspect.Yes
	for i := range r.When {
		switch r.When[i].holds(resp) {
		case inspect.No:
			return inspect.No
		case inspect.Unknown:
			all = inspect.Unknown
		case inspect.Yes:
		}
	}
	if all == inspect.Yes && r.To == Auto {
		if _, ok := r.derive(resp); !ok {
			return inspect.Unknown
		}
	}
	return all
}
