// Package schematest holds documents against their JSON Schema in tests. It knows of
// JSON Schema 2020-12 what the schemas of this module use, and takes any other
// keyword for a mistake.
package schematest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Schema is a schema that was read.
type Schema struct{ root map[string]any }

// Read reads a schema from a file.
func Read(file string) (*Schema, error) {
	text, err := os.ReadFile(file) //nolint:gosec // a file of a test
	if err != nil {
		return nil, err
	}
	s := new(Schema)
	return s, json.Unmarshal(text, &s.root)
}

// Mistakes lists where a document, as encoding/json decodes it into any, is not as the
// schema says. Members that the schema does not know are mistakes, unless a schema is
// given for all members.
func (s *Schema) Mistakes(document any) []string {
	c := &check{schema: s}
	c.value("", s.root, document)
	return c.mistakes
}

// check collects mistakes.
type check struct {
	schema   *Schema
	mistakes []string
}

func (c *check) failf(at, format string, args ...any) {
	c.mistakes = append(c.mistakes, at+": "+fmt.Sprintf(format, args...))
}

// value holds a value at a pointer against a schema.
func (c *check) value(at string, s map[string]any, v any) {
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		c.keyword(at, keyword, s, v)
	}
}

func (c *check) keyword(at, keyword string, s map[string]any, v any) {
	object, _ := v.(map[string]any)
	array, _ := v.([]any)
	switch want := s[keyword]; keyword {
	case "$schema", "title", "description", "$defs":
	case "$ref":
		name := strings.TrimPrefix(want.(string), "#/$defs/")
		c.value(at, c.schema.root["$defs"].(map[string]any)[name].(map[string]any), v)
	case "type":
		types, ok := want.([]any)
		if !ok {
			types = []any{want}
		}
		if !slices.ContainsFunc(types, func(t any) bool { return isOfType(t.(string), v) }) {
			c.failf(at, "%v is no %v", v, want)
		}
	case "enum":
		if !slices.Contains(want.([]any), v) {
			c.failf(at, "%v is not one of %v", v, want)
		}
	case "required":
		for _, name := range want.([]any) {
			if _, ok := object[name.(string)]; object != nil && !ok {
				c.failf(at, "no %s", name)
			}
		}
	case "properties", "additionalProperties":
		c.members(at, keyword, s, object)
	case "items":
		for i, item := range array {
			c.value(fmt.Sprintf("%s/%d", at, i), want.(map[string]any), item)
		}
	case "maxItems":
		if len(array) > int(want.(float64)) {
			c.failf(at, "%d items", len(array))
		}
	case "minimum":
		if n, ok := v.(float64); ok && n < want.(float64) {
			c.failf(at, "%v", n)
		}
	case "pattern", "format":
		if text, ok := v.(string); ok && !isLike(keyword, want.(string), text) {
			c.failf(at, "%q", text)
		}
	default:
		c.failf(at, "the test does not understand %s", keyword)
	}
}

// members holds the members of an object against the schemas of theirs. Those that
// have a schema of their own are done with "properties".
func (c *check) members(at, keyword string, s map[string]any, object map[string]any) {
	known, _ := s["properties"].(map[string]any)
	others, open := s["additionalProperties"].(map[string]any)
	for name, value := range object {
		member, ok := known[name].(map[string]any)
		switch {
		case ok && keyword == "properties":
			c.value(at+"/"+name, member, value)
		case ok:
		case open && keyword == "additionalProperties":
			c.value(at+"/"+name, others, value)
		case !open && keyword == "properties":
			c.failf(at, "%s is not known", name)
		}
	}
}

func isLike(keyword, want, text string) bool {
	if keyword == "pattern" {
		return regexp.MustCompile(want).MatchString(text)
	}
	_, err := time.Parse(time.RFC3339Nano, text)
	return want == "date-time" && err == nil
}

func isOfType(name string, v any) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case string:
		return name == "string"
	case float64:
		return name == "integer" && v == math.Trunc(v)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}
