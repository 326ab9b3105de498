package openapi

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// cutPath takes off what is no part of a path: "#…" and "?…" outside braces, by
// which documents tell operations of one path apart.
func cutPath(key string) string {
	depth := 0
	for i := range len(key) {
		switch key[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '?', '#':
			if depth <= 0 {
				return key[:i]
			}
		}
	}
	return key
}

// maxPath is as long as the templates of negotiate.Resources.
const maxPath = 4096

// template is a path of a document on its way to the syntax of
// negotiate.Resources.
type template struct {
	spans func(name string) bool // whether a parameter takes slashes
	names map[string]bool
}

// canonical writes a path of a document, which begins with "/", in the syntax of
// negotiate.Resources, which is stricter. Slashes in a row become one, "." goes,
// variables with nothing between them become one, names get other characters where
// they have to. A parameter takes slashes where spans says so, and written as
// {+name} (RFC 6570) or {name+} (as Amazon API Gateway does).
func canonical(path string, spans func(name string) bool) (string, error) {
	if len(path) > maxPath {
		return "", fmt.Errorf("has %d bytes, more than %d", len(path), maxPath)
	}
	t := template{spans: spans, names: make(map[string]bool)}
	segments := strings.Split(path[1:], "/")
	var text strings.Builder
	for i, raw := range segments {
		segment, err := t.segment(raw)
		switch last := i == len(segments)-1; {
		case err != nil:
			return "", err
		case segment == "." || segment == "" && !last:
			continue
		}
		text.WriteByte('/')
		text.WriteString(segment)
	}
	if text.Len() == 0 {
		return "/", nil
	}
	return text.String(), nil
}

// variable is one or several variables with nothing between them.
type variable struct {
	name  string
	spans bool
}

func (t *template) segment(raw string) (string, error) {
	var text strings.Builder
	var pending *variable
	for rest := raw; rest != ""; {
		literal, after := cutLiteral(rest)
		if literal != "" {
			t.flush(&text, pending)
			pending = nil
			text.WriteString(literal)
		}
		if after == "" {
			break
		}
		end := strings.IndexAny(after[1:], "{}") + 1
		if after[0] == '}' || end == 0 || after[end] == '{' {
			return "", fmt.Errorf("braces in %s do not pair", quoted(raw))
		}
		pending = t.variable(pending, after[1:end])
		rest = after[end+1:]
	}
	t.flush(&text, pending)
	return text.String(), nil
}

// cutLiteral takes the text before the next brace off the front of s. "*" and a
// "%" that begins no escape stand for themselves.
func cutLiteral(s string) (literal, rest string) {
	end := strings.IndexAny(s, "{}")
	if end < 0 {
		end = len(s)
	}
	literal = strings.ReplaceAll(s[:end], "*", "%2A")
	for at := 0; ; at++ {
		next := strings.IndexByte(literal[at:], '%')
		if next < 0 {
			return literal, s[end:]
		}
		at += next
		if _, err := strconv.ParseUint(literal[at+1:min(at+3, len(literal))], 16, 8); err != nil || at+3 > len(literal) {
			literal = literal[:at] + "%25" + literal[at+1:]
		}
	}
}

// variable reads what stands between braces, after those already read. Expansions
// of RFC 6570 that add a query or a fragment are no part of the path.
func (t *template) variable(pending *variable, name string) *variable {
	name = strings.TrimSpace(name)
	if name != "" && strings.IndexByte("?&#", name[0]) >= 0 {
		return pending
	}
	spans := strings.HasPrefix(name, "+") || strings.HasSuffix(name, "+")
	name = strings.Trim(name, "+")
	spans = spans || t.spans(name)
	if pending != nil {
		pending.spans = pending.spans || spans
		return pending
	}
	return &variable{name: name, spans: spans}
}

func (t *template) flush(text *strings.Builder, v *variable) {
	if v == nil {
		return
	}
	text.WriteByte('{')
	if v.spans {
		text.WriteByte('+')
	}
	text.WriteString(t.unique(v.name))
	text.WriteByte('}')
}

// unique is a name that negotiate takes, that the template does not have yet and
// that is nothing else in a Caddyfile, as {$NAME} is.
func (t *template) unique(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-.@~", r) {
			return r
		}
		return '_'
	}, name)
	name = strings.TrimRight(name, ".")
	if name == "" {
		name = "_"
	}
	free := name
	for n := 2; t.names[free]; n++ {
		free = name + "_" + strconv.Itoa(n)
	}
	t.names[free] = true
	return free
}
