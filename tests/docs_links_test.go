package tests

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// linkedFiles are all files of Markdown that are written for readers.
func linkedFiles(t *testing.T) []string {
	t.Helper()
	return append(docPages(t), "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
		"docs/bench/README.md", "tests/bench/README.md", "tests/overload/README.md")
}

var (
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	reference = regexp.MustCompile(`(?m)^\[[^\]]+\]: (\S+)$`)
	headings  = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
)

// prose is a text of Markdown without its blocks of code.
func prose(text string) string {
	return blocks.ReplaceAllString(text, "")
}

// anchors are those of the headings of a page, as GitHub makes them: lower
// case, hyphens for spaces, no punctuation, a number behind the second of a kind.
func anchors(text string) []string {
	var all []string
	seen := make(map[string]int)
	for _, m := range headings.FindAllStringSubmatch(prose(text), -1) {
		heading := link.ReplaceAllString(m[1], "")
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ' || r == '-':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, heading)
		n := seen[anchor]
		seen[anchor]++
		if n > 0 {
			anchor += "-" + strconv.Itoa(n)
		}
		all = append(all, anchor)
	}
	return all
}

func TestDocsAnchorsAreThoseOfGitHub(t *testing.T) {
	got := anchors("# One two\n\n## `soft_errors`, [x](y) & Café?\n\n```\n# no heading\n```\n\n## One two\n")
	if want := []string{"one-two", "soft_errors-x--café", "one-two-1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// deadLinks gives the links of a file that lead nowhere in the repository.
func deadLinks(t *testing.T, file, text string) []string {
	t.Helper()
	var dead []string
	for _, m := range append(link.FindAllStringSubmatch(prose(text), -1), reference.FindAllStringSubmatch(prose(text), -1)...) {
		target, anchor, _ := strings.Cut(m[1], "#")
		if strings.HasPrefix(target, "https://") {
			continue
		}
		to := path.Join(path.Dir(file), target)
		if target == "" {
			to = file
		}
		if _, err := os.Stat(filepath.Join("..", to)); err != nil || strings.Contains(target, "://") {
			dead = append(dead, m[1])
			continue
		}
		if anchor != "" && (!strings.HasSuffix(to, ".md") || !slices.Contains(anchors(readFile(t, to)), anchor)) {
			dead = append(dead, m[1])
		}
	}
	return dead
}

// TestDocsLinks: each link to a file or a heading leads there.
func TestDocsLinks(t *testing.T) {
	for _, file := range linkedFiles(t) {
		for _, target := range deadLinks(t, file, readFile(t, file)) {
			t.Errorf("%s: dead link %s", file, target)
		}
	}
}

func TestDocsDeadLinksAreFound(t *testing.T) {
	const text = "[a](docs/none.md) [b](docs/errors.md#problems) [c](docs/errors.md#none) [d](#none) [e](LICENSE) [f](LICENSE#x) " +
		"[g](http://example.com/) [h](https://example.com/)\n\n[i]: docs/none.svg\n\n```\n[k](none)\n```\n"
	want := []string{"docs/none.md", "docs/errors.md#none", "#none", "LICENSE#x", "http://example.com/", "docs/none.svg"}
	if got := deadLinks(t, pageREADME, text); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDocsIndex: the README and the index of docs lead to each page.
func TestDocsIndex(t *testing.T) {
	readme, index := readFile(t, pageREADME), readFile(t, "docs/README.md")
	for _, page := range docPages(t) {
		name := strings.TrimPrefix(page, "docs/")
		if name == "README.md" {
			continue
		}
		if !strings.Contains(index, "]("+name+")") {
			t.Errorf("docs/README.md does not lead to %s", name)
		}
		if !strings.Contains(readme, "]("+page+")") {
			t.Errorf("the README does not lead to %s", page)
		}
	}
}

// TestDocsCommandsAreThere: the scripts, commands and folders that the pages name
// are there.
func TestDocsCommandsAreThere(t *testing.T) {
	commands := section(t, readFile(t, pageREADME), "## Two commands")
	for _, command := range []string{"./xcaddy.sh run ", "go test ./... "} {
		if !strings.Contains(commands, "\n"+command) {
			t.Errorf("the README does not give the command %q", command)
		}
	}
	if info, err := os.Stat("../xcaddy.sh"); err != nil || info.Mode()&0o111 == 0 && os.PathSeparator == '/' {
		t.Errorf("xcaddy.sh cannot be run: %v", err)
	}
	script := readFile(t, "xcaddy.sh")
	for _, file := range linkedFiles(t) {
		text := readFile(t, file)
		for _, m := range regexp.MustCompile(`\./xcaddy\.sh (\w+)`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(script, "\n"+m[1]+")\n") && !strings.Contains(script, "\n"+m[1]+" | ") {
				t.Errorf("%s: xcaddy.sh has no command %q", file, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`go (?:-C|run|test) (\.?/?[a-z][\w/]*/[\w/]+)`).FindAllStringSubmatch(text, -1) {
			if info, err := os.Stat(filepath.Join("..", m[1])); err != nil || !info.IsDir() {
				t.Errorf("%s: there is no folder %s", file, m[1])
			}
		}
	}
}
