package command

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// yamlReader reads YAML by its nodes, and collects every mistake with its line.
type yamlReader struct {
	file     string
	mistakes []error
}

// at is where a node stands.
func (r *yamlReader) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d", r.file, n.Line) }

func (r *yamlReader) failf(n *yaml.Node, format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("%s: %s", r.at(n), fmt.Sprintf(format, args...)))
}

// err gives all mistakes as one error.
func (r *yamlReader) err() error { return errors.Join(r.mistakes...) }

// keys are the keys of a mapping that are known, and what reads their values.
type keys map[string]func(*yaml.Node)

// mapping reads a mapping. An unknown key is a mistake, and so is one that stands
// twice.
func (r *yamlReader) mapping(n *yaml.Node, what string, known keys) {
	r.pairs(n, what, func(key, value *yaml.Node) {
		read, ok := known[key.Value]
		if !ok {
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			slices.Sort(names)
			r.failf(key, "%s: unknown key %q: want one of %s", what, key.Value, strings.Join(names, ", "))
			return
		}
		read(value)
	})
}

// pairs goes through the keys and values of a mapping.
func (r *yamlReader) pairs(n *yaml.Node, what string, do func(key, value *yaml.Node)) {
	if n = resolved(n); n.Kind != yaml.MappingNode {
		r.failf(n, "%s: want keys with values", what)
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			r.failf(key, "%s: %q stands there twice", what, key.Value)
			continue
		}
		seen[key.Value] = true
		do(key, resolved(n.Content[i+1]))
	}
}

// resolved is the node that an alias stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// text reads a text.
func (r *yamlReader) text(what string, to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || isNull(n) {
			r.failf(n, "%s: want a text", what)
			return
		}
		*to = n.Value
	}
}

// number reads a whole number.
func (r *yamlReader) number(what string, to *int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		i, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil {
			r.failf(n, "%s: %q is no whole number", what, n.Value)
			return
		}
		*to = i
	}
}

// truth reads a value that can only be true.
func (r *yamlReader) truth(what string, to *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Value != "true" {
			r.failf(n, "%s: want true", what)
			return
		}
		*to = true
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// parseYAML reads the one document of a text, nil where there is none.
func parseYAML(text []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}
