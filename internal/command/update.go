package command

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// update writes what came into the tests that expect nothing. Nothing else of the
// file changes.
func (s *suite) update(outcomes []*outcome) error {
	lines := strings.SplitAfter(string(s.text), "\n")
	slices.SortFunc(outcomes, func(a, b *outcome) int { return b.test.line - a.test.line }) // from the end: the lines above stay
	for _, o := range outcomes {
		n := o.test.node
		if n.Style&yaml.FlowStyle != 0 || len(n.Content) == 0 {
			return fmt.Errorf("%s:%d: %q: --update writes only into tests that have a line for each key", s.file, o.test.line, o.test.name)
		}
		at := s.end(o.test, lines)
		text, err := expected(o.explanation, o.test, n.Content[0].Column-1)
		if err != nil {
			return err
		}
		if at > 0 && !strings.HasSuffix(lines[at-1], "\n") {
			lines[at-1] += "\n"
		}
		lines = slices.Insert(lines, at, text)
	}
	return os.WriteFile(s.file, []byte(strings.Join(lines, "")), 0o644) //nolint:gosec // as it was
}

// end is the number of lines up to the end of a test: without the empty lines and
// comments that stand before what follows.
func (s *suite) end(c *testCase, lines []string) int {
	indent := c.node.Content[0].Column - 1
	end := c.line
	for i := c.line; i < len(lines); i++ {
		text := strings.TrimRight(lines[i], "\r\n")
		inner := strings.TrimLeft(text, " ")
		if inner == "" || inner[0] == '#' {
			continue
		}
		if len(text)-len(inner) < indent {
			break
		}
		end = i + 1
	}
	return end
}

// kept are the fields that a written expectation has: what a status owes.
var kept = []string{"Location", "WWW-Authenticate", "Allow", "Accept", "Retry-After"}

// expected writes what came as an expectation.
func expected(x *explanation, c *testCase, indent int) (string, error) {
	node := func(value any) *yaml.Node {
		n := new(yaml.Node)
		_ = n.Encode(value) // plain values
		return n
	}
	expect := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value *yaml.Node) { expect.Content = append(expect.Content, node(key), value) }
	if a := x.result.Answer; a != nil {
		add("status", node(a.Status))
		if reason := x.reason(); reason != "" {
			add("reason", node(reason))
		}
		if rule := x.rule(); rule != "" {
			add("rule", node(rule))
		}
		fields := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, name := range kept {
			values := strings.Join(a.Header.Values(name), ", ")
			if values == "" {
				continue
			}
			if name == "Retry-After" {
				values = "*" // it may be drawn by lot
			}
			fields.Content = append(fields.Content, node(name), node(values))
		}
		if len(fields.Content) > 0 {
			add("headers", fields)
		}
		if len(a.Body) > 0 && bytes.Equal(a.Text(), c.script.Body) {
			add("body", &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{node("backend"), node(true)}})
		}
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{node("expect"), expect}}); err != nil {
		return "", err
	}
	var out strings.Builder
	for line := range strings.Lines(b.String()) {
		out.WriteString(strings.Repeat(" ", indent) + line)
	}
	return out.String(), nil
}
