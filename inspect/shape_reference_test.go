package inspect_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// The slow way to tell whether a document has a form: it is read whole, and each
// form is held against it on its own.

// value is a value of a document, in JSON or in XML.
type value struct {
	kind    inspect.Kinds // one
	text    string
	members []named // in their order, also where a name comes twice
	items   []value
	space   string // in XML
}

type named struct {
	name string
	is   value
}

// readValue reads the first value of a JSON document.
func readValue(doc string) (v value, ok bool) {
	d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(doc, "\ufeff")))
	d.UseNumber()
	return read(d)
}

func read(d *json.Decoder) (v value, ok bool) {
	token, err := d.Token()
	if err != nil {
		return v, false
	}
	switch token := token.(type) {
	case nil:
		return value{kind: inspect.KindNull, text: "null"}, true
	case bool:
		v = value{kind: inspect.KindFalse, text: "false"}
		if token {
			v = value{kind: inspect.KindTrue, text: "true"}
		}
		return v, true
	case json.Number:
		return value{kind: inspect.KindNumber, text: token.String()}, true
	case string:
		return value{kind: inspect.KindText, text: token}, true
	case json.Delim:
		return readOpen(d, token)
	}
	return v, false
}

func readOpen(d *json.Decoder, token json.Delim) (v value, ok bool) {
	if token == '[' {
		v.kind = inspect.KindArray
		for d.More() {
			item, ok := read(d)
			if !ok {
				return v, false
			}
			v.items = append(v.items, item)
		}
	} else {
		v.kind = inspect.KindObject
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return v, false
			}
			is, ok := read(d)
			if !ok {
				return v, false
			}
			v.members = append(v.members, named{name.(string), is})
		}
	}
	_, err := d.Token()
	return v, err == nil
}

// has tells whether a value has a form.
func (v *value) has(f *inspect.Form, isXML bool) bool {
	if f.Kinds&v.kind == 0 || len(f.Spaces) > 0 && !slices.Contains(f.Spaces, v.space) {
		return false
	}
	switch v.kind {
	case inspect.KindObject:
		return v.hasMembers(f, isXML)
	case inspect.KindArray:
		if f.Items && len(v.items) == 0 {
			return false
		}
		return f.Element == nil || !slices.ContainsFunc(v.items, func(item value) bool { return !item.has(f.Element, isXML) })
	default:
		return v.hasText(f) && (!isXML || v.hasMembers(f, isXML))
	}
}

func (v *value) hasText(f *inspect.Form) bool {
	if len(f.Values) > 0 && !slices.ContainsFunc(f.Values, func(want string) bool { return want[0] != '!' && equal(want, v.text) }) {
		if slices.ContainsFunc(f.Values, func(want string) bool { return want[0] != '!' }) || v.kind == inspect.KindNull {
			return false
		}
	}
	if slices.ContainsFunc(f.Values, func(want string) bool { return want[0] == '!' && equal(want[1:], v.text) }) {
		return false
	}
	if len(f.Fits) > 0 && !slices.ContainsFunc(f.Fits, func(pattern string) bool { return like(pattern, v.text) }) {
		return false
	}
	if v.kind != inspect.KindText && v.kind != inspect.KindNumber {
		return true
	}
	switch f.Class {
	case inspect.Filled:
		return strings.TrimSpace(v.text) != ""
	case inspect.Word:
		return len(v.text) <= 64 && strings.ContainsAny(strings.ToLower(v.text), "abcdefghijklmnopqrstuvwxyz") &&
			strings.Trim(strings.ToLower(v.text), "abcdefghijklmnopqrstuvwxyz0123456789_.:/-") == ""
	case inspect.Integer:
		n, err := strconv.ParseFloat(v.text, 64)
		return err == nil && n == float64(int(n)) && n < 1e9 && n > -1e9 && (f.Min == 0 && f.Max == 0 || int(n) >= f.Min && int(n) <= f.Max)
	case inspect.URI:
		return slices.ContainsFunc([]string{"http:", "https:", "urn:", "tag:"}, func(s string) bool { return strings.HasPrefix(strings.ToLower(v.text), s) })
	default:
		return true
	}
}

func equal(want, text string) bool {
	a, errA := strconv.ParseFloat(want, 64)
	b, errB := strconv.ParseFloat(text, 64)
	return want == text || errA == nil && errB == nil && a == b
}

func like(pattern, text string) bool {
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	inner := strings.TrimSuffix(strings.TrimPrefix(pattern, "*"), "*")
	switch {
	case strings.HasPrefix(pattern, "*") && strings.HasSuffix(pattern, "*") && len(pattern) > 1:
		return strings.Contains(text, inner)
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(text, inner)
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(text, inner)
	default:
		return text == pattern
	}
}

func (v *value) hasMembers(f *inspect.Form, isXML bool) bool {
	if f.Items && len(v.members) == 0 && !isXML {
		return false
	}
	if f.Members == nil {
		return true
	}
	seen, full := make(map[string]int), make(map[string]bool)
	for _, m := range v.members {
		at := slices.IndexFunc(f.Members, func(want inspect.Member) bool { return want.Name == m.name })
		attribute := strings.HasPrefix(m.name, "@")
		if at < 0 && !attribute {
			at = slices.IndexFunc(f.Members, func(want inspect.Member) bool { return want.Name == "*" })
		}
		if at < 0 {
			if !attribute && (isXML && f.Others&inspect.KindObject == 0 || !isXML && f.Others&m.is.kind == 0) {
				return false
			}
			continue
		}
		want := &f.Members[at]
		if !m.is.has(&want.Form, isXML) || seen[want.Name] > 0 && !want.Many && want.Name != "*" {
			return false
		}
		seen[want.Name]++
		full[m.name] = full[m.name] || m.is.kind != inspect.KindNull
	}
	for i := range f.Members {
		if m := &f.Members[i]; !m.Optional && m.Name != "*" && seen[m.Name] == 0 {
			return false
		}
	}
	return len(f.OneOf) == 0 || slices.ContainsFunc(f.OneOf, func(name string) bool { return full[name] })
}
