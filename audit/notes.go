package audit

import (
	"fmt"
	"strings"
)

// addNotes says what the report can't tell.
func (r *Report) addNotes(elsewhere, told, accepts int64) {
	note := func(format string, args ...any) { r.Notes = append(r.Notes, fmt.Sprintf(format, args...)) }
	note("A log has no bodies and few headers: rules on them, content types, codings and Location are not judged.")
	switch read := r.Lines - r.Unread; {
	case read == 0:
	case accepts == 0:
		note("Accept is not logged: what a client would not take is not judged.")
	case accepts < read:
		note("Accept is logged for %s of %s requests: the others count as taking anything.", group(accepts), group(read))
	}
	note("Requests in progress and times are not judged: what would have been shed is not here.")
	if told > 0 {
		note("%s lines tell a status from behind that is not the one sent: received is the one from behind.", group(told))
	}
	if elsewhere > 0 {
		note("%s requests to other hosts are left out.", group(elsewhere))
	}
	if n := r.Log.Outside; n > 0 {
		note("%s lines are left out by their time.", group(n))
	}
	for _, row := range r.rows {
		if row.path == otherName && row.method == otherName {
			note("%s requests have more methods, statuses and paths than an audit holds apart: (other).", group(row.count))
		}
	}
	if n := r.Log.Failures; n > 0 {
		names := make([]string, 0, len(r.Log.Failed))
		for _, err := range r.Log.Failed {
			names = append(names, strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		note("%s files are not read, or not to their end: %s.", group(int64(n)), strings.Join(names, "; "))
	}
}

// group writes a number with commas between thousands.
func group(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
