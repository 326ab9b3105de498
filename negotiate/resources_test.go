package negotiate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

// resourcesFor maps each template to itself.
func resourcesFor(tb testing.TB, templates ...string) *negotiate.Resources[string] {
	tb.Helper()
	r := new(negotiate.Resources[string])
	for _, template := range templates {
		if err := r.Add(template, template); err != nil {
			tb.Fatalf("Add(%q): %v", template, err)
		}
	}
	if r.Len() != len(templates) {
		tb.Fatalf("Len(): got %d, want %d", r.Len(), len(templates))
	}
	return r
}

var matchCases = map[string]struct {
	templates []string
	want      map[string]string // from path to template, "" for none
}{
	"literals": {
		[]string{"/orders", "/orders/", "/orders/new"},
		map[string]string{
			"/orders": "/orders", "/orders/": "/orders/", "/orders/new": "/orders/new",
			"/order": "", "/orderss": "", "/orders/new/": "", "/orders/new/x": "", "/": "", "": "", "*": "", "orders": "",
		},
	},
	"the root": {[]string{"/"}, map[string]string{"/": "/", "": "/", "//": "/", "/..": "/", "/a/..": "/", "/a": ""}},
	"variables": {
		[]string{"/orders/{id}", "/orders/{id}/items/{item}"},
		map[string]string{
			"/orders/1": "/orders/{id}", "/orders/%2F": "/orders/{id}", "/orders/1%2Fitems%2F2": "/orders/{id}",
			"/orders/1/items/2": "/orders/{id}/items/{item}",
			"/orders/":          "", "/orders": "", "/orders/1/": "", "/orders/1/items": "",
		},
	},
	"the rest": {
		[]string{"/files/{path...}"},
		map[string]string{
			"/files/": "/files/{path...}", "/files/a": "/files/{path...}", "/files/a/": "/files/{path...}",
			"/files/a/b%2Fc": "/files/{path...}", "/files": "", "/file": "",
		},
	},
	"the rest from the root": {[]string{"/{path...}"}, map[string]string{"/": "/{path...}", "/a/b": "/{path...}", "*": ""}},
	"mixed segments": {
		[]string{"/r/{name}.json", "/r/v{n}", "/r/{a}-{b}", "/r/x{a}--{b}.{c}y", "/r/{a}.j.{b}"},
		map[string]string{
			"/r/a.json": "/r/{name}.json", "/r/A.JSON": "/r/{name}.json", "/r/.json": "", "/r/json": "",
			"/r/v1": "/r/v{n}", "/r/v": "", "/r/v1.json": "/r/{name}.json",
			"/r/1-2": "/r/{a}-{b}", "/r/-2": "", "/r/1-": "", "/r/--2": "/r/{a}-{b}", "/r/---": "/r/{a}-{b}",
			"/r/xa--b.cy": "/r/x{a}--{b}.{c}y", "/r/xa--.cy": "/r/{a}-{b}", "/r/x--b.cy": "/r/{a}-{b}",
			"/r/xa--b.y": "/r/{a}-{b}", "/r/a.j.j.b": "/r/{a}.j.{b}", "/r/a.j.": "", "/r/%41%2D%42": "/r/{a}-{b}",
		},
	},
	"the most specific": {
		[]string{"/a/b", "/a/{x}c", "/a/{x}", "/a/{x...}", "/{x}/b", "/{x...}"},
		map[string]string{
			"/a/b": "/a/b", "/a/bc": "/a/{x}c", "/a/c": "/a/{x}", "/a/": "/a/{x...}", "/a/b/c": "/a/{x...}",
			"/c/b": "/{x}/b", "/c/d": "/{x...}", "/a": "/{x...}",
		},
	},
	"the more specific beginning that leads nowhere": {
		[]string{"/a/b/c", "/a/{x}y/d", "/a/{x}/e", "/{x}/by/f", "/{x...}"},
		map[string]string{
			"/a/by/c": "/{x...}", "/a/by/d": "/a/{x}y/d", "/a/by/e": "/a/{x}/e", "/a/by/f": "/{x}/by/f", "/a/b/c": "/a/b/c",
			"/a/b/e": "/a/{x}/e", "/a/by/g": "/{x...}",
		},
	},
	"mixed segments that begin alike": {
		[]string{"/ab{x}", "/a{x}", "/a{x}.json", "/abc{x}/z", "/{x}.json", "/b{x}", "/a{x}b"},
		map[string]string{
			"/abx": "/ab{x}", "/abx.json": "/a{x}.json", "/acx": "/a{x}", "/x.json": "/{x}.json", "/abcd": "/ab{x}",
			"/abcd/z": "/abc{x}/z", "/bx": "/b{x}", "/abcb": "/ab{x}", "/acb": "/a{x}b", "/c": "", "/0": "",
		},
	},
	"other spellings": {
		[]string{"/Orders/caf%C3%89", "/orders/a%2Fb", "/x/{id}", "/100%25"},
		map[string]string{
			"/ORDERS/CAF%c3%a9": "/Orders/caf%C3%89", "//orders///café": "/Orders/caf%C3%89",
			"/./orders/x/../%63af%C3%89": "/Orders/caf%C3%89", "/%2e/orders/%2E%2e/orders/./café": "/Orders/caf%C3%89",
			"/orders/a%2fb": "/orders/a%2Fb", "/orders/a/b": "", "/orders/a%252Fb": "",
			"/../../x/1": "/x/{id}", "/x/1/..": "", "/x/1/.": "/x/{id}", "/x/1/y/..": "/x/{id}", "/x/%ff%C3": "/x/{id}",
			"/x/..%2f": "/x/{id}", "/100%25": "/100%25", "/100%": "/100%25", "/100%2": "", "/100%zz": "",
		},
	},
	"letters whose lower case has another length": {
		[]string{"/%E2%84%AA", "/%C8%BAa"},
		map[string]string{"/k": "/%E2%84%AA", "/K": "/%E2%84%AA", "/%E2%B1%A5A": "/%C8%BAa", "/%C8%BA": ""},
	},
}

func TestMatch(t *testing.T) {
	for name, tc := range matchCases {
		t.Run(name, func(t *testing.T) {
			r := resourcesFor(t, tc.templates...)
			for path, want := range tc.want {
				if got, ok := r.Match(path); got != want || ok != (want != "") {
					t.Errorf("Match(%q) among %q: got %q, %t, want %q", path, tc.templates, got, ok, want)
				}
			}
		})
	}
}

func TestPathsWithMoreSegmentsThanTemplates(t *testing.T) {
	var deepest string
	for i := range 64 {
		deepest += fmt.Sprintf("/{a%d}", i)
	}
	r := resourcesFor(t, deepest, "/x/y", "/rest/{path...}")
	for path, want := range map[string]string{
		strings.Repeat("/a", 64):                                                deepest,
		strings.Repeat("/a", 63):                                                "",
		strings.Repeat("/a", 65):                                                "",
		strings.Repeat("/a", 66):                                                "",
		strings.Repeat("/a", 64) + "/":                                          "",
		strings.Repeat("/a", 100) + strings.Repeat("/..", 36):                   deepest,
		strings.Repeat("/a", 100) + strings.Repeat("/..", 35):                   "",
		strings.Repeat("/a", 100) + strings.Repeat("/..", 100) + "/x/y":         "/x/y",
		strings.Repeat("/a", 100) + strings.Repeat("/..", 200) + "/x/y":         "/x/y",
		"/x" + strings.Repeat("/a", 100) + strings.Repeat("/..", 100) + "/y":    "/x/y",
		"/rest" + strings.Repeat("/a", 1000):                                    "/rest/{path...}",
		"/rest/" + strings.Repeat("%41", 1000):                                  "/rest/{path...}",
		"/x/y" + strings.Repeat("/", 1000) + strings.Repeat("z/../", 200) + ".": "/x/y",
	} {
		if got, _ := r.Match(path); got != want {
			t.Errorf("Match(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestAddSaysWhatIsWrong(t *testing.T) {
	for template, want := range map[string]string{
		"":                              `does not begin with "/"`,
		"orders":                        `does not begin with "/"`,
		"/a//b":                         `has the segment "", which paths lose before they are matched`,
		"/a/./b":                        `has the segment ".", which paths lose before they are matched`,
		"/a/%2e.":                       `has the segment "%2e.", which paths lose before they are matched`,
		"/{}":                           `has a variable without a name`,
		"/{...}":                        `has a variable without a name`,
		"/{a}/{a}":                      `has the variable "a" twice`,
		"/{a}/{a...}":                   `has the variable "a" twice`,
		"/{a":                           `has "{" without "}" in "{a"`,
		"/{a/b}":                        `has "{" without "}" in "{a"`,
		"/{a{b}}":                       `has "{" without "}" in "{a{b}}"`,
		"/a}":                           `has "}" without "{" in "a}"`,
		"/{a}}":                         `has "}" without "{" in "}"`,
		"/{a...}/b":                     `has "{a...}", which takes the rest, before the end`,
		"/{a...}/":                      `has "{a...}", which takes the rest, before the end`,
		"/b{a...}":                      `has "b{a...}", where {a...} is not a segment of its own`,
		"/{a...}b":                      `has "{a...}b", where {a...} is not a segment of its own`,
		"/{b}-{a...}":                   `has "{b}-{a...}", where {a...} is not a segment of its own`,
		"/{a}{b}":                       `has variables in "{a}{b}" with nothing between them`,
		"/a%2":                          `has "%" without two hexadecimal digits in "a%2"`,
		"/a%2g{b}":                      `has "%" without two hexadecimal digits in "a%2g{b}"`,
		"/a?b=c":                        `has "?", which no path has; write its escape`,
		"/a#b":                          `has "#", which no path has; write its escape`,
		"/a/*":                          `has "*"; write a variable, {name...} for the rest, or %2A for the character`,
		"/{id:int}":                     `has the variable "id:int" with the character ':'; names have letters, digits and _-.$@~`,
		strings.Repeat("/a", 65):        `has 65 segments, more than 64`,
		"/" + strings.Repeat("a", 4096): `has 4097 bytes, more than 4096`,
	} {
		r := new(negotiate.Resources[int])
		want = fmt.Sprintf("path template %q %s", template, want)
		if err := r.Add(template, 1); err == nil || err.Error() != want {
			t.Errorf("Add(%q): got %v, want %s", template, err, want)
		}
		if r.Len() != 0 {
			t.Errorf("Len() after the mistake %q: got %d, want 0", template, r.Len())
		}
	}
}

func TestTemplatesForTheSamePathsConflict(t *testing.T) {
	for _, tc := range [][2]string{
		{"/a/{x}", "/A/{y}"},
		{"/", "/"},
		{"/caf%C3%89", "/café"},
		{"/{x...}", "/{y...}"},
		{"/a/{x}-{y}.json", "/a/{y}-{x}%2EJSON"},
		{"/{x}/b", "/{y}/b"},
	} {
		r := resourcesFor(t, tc[0])
		want := fmt.Sprintf("path template %q matches the same paths as %q", tc[1], tc[0])
		if err := r.Add(tc[1], "again"); err == nil || err.Error() != want {
			t.Errorf("Add(%q): got %v, want %s", tc[1], err, want)
		}
		if r.Len() != 1 {
			t.Errorf("Len(): got %d, want 1", r.Len())
		}
	}
}

func TestNoResourcesAtAll(t *testing.T) {
	var zero negotiate.Resources[int]
	for _, r := range []*negotiate.Resources[int]{nil, &zero} {
		if v, ok := r.Match("/"); ok || v != 0 || r.Len() != 0 {
			t.Errorf("Match(/): got %d, %t among %d, want nothing", v, ok, r.Len())
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	r := manyResources(t, 1000)
	for _, path := range []string{
		"/api/v1/type1", "/api/v1/type1/%34%32/parts/ABC", "//API/./v1/x/../type1/Caf%C3%89", "/" + strings.Repeat("a", 511),
		strings.Repeat("/a", 256), "/favicon.ico",
	} {
		if n := testing.AllocsPerRun(10, func() { r.Match(path) }); n != 0 {
			t.Errorf("Match(%q): got %v allocations, want none", path, n)
		}
	}
	long := "/api/" + strings.Repeat("a", headerSize)
	if n := testing.AllocsPerRun(10, func() { r.Match(long) }); n > 1 {
		t.Errorf("Match of a path of 64 KiB: got %v allocations, want at most one", n)
	}
}
