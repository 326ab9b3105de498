package tests

import (
	"regexp"
	"strings"
	"testing"
)

// TestDocsREADMEIsShort: a newcomer reads the README to its end.
func TestDocsREADMEIsShort(t *testing.T) {
	if n := strings.Count(readFile(t, pageREADME), "\n"); n > 220 {
		t.Errorf("README.md has %d lines, want at most 220", n)
	}
}

// TestDocsSayForWhom: the first paragraph of a page says who should read it.
func TestDocsSayForWhom(t *testing.T) {
	for _, page := range docPages(t) {
		paragraphs := strings.SplitN(readFile(t, page), "\n\n", 3)
		if page != pageREADME && !strings.HasPrefix(paragraphs[1], "This page is for ") {
			t.Errorf("%s begins with %q", page, paragraphs[1])
		}
	}
}

// Sentences are short as a rule. A page has few that are not, and none that is
// much longer.
const (
	longSentence    = 25 // words
	tooLongSentence = 32
	longShare       = 0.03 // of the sentences of a page
)

var (
	sentenceEnd = regexp.MustCompile(`[.!?](?:\*\*|\)|”)? `)
	linkText    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// sentences gives those of a page's paragraphs and lists. What stands in code
// is one word.
func sentences(text string) []string {
	var all []string
	text = linkText.ReplaceAllString(code.ReplaceAllString(prose(text), "code"), "$1")
	for _, paragraph := range regexp.MustCompile(`\n\s*\n|\n\s*(?:-|\d+\.) `).Split(text, -1) {
		if strings.HasPrefix(paragraph, "#") || strings.HasPrefix(paragraph, "|") || strings.HasPrefix(paragraph, "<!--") {
			continue
		}
		all = append(all, sentenceEnd.Split(strings.Join(strings.Fields(paragraph), " ")+" ", -1)...)
	}
	return all
}

// TestDocsSentences: no sentence needs to be read twice for its length.
func TestDocsSentences(t *testing.T) {
	for _, page := range append(docPages(t), "CONTRIBUTING.md", "tests/bench/README.md", "tests/overload/README.md") {
		var n, long int
		for _, sentence := range sentences(readFile(t, page)) {
			words := len(strings.Fields(sentence))
			if words > 0 {
				n++
			}
			if words > longSentence {
				long++
				t.Logf("%s: %d words: %s", page, words, sentence)
			}
			if words > tooLongSentence {
				t.Errorf("%s: a sentence of %d words: %s", page, words, sentence)
			}
		}
		if float64(long) > longShare*float64(n)+1 {
			t.Errorf("%s: %d of %d sentences have more than %d words", page, long, n, longSentence)
		}
	}
}
