package shapes_test

import (
	"fmt"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// shown gives the forms, pages and lines of a shape as the page has them.
func shown(s *inspect.Shape) (all []string) {
	if known := s.Known.String(); known != "" {
		all = append(all, "that of the condition `"+known+"`")
	}
	for i := range s.JSON {
		all = append(all, asCode(showJSON(&s.JSON[i])))
	}
	for i := range s.XML {
		all = append(all, asCode(showXML(&s.XML[i])))
	}
	for i := range s.Pages {
		all = append(all, showPage(&s.Pages[i]))
	}
	for i := range s.Lines {
		all = append(all, showLines(&s.Lines[i]))
	}
	return all
}

func showJSON(f *inspect.Form) string {
	var kinds []string
	for _, k := range []struct {
		kind inspect.Kinds
		name func() string
	}{
		{inspect.KindBool, func() string { return "true or false" }},
		{inspect.KindTrue, func() string { return "true" }},
		{inspect.KindFalse, func() string { return "false" }},
		{inspect.KindNumber | inspect.KindText, func() string { return showScalar(f, "") }},
		{inspect.KindNumber, func() string { return showScalar(f, "number") }},
		{inspect.KindText, func() string { return showScalar(f, "text") }},
		{inspect.KindObject, func() string { return showObject(f) }},
		{inspect.KindArray, func() string { return showArray(f) }},
		{inspect.KindNull, func() string { return "null" }},
	} {
		if f.Kinds == inspect.KindAny {
			return "anything"
		}
		if f.Kinds == inspect.KindScalar && len(f.Values)+len(f.Fits) == 0 {
			return "no list or object"
		}
		if f.Kinds&k.kind == k.kind && !covered(k.kind, f.Kinds) {
			kinds = append(kinds, k.name())
		}
	}
	return strings.Join(kinds, " or ")
}

// covered tells whether a kind is shown together with another one.
func covered(kind, all inspect.Kinds) bool {
	switch kind {
	case inspect.KindTrue, inspect.KindFalse:
		return all&inspect.KindBool == inspect.KindBool
	case inspect.KindNumber, inspect.KindText:
		return all&(inspect.KindNumber|inspect.KindText) == inspect.KindNumber|inspect.KindText
	default:
		return false
	}
}

func showScalar(f *inspect.Form, kind string) string {
	s := kind
	switch f.Class {
	case inspect.Filled:
		s = "filled"
	case inspect.Word:
		s = "word"
	case inspect.URI:
		s = "URI"
	case inspect.Integer:
		s = "integer"
		if f.Min != 0 || f.Max != 0 {
			s = fmt.Sprintf("%d–%d", f.Min, f.Max)
		}
	case inspect.AnyText:
	}
	if s == "" {
		s = "number or text"
	}
	var values []string
	for _, v := range f.Values {
		if except, ok := strings.CutPrefix(v, "!"); ok {
			s += fmt.Sprintf(" but %q", except)
		} else {
			values = append(values, fmt.Sprintf("%q", v))
		}
	}
	for _, v := range f.Fits {
		values = append(values, fmt.Sprintf("%q", v))
	}
	if len(values) == 0 {
		return s
	}
	return strings.Join(values, " or ")
}

func showObject(f *inspect.Form) string {
	if f.Members == nil {
		return "{…}"
	}
	var members []string
	for _, m := range f.Members {
		mark := ""
		if m.Optional {
			mark = "?"
		}
		members = append(members, fmt.Sprintf("%q%s: %s", m.Name, mark, showJSON(&m.Form)))
	}
	if f.Others != 0 {
		members = append(members, "…")
	}
	s := "{" + strings.Join(members, ", ") + "}"
	if len(f.OneOf) > 0 {
		s += " with one of " + strings.Join(f.OneOf, ", ")
	}
	return s
}

func showArray(f *inspect.Form) string {
	switch {
	case f.Element == nil:
		return "[…]"
	case f.Element.Kinds == 0:
		return "[]"
	case f.Items:
		return "[" + showJSON(f.Element) + "+]"
	}
	return "[" + showJSON(f.Element) + "]"
}

// showXML shows the elements of a document.
func showXML(f *inspect.Form) string {
	var members []string
	for _, m := range f.Members {
		mark := ""
		if m.Optional {
			mark = "?"
		}
		if m.Many {
			mark += "+"
		}
		within := ""
		switch {
		case len(m.Form.Members) > 0:
			within = "{" + showXML(&m.Form) + "}"
		case len(m.Form.Values)+len(m.Form.Fits) > 0 || m.Form.Class != inspect.AnyText:
			within = "=" + showScalar(&m.Form, "text")
		}
		if len(m.Form.Spaces) > 0 {
			within += " in " + strings.Join(m.Form.Spaces, " or ")
		}
		members = append(members, m.Name+mark+within)
	}
	return strings.Join(members, ", ")
}

func showPage(p *inspect.Page) string {
	title := "no title"
	if len(p.Titles) > 0 {
		title = "the title " + quoted(p.Titles)
	}
	if len(p.Headings) > 0 {
		title += ", the heading " + quoted(p.Headings)
	}
	if len(p.Marks) > 0 {
		title += ", and in it " + strings.ReplaceAll(quoted(p.Marks), " or ", " and ")
	}
	if p.Status > 0 {
		title += fmt.Sprintf(": %d", p.Status)
	}
	return title
}

func showLines(l *inspect.Lines) string {
	s := "the first line is " + quoted(l.First)
	if len(l.Next) > 0 {
		s += ", the next " + quoted(l.Next)
	}
	if len(l.Others) > 0 {
		s += ", the others " + quoted(l.Others)
	} else {
		s += ", alone"
	}
	return s
}

func quoted(list []string) string {
	var all []string
	for _, s := range list {
		all = append(all, asCode(strings.Join(strings.Fields(s), " ")))
	}
	return strings.Join(all, " or ")
}
