package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// maxYAMLNodes bounds what a YAML text may make: a node takes about 200 bytes.
	maxYAMLNodes = 4 << 20
	maxMerges    = 16 // "<<" within "<<"
)

// parseYAML reads the first document of a YAML text; nil where there is none.
func parseYAML(data []byte) (*yaml.Node, error) {
	if n := mostNodes(data); n > maxYAMLNodes {
		return nil, fmt.Errorf("as YAML it may have %d values, more than %d; JSON can have more", n, maxYAMLNodes)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}

// mostNodes is at least the number of nodes that data can make: each begins a
// line or follows an indicator (YAML 1.2.2 §5.3).
func mostNodes(data []byte) int {
	n := 2
	for _, indicator := range []string{"\n", "\r", ",", ": ", "[", "{", "- ", "? "} {
		n += bytes.Count(data, []byte(indicator))
	}
	return n
}

var yamlError = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// yamlMistake is what a parser's error says, and the line that it names.
func yamlMistake(err error) (line int32, text string) {
	parts := yamlError.FindStringSubmatch(err.Error())
	if parts == nil {
		return 0, err.Error()
	}
	n, _ := strconv.ParseInt(parts[1], 10, 32)
	return int32(n), "not YAML: " + strings.ReplaceAll(parts[2], "\n", " ")
}

func yamlKind(n *yaml.Node) kind {
	switch n.Kind {
	case yaml.MappingNode:
		return kindMap
	case yaml.SequenceNode:
		return kindList
	default: // a scalar: aliases are followed before
	}
	switch n.ShortTag() {
	case "!!null":
		return kindNull
	case "!!int", "!!float", "!!bool":
		return kindOther
	default:
		return kindText
	}
}

// yamlValue is the value of a node, of the one that it stands for if it is an
// alias.
func (s *source) yamlValue(n *yaml.Node) value {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return value{src: s, node: n}
}

func yamlItems(v value) []value {
	items := make([]value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = v.src.yamlValue(n)
	}
	return items
}

// yamlMembers lists the members of a mapping, then those that "<<" merges into it.
func (r *reader) yamlMembers(v value) []member {
	members, merged := r.yamlOwn(v)
	for _, m := range merged {
		members = r.merge(members, m, 1)
	}
	return members
}

// yamlOwn lists the members of a mapping itself, and what "<<" merges into it.
func (r *reader) yamlOwn(v value) (members []member, merged []value) {
	content := v.node.Content
	for i := 0; i+1 < len(content); i += 2 {
		key, val := v.src.yamlValue(content[i]), v.src.yamlValue(content[i+1])
		if content[i].ShortTag() == "!!merge" {
			merged = append(merged, val)
			continue
		}
		if k := key.kind(); k == kindMap || k == kindList {
			r.warn(key, "want text as a key, got %s", key.describe())
			continue
		}
		members = append(members, member{name: key.text(), key: key, value: val})
	}
	return members, merged
}

// merge adds the members of v, or of the maps in it, that are not there yet (the
// merge key of YAML 1.1).
func (r *reader) merge(members []member, v value, depth int) []member {
	if depth > maxMerges || r.exhausted != nil {
		r.giveUp(v, errors.New(`"<<" leads back to itself, or too deep`))
		return members
	}
	if v.kind() == kindList {
		for _, item := range r.items(v) {
			members = r.merge(members, item, depth+1)
		}
		return members
	}
	if v.kind() != kindMap {
		r.warn(v, `want a map after "<<", got %s`, v.describe())
		return members
	}
	have := make(map[string]bool, len(members))
	for _, m := range members {
		have[m.name] = true
	}
	own, merged := r.yamlOwn(v)
	r.spend(v, len(own)+len(members))
	for _, m := range own {
		if !have[m.name] {
			have[m.name] = true
			members = append(members, m)
		}
	}
	for _, m := range merged {
		members = r.merge(members, m, depth+1)
	}
	return members
}
