package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Prune leaves out of a YAML text what is not used.
func Prune(data []byte) ([]byte, bool) { return prune(data, usesParameters(data)) }

// IsReadInPart reports whether the rest of a YAML document was never parsed.
func IsReadInPart(data []byte) bool {
	b, _ := newBuilder(Options{})
	return b.read("x", data, &folder{left: maxBytes}).main.whole != nil
}

// ParseWhole is Parse of a YAML document of which nothing is left out.
func ParseWhole(data []byte) (*Contract, error) {
	b, _ := newBuilder(Options{})
	b.whole = true
	b.read("x", data, &folder{left: maxBytes})
	return b.finish()
}

// Canonical writes a path of a document in the syntax of negotiate.Resources.
var Canonical = canonical

// CutPath takes off what is no part of a path.
var CutPath = cutPath

// ReadJSON reads a JSON text as encoding/json does into an any, numbers and truth
// values as json.Number.
func ReadJSON(data []byte) (any, error) {
	s := &source{name: "x"}
	text := bytes.TrimLeft(data, " \t\r\n")
	if w := s.loadJSON(data, len(data)-len(text)); w != nil {
		return nil, errors.New(w.String())
	}
	return s.root.any(), nil
}

func (v value) any() any {
	switch v.kind() {
	case kindMap:
		m := make(map[string]any)
		for _, member := range v.jsonMembers() {
			m[member.name] = member.value.any()
		}
		return m
	case kindList:
		l := []any{}
		for _, item := range v.jsonItems() {
			l = append(l, item.any())
		}
		return l
	case kindText:
		return v.text()
	case kindNull:
		return nil
	default:
		return json.Number(v.text())
	}
}
