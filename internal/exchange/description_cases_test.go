package exchange_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate"
)

// publishedDir has published descriptions beside what each declares. It is not part
// of the repository.
const publishedDir = "../../../shared/cases/openapi"

// publishedOperation is what a description declares, as another reader found it.
type publishedOperation struct {
	Path, Method string
	Request      []string
	Responses    map[string][]string
}

// published are the operations of each description.
func published(t *testing.T) map[string][]publishedOperation {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(publishedDir, "expected_operations.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the published descriptions are not there")
	}
	var all map[string][]publishedOperation
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

// concrete is a path that a template stands for.
func (o *publishedOperation) concrete() string { return variable.ReplaceAllString(o.Path, "Value17") }

// takes reports whether the template has a path.
func (o *publishedOperation) takes(path string) bool {
	var pattern strings.Builder
	rest := o.Path
	for _, at := range variable.FindAllStringIndex(o.Path, -1) {
		pattern.WriteString(regexp.QuoteMeta(o.Path[len(o.Path)-len(rest):at[0]]) + "[^/]+")
		rest = o.Path[at[1]:]
	}
	return regexp.MustCompile("(?i)^" + pattern.String() + regexp.QuoteMeta(rest) + "$").MatchString(path)
}

// allowed are the methods of a path, with those that they imply.
func allowed(all []publishedOperation, path string) []string {
	methods := []string{"OPTIONS"}
	for i := range all {
		if all[i].takes(path) {
			methods = append(methods, all[i].Method)
			if all[i].Method == http.MethodGet {
				methods = append(methods, http.MethodHead)
			}
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// Every request that a published description has passes; a method, a type and a
// path that it does not have are refused.
func TestPublishedDescriptionsAreEnforced(t *testing.T) {
	for file, operations := range published(t) {
		t.Run(file, func(t *testing.T) {
			h := newGate(t, newContext(t), statusgate.Handler{OpenAPI: &statusgate.OpenAPI{
				Files: []string{filepath.Join(publishedDir, file)}, Base: "/", Unknown: "reject",
			}})
			ask := func(want int, method, path, body string, fields ...string) *http.Response {
				t.Helper()
				w, err := through(t, h, with(method, path, body, fields...), sends(204, ""))
				if w.Code != want || err != nil {
					t.Errorf("%s %s %q: got %d (%v), want %d", method, path, fields, w.Code, err, want)
				}
				return w.Result()
			}
			for i := range operations {
				o := &operations[i]
				path := o.concrete()
				ask(204, o.Method, path, "")
				for _, contentType := range o.Request {
					if !strings.Contains(contentType, "*") {
						ask(204, o.Method, path, "x", "Content-Type", contentType)
					}
				}
				for code, types := range o.Responses {
					for _, accept := range types {
						if code[0] == '2' {
							ask(204, o.Method, path, "", "Accept", accept)
						}
					}
				}
				if len(o.Request) > 0 && !slices.Contains(o.Request, "*/*") {
					ask(415, o.Method, path, "x", "Content-Type", "application/x-nobody-has-this")
				}
				methods := allowed(operations, path)
				for _, method := range []string{"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"} {
					if slices.Contains(methods, method) {
						continue
					}
					got := strings.Split(ask(405, method, path, "").Header.Get("Allow"), ", ")
					if slices.Sort(got); !slices.Equal(got, methods) {
						t.Errorf("%s %s: got Allow %q, want %q", method, path, got, methods)
					}
				}
			}
			ask(404, "GET", "/nobody/has/this/path/at/all/1", "")
		})
	}
}
