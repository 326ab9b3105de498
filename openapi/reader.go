package openapi

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reader reads one document, which can be several files.
type reader struct {
	options *Options
	folder  *folder
	sources map[string]loaded // by path within the folder
	main    *source
	version version

	left      int // values that may still be looked at
	exhausted error
	notes     *notes
	refs      refs
	shared    *shared
	defaults  defaults
	builder   *builder
}

// version is that of the specification, in tenths.
type version int

// notes are what a reader has to say.
type notes struct {
	mistakes LoadError
	warnings []Warning
	more     int // warnings beyond maxWarnings
	twice    map[value]bool
}

func (n *notes) warn(w Warning) {
	if len(n.warnings) == maxWarnings {
		n.more++
		return
	}
	n.warnings = append(n.warnings, w)
}

// warn reports what the contract does without.
func (r *reader) warn(at value, format string, args ...any) {
	if r.exhausted == nil {
		r.notes.warn(Warning{At: at.position(), Text: fmt.Sprintf(format, args...)})
	}
}

// mistake reports what the contract cannot do without.
func (r *reader) mistake(at value, format string, args ...any) {
	if r.notes.twice[at] || len(r.notes.mistakes) == maxWarnings {
		return
	}
	r.notes.twice[at] = true
	r.notes.mistakes = append(r.notes.mistakes, Warning{At: at.position(), Text: fmt.Sprintf(format, args...)})
}

// spend takes n values from the budget.
func (r *reader) spend(at value, n int) {
	if r.left -= n + 1; r.left < 0 {
		r.giveUp(at, fmt.Errorf("more than %d values to look at, those behind aliases counted each time", maxValues))
	}
}

// giveUp ends the reading: nothing that is found afterwards is reported.
func (r *reader) giveUp(at value, err error) {
	if r.exhausted == nil {
		r.mistake(at, "%v", err)
		r.exhausted = err
	}
}

// quoted shortens what a message repeats, which can be as long as the document.
func quoted(s string) string {
	const most = 100
	if len(s) <= most {
		return strconv.Quote(s)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(s[:cut]) + "…"
}

// isExtension reports whether a key is for others (OpenAPI 3.1 §4.9).
func isExtension(key string) bool { return strings.HasPrefix(key, "x-") }
