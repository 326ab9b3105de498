package statusgate

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/inspect"
)

// builder collects every mistake of a configuration.
type builder struct {
	lines    lines
	mistakes mistakes
	tests    []inspect.Test // on bodies, each once
}

// lines says where an option of a Caddyfile stands, by the words that lead to
// it; rules and resources have a number between them. Nil for JSON.
type lines map[string]position

type position struct {
	file string
	line int
}

// String gives the position as file:line.
func (p position) String() string { return p.file + ":" + strconv.Itoa(p.line) }

// mistakes are the errors of one directive with their lines.
type mistakes []mistake

type mistake struct {
	line int
	err  error
}

// join gives one error with all mistakes from top to bottom, nil if there are
// none.
func (m mistakes) join() error {
	slices.SortStableFunc(m, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	errs := make([]error, len(m))
	for i := range m {
		errs[i] = m[i].err
	}
	return errors.Join(errs...)
}

func numbered(option string, i int) string { return option + "." + strconv.Itoa(i) }

// fail records a mistake in an option, which is a key of lines.
func (b *builder) fail(option string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			b.fail(option, one)
		}
		return
	}
	at, ok := b.lines[option]
	if ok {
		err = fmt.Errorf("%s: %w, at %s", inCaddyfile(option), err, at)
	} else {
		err = fmt.Errorf("%s: %w", inJSON(option), err)
	}
	b.mistakes = append(b.mistakes, mistake{line: at.line, err: err})
}

var number = regexp.MustCompile(`\.(\d+)`)

// inCaddyfile names an option by its words: resource methods.
func inCaddyfile(option string) string {
	return strings.ReplaceAll(number.ReplaceAllString(option, ""), ".", " ")
}

// inJSON names an option by its path: resource[0].methods.
func inJSON(option string) string { return number.ReplaceAllString(option, "[$1]") }

func (b *builder) failf(option, format string, args ...any) {
	b.fail(option, fmt.Errorf(format, args...))
}

// at tells where an option stands, for a message about another one.
func (b *builder) at(option string) string {
	if at, ok := b.lines[option]; ok {
		return at.String()
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
