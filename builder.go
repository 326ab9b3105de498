package statusgate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// builder collects every mistake of a configuration.
type builder struct {
	lines lines
	errs  []error
}

// lines says where an option stands, as file:line, by its name; rules and
// resources have a number behind it. Nil for JSON.
type lines map[string]string

func numbered(option string, i int) string { return option + "." + strconv.Itoa(i) }

// fail records a mistake. option is a key of lines: the words that lead to
// the option, with the numbers of rules and resources between them.
func (b *builder) fail(option string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			b.fail(option, one)
		}
		return
	}
	if at, ok := b.lines[option]; ok {
		err = fmt.Errorf("%s: %w, at %s", numbers.ReplaceAllString(option, " "), err, at)
	} else {
		err = fmt.Errorf("%s: %w", inJSON(option), err)
	}
	b.errs = append(b.errs, err)
}

var numbers = regexp.MustCompile(`\.(\d+(\.|$))?`)

// inJSON names an option by its path: map[2], resource[0].methods.
func inJSON(option string) string {
	return regexp.MustCompile(`\.(\d+)`).ReplaceAllString(option, "[$1]")
}

func (b *builder) failf(option, format string, args ...any) {
	b.fail(option, fmt.Errorf(format, args...))
}

// at tells where an option stands, for a message about another one.
func (b *builder) at(option string) string {
	if at, ok := b.lines[option]; ok {
		return at
	}
	return inJSON(option)
}

// oneOf returns the position of word in words, 0 for the empty word.
func (b *builder) oneOf(option, word string, words ...string) int {
	i := slices.Index(words, word)
	if i < 0 && word != "" {
		b.failf(option, "%q is not one of %s", word, strings.Join(words, ", "))
	}
	return max(i, 0)
}
