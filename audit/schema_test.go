package audit_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/audit"
)

// schema is what the test understands of JSON Schema 2020-12. Other keywords fail it.
type schema struct {
	root map[string]any
}

// mistakes lists where a value is not as s says.
func (c *schema) mistakes(at string, s map[string]any, v any) (list []string) {
	fail := func(format string, args ...any) { list = append(list, at+": "+fmt.Sprintf(format, args...)) }
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		switch want := s[keyword]; keyword {
		case "$schema", "title", "description", "$defs":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/$defs/")
			list = append(list, c.mistakes(at, c.root["$defs"].(map[string]any)[name].(map[string]any), v)...)
		case "type":
			types, ok := want.([]any)
			if !ok {
				types = []any{want}
			}
			if !slices.ContainsFunc(types, func(t any) bool { return isOfType(t.(string), v) }) {
				fail("%v is no %v", v, want)
			}
		case "required":
			for _, name := range want.([]any) {
				if object, ok := v.(map[string]any); ok {
					if _, there := object[name.(string)]; !there {
						fail("no %s", name)
					}
				}
			}
		case "additionalProperties", "properties":
			if object, ok := v.(map[string]any); ok && keyword == "properties" {
				for name, value := range object {
					if member, known := want.(map[string]any)[name]; known {
						list = append(list, c.mistakes(at+"/"+name, member.(map[string]any), value)...)
					} else {
						fail("%s is not known", name)
					}
				}
			}
		case "items":
			array, _ := v.([]any)
			for i, item := range array {
				list = append(list, c.mistakes(fmt.Sprintf("%s/%d", at, i), want.(map[string]any), item)...)
			}
		case "maxItems":
			if array, _ := v.([]any); len(array) > int(want.(float64)) {
				fail("%d items", len(array))
			}
		case "minimum":
			if n, ok := v.(float64); ok && n < want.(float64) {
				fail("%v", n)
			}
		case "pattern", "format":
			if text, ok := v.(string); ok && !isLike(keyword, want.(string), text) {
				fail("%q", text)
			}
		default:
			fail("the test does not understand %s", keyword)
		}
	}
	return list
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

func TestJSONIsAsTheSchemaSays(t *testing.T) {
	text, err := os.ReadFile("testdata/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	for name, report := range map[string]*audit.Report{
		"empty": run(t, ""), "mixed": run(t, mixedLog, func(o *audit.Options) { o.Decide = gate }),
		"shop": run(t, logOf(shop(2000, rand.New(rand.NewPCG(1, 1))))),
		"full": run(t, crowd(3000), func(o *audit.Options) { audit.WithNames(o, 5, 9, 2, 3) }),
	} {
		var b strings.Builder
		if err := report.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := json.Unmarshal([]byte(b.String()), &document); err != nil {
			t.Fatal(err)
		}
		for _, mistake := range (&schema{root}).mistakes(name, root, document) {
			t.Error(mistake)
		}
		document["notes"] = []any{}
		document["lines"] = -1.5
		delete(document, "span")
		if n := len((&schema{root}).mistakes(name, root, document)); n != 4 {
			t.Errorf("%s: the schema finds %d of 4 mistakes", name, n)
		}
	}
}
