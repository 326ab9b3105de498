package inspect

import (
	"fmt"
	"strconv"
	"strings"
)

// evidenceLimit is how much of a value evidence shows, in bytes.
const evidenceLimit = 80

// Watch makes an inspector keep what it answers tests with, for
// [Inspector.Evidence]. It is called before the first byte of a body.
func (i *Inspector) Watch() { i.notes = make([]string, len(i.slots)) }

// Evidence tells in words what a test was answered with, such as
// json /error/code = "NOT_FOUND". It is "" where there is nothing to tell, or the
// inspector was not told to watch.
func (i *Inspector) Evidence(test int) string {
	if i.notes == nil {
		return ""
	}
	t, note, answer := &i.plan.tests[test], i.notes[test], i.Answer(test)
	switch {
	case note != "":
		return note
	case t.kind == testShape && answer == Yes:
		shape, _ := i.shapeFound(test)
		return "the error of " + shape.Name
	case t.kind == testEmpty:
		return fmt.Sprintf("%d bytes", i.read)
	case i.read == 0:
		return "the body is empty"
	case answer == Unknown && i.ended:
		return "too little of the body can be read"
	case answer == No && (t.kind == testJSON || t.kind == testXML):
		return t.place() + " is not there"
	}
	return ""
}

// place is where the value of a test on one value stands.
func (t *Test) place() string {
	if t.kind == testXML {
		path := strings.Join(t.path, "/")
		if t.attr != "" {
			path += "/@" + t.attr
		}
		return "xml " + path
	}
	var pointer strings.Builder
	for _, token := range t.path {
		pointer.WriteString("/" + escapeToken.Replace(token))
	}
	return "json " + quote(pointer.String())
}

var escapeToken = strings.NewReplacer("~", "~0", "/", "~1")

// note keeps what stands at the place of a test.
func (i *Inspector) note(test int, kind valueKind, txt []byte) {
	if i.notes != nil && !i.slots[test].settled {
		i.notes[test] = i.plan.tests[test].place() + " " + kind.shown(txt)
	}
}

// noteAll keeps a detail for all tests of a kind, which are all the same one.
func (i *Inspector) noteAll(tests testKind, what string, kind valueKind, txt []byte) {
	if i.notes == nil {
		return
	}
	for _, test := range i.plan.byKind[tests] {
		if !i.slots[test].settled {
			i.notes[test] = what + " " + kind.shown(txt)
		}
	}
}

// noteKnown keeps what one of the known formats tells its status by.
func (i *Inspector) noteKnown(r role, f found) {
	switch r {
	case rpcCode:
		i.noteAll(testRPC, "error code", f.kind, f.text)
	case gqlCode:
		i.noteAll(testGraphQL, "extensions.code", f.kind, f.text)
	case problemStatus:
		i.noteAll(testProblem, "status", f.kind, f.text)
	default: // tells no status
	}
}

// shown is a value as evidence shows it.
func (k valueKind) shown(txt []byte) string {
	short, more := string(txt[:min(len(txt), evidenceLimit)]), ""
	if len(txt) > evidenceLimit {
		more = "…"
	}
	switch {
	case len(txt) > TextLimit:
		return fmt.Sprintf("is longer than %d bytes", TextLimit)
	case k == object:
		return "has members"
	case k == array:
		return "is a list"
	case k == null:
		return "is empty"
	case k == text, k == mark:
		return "= " + strconv.Quote(short) + more
	}
	return "= " + short + more
}
