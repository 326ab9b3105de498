package normalize

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// Span is a range of statuses, both ends included.
type Span struct{ Low, High int }

// Any is the span that takes every status, malformed ones too.
var Any = Span{Low: -1, High: statusSlots - 1}

// ParseSpan reads the words of a rule's left side: a status (404), a range
// (520-527), a class (5xx) or any. Statuses are 0 to 999; 1xx is refused
// because informational responses always pass.
func ParseSpan(word string) (Span, error) {
	if word == "any" {
		return Any, nil
	}
	span, ok := parseSpan(word)
	switch {
	case !ok:
		return Span{}, fmt.Errorf("%q is not a status, a range like 520-527, a class like 5xx or any", word)
	case span.Low > span.High:
		return Span{}, fmt.Errorf("the range %q runs backwards", word)
	case span.Low >= 100 && span.High < 200:
		return Span{}, fmt.Errorf("%q: 1xx responses always pass, no rule sees them", word)
	}
	return span, nil
}

func parseSpan(word string) (Span, bool) {
	if len(word) == 3 && strings.EqualFold(word[1:], "xx") && word[0] >= '0' && word[0] <= '9' {
		low := int(word[0]-'0') * 100
		return Span{Low: low, High: low + 99}, true
	}
	low, high, isRange := strings.Cut(word, "-")
	from, ok := parseStatus(low)
	if !isRange || !ok {
		return Span{Low: from, High: from}, ok
	}
	to, ok := parseStatus(high)
	return Span{Low: from, High: to}, ok
}

// parseStatus reads one to three digits.
func parseStatus(digits string) (int, bool) {
	if len(digits) == 0 || len(digits) > 3 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	return int(n), err == nil //nolint:gosec // three digits
}

// String gives the span in a rule's words.
func (s Span) String() string {
	switch {
	case s == Any:
		return "any"
	case s.Low == s.High:
		return strconv.Itoa(s.Low)
	case s.Low%100 == 0 && s.High == s.Low+99:
		return strconv.Itoa(s.Low/100) + "xx"
	}
	return strconv.Itoa(s.Low) + "-" + strconv.Itoa(s.High)
}

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
	a := c.Test.Holds(r)
	if t, ok := c.Test.(BodyTest); ok && !t.concerns(r) {
		return inspect.No // negated or not
	}
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
	index [statusSlots][]uint32
}

// NewRules indexes rules. Call [Shadows] first to learn of rules that can
// never match.
func NewRules(rules []Rule) *Rules {
	rs := &Rules{rules: slices.Clone(rules)}
	shared := make(map[string][]uint32) // many statuses have the same candidates
	for slot := range statusSlots {
		var candidates []uint32
		var key strings.Builder
		for i := range rs.rules {
			if rs.rules[i].takes(slot) {
				candidates = append(candidates, uint32(i)) //nolint:gosec // an index
				fmt.Fprintf(&key, "%d ", i)
				if len(rs.rules[i].When) == 0 {
					break // takes every response with this status
				}
			}
		}
		if list, ok := shared[key.String()]; ok {
			candidates = list
		}
		shared[key.String()] = candidates
		rs.index[slot] = candidates
	}
	return rs
}

func (rs *Rules) decide(r *Response) (Verdict, bool) {
	undecided := false
	for _, i := range rs.index[slot(r.Status)] {
		rule := &rs.rules[i]
		switch a := rule.holds(r); {
		case a == inspect.No:
			continue
		case a == inspect.Unknown && r.Final:
			undecided = true
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

// Shadow names a rule that can never match. By holds the earlier rules that
// take all its statuses, in order; it is empty where the rule contradicts
// itself, and Why then says how.
type Shadow struct {
	Rule int
	By   []int
	Why  string
}

// Shadows finds the rules that can never match: those whose conditions
// contradict each other, and those whose every status is taken by earlier
// rules that ask for no more than they do.
func Shadows(rules []Rule) []Shadow {
	var shadows []Shadow
	for i := range rules {
		if why := contradiction(rules[i].When); why != "" {
			shadows = append(shadows, Shadow{Rule: i, Why: why})
			continue
		}
		if by := shadowedBy(rules[:i], &rules[i]); by != nil {
			shadows = append(shadows, Shadow{Rule: i, By: by})
		}
	}
	return shadows
}

// shadowedBy returns the earlier rules that between them take every status
// of rule, nil where one is left.
func shadowedBy(earlier []Rule, rule *Rule) []int {
	wider := make([]int, 0, len(earlier))
	for i := range earlier {
		if subset(earlier[i].When, rule.When) {
			wider = append(wider, i)
		}
	}
	if len(wider) == 0 {
		return nil
	}
	var by []int
	for slot := range statusSlots {
		if !rule.takes(slot) || (slot >= 100 && slot < 200) {
			continue
		}
		i := slices.IndexFunc(wider, func(i int) bool { return earlier[i].takes(slot) })
		if i < 0 {
			return nil
		}
		if !slices.Contains(by, wider[i]) {
			by = append(by, wider[i])
		}
	}
	slices.Sort(by)
	return by
}

// subset reports whether few ask for no more than many do.
func subset(few, many []Condition) bool {
	for _, c := range few {
		if !slices.ContainsFunc(many, func(m Condition) bool { return implies(m, c) }) {
			return false
		}
	}
	return true
}

// implies reports whether b holds whenever a does: they are the same, b asks
// only for the field that a asks a value of, or the other way round where both
// are negated; or they name the same of the two sources.
func implies(a, b Condition) bool {
	if a.String() == b.String() {
		return true
	}
	if fieldA, ok := a.Test.(HeaderTest); ok {
		fieldB, ok := b.Test.(HeaderTest)
		if !ok || a.Not != b.Not || fieldA.Field != fieldB.Field {
			return false
		}
		return fieldB.AnyValue && !a.Not || fieldA.AnyValue && a.Not
	}
	sourceA, okA := a.Test.(SourceTest)
	sourceB, okB := b.Test.(SourceTest)
	return okA && okB && (sourceA == sourceB) == (a.Not == b.Not)
}

// contradiction tells which two conditions can't both hold.
func contradiction(when []Condition) string {
	for i, a := range when {
		for _, b := range when[i+1:] {
			if excludes(a, b) {
				return fmt.Sprintf("%q and %q can't both hold", a, b)
			}
		}
	}
	return ""
}

// excludes: a implies that b does not hold.
func excludes(a, b Condition) bool { return implies(a, Condition{Not: !b.Not, Test: b.Test}) }

// HeaderTest holds when the response has the field, and a value of it matches
// the pattern if there is one: * at its start, its end or both stands for any
// text, as in Caddy's header matcher.
type HeaderTest struct {
	Field, Pattern string
	AnyValue       bool
}

// Holds implements [Test].
func (t HeaderTest) Holds(r *Response) inspect.Answer {
	values := r.Header[t.Field]
	return known(t.AnyValue && len(values) > 0 ||
		!t.AnyValue && slices.ContainsFunc(values, func(v string) bool { return matchPattern(t.Pattern, v) }))
}

func known(yes bool) inspect.Answer {
	if yes {
		return inspect.Yes
	}
	return inspect.No
}

// String implements [Test].
func (t HeaderTest) String() string {
	if t.AnyValue {
		return "header " + t.Field
	}
	return "header " + t.Field + " " + t.Pattern
}

func matchPattern(pattern, value string) bool {
	inner, open := strings.CutPrefix(pattern, "*")
	if !open {
		inner, open = strings.CutSuffix(pattern, "*")
		if !open {
			return value == pattern
		}
		return strings.HasPrefix(value, inner)
	}
	inner, both := strings.CutSuffix(inner, "*")
	if both {
		return strings.Contains(value, inner)
	}
	return strings.HasSuffix(value, inner)
}

// SourceTest holds when the response was made there.
type SourceTest Source

// Holds implements [Test].
func (t SourceTest) Holds(r *Response) inspect.Answer { return known(r.Source == Source(t)) }

// String implements [Test].
func (t SourceTest) String() string {
	if Source(t) == SourceGateway {
		return "source gateway"
	}
	return "source backend"
}

// FirstTaking returns the index of the first rule without conditions that
// takes the status, -1 where there is none.
func FirstTaking(rules []Rule, status int) int {
	return slices.IndexFunc(rules, func(r Rule) bool { return len(r.When) == 0 && r.takes(slot(status)) })
}

// DuplicateSpan returns the first span that stands twice in the list.
func DuplicateSpan(spans []Span) (Span, bool) {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Low, b.Low), cmp.Compare(a.High, b.High))
	})
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i], true
		}
	}
	return Span{}, false
}
