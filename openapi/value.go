package openapi

import "go.yaml.in/yaml/v3"

// kind is what a value of a document is.
type kind uint8

const (
	kindNull kind = iota
	kindMap
	kindList
	kindText
	kindOther // a number or a truth value
)

// value is a value of a document, JSON or YAML. It can be compared: equal values
// are the same place.
type value struct {
	src   *source
	node  *yaml.Node // nil in JSON
	at    uint32     // JSON: the offset of its first byte
	index uint32     // JSON: see container
}

// member is a member of a map. Its key is a value too, for its position.
type member struct {
	name       string
	key, value value
}

func (v value) kind() kind {
	if v.node != nil {
		return yamlKind(v.node)
	}
	return jsonKind(v.src.data[v.at])
}

// text is what a scalar says; that of a map or list is empty.
func (v value) text() string {
	switch k := v.kind(); {
	case k == kindMap || k == kindList:
		return ""
	case v.node != nil:
		return v.node.Value
	default:
		return v.jsonText()
	}
}

// position is where the value begins.
func (v value) position() Position {
	p := Position{File: v.src.name}
	if v.node != nil {
		p.Line, p.Column = int32(v.node.Line), int32(v.node.Column) //nolint:gosec // at most maxBytes
		return p
	}
	p.Line, p.Column = v.src.lines.position(int(v.at))
	return p
}

// members lists the members of a map in their order. What is no map has none:
// null and a missing value are as good as an empty one, of the others it warns.
// Keys that are there twice are mistakes (RFC 8259 §4, YAML 1.2.2 §3.2.1.3).
func (r *reader) members(v value) []member {
	if v.src == nil || r.exhausted != nil {
		return nil
	}
	switch v.kind() {
	case kindNull:
		return nil
	case kindMap:
	default:
		r.warn(v, "want a map, got %s", v.describe())
		return nil
	}
	var members []member
	if v.node != nil {
		members = r.yamlMembers(v)
	} else {
		members = v.jsonMembers()
	}
	r.spend(v, len(members))
	r.findTwice(members)
	return members
}

// items lists the values of a list; what is no list is as in members.
func (r *reader) items(v value) []value {
	if v.src == nil || r.exhausted != nil {
		return nil
	}
	switch v.kind() {
	case kindNull:
		return nil
	case kindList:
	default:
		r.warn(v, "want a list, got %s", v.describe())
		return nil
	}
	var items []value
	if v.node != nil {
		items = yamlItems(v)
	} else {
		items = v.jsonItems()
	}
	r.spend(v, len(items))
	return items
}

// describe names the kind of a value for a message, and a scalar itself.
func (v value) describe() string {
	switch v.kind() {
	case kindMap:
		return "a map"
	case kindList:
		return "a list"
	case kindNull:
		return "null"
	default:
		return quoted(v.text())
	}
}

// findTwice reports keys that are there twice.
func (r *reader) findTwice(members []member) {
	if len(members) <= 8 {
		for i, m := range members {
			for _, earlier := range members[:i] {
				if earlier.name == m.name {
					r.reportTwice(earlier, m)
					break
				}
			}
		}
		return
	}
	first := make(map[string]int, len(members))
	for i, m := range members {
		if at, ok := first[m.name]; ok {
			r.reportTwice(members[at], m)
			continue
		}
		first[m.name] = i
	}
}

func (r *reader) reportTwice(earlier, m member) {
	r.mistake(m.key, "the key %s is there twice, first at %s", quoted(m.name), earlier.key.position())
}

// find is the value of the first member called name, the zero value if there is
// none.
func find(members []member, name string) value {
	for _, m := range members {
		if m.name == name {
			return m.value
		}
	}
	return value{}
}
