package statusgate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/exchange"
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
	file    string
	line    int
	imports string // as Caddy tells them behind the line, "" for none
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
		err = fmt.Errorf("%s: %w, at %s%s", inCaddyfile(option), err, at, at.imports)
	} else {
		err = fmt.Errorf("%s: %w", inJSON(option), err)
	}
	b.mistakes = append(b.mistakes, mistake{line: at.line, err: err})
}

var number = regexp.MustCompile(`\.(\d+)`)

// inCaddyfile names an option by its words: resource methods. A method of a resource
// has no word.
func inCaddyfile(option string) string {
	return strings.ReplaceAll(strings.ReplaceAll(number.ReplaceAllString(option, ""), ".operation", ""), ".", " ")
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

// template checks a value that may have placeholders, of which
// [caddy.Replacer] would send those that can't be read to clients as they
// stand. It returns the value with an x in place of each.
func (b *builder) template(option, value string) string {
	var plain strings.Builder
	for rest := value; ; {
		before, after, found := strings.Cut(rest, "{")
		plain.WriteString(before)
		if !found {
			return plain.String()
		}
		if rest = after; strings.HasSuffix(before, `\`) {
			continue // a brace that is meant as one
		}
		placeholder, after, found := strings.Cut(rest, "}")
		if !found {
			b.failf(option, "%q has a \"{\" without \"}\"", value)
			return plain.String()
		}
		switch {
		case placeholder == "":
			b.failf(option, "%q has a placeholder without a name", value)
		case strings.HasPrefix(placeholder, exchange.JSONPlaceholder):
			if !strings.HasPrefix(option, "location.") {
				b.failf(option, "{%s} is of use in location created and accepted only", placeholder)
			}
		case !strings.Contains(placeholder, "."):
			b.failf(option, "{%s} is no placeholder: names such as {http.request.uri.path} have a dot", placeholder)
		}
		plain.WriteByte('x')
		rest = after
	}
}

// uri checks a template of a URI reference (RFC 3986 §4.1).
func (b *builder) uri(option, value string) {
	plain := b.template(option, value)
	if strings.ContainsAny(plain, " \"<>\\^`{|}") {
		b.failf(option, "%q has a character that no URI has", value)
	} else if _, err := url.Parse(plain); err != nil {
		b.failf(option, "%q is not a URI", value)
	}
}

// pointers checks those of a template.
func (b *builder) pointers(option, template string) (ok bool) {
	ok = true
	for _, pointer := range captures(template) {
		if _, err := inspect.JSON(pointer); err != nil {
			b.failf(option, "{%s%s}: %w", exchange.JSONPlaceholder, pointer, err)
			ok = false
		}
	}
	return ok
}

// captures are the pointers of the values that templates want of a JSON body.
func captures(templates ...string) []string {
	var pointers []string
	for _, rest := range templates {
		for {
			_, after, found := strings.Cut(rest, "{"+exchange.JSONPlaceholder)
			if !found {
				break
			}
			var pointer string
			pointer, rest, _ = strings.Cut(after, "}")
			if !slices.Contains(pointers, pointer) {
				pointers = append(pointers, pointer)
			}
		}
	}
	return pointers
}

// Word is a word of the configuration that JSON may also write as a number.
type Word string

// UnmarshalJSON takes a string or a number.
func (w *Word) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' {
		n, err := strconv.Atoi(string(b))
		if err != nil {
			return fmt.Errorf("%s is neither a word nor a whole number", b)
		}
		*w = Word(strconv.Itoa(n))
		return nil
	}
	return json.Unmarshal(b, (*string)(w))
}
