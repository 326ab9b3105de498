package inspect

import (
	"errors"
	"fmt"
	"slices"
)

// Shape is what a whole body is like that says one thing, such as the error of
// one server. A body has it that has one of the forms, pages or texts.
type Shape struct {
	// Name is a word for it.
	Name string
	// Labels are the media that a body may be labelled as that has the shape;
	// none: those that a body of its format is found under.
	Labels []Media
	// JSON and XML are forms of whole documents.
	JSON, XML []Form
	// Pages are pages of HTML.
	Pages []Page
	// Lines are plain texts, also on pages of HTML.
	Lines []Lines
	// Known is another test that has the shape, or the zero Test.
	Known Test
}

// Shapes tests whether a body has one of the shapes. Words are the test in the
// words of the configuration: two tests with the same words are the same.
//
// JSON and XML are decided at the end of the document, or as soon as no form is
// left. Pages and texts are decided within [PageLimit] bytes. [NewPlan] tells of
// patterns that are none.
func Shapes(words string, shapes ...*Shape) (Test, error) {
	if len(shapes) == 0 {
		return Test{}, errors.New("no shape")
	}
	t := Test{kind: testShape, shapes: shapes, words: words}
	for _, s := range shapes {
		if s.possible() == 0 {
			return Test{}, fmt.Errorf("the shape %q has nothing that a body could have", s.Name)
		}
		t.media |= s.possible()
	}
	return t, nil
}

// OfShape reports whether the test is one of [Shapes] all of which are told by
// their forms, pages and lines alone.
func (t Test) OfShape() bool {
	return t.kind == testShape && !slices.ContainsFunc(t.shapes, func(s *Shape) bool { return s.Known.kind != testNone })
}

// possible has a bit for each kind of media under which a body can have the
// shape.
func (s *Shape) possible() (media uint8) {
	if s.Known.kind != testNone {
		media |= s.Known.mediaSet()
	}
	if len(s.JSON) > 0 {
		media |= s.only(possible[testJSON])
	}
	if len(s.XML) > 0 {
		media |= s.only(possible[testXML])
	}
	if len(s.Pages)+len(s.Lines) > 0 {
		media |= s.only(pageMedia)
	}
	return media
}

// only leaves of a set of media those that the shape is labelled with.
func (s *Shape) only(media uint8) uint8 {
	if len(s.Labels) == 0 {
		return media
	}
	var labels uint8
	for _, m := range s.Labels {
		labels |= 1 << m
	}
	return media & labels
}

// pageMedia are what pages and texts are found under: any label but those of
// pictures, streams and the like.
const pageMedia = anyMedia &^ (1 << MediaOther)

// shapePlan is the shapes of many tests, compiled.
type shapePlan struct {
	all   []shapeAt
	json  *tree
	xml   *tree
	pages pages
	begin [MediaStream + 1]shapeSets
	tests []shapeTest // by test; of others than those of shapes they are empty
}

// shapeAt is a shape, and where its forms are in the trees.
type shapeAt struct {
	*Shape
	json, xml int // the first of its forms
	known     int // the test it is known by, -1 for none
}

// shapeSets are forms in the trees, and shapes that have pages or texts.
type shapeSets struct{ json, xml, pages set }

// shapeTest is what one test asks for.
type shapeTest struct {
	shapeSets
	shapes []int
	known  []int // tests
}

// add takes over the shapes of a test.
func (sp *shapePlan) add(test int, shapes []*Shape) {
	t := &sp.tests[test]
	for _, s := range shapes {
		at := slices.IndexFunc(sp.all, func(known shapeAt) bool { return known.Shape == s })
		if at < 0 {
			at = len(sp.all)
			sp.all = append(sp.all, shapeAt{Shape: s, known: -1})
		}
		t.shapes = append(t.shapes, at)
	}
}

// compile lays out what was added.
func (sp *shapePlan) compile() error {
	var json, xml []*Form
	for at := range sp.all {
		s := &sp.all[at]
		s.json, s.xml = len(json), len(xml)
		for i := range s.JSON {
			json = append(json, &s.JSON[i])
		}
		for i := range s.XML {
			xml = append(xml, &s.XML[i])
		}
		if err := sp.pages.add(at, s.Shape); err != nil {
			return err
		}
	}
	sp.json, sp.xml = newTree(json, false), newTree(xml, true)
	for m := range sp.begin {
		sp.begin[m] = sp.sets()
		for at := range sp.all {
			sp.begin[m].add(&sp.all[at], at, 1<<m)
		}
	}
	for n := range sp.tests {
		t := &sp.tests[n]
		t.shapeSets = sp.sets()
		for _, at := range t.shapes {
			t.add(&sp.all[at], at, anyMedia)
			if known := sp.all[at].known; known >= 0 {
				t.known = append(t.known, known)
			}
		}
	}
	return nil
}

func (sp *shapePlan) sets() shapeSets {
	return shapeSets{sp.json.set(), sp.xml.set(), make(set, (len(sp.all)+63)/64)}
}

// add adds the forms and pages that a shape has under some media.
func (s *shapeSets) add(shape *shapeAt, at int, media uint8) {
	if shape.only(possible[testJSON])&media != 0 {
		for i := range shape.JSON {
			s.json.add(shape.json + i)
		}
	}
	if shape.only(possible[testXML])&media != 0 {
		for i := range shape.XML {
			s.xml.add(shape.xml + i)
		}
	}
	if len(shape.Pages)+len(shape.Lines) > 0 && shape.only(pageMedia)&media != 0 {
		s.pages.add(at)
	}
}
