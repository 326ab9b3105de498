package negotiate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const maxTemplate = 4096 // bytes

type segmentKind int

const (
	literalSegment segmentKind = iota
	mixedSegment               // literals and variables
	variableSegment
	spanSegment // has {+name} and begins a span
	restSegment // {name...}
)

// segment is one segment of a template. literals holds its text in canonical
// form: one for a literalSegment; for a mixedSegment and a spanSegment those
// before, between and after its variables, where only the first and last can be
// empty.
type segment struct {
	kind     segmentKind
	literals []string
}

// parseTemplate reads a path template; the error names it.
func parseTemplate(template string) ([]segment, error) {
	parsed, err := parseSegments(template)
	if err != nil {
		return nil, fmt.Errorf("path template %q %w", template, err)
	}
	return parsed, nil
}

func parseSegments(template string) ([]segment, error) {
	if !strings.HasPrefix(template, "/") {
		return nil, errors.New(`does not begin with "/"`)
	}
	if len(template) > maxTemplate {
		return nil, fmt.Errorf("has %d bytes, more than %d", len(template), maxTemplate)
	}
	texts := strings.Split(template[1:], "/")
	if len(texts) > maxSegments {
		return nil, fmt.Errorf("has %d segments, more than %d", len(texts), maxSegments)
	}
	var parsed []segment
	var names []string
	for i, text := range texts {
		s, err := parseSegment(text, &names)
		if err != nil {
			return nil, err
		}
		last := i == len(texts)-1
		if s.kind == restSegment && !last {
			return nil, fmt.Errorf(`has %q, which takes the rest, before the end`, text)
		}
		if s.kind == literalSegment && isDropped(s.literals[0], last) {
			return nil, fmt.Errorf("has the segment %q, which paths lose before they are matched", text)
		}
		parsed = append(parsed, s)
	}
	return parsed, nil
}

// isDropped reports whether segments.split leaves no such segment.
func isDropped(literal string, last bool) bool {
	return literal == "." || literal == ".." || literal == "" && !last
}

// parseSegment reads the text between two slashes and adds the names of its
// variables to names.
func parseSegment(text string, names *[]string) (s segment, err error) {
	rest := text
	spans := false
	for {
		var literal, name string
		if literal, rest, err = consumeLiteral(rest); err != nil {
			return s, err
		}
		s.literals = append(s.literals, literal)
		if rest == "" {
			break
		}
		if len(s.literals) > 1 && literal == "" {
			return s, fmt.Errorf("has variables in %q with nothing between them", text)
		}
		if name, rest, err = consumeVariable(rest); err != nil {
			return s, err
		}
		name, takesRest := strings.CutSuffix(name, "...")
		if takesRest && (len(s.literals) > 1 || literal != "" || rest != "") {
			return s, fmt.Errorf("has %q, where {%s...} is not a segment of its own", text, name)
		}
		if !takesRest {
			var takesSlashes bool
			name, takesSlashes = strings.CutPrefix(name, "+")
			spans = spans || takesSlashes
		}
		if err = checkVariable(name, *names); err != nil {
			return s, err
		}
		*names = append(*names, name)
		if takesRest {
			s.kind = restSegment
			return s, nil
		}
	}
	s.kind = kindOfSegment(s.literals, spans)
	return s, nil
}

func kindOfSegment(literals []string, spans bool) segmentKind {
	switch {
	case spans:
		return spanSegment
	case len(literals) == 1:
		return literalSegment
	case len(literals) == 2 && literals[0] == "" && literals[1] == "":
		return variableSegment
	default:
		return mixedSegment
	}
}

// consumeLiteral takes the text before the next variable off the front of s and
// brings it into canonical form.
func consumeLiteral(s string) (literal, rest string, err error) {
	end := strings.IndexByte(s, '{')
	if end < 0 {
		end = len(s)
	}
	raw := s[:end]
	for i := range len(raw) {
		switch {
		case raw[i] == '}':
			return "", s, fmt.Errorf(`has "}" without "{" in %q`, s)
		case raw[i] == '%' && !isEscape(raw[i:]):
			return "", s, fmt.Errorf(`has "%%" without two hexadecimal digits in %q`, s)
		case raw[i] == '?' || raw[i] == '#':
			return "", s, fmt.Errorf("has %q, which no path has; write its escape", raw[i:i+1])
		case raw[i] == '*':
			return "", s, errors.New(`has "*"; write a variable, {name...} for the rest, or %2A for the character`)
		}
	}
	return string(AppendSegment(nil, raw)), s[end:], nil
}

// consumeVariable takes a variable off the front of s, which begins with "{", and
// returns what stands between its braces.
func consumeVariable(s string) (name, rest string, err error) {
	end := strings.IndexAny(s[1:], "{}") + 1
	if end == 0 || s[end] == '{' {
		return "", s, fmt.Errorf(`has "{" without "}" in %q`, s)
	}
	return s[1:end], s[end+1:], nil
}

// checkVariable refuses names that mean something else to other routers, such as
// {id:int} and {id?}, so that nobody takes them for understood.
func checkVariable(name string, names []string) error {
	if name == "" {
		return errors.New("has a variable without a name")
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.$@~", r) {
			return fmt.Errorf("has the variable %q with the character %q; names have letters, digits and _-.$@~", name, r)
		}
	}
	if slices.Contains(names, name) {
		return fmt.Errorf("has the variable %q twice", name)
	}
	return nil
}
