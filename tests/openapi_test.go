package tests

import (
	"slices"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/statusgate/statusgate/openapi"
)

// The blocks that a description becomes are words of a Caddyfile, whatever
// characters it has.
func TestResourceBlocksOfADescriptionAreWords(t *testing.T) {
	c, err := openapi.Parse(openapi.Options{}, "api", []byte(`{"openapi":"3.0.0","paths":{
"/a b/{x}":{"get":{"responses":{"4XX":{},"200":{"content":{"a/b;v=\"1 2\\\\\"":{},"c/d":{}}}}}},
"/`+"`q\\\""+`/{$HOME}":{"get":{}},"/{path}/'#{+file}":{"put":{}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := caddyfile.Tokenize(c.Caddyfile(), "Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, token := range tokens {
		got = append(got, token.Text)
	}
	want := []string{
		"resource", "/a b/{x}", "{", "GET", "{", "produces", `a/b;v="1 2\\"`, "c/d", "statuses", "4xx", "200", "}", "}",
		"resource", "/`q\"/{_HOME}", "{", "GET", "}", "resource", "/{path}/'", "{", "PUT", "}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
