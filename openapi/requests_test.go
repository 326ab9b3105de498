package openapi_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
	"github.com/statusgate/statusgate/openapi"
)

// published lists the descriptions that are there, by name.
func published(t *testing.T) map[string]string {
	t.Helper()
	files := make(map[string]string)
	patterns := []string{casesDir + "/*-*"}
	if dir := os.Getenv("OPENAPI_GITHUB"); dir != "" {
		patterns = append(patterns, dir+"/*.json")
	}
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern)
		for _, file := range found {
			if info, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) || info.Size() > 64<<20 {
				continue
			}
			files[filepath.Base(file)] = file
		}
	}
	if len(files) == 0 {
		t.Skip("no descriptions beside the repository")
	}
	return files
}

// pathOf turns a template into the regular expression that a person would write.
func pathOf(template string) *regexp.Regexp {
	var text strings.Builder
	text.WriteString("(?i)^")
	for rest := template; rest != ""; {
		before, after, ok := strings.Cut(rest, "{")
		text.WriteString(regexp.QuoteMeta(before))
		if ok {
			name, behind, _ := strings.Cut(after, "}")
			after = behind
			if strings.HasPrefix(name, "+") {
				text.WriteString(".+")
			} else {
				text.WriteString("[^/]+")
			}
		}
		rest = after
	}
	return regexp.MustCompile(text.String() + "$")
}

// api is a contract and what finds its operations in a naive way.
type api struct {
	*openapi.Contract
	paths []*regexp.Regexp // of each template of each operation
	of    []*openapi.Operation
}

func newAPI(c *openapi.Contract) *api {
	a := &api{Contract: c}
	for _, o := range c.Operations() {
		for _, template := range o.Templates {
			a.paths = append(a.paths, pathOf(template))
			a.of = append(a.of, o)
		}
	}
	return a
}

// methods are those that any template has for a path.
func (a *api) methods(path string) []string {
	var methods []string
	for i, p := range a.paths {
		if p.MatchString(path) && !slices.Contains(methods, a.of[i].Method) {
			methods = append(methods, a.of[i].Method)
		}
	}
	return methods
}

// What a description documents passes; of what it does not, the common methods,
// another media type and another path are told apart.
func TestRequestsOfPublishedDescriptions(t *testing.T) {
	for name, file := range published(t) {
		t.Run(name, func(t *testing.T) {
			c, err := openapi.Load(openapi.Options{}, file)
			if err != nil {
				t.Fatal(err)
			}
			a, seen := newAPI(c), make(map[string]bool)
			for _, o := range c.Operations() {
				r := requestFor(o)
				a.documented(t, o, &r)
				if !seen[r.path] {
					seen[r.path] = true
					a.undocumented(t, r.path)
				}
			}
			if o, found := c.Find("GET", "/no/such/path/is/there"); found != negotiate.FoundNothing {
				t.Errorf("an unknown path is %s", o)
			}
			t.Logf("%d operations, %d paths", len(c.Operations()), len(seen))
		})
	}
}

// documented sends a request of an operation, with every type that it takes.
func (a *api) documented(t *testing.T, o *openapi.Operation, r *request) {
	t.Helper()
	if !check(a.Contract, r) {
		t.Errorf("%s: %s %s with %q is refused", o, r.method, r.path, r.contentType)
	}
	got, _ := a.Find(r.method, r.path)
	if got == nil || got.Method != o.Method {
		t.Fatalf("Find(%s, %s): got %v, want %s", r.method, r.path, got, o)
	}
	if got.Consumes == nil {
		return
	}
	for _, mediaType := range got.Body.Types.List() {
		if mediaType = strings.ReplaceAll(mediaType, "*", "x"); !got.Consumes.Contains([]string{mediaType + "; charset=utf-8"}) {
			t.Errorf("%s does not take %s", got, mediaType)
		}
	}
	if got.Consumes.Contains([]string{"x-other/undeclared"}) {
		t.Errorf("%s takes what is not declared", got)
	}
}

// undocumented tries the common methods on a path.
func (a *api) undocumented(t *testing.T, path string) {
	t.Helper()
	want := a.methods(path)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		documented := slices.Contains(want, method) || method == http.MethodHead && slices.Contains(want, http.MethodGet)
		if _, found := a.Find(method, path); (found == negotiate.FoundOperation) != documented || found == negotiate.FoundNothing {
			t.Errorf("Find(%s, %s): got %d, but %v is documented", method, path, found, want)
		}
	}
	allow := strings.Split(a.Methods(path).Allow(), ", ")
	expected := append(slices.Clone(want), http.MethodOptions)
	if slices.Contains(want, http.MethodGet) {
		expected = append(expected, http.MethodHead)
	}
	slices.Sort(expected)
	slices.Sort(allow)
	if !slices.Equal(slices.Compact(allow), slices.Compact(expected)) {
		t.Errorf("Allow of %s: got %v, want %v", path, allow, expected)
	}
}
