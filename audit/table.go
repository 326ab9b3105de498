package audit

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/normalize"
)

// Table is what each status becomes under a gate, as far as methods and statuses
// tell: a log has no bodies, and a table no paths.
type Table struct {
	// Rows are by status. Where methods differ, a status has several.
	Rows []TableRow
	// classes are the groups of methods that the gate treats alike. The first is of
	// all methods that no other has.
	classes []class
}

// TableRow is what one status becomes.
type TableRow struct {
	Status int `json:"status"`
	// Name is the phrase by which the status is known.
	Name string `json:"name"`
	// Methods are those that the row is for; none means all that no other row of the
	// status names.
	Methods []string `json:"methods"`
	Sent    int      `json:"sent"`
	// Reason is the word for why.
	Reason string `json:"reason"`
}

// class is a group of methods.
type class struct {
	methods []string
	answers []answer // to the statuses 0 to 999, then to all others
}

type answer struct {
	sent   int
	reason string
}

// statuses is how many statuses have an answer of their own; the last stands for
// what has not three digits.
const statuses = 1001

// methods are those that a gate may treat in ways of their own. The first, which
// nobody has registered, stands for all others.
var methods = []string{
	"OTHER", http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	http.MethodTrace, "QUERY", "SEARCH", "REPORT", "PROPFIND", "PROPPATCH", "MKCOL", "MKCALENDAR", "MKACTIVITY", "COPY", "MOVE", "LOCK",
	"UNLOCK", "ACL", "BIND", "REBIND", "UNBIND", "MERGE", "CHECKIN", "CHECKOUT", "UNCHECKOUT", "VERSION-CONTROL", "MKWORKSPACE", "UPDATE",
	"LABEL", "BASELINE-CONTROL", "ORDERPATCH", "MKREDIRECTREF", "UPDATEREDIRECTREF", "LINK", "UNLINK",
}

// NewTable asks a gate about every status from 0 to 999 with each method, and about
// no path. The rows are the statuses that somebody is known to use, and those that
// become something else than the unknown ones around them: a rule is for them.
func NewTable(decide Decide) *Table {
	t := new(Table)
	for _, method := range methods {
		answers := make([]answer, statuses)
		for status := range answers {
			d := decide(Request{Method: method, Received: status})
			answers[status] = answer{d.Sent, d.Reason}
		}
		i := slices.IndexFunc(t.classes, func(c class) bool { return slices.Equal(c.answers, answers) })
		if i < 0 {
			i = len(t.classes)
			t.classes = append(t.classes, class{answers: answers})
		}
		t.classes[i].methods = append(t.classes[i].methods, method)
	}
	odd := make(map[int]bool)
	for _, c := range t.classes {
		for digit := range (statuses - 1) / 100 {
			usual := c.usual(digit)
			for status := digit * 100; status < digit*100+100; status++ {
				odd[status] = odd[status] || c.answers[status] != usual
			}
		}
	}
	for status := range statuses - 1 {
		if normalize.Known(status) || odd[status] {
			t.addRows(status)
		}
	}
	return t
}

// usual is the answer that most unknown statuses with this first digit get.
func (c *class) usual(digit int) answer {
	counts := make(map[answer]int)
	var most answer
	for status := digit * 100; status < digit*100+100; status++ {
		if a := c.answers[status]; !normalize.Known(status) {
			if counts[a]++; counts[a] > counts[most] {
				most = a
			}
		}
	}
	return most
}

// addRows adds a row for all methods, and one for those that get another answer.
func (t *Table) addRows(status int) {
	first := t.classes[0].answers[status]
	t.Rows = append(t.Rows, TableRow{Status: status, Name: normalize.Name(status), Methods: []string{}, Sent: first.sent, Reason: first.reason})
	for _, c := range t.classes[1:] {
		a := c.answers[status]
		if a == first {
			continue
		}
		i := slices.IndexFunc(t.Rows, func(r TableRow) bool {
			return r.Status == status && len(r.Methods) > 0 && r.Sent == a.sent && r.Reason == a.reason
		})
		if i < 0 {
			i = len(t.Rows)
			t.Rows = append(t.Rows, TableRow{Status: status, Name: normalize.Name(status), Sent: a.sent, Reason: a.reason})
		}
		t.Rows[i].Methods = append(t.Rows[i].Methods, c.methods...)
	}
}

// WriteJSON writes the rows as one JSON array.
func (t *Table) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(t.Rows)
}

// WriteCSV writes the rows after a row of names; methods have spaces between them.
func (t *Table) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"status", "name", "methods", "sent", "reason"}) // Flush keeps its error
	for _, row := range t.Rows {
		_ = c.Write([]string{strconv.Itoa(row.Status), row.Name, strings.Join(row.Methods, " "), strconv.Itoa(row.Sent), row.Reason})
	}
	c.Flush()
	return c.Error()
}
