package inspect_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

func dump(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// element makes a form of an element.
func (d dice) element(depth int) inspect.Form {
	f := inspect.Form{Kinds: []inspect.Kinds{inspect.KindObject | inspect.KindText, inspect.KindObject, inspect.KindText}[d.IntN(3)]}
	switch d.IntN(6) {
	case 0:
		f.Values = []string{d.one("x", "404", "!x", "!404")}
	case 1:
		f.Class, f.Min, f.Max = inspect.Integer, 400, 599
	case 2:
		f.Spaces = []string{d.one("urn:a", "urn:b", "", "http://schemas.xmlsoap.org/soap/envelope/")}
	}
	if depth == 0 || d.IntN(5) == 0 {
		return f
	}
	names := []string{"a", "b", "c", "@k", "*"}
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	f.Members = []inspect.Member{}
	for _, name := range names[:d.IntN(4)] {
		m := inspect.Member{Name: name, Optional: d.IntN(2) == 0, Many: d.IntN(3) == 0, Form: d.element(depth - 1)}
		if name == "@k" {
			m.Form, m.Many = inspect.Form{Kinds: inspect.KindText, Values: []string{d.one("x", "!x", "404")}}, false
		}
		f.Members = append(f.Members, m)
	}
	if d.IntN(4) == 0 {
		f.Others = inspect.KindAny
	}
	if d.IntN(5) == 0 {
		for _, m := range f.Members {
			if m.Name != "*" {
				f.OneOf = append(f.OneOf, m.Name)
			}
		}
	}
	return f
}

// markup makes an element with its content.
func (d dice) markup(depth int) string {
	name := d.one("a", "b", "c", "p:a", "p:b", "e")
	attributes := d.one("", "", ` k="x"`, ` k="404" j="1"`, ` xmlns="urn:a"`, ` xmlns='urn:b'`, ` xmlns="http://schemas.xmlsoap.org/soap/envelope/"`)
	if strings.HasPrefix(name, "p:") {
		attributes += d.one(` xmlns:p="urn:a"`, ` xmlns:p="urn:b"`)
	}
	content := d.one("", "x", " x ", "404", "4&#48;4", "<![CDATA[x]]>", "y", "\n")
	if depth > 0 && d.often() {
		content = ""
		for range d.IntN(4) {
			content += d.markup(depth-1) + d.one("", " ", "\n", "<!-- c -->")
		}
	}
	if content == "" && d.often() {
		return "<" + name + attributes + "/>"
	}
	return "<" + name + attributes + ">" + content + "</" + name + ">"
}

// readElement reads a document as an object with its root in it.
func readElement(doc string) (v value, ok bool) {
	d := xml.NewDecoder(strings.NewReader(doc))
	v = value{kind: inspect.KindObject}
	open := []*value{&v}
	for {
		token, err := d.Token()
		if err != nil {
			return v, errors.Is(err, io.EOF)
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			top.kind = inspect.KindObject
			is := value{kind: inspect.KindText, space: token.Name.Space}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					is.members = append(is.members, named{"@" + a.Name.Local, value{kind: inspect.KindText, text: a.Value}})
				}
			}
			top.members = append(top.members, named{token.Name.Local, is})
			open = append(open, &top.members[len(top.members)-1].is)
		case xml.EndElement:
			top.text = strings.Trim(top.text, " \t\r\n")
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
}

func TestShapesOfXMLAreThoseOfTheReference(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(9, 10))}
	yes, no := 0, 0
	for range 300 {
		var tests []inspect.Test
		var shapes []*inspect.Shape
		for n := range 1 + d.IntN(70) {
			s := &inspect.Shape{Name: fmt.Sprint(n)}
			for range 1 + d.IntN(2) {
				root := inspect.Member{Name: d.one("a", "b", "*"), Form: d.element(2)}
				s.XML = append(s.XML, inspect.Form{Kinds: inspect.KindObject, Members: []inspect.Member{root}})
			}
			shapes = append(shapes, s)
			tests = append(tests, must(inspect.Shapes("error "+s.Name, s)))
		}
		plan := newPlan(t, nil, tests...)
		for range 60 {
			doc := d.markup(3)
			v, ok := readElement(doc)
			if !ok {
				t.Fatalf("%s is no XML", doc)
			}
			i := ask(t, plan, inspect.MediaXML, "", doc, 1+d.IntN(30), inspect.Whole)
			for n, s := range shapes {
				want := slices.ContainsFunc(s.XML, func(f inspect.Form) bool { return v.has(&f, true) })
				if got := i.Answer(n); (got == inspect.Yes) != want || got == inspect.Unknown {
					t.Fatalf("%s has %s: %v, want %v (of %d)", doc, dump(s.XML), got, want, len(shapes))
				}
				if want {
					yes++
				} else {
					no++
				}
			}
			plan.Put(i)
		}
	}
	if t.Logf("%d times yes, %d times no", yes, no); yes < no/50 {
		t.Error("chance had too little to say yes to")
	}
}
