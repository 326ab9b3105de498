package problem

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/internal/lex"
	"github.com/statusgate/statusgate/internal/redact"
)

// xmlProblem reads a document and keeps what matters in it.
type xmlProblem struct {
	in     lex.XML
	space  []byte // of the root
	prefix string // of the root, with its colon
	right  members
	seen   members
	texts  [memberCount][]byte
	places [memberCount]lex.Span // of their contents; of an empty element, of all of it
	empty  members               // which are empty elements
	any    bool                  // there is an element in the root
	member int                   // that is being read, -1 for none
	last   int                   // where the root's end tag starts
}

func (r Response) conformXML(dst, body []byte) ([]byte, bool) {
	document := bytes.TrimPrefix(body, byteOrderMark)
	mark := body[:len(body)-len(document)]
	bare := r.Status >= 500
	if bare && r.Gateway {
		document, _ = redact.XML(nil, document)
		bare = false
	}
	p := xmlProblem{in: lex.NewXML(document), member: -1}
	if !p.read() {
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
	return p.appendWhole(append(dst, mark...), r), true
}

// read reports false if the document is no problem.
func (p *xmlProblem) read() bool {
	for {
		ok := true
		switch p.in.Next() {
		case lex.XMLBad:
			return false
		case lex.XMLEnd:
			return true
		case lex.Decl:
			encoding := p.in.Encoding()
			ok = encoding == nil || strings.EqualFold(string(encoding), "utf-8")
		case lex.Start:
			ok = p.open()
		case lex.Close:
			p.close()
		case lex.Text:
			if p.member >= 0 {
				p.texts[p.member] = lex.AppendXMLText(p.texts[p.member], p.in.Bytes())
			}
		case lex.CDATA:
			if p.member >= 0 {
				p.texts[p.member] = append(p.texts[p.member], lex.CDATAText(p.in.Bytes())...)
			}
		default: // nothing that matters
		}
		if !ok {
			return false
		}
	}
}

func (p *xmlProblem) open() bool {
	switch {
	case p.in.Depth == 0:
		return p.openRoot()
	case p.in.Depth == 1:
		p.any = true
		if bytes.Equal(p.in.Element.Space.Of(p.in.Body()), p.space) {
			return p.openMember(memberIndex(p.in.Element.Local.Of(p.in.Body())))
		}
	case p.member >= 0: // a member is text
		p.right[p.member] = false
	}
	return true
}

func (p *xmlProblem) openRoot() bool {
	e := &p.in.Element
	p.space = e.Space.Of(p.in.Body())
	p.prefix = string(p.in.Body()[e.Name.Start:e.Local.Start])
	return p.in.Is("", "problem") || p.in.Is("urn:ietf:rfc:7807", "problem") || p.in.Is("urn:ietf:rfc:9457", "problem")
}

func (p *xmlProblem) openMember(member int) bool {
	p.member = member
	if member < 0 {
		return true
	}
	if p.seen[member] {
		return false
	}
	p.seen[member], p.right[member] = true, true
	p.places[member].Start = p.in.End
	if p.in.Empty {
		p.empty[member] = true
		p.places[member] = p.in.Span
	}
	return true
}

func (p *xmlProblem) close() {
	if p.in.Depth == 0 {
		p.last = p.in.Start
	}
	if p.in.Depth != 1 || p.member < 0 {
		return
	}
	member := p.member
	p.member = -1
	p.texts[member] = bytes.TrimSpace(p.texts[member])
	if !p.empty[member] {
		p.places[member].End = p.in.Start
	}
	if !isText(member) {
		_, err := strconv.Atoi(string(p.texts[member]))
		p.right[member] = p.right[member] && err == nil
	}
}

// dropInternals forgets the texts that may not leave on a server error.
func (p *xmlProblem) dropInternals() {
	for member, text := range p.texts {
		p.right[member] = p.right[member] && len(text) > 0 && !spansLines(text)
	}
}

// text returns what a member says, nothing where there is none of the right type.
func (p *xmlProblem) text(member int) []byte {
	if !p.right[member] {
		return nil
	}
	return p.texts[member]
}

// phrase returns the phrase that takes the place of the title, if one has to.
func (p *xmlProblem) phrase(r Response) string {
	return r.follows(p.text(memberType), p.text(memberTitle), p.text(memberStatus))
}

// appendWhole appends the document, in line with the response.
func (p *xmlProblem) appendWhole(dst []byte, r Response) []byte {
	var e edits
	status := edit{Span: p.places[memberStatus], number: r.Status}
	if !p.seen[memberStatus] {
		status.Span = lex.Span{Start: p.last, End: p.last}
	}
	if !p.seen[memberStatus] || p.empty[memberStatus] {
		status.before, status.after = "<"+p.prefix+"status>", "</"+p.prefix+"status>"
	}
	e.add(status)
	if phrase := p.phrase(r); phrase != "" {
		e.add(edit{Span: p.places[memberTitle], text: phrase})
	}
	if p.right[memberRetryAfter] && r.RetryAfter != 0 {
		e.add(edit{Span: p.places[memberRetryAfter], number: max(r.RetryAfter, 0)})
	}
	return e.append(dst, p.in.Body())
}

// appendBare appends a document that has nothing but the members that matter.
func (p *xmlProblem) appendBare(dst []byte, r Response) []byte {
	if phrase := p.phrase(r); phrase != "" {
		p.texts[memberTitle] = []byte(phrase)
	}
	if p.right[memberRetryAfter] && r.RetryAfter > 0 {
		p.texts[memberRetryAfter] = strconv.AppendInt(nil, int64(r.RetryAfter), 10)
	}
	dst = append(dst, xmlDeclaration+xmlStart...)
	for member, name := range memberNames {
		if member == memberStatus {
			dst = appendXMLNumber(dst, name, r.Status)
		} else if p.right[member] && (member != memberRetryAfter || r.RetryAfter >= 0) {
			dst = appendXMLElement(dst, name, string(p.texts[member]))
		}
	}
	return append(dst, xmlEnd+"\n"...)
}
