package problem_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

const (
	JSON = problem.JSON
	XML  = problem.XML
	HTML = problem.HTML
	Text = problem.Text
)

var (
	reversed = []problem.Format{Text, HTML, XML, JSON}
	noJSON   = []problem.Format{Text, HTML, XML}
)

type chooseCase struct {
	name    string
	accept  []string
	formats []problem.Format
	want    problem.Format
}

func testChoose(t *testing.T, cases []chooseCase) {
	t.Helper()
	for _, c := range cases {
		if got := problem.Choose(c.accept, c.formats); got != c.want {
			t.Errorf("%s: Choose(%q, %v): got %v, want %v", c.name, c.accept, c.formats, got, c.want)
		}
	}
}

func TestChooseKnowsTheClients(t *testing.T) {
	testChoose(t, []chooseCase{
		{"no Accept", nil, reversed, JSON},
		{"an empty Accept", []string{""}, reversed, JSON},
		{"no Accept and no JSON", nil, noJSON, Text},
		{"no formats at all", []string{"text/html"}, nil, JSON},
		{"a value that is no format", []string{"*/*"}, []problem.Format{9, HTML}, HTML},
		{"curl", []string{"*/*"}, reversed, JSON},
		{"curl without JSON on offer", []string{"*/*"}, noJSON, Text},
		{"old Java clients", []string{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}, reversed, HTML},
		{"a lone asterisk", []string{"*"}, reversed, JSON},
		{"a browser", []string{browserAccept}, allFormats, HTML},
		{"a browser without HTML on offer", []string{browserAccept}, noJSON[:1:1], Text},
		{"a browser's second choice", []string{browserAccept}, []problem.Format{JSON, XML}, XML},
		{"a browser that wants an image", []string{"image/avif,image/webp,image/*,*/*;q=0.8"}, allFormats, JSON},
		{"axios", []string{"application/json, text/plain, */*"}, allFormats, JSON},
		{"axios, where HTML comes first", []string{"application/json, text/plain, */*"}, []problem.Format{HTML, JSON, Text}, JSON},
		{"jQuery", []string{"application/json, text/javascript, */*; q=0.01"}, reversed, JSON},
	})
}

func TestChooseKnowsTheNamesOfEachFormat(t *testing.T) {
	testChoose(t, []chooseCase{
		{"plain JSON", []string{"application/json"}, reversed, JSON},
		{"JSON by its old name", []string{"text/json"}, reversed, JSON},
		{"JSON problems", []string{"application/problem+json"}, reversed, JSON},
		{"plain XML", []string{"application/xml"}, allFormats, XML},
		{"XML as text", []string{"text/xml"}, allFormats, XML},
		{"XML problems", []string{"application/problem+xml"}, allFormats, XML},
		{"plain text", []string{"text/plain"}, allFormats, Text},
		{"XHTML only cannot be given HTML", []string{"application/xhtml+xml"}, allFormats, JSON},
	})
}

func TestChooseGoesByQualityThenByName(t *testing.T) {
	testChoose(t, []chooseCase{
		{"case does not matter", []string{"TEXT/HTML;Q=1"}, allFormats, HTML},
		{"parameters do not matter", []string{"application/xml;charset=utf-8"}, allFormats, XML},
		{"the best of the names counts", []string{"text/plain;q=0.5, application/problem+json;q=0.1, application/json"}, reversed, JSON},
		{"quality decides", []string{"application/json;q=0.8, text/html;q=0.9"}, allFormats, HTML},
		{"thousandths decide", []string{"application/json;q=0.998, text/html;q=0.999"}, allFormats, HTML},
		{"more digits than three are cut off", []string{"text/html;q=0.8001, text/plain;q=0.8009"}, allFormats, HTML},
		{"equals go by the operator's order", []string{"text/html, text/plain"}, reversed, Text},
		{"equals go by the operator's order, not the client's", []string{"text/html, application/json"}, []problem.Format{HTML, JSON}, HTML},
		{"what is named goes before a wildcard", []string{"*/*, text/html"}, allFormats, HTML},
		{"a better wildcard goes before what is named", []string{"text/html;q=0.2, */*"}, allFormats, JSON},
		{"text of any kind is not JSON", []string{"text/*"}, allFormats, HTML},
		{"text of any kind by the operator's order", []string{"text/*"}, reversed, Text},
		{"an application's wildcard goes to JSON", []string{"application/*"}, reversed, JSON},
		{"an application's wildcard without JSON", []string{"application/*"}, noJSON, XML},
		{"a narrower wildcard decides", []string{"application/*;q=0.1, */*;q=0.5"}, allFormats, HTML},
		{"a narrower wildcard excludes", []string{"application/*;q=0, */*"}, allFormats, HTML},
		{"a name excludes", []string{"application/problem+json;q=0, */*"}, allFormats, XML},
		{"another name excludes", []string{"application/json;q=0, */*"}, allFormats, XML},
		{"what would be sent is excluded in spite of its other name", []string{"application/json, application/problem+json;q=0, text/plain"}, allFormats, Text},
		{"nothing is acceptable", []string{"image/png"}, reversed, JSON},
		{"nothing is acceptable and no JSON", []string{"image/png"}, noJSON, Text},
		{"everything is refused", []string{"*/*;q=0"}, noJSON, Text},
		{"every format is refused by name", []string{"text/html;q=0, text/plain;q=0"}, []problem.Format{HTML, Text}, HTML},
	})
}

func TestChooseReadsWhatIsDeployed(t *testing.T) {
	testChoose(t, []chooseCase{
		{"field lines are joined", []string{"application/json;q=0.5", "text/html"}, allFormats, HTML},
		{"the better mention of a type counts", []string{"text/html;level=1;q=0.1, text/html;q=0.9, text/html;level=2;q=0.3, text/plain;q=0.8"}, allFormats, HTML},
		{"a quoted comma ends nothing", []string{`text/html;a="\",text/plain,";q=0.1, application/xml;q=0.2`}, allFormats, XML},
		{"a quoted semicolon ends nothing", []string{`text/html;a=";q=0.9";q=0.1, text/plain;q=0.2`}, allFormats, Text},
		{"a quote that is left open hides nothing", []string{`text/html;a=", text/plain;q=0.1`}, allFormats, Text},
		{"a weight that is no number", []string{"text/html;q=high, text/plain;q=0.1"}, allFormats, Text},
		{"a weight above one is one", []string{"text/plain;q=0.9, text/html;q=10"}, allFormats, HTML},
		{"a weight in quotes", []string{`text/plain;q="0.1", text/html;q=0.2`}, allFormats, HTML},
		{"a weight that is next to nothing", []string{"text/html;q=0.0001, text/plain;q=0"}, reversed, HTML},
		{"a comma within quotes ends no member", []string{`text/plain;a="` + strings.Repeat("x", 400) + `,text/html"`}, allFormats, Text},
		{"but one within quotes longer than any in use does", []string{`text/plain;a="` + strings.Repeat("x", 400) + `,text/html;b="` + strings.Repeat("x", 400) + `", text/html`}, allFormats, HTML},
		{"members after the 256th do not count", []string{strings.Repeat("text/html;q=0.1,", 255) + "text/html;q=0.2,text/plain"}, allFormats, HTML},
		{"an empty weight", []string{"text/html;q=, text/plain;q=0.1"}, allFormats, Text},
		{"a weight of a point", []string{"text/html;q=., text/plain;q=0.1"}, allFormats, Text},
		{"a weight with letters behind the point", []string{"text/html;q=0.x, text/plain;q=0.1"}, allFormats, Text},
		{"a weight without its first digit", []string{"text/html;q=.3, text/plain;q=0.2"}, allFormats, HTML},
		{"a weight that ends in a point", []string{"text/html;q=1., text/plain;q=0.2"}, allFormats, HTML},
		{"a parameter without a value", []string{"text/html;q, text/plain;q=0.9"}, allFormats, HTML},
		{"empty members", []string{",, ,text/html, ,"}, allFormats, HTML},
		{"members that do not parse", []string{"text, /, html, text/html/x, a/*, text/plain;q=0.1"}, allFormats, Text},
	})
}

func TestChooseAllocatesNothing(t *testing.T) {
	for _, accept := range []string{browserAccept, `text/html;a="b";q=0.1`, strings.Repeat("text/html;q=0.1,", 1000)} {
		lines := []string{accept}
		if n := testing.AllocsPerRun(100, func() { problem.Choose(lines, allFormats) }); n != 0 {
			t.Errorf("%.40q: %v allocations", accept, n)
		}
	}
}
