package shapes_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/shapes"
)

var update = flag.Bool("update", false, "write the generated documentation instead of comparing it")

func TestErrorShapesPage(t *testing.T) {
	const command = "go test ./shapes -run TestErrorShapesPage -update"
	path := filepath.Join("..", "docs", "error-shapes.md")
	want := errorShapesPage()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/error-shapes.md is not what the table says (%v); run: %s", err, command)
	}
}

const pageIntro = `# Error shapes

This page is for operators who want to know which errors Statusgate finds in successes, and how. It has the %d shapes that
the condition ` + "[`error`](soft-errors.md#conditions)" + ` and [` + "`soft_errors`" + `](soft-errors.md#soft_errors) know by name.

A body has a shape if all of it fits. What a shape does not name may not be there, so that no success is taken for an error.
Each shape has a real success that looks alike, and says why that one is not taken.

## Names

A name stands for one shape, or for a family of them. ` + "`error`" + ` takes both. ` + "`soft_errors`" + ` takes the names in the first
column, and those of whole tiers:

| tier | who is in it |
|---|---|
| safe | No success looks like it, on any API, and no client is worse off with an honest status. |
| common | No known success looks like it, and its clients cope with an honest status. Behind ` + "`soft_errors common`" + `. |
| by name | Its clients may want 200. It has to be named. |
| never | Its clients take any status but 200 for a broken connection. Only ` + "`map`" + ` rules may have it. |

%s
## How to read a shape

In JSON a member with ` + "`?`" + ` may be missing. All others must be there, and no others may be. ` + "`…`" + ` allows for any others.
` + "`text`" + ` is a text, ` + "`filled`" + ` one that is not empty, ` + "`word`" + ` one word of code. ` + "`400–599`" + ` is a number or a text within bounds.
` + "`+`" + ` marks what may come again: in JSON in a list that is not empty, in XML an element. There ` + "`@`" + ` is an attribute. In pages and lines ` + "`*`" + ` is any text and ` + "`{status}`" + ` a status.

A status follows from the values that have *tells* beside them, in the order in which they stand. A number tells only if it is
a status that IANA registers, or if the sender's own table has it. Words are compared without regard to case. Where no value
tells, the status is 400 if the shape itself names a fault of the request. Else it is 500. From there it goes through the
[profile](reference.md#profiles) and the [table of statuses](status-codes.md).

This page is generated from the table in the package ` + "`shapes`" + `.

`

// errorShapesPage renders the table for operators.
func errorShapesPage() string {
	rows := shapes.All()
	var b strings.Builder
	fmt.Fprintf(&b, pageIntro, len(rows), namesTable(rows))
	for _, group := range shapes.Groups() {
		members := slices.DeleteFunc(slices.Clone(rows), func(r *shapes.Row) bool { return r.Group() != group })
		fmt.Fprintf(&b, "## %s\n\n", group)
		for _, r := range members {
			if r.Family != "" {
				fmt.Fprintf(&b, "### %s\n\n", r.Name)
			}
			writeRow(&b, r)
		}
	}
	for _, shared := range sharedWords[:2] {
		title := strings.Trim(strings.SplitN(shared.name, "]", 2)[0], "[")
		fmt.Fprintf(&b, "## %s\n\nThey count behind those that a family has of its own. The first that fits tells.\n\n| status | if it is like one of these |\n|---|---|\n", strings.ToUpper(title[:1])+title[1:])
		for _, l := range shared.list {
			fmt.Fprintf(&b, "| %d | %s |\n", l.Status, quoted(l.Words))
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func namesTable(rows []*shapes.Row) string {
	var b strings.Builder
	b.WriteString("| name | tier | shapes |\n|---|---|---|\n")
	for _, group := range shapes.Groups() {
		var names []string
		tier := ""
		for _, r := range rows {
			if r.Group() == group {
				tier = r.Tier.String()
				names = append(names, "`"+r.Name+"`")
			}
		}
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", group, group, tier, strings.Join(names, " "))
	}
	return b.String()
}

func writeRow(b *strings.Builder, r *shapes.Row) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "| %s | %s |\n", name, value)
		}
	}
	b.WriteString("| | |\n|---|---|\n")
	line("sent by", cell(r.Sender))
	line("known from", cell(r.Source))
	line("labels", labels(r))
	for _, s := range shown(&r.Shape) {
		line("shape", s)
	}
	for _, s := range tellings(&r.Shape) {
		line("tells", s)
	}
	line("an error", fmt.Sprintf("%s as `%s`: %d", example(r.Example), r.ContentType, r.Status))
	line("a success", example(r.Alike)+": "+cell(r.Differs))
	line("clients", cell(r.Clients))
	b.WriteString("\n")
}

var cells = strings.NewReplacer("|", `\|`, "\r", "", "\n", " ", "<", "&lt;", "*", `\*`, "_", `\_`, "\ufeff", "")

func cell(s string) string { return cells.Replace(s) }

// example is a body on one line, as code.
func example(s string) string {
	s = strings.Join(strings.Fields(strings.TrimPrefix(s, "\ufeff")), " ")
	return asCode(s)
}

func asCode(s string) string {
	s = strings.ReplaceAll(s, "|", `\|`)
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

// labels are the media under which a body may have the shape.
func labels(r *shapes.Row) string {
	test, err := shapes.Test("x", []*shapes.Row{r})
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, m := range []struct {
		media inspect.Media
		name  string
	}{
		{inspect.MediaJSON, "JSON"}, {inspect.MediaXML, "XML"}, {inspect.MediaHTML, "HTML"}, {inspect.MediaText, "plain text"}, {inspect.MediaScript, "JavaScript"}, {inspect.MediaUnlabelled, "none"},
	} {
		if test.Possible(m.media) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}
