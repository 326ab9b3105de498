package normalize

import (
	"fmt"
	"slices"
)

// FirstTaking returns the index of the first rule without conditions that
// takes the status, -1 where there is none.
func FirstTaking(rules []Rule, status int) int {
	return slices.IndexFunc(rules, func(r Rule) bool { return len(r.When) == 0 && r.takes(slot(status)) })
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

// Shadowed reports whether a rule behind others could never match.
func Shadowed(earlier []Rule, rule Rule) bool {
	return contradiction(rule.When) != "" || shadowedBy(earlier, &rule) != nil
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

// implies reports whether b holds whenever a does: they are the same, the pattern
// of b takes all that the pattern of a takes, or the other way round where both are
// negated; b has all methods that a has; or they name the same of the two sources.
// Of a field with several values one is enough, so no value keeps another from being
// there.
func implies(a, b Condition) bool {
	if a.String() == b.String() {
		return true
	}
	if fieldA, ok := a.Test.(HeaderTest); ok {
		fieldB, ok := b.Test.(HeaderTest)
		switch {
		case !ok || a.Not != b.Not:
			return false
		case a.Not:
			return fieldB.implies(fieldA)
		}
		return fieldA.implies(fieldB)
	}
	if impliesMethods(a, b) {
		return true
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
