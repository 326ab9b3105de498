package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The pages to which tests hold the gate.
const (
	pageREADME     = "README.md"
	pageReference  = "docs/reference.md"
	pageReport     = "docs/report-mode.md"
	pageSoftErrors = "docs/soft-errors.md"
	pageOperate    = "docs/operate.md"
	pageClients    = "docs/for-api-clients.md"
	pageMigrate    = "docs/migrate.md"
)

// docPages are the README and the pages in docs, by their names from the root
// of the repository.
func docPages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../docs/*.md")
	if err != nil || len(found) == 0 {
		t.Fatal("no pages in docs", err)
	}
	pages := []string{pageREADME}
	for _, file := range found {
		pages = append(pages, "docs/"+filepath.Base(file))
	}
	return pages
}

// readFile reads a file of the repository.
func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// goSources gives the texts of all Go files but tests, in the root, in internal
// and in the packages beside it.
func goSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"../*.go", "../*/*.go", "../*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimPrefix(filepath.ToSlash(file), "../")
			if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "tests/") || strings.HasPrefix(name, "tools/") {
				continue
			}
			all.WriteString(readFile(t, name))
		}
	}
	return all.String()
}

var blocks = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// fenced gives the blocks of a language that a text has; "" for those without
// one.
func fenced(text, language string) []string {
	var found []string
	for _, m := range blocks.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	return found
}

// section gives what stands under a heading of a text.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+heading+"\n")
	if !found {
		t.Fatalf("there is no heading %q", heading)
	}
	for level := strings.IndexByte(heading, ' '); level > 0; level-- {
		rest, _, _ = strings.Cut(rest, "\n"+strings.Repeat("#", level)+" ")
	}
	return rest
}

// tableUnder gives the rows of the table that begins with a cell.
func tableUnder(t *testing.T, text, first string) [][]string {
	t.Helper()
	_, rest, found := strings.Cut("\n"+text, "\n| "+first+" | ")
	if !found {
		t.Fatalf("there is no table that begins with %q", first)
	}
	var rows [][]string
	for _, line := range strings.Split(rest, "\n")[2:] {
		if !strings.HasPrefix(line, "|") {
			break
		}
		rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
	}
	return rows
}

var code = regexp.MustCompile("`([^`]+)`")

// inCode gives what stands in code in a text.
func inCode(text string) []string {
	var found []string
	for _, m := range code.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// sameWords fails the test for each word that only one of two lists has.
func sameWords(t *testing.T, what, whereA string, a []string, whereB string, b []string) {
	t.Helper()
	for _, word := range a {
		if !slices.Contains(b, word) {
			t.Errorf("%s: %s has the %s %q, %s has not", t.Name(), whereA, what, word, whereB)
		}
	}
	for _, word := range b {
		if !slices.Contains(a, word) {
			t.Errorf("%s: %s has the %s %q, %s has not", t.Name(), whereB, what, word, whereA)
		}
	}
}
