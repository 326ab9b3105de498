package command

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/statusgate/statusgate/internal/exchange"
)

// width is how wide texts are, in characters.
const width = 100

// write prints an explanation for people.
func (x *explanation) write(p *printer) error {
	p.printf("%s\n", p.in(bold, x.request.Method+" "+x.result.URL))
	x.writeWay(p)
	x.writeAnswer(p)
	return p.err
}

// writeWay prints what the exchange went through.
func (x *explanation) writeWay(p *printer) {
	p.row("site", x.result.Site)
	if x.passage == nil {
		p.row("gate", p.in(red, "none: no gate is on the way of this request"))
	} else {
		x.writeGate(p)
		p.row("backend", x.backend())
		for _, step := range x.passage.Trace.Steps {
			writeStep(p, &step)
		}
	}
	for _, note := range x.result.Notes {
		p.row("note", note)
	}
}

// writeGate prints which gate is explained.
func (x *explanation) writeGate(p *printer) {
	g := x.passage.Gate
	for _, matchers := range g.Way {
		p.row("route", matchers)
	}
	text := g.Name + at(p, g.At)
	if g.Gate().Report {
		text += p.in(yellow, "  report: all is decided, nothing is changed")
	}
	p.row("gate", text)
	if names := x.names(); len(names) > 1 {
		p.under(p.in(faint, fmt.Sprintf("on the way: %s (--gate chooses)", strings.Join(names, ", "))))
	}
}

// backend says who answers behind the gate.
func (x *explanation) backend() string {
	switch r := x.result; {
	case r.Backend == "":
		return "not asked"
	case r.Static:
		return r.Backend + " answers by itself"
	default:
		return r.Backend + ", in whose place this command answers"
	}
}

// at is where something stands, to be put behind it.
func at(p *printer, where string) string {
	if where == "" {
		return ""
	}
	return "  " + p.in(faint, where)
}

// writeStep prints one step.
func writeStep(p *printer, s *exchange.Step) {
	switch s.Kind {
	case exchange.StepResource:
		text := s.What + at(p, s.At)
		if s.Why != "" {
			text = s.Why
		}
		p.row("resource", text)
	case exchange.StepCheck:
		p.row("check", mark(p, s.Result)+" "+s.What+"  "+s.Why)
	case exchange.StepOverload:
		p.row("overload", p.because(strings.TrimSpace(s.What+" "+s.Result), s.Why))
	case exchange.StepAnswer:
		p.row("answer", p.because(p.in(bold, s.Result)+" from "+s.What, s.Why))
	case exchange.StepRule:
		writeRule(p, s)
	case exchange.StepInspection:
		p.row("body", p.because(p.in(yellow, "undecided"), s.Why))
	case exchange.StepTable:
		writeTable(p, s)
	case exchange.StepDecision:
		p.row("decision", p.in(bold, s.What+" → "+s.Result)+", reason "+s.Why)
	case exchange.StepField:
		value := s.What + ": " + s.Result
		if s.Result == "" {
			value = "no " + s.What
		}
		p.row("field", p.because(value, s.Why))
	case exchange.StepBody:
		p.row("body", p.because(s.Result, s.Why))
	}
}

// because puts a reason behind a text, or below it where there is no room.
func (p *printer) because(text, why string) string {
	switch {
	case why == "":
		return text
	case len(text)+len(why) < width:
		return text + "  " + p.in(faint, "("+why+")")
	}
	lines := strings.Split(wrapped(why, width), "\n")
	for i := range lines {
		lines[i] = strings.Repeat(" ", label) + p.in(faint, lines[i])
	}
	return text + "\n" + strings.Join(lines, "\n")
}

// mark is a sign for a result.
func mark(p *printer, result string) string {
	switch result {
	case "passes", "holds":
		return p.in(green, "✓")
	case "refused":
		return p.in(red, "✗")
	case "undecided":
		return p.in(yellow, "?")
	}
	return p.in(faint, "–")
}

// writeRule prints a rule with its conditions.
func writeRule(p *printer, s *exchange.Step) {
	p.row("rule", mark(p, s.Result)+" "+s.What+at(p, s.At))
	for _, c := range s.Conditions {
		text := c.Result
		if c.Why != "" {
			text += ": " + c.Why
		}
		if len(s.Conditions) > 1 {
			text = c.Condition + "  " + text
		}
		p.under("  " + p.in(faint, text))
	}
}

// shownUsers is how many users of a status are printed.
const shownUsers = 3

// writeTable prints what the table knows of a status.
func writeTable(p *printer, s *exchange.Step) {
	p.row("table", s.What+" → "+s.Result)
	p.under(p.in(faint, wrapped(s.Why, width)))
	for i, u := range s.Users {
		if i == shownUsers && len(s.Users) > shownUsers+1 {
			p.under(p.in(faint, fmt.Sprintf("… and %d more", len(s.Users)-shownUsers)))
			break
		}
		p.under(p.in(faint, wrapped("used by "+u.User+": "+u.Means, width)))
	}
}

// shownBody is how many lines of a body are printed.
const shownBody = 30

// writeAnswer prints what the client gets.
func (x *explanation) writeAnswer(p *printer) {
	a := x.result.Answer
	if a == nil {
		p.printf("\n%s\n", p.in(red, "The connection breaks: the client gets no answer."))
		return
	}
	p.printf("\n%s\n", p.in(bold, strings.TrimSpace(fmt.Sprintf("%s %d %s", a.Proto, a.Status, a.Phrase))))
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for _, value := range a.Header[name] {
			p.printf("%s %s\n", p.in(faint, shownName(name)+":"), value)
		}
	}
	p.printf("\n")
	writeBody(p, a.Text())
	if x.result.Cut {
		p.printf("%s\n", p.in(red, "The connection breaks here."))
	}
}

// shownName is the name of a field as its documents write it.
func shownName(name string) string {
	if name == http.CanonicalHeaderKey("WWW-Authenticate") {
		return "WWW-Authenticate"
	}
	return name
}

// writeBody prints a body, or as much of it as a person reads.
func writeBody(p *printer, body []byte) {
	if len(body) == 0 {
		return
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		p.printf("%s\n", p.in(faint, fmt.Sprintf("(%d bytes that are no text)", len(body))))
		return
	}
	lines := strings.Split(strings.TrimRight(string(body), "\n"), "\n")
	for i, line := range lines {
		if i == shownBody {
			p.printf("%s\n", p.in(faint, fmt.Sprintf("… and %d more lines", len(lines)-i)))
			break
		}
		p.printf("%s\n", line)
	}
}
