// Package shapes is a table of what errors look like that are sent as success:
// envelopes of protocols and vendors, error pages of servers, stack traces. Each
// row tells a body by its whole shape, so that no success is taken for an error,
// and tells which status it should have had.
//
// The table is data for package [inspect], which decides all rows in one pass
// over a body:
//
//	rows, _ := shapes.Find("slack", "odata")
//	test, _ := shapes.Test("error slack odata", rows)
//	plan, _ := inspect.NewPlan([]inspect.Test{test}, nil)
package shapes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// Tier says how far a row may be trusted where nobody knows the backend.
type Tier uint8

// The tiers.
const (
	// Safe: no success looks like it, and no client is worse off with an honest status.
	Safe Tier = iota
	// Common: no known success looks like it, and its clients cope with an honest status.
	Common
	// Named: its clients may want 200, so an operator has to name it.
	Named
	// Never: its clients take any status but 200 for a broken connection.
	Never
)

var tierNames = [...]string{Safe: "safe", Common: "common", Named: "by name", Never: "never"}

// String gives the tier in the words of the documentation.
func (t Tier) String() string { return tierNames[t] }

// Row is one shape: whose error it is, how it is told, and what it tells.
type Row struct {
	// Name is the word that configurations have for it, and Family one that it
	// shares with its kin, "" where it has none.
	Name, Family string
	// Tier says how far it may be trusted.
	Tier Tier
	// Sender is who sends it.
	Sender string
	// Source says where that is known from: the version that was run, or the
	// document.
	Source string
	// Example is an error as it was sent, or as the source has it, and
	// ContentType its label.
	Example, ContentType string
	// Status is what the example should have had.
	Status int
	// Alike is a success that looks like it, and Differs why it is not taken.
	Alike, Differs string
	// Clients says what clients make of an honest status, with their versions.
	Clients string
	// Shape tells it.
	Shape inspect.Shape
}

// Pages and Traces are the families of error pages and of what programs say of
// their end.
const (
	Pages  = "pages"
	Traces = "traces"
)

var all = slices.Concat(protocols, clouds, vendors, payments, products, geography, frameworks, envelopes, errorPages, stackTraces)

// All gives the rows in the order in which they are tried: what is told by more
// comes first.
func All() []*Row {
	rows := make([]*Row, len(all))
	for i := range all {
		rows[i] = &all[i]
	}
	return rows
}

// Names gives the words that [Find] knows, sorted: the names of rows, and of
// families.
func Names() []string {
	var names []string
	for i := range all {
		names = append(names, all[i].Name)
		if all[i].Family != "" {
			names = append(names, all[i].Family)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Group is the word under which a row stands in a list: that of its family, or
// its own.
func (r *Row) Group() string {
	if r.Family != "" {
		return r.Family
	}
	return r.Name
}

// Groups gives the words of all families, and the names of the rows that have
// none, in the order of the table.
func Groups() []string {
	var groups []string
	for i := range all {
		if g := all[i].Group(); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// Find gives the rows of some names and families, in the order of the table. It
// fails for a word that is neither, and names those that come near.
func Find(words ...string) ([]*Row, error) {
	for _, word := range words {
		if !slices.Contains(Names(), word) {
			return nil, fmt.Errorf("unknown error shape %q%s", word, near(word))
		}
	}
	var rows []*Row
	for i := range all {
		if r := &all[i]; slices.Contains(words, r.Name) || r.Family != "" && slices.Contains(words, r.Family) {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// near asks whether one of the words is meant that come nearest to one that is
// unknown, "" where none comes within two letters.
func near(word string) string {
	close, nearest := make([]string, 0, 4), 2
	for _, name := range Names() {
		switch d := distance(name, word); {
		case len(word) <= 3 || d > nearest:
		case d < nearest:
			close, nearest = append(close[:0], name), d
		default:
			close = append(close, name)
		}
	}
	if len(close) == 0 {
		return ""
	}
	return ": is " + strings.Join(close, " or ") + " meant?"
}

// distance is how many letters have to be put in, left out or changed to make one
// word of another.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Test tests for any of the rows. Words are the test in the words of a
// configuration.
func Test(words string, rows []*Row) (inspect.Test, error) {
	shapes := make([]*inspect.Shape, len(rows))
	for i, r := range rows {
		shapes[i] = &r.Shape
	}
	return inspect.Shapes(words, shapes...)
}
