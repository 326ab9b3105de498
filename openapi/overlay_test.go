package openapi_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/statusgate/statusgate/openapi"
)

// actions writes the actions of an Overlay, a line each.
func actions(t *testing.T, o *openapi.Overlay) string {
	t.Helper()
	var text strings.Builder
	for _, a := range o.Actions {
		update, err := json.Marshal(a.Update)
		if err != nil {
			t.Fatal(err)
		}
		if a.Target == "$" {
			update = []byte("components")
		}
		fmt.Fprintf(&text, "%s %s\n", a.Target, update)
	}
	return text.String()
}

// refsTo are responses that refer to the components of an Overlay.
func refsTo(where string, statuses ...int) string {
	var list []string
	for _, s := range statuses {
		list = append(list, fmt.Sprintf(`"%d":{"$ref":"#/%s/StatusgateError%d"}`, s, where, s))
	}
	return `{"responses":{` + strings.Join(list, ",") + `}}`
}

func TestOverlay(t *testing.T) {
	dir := folder(t, map[string]string{
		"api.json": `{"openapi":"3.1.0","paths":{
"/a'b":{"get":{"responses":{"401":{"$ref":"#/components/responses/A~1'\""},"405":{"headers":{"allow":{}},"content":{"application/problem+json":{}}},
"500":{"$ref":"other.json#/r"}}},"post":{"responses":{"403":{"$ref":"#/components/responses/A~1'\""}}}},
"/i":{"$ref":"#/components/pathItems/i"},"/j":{"$ref":"#/components/pathItems/i"},"/o":{"$ref":"other.json"},"/p":{"additionalOperations":{"PURGE":{}}}},
"components":{"responses":{"A/'\"":{}},"pathItems":{"i":{"get":{}}}}}`,
		"other.json": `{"get":{},"r":{}}`,
	})
	name := dir + "/api.json"
	c, err := openapi.Load(openapi.Options{}, name)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Operations()) != 6 {
		t.Fatalf("got %v", c.Operations())
	}
	problem := `"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/StatusgateProblem"}}}`
	all := refsTo("components/responses", 401, 403, 404, 405, 406, 415, 500, 503)
	expect(t, "Overlay", actions(t, c.Overlay(name)), `
$ components
$['components']['responses']['A/\'"'] {`+problem+`,"headers":{"WWW-Authenticate":{"description":"How to authenticate.","schema":{"type":"string"}}}}
$['paths']["/a'b"]['get'] `+refsTo("components/responses", 403, 404, 406, 415, 503)+`
$['components']['responses']['A/\'"'] {`+problem+`}
$['paths']["/a'b"]['post'] `+refsTo("components/responses", 401, 404, 405, 406, 415, 500, 503)+`
$['components']['pathItems']['i']['get'] `+all+`
$['paths']['/p']['additionalOperations']['PURGE'] `+all)
	if o := c.Overlay("none"); len(o.Actions) != 0 {
		t.Errorf("for another document: got %v", o.Actions)
	}
}

func TestOverlayOf20(t *testing.T) {
	c := parse(t, `{"swagger":"2.0","paths":{"/a":{"get":{"responses":{"503":{},"500":{}}}}}}`)
	o := c.Overlay("api")
	expect(t, "Overlay", actions(t, o), `
$ components
$['paths']['/a']['get']['responses']['503'] {"headers":{"Retry-After":{"description":"How many seconds to wait.","type":"string"}}}
$['paths']['/a']['get'] `+refsTo("responses", 401, 403, 404, 405, 406, 415))
	text, err := o.JSON()
	if err != nil {
		t.Fatal(err)
	}
	written, err := o.YAML()
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON, fromYAML map[string]any
	if json.Unmarshal(text, &fromJSON) != nil || yaml.Unmarshal(written, &fromYAML) != nil || !reflect.DeepEqual(fromJSON, fromYAML) {
		t.Errorf("got %s and %s", text, written)
	}
	if fromJSON["overlay"] != "1.0.0" || !strings.Contains(string(text), `"#/definitions/StatusgateProblem"`) {
		t.Errorf("got %s", text)
	}
}

func TestDriftOverlay(t *testing.T) {
	c := parse(t, `{"openapi":"3.0.0","paths":{"/a/{x}":{"post":{"requestBody":{"$ref":"#/components/requestBodies/B"},"responses":{
"200":{"content":{"a/b":{}},"headers":{"A":{"required":true},"B":{},"C":{"$ref":"#/components/headers/C"}}},"4XX":{"$ref":"#/components/responses/E"}}},
"put":{"responses":{"200":{"$ref":"#/none"}},"requestBody":{"$ref":"#/none"}}},"/i":{"$ref":"#/x"}},
"x":{"get":{}},"components":{"requestBodies":{"B":{"content":{"a/b":{}}}},"headers":{"C":{"required":true}},"responses":{"E":{"content":{"e/f":{}},"headers":{"D":{"required":true}}}}}}`)
	post, put, get := c.Operations()[0], c.Operations()[1], c.Operations()[2]
	expect(t, "DriftOverlay", actions(t, c.DriftOverlay("api", []openapi.Drift{
		{Kind: openapi.UndocumentedStatus, Operation: post, Status: 503, Value: "text/html"},
		{Kind: openapi.UndocumentedStatus, Operation: put, Status: 799},
		{Kind: openapi.UndocumentedStatus, Operation: get},
		{Kind: openapi.UndocumentedStatus},
		{Kind: openapi.UndocumentedType, Operation: post, Status: 200, Value: "c/d"},
		{Kind: openapi.UndocumentedType, Operation: post, Status: 404, Value: "c/d"},
		{Kind: openapi.UndocumentedType, Operation: post, Status: 500, Value: "c/d"},
		{Kind: openapi.MissingHeader, Operation: post, Status: 200, Value: "a"},
		{Kind: openapi.MissingHeader, Operation: post, Status: 200, Value: "B"},
		{Kind: openapi.MissingHeader, Operation: post, Status: 200, Value: "C"},
		{Kind: openapi.MissingHeader, Operation: post, Status: 400, Value: "D"},
		{Kind: openapi.MissingHeader, Operation: post, Status: 500, Value: "D"},
		{Kind: openapi.RequestType, Operation: post, Value: "c/d"},
		{Kind: openapi.RequestType, Operation: get, Value: "c/d"},
		{Kind: openapi.UndocumentedMethod, Path: "/a/{x}", Method: "DELETE", Status: 204},
		{Kind: openapi.UndocumentedMethod, Path: "/i", Method: "PUT"},
		{Kind: openapi.UndocumentedMethod, Path: "/i", Method: "PURGE"},
		{Kind: openapi.UndocumentedMethod, Path: "/none", Method: "PUT"},
		{Kind: openapi.UnknownPath, Path: "/new", Method: "GET", Status: 200, Value: "a/b"},
		{Kind: openapi.UnknownPath, Path: "/n/{a}/{b}", Method: "GET"},
		{Kind: openapi.UnknownPath, Path: "new", Method: "GET"},
		{Kind: openapi.UnknownPath, Path: "/new", Method: "PURGE"},
		{Kind: 99, Operation: post},
	})), `
$['paths']['/a/{x}']['post'] {"responses":{"503":{"content":{"text/html":{}},"description":"Service Unavailable. Seen behind the gate, not described."}}}
$['paths']['/a/{x}']['put'] {"responses":{"799":{"description":"Seen behind the gate, not described."}}}
$['x']['get'] {"responses":{"default":{"description":"Seen behind the gate, not described."}}}
$['paths']['/a/{x}']['post']['responses']['200'] {"content":{"c/d":{}}}
$['components']['responses']['E'] {"content":{"c/d":{}}}
$['paths']['/a/{x}']['post']['responses']['200']['headers']['A'] {"required":false}
$['components']['responses']['E']['headers']['D'] {"required":false}
$['components']['requestBodies']['B'] {"content":{"c/d":{}}}
$['x']['get'] {"requestBody":{"content":{"c/d":{}}}}
$['paths']['/a/{x}'] {"delete":{"responses":{"204":{"description":"No Content. Seen behind the gate, not described."}}}}
$['x'] {"put":{"responses":{"default":{"description":"Seen behind the gate, not described."}}}}
$['paths'] {"/new":{"get":{"responses":{"200":{"content":{"a/b":{}},"description":"OK. Seen behind the gate, not described."}}}}}
$['paths'] {"/n/{a}/{b}":{"get":{"parameters":[`+parameter+`"a","required":true,"schema":{"type":"string"}},`+parameter+`"b","required":true,"schema":{"type":"string"}}],`+
		`"responses":{"default":{"description":"Seen behind the gate, not described."}}}}}`)
	if o := c.DriftOverlay("other", []openapi.Drift{
		{Kind: openapi.UndocumentedStatus, Operation: post, Status: 503},
		{Kind: openapi.UndocumentedMethod, Path: "/a/{x}", Method: "GET"},
		{Kind: openapi.UnknownPath, Path: "/a", Method: "GET"},
	}); len(o.Actions) != 0 {
		t.Errorf("for another document: got %v", o.Actions)
	}
}

const parameter = `{"in":"path","name":`

func TestDriftOverlayOf20(t *testing.T) {
	c := parse(t, `{"swagger":"2.0","produces":["a/b"],"paths":{"/a":{"get":{"responses":{"200":{"schema":{}}}}}}}`)
	o := operation(t, c)
	expect(t, "DriftOverlay", actions(t, c.DriftOverlay("api", []openapi.Drift{
		{Kind: openapi.UndocumentedStatus, Operation: o, Status: 500, Value: "c/d"},
		{Kind: openapi.UndocumentedType, Operation: o, Status: 200, Value: "c/d"},
		{Kind: openapi.RequestType, Operation: o, Value: "c/d"},
		{Kind: openapi.UnknownPath, Path: "/n/{a}", Method: "GET", Status: 200},
	})), `$['paths']['/a']['get'] {"responses":{"500":{"description":"Internal Server Error. Seen behind the gate, not described."}}}
$['paths'] {"/n/{a}":{"get":{"parameters":[`+parameter+`"a","required":true,"type":"string"}],"responses":{"200":{"description":"OK. Seen behind the gate, not described."}}}}}`)
}

func TestCaddyfile(t *testing.T) {
	c, err := openapi.Parse(openapi.Options{Exempt: []string{"/e"}}, "api", []byte(`{"openapi":"3.0.0","servers":[{"url":"/v1"},{"url":"/v2"}],"paths":{
"/a b/{x}":{"get":{"responses":{"200":{"content":{"a/b;v=\"1 2\"":{},"c/d":{}}},"4XX":{},"default":{}}}},
"/a b/{y}":{"delete":{},"put":{"requestBody":{"content":{"a/*":{},"c/d":{}}}}},"/`+"`q\\\""+`":{"servers":[{"url":"/"}],"get":{}},"/e":{"get":{}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	block := ` {
	GET {
		produces ` + "`a/b;v=\"1 2\"`" + ` c/d
		statuses 200 4xx default
	}
	DELETE
	PUT {
		consumes a/* c/d
	}
}
`
	expect(t, "Caddyfile", string(c.Caddyfile()), "resource `/v1/a b/{x}`"+block+"resource `/v2/a b/{x}`"+block+"resource \"/`q\\\"\" {\n\tGET\n}\n")
}

// A method in lower case is none of the words of a resource: it needs its braces.
func TestResourceBlocksOfAMethodInLowerCase(t *testing.T) {
	c := parse(t, `{"openapi":"3.2.0","paths":{"/a":{"additionalOperations":{"sync":{},"MERGE":{}}}}}`)
	expect(t, "Caddyfile", string(c.Caddyfile()), "resource /a {\n\tsync {\n\t}\n\tMERGE\n}\n")
}
