package audit

import (
	"context"
	"net"
	"strings"
	"sync"

	"github.com/statusgate/statusgate/accesslog"
	"github.com/statusgate/statusgate/normalize"
)

// Request is what a log tells of one request, as far as a gate decides on it.
type Request struct {
	// Method is "" for what was no HTTP request.
	Method string
	// Path is the escaped path, without the query; "" where there was none.
	Path string
	// Accept is the field value, "" where it was not logged.
	Accept string
	// Received is the status that came from behind: any integer, 0 for none.
	Received int
}

// Decision is what a gate would have made of a request.
type Decision struct {
	// Sent is the status that the client would have got.
	Sent int
	// Reason is the word for why, of a closed set.
	Reason string
	// Refused says that the backend would not have been asked.
	Refused bool
	// Template is that of the declared resource which has the path, "" for none.
	Template string
}

// Decide is asked once for all requests that look the same, more often where there
// are many kinds of them; from several goroutines at a time.
type Decide func(Request) Decision

// Options says what Run audits, and how.
type Options struct {
	// Input is the log.
	Input accesslog.Input
	// Decide is the gate.
	Decide Decide
	// Known reports whether somebody is known to use a status; nil means
	// [normalize.Known].
	Known func(status int) bool
	// Host leaves out what was asked of another host, where that was logged; ""
	// leaves out nothing.
	Host string
	// Top is how many rows the lists of the text and the page have; 0 means
	// what fits two screens.
	Top int

	limits *limits // nil means the usual
}

// Run reads the log of o and counts. Where ctx ends, it returns the report on what
// it has read by then, and the cause. Memory does not depend on the size of the log.
func Run(ctx context.Context, o *Options) (*Report, error) {
	known := o.Known
	if known == nil {
		known = normalize.Known
	}
	t := newTally(&usual)
	if o.limits != nil {
		t = newTally(o.limits)
	}
	var workers []*worker
	sum, err := accesslog.Read(ctx, &o.Input, func(int) func(*accesslog.Entry) {
		w := newWorker(t, o.Decide, o.Host)
		workers = append(workers, w)
		return w.entry
	})
	if sum == nil {
		return nil, err
	}
	for _, w := range workers {
		w.flush()
	}
	return newReport(t, workers, sum, known, o.Top), err
}

// tally is what all workers count together.
type tally struct {
	mu        sync.Mutex
	words     map[string]uint16 // methods and reasons, by number
	list      []string
	responses map[response]*int64
	tree      tree
	declared  map[string]*node
	pathless  node // requests without a path
	other     row  // what the tree has no room for
}

// response is a row of the table of statuses.
type response struct {
	received, sent int
	reason         uint16
	any            bool // of all statuses that have no row of their own
}

// maxWordBytes is the length of the longest method that has its own name.
const maxWordBytes = 40

// The first words of a tally.
const (
	wordOther = iota
	methodGet
	methodHead
)

func newTally(l *limits) *tally {
	t := &tally{
		words: make(map[string]uint16), responses: make(map[response]*int64), declared: make(map[string]*node),
	}
	t.tree.limits, t.tree.other = *l, &t.other
	for _, first := range []string{"(other)", "GET", "HEAD"} {
		t.word(first)
	}
	return t
}

// word is the number of a method or a reason; those beyond the bound are all 0.
func (t *tally) word(s string) uint16 {
	if n, ok := t.words[s]; ok {
		return n
	}
	if len(t.list) >= t.tree.strings || len(s) > maxWordBytes {
		return wordOther
	}
	n := uint16(len(t.list)) //nolint:gosec // below limits.strings
	s = strings.Clone(s)
	t.words[s] = n
	t.list = append(t.list, s)
	return n
}

// response is the counter of a row of the table of statuses.
func (t *tally) response(key response) *int64 {
	n := t.responses[key]
	if n == nil && len(t.responses) >= t.tree.responses {
		key = response{any: true, sent: key.sent, reason: key.reason}
		if n = t.responses[key]; n == nil && len(t.responses) >= 2*t.tree.responses {
			key.sent = 0
			n = t.responses[key]
		}
	}
	if n == nil {
		n = new(int64)
		t.responses[key] = n
	}
	return n
}

// row is the counter of a request at its template.
func (t *tally) row(r *Request, d *Decision, like row) *row {
	return t.tree.row(t.leaf(r, d), like)
}

func (t *tally) leaf(r *Request, d *Decision) *node {
	switch {
	case d.Template != "":
		leaf := t.declared[d.Template]
		if leaf == nil && len(t.declared) < t.tree.declared {
			leaf = new(node)
			t.declared[strings.Clone(d.Template)] = leaf
		}
		if leaf != nil {
			return leaf
		}
	case r.Path == "":
		return &t.pathless
	}
	if t.tree.crammed() {
		t.tree.compact()
	}
	return t.tree.leaf(r.Path)
}

// sameHost compares hosts without their ports and the case of letters.
func sameHost(a, b string) bool {
	return strings.EqualFold(hostName(a), hostName(b))
}

func hostName(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		return host
	}
	return strings.Trim(s, "[]")
}
