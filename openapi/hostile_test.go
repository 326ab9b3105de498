package openapi_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/statusgate/statusgate/openapi"
)

// hostile are documents made to be expensive, with what is said about them.
var hostile = map[string]struct {
	text func() string
	want string // part of the mistakes or warnings
}{
	"an alias bomb": {func() string {
		var text strings.Builder
		text.WriteString("openapi: 3.0.0\nx0: &a0 {p: {200: {}}}\n")
		for i := range 30 {
			fmt.Fprintf(&text, "x%d: &a%d {<<: [%s]}\n", i+1, i+1, strings.TrimRight(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
		}
		return text.String() + "paths: *a7\n"
	}, "values to look at"},
	"aliases of operations": {func() string {
		var text strings.Builder
		text.WriteString("openapi: 3.0.0\nx-r: &r {")
		for i := range 400 {
			fmt.Fprintf(&text, "%d: {content: {a/b: {}}}, ", 100+i)
		}
		text.WriteString("}\nx-o: &o {responses: *r}\nx-p: &p {get: *o, put: *o, post: *o, delete: *o, patch: *o}\npaths:\n")
		for i := range 10_000 {
			fmt.Fprintf(&text, "  /%d: *p\n", i)
		}
		return text.String()
	}, ""}, // they are read once
	"aliases of path items": {func() string {
		var text strings.Builder
		text.WriteString("openapi: 3.0.0\nx-p: &p {")
		for i := range 10_000 {
			fmt.Fprintf(&text, "x-%d: , ", i)
		}
		text.WriteString("}\npaths:\n")
		for i := range 50_000 {
			fmt.Fprintf(&text, "  /%d: *p\n", i)
		}
		return text.String()
	}, "values to look at"},
	"deep nesting in JSON":              {func() string { return strings.Repeat(`{"a":`, 1<<20) }, "more than 512 deep"},
	"deep nesting in YAML":              {func() string { return "a: " + strings.Repeat("[", 1<<20) }, "exceeded max depth"},
	"deep nesting in YAML, block style": {func() string { return "- " + strings.Repeat("- ", 1<<20) }, "exceeded max depth"},
	"containers": {func() string {
		return `{"openapi":"3.0.0","x":[` + strings.Repeat("[],", 8<<20) + `0]}`
	}, "more than 8388608 objects and arrays"},
	"ten thousand references in a circle": {func() string {
		var text strings.Builder
		text.WriteString(`{"openapi":"3.0.0","paths":{`)
		for i := range 10_000 {
			fmt.Fprintf(&text, `"/%d":{"$ref":"#/paths/~1%d","get":{"responses":{"200":{"$ref":"#/x/%d"}}}},`, i, (i+1)%10_000, i)
		}
		text.WriteString(`"/":{}},"x":{`)
		for i := range 10_000 {
			fmt.Fprintf(&text, `"%d":{"$ref":"#/x/%d"},`, i, (i+1)%10_000)
		}
		return text.String() + `"y":0}}`
	}, "leads back to itself"},
	"absurd templates": {func() string {
		return three(`"/` + strings.Repeat("{a}-", 1000) + `":{"get":{}},"/` + strings.Repeat("%", 4000) + `":{"get":{}},"/` +
			strings.Repeat("{a", 1<<20) + `":{"get":{}},"` + strings.Repeat("/{a}", 100) + `":{"get":{}},"/ok":{"get":{}}`)
	}, "cannot be used"},
	"templates times servers": {func() string {
		var text strings.Builder
		text.WriteString(`{"openapi":"3.0.0","servers":[{"url":"/{a}","variables":{"a":{"enum":[` + numbers(16) + `]}}}],"paths":{`)
		for i := range 10_000 {
			fmt.Fprintf(&text, `"/%d":{"get":{},"put":{},"post":{}},`, i)
		}
		return text.String() + `"/":{}}}`
	}, "more than 100000 templates"},
	"keys that are there many times": {func() string {
		return three(`"/a":{"get":{}}` + strings.Repeat(`,"/a":{}`, 1<<20))
	}, "is there twice"},
	"warnings": {func() string {
		return three(`"/a":{"get":{"responses":{` + strings.Repeat(`"n`+strings.Repeat("o", 200)+`":{},`, 1) + manyKeys(200_000) + `"200":{}}}}`)
	}, "and 199001 more"},
	"variables of servers": {func() string {
		return `{"openapi":"3.0.0","servers":[{"url":"` + strings.Repeat("{a}", 1000) + `","variables":{"a":{"enum":[` + numbers(250) + `]}}}],"paths":{"/a":{"get":{}}}}`
	}, "more than 16 paths"},
	"values that are not text": {func() string {
		return "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      responses: {200: {content: {? [a, b] : {}, ? {a: b} : {}}}}\n"
	}, "want text as a key, got a map"},
}

func manyKeys(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `"é%d%s":{},`, i, strings.Repeat("é", 60))
	}
	return text.String()
}

func TestHostileDocuments(t *testing.T) {
	for name, tc := range hostile {
		t.Run(name, func(t *testing.T) {
			text := []byte(tc.text())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			c, err := openapi.Parse(openapi.Options{}, "api", text)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			said := fmt.Sprint(err)
			if err == nil {
				said = warnings(c)
			}
			if !strings.Contains(said, tc.want) {
				t.Errorf("got %.500s, want %q", said, tc.want)
			}
			if len(said) > 1<<20 {
				t.Errorf("got %d bytes of messages", len(said))
			}
			// Many times of what it takes, so that a busy machine does not matter.
			if took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			t.Logf("%d KiB of text took %v and %d MiB", len(text)>>10, took, (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

func TestTextsThatAreTooLong(t *testing.T) {
	_, err := openapi.Parse(openapi.Options{}, "api", make([]byte, 64<<20+1))
	expect(t, "Parse", fmt.Sprint(err), "api: the document has more than 67108864 bytes")
}
