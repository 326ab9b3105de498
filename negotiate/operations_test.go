package negotiate_test

import (
	"fmt"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func operationsFor(tb testing.TB, operations ...[2]string) *negotiate.Operations[string] {
	tb.Helper()
	o := new(negotiate.Operations[string])
	for _, op := range operations {
		if err := o.Add(op[1], op[0], op[0]+" "+op[1]); err != nil {
			tb.Fatalf("Add(%q, %q): %v", op[1], op[0], err)
		}
	}
	return o
}

func TestFindTakesTheMostSpecificTemplateThatHasTheMethod(t *testing.T) {
	o := operationsFor(
		t, [2]string{"GET", "/a/new"}, [2]string{"GET", "/a/{id}"}, [2]string{"PUT", "/A/{name}"}, [2]string{"DELETE", "/{+x}"},
		[2]string{"HEAD", "/h"}, [2]string{"GET", "/h"}, [2]string{negotiate.AnyMethod, "/any"}, [2]string{"GET", "/any"},
		[2]string{negotiate.AnyMethod, "/any/{+x}"}, [2]string{"query", "/a/{id}"},
	)
	if o.Len() != 6 {
		t.Errorf("Len(): got %d, want 6", o.Len())
	}
	for _, tc := range []struct {
		method, path, want string
		found              negotiate.Found
	}{
		{"GET", "/a/new", "GET /a/new", negotiate.FoundOperation},
		{"HEAD", "/a/new", "GET /a/new", negotiate.FoundOperation},
		{"PUT", "/a/new", "PUT /A/{name}", negotiate.FoundOperation},
		{"DELETE", "/a/new", "DELETE /{+x}", negotiate.FoundOperation},
		{"POST", "/a/new", "", negotiate.FoundPath},
		{"get", "/a/new", "", negotiate.FoundPath},
		{"QUERY", "/a/new", "", negotiate.FoundPath},
		{"query", "/a/1", "query /a/{id}", negotiate.FoundOperation},
		{"POST", "/", "", negotiate.FoundNothing},
		{"OPTIONS", "*", "", negotiate.FoundNothing},
		{"HEAD", "/h", "HEAD /h", negotiate.FoundOperation},
		{"HEAD", "/any", "GET /any", negotiate.FoundOperation},
		{"PURGE", "/any", "* /any", negotiate.FoundOperation},
		{"HEAD", "/any/1/2", "* /any/{+x}", negotiate.FoundOperation},
	} {
		if got, found := o.Find(tc.method, tc.path); got != tc.want || found != tc.found {
			t.Errorf("Find(%q, %q): got %q, %d, want %q, %d", tc.method, tc.path, got, found, tc.want, tc.found)
		}
	}
	for path, want := range map[string]string{
		"/a/new": "GET, HEAD, PUT, query, DELETE, OPTIONS", "/h": "HEAD, GET, DELETE, OPTIONS", "/": "",
		"/any/1": "DELETE, OPTIONS",
	} {
		if got := o.Methods(path).Allow(); got != want {
			t.Errorf("Methods(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestAnOperationCanBeThereOnce(t *testing.T) {
	o := operationsFor(t, [2]string{"GET", "/a/{x}"})
	want := `path template "/a/{y}" already has the method "GET"`
	if err := o.Add("/a/{y}", "GET", "again"); err == nil || err.Error() != want {
		t.Errorf("Add: got %v, want %s", err, want)
	}
	want = `path template "a" does not begin with "/"`
	if err := o.Add("a", "GET", ""); err == nil || err.Error() != want {
		t.Errorf("Add: got %v, want %s", err, want)
	}
	if got, _ := o.Find("GET", "/a/1"); got != "GET /a/{x}" {
		t.Errorf("Find: got %q", got)
	}
	err := o.Update("/a/{y}", "GET", func(old string, ok bool) string { return fmt.Sprint(old, ok) })
	if got, _ := o.Find("GET", "/a/1"); err != nil || got != "GET /a/{x}true" {
		t.Errorf("Find after Update: got %q, %v", got, err)
	}
}

func TestNoOperationsAtAll(t *testing.T) {
	var none *negotiate.Operations[int]
	for _, o := range []*negotiate.Operations[int]{none, new(negotiate.Operations[int])} {
		if _, found := o.Find("GET", "/"); found != negotiate.FoundNothing || o.Len() != 0 || o.Methods("/").Allow() != "" {
			t.Errorf("Find among none: got %d of %d, allowed %q", found, o.Len(), o.Methods("/").Allow())
		}
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	o := operationsFor(t, [2]string{"GET", "/a/{x}"}, [2]string{"PUT", "/a/{+x}"}, [2]string{"GET", "/{a}-{b}"})
	for _, op := range [][2]string{{"GET", "/a/b"}, {"PUT", "/a/b/c"}, {"POST", "/a/b"}, {"HEAD", "/1-2"}, {"GET", "/c"}} {
		if n := testing.AllocsPerRun(10, func() { o.Find(op[0], op[1]) }); n != 0 {
			t.Errorf("Find(%q): got %v allocations, want none", op, n)
		}
	}
}

// A template that a strict matcher refuses for a path is none for it: no 405.
func TestStrictOperations(t *testing.T) {
	o := &negotiate.Operations[string]{Strict: true}
	for _, err := range []error{
		o.Add("/a/{x}", "GET", "get"), o.Add("/{y}/{x}", "PUT", "put", negotiate.EncodedSlashes), o.Add("/a/{x}", "POST", "post", negotiate.EncodedSlashes),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		method, path, want, allow string
		found                     negotiate.Found
	}{
		{"GET", "/a/b", "get", "GET, HEAD, POST, PUT, OPTIONS", negotiate.FoundOperation},
		{"GET", "/a/b%2Fc", "", "PUT, OPTIONS", negotiate.FoundPath},
		{"PUT", "/a/b%2Fc", "put", "PUT, OPTIONS", negotiate.FoundOperation},
		{"POST", "/a/b%2Fc", "", "PUT, OPTIONS", negotiate.FoundPath}, // the template was there without
		{"PUT", "/a/b;c", "", "", negotiate.FoundNothing},
		{"PUT", "/a/../b/c", "", "", negotiate.FoundNothing},
	} {
		if got, found := o.Find(tc.method, tc.path); got != tc.want || found != tc.found {
			t.Errorf("Find(%q, %q): got %q, %d, want %q, %d", tc.method, tc.path, got, found, tc.want, tc.found)
		}
		if got := o.Methods(tc.path).Allow(); got != tc.allow {
			t.Errorf("Methods(%q): got %q, want %q", tc.path, got, tc.allow)
		}
	}
}
