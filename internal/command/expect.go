package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/statusgate/statusgate/internal/dryrun"
)

// expectation is what a test expects. What it does not mention may be anything.
type expectation struct {
	line         int
	status       *int
	reason, rule *string
	headers      []expectedField
	body         expectedBody
}

// expectedField is a field that must be there with a value, which may begin or end
// with "*" for any text, or that must not be there.
type expectedField struct {
	name, value string
	absent      bool
}

// expectedBody is what the body must be.
type expectedBody struct {
	json           []expectedValue
	text, contains *string
	backend        bool // that of the backend, unchanged
}

// expectedValue is a value in JSON.
type expectedValue struct {
	pointer string
	value   any
}

func (r *suiteReader) expect(n *yaml.Node, e *expectation) {
	r.mapping(n, "expect", keys{
		"status": func(n *yaml.Node) {
			e.status = new(int)
			r.number("status", e.status)(n)
		},
		"reason":  r.optional("reason", &e.reason),
		"rule":    r.optional("rule", &e.rule),
		"headers": func(n *yaml.Node) { r.expectFields(n, e) },
		"body":    func(n *yaml.Node) { r.expectBody(n, &e.body) },
	})
}

// optional reads a text that need not be there.
func (r *suiteReader) optional(what string, to **string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		*to = new(string)
		r.text(what, *to)(n)
	}
}

func (r *suiteReader) expectFields(n *yaml.Node, e *expectation) {
	r.pairs(n, "headers", func(key, value *yaml.Node) {
		field := expectedField{name: key.Value, absent: isNull(value)}
		if !field.absent {
			r.text(key.Value, &field.value)(value)
		}
		e.headers = append(e.headers, field)
	})
}

func (r *suiteReader) expectBody(n *yaml.Node, b *expectedBody) {
	r.mapping(n, "body", keys{
		"text": r.optional("text", &b.text), "contains": r.optional("contains", &b.contains), "backend": r.truth("backend", &b.backend),
		"json": func(n *yaml.Node) {
			r.pairs(n, "json", func(key, value *yaml.Node) {
				v := expectedValue{pointer: key.Value}
				if v.pointer != "" && v.pointer[0] != '/' {
					r.failf(key, "json: %q is no pointer such as /error/code", key.Value)
				}
				if err := value.Decode(&v.value); err != nil {
					r.failf(value, "json: %v", err)
				}
				b.json = append(b.json, v)
			})
		},
	})
}

// difference is what is not as expected.
type difference struct{ what, want, got string }

// differences compares what came with what is expected.
func (c *testCase) differences(x *explanation) (list []difference) {
	add := func(what, want, got string) {
		if want != got {
			list = append(list, difference{what, want, got})
		}
	}
	if c.backend.notAsked && x.result.Backend != "" && !x.result.Static {
		add("backend", "not asked", "asked")
	}
	e, a := c.expect, x.result.Answer
	if a == nil {
		add("answer", "one", "none: the connection breaks")
		return list
	}
	if e.status != nil {
		add("status", strconv.Itoa(*e.status), strconv.Itoa(a.Status))
	}
	if e.reason != nil {
		add("reason", *e.reason, orNone(x.reason()))
	}
	if e.rule != nil {
		add("rule", *e.rule, orNone(x.rule()))
	}
	for _, field := range e.headers {
		if want, got, ok := field.compare(a.Header); !ok {
			add(field.name, want, got)
		}
	}
	return append(list, e.body.differences(a, c.script)...)
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}

// compare compares a field with those of an answer.
func (f *expectedField) compare(fields http.Header) (want, got string, ok bool) {
	values := fields.Values(f.name)
	got = orNone(strings.Join(values, ", "))
	if f.absent {
		return "(none)", got, len(values) == 0
	}
	return f.value, got, len(values) > 0 && matches(f.value, strings.Join(values, ", "))
}

// matches compares a text with a pattern, in which "*" at the start or the end stands
// for any text.
func matches(pattern, text string) bool {
	inner, open := strings.CutPrefix(pattern, "*")
	inner, openEnd := strings.CutSuffix(inner, "*")
	switch {
	case open && openEnd:
		return strings.Contains(text, inner)
	case open:
		return strings.HasSuffix(text, inner)
	case openEnd:
		return strings.HasPrefix(text, inner)
	}
	return text == pattern
}

// differences compares the body of an answer with what is expected.
func (b *expectedBody) differences(a *dryrun.Answer, s *dryrun.Script) (list []difference) {
	body := string(a.Text())
	if b.text != nil && *b.text != body {
		list = append(list, difference{"body", *b.text, body})
	}
	if b.contains != nil && !strings.Contains(body, *b.contains) {
		list = append(list, difference{"body", "…" + *b.contains + "…", body})
	}
	if b.backend && body != string(s.Body) {
		list = append(list, difference{"body", "that of the backend: " + string(s.Body), body})
	}
	if len(b.json) == 0 {
		return list
	}
	var document any
	if err := json.Unmarshal([]byte(body), &document); err != nil {
		return append(list, difference{"body", "JSON", body})
	}
	for _, v := range b.json {
		got, _ := valueAt(document, v.pointer)
		if want := plainJSON(v.value); !reflect.DeepEqual(got, want) {
			list = append(list, difference{"json " + v.pointer, inJSON(want), inJSON(got)})
		}
	}
	return list
}

// valueAt is the value at an RFC 6901 pointer, nil where there is none.
func valueAt(document any, pointer string) (any, bool) {
	if pointer == "" {
		return document, true
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch inner := document.(type) {
		case map[string]any:
			value, ok := inner[token]
			if !ok {
				return nil, false
			}
			document = value
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(inner) {
				return nil, false
			}
			document = inner[i]
		default:
			return nil, false
		}
	}
	return document, true
}

// plainJSON is a value of YAML as JSON has it.
func plainJSON(value any) (plain any) {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	_ = json.Unmarshal(text, &plain)
	return plain
}

func inJSON(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}
