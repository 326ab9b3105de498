package openapi_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/statusgate/statusgate/openapi"
)

// checkPruned holds that what is left out of a YAML text makes no difference.
func checkPruned(t *testing.T, data []byte) (pruned bool) {
	t.Helper()
	kept, ok := openapi.Prune(data)
	if !ok {
		return false
	}
	if want := bytes.Count(data, []byte("\n")); bytes.Count(kept, []byte("\n")) != want && !bytes.HasSuffix(kept, []byte("\n")) {
		t.Errorf("got %d lines, want %d", bytes.Count(kept, []byte("\n")), want)
	}
	var part, whole yaml.Node
	if yaml.Unmarshal(kept, &part) != nil {
		return false // then all of it is parsed
	}
	if err := yaml.Unmarshal(data, &whole); err != nil {
		t.Fatalf("%q does not parse, but what is left of it does: %v", data, err)
	}
	want, wantErr := openapi.ParseWhole(data)
	got, err := openapi.Parse(openapi.Options{}, "x", data)
	if err != nil || wantErr != nil {
		if !reflect.DeepEqual(err, wantErr) && !strings.Contains(wantErr.Error(), "there twice") {
			t.Fatalf("got the error %v, want %v", err, wantErr)
		}
		return true
	}
	if !reflect.DeepEqual(got.Operations(), want.Operations()) {
		t.Fatalf("%q: got %v, want %v", data, got.Operations(), want.Operations())
	}
	gotWarnings, _ := got.Warnings()
	wantWarnings, _ := want.Warnings()
	if !reflect.DeepEqual(gotWarnings, wantWarnings) {
		t.Fatalf("%q: got %v, want %v", data, gotWarnings, wantWarnings)
	}
	return true
}

func TestPublishedYAMLIsReadInPart(t *testing.T) {
	files, _ := filepath.Glob(casesDir + "/*.yaml")
	more, _ := filepath.Glob(os.Getenv("OPENAPI_YAML"))
	if files = append(files, more...); len(files) == 0 {
		t.Skip("no descriptions beside the repository")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !checkPruned(t, data) || !openapi.IsReadInPart(data) {
			t.Errorf("%s is parsed as a whole", file)
		}
	}
}

// pruneCases maps a value in a description, of a key that is not used, to whether
// it is left out. Where it is not, a parser decides.
var pruneCases = map[string]bool{
	"info: text": true,
	"info:":      true,
	"info: # comment\n  a: b\n\n  # comment\n  c: d":                true,
	"info:\n- a\n- b: c\n  d: e\n-\n  f":                            true,
	"info:\n  - - a\n    - b\n  -   c: d\n      e: f":               true,
	"info:\n  - a:\n    - b\n    c: d":                              true,
	"info:\n  a:\n  - b\n  c:\n    - d\n  e: f":                     true,
	"info: one\n  two # comment":                                    true,
	"info: one\n\n  two\n  # three\nx-a: 1":                         true,
	"info:\n  one":                                                  true,
	"info: -1":                                                      true,
	"info: \"a\\\"b\\u00e9\\x41\\\n  # c\\\n  d\" # e":              true,
	"info: 'it''s\n\n  so'":                                         true,
	"info: |\n  a: b: c\n\n   \"x\n  y\nx-a: 1":                     true,
	"info: >-2 # comment\n   a\n  b":                                true,
	"info: |\n\n\nx-a: 1":                                           true,
	"info: |\nx-a: 1":                                               true,
	"info:\n  a: |+\n    b\n  # c\n  d: e":                          true,
	"info: {}":                                                      true,
	"info: [a, b.c] # d":                                            true,
	"info: {a: 'b}', \"c\": [d, \"e\\\"\" , f#g],\n  h: i} # j":     true,
	"info: [a, # b]\n  c\n\n  ]":                                    true,
	"info: [a:\"b\", 'c\n  d']":                                     true,
	"info: [x&y, z]":                                                true,
	"\"info\": a\n'tags': b\n\"x y\" : c":                           true,
	"-info: a":                                                      true,
	"info:\r\n  a: b\r":                                             true,
	"info: \U0001F600é":                                             true,
	"servers:\n  - &a {url: /}\n  - *a":                             true,
	"servers: !!seq\n  - url: /":                                    true,
	"parameters: {a: &b !!map {}}":                                  false,
	"components:\n  parameters:\n    a: &b c\n  schemas:\n    x: y": false,

	"info: &a b":                        false,
	"info: *a":                          false,
	"info: !!str b":                     false,
	"info: [&a b]":                      false,
	"info: [b, *a]":                     false,
	"info: [a, ]]":                      false,
	"info: {a: b]":                      false,
	"info: [a] b":                       false,
	"info: [a":                          false,
	"info: [a\nb]":                      false,
	"info: \"a":                         false,
	"info: \"a\nb\"":                    false,
	"info: 'a' b":                       false,
	"info: \"\\d\"":                     false,
	"info: \"\\ud800\"":                 false,
	"info: \"\\u12\"":                   false,
	"info: \"\\U00110000\"":             false,
	"info: \"\\xzz\"":                   false,
	"info: a: b":                        false,
	"info: a\n  b: c":                   false,
	"info: a # b\n  c":                  false,
	"info: - a":                         false,
	"info: ? a":                         false,
	"info: : a":                         false,
	"info: @a":                          false,
	"info: |x\n  a":                     false,
	"info: |\n    \n  a":                false,
	"info: |\n    a\n  b":               false,
	"info:\n    a: b\n  c: d":           false,
	"info:\n  a: b\n    c: d":           false,
	"info:\n  a:\n      b: c\n    d: e": false,
	"info:\n  - a\n  b: c":              false,
	"info:\n  a: b\n  - c":              false,
	"info:\n  a: b\n  c":                false,
	"info:\n  a:\n    b: c\n  - d":      false,
	"info:\n  ? a\n  : b":               false,
	"info:\n  : a":                      false,
	"info:\n  -\ta: b":                  false,
	"info:\n\ta: b":                     false,
	"info: a\n \tb":                     false,
	"info:\n  \ta: b":                   false,
	"info:\n  " + strings.Repeat("k", 1001) + ": a": false,
	"info: a\n---\nb: c":                            false,
	"info: a\n...":                                  false,
	"info: \u2028":                                  false,
	"info: a\rb":                                    false,
	"info: \xff":                                    false,
	"\"in\\fo\": a":                                 false,
	"'in''fo': a":                                   false,
	"\"info: a":                                     false,
	"\"info\"x: a":                                  false,
	"info":                                          false,
	"info #x: a":                                    false,
	"{a: b}":                                        false,
	"- a":                                           false,
	"? a":                                           false,
	": a":                                           false,
	"%TAG ! x":                                      false,
	"paths2: {}\ncomponents:\n  responses:\n      a: {}\n    b: {}": false,
	"info: [\"a\n  b\n  c\"]": true,
	"info: [a&, b #c]\n  ]":   true,
	"info: a\n\t\n  b":        false,
	"info:\n-\t":              false,
	"info: |\n  a\t\n  b":     true,
	"info: |\n  a\n\t\n  b":   false,
	"\t":                      false,
	"info: 'a\n\t\n  b'":      true,
	"info: {#{a\n  b}}":       false,
	"info: >++\n  a":          false,
	"info: >22\n  a":          false,
	"info: [it's, a\"b]":      true,
	"components:\n- a":        false,
	"components:\n  responses:\n   x:\n  headers: {}\n   - y": false,
}

func TestWhatIsLeftOutOfYAML(t *testing.T) {
	for text, want := range pruneCases {
		data := []byte("# comment\n---\nopenapi: 3.0.0\npaths:\n  /a: {get: {}}\n" + text + "\n")
		if _, ok := openapi.Prune(data); ok != want {
			t.Errorf("Prune(%q): got %t, want %t", text, ok, want)
			continue
		}
		checkPruned(t, data)
	}
}

func TestMarkersOfYAML(t *testing.T) {
	for text, want := range map[string]bool{
		"---\nopenapi: 3.0.0\n": true, "--- # x\nopenapi: 3.0.0\n": false, "openapi: 3.0.0\n---\n": false, "...\nopenapi: 3.0.0\n": false,
		"---\n---\nopenapi: 3.0.0\n": false, "info:\n---\n": false, "  openapi: 3.0.0\n  info: a": true, "openapi: '3.0.0": false,
	} {
		if _, ok := openapi.Prune([]byte(text)); ok != want {
			t.Errorf("Prune(%q): got %t, want %t", text, ok, want)
		}
	}
}

func TestWhatIsKeptOfYAML(t *testing.T) {
	kept, ok := openapi.Prune([]byte(`openapi: 3.1.0
info:
  title: x
paths:
  x-a: {}
  /a:
    summary: s
    x-b: {}
    borked: {}
    servers:
    - url: /
    additionalOperations:
      PURGE: {}
    get:
      tags: [a]
      parameters:
      - name: a
      requestBody:
        description: d
        required: true
        content:
          a/b: {schema: {type: string}}
          c/d:
            schema:
              type: string
      responses:
        200: {description: d}
        '404':
          description: d
          schema: {type: string}
          headers:
            A:
              description: d
              required: true
              schema: {}
components:
  schemas: {}
  parameters: {}
  responses:
    R:
      $ref: '#/x'`))
	if !ok {
		t.Fatal("got lost")
	}
	var left []string
	for line := range strings.Lines(string(kept)) {
		if line != "\n" {
			left = append(left, strings.TrimRight(line, "\n"))
		}
	}
	expect(t, "Prune", strings.Join(left, "\n"), `openapi: 3.1.0
paths:
  x-a: {}
  /a:
    borked:
    servers:
    - url: /
    additionalOperations:
      PURGE: {}
    get:
      requestBody:
        required: true
        content:
          a/b:
          c/d:
      responses:
        200: {description: d}
        '404':
          schema:
          headers:
            A:
              required: true
components:
  responses:
    R:
      $ref: '#/x'`)
}

func TestUsualReferencesNeedNoMore(t *testing.T) {
	for text, want := range map[string]bool{
		"      parameters: [{$ref: '#/components/parameters/p'}]\n      responses: {200: {$ref: '#/components/responses/r'}}\n" +
			"components:\n  parameters:\n    p: {x-multi-segment: true}\n  responses:\n    r: {}\n": true,
		"      responses: {200: {$ref: '#/components/schemas/r'}}\ncomponents:\n  schemas:\n    r: {}\n": false,
		"      parameters: [{$ref: '#/paths/~1a~1{p}/parameters/0'}, {$ref: '#/paths/~1b/get/parameters/0'}]\n" +
			"      requestBody: {$ref: '#/paths/~1b/get/requestBody'}\n      responses: {200: {$ref: '#/paths/~1b/get/responses/200'}}\n" +
			"    parameters: [{x-multi-segment: true}]\n  /b: {get: {requestBody: {}, parameters: [{}], responses: {200: {}}}}\n": true,
		"      responses: {200: {$ref: '#/paths/~1a~1{p}/get'}}\n":       false,
		"      responses: {200: {$ref: '#/paths/~1a~1{p}/get/a/b/c'}}\n": false,
		"      responses: {200: {$ref: '#/x/r'}}\nx: {r: {}}\n":          false,
	} {
		data := []byte("openapi: 3.0.0\npaths:\n  /a/{p}:\n    get:\n" + text)
		if got := openapi.IsReadInPart(data); got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
}
