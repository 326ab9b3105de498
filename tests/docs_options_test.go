package tests

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// shownSyntax is the syntax of the reference.
func shownSyntax(t *testing.T) string {
	t.Helper()
	shown := fenced(section(t, readFile(t, pageReference), "## Syntax"), "")
	if len(shown) == 0 {
		t.Fatal("the reference has no syntax")
	}
	return shown[0]
}

// TestDocsSyntax: the syntax of the reference is that of the parser.
func TestDocsSyntax(t *testing.T) {
	_, comment, found := strings.Cut(goSources(t), "//\tstatusgate [<matcher>] {\n")
	if !found {
		t.Fatal("no source has the syntax in a comment")
	}
	comment, _, _ = strings.Cut(comment, "//\t}\n")
	want := "statusgate [<matcher>] {\n"
	for line := range strings.Lines(comment) {
		want += strings.TrimPrefix(strings.TrimPrefix(line, "//"), "\t")
	}
	if want += "}\n"; shownSyntax(t) != want {
		t.Errorf("the reference has the syntax\n%s\nthe parser has\n%s", shownSyntax(t), want)
	}
}

// wanted gives the words that the parser names when it refuses another one.
func wanted(t *testing.T, option string) []string {
	t.Helper()
	_, err := adapt(":8080 {\n\tstatusgate {\n" + option + "\n\t}\n}\n")
	if err == nil {
		t.Fatalf("%s: no error", option)
	}
	m := regexp.MustCompile(`want (?:one of )?(.*?), at `).FindStringSubmatch(err.Error())
	if m == nil {
		t.Fatalf("%s: the error names no words: %v", option, err)
	}
	return regexp.MustCompile(`, | or `).Split(m[1], -1)
}

// TestDocsOptionsOfTheParser: the syntax has each word that the parser knows,
// and no other.
func TestDocsOptionsOfTheParser(t *testing.T) {
	syntax := shownSyntax(t)
	words := func(pattern string) []string {
		var found []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(syntax, -1) {
			if !slices.Contains(found, m[1]) {
				found = append(found, m[1])
			}
		}
		return found
	}
	const parser, page = "the parser", "the syntax"
	sameWords(t, "option", page, words(`(?m)^\t(\w+)`), parser, wanted(t, "nothing"))
	sameWords(t, "condition", page, words(`(?m)^\t\t\[not\] (\w+)`), parser, wanted(t, "map 200 500 when nothing"))
	whole := syntax
	for _, option := range []string{"shed", "jobs"} {
		_, syntax, _ = strings.Cut(whole, "\n\t"+option+" ")
		syntax, _, _ = strings.Cut(syntax, "\n\t}")
		sameWords(t, "option of "+option, page, words(`(?m)^\t\t(\w+)`), parser, wanted(t, option+" {\nnothing\n}"))
	}
}

// TestDocsOptions: each option of the syntax has its bullet in the reference,
// and those of a block are in the bullet of the block.
func TestDocsOptions(t *testing.T) {
	reference := readFile(t, pageReference)
	bullet := ""
	for _, m := range regexp.MustCompile(`(?m)^\t(\t?)(\w+)`).FindAllStringSubmatch(shownSyntax(t), -1) {
		nested, option := m[1] != "", m[2]
		if nested {
			if !strings.Contains(bullet, "`"+option+"`") && !strings.Contains(reference, "\n- `"+option+"` ") {
				t.Errorf("the reference does not explain %q in its bullet", option)
			}
			continue
		}
		bullet = ""
		for _, text := range strings.Split(reference, "\n- `"+option)[1:] {
			text, _, _ = strings.Cut(text, "\n- ")
			text, _, _ = strings.Cut(text, "\n#")
			bullet += text
		}
		if bullet == "" {
			t.Errorf("the reference has no bullet of %q", option)
		}
	}
}

// jsonFields gives the paths of all fields of a type that JSON can set.
func jsonFields(t reflect.Type, path string) []string {
	switch t.Kind() { //nolint:exhaustive // all others are values
	case reflect.Pointer:
		return jsonFields(t.Elem(), path)
	case reflect.Slice:
		if elem := t.Elem(); elem.Kind() == reflect.Struct {
			return jsonFields(elem, path+"[]")
		}
	case reflect.Struct:
		var fields []string
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "" && name != "-" {
				fields = append(fields, jsonFields(field.Type, strings.TrimPrefix(path+"."+name, "."))...)
			}
		}
		return fields
	}
	return []string{path}
}

// TestDocsOptionsInJSON: the table of fields has each field of the module, and
// no other.
func TestDocsOptionsInJSON(t *testing.T) {
	module, err := caddy.GetModule("http.handlers.statusgate")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, row := range tableUnder(t, readFile(t, pageReference), "field") {
		told = append(told, inCode(row[0])...)
	}
	sameWords(t, "field", "the reference", told, "the module", jsonFields(reflect.TypeOf(module.New()), ""))
}

// TestDocsConditions: each condition of the syntax has its row, and the other
// way round.
func TestDocsConditions(t *testing.T) {
	var told, want []string
	for _, row := range tableUnder(t, section(t, readFile(t, pageSoftErrors), "## Conditions"), "condition") {
		word, _, _ := strings.Cut(inCode(row[0])[0], " ")
		told = append(told, word)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t\t\[not\] (\w+)`).FindAllStringSubmatch(shownSyntax(t), -1) {
		want = append(want, m[1])
	}
	sameWords(t, "condition", "the page", told, "the syntax", want)
}

var placeholder = regexp.MustCompile(`\{http\.statusgate\.(\w+)\}`)

// TestDocsPlaceholders: the page to operate has each placeholder that the gate
// sets, and all pages name only those.
func TestDocsPlaceholders(t *testing.T) {
	var told, set, listed []string
	for _, row := range tableUnder(t, readFile(t, pageOperate), "placeholder") {
		told = append(told, placeholder.FindStringSubmatch(row[0])[1])
	}
	sources := goSources(t)
	for _, m := range regexp.MustCompile(`"http\.statusgate\.(\w+)"`).FindAllStringSubmatch(sources, -1) {
		set = append(set, m[1])
	}
	for _, m := range regexp.MustCompile("// `\\{http\\.statusgate\\.(\\w+)\\}` \\|").FindAllStringSubmatch(sources, -1) {
		listed = append(listed, m[1])
	}
	sameWords(t, "placeholder", "the page", told, "the gate", set)
	sameWords(t, "placeholder", "the page", told, "the module's documentation", listed)
	for _, page := range docPages(t) {
		for _, m := range placeholder.FindAllStringSubmatch(readFile(t, page), -1) {
			if !slices.Contains(told, m[1]) {
				t.Errorf("%s names %s, which is not there", page, m[0])
			}
		}
	}
}
