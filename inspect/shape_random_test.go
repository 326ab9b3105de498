package inspect_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// dice make forms and documents at random, of a few names and values only, so that
// they have much to do with one another.
type dice struct{ *rand.Rand }

func (d dice) one(words ...string) string { return words[d.IntN(len(words))] }

func (d dice) often() bool { return d.IntN(3) > 0 }

// form makes a form of a value.
func (d dice) form(depth int) inspect.Form {
	f := inspect.Form{Kinds: inspect.KindScalar}
	switch n := d.IntN(8); {
	case depth > 0 && n < 3:
		f.Kinds = inspect.KindObject
		d.members(&f, depth)
		f.Items = d.IntN(4) == 0
	case depth > 0 && n == 3:
		f.Kinds, f.Items = inspect.KindArray, d.often()
		if d.often() {
			element := d.form(depth - 1)
			f.Element = &element
		}
	case n == 4:
		f.Kinds = inspect.KindText | inspect.KindNumber
		f.Values = []string{d.one("x", "y", "404", "!x", "!404", "!y")}
	case n == 5:
		f.Kinds, f.Class = inspect.KindText|inspect.KindNumber, inspect.Integer
		f.Min, f.Max = 400, 599
	case n == 6:
		f.Kinds = []inspect.Kinds{inspect.KindNull, inspect.KindFalse, inspect.KindNumber, inspect.KindText, inspect.KindAny}[d.IntN(5)]
		f.Class = []inspect.Class{inspect.AnyText, inspect.Filled, inspect.Word, inspect.URI}[d.IntN(4)]
	case n == 7:
		f.Kinds, f.Fits = inspect.KindText|inspect.KindNull, []string{d.one("*o*", "x*", "*y", "x", "no_*")}
	}
	return f
}

func (d dice) members(f *inspect.Form, depth int) {
	names := []string{"a", "b", "c", "d", "*"}
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	f.Members = []inspect.Member{}
	for _, name := range names[:d.IntN(4)] {
		f.Members = append(f.Members, inspect.Member{Name: name, Optional: d.IntN(2) == 0, Form: d.form(depth - 1)})
	}
	switch d.IntN(6) {
	case 0:
		f.Others = inspect.KindScalar
	case 1:
		f.Others = inspect.KindAny
	case 2:
		f.Members = nil
	case 3:
		for _, m := range f.Members {
			if m.Name != "*" {
				f.OneOf = append(f.OneOf, m.Name)
			}
		}
	}
}

// doc makes a JSON document that a form might be of.
func (d dice) doc(depth int) string {
	switch n := d.IntN(10); {
	case depth > 0 && n < 5:
		var members []string
		for range d.IntN(4) {
			members = append(members, fmt.Sprintf("%q:%s%s", d.one("a", "b", "c", "d", "e"), d.one("", " "), d.doc(depth-1)))
		}
		return "{" + strings.Join(members, d.one(",", " ,\n")) + "}"
	case depth > 0 && n == 5:
		var items []string
		for range d.IntN(3) {
			items = append(items, d.doc(depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	default:
		return d.one(`"x"`, `"y"`, `"no_x"`, `"\u0078"`, `""`, `" "`, `404`, `4.04e2`, `"404"`, `-1`, `0`, `1e9`, `null`, `false`, `true`, `"urn:x"`, `"a word"`)
	}
}

func TestShapesOfJSONAreThoseOfTheReference(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(7, 8))}
	yes, no := 0, 0
	for range 300 {
		var tests []inspect.Test
		var shapes []*inspect.Shape
		for n := range 1 + d.IntN(70) {
			s := &inspect.Shape{Name: fmt.Sprint(n)}
			for range 1 + d.IntN(2) {
				f := d.form(3)
				if d.often() {
					f = inspect.Form{Kinds: inspect.KindObject}
					d.members(&f, 3)
				}
				s.JSON = append(s.JSON, f)
			}
			shapes = append(shapes, s)
			tests = append(tests, must(inspect.Shapes("error "+s.Name, s)))
		}
		plan := newPlan(t, nil, tests...)
		for range 60 {
			doc := d.doc(4)
			v, ok := readValue(doc)
			if !ok {
				t.Fatalf("%s is no JSON", doc)
			}
			i := ask(t, plan, inspect.MediaJSON, "", doc, 1+d.IntN(30), inspect.Whole)
			for n, s := range shapes {
				want := slices.ContainsFunc(s.JSON, func(f inspect.Form) bool { return v.has(&f, false) })
				if got := i.Answer(n); (got == inspect.Yes) != want || got == inspect.Unknown {
					t.Fatalf("%s has %s: %v, want %v (of %d)", doc, dump(s.JSON), got, want, len(shapes))
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
