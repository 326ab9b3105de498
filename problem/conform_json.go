package problem

import (
	"bytes"
	"strconv"

	"github.com/statusgate/statusgate/internal/lex"
	"github.com/statusgate/statusgate/internal/redact"
)

// jsonProblem has the places of what matters in a document.
type jsonProblem struct {
	in     lex.JSON
	right  members // there, and of the right type
	seen   members
	places [memberCount]lex.Span // of values, whatever their type
	any    bool                  // there is a member that is not null
	last   int                   // end of the last member, where another may follow
}

func (r Response) conformJSON(dst, body []byte) ([]byte, bool) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	bare := r.Status >= 500
	if bare && r.Gateway {
		body, _ = redact.JSON(nil, body)
		bare = false
	}
	p := jsonProblem{in: lex.NewJSON(body)}
	if !p.scan() {
		return dst, false
	}
	if bare {
		p.dropInternals()
		if !p.right.tell() {
			return dst, false
		}
		return p.appendBare(dst, r), true
	}
	if !p.any {
		return dst, false
	}
	return p.appendWhole(dst, r), true
}

// scan finds the members. It reports false where a document is no problem.
func (p *jsonProblem) scan() bool {
	if p.in.Next() != lex.Object {
		return false
	}
	for {
		switch p.in.Next() {
		case lex.Name:
			name := p.in.Span
			if token := p.in.Next(); !p.note(name, token) {
				return false
			}
			p.last = p.in.End
		case lex.ObjectEnd:
			return p.in.Next() == lex.JSONEnd
		default:
			return false
		}
	}
}

// note reads a value that begins with a token, and keeps its place if it matters. It reports false if the member is
// there twice, or the document broken.
func (p *jsonProblem) note(name lex.Span, token lex.JSONToken) bool {
	first, start := token, p.in.Start
	if token == lex.Object || token == lex.Array {
		for token = p.in.Next(); p.in.Depth > 1; token = p.in.Next() {
			if token == lex.JSONBad {
				return false
			}
		}
	}
	p.any = p.any || first != lex.Null
	member := memberIndex(p.text(name))
	if member < 0 {
		return token != lex.JSONBad
	}
	if p.seen[member] {
		return false
	}
	p.seen[member] = true
	p.places[member] = lex.Span{Start: start, End: p.in.End}
	p.right[member] = first == lex.String && isText(member) || first == lex.Number && !isText(member)
	return token != lex.JSONBad
}

// text decodes a string.
func (p *jsonProblem) text(quoted lex.Span) []byte {
	raw := quoted.Of(p.in.Body())
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	return lex.AppendJSONText(nil, raw)
}

// member returns what a member says, a number as it is written, nothing where there is none of the right type.
func (p *jsonProblem) member(member int) []byte {
	switch {
	case !p.right[member]:
		return nil
	case isText(member):
		return p.text(p.places[member])
	default:
		return p.places[member].Of(p.in.Body())
	}
}

// dropInternals forgets the texts that may not leave on a server error.
func (p *jsonProblem) dropInternals() {
	for member := range p.right {
		if isText(member) && spansLines(p.member(member)) {
			p.right[member] = false
		}
	}
}

// phrase returns the phrase that takes the place of the title, if one has to.
func (p *jsonProblem) phrase(r Response) string {
	return r.follows(p.member(memberType), p.member(memberTitle), p.member(memberStatus))
}

// appendWhole appends the document, in line with the response.
func (p *jsonProblem) appendWhole(dst []byte, r Response) []byte {
	var e edits
	if p.seen[memberStatus] {
		e.add(edit{Span: p.places[memberStatus], number: r.Status})
	} else {
		e.add(edit{Span: lex.Span{Start: p.last, End: p.last}, before: `,"status":`, number: r.Status})
	}
	if phrase := p.phrase(r); phrase != "" {
		e.add(edit{Span: p.places[memberTitle], before: `"`, text: phrase, after: `"`})
	}
	switch {
	case p.right[memberRetryAfter] && r.RetryAfter > 0:
		e.add(edit{Span: p.places[memberRetryAfter], number: r.RetryAfter})
	case p.seen[memberRetryAfter] && r.RetryAfter < 0:
		e.add(edit{Span: p.places[memberRetryAfter], text: "null"})
	}
	return e.append(dst, p.in.Body())
}

// appendBare appends an object that has nothing but the members that matter.
func (p *jsonProblem) appendBare(dst []byte, r Response) []byte {
	phrase, separator := p.phrase(r), byte('{')
	for member, name := range memberNames {
		if member != memberStatus && !p.right[member] || member == memberRetryAfter && r.RetryAfter < 0 {
			continue
		}
		dst = append(dst, separator, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		switch {
		case member == memberStatus:
			dst = strconv.AppendInt(dst, int64(r.Status), 10)
		case member == memberTitle && phrase != "":
			dst = appendJSONString(dst, phrase)
		case member == memberRetryAfter && r.RetryAfter > 0:
			dst = strconv.AppendInt(dst, int64(r.RetryAfter), 10)
		default:
			dst = append(dst, p.places[member].Of(p.in.Body())...)
		}
		separator = ','
	}
	return append(dst, "}\n"...)
}
