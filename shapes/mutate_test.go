package shapes_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/shapes"
)

// These tests take forms apart: a document that has one is made from it, and then
// changed in each place in which it must be as it is.

// node is a value of a document that can be changed.
type node struct {
	form    *inspect.Form
	kind    inspect.Kinds // one
	text    string
	members []child
	items   []*node
}

type child struct {
	name     string
	required bool
	is       *node
}

// instance makes a value that has a form, with nothing in it that may be missing.
func instance(f *inspect.Form) *node {
	n := &node{form: f}
	for _, n.kind = range []inspect.Kinds{inspect.KindObject, inspect.KindArray, inspect.KindText, inspect.KindNumber, inspect.KindFalse, inspect.KindTrue, inspect.KindNull} {
		if f.Kinds&n.kind != 0 {
			break
		}
	}
	if n.kind == inspect.KindObject && f.Members == nil && f.Kinds&inspect.KindText != 0 {
		n.kind = inspect.KindText
	}
	switch n.kind {
	case inspect.KindObject:
		for i := range f.Members {
			m := &f.Members[i]
			name := m.Name
			if name == "*" {
				name = anyName
			}
			one := len(f.OneOf) > 0 && f.OneOf[0] == m.Name
			if !m.Optional || one {
				n.members = append(n.members, child{name, m.Name != "*" || f.Items, instance(&m.Form)})
			}
		}
		if !slices.ContainsFunc(n.members, func(c child) bool { return c.name[0] != '@' }) && f.Kinds&inspect.KindText != 0 {
			n.kind, n.text = inspect.KindText, textOf(f)
		}
	case inspect.KindArray:
		if f.Items && f.Element != nil {
			n.items = append(n.items, instance(f.Element))
		}
	default:
		n.text = textOf(f)
		for i := range f.Members { // attributes
			if m := &f.Members[i]; !m.Optional && n.kind == inspect.KindText {
				n.members = append(n.members, child{m.Name, true, instance(&m.Form)})
			}
		}
	}
	return n
}

// anyName stands for a name that does not matter.
const anyName = "any"

// textOf is a text, or a number, that a form asks for.
func textOf(f *inspect.Form) string {
	for _, v := range f.Values {
		if !strings.HasPrefix(v, "!") {
			return v
		}
	}
	switch {
	case len(f.Fits) > 0:
		return strings.ReplaceAll(f.Fits[0], "*", "x")
	case f.Class == inspect.Integer && f.Max != 0:
		return fmt.Sprint(f.Max)
	case f.Class == inspect.URI:
		return "urn:x"
	case f.Kinds&inspect.KindText == 0:
		return "7"
	case f.Class == inspect.Integer:
		return "7"
	}
	return "x_y"
}

func (n *node) json() string {
	switch n.kind {
	case inspect.KindObject:
		var members []string
		for _, c := range n.members {
			members = append(members, fmt.Sprintf("%q:%s", c.name, c.is.json()))
		}
		return "{" + strings.Join(members, ",") + "}"
	case inspect.KindArray:
		var items []string
		for _, item := range n.items {
			items = append(items, item.json())
		}
		return "[" + strings.Join(items, ",") + "]"
	case inspect.KindNull:
		return "null"
	case inspect.KindFalse:
		return "false"
	case inspect.KindTrue:
		return "true"
	case inspect.KindNumber:
		return n.text
	default:
		b, _ := json.Marshal(n.text)
		return string(b)
	}
}

// xml gives the elements in a node.
func (n *node) xml(inherited string) string {
	var b strings.Builder
	for _, c := range n.members {
		if c.name[0] == '@' {
			continue
		}
		space := inherited
		if len(c.is.form.Spaces) > 0 {
			space = c.is.form.Spaces[0]
		}
		b.WriteString("<" + c.name)
		if space != inherited {
			fmt.Fprintf(&b, " xmlns=%q", space)
		}
		for _, a := range c.is.members {
			if a.name[0] == '@' {
				fmt.Fprintf(&b, " %s=%q", a.name[1:], a.is.text)
			}
		}
		b.WriteString(">" + c.is.xml(space) + "</" + c.name + ">")
	}
	if b.Len() == 0 {
		_ = xml.EscapeText(&b, []byte(n.text))
	}
	return b.String()
}

// changes makes each change to a document, one at a time, and undoes it.
func (n *node) changes(isXML bool, report func(what string)) {
	for i := 0; i < len(n.members); i++ {
		c := n.members[i]
		if c.required {
			n.members = slices.Delete(slices.Clone(n.members), i, i+1)
			report("without " + c.name)
			n.members = slices.Insert(slices.Clone(n.members), i, c)
			if c.name != anyName {
				n.members[i].name = c.name + "_"
				report("with " + c.name + "_ for " + c.name)
				n.members[i].name = c.name
			}
		}
		if other := otherKind(c.is.form, isXML); other != nil && c.name[0] != '@' {
			n.members[i].is = other
			report("with another kind of " + c.name)
			n.members[i].is = c.is
		}
		c.is.changes(isXML, report)
	}
	for _, item := range n.items {
		item.changes(isXML, report)
	}
}

// otherKind is a value of a kind that a form does not allow for, nil for none.
func otherKind(f *inspect.Form, isXML bool) *node {
	all := []inspect.Kinds{inspect.KindNumber, inspect.KindText, inspect.KindArray, inspect.KindObject, inspect.KindTrue}
	if isXML {
		all = []inspect.Kinds{inspect.KindText, inspect.KindObject}
	}
	for _, kind := range all {
		if f.Kinds&kind == 0 {
			n := &node{form: &inspect.Form{}, kind: kind, text: "7"}
			if isXML && kind == inspect.KindObject {
				n.members = []child{{"strange", false, &node{form: &inspect.Form{}, kind: inspect.KindText}}}
			}
			return n
		}
	}
	return nil
}

func TestEachFormIsTakenApart(t *testing.T) {
	made, changed := 0, 0
	for _, r := range shapes.All() {
		for at, forms := range [][]inspect.Form{r.Shape.JSON, r.Shape.XML} {
			for i := range forms {
				alone := &inspect.Shape{Name: r.Name, JSON: forms[i : i+1]}
				if at == 1 {
					alone = &inspect.Shape{Name: r.Name, XML: forms[i : i+1]}
				}
				test, err := inspect.Shapes("error x", alone)
				if err != nil {
					t.Fatal(err)
				}
				plan, err := inspect.NewPlan([]inspect.Test{test}, nil)
				if err != nil {
					t.Fatal(err)
				}
				doc := instance(&forms[i])
				ask := func(what string, want bool) {
					body, media := doc.json(), inspect.MediaJSON
					if at == 1 {
						body, media = doc.xml(""), inspect.MediaXML
					}
					in := plan.Get(media, "", nil, false)
					in.Write([]byte(body))
					in.End(inspect.Whole)
					if got := in.Answer(0); (got == inspect.Yes) != want {
						t.Errorf("%s, form %d, %s: %v: %s", r.Name, i, what, got, body)
					}
					plan.Put(in)
				}
				made++
				ask("made of it", true)
				doc.changes(at == 1, func(what string) { changed++; ask(what, false) })
			}
		}
	}
	t.Logf("%d forms, %d changes", made, changed)
}

// errorsHaveToo are the members of those successes that errors of the family have,
// too.
var errorsHaveToo = map[string][]string{
	"slack": {"warning", "response_metadata"}, "adyen": {"pspReference"}, "prometheus": {"warnings"}, "mediawiki": {"warnings"}, "janus": {"sender"}, "status-error": {"error"},
}

// TestWhatASuccessHasIsNotInAnError puts into each example what the success has
// that looks like it.
func TestWhatASuccessHasIsNotInAnError(t *testing.T) {
	rows := shapes.All()
	p := plan(t, rows)
	tried := 0
	for n, r := range rows {
		var failure, success map[string]any
		if json.Unmarshal([]byte(strings.TrimPrefix(r.Example, "\ufeff")), &failure) != nil || json.Unmarshal([]byte(r.Alike), &success) != nil || len(r.Shape.JSON) == 0 {
			continue
		}
		for name, value := range success {
			if _, ok := failure[name]; ok {
				continue
			}
			failure[name] = value
			body, _ := json.Marshal(failure)
			delete(failure, name)
			names, _ := found(p, rows, r.ContentType, string(body), 1<<20)
			if slices.Contains(names, rows[n].Name) != slices.Contains(errorsHaveToo[r.Name], name) {
				t.Errorf("%s with %s: %v: %s", r.Name, name, names, body)
			}
			tried++
		}
	}
	if tried < 40 {
		t.Errorf("only %d members made it none", tried)
	}
}
