package inspect_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// These tests make documents at random and hold the answers against those of a reader that has all the time of the
// world. They are the same documents each time.

const randomDocuments = 20_000

var xmlPieces = []string{
	"<r>", "</r>", "<a>", "</a>", "<a/>", "<b>", "</b>", "<b />", "1", "x", " ", "\n", "0", "false", "ü", "]]", ">", "\"", "'", "--", "?",
	"&lt;", "&#65;", "&#x41;", "<![CDATA[1]]>", "<![CDATA[]]>", "<![CDATA[ ]] > ]]>", "<!-- c -->", "<!---->", "<?p i?>", "<?p?>", "<!DOCTYPE r>",
	"<n:a xmlns:n=\"u\">", "</n:a>", "<a k=\"1\">", "<a k='x'/>", "<a n:k=\"1\" xmlns:n=\"u\"/>", "<a xsi:nil=\"true\"/>", "<a\n>", "</a >",
	"<r xmlns=\"d\">", "<ü>", "</ü>", "<a k=\"&amp;1\"/>", "<a k = \"1\" />", "<a k=\"1\" j=\"2\">", "<a k=\"a>b\">", "<?xml version=\"1.0\"?>",
}

// found3 is what a document has for the three tests of TestXMLIsReadAsEncodingXMLReadsIt.
type found3 struct{ something, one, attribute bool }

func TestXMLIsReadAsEncodingXMLReadsIt(t *testing.T) {
	plan := newPlan(t, nil, must(inspect.XML("r/a")), must(inspect.XML("r/a", "1")), must(inspect.XML("r/a/@k", "1")))
	r := rand.New(rand.NewPCG(1, 2))
	judged := 0
	for range randomDocuments {
		doc := randomXML(r)
		want, ok := readXML(doc)
		if !ok {
			continue // encoding/xml is the stricter one about tags
		}
		judged++
		i := ask(t, plan, inspect.MediaXML, "", doc, 1+r.IntN(40), inspect.Whole)
		for n, holds := range []bool{want.something, want.one, want.attribute} {
			if got := i.Answer(n); got == inspect.Unknown || (got == yes) != holds {
				t.Errorf("%q, test %d: %v, want %v", doc, n, got, holds)
			}
		}
		plan.Put(i)
	}
	if judged < randomDocuments/20 {
		t.Errorf("only %d documents were well-formed", judged)
	}
}

// randomXML is well-formed more often than chance would have it.
func randomXML(r *rand.Rand) string {
	any := func() string { return xmlPieces[r.IntN(len(xmlPieces))] }
	var b strings.Builder
	if r.IntN(5) == 0 {
		b.WriteString([]string{" ", "<!-- ü -->", "<?p?>", "<!DOCTYPE r>", "<?xml version='1.0'?>"}[r.IntN(5)])
	}
	root := []string{"r", "r", "r", "ü"}[r.IntN(4)]
	b.WriteString("<" + root + ">")
	for range r.IntN(5) {
		switch r.IntN(3) {
		case 0:
			b.WriteString([]string{"<a>", "<a k=\"1\">", "<a\n>", "<a k=\"1\" j=\"2\">", "<a k=\"a>b\">"}[r.IntN(5)] + any() + any() + "</a>")
		case 1:
			b.WriteString("<n:a xmlns:n=\"u\">" + any() + "</n:a>")
		default:
			b.WriteString(any())
		}
	}
	b.WriteString("</" + root + ">")
	if r.IntN(5) == 0 {
		b.WriteString([]string{"\n", "<!-- c -->", "<?p i?>"}[r.IntN(3)])
	}
	return b.String()
}

// element is an open element.
type element struct {
	name             string
	text             strings.Builder
	children, attrs  bool
	isNil, isOneOfUs bool
}

func readXML(doc string) (f found3, ok bool) {
	d := xml.NewDecoder(strings.NewReader(doc))
	var open []*element
	for roots := 0; ; {
		token, err := d.Token()
		if err != nil {
			return f, errors.Is(err, io.EOF) && roots == 1 && len(open) == 0
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(open) == 0 {
				roots++
			} else {
				open[len(open)-1].children = true
			}
			e := &element{name: token.Name.Local}
			e.isOneOfUs = len(open) == 1 && open[0].name == "r" && e.name == "a"
			f.attribute = e.read(token.Attr) && e.isOneOfUs || f.attribute
			open = append(open, e)
		case xml.EndElement:
			if e := open[len(open)-1]; e.isOneOfUs {
				e.judge(&f)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text.Write(token)
			} else if strings.Trim(string(token), " \t\r\n") != "" {
				return f, false
			}
		case xml.ProcInst:
			if token.Target == "xml" && d.InputOffset() != int64(strings.Index(doc, "?>")+2) || token.Target == "xml" && doc[0] != '<' {
				return f, false
			}
		case xml.Directive:
			if len(open) > 0 || roots > 0 {
				return f, false
			}
		}
	}
}

// read takes the attributes, and tells whether k is 1.
func (e *element) read(attrs []xml.Attr) (one bool) {
	for _, a := range attrs {
		switch {
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name.Space != "" && a.Name.Local == "nil":
			e.isNil = a.Value == "true"
		default:
			e.attrs = true
			one = one || a.Name.Local == "k" && strings.TrimSpace(a.Value) == "1"
		}
	}
	return one
}

func (e *element) judge(f *found3) {
	text := strings.Trim(e.text.String(), " \t\r\n\f")
	told := text != "" && text != "0" && text != "false"
	f.something = f.something || e.children || !e.isNil && (e.attrs || told)
	f.one = f.one || !e.children && !e.isNil && text == "1"
}

// pair is a member; lists of them keep their order.
type pair struct {
	name  string
	value any
}

type members []pair

func (m members) get(name string) any {
	for _, p := range m {
		if p.name == name {
			return p.value
		}
	}
	return nil
}

func (m members) has(name string) bool {
	for _, p := range m {
		if p.name == name {
			return true
		}
	}
	return false
}

// maker makes JSON at random.
type maker struct{ *rand.Rand }

func (r maker) anything() any {
	return []any{
		nil, true, false, json.Number("0"), json.Number("-32601"), json.Number("4.5"), json.Number("404.0"), "", "x", "2.0",
		members{},
		[]any{},
		members{{"a", nil}},
		[]any{nil},
		members{{"code", json.Number("1")}, {"message", "m"}},
	}[r.IntN(15)]
}

// object has each member by a chance of so many in ten, mostly as given, and in any order.
func (r maker) object(chances []int, all ...pair) (m members) {
	for n, p := range all {
		if r.IntN(10) >= chances[n] {
			continue
		}
		if r.IntN(14) == 0 {
			p.value = r.anything()
		}
		m = append(m, p)
	}
	r.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
	return m
}

func (r maker) rpc() members {
	number := []any{json.Number("-32601"), json.Number("1"), json.Number("404.0")}[r.IntN(3)]
	failure := r.object([]int{9, 9, 3}, pair{"code", number}, pair{"message", "m"}, pair{"data", members{{"a", "b"}}})
	return r.object([]int{9, 9, 2, 7, 1}, pair{"jsonrpc", "2.0"}, pair{"error", failure}, pair{"result", nil}, pair{"id", "x"}, pair{"extra", "y"})
}

func (r maker) graphQL() members {
	list := []any{}
	for range r.IntN(3) {
		list = append(list, r.object([]int{9, 3, 3, 5, 1},
			pair{"message", "m"}, pair{"locations", []any{members{{"line", json.Number("1")}}}}, pair{"path", nil},
			pair{"extensions", members{{"code", "FORBIDDEN"}}}, pair{"extra", "x"}))
	}
	data := []any{nil, members{}, members{{"a", nil}}, members{{"a", nil}, {"b", nil}}, members{{"a", json.Number("1")}}}[r.IntN(5)]
	return r.object([]int{9, 6, 2, 1}, pair{"errors", list}, pair{"data", data}, pair{"extensions", members{}}, pair{"other", "x"})
}

// write writes with white space, and some names with escapes.
func (r maker) write(b *strings.Builder, v any) {
	space := func() {
		for r.IntN(6) == 0 {
			b.WriteByte(" \n\t\r"[r.IntN(4)])
		}
	}
	space()
	defer space()
	switch v := v.(type) {
	case members:
		b.WriteByte('{')
		for n, p := range v {
			if n > 0 {
				b.WriteByte(',')
			}
			space()
			name, _ := json.Marshal(p.name)
			if r.IntN(10) == 0 && p.name[0] == 'd' {
				name = []byte(`"\u0064` + p.name[1:] + `"`)
			}
			b.Write(name)
			space()
			b.WriteByte(':')
			r.write(b, p.value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for n, one := range v {
			if n > 0 {
				b.WriteByte(',')
			}
			r.write(b, one)
		}
		b.WriteByte(']')
	default:
		text, _ := json.Marshal(v)
		b.Write(text)
	}
}

func TestResponsesAreReadAsTheirSpecificationsHaveThem(t *testing.T) {
	plan := newPlan(t, nil, inspect.JSONRPCError(), inspect.GraphQLErrors(), inspect.GraphQLNoData(), inspect.GraphQLRequestError())
	r := maker{rand.New(rand.NewPCG(3, 4))}
	var met [4]int
	for range randomDocuments {
		var v any
		switch r.IntN(6) {
		case 0, 1:
			v = r.rpc()
		case 2:
			list := []any{}
			for range r.IntN(3) {
				list = append(list, r.rpc())
			}
			v = list
		case 3:
			v = r.anything()
		default:
			v = r.graphQL()
		}
		var b strings.Builder
		r.write(&b, v)
		i := ask(t, plan, inspect.MediaJSON, "", b.String(), 1+r.IntN(30), inspect.Whole)
		for n, holds := range []bool{isRPC(v), isGraphQL(v, wantErrors), isGraphQL(v, wantNoData), isGraphQL(v, wantNoMember)} {
			if holds {
				met[n]++
			}
			if got := i.Answer(n); got == inspect.Unknown || (got == yes) != holds {
				t.Errorf("%s, test %d: %v, want %v", b.String(), n, got, holds)
			}
		}
		plan.Put(i)
	}
	for n, count := range met {
		if count < 100 {
			t.Errorf("test %d is met %d times only", n, count)
		}
	}
}

func isRPC(v any) bool {
	if list, ok := v.([]any); ok {
		for _, one := range list {
			if m, ok := one.(members); !ok || !isRPC(m) {
				return false
			}
		}
		return len(list) > 0
	}
	m, _ := v.(members)
	failure, _ := m.get("error").(members)
	code, isNumber := failure.get("code").(json.Number)
	_, isText := failure.get("message").(string)
	if m.get("jsonrpc") != "2.0" || !isNumber || strings.Contains(string(code), ".5") || !isText || m.get("result") != nil {
		return false
	}
	switch m.get("extra").(type) {
	case members, []any:
		return false
	}
	return true
}

type graphQLWant int

const (
	wantErrors graphQLWant = iota
	wantNoData
	wantNoMember
)

func isGraphQL(v any, want graphQLWant) bool {
	m, ok := v.(members)
	for _, p := range m {
		ok = ok && (p.name == "data" || p.name == "errors" || p.name == "extensions")
	}
	list, _ := m.get("errors").([]any)
	if !ok || len(list) == 0 {
		return false
	}
	extra := false
	for _, one := range list {
		e, _ := one.(members)
		if _, isText := e.get("message").(string); !isText || !listOrNull(e.get("locations")) || !listOrNull(e.get("path")) {
			return false
		}
		if _, isObject := e.get("extensions").(members); !isObject && e.get("extensions") != nil {
			return false
		}
		extra = extra || e.has("extra")
	}
	data := m.get("data")
	fields, isObject := data.(members)
	switch {
	case data != nil && !isObject, want == wantNoMember && m.has("data"), want == wantNoData && isObject:
		return false
	case want != wantNoMember && extra && !m.has("data"):
		return false
	}
	for _, p := range fields {
		if p.value != nil {
			return false
		}
	}
	return true
}

func listOrNull(v any) bool {
	_, isList := v.([]any)
	return isList || v == nil
}
