package openapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// small are descriptions with everything in them that the reader knows.
var small = []string{
	`{"openapi":"3.1.0","servers":[{"url":"{s}://h/{v}","variables":{"v":{"default":"v1","enum":["v1","v2"]}}}],"paths":{"/a/{id}":{
	"parameters":[{"name":"id","in":"path","x-multi-segment":true}],"get":{"responses":{"200":{"content":{"a/b":{}},"headers":{"X":{"required":true}}},
	"4XX":{"$ref":"#/components/responses/E"},"default":{"description":"\ud83d\ude00\u00e9"}}},"post":{"requestBody":{"required":true,"content":{"a/b; charset=x":{},"*/*":{}}}}},
	"/b#x":{"$ref":"#/paths/~1a~1%7Bid%7D"}},"components":{"responses":{"E":{"content":{"c/d":{"schema":{"a":[1,-2.5e3,true,null]}}}}}}}`,
	`swagger: "2.0"
basePath: /v1
consumes: [application/json]
produces:
- application/json
paths:
  /a/{x}.{y}:cancel:
    post:
      parameters:
      - {in: body, name: b, required: true, schema: {type: object}}
      - $ref: '#/parameters/f'
      responses: &r
        200: {description: "ok", headers: {X-A: {type: string}}, schema: {type: string}}
        new: {description: no}
  /b?x:
    get:
      description: |
        text:
          "more
      responses: {<<: *r, default: {description: d}}
parameters:
  f: {in: formData, name: f, type: file}
`,
	`openapi: 3.2.0
info:
    title: >-
        t
paths:
    /x/{+y}:
        query:
            tags:
            - a
            requestBody:
                content:
                    application/json:
                        schema:
                            $ref: '#/components/schemas/A'
            responses:
                '201':
                    description: it is "so"
                    content: {}
        additionalOperations:
            PURGE: {}
components:
    schemas:
        A:
            type: object
            example: {a: [1, "b"], 'c': d}
`,
}

// seeds adds the small descriptions and those beside the repository that are not
// large.
func seeds(f *testing.F) {
	f.Helper()
	for _, s := range small {
		f.Add([]byte(s))
	}
	files, _ := filepath.Glob(casesDir + "/oai-*")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil {
			f.Add(data)
		}
	}
}

// checkContract holds what must be so of every contract.
func checkContract(t *testing.T, c *openapi.Contract) {
	t.Helper()
	for _, o := range c.Operations() {
		if !utf8.ValidString(o.String()) {
			t.Errorf("%q is no label", o)
		}
		for _, template := range o.Templates {
			if err := new(negotiate.Resources[int]).Add(template, 1); err != nil {
				t.Errorf("%s: %v", o, err)
			}
			if strings.ContainsAny(template, "{%") {
				continue
			}
			if got, found := c.Find(o.Method, template); found != negotiate.FoundOperation || got == nil {
				t.Errorf("Find(%q, %q): got %v, %d", o.Method, template, got, found)
			}
		}
		for status := -1; status < 700; status += 7 {
			if got := o.Normalize(status, 500); got != status && got < 400 {
				t.Errorf("%s: Normalize(%d, 500): got %d", o, status, got)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := openapi.Parse(openapi.Options{}, "x", data)
		if err != nil {
			if mistakes, ok := errors.AsType[openapi.LoadError](err); !ok || len(mistakes) == 0 {
				t.Errorf("got %#v, want mistakes", err)
			}
			return
		}
		checkContract(t, c)
	})
}

// FuzzJSON compares the scanner with encoding/json.
func FuzzJSON(f *testing.F) {
	seeds(f)
	for _, s := range []string{"[1,2.0,-0,1e+5,0.1E-2]", `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800x"`, "[ ]", "{ }", "[[],{}]", "01", "1.", "-", "tru"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want any
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber() // which has no range
		wantErr := decoder.Decode(&want)
		if _, err := decoder.Token(); wantErr == nil && !errors.Is(err, io.EOF) {
			wantErr = errors.New("more than one value")
		}
		got, err := openapi.ReadJSON(data)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: got the error %v, encoding/json has %v", data, err, wantErr)
		}
		if err == nil && !sameJSON(got, want) {
			t.Errorf("%q: got %#v, encoding/json has %#v", data, got, want)
		}
	})
}

// sameJSON compares values, numbers by their text only.
func sameJSON(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok || len(m) != len(want) {
			return false
		}
		for k := range want {
			if !sameJSON(m[k], want[k]) {
				return false
			}
		}
		return true
	case []any:
		l, ok := got.([]any)
		if !ok || len(l) != len(want) {
			return false
		}
		for i := range want {
			if !sameJSON(l[i], want[i]) {
				return false
			}
		}
		return true
	case string:
		text, ok := got.(string)
		return ok && oneMark(text) == oneMark(want)
	case nil:
		return got == nil
	case json.Number:
		return got == want
	default:
		return got == json.Number(fmt.Sprint(want))
	}
}

// oneMark makes one of several U+FFFD in a row, of which encoding/json has one for
// each octet.
func oneMark(s string) string {
	for strings.Contains(s, "\uFFFD\uFFFD") {
		s = strings.ReplaceAll(s, "\uFFFD\uFFFD", "\uFFFD")
	}
	return s
}

func FuzzYAML(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) { checkPruned(t, data) })
}

// FuzzTemplate holds that whatever a path of a document becomes can be matched, and
// that it matches what it was made of.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		"/a/{b}", "/a/{b}{c}", "//a/./{b}:c", "/{a}/{a}", "/{+a}/b", "/users('{id}')/x(a={b},c='{d}')", "/a{?b}", "/{a}...{b}",
		"/a%2/%41*", "/{ }", "/{a:b}/{a_b}/{a+}", "/{a", "/a}", "/..", "/a/..", "/\xff{\xff}",
	} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, path string, spans bool) {
		template, err := openapi.Canonical(openapi.CutPath("/"+path), func(string) bool { return spans })
		if err != nil {
			return
		}
		var r negotiate.Resources[int]
		if err := r.Add(template, 1); err != nil {
			if !strings.Contains(err.Error(), "segments, more than") && !strings.Contains(err.Error(), "bytes, more than") &&
				!strings.Contains(err.Error(), "which paths lose") {
				t.Errorf("%q became %q: %v", path, template, err)
			}
			return
		}
		// A variable matches its own name, and literal text itself.
		if _, ok := r.Match(template); !ok {
			t.Errorf("%q became %q, which does not match itself", path, template)
		}
	})
}
