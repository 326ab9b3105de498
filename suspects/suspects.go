// Package suspects finds successes that look like errors, and remembers them: what
// a backend says with a status of success that nobody has written a rule for.
//
// [Look] judges one body, a [Sampler] says which bodies are worth it, and a [Store]
// keeps what was found. None of them keeps what people wrote: of a body there are
// left the places of its members, which come from closed lists, and values that are
// true, false, a number or a single word.
package suspects

import (
	"fmt"
	"strings"
	"sync"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/shapes"
)

// Limit is how many bytes of a body are looked at.
const Limit = 8 << 10

// Kind is what a finding is made of.
type Kind uint8

// The kinds.
const (
	// Shape: the body is an error of a row in the table of error shapes.
	Shape Kind = iota
	// JSON and XML: a member or an element says that something went wrong.
	JSON
	XML
	// Page: a page for people is that of an error.
	Page
	// Trace: a text is what a program says of its end.
	Trace

	// Kinds is how many there are.
	Kinds
)

var kindWords = [Kinds]string{Shape: "shape", JSON: "json", XML: "xml", Page: "page", Trace: "trace"}

// String is the kind's word in metrics and lists.
func (k Kind) String() string { return kindWords[k] }

// MarshalText implements [encoding.TextMarshaler].
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Finding is what makes a success look like an error.
type Finding struct {
	Kind Kind
	// Seen says what was seen, and where.
	Seen string
	// Rule is the line of a configuration that would catch it.
	Rule string
}

// rows is the table of error shapes, compiled once it is needed: a test for each row.
var rows = sync.OnceValue(func() *inspect.Plan {
	all := shapes.All()
	tests := make([]inspect.Test, 0, len(all))
	for _, r := range all {
		test, _ := shapes.Test(r.Name, []*shapes.Row{r}) // a test of the table has seen each
		tests = append(tests, test)
	}
	plan, _ := inspect.NewPlan(tests, nil) // likewise
	return plan
})

// Look tells whether a body looks like an error that was sent with a status of
// success. Body are its first bytes, without a content coding; whole says that they
// are all of it.
func Look(status int, contentType string, body []byte, whole bool) (f Finding, ok bool) {
	media := inspect.MediaOf(contentType)
	general, ok := generally(status, media, body, whole)
	row := known(media, contentType, body, whole)
	switch {
	case row == nil:
		return general, ok
	case row.Family == shapes.Pages:
		return Finding{Page, "page: " + row.Sender, rule(status, 0, "error "+row.Name)}, true
	case row.Family == shapes.Traces:
		return Finding{Trace, "trace: " + row.Sender, rule(status, 0, "error "+row.Name)}, true
	}
	seen := "error " + row.Name
	if ok {
		seen = general.Seen
	}
	return Finding{Shape, seen, rule(status, 0, "error "+row.Group())}, true
}

// known gives the first row of the table that the body is an error of, nil for none.
func known(media inspect.Media, contentType string, body []byte, whole bool) *shapes.Row {
	i := rows().Get(media, inspect.CharsetOf(contentType), nil, false)
	defer rows().Put(i)
	i.Write(body)
	if whole {
		i.End(inspect.Whole)
	} else {
		i.End(inspect.Bound)
	}
	for n, row := range shapes.All() {
		if i.Answer(n) == inspect.Yes {
			return row
		}
	}
	return nil
}

// generally looks for what errors have in common, whoever sends them.
func generally(status int, media inspect.Media, body []byte, whole bool) (Finding, bool) {
	text := strings.TrimLeft(strings.TrimPrefix(string(body), "\ufeff"), " \t\r\n")
	switch {
	case text == "" || media == inspect.MediaOther || media == inspect.MediaStream:
		return Finding{}, false
	case text[0] == '{':
		return inJSON(status, text)
	case text[0] == '<' && !isPage(text):
		return inXML(status, text)
	case text[0] == '<':
		return inPage(status, text)
	}
	return inText(status, text, whole)
}

// rule writes a line of a configuration. A status of 0 is taken from the body.
func rule(from, to int, condition string) string {
	if to == 0 {
		return fmt.Sprintf("map %d auto when %s", from, condition)
	}
	return fmt.Sprintf("map %d %d when %s", from, to, condition)
}

// found is a finding that a condition tells.
func found(kind Kind, from, to int, condition string) (Finding, bool) {
	return Finding{kind, condition, rule(from, to, condition)}, true
}
