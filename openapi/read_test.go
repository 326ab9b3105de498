package openapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/openapi"
)

var readCases = map[string]struct{ text, want string }{
	"everything, JSON, 3.1": {small[0], `
GET /v1/a/{+id} /v2/a/{+id} 200(a/b)[X] 4XX(c/d) default
POST /v1/a/{+id} /v2/a/{+id} takes a/b */*!
GET /v1/b /v2/b 200(a/b)[X] 4XX(c/d) default
POST /v1/b /v2/b takes a/b */*!`},
	"everything, YAML, 2.0": {small[1], `
POST /v1/a/{x}.{y}:cancel takes application/json multipart/form-data! 200(application/json)[X-A]
GET /v1/b default(application/json) 200(application/json)[X-A]`},
	"everything, YAML, 3.2": {small[2], `
QUERY /x/{+y} takes application/json 201
PURGE /x/{+y}`},
	"forms of 2.0": {`{"swagger":"2.0","consumes":["a/b"],"paths":{
"/own":{"post":{"consumes":["c/d"],"parameters":[{"in":"body","name":"b"}]}},
"/none":{"post":{"consumes":[],"parameters":[{"in":"body","name":"b"}]}},
"/form":{"post":{"parameters":[{"in":"formData","name":"a"},{"in":"formData","name":"b","required":true}]}},
"/file":{"post":{"consumes":null,"parameters":[{"in":"formData","name":"a","type":"file"}]}},
"/said":{"post":{"consumes":["Multipart/Form-Data; x=y"],"parameters":[{"in":"formData","name":"a","type":"file"}]}},
"/path":{"parameters":[{"in":"body","name":"b"},{"in":"query","name":"q"}],"post":{"parameters":[{"in":"body","name":"b","required":true},{"name":"?"}]}}}}`, `
POST /own takes c/d
POST /none takes 
POST /form takes a/b application/x-www-form-urlencoded multipart/form-data!
POST /file takes multipart/form-data
POST /said takes multipart/form-data;x=y
POST /path takes a/b!`},
	"statuses": {three(`"/a":{"get":{"responses":{"200":null,"2xx":{},"Default":{},"x-a":1,"$ref2":{},"404":{"content":null},"99":{},"600":{},"2X0":{},"1e2":{}}}}`), `
GET /a 200 2XX default 404`},
	"a code that comes again in another spelling": {three(`"/a":{"get":{"responses":{
"4XX":{"content":{"a/b":{}},"headers":{"A":{},"B":{}}},"4xx":{"content":{"c/d":{},"a/b":{}},"headers":{"b":{}}}}}}`), `
GET /a 4XX(a/b c/d)[B]`},
	"paths that are cut": {three(`"/a#x":{"get":{"responses":{"200":{"content":{"a/b":{}}}},"requestBody":{"required":true,"content":{"a/b":{}}}}},
"/a?y=1":{"get":{"responses":{"200":{"content":{"c/d":{}}},"400":{}},"requestBody":{"content":{"c/d":{}}}}},"/a":{"put":{}}`), `
GET /a takes a/b c/d 200(a/b c/d) 400
PUT /a`},
	"a path item that refers to another": {`{"openapi":"3.1.0","x-items":{"i":{"get":{"responses":{"200":{}}},"put":{}},"j":{"$ref":"#/x-items/i"}},"paths":{
"/a":{"$ref":"#/x-items/i","get":{"responses":{"201":{}}}},"/b":{"$ref":"#/x-items/j"}}}`, `
PUT /a
GET /a 201
GET /b 200
PUT /b`},
	"servers": {`{"openapi":"3.0.0","servers":[{"url":"https://h.example/v1/"},{"url":"/v2?x"},{"url":"./v3"},{"url":"http://h"},{"url":"//h/v1"}],"paths":{
"/a":{"get":{}},"/b":{"servers":[{"url":"/b1"}],"get":{},"put":{"servers":[{"url":"/b2"}]}},"/c":{"servers":[],"get":{}}}}`, `
GET /v1/a /v2/a /v3/a /a
GET /b1/b
PUT /b2/b
GET /v1/c /v2/c /v3/c /c`},
	"server variables": {`{"openapi":"3.0.0","servers":[{"url":"{a}","variables":{"a":{"default":"https://h/x"},"b":{"default":"no"}}},
{"url":"{s}://{h}.example:{p}/{v}/{w}","variables":{"s":{"default":"http","enum":["http","https"]},"h":{"default":"a"},"p":{"default":1},"v":{"default":"v1","enum":["v2","v1"]},"w":{}}}],
"paths":{"/a":{"get":{}}}}`, `
GET /x/a /v1/a /v2/a`},
	"templates": {three(`"/{a}{b}/{a}":{"get":{}},"//x/./{id}:y":{"get":{}},"/users('{id}')":{"get":{}},"/{base}...{head}":{"get":{}},
"/q{?a,b}{#c}":{"get":{}},"/{+p}/{q+}":{"get":{}},"/%41%zz*":{"get":{}},"/{$x}{y}/{ a b }/{}":{"get":{}},"no":{"get":{}},"/.":{"get":{}},"/{v...}":{"get":{}}`), `
GET /{a}/{a_2}
GET /x/{id}:y
GET /users('{id}')
GET /{base}...{head}
GET /q
GET /{+p}/{+q}
GET /%41%25zz%2A
GET /{_x}/{a_b}/{_}
GET /no
GET /
GET /{v}`},
	"media types": {three(`"/a":{"post":{"requestBody":{"content":{"Text/Plain; Charset=utf-8":{},"text/plain":{},"x-y":{},"a/b;v=\"1 2\"":{}}},"responses":{"200":{"content":{"image/*":{}}}}}}`), `
POST /a takes text/plain a/b;v="1 2" 200(image/*)`},
	"what is null is as good as not there": {`openapi: 3.0.1
servers:
paths:
  /a:
  /b:
    parameters:
    get:
    post:
      requestBody:
      responses:
        200:
        201: {content: , headers: }
`, `
GET /b
POST /b takes  200 201`},
	"merge keys, and keys that are aliases": {`openapi: 3.0.0
x: &ok {responses: &r {200: {description: x}}}
paths:
  /a:
    get: {<<: *ok}
    put: {<<: [*ok, {requestBody: {content: {a/b: {}}}}], responses: {<<: *r, 404: {}}}
    &m post: *ok
  /b: {*m : {responses: {<<: {<<: *r}}}}
`, `
GET /a 200
PUT /a takes a/b 404 200
POST /a 200
POST /b 200`},
	"what is for others":                       {`{"openapi":"3.0.0","x":[true,false],"paths":{"x-a":{},"/a":{"get":{}}}}`, "GET /a"},
	"an operation that says more than another": {three(`"/a?x":{"get":{"responses":{"200":{"content":{"a/b":{}}}}}},"/a?y":{"get":{}}`), "GET /a 200(a/b)"},
	"surrogates":                               {three(`"/\ud83d\ude00\u00e9\ud800":{"get":{}}`), "GET /\U0001F600é\uFFFD"},
	"a byte order mark":                        {"\xEF\xBB\xBF" + three(`"/a":{"get":{}}`), "GET /a"},
}

func TestParse(t *testing.T) {
	for name, tc := range readCases {
		t.Run(name, func(t *testing.T) { expect(t, tc.text, describe(parse(t, tc.text)), tc.want) })
	}
}

var warningCases = map[string]struct{ text, want string }{
	"keys that are no statuses and no media types": {`{"openapi":"3.0.0",
 "paths":{"/a":{"get":{"responses":{"new":{},"4xx":{},"Default":{},"200":{"content":{"JSON":{}},"headers":{"a b":{},"content-type":{}}}},
  "requestBody":{"content":{"form-data":{}}}}}}}`, `
api:3:29: "form-data" is no media type
api:2:37: "new" is no status; nothing is made of it
api:2:46: the status "4xx" must be written 4XX; it counts all the same
api:2:55: the status "Default" must be written default; it counts all the same
api:2:86: "JSON" is no media type
api:2:108: "a b" is no name of a header field; nothing is made of it`},
	"YAML has lines and columns, too": {`openapi: 3.0.0
paths:
  /a:
    get:
      responses:
        "200": {content: {bad: {}}}
        maybe: {}
`, `
api:6:27: "bad" is no media type
api:7:9: "maybe" is no status; nothing is made of it`},
	"what is not what it should be": {three(`"/a":{"get":[],"put":{"responses":"x","parameters":{},"requestBody":1},"post":{"responses":{"200":[]}}},"/b":1`), `
api:1:41: want an operation, got a list
api:1:80: want a list, got a map
api:1:97: want a map, got "1"
api:1:63: want a map, got "x"
api:1:127: want a response, got a list
api:1:138: want a map, got "1"`},
	"methods": {three(`"/a":{"GET":{},"purge":{},"x-a":{},"summary":"","description":"","trace":{}}`), `
api:1:35: the method "GET" must be in lower case; it counts all the same
api:1:44: "purge" is no method of OpenAPI; nothing is made of it`},
	"paths that cannot be used": {three(`"/{a":{"get":{}},"/a}":{"get":{}},"/{a{b}}":{"get":{}},"/..":{"get":{}},"rel":{"get":{}},"/` + strings.Repeat("x", 5000) + `":{"get":{}}`), `
api:1:29: the path "/{a" cannot be used: braces in "{a" do not pair
api:1:46: the path "/a}" cannot be used: braces in "a}" do not pair
api:1:63: the path "/{a{b}}" cannot be used: braces in "{a{b}}" do not pair
api:1:84: the path "/.." cannot be used: path template "/.." has the segment "..", which paths lose before they are matched
api:1:101: the path "rel" does not begin with "/"; it counts as if it did
api:1:118: the path "/` + strings.Repeat("x", 99) + `"… cannot be used: has 5001 bytes, more than 4096`},
	"the same operation twice": {three(`"/a/{x}":{"get":{}},"/a/{y}":{"get":{},"put":{}}`), `
api:1:49: the path "/a/{y}" has the method GET already, at api:1:39; both count`},
	"servers": {`{"openapi":"3.0.0","servers":[{},{"url":"h.example/v1"},{"url":"{a}{b}","variables":{"a":{"enum":[` + numbers(40) + `]},"b":{"enum":[` + numbers(40) + `]}}}],"paths":{"/a":{"get":{}}}}`, `
api:1:31: a server without a url
api:1:41: the url "h.example/v1" has no "//"; it counts with and without "h.example"
api:1:221: the variables of the server make more than 256 URLs; base sets one
api:1:57: more than 16 paths of servers; base sets one`},
	"merges of what is no map": {`openapi: 3.0.0
paths: {/a: {get: {<<: 1}}}
`, `
api:2:24: want a map after "<<", got "1"`},
	"a path item that refers to nothing": {three(`"/a":{"$ref":"#/x","get":{}},"/b":{"$ref":"#/x"}`), `
api:1:42: $ref "#/x": there is no "x"`},
}

func numbers(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(i + 10)
	}
	return strings.Join(list, ",")
}

func TestWarnings(t *testing.T) {
	for name, tc := range warningCases {
		t.Run(name, func(t *testing.T) { expect(t, tc.text, warnings(parse(t, tc.text)), tc.want) })
	}
}

var mistakeCases = map[string]struct{ text, want string }{
	"nothing":                {"", "api: is empty"},
	"nothing but space":      {" \n", "api: is empty"},
	"nothing but comments":   {"# x\n", "api:1:1: want an API description, got null"},
	"text":                   {"hello", `api:1:1: want an API description, got "hello"`},
	"a list":                 {"[]", "api:1:1: want an API description, got a list"},
	"no version":             {"{}", `api:1:1: there is neither "openapi" nor "swagger", so this is no API description`},
	"a version of old":       {`{"swagger":"1.2","paths":{}}`, `api:1:12: version "1.2": want 2.0, 3.0, 3.1 or 3.2`},
	"a version to come":      {"openapi: 4.0.0\npaths: {}\n", `api:1:10: version "4.0.0": want 2.0, 3.0, 3.1 or 3.2`},
	"a version like others":  {`{"openapi":"3.01","paths":{}}`, `api:1:12: version "3.01": want 2.0, 3.0, 3.1 or 3.2`},
	"a version that is none": {`{"openapi":{}}`, `api:1:12: version "": want 2.0, 3.0, 3.1 or 3.2`},
	"no paths":               {`{"openapi":"3.1.0"}`, "api:1:1: there are no paths"},
	"no paths but null":      {"openapi: 3.1.0\npaths:\n", "api:1:1: there are no paths"},
	"no operations":          {`{"openapi":"3.1.0","paths":{"/a":{"x":1}}}`, "api:1:35: \"x\" is no method of OpenAPI; nothing is made of it\n: no operation is left that can be used"},
	"a key twice":            {`{"openapi":"3.1.0","paths":{"/a":{"get":{},"get":{}},"/b":{},"/b":{}}}`, "api:1:62: the key \"/b\" is there twice, first at api:1:54\napi:1:44: the key \"get\" is there twice, first at api:1:35"},
	"one key of many twice":  {`{"openapi":"3.1.0","a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"b":2,"paths":{}}`, `api:1:62: the key "b" is there twice, first at api:1:26`},
	"a key twice in YAML":    {"openapi: 3.0.0\npaths:\n  /a: {}\n  '/a': {}\n", `api:4:3: the key "/a" is there twice, first at api:3:3`},
	"no JSON":                {"{\n\"a\" 1}", `api:2:5: not JSON: want ":" after a key`},
	"no YAML":                {"openapi: 3.0.0\npaths:\n  /a: b: c\n", "api:3: not YAML: mapping values are not allowed in this context"},
	"no YAML where nobody looks": {
		"openapi: 3.0.0\ninfo:\n  title: a: b\npaths:\n  /a: {get: {}}\n",
		"api:3: not YAML: mapping values are not allowed in this context",
	},
	"no text at all":       {"a: \x01\n", "api: not YAML: control characters are not allowed"},
	"an unknown alias":     {"openapi: *a\n", "api: not YAML: unknown anchor 'a' referenced"},
	"a merge of itself":    {"openapi: 3.0.0\nx: &a {<<: *a}\npaths: {/a: {get: *a}}\n", `api:2:4: "<<" leads back to itself, or too deep`},
	"too many YAML values": {"a: [" + strings.Repeat(",", 4<<20) + "]", "api: as YAML it may have 4194308 values, more than 4194304; JSON can have more"},
}

func TestMistakes(t *testing.T) {
	for name, tc := range mistakeCases {
		t.Run(name, func(t *testing.T) {
			_, err := openapi.Parse(openapi.Options{}, "api", []byte(tc.text))
			if _, ok := errors.AsType[openapi.LoadError](err); !ok {
				t.Fatalf("got %v, want mistakes", err)
			}
			expect(t, "the error", err.Error(), tc.want)
		})
	}
}

func TestNoJSON(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "1:1: not JSON: the document ends too early",
		"{":                      "1:2: not JSON: the document ends too early",
		"{1}":                    "1:2: not JSON: want a key in quotes",
		`{"a":1 "b"}`:            `1:8: not JSON: want "," or "}" after a value`,
		`{"a":1,}`:               "1:8: not JSON: want a key in quotes",
		`{"a":1]`:                `1:7: not JSON: want "," or "}" after a value`,
		`{"a"`:                   "1:5: not JSON: the document ends too early",
		`{"a":[1}`:               `1:8: not JSON: want "," or "]" after a value`,
		"[1,]":                   "1:4: not JSON: want a value",
		"[1 2]":                  `1:4: not JSON: want "," or "]" after a value`,
		"[]x":                    "1:3: not JSON: text after the end of the document",
		"[\n\"a\tb\"]":           "2:3: not JSON: a control character in a string",
		`["\x"]`:                 `1:3: not JSON: a "\" that begins no escape`,
		`["\u12g4"]`:             `1:3: not JSON: a "\" that begins no escape`,
		`["\u12"]`:               `1:3: not JSON: a "\" that begins no escape`,
		`["\u1`:                  `1:3: not JSON: a "\" that begins no escape`,
		`["\`:                    `1:3: not JSON: a "\" that begins no escape`,
		"[nul]":                  "1:2: not JSON: want a value",
		`{"a`:                    "1:4: not JSON: the document ends too early",
		`["a`:                    "1:4: not JSON: the document ends too early",
		"[-]":                    "1:3: not JSON: want a value",
		"[01]":                   "1:2: not JSON: a number with a leading zero",
		"[1.]":                   "1:4: not JSON: want a digit",
		"[1e+]":                  "1:5: not JSON: want a digit",
		strings.Repeat("[", 513): "1:513: not JSON: values nest more than 512 deep",
	} {
		if _, err := openapi.ReadJSON([]byte(text)); err == nil || err.Error() != "x:"+want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
