package inspect

import (
	"bytes"
	"net/http"
)

// space is what a namespace name stands for.
type space uint8

const (
	spaceNone space = iota
	spaceSOAP11
	spaceSOAP12
	spaceProblem
	spaceOther
)

// namespace is a declaration (Namespaces in XML 1.0 section 3).
type namespace struct {
	prefix uint64 // hash, 0 for the default
	space  space
	depth  int
}

// maxSpaces bounds the declarations that are in force on the known levels.
const maxSpaces = 64

// knownLevels are those on which SOAP and problem details have elements of
// their own: Envelope, Body, Fault, Code, Value.
const knownLevels = 5

// xmlDeclares takes a namespace declaration where it can matter.
func (i *Inspector) xmlDeclares() {
	x := &i.xml
	if len(x.tags) > knownLevels {
		return
	}
	if len(x.spaces) == maxSpaces {
		i.failXML()
		return
	}
	ns := namespace{depth: len(x.tags)}
	if x.attr.prefix != 0 {
		ns.prefix = hashOf(x.attr.local)
	}
	if ns.space = knownSpace(x.content()); ns.space == spaceOther {
		ns.space = i.shapes.space(x.content())
	}
	x.spaces = append(x.spaces, ns)
}

// knownSpace gives what a namespace name stands for.
func knownSpace(name []byte) space {
	switch string(name) {
	case "":
		return spaceNone
	case "http://schemas.xmlsoap.org/soap/envelope/":
		return spaceSOAP11
	case "http://www.w3.org/2003/05/soap-envelope":
		return spaceSOAP12
	case "urn:ietf:rfc:7807":
		return spaceProblem
	}
	return spaceOther
}

// space gives the number of a namespace that forms ask for.
func (r *shapeRun) space(name []byte) space {
	for at, known := range r.plan.xml.spaces {
		if string(name) == known {
			return spaceOther + 1 + space(at) //nolint:gosec // a table's
		}
	}
	return spaceOther
}

// space gives the namespace of the innermost open element. A prefix that was
// never declared has none.
func (x *xmlReader) space() space {
	for n := len(x.spaces); n > 0; n-- {
		if ns := &x.spaces[n-1]; ns.prefix == x.name.prefix {
			return ns.space
		}
	}
	return spaceNone
}

// soapState is how far into an envelope we are.
type soapState struct {
	space space // of the envelope
	body  bool
	fault bool
	code  bool // within the Code of SOAP 1.2
}

// knownOpened takes the begin of one of the first levels' elements for the
// known formats, and tells whether its text is wanted.
func (i *Inspector) knownOpened() bool {
	depth, local := len(i.xml.tags), i.xml.name.local
	keep := false
	if len(i.plan.byKind[testSOAP]) > 0 {
		keep = i.soapOpened(depth, local)
	}
	if len(i.plan.byKind[testProblem]) > 0 {
		keep = i.problemOpened(depth, local) || keep
	}
	return keep
}

// knownClosed takes the end of one of the first levels' elements.
func (i *Inspector) knownClosed() {
	depth := len(i.xml.tags)
	if len(i.plan.byKind[testSOAP]) > 0 {
		i.soapClosed(depth)
	}
	if len(i.plan.byKind[testProblem]) > 0 {
		i.problemClosed(depth)
	}
}

// soapOpened follows SOAP 1.1 section 4 and SOAP 1.2 part 1 section 5.
func (i *Inspector) soapOpened(depth int, local []byte) (keep bool) {
	s, x := &i.soap, &i.xml
	switch {
	case depth == 1:
		s.space = x.space()
		if string(local) != "Envelope" || s.space > spaceSOAP12 {
			i.decideKind(testSOAP, No)
		}
	case depth == 2:
		s.body = string(local) == "Body" && x.space() == s.space
	case depth == 3 && s.body && !s.fault:
		s.fault = string(local) == "Fault" && x.space() == s.space
		if !s.fault {
			i.decideKind(testSOAP, No)
			return false
		}
		if s.space == spaceSOAP11 {
			i.decideAuto(testSOAP, http.StatusInternalServerError) // section 6.2, whatever the code
			return false
		}
		for _, test := range i.plan.byKind[testSOAP] {
			if slot := &i.slots[test]; !slot.settled {
				slot.answer = Yes // the status is still to come
			}
		}
	case depth == 4 && s.fault:
		s.code = string(local) == "Code"
	case depth == 5 && s.fault && s.code:
		return string(local) == "Value"
	}
	return false
}

// soapClosed finds the fault's code at the end of an element.
func (i *Inspector) soapClosed(depth int) {
	s, x := &i.soap, &i.xml
	switch {
	case depth == 2 && s.body:
		i.decideKind(testSOAP, No)
	case depth == 3 && s.fault:
		i.decideAuto(testSOAP, http.StatusInternalServerError)
	case depth == 5 && s.fault && s.code && x.keep && !x.children && len(x.content()) > 0:
		i.noteAll(testSOAP, "the fault's code", mark, x.content())
		i.decideAuto(testSOAP, faultStatus(x.content()))
	}
}

// faultStatus gives the status for a code's Value (SOAP 1.2 part 1 section
// 5.4.6, part 2 section 7.5.2.2).
func faultStatus(code []byte) int {
	if string(code[bytes.LastIndexByte(code, ':')+1:]) == "Sender" {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// problemOpened follows RFC 9457 appendix B.
func (i *Inspector) problemOpened(depth int, local []byte) (keep bool) {
	switch depth {
	case 1:
		space := i.xml.space()
		i.prob.element = string(local) == "problem" && (space == spaceProblem || space == spaceNone)
		if !i.prob.element {
			i.decideKind(testProblem, No)
		}
	case 2:
		i.prob.role = problemNote
		switch string(local) {
		case "type", "title":
			i.prob.role = problemText
		case "status":
			i.prob.role = problemStatus
		}
		return true
	}
	return false
}

// problemClosed takes the text of a member at the end of its element.
func (i *Inspector) problemClosed(depth int) {
	if !i.prob.element {
		return
	}
	switch depth {
	case 1:
		i.known(problemRoot, found{close: true})
	case 2:
		if i.prob.role != problemNote && !i.xml.children {
			i.known(i.prob.role, found{kind: text, text: i.xml.content()})
		}
	}
}
