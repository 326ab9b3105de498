package command

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/statusgate/statusgate/internal/dryrun"
	"github.com/statusgate/statusgate/internal/exchange"
)

// explanation is an exchange with one of the gates on its way.
type explanation struct {
	request *dryrun.Request
	result  *dryrun.Result
	passage *dryrun.Passage // nil: no gate was met
}

// newExplanation chooses the gate that is explained: that of a name, else the
// outermost, whose answer the client gets.
func newExplanation(req *dryrun.Request, result *dryrun.Result, gate string) (*explanation, error) {
	x := &explanation{request: req, result: result}
	for _, p := range result.Passages {
		if gate == "" || p.Gate.Name == gate {
			x.passage = p
			return x, nil
		}
	}
	if gate != "" && len(result.Passages) > 0 {
		return nil, fmt.Errorf("the gate %q is not on the way: %s is", gate, strings.Join(x.names(), ", "))
	}
	return x, nil
}

// names are those of all gates on the way.
func (x *explanation) names() (names []string) {
	for _, p := range x.result.Passages {
		names = append(names, p.Gate.Name)
	}
	return names
}

// document is the JSON of an explanation. Members are added to it, never changed.
type document struct {
	Gate     string          `json:"gate"`
	Resource string          `json:"resource"`
	Steps    []exchange.Step `json:"steps"`
	Reason   string          `json:"reason"`
	Rule     string          `json:"rule"`
	Answer   documentAnswer  `json:"answer"`
}

// documentAnswer is what the client gets.
type documentAnswer struct {
	// Status is 0 where the connection breaks without an answer.
	Status  int         `json:"status"`
	Headers http.Header `json:"headers"`
	// Body is the body as text, without its content coding. Bytes that are not UTF-8 are replaced.
	Body string `json:"body"`
}

// document gives the explanation as JSON has it.
func (x *explanation) document() *document {
	d := &document{Steps: []exchange.Step{}, Answer: documentAnswer{Headers: http.Header{}}}
	if p := x.passage; p != nil {
		d.Gate = p.Gate.Name
		d.Steps = append(d.Steps, p.Trace.Steps...)
		if p.Trace.Resource != nil {
			d.Resource = p.Trace.Resource.Path
		}
		d.Reason, d.Rule = x.reason(), x.rule()
	}
	if a := x.result.Answer; a != nil {
		d.Answer = documentAnswer{Status: a.Status, Headers: a.Header, Body: strings.ToValidUTF8(string(a.Text()), string(utf8.RuneError))}
	}
	return d
}

// writeJSON writes the explanation as one JSON document.
func (x *explanation) writeJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(x.document())
}

// reason is why the answer came out as it did, "" where that is not known.
func (x *explanation) reason() string {
	if x.passage == nil || x.passage.Trace.Outcome == nil {
		return ""
	}
	return x.passage.Trace.Outcome.Reason.String()
}

// rule is the rule that decided, "" where none did.
func (x *explanation) rule() string {
	if x.passage == nil || x.passage.Trace.Outcome == nil || x.passage.Trace.Outcome.Rule < 0 {
		return ""
	}
	steps := x.passage.Trace.Steps
	i := slices.IndexFunc(steps, func(s exchange.Step) bool { return s.Rule == x.passage.Trace.Outcome.Rule })
	if i < 0 {
		return ""
	}
	return steps[i].What
}
