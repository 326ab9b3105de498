package normalize

import (
	"iter"
	"slices"
)

// answer is the table's answer for one code.
type answer struct {
	to    int
	entry *Entry // nil: not in the table
}

// answers holds an answer for every three-digit code, the unknown ones included.
var answers = newAnswers(tables())

func newAnswers(lists [][]Entry) *[1000]answer {
	byCode := new([1000]answer)
	for code := range byCode {
		byCode[code].to = byClass(code)
	}
	for _, list := range lists {
		for i := range list {
			entry := &list[i]
			byCode[entry.Code] = answer{to: entry.To, entry: entry}
		}
	}
	return byCode
}

// byClass answers for a code that the table does not know: by its first digit (RFC 9110 §15). What is no status code
// at all is a fault behind.
func byClass(code int) int {
	switch {
	case code >= 200 && code <= 299:
		return 200
	case code >= 400 && code <= 499:
		return 400
	default:
		return 500
	}
}

// find returns the table's entry for code, nil if there is none.
func find(code int) *Entry {
	if uint(code) >= uint(len(answers)) {
		return nil
	}
	return answers[code].entry
}

// Target returns the documented status that takes the place of code, and whether the table knows code. A code that it
// does not know goes by its class: 2xx to 200, 4xx to 400, anything else, negative and four-digit numbers included, to
// 500.
func Target(code int) (to int, known bool) {
	if uint(code) >= uint(len(answers)) {
		return 500, false
	}
	a := &answers[code]
	return a.to, a.entry != nil
}

// Known reports whether the table knows code. The known codes are a closed set.
func Known(code int) bool { return find(code) != nil }

// Documented reports whether code is one of the twelve statuses of the contract.
func Documented(code int) bool {
	switch code {
	case 200, 201, 202, 400, 401, 403, 404, 405, 406, 415, 500, 503:
		return true
	}
	return false
}

// Registered reports whether code has a meaning in the IANA registry. A temporary registration counts (104) and so does
// an obsoleted one (510); a code that is only reserved as "(Unused)" does not (306, 418).
func Registered(code int) bool {
	entry := find(code)
	return entry != nil && entry.IANA && !entry.Unused
}

// UnknownOutcome reports whether code leaves open what became of the request: a
// server behind the backend was asked and its answer never came, or not whole. To
// a request that is not idempotent (see [Idempotent]) it must not become a 503,
// which tells clients that they can repeat any method.
func UnknownOutcome(code int) bool {
	entry := find(code)
	return entry != nil && entry.Unknown
}

// Name returns the phrase by which code is known, "" if the table does not know it.
func Name(code int) string {
	if entry := find(code); entry != nil {
		return entry.Name
	}
	return ""
}

// Lookup returns what the table knows of code, and whether it knows it.
func Lookup(code int) (Entry, bool) {
	entry := find(code)
	if entry == nil {
		return Entry{}, false
	}
	return entry.clone(), true
}

// All yields every entry of the table, sorted by code.
func All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, a := range answers {
			if a.entry != nil && !yield(a.entry.clone()) {
				return
			}
		}
	}
}

// clone keeps the table out of the caller's reach.
func (e *Entry) clone() Entry {
	c := *e
	c.Meanings = slices.Clone(c.Meanings)
	return c
}
