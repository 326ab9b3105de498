package inspect_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// shapeOf makes a plan with a single shape.
func shapeOf(t *testing.T, s *inspect.Shape) *inspect.Plan {
	t.Helper()
	s.Name = "x"
	return newPlan(t, nil, must(inspect.Shapes("error x", s)))
}

// bodyIs asks what a body is, whole and byte by byte, and the status it tells.
func bodyIs(t *testing.T, plan *inspect.Plan, m inspect.Media, body string, how inspect.Ending, want inspect.Answer, auto int) {
	t.Helper()
	for _, chunk := range []int{1, 7, len(body) + 1} {
		i := ask(t, plan, m, "", body, chunk, how)
		status, ok := i.Auto(0)
		if got := i.Answer(0); got != want || ok != (want == yes) || status != auto {
			t.Errorf("%.90q in pieces of %d: %v, %d %v, want %v, %d", body, chunk, got, status, ok, want, auto)
		}
		if none := i.HasNoShape(); none != (want == no) {
			t.Errorf("%.90q: has no shape is %v, the answer %v", body, none, want)
		}
		plan.Put(i)
	}
}

func utf16le(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

func utf16be(s string) string {
	return "\x00" + strings.TrimSuffix(utf16le(s), "\x00")
}

func TestPages(t *testing.T) {
	status := inspect.Page{Titles: []string{"{status} *"}, Marks: []string{"<hr>", "server"}, Status: 500}
	any := inspect.Page{Titles: []string{"*"}, Headings: []string{"Error {status}", "Gone"}, Status: 502}
	bare := inspect.Page{Headings: []string{"Not Found"}, Marks: []string{"x"}, Status: 404}
	const good = "<title>404 Not Found</title><hr>server"
	for _, c := range []struct {
		name string
		page inspect.Page
		body string
		want inspect.Answer
		auto int
	}{
		{"a page", status, good, yes, 404},
		{"white space before it", status, " \r\n" + good, yes, 404},
		{"tags in capitals, with attributes", status, "<!DOCTYPE html><HTML><Title class=a>\n503 Busy </TITLE><hr>server", yes, 503},
		{"a mark is missing", status, "<title>404 Not Found</title><hr>", no, 0},
		{"another title", status, "<title>Welcome</title><hr>server", no, 0},
		{"another title's first letter", status, "<title>4x</title><hr>server", no, 0},
		{"no title", status, "<hr>server", no, 0},
		{"a title without an end", status, "<title>404 Not Found", no, 0},
		{"a title's tag without an end", status, "<title", no, 0},
		{"a title's end that is cut", status, "<title>404 Not Found</ti", no, 0},
		{"a title in a comment", status, "<!-- <title>x</title> -->" + good, yes, 404},
		{"a comment without an end", status, "<!-- " + good, no, 0},
		{"a tag that begins like a title", status, "<table><th>" + good, yes, 404},
		{"a heading before the title", status, "<h1>x</h1>" + good, no, 0},
		{"no page", status, "404 Not Found", no, 0},
		{"nothing", status, "", no, 0},
		{"white space", status, " \n", no, 0},
		{"very short", status, "<p>", no, 0},
		{"a byte order mark", status, "\xef\xbb\xbf" + good, yes, 404},
		{"UTF-16 with one", status, "\xff\xfe" + utf16le(good), yes, 404},
		{"UTF-16, low bytes first", status, utf16le(good), yes, 404},
		{"UTF-16, high bytes first", status, utf16be(good), yes, 404},
		{"a mark behind what counts", status, "<title>404 x</title><hr>" + strings.Repeat(" ", inspect.PageLimit) + "server", no, 0},
		{"a mark before that", status, "<title>404 x</title><hr>" + strings.Repeat(" ", 4000) + "server" + strings.Repeat(" ", 4000), yes, 404},
		{"a status in the heading", any, "<title>Oh</title><h1>Error 503</h1>", yes, 503},
		{"none in the heading", any, "<title></title><b>x</b><h2>Gone</h2>", yes, 502},
		{"another heading", any, "<title>Oh</title><h1>Fine</h1>", no, 0},
		{"a heading without an end", any, "<title>Oh</title><h1>Gone", no, 0},
		{"no heading", any, "<title>Oh</title><h3>Gone</h3>", no, 0},
		{"a title that says nothing, which no pattern is for", inspect.Page{Titles: []string{"", "x"}, Status: 500}, "<title> </title>", no, 0},
		{"one that says something", inspect.Page{Titles: []string{"", "x"}, Status: 500}, "<title>y</title>", no, 0},
		{"a heading alone", bare, "<html><h1>Not Found</h1>x", yes, 404},
		{"a heading behind a title", bare, "<title>a</title><h1>Not Found</h1>x", no, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bodyIs(t, shapeOf(t, &inspect.Shape{Pages: []inspect.Page{c.page}}), inspect.MediaHTML, c.body, inspect.Whole, c.want, c.auto)
		})
	}
}

func TestPagesAtTheirEnd(t *testing.T) {
	plan := shapeOf(t, &inspect.Shape{Pages: []inspect.Page{{Titles: []string{"{status}"}}}})
	const page = "<title>404</title>"
	bodyIs(t, plan, inspect.MediaHTML, page, inspect.Bound, yes, 404)
	bodyIs(t, plan, inspect.MediaHTML, page, inspect.Cut, inspect.Unknown, 0)
	bodyIs(t, plan, inspect.MediaHTML, "x", inspect.Cut, inspect.Unknown, 0)
	bodyIs(t, plan, inspect.MediaHTML, "this is no page at all", inspect.Cut, no, 0)
	bodyIs(t, plan, inspect.MediaOther, page, inspect.Whole, no, 0)
	labelled := shapeOf(t, &inspect.Shape{Labels: []inspect.Media{inspect.MediaText}, Pages: []inspect.Page{{Titles: []string{"*"}, Status: 400}}})
	bodyIs(t, labelled, inspect.MediaHTML, page, inspect.Whole, no, 0)
	bodyIs(t, labelled, inspect.MediaText, page, inspect.Whole, yes, 400)
}

func TestLines(t *testing.T) {
	trace := inspect.Lines{First: []string{"Traceback:"}, Next: []string{"File *"}, Others: []string{"File *", "{error}: *"}, Status: 500}
	single := inspect.Lines{
		First: []string{"ORA-{code}: *", "No {status}"}, Status: 503,
		Tells: &inspect.Codes{HTTP: true, Numbers: []inspect.NumberCode{{Low: 1, High: 9, Status: 401}}},
	}
	quoted := inspect.Lines{First: []string{`<"it's & a b"> &x;`}, Status: 500}
	for _, c := range []struct {
		name  string
		lines inspect.Lines
		body  string
		want  inspect.Answer
		auto  int
	}{
		{"a name first", inspect.Lines{First: []string{"{error}: *", "{name}!"}, Status: 500}, "a.FooError: x", yes, 500},
		{"a digit in place of a name", inspect.Lines{First: []string{"{error}: *"}, Status: 500}, "1: x", no, 0},
		{"a trace", trace, "Traceback:\n  File a\n  File b\nKeyError: x\n", yes, 500},
		{"empty lines in it", trace, "Traceback:\r\n\r\n  File a\r\n\r\n", yes, 500},
		{"no second line", trace, "Traceback:\n", no, 0},
		{"another second line", trace, "Traceback:\nKeyError: x\n", no, 0},
		{"another line", trace, "Traceback:\nFile a\nthe end\n", no, 0},
		{"another first line", trace, "The Traceback:\nFile a\n", no, 0},
		{"another first line that begins so", trace, "Trace\nFile a\n", no, 0},
		{"a line that is too long", trace, "Traceback:\nFile a\nFile " + strings.Repeat("x", 3000) + "\n", yes, 500},
		{"a line cut by what counts", trace, "Traceback:\nFile a\nFile " + strings.Repeat("x ", 5000) + "\nno", yes, 500},
		{"one line", single, "ORA-01: x", yes, 401},
		{"a code that nobody has", single, "ORA-77: x", yes, 503},
		{"a status", single, "No 404", yes, 404},
		{"one line too many", single, "ORA-01: x\ny", no, 0},
		{"on a page", single, "<html><head><title>a</title></head><body><b>ORA</b>-01: x<br>\n</body></html>", yes, 401},
		{"behind a script and a comment", single, "<SCRIPT>ORA</sCRIPT><!-- ORA --><style>x</style><TITLE>a</TITLE>ORA-01: x", yes, 401},
		{"lines on a page", trace, "<pre>Traceback:<br>File a\nKeyError: x</pre>", yes, 500},
		{"a paragraph is a line", single, "<p>ORA-01: x<p>y", no, 0},
		{"a tag without an end", single, "<p>ORA-01: x<", yes, 401},
		{"a script without an end", single, "<script>ORA-01: x", no, 0},
		{"a style without an end", single, "<style>ORA-01: x</styl", no, 0},
		{"a comment without an end", single, "<!-- ORA-01: x", no, 0},
		{"references", quoted, "<p>&lt;&quot;it&#39;s &amp;&nbsp;a b&quot;&gt; &x;", yes, 500},
		{"other references", quoted, "<p>&lt;&quot;it&#x27;s &amp; a&nbsp;b&quot;&gt; &x;", yes, 500},
		{"a long line on a page", single, "<p>ORA-01: " + strings.Repeat("x", 2000), yes, 401},
		{"nothing on a page", single, "<p></p>", no, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bodyIs(t, shapeOf(t, &inspect.Shape{Lines: []inspect.Lines{c.lines}}), inspect.MediaText, c.body, inspect.Whole, c.want, c.auto)
		})
	}
}

// What goes on behind the bound is not looked at.
func TestLinesAtTheirEnd(t *testing.T) {
	plan := shapeOf(t, &inspect.Shape{Lines: []inspect.Lines{{First: []string{"Oops*"}, Others: []string{"at *"}, Status: 500}}})
	bodyIs(t, plan, inspect.MediaText, "Oops", inspect.Bound, no, 0)
	bodyIs(t, plan, inspect.MediaText, "Oops\nat x\nw", inspect.Bound, yes, 500)
	bodyIs(t, plan, inspect.MediaText, "Oops\nat x\nw", inspect.Whole, no, 0)
	bodyIs(t, plan, inspect.MediaText, "Oops\nat x\nw", inspect.Cut, inspect.Unknown, 0)
	bodyIs(t, plan, inspect.MediaHTML, "<p>Oops<p>at x<script>", inspect.Bound, yes, 500)
}

func TestPatternsThatAreNone(t *testing.T) {
	for _, s := range []inspect.Shape{
		{Pages: []inspect.Page{{Titles: []string{"{x}"}}}},
		{Pages: []inspect.Page{{Headings: []string{"{x}"}}}},
		{Lines: []inspect.Lines{{First: []string{"{x}"}}}},
		{Lines: []inspect.Lines{{Next: []string{"{x}"}}}},
		{Lines: []inspect.Lines{{Others: []string{"{x}"}}}},
	} {
		if _, err := inspect.NewPlan([]inspect.Test{must(inspect.Shapes("error x", &s))}, nil); err == nil {
			t.Errorf("no error for %+v", s)
		}
	}
}
