package normalize

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
