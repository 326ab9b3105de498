package openapi_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// loadIn reads files of a folder; the names in messages are without it.
func loadIn(t *testing.T, dir string, options openapi.Options, names ...string) (got, said string) {
	t.Helper()
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = filepath.Join(dir, name)
	}
	c, err := openapi.Load(options, files...)
	if err != nil {
		return "", strings.ReplaceAll(err.Error(), dir+"/", "")
	}
	return describe(c), strings.ReplaceAll(warnings(c), dir+"/", "")
}

func TestReferences(t *testing.T) {
	dir := folder(t, map[string]string{
		"api.yaml": `openapi: 3.0.0
paths:
  /a: {$ref: paths/a.yaml}
  /b: {$ref: './paths/b%20b.json#/items/1'}
  /c:
    get:
      responses:
        200: {$ref: '#/components/responses/R~1~0x'}
        201: {$ref: '#/x-elsewhere/r'}
      requestBody: {$ref: 'paths/a.yaml#/x-body'}
      parameters:
        - $ref: paths/a.yaml#/x-parameter
components: {responses: {R/~x: {content: {a/b: {}}}}}
x-elsewhere: {r: {content: {c/d: {}}}}
`,
		"paths/a.yaml": `get: {responses: {200: {$ref: ../more/r.yaml}}}
x-body: {required: true, content: {e/f: {}}}
x-parameter: {name: p, in: query}
`,
		"paths/b b.json": `{"items":[{},{"put":{"responses":{"204":{"$ref":"#/r"}}}}],"r":{"headers":{"A":{"$ref":"../api.yaml#/none"}}}}`,
		"more/r.yaml":    "content: {g/h: {}}\n",
	})
	got, said := loadIn(t, dir, openapi.Options{}, "api.yaml")
	expect(t, "Load", got, `
GET /a 200(g/h)
PUT /b 204[A]
GET /c takes e/f! 200(a/b) 201(c/d)`)
	expect(t, "warnings", said, `paths/b b.json:1:88: $ref "../api.yaml#/none": there is no "none"`)
}

// What a $ref leads to is there, whether or not it was left out at first.
func TestReferencesInYAMLOfWhichAPartIsRead(t *testing.T) {
	for ref, want := range map[string]string{
		"#/components/responses/a": "(a/b)", "#/components/schemas/a": "(c/d)", "#/x/a": "(e/f)", "#/responses/a": "", "#/components/none/a": "",
		"#/paths/~1a/get/responses/201": "(g/h)", "#/paths/~1a/get/x-a": "(i/j)", "#": "", "": "",
	} {
		c := parse(t, fmt.Sprintf(`openapi: 3.0.0
components:
  responses:
    a:
      content: {a/b: }
  schemas:
    a: {content: {c/d: }}
x: {a: {content: {e/f: }}}
paths:
  /a:
    get:
      x-a: {content: {i/j: }}
      responses:
        201: {content: {g/h: }}
        200: {$ref: %q}
`, ref))
		expect(t, ref, describe(c), "GET /a 201(g/h) 200"+want)
	}
}

func TestADocumentThatIsNoFileHasNoFolder(t *testing.T) {
	c := parse(t, three(`"/a":{"$ref":"b.json"},"/b":{"get":{}}`))
	expect(t, "warnings", warnings(c), `api:1:42: $ref "b.json": this document has no folder to look in`)
}

func TestReferencesInACircle(t *testing.T) {
	c := parse(t, `{"openapi":"3.0.0","paths":{"/a":{"$ref":"#/paths/~1a"},"/b":{"get":{"responses":{"200":{"$ref":"#/x"}},"requestBody":{"$ref":"#/y"}}}},
"x":{"$ref":"#/y"},"y":{"$ref":"#/x"}}`)
	expect(t, "operations", describe(c), "GET /b takes  200")
	expect(t, "warnings", warnings(c), `
api:1:34: $ref leads back to itself, or on more than 32 times
api:2:5: $ref leads back to itself, or on more than 32 times
api:2:24: $ref leads back to itself, or on more than 32 times`)
}

func TestManyFiles(t *testing.T) {
	files := map[string]string{}
	text := "openapi: 3.0.0\npaths:\n"
	for i := range 300 {
		files[fmt.Sprintf("p%d.yaml", i)] = "get: {}\n"
		text += fmt.Sprintf("  /%d: {$ref: p%d.yaml}\n", i, i)
	}
	files["api.yaml"] = text
	got, said := loadIn(t, folder(t, files), openapi.Options{}, "api.yaml")
	if n := strings.Count(got, "\n"); n != 255 || strings.Count(said, "more than 256 files") != 45 {
		t.Errorf("got %d operations, want 255, and %s", n, said)
	}
}

func TestSeveralDocuments(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.json": `{"openapi":"3.0.0","servers":[{"url":"/v1"}],"paths":{"/x":{"get":{"responses":{"200":{"content":{"a/b":{}}}}}}}}`,
		"b.json": `{"swagger":"2.0","basePath":"v1/","produces":["c/d"],"paths":{"/x":{"get":{"responses":{"200":{"schema":{}},"404":{}}},"put":{}},"/y":{"get":{}}}}`,
		"c.json": `{`,
	})
	got, said := loadIn(t, dir, openapi.Options{}, "a.json", "b.json")
	expect(t, "Load", got, "GET /v1/x 200(a/b c/d) 404(c/d)\nPUT /v1/x\nGET /v1/y")
	expect(t, "warnings", said, `b.json:1:63: the path "/x" has the method GET already, at a.json:1:61; both count`)
	_, said = loadIn(t, dir, openapi.Options{}, "a.json", "c.json", "d.json", "e/f.json", ".")
	expect(t, "mistakes", strings.ReplaceAll(said, dir, "."), "c.json:1:2: not JSON: the document ends too early\nd.json: no such file or directory\ne/f.json: no such file or directory\n.: not a regular file")
}

func TestBaseOverridesServers(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.json": `{"openapi":"3.0.0","servers":[{"url":"/v1"}],"paths":{"/x":{"get":{"servers":[{"url":"/v2"}]}}}}`,
		"b.json": `{"swagger":"2.0","basePath":"/v1","paths":{"/y":{"get":{}}}}`,
	})
	for base, want := range map[string]string{"": "GET /v2/x\nGET /v1/y", "/": "GET /x\nGET /y", "/api//v3/": "GET /api/v3/x\nGET /api/v3/y"} {
		got, _ := loadIn(t, dir, openapi.Options{Base: base}, "a.json", "b.json")
		expect(t, "base "+base, got, want)
	}
}

func TestExemptTemplates(t *testing.T) {
	text := []byte(`{"openapi":"3.0.0","servers":[{"url":"/v1"}],"paths":{"/x/{id}":{"get":{},"put":{}},"/y/1":{"get":{}},"/z":{"get":{}}}}`)
	c, err := openapi.Parse(openapi.Options{Exempt: []string{"/x/{any}", "/v1/y/{rest...}"}}, "api", text)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "operations", describe(c), "GET /v1/z\n* /x/{any}\n* /v1/y/{rest...}")
	for path, want := range map[string]string{
		"/v1/x/1": "* /x/{any}", "/x/1": "* /x/{any}", "/v1/y/1": "* /v1/y/{rest...}", "/v1/y/2/3": "* /v1/y/{rest...}", "/v1/z": "", "/v1": "",
	} {
		if o, _ := c.Find("PURGE", path); (o == nil) != (want == "") || o != nil && (o.String() != want || !o.Exempt) {
			t.Errorf("Find(PURGE, %q): got %v, want %q", path, o, want)
		}
	}
	if o, _ := c.Find("GET", "/x/1"); o.Covers(418) != openapi.BySilence || o.Covers(204) != openapi.BySilence {
		t.Errorf("an exempt template documents something")
	}
	if got := c.Methods("/v1/z").Allow(); got != "GET, HEAD, OPTIONS" {
		t.Errorf("Methods(/v1/z): got %q", got)
	}
	_, err = openapi.Load(openapi.Options{Exempt: []string{"x"}})
	expect(t, "Load", fmt.Sprint(err), `exempt: path template "x" does not begin with "/"`)
	_, err = openapi.Parse(openapi.Options{Exempt: []string{"x"}}, "api", nil)
	expect(t, "Parse", fmt.Sprint(err), `exempt: path template "x" does not begin with "/"`)
}

func TestStrictPaths(t *testing.T) {
	text := []byte(three(`"/a/{id}":{"get":{}},"/b":{"get":{}}`))
	for strict, want := range map[bool]map[string]negotiate.Found{
		true:  {"/a/1%2F2": negotiate.FoundOperation, "/a/1;2": negotiate.FoundNothing, "/a/../b": negotiate.FoundNothing, "/a/..%2Fb": negotiate.FoundNothing},
		false: {"/a/1%2F2": negotiate.FoundOperation, "/a/1;2": negotiate.FoundOperation, "/a/../b": negotiate.FoundOperation, "/a/..%2Fb": negotiate.FoundOperation},
	} {
		c, err := openapi.Parse(openapi.Options{Strict: strict}, "api", text)
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range want {
			if _, found := c.Find("GET", path); found != want {
				t.Errorf("Find(%q), strict %t: got %d, want %d", path, strict, found, want)
			}
		}
	}
}
