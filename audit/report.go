package audit

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"time"

	"github.com/statusgate/statusgate/accesslog"
)

// Report is what an audit has found. Its JSON has exactly the members lines, unread,
// span, responses, unknown, paths, refused and resources.
type Report struct {
	// Lines tell of a request, or can't be read; the counts of Responses are as many
	// as Lines less Unread.
	Lines int64 `json:"lines"`
	// Unread are the lines that can't be read; Log has the first ten.
	Unread int64 `json:"unread"`
	// Span is from the first request to the last, null where no line has a time.
	Span *Span `json:"span"`
	// Responses are the requests by received and sent status, the most first.
	Responses []Response `json:"responses"`
	// Unknown are the received statuses that nobody is known to use, the most first.
	Unknown []Unknown `json:"unknown"`
	// Paths are the requests by method, path, received and sent status: those whose
	// status changes first, the most first.
	Paths []Path `json:"paths"`
	// Refused are the requests that the gate would not have passed on, the most first.
	Refused []Refused `json:"refused"`
	// Resources are what the traffic suggests, by path.
	Resources []Resource `json:"resources"`

	// Log is what was read.
	Log *accesslog.Summary `json:"-"`
	// Notes say what this report can't tell, in sentences.
	Notes []string `json:"-"`

	rows    []flat
	times   series
	changes [changes]int64
	top     int
}

// Span is a time, both ends included.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Status is a status code: any integer, 0 where none was sent. AnyStatus is null in
// JSON.
type Status int

// AnyStatus stands for all statuses that the report has no row of their own for: it
// has them for 4096 combinations of received, sent and reason.
const AnyStatus Status = math.MinInt32

// MarshalJSON writes a number, or null.
func (s Status) MarshalJSON() ([]byte, error) {
	if s == AnyStatus {
		return []byte("null"), nil
	}
	return json.Marshal(int(s))
}

// Response counts the requests with this change of status.
type Response struct {
	// Received is what the log has, or null: see AnyStatus.
	Received Status `json:"received"`
	// Sent is what the gate would have sent.
	Sent Status `json:"sent"`
	// Reason is the word for why.
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// Unknown is a status that nobody is known to use.
type Unknown struct {
	Status Status `json:"status"`
	Count  int64  `json:"count"`
	// Paths are at most ten where it came from, the most first.
	Paths []Place `json:"paths"`
}

// Place counts requests with a method at a path.
type Place struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Count  int64  `json:"count"`
}

// Path counts requests at a path template: one that is declared, or one learned from
// the log. Method and path are "" for what was no HTTP request, and "(other)" for
// what was beyond the bounds of the audit.
type Path struct {
	Method   string `json:"method"`
	Path     string `json:"path"`
	Received Status `json:"received"`
	Sent     Status `json:"sent"`
	Count    int64  `json:"count"`
}

// Refused counts requests that the gate would have refused.
type Refused struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Sent   Status `json:"sent"`
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// flat is a row with its names.
type flat struct {
	method, path, reason string
	received, sent       Status
	refused              bool
	count                int64
}

const (
	otherName    = "(other)"
	unknownPaths = 10
)

// newReport makes the report of what was counted. The tree is spent by that.
func newReport(t *tally, workers []*worker, sum *accesslog.Summary, known func(int) bool, top int) *Report {
	r := &Report{Lines: sum.Lines, Unread: sum.Unread, Log: sum, top: top}
	var elsewhere, told, accepts int64
	for _, w := range workers {
		r.times.merge(&w.times)
		elsewhere += w.elsewhere
		told += w.told
		accepts += w.accepts
	}
	r.Lines -= elsewhere
	if r.times.buckets != nil {
		r.Span = &Span{From: time.Unix(0, r.times.first).UTC(), To: time.Unix(0, r.times.latest).UTC()}
	}
	t.tree.refine(&t.tree.root, 0, r.Lines-r.Unread)
	r.addResponses(t)
	r.addRows(t)
	r.addUnknown(known)
	r.addPaths()
	r.addRefused()
	r.Resources = suggest(t)
	r.addNotes(elsewhere, told, accepts)
	return r
}

func (r *Report) addResponses(t *tally) {
	r.Responses = make([]Response, 0, len(t.responses))
	for key, n := range t.responses {
		received := Status(key.received)
		if key.any {
			received = AnyStatus
		}
		r.Responses = append(r.Responses, Response{Received: received, Sent: Status(key.sent), Reason: t.list[key.reason], Count: *n})
	}
	slices.SortFunc(r.Responses, func(a, b Response) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Received, b.Received), cmp.Compare(a.Sent, b.Sent), cmp.Compare(a.Reason, b.Reason))
	})
}

// addRows lists what was counted at paths.
func (r *Report) addRows(t *tally) {
	add := func(path string, n *node) {
		for _, row := range n.rows {
			r.rows = append(r.rows, flat{
				method: t.list[row.method], path: path, reason: t.list[row.reason],
				received: Status(row.received), sent: Status(row.sent), refused: row.refused, count: row.count,
			})
		}
	}
	t.tree.walk(add)
	for path, n := range t.declared {
		add(path, n)
	}
	add("", &t.pathless)
	if n := t.other.count; n > 0 {
		r.rows = append(r.rows, flat{method: otherName, path: otherName, received: AnyStatus, sent: AnyStatus, count: n})
	}
	slices.SortFunc(r.rows, func(a, b flat) int {
		return cmp.Or(
			cmp.Compare(b.count, a.count), cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method),
			cmp.Compare(a.received, b.received), cmp.Compare(a.sent, b.sent), cmp.Compare(a.reason, b.reason),
		)
	})
	for _, row := range r.rows {
		r.changes[row.change()] += row.count
	}
}

func (f *flat) change() change {
	switch {
	case f.refused:
		return changeRefused
	case f.received != f.sent:
		return changeStatus
	}
	return changeNone
}

func (r *Report) addUnknown(known func(int) bool) {
	r.Unknown = []Unknown{}
	at, places := make(map[Status]int), make(map[Path]int)
	for _, response := range r.Responses {
		if response.Received == AnyStatus || known(int(response.Received)) {
			continue
		}
		i, ok := at[response.Received]
		if !ok {
			i = len(r.Unknown)
			at[response.Received] = i
			r.Unknown = append(r.Unknown, Unknown{Status: response.Received, Paths: []Place{}})
		}
		r.Unknown[i].Count += response.Count
	}
	for _, row := range r.rows {
		i, ok := at[row.received]
		if !ok {
			continue
		}
		u, key := &r.Unknown[i], Path{Method: row.method, Path: row.path, Received: row.received}
		j, ok := places[key]
		if !ok {
			j = len(u.Paths)
			places[key] = j
			u.Paths = append(u.Paths, Place{Method: row.method, Path: row.path})
		}
		u.Paths[j].Count += row.count
	}
	for i := range r.Unknown {
		u := &r.Unknown[i]
		slices.SortStableFunc(u.Paths, func(a, b Place) int { return cmp.Compare(b.Count, a.Count) })
		u.Paths = u.Paths[:min(len(u.Paths), unknownPaths)]
	}
	slices.SortStableFunc(r.Unknown, func(a, b Unknown) int { return cmp.Compare(b.Count, a.Count) })
}

func (r *Report) addPaths() {
	r.Paths = []Path{}
	at := make(map[Path]int)
	for _, row := range r.rows {
		key := Path{Method: row.method, Path: row.path, Received: row.received, Sent: row.sent}
		i, ok := at[key]
		if !ok {
			i = len(r.Paths)
			at[key] = i
			r.Paths = append(r.Paths, key)
		}
		r.Paths[i].Count += row.count
	}
	slices.SortStableFunc(r.Paths, func(a, b Path) int {
		return cmp.Or(-compareBool(a.Received != a.Sent, b.Received != b.Sent), cmp.Compare(b.Count, a.Count))
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (r *Report) addRefused() {
	r.Refused = []Refused{}
	at := make(map[Refused]int)
	for _, row := range r.rows {
		if !row.refused {
			continue
		}
		key := Refused{Method: row.method, Path: row.path, Sent: row.sent, Reason: row.reason}
		i, ok := at[key]
		if !ok {
			i = len(r.Refused)
			at[key] = i
			r.Refused = append(r.Refused, key)
		}
		r.Refused[i].Count += row.count
	}
	slices.SortStableFunc(r.Refused, func(a, b Refused) int { return cmp.Compare(b.Count, a.Count) })
}

// WriteJSON writes the report as one JSON document.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
