package inspect_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

func object(members ...inspect.Member) inspect.Form {
	return inspect.Form{Kinds: inspect.KindObject, Members: members}
}

func textual(tells *inspect.Codes) inspect.Form {
	return inspect.Form{Kinds: inspect.KindText | inspect.KindNumber, Tells: tells}
}

// wordy are codes of a family.
var wordy = &inspect.Codes{
	Numbers: []inspect.NumberCode{{Low: 7, High: 9, Status: 403}},
	Words:   []inspect.WordCode{{Status: 404, Words: []string{"*not_found"}}, {Status: 503, Words: []string{"busy", "later*"}}},
}

func TestWhatShapesTell(t *testing.T) {
	late := object(
		inspect.Member{Name: "z", Optional: true, Form: textual(&inspect.Codes{HTTP: true})},
		inspect.Member{Name: "a", Form: textual(wordy)},
		inspect.Member{Name: "list", Optional: true, Form: inspect.Form{
			Kinds: inspect.KindArray, Element: &inspect.Form{Kinds: inspect.KindText, Tells: &inspect.Codes{Rest: 405}},
		}},
	)
	late.Else = 400
	plan := shapeOf(t, &inspect.Shape{JSON: []inspect.Form{late}})
	for _, c := range []struct {
		body string
		auto int
	}{
		{`{"a":"user_not_found"}`, 404},
		{`{"a":"BUSY"}`, 503},
		{`{"a":8}`, 403},
		{`{"a":"9"}`, 403},
		{`{"a":404}`, 400},         // not of this family
		{`{"a":8,"z":409}`, 409},   // the first that is written down goes first
		{`{"a":8,"z":"200"}`, 403}, // no error
		{`{"a":"x","list":["y"]}`, 405},
		{`{"a":"x","list":[]}`, 400},

		// Too long to tell anything.
		{`{"a":"` + strings.Repeat("x", 200) + `_not_found"}`, 400},

		{`{"list":["1","2","3","4","5","6","7","8","9"],"a":"user_not_found"}`, 405},              // more than are kept
		{`{"list":["` + strings.Repeat("x", 200) + `","2"],"a":"user_not_found"}`, 404},           // in the order of the form
		{`{"z":"` + strings.Repeat("4", 300) + `","a":"no_` + strings.Repeat("x", 9) + `"}`, 400}, // no number
	} {
		bodyIs(t, plan, inspect.MediaJSON, c.body, inspect.Whole, yes, c.auto)
	}
	plain := shapeOf(t, &inspect.Shape{JSON: []inspect.Form{object(inspect.Member{Name: "a", Form: textual(nil)})}})
	bodyIs(t, plain, inspect.MediaJSON, `{"a":"x"}`, inspect.Whole, yes, 500)
	bodyIs(t, plain, inspect.MediaJSON, `{"a":"x"`, inspect.Whole, inspect.Unknown, 0)
	bodyIs(t, plain, inspect.MediaJSON, `{"a":"x"`, inspect.Cut, inspect.Unknown, 0)
	bodyIs(t, plain, inspect.MediaJSON, `[1]`, inspect.Whole, no, 0)
	bodyIs(t, plain, inspect.MediaJSON, `<a/>`, inspect.Whole, no, 0)
	bodyIs(t, plain, inspect.MediaOther, `{"a":"x"}`, inspect.Whole, no, 0)
}

func TestWhatShapesOfXMLTell(t *testing.T) {
	root := inspect.Form{Kinds: inspect.KindObject | inspect.KindText, Spaces: []string{"urn:x"}, Members: []inspect.Member{
		{Name: "@code", Optional: true, Form: textual(&inspect.Codes{HTTP: true})},
		{Name: "why", Many: true, Form: textual(wordy)},
	}}
	plan := shapeOf(t, &inspect.Shape{XML: []inspect.Form{object(inspect.Member{Name: "err", Form: root})}})
	bodyIs(t, plan, inspect.MediaXML, `<err xmlns="urn:x"><why>BUSY</why><why>x</why></err>`, inspect.Whole, yes, 503)
	bodyIs(t, plan, inspect.MediaXML, `<e:err xmlns:e="urn:x" code="404"><why>busy</why></e:err>`, inspect.Whole, yes, 404)
	bodyIs(t, plan, inspect.MediaXML, `<err><why>busy</why></err>`, inspect.Whole, no, 0)
	bodyIs(t, plan, inspect.MediaXML, `<err xmlns="urn:y"><why>busy</why></err>`, inspect.Whole, no, 0)
	bodyIs(t, plan, inspect.MediaXML, `<err xmlns="urn:x"/>`, inspect.Whole, no, 0)
	bodyIs(t, plan, inspect.MediaXML, `<err xmlns="urn:x"><why>busy</why>`, inspect.Whole, inspect.Unknown, 0)
	bodyIs(t, plan, inspect.MediaXML, `{"err":1}`, inspect.Whole, no, 0)
	bodyIs(t, plan, inspect.MediaXML, `<err xmlns="urn:x"><why>busy</why></err><more/>`, inspect.Whole, yes, 503)
}

// What a test asks is answered whether or not a shape is still in question.
func TestShapesOfXMLBesideTests(t *testing.T) {
	shape := &inspect.Shape{Name: "x", XML: []inspect.Form{object(inspect.Member{Name: "r", Form: object(inspect.Member{Name: "a", Form: textual(nil)})})}}
	plan := newPlan(t, nil, must(inspect.Shapes("error x", shape)), must(inspect.XML("r/b/@c")), must(inspect.XML("r/d")), inspect.SOAPFault(), must(inspect.XML("r/a/a/a/a/a/a")))
	for _, c := range []struct {
		body string
		want [5]inspect.Answer
	}{
		{`<r><a>x</a></r>`, [5]inspect.Answer{yes, no, no, no, no}},
		{`<r><z k="1"><y/></z><b c="1"/><d>x</d></r>`, [5]inspect.Answer{no, yes, yes, no, no}},
		{`<r><z><y/></z><b c="1"><a>x</a></b></r>`, [5]inspect.Answer{no, yes, no, no, no}},
		{`<r><z><y><a></b></y></z><d>x</d></r>`, [5]inspect.Answer{no, inspect.Unknown, inspect.Unknown, no, inspect.Unknown}},
		{`<r><b c></b><d>x</d></r>`, [5]inspect.Answer{no, inspect.Unknown, inspect.Unknown, no, inspect.Unknown}},
		{`<r><y/><b c="1"d="2"></b><d>x</d></r>`, [5]inspect.Answer{no, yes, inspect.Unknown, no, inspect.Unknown}},
		{`<r><y/><b a="" b="" e="" f="" g="" h="" i="" j="" k="" c="1"></b><d>x</d></r>`, [5]inspect.Answer{no, yes, yes, no, no}},
		{`<s><a>x</a></s>`, [5]inspect.Answer{no, no, no, no, no}},
		{`<r><a><a><a><a><a><a xmlns="urn:x" xmlns:p="urn:y">x</a></a></a></a></a></a><d>x</d></r>`, [5]inspect.Answer{no, no, yes, no, yes}},
	} {
		for _, chunk := range []int{1, 5, len(c.body)} {
			i := ask(t, plan, inspect.MediaXML, "", c.body, chunk, inspect.Whole)
			for n, want := range c.want {
				if got := i.Answer(n); got != want {
					t.Errorf("%s in pieces of %d: test %d is %v, want %v", c.body, chunk, n, got, want)
				}
			}
			plan.Put(i)
		}
	}
}

// What a form does not name may have anything in it, though a test looks into it.
func TestShapesOfXMLWithOthers(t *testing.T) {
	root := object(inspect.Member{Name: "a", Form: textual(wordy)})
	root.Others = inspect.KindAny
	shape := &inspect.Shape{Name: "x", XML: []inspect.Form{object(inspect.Member{Name: "r", Form: root})}}
	plan := newPlan(t, nil, must(inspect.Shapes("error x", shape)), must(inspect.XML("r/z/y")))
	bodyIs(t, plan, inspect.MediaXML, `<r><z><y><a/></y></z><a>busy</a></r>`, inspect.Whole, yes, 503)
	bodyIs(t, plan, inspect.MediaXML, `<r><z><y/><a>busy</a></z></r>`, inspect.Whole, no, 0)
}

// A shape may be known by a test of another kind, which then counts for both.
func TestShapesKnownByATest(t *testing.T) {
	known := &inspect.Shape{Name: "rpc", Known: inspect.JSONRPCError()}
	formed := &inspect.Shape{Name: "form", JSON: []inspect.Form{object(inspect.Member{Name: "oops", Form: textual(wordy)})}}
	test := must(inspect.Shapes("error rpc form", known, formed))
	other := must(inspect.Shapes("error form", formed))
	if test.OfShape() || !other.OfShape() || inspect.JSONRPCError().OfShape() {
		t.Error("what is told by a shape alone is not told right")
	}
	if !test.Possible(inspect.MediaJSON) || test.Possible(inspect.MediaOther) {
		t.Error("the media are wrong")
	}
	const rpc = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}`
	for _, tests := range [][]inspect.Test{{test, other}, {test, other, inspect.JSONRPCError()}} {
		plan := newPlan(t, nil, tests...)
		for _, c := range []struct {
			body   string
			only   []int
			first  inspect.Answer
			second inspect.Answer
			auto   int
		}{
			{rpc, nil, yes, no, 404},
			{rpc, []int{0}, yes, inspect.No, 404},
			{rpc, []int{1}, no, no, 0},
			{`{"oops":7}`, nil, yes, yes, 403},
			{`{"oops":7}`, []int{1}, yes, yes, 403},
			{`{"oops":true}`, []int{0, 1}, no, no, 0},
			{`<a/>`, nil, no, no, 0},
		} {
			i := plan.Get(inspect.MediaJSON, "", c.only, false)
			i.Write([]byte(c.body))
			i.End(inspect.Whole)
			status, _ := i.Auto(0)
			if i.Answer(0) != c.first && c.only == nil || i.Answer(1) != c.second || c.only == nil && status != c.auto {
				t.Errorf("%s asked for %v: %v %v %d, want %v %v %d", c.body, c.only, i.Answer(0), i.Answer(1), status, c.first, c.second, c.auto)
			}
			plan.Put(i)
		}
	}
}

// Whose fault it is stands behind that it is one.
func TestWhatAShapeTellsIsStillToCome(t *testing.T) {
	plan := shapeOf(t, &inspect.Shape{Known: inspect.SOAPFault()})
	i := plan.Get(inspect.MediaXML, "", nil, false)
	i.Write([]byte(`<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>`))
	if status, ok := i.Auto(0); i.Answer(0) != yes || ok {
		t.Errorf("a fault's begin: %v, %d %v", i.Answer(0), status, ok)
	}
	i.Write([]byte(`<e:Code><e:Value>e:Sender</e:Value></e:Code></e:Fault></e:Body></e:Envelope>`))
	if status, ok := i.Auto(0); !ok || status != 400 {
		t.Errorf("a sender's: %d %v", status, ok)
	}
	plan.Put(i)
}

func TestShapesThatAreNone(t *testing.T) {
	if _, err := inspect.Shapes("error"); err == nil {
		t.Error("no shape is a test")
	}
	if _, err := inspect.Shapes("error x", &inspect.Shape{Name: "x"}); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("a shape of nothing: %v", err)
	}
	if _, err := inspect.Shapes("error x", &inspect.Shape{
		Name: "x", Labels: []inspect.Media{inspect.MediaXML}, Pages: []inspect.Page{{Titles: []string{"x"}}},
	}); err != nil {
		t.Errorf("a page labelled as XML: %v", err)
	}
}

func TestWordsOfACode(t *testing.T) {
	code := inspect.WordCode{Status: 404, Words: []string{"gone", "*not_found"}}
	for text, want := range map[string]int{"GONE": 404, "user_not_found": 404, "not_found_here": 0, "": 0} {
		if got := code.StatusOf(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
