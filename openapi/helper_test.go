package openapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/openapi"
)

// parse reads a description that must make a contract.
func parse(t *testing.T, text string) *openapi.Contract {
	t.Helper()
	c, err := openapi.Parse(openapi.Options{}, "api", []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

// three is a description of version 3.0 with these paths.
func three(paths string) string { return `{"openapi":"3.0.0","paths":{` + paths + `}}` }

// operation is the only operation of a contract.
func operation(t *testing.T, c *openapi.Contract) *openapi.Operation {
	t.Helper()
	if n := len(c.Operations()); n != 1 {
		t.Fatalf("got %d operations, want 1: %v", n, c.Operations())
	}
	return c.Operations()[0]
}

// describe writes what counts of a contract, an operation a line.
func describe(c *openapi.Contract) string {
	var text strings.Builder
	for _, o := range c.Operations() {
		fmt.Fprintf(&text, "%s %s", o.Method, strings.Join(o.Templates, " "))
		if o.Body.Declared {
			fmt.Fprintf(&text, " takes %s", strings.Join(o.Body.Types.List(), " "))
		}
		if o.Body.Required {
			text.WriteString("!")
		}
		for _, r := range o.Responses {
			fmt.Fprintf(&text, " %s", r.Code)
			if r.Types != nil {
				fmt.Fprintf(&text, "(%s)", strings.Join(r.Types.List(), " "))
			}
			for _, f := range r.Fields {
				fmt.Fprintf(&text, "[%s]", f.Name)
			}
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// warnings are those of a contract, a line each.
func warnings(c *openapi.Contract) string {
	var text strings.Builder
	list, more := c.Warnings()
	for _, w := range list {
		fmt.Fprintln(&text, w)
	}
	if more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	return text.String()
}

// folder writes files into a folder of their own, by their names.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}
