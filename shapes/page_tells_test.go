package shapes_test

import (
	"fmt"
	"sort"
	"strings"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/shapes"
)

// tellings gives what the values of a shape tell, without saying it twice.
func tellings(s *inspect.Shape) (all []string) {
	said := make(map[string]bool)
	say := func(text string) {
		if text != "" && !said[text] {
			said[text] = true
			all = append(all, text)
		}
	}
	for _, forms := range [][]inspect.Form{s.JSON, s.XML} {
		for i := range forms {
			walk(&forms[i], "", say)
			if e := forms[i].Else; e > 0 {
				say(fmt.Sprintf("else %d", e))
			}
		}
	}
	for i := range s.Lines {
		if c := s.Lines[i].Tells; c != nil {
			say("`{code}` or `{status}`: " + codes(c))
		}
	}
	return all
}

func walk(f *inspect.Form, at string, say func(string)) {
	if f.Tells != nil {
		if c := codes(f.Tells); c != "" {
			say("`" + at + "`: " + c)
		}
	}
	for i := range f.Members {
		walk(&f.Members[i].Form, at+"/"+f.Members[i].Name, say)
	}
	if f.Element != nil {
		walk(f.Element, at+"/*", say)
	}
}

// sharedWords are those that many families share, which the page has once.
var sharedWords = []struct {
	name string
	list []inspect.WordCode
}{
	{"[words that all share](#words-that-all-share)", shapes.CommonWords},
	{"[sentences that all share](#sentences-that-all-share)", shapes.SentenceWords},
	{"[sentences that all share](#sentences-that-all-share), and [words](#words-that-all-share)", shapes.TextCodeWords},
}

func codes(c *inspect.Codes) string {
	var parts []string
	byStatus := make(map[int][]string)
	for _, n := range c.Numbers {
		text := fmt.Sprint(n.Low)
		if n.High != n.Low {
			text = fmt.Sprintf("%d–%d", n.Low, n.High)
		}
		byStatus[n.Status] = append(byStatus[n.Status], text)
	}
	for _, status := range sorted(byStatus) {
		parts = append(parts, fmt.Sprintf("%d for %s", status, strings.Join(byStatus[status], ", ")))
	}
	if c.HTTP {
		parts = append(parts, "a status")
	}
	words := wordsOf(c)
	if words != "" {
		parts = append(parts, words)
	}
	if c.Rest > 0 {
		parts = append(parts, fmt.Sprintf("%d for any other", c.Rest))
	}
	return strings.Join(parts, "; ")
}

func sorted(m map[int][]string) (keys []int) {
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

// wordsOf shows words in the order in which they are tried. Those that families
// share are named instead.
func wordsOf(c *inspect.Codes) string {
	lists, tail := c.Words, ""
	for _, shared := range sharedWords {
		if n := len(lists) - len(shared.list); n >= 0 && sameWords(lists[n:], shared.list) {
			lists, tail = lists[:n], shared.name
			break
		}
	}
	var parts []string
	for _, l := range lists {
		var words []string
		for _, w := range l.Words {
			words = append(words, asCode(w))
		}
		parts = append(parts, fmt.Sprintf("%d for %s", l.Status, strings.Join(words, " ")))
	}
	if tail != "" {
		parts = append(parts, tail)
	}
	return strings.Join(parts, "; ")
}

func sameWords(a, b []inspect.WordCode) bool {
	for i := range a {
		if a[i].Status != b[i].Status || strings.Join(a[i].Words, " ") != strings.Join(b[i].Words, " ") {
			return false
		}
	}
	return len(a) > 0
}
