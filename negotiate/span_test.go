package negotiate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

var spanCases = map[string]struct {
	templates []string
	want      map[string]string // from path to template, "" for none
}{
	"at the end": {
		[]string{"/contents/{+path}"},
		map[string]string{
			"/contents/a": "/contents/{+path}", "/contents/a/b/c": "/contents/{+path}", "/contents/a/": "/contents/{+path}",
			"/contents/": "", "/contents": "", "/content/a": "",
		},
	},
	"in the middle": {
		[]string{"/repos/{+name}/tags/{tag}", "/repos/{+name}/tags", "/repos/{+name}"},
		map[string]string{
			"/repos/a/b/tags/1": "/repos/{+name}/tags/{tag}", "/repos/tags/tags": "/repos/{+name}/tags",
			"/repos/a/tags/tags": "/repos/{+name}/tags/{tag}", "/repos/a/tags/tags/tags": "/repos/{+name}/tags/{tag}", "/repos/a/tags/x/tags": "/repos/{+name}/tags",
			"/repos/tags": "/repos/{+name}", "/repos/a/tags/1/2": "/repos/{+name}", "/repos/a/tags/": "/repos/{+name}",
		},
	},
	"with text around": {
		[]string{"/v1/p{+name}:cancel", "/v1/{+name}", "/v1/{+a}-x-{b}.y"},
		map[string]string{
			"/v1/p/a/b:cancel": "/v1/p{+name}:cancel", "/v1/pa:cancel": "/v1/p{+name}:cancel", "/v1/p:cancel": "/v1/{+name}",
			"/v1/p/:CANCEL": "/v1/p{+name}:cancel", "/v1/q/a:cancel": "/v1/{+name}",
			"/v1/1-x-2.y": "/v1/{+a}-x-{b}.y", "/v1/1/2-x-/3/.y": "/v1/{+a}-x-{b}.y", "/v1/1/-x-2/3.y": "/v1/{+a}-x-{b}.y",
			"/v1/-x-2.y": "/v1/{+name}", "/v1/1/2-x-.y": "/v1/{+name}", "/v1/1-x-.y": "/v1/{+name}", "/v1/1-x/-2.y": "/v1/{+name}",
			"/v1/1/-x/-x-.y": "/v1/{+name}", "/v1/-x-/.y": "/v1/{+name}",
		},
	},
	"more than one": {
		[]string{"/{+a}/x/{id}/y{+b}/z", "/{+a}/x/{rest...}", "/{+a}/{+b}/w", "/{+a}/v-{x}/u"},
		map[string]string{
			"/1/x/2/y3/z": "/{+a}/x/{id}/y{+b}/z", "/1/x/x/x/2/y3/4/z": "/{+a}/x/{id}/y{+b}/z", "/x/x/x/yx/z": "/{+a}/x/{id}/y{+b}/z",
			"/1/x/2/y/z": "/{+a}/x/{rest...}", "/1/x/": "/{+a}/x/{rest...}", "/1/x": "", "/1/2/w": "/{+a}/{+b}/w", "/1/w": "",
			"/1/2/v-3/u": "/{+a}/v-{x}/u", "/1/2/v-/u": "",
		},
	},
	"after what is more specific": {
		[]string{"/{a...}", "/{+a}", "/{a}", "/a{b}", "/ab", "/{a}/b", "/{+a}/c{+b}", "/{+a}/b{+b}", "/{+a}/b{+b}/"},
		map[string]string{
			"/": "/{a...}", "/ab": "/ab", "/ac": "/a{b}", "/b": "/{a}", "/b/c": "/{+a}", "/b/b": "/{a}/b",
			"/a/cb": "/{+a}/c{+b}", "/a/cb/bc": "/{+a}/b{+b}", "/a/bc/": "/{+a}/b{+b}/", "/b/b/": "/{+a}/b{+b}",
		},
	},
	"escaped slashes are text": {
		[]string{"/a%2Fb{+x}", "/{+x}%2Fb"},
		map[string]string{"/a%2fb/c": "/a%2Fb{+x}", "/a/b/c": "", "/a/c%2Fb": "/{+x}%2Fb", "/a/b": "", "/%2Fb": ""},
	},
}

func TestVariablesThatTakeSlashes(t *testing.T) {
	for name, tc := range spanCases {
		t.Run(name, func(t *testing.T) {
			r := resourcesFor(t, tc.templates...)
			for path, want := range tc.want {
				if got, ok := r.Match(path); got != want || ok != (want != "") {
					t.Errorf("Match(%q) among %q: got %q, %t, want %q", path, tc.templates, got, ok, want)
				}
				if got, ok := naiveMatch(tc.templates, path); got != want || ok != (want != "") {
					t.Errorf("naive Match(%q) among %q: got %q, %t, want %q", path, tc.templates, got, ok, want)
				}
			}
		})
	}
}

func TestSpansHaveAtMostAsManySegmentsAsPathsKeep(t *testing.T) {
	r := resourcesFor(t, "/{+x}")
	for n, want := range map[int]string{64: "/{+x}", 65: "/{+x}", 66: ""} {
		if got, _ := r.Match(strings.Repeat("/a", n)); got != want {
			t.Errorf("Match of %d segments: got %q, want %q", n, got, want)
		}
	}
}

func TestSpansForTheSamePathsConflict(t *testing.T) {
	for _, tc := range [][2]string{
		{"/a/{+x}/b{y}/c/{z}", "/A/{+y}/B{x}/c/{w}"},
		{"/{+x}/{y...}", "/{+a}/{b...}"},
		{"/{+x}-{y}", "/{x}-{+y}"},
	} {
		r := resourcesFor(t, tc[0])
		want := fmt.Sprintf("path template %q matches the same paths as %q", tc[1], tc[0])
		if err := r.Add(tc[1], "again"); err == nil || err.Error() != want {
			t.Errorf("Add(%q): got %v, want %s", tc[1], err, want)
		}
	}
	resourcesFor(t, "/{+x}/a/{y}", "/{+x}/{y}/a", "/{+x}/a{y}", "/{+x}/{y}a", "/{+x}/{+y}a", "/{+x}/{y}/{z}", "/{+x}/{y}")
}

func TestMistakesWithVariablesThatTakeSlashes(t *testing.T) {
	for template, want := range map[string]string{
		"/{+}":        `has a variable without a name`,
		"/{+a...}":    `has the variable "+a" with the character '+'; names have letters, digits and _-.$@~`,
		"/{++a}":      `has the variable "+a" with the character '+'; names have letters, digits and _-.$@~`,
		"/{+a}{b}":    `has variables in "{+a}{b}" with nothing between them`,
		"/{+a}/{a}":   `has the variable "a" twice`,
		"/{+a}/./{b}": `has the segment ".", which paths lose before they are matched`,
	} {
		want = fmt.Sprintf("path template %q %s", template, want)
		if err := resourcesFor(t).Add(template, ""); err == nil || err.Error() != want {
			t.Errorf("Add(%q): got %v, want %s", template, err, want)
		}
	}
}

func TestMatchFuncGoesOnToLessSpecificTemplates(t *testing.T) {
	r := resourcesFor(t, "/a/b", "/a/{x}c", "/a/{x}b", "/a/{x}", "/{y}/b", "/{+y}/b", "/{+y}", "/{y...}")
	var seen []string
	if got, ok := r.MatchFunc("/a/b", func(s string) bool { seen = append(seen, s); return false }); ok {
		t.Errorf("MatchFunc that takes none: got %q", got)
	}
	want := []string{"/a/b", "/a/{x}", "/{y}/b", "/{+y}/b", "/{+y}", "/{y...}"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("MatchFunc: got %q, want %q", seen, want)
	}
	if got, ok := r.MatchFunc("/a/b", func(s string) bool { return s == "/{+y}" }); !ok || got != "/{+y}" {
		t.Errorf("MatchFunc that takes /{+y}: got %q, %t", got, ok)
	}
}

func TestStrictPathsAndVariablesThatTakeSlashes(t *testing.T) {
	r := strictResources(t, "/a%2Fb/{+x}/c%2Fd/{y}", "/{a}")
	if err := r.Add("/doc/{+x}/a%2Fb", "taken", negotiate.EncodedSlashes); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/a%2Fb/1/2/c%2Fd/3":  "", // where {+x} ends, nobody knows
		"/a%2Fb/1%2F2":        "",
		"/doc/1/2%2F3/a%2Fb":  "taken",
		"/doc/1/..%2F3/a%2Fb": "",
		"/doc/1/../a%2Fb":     "",
		"/doc/1/2;3/a%2Fb":    "",
		"/b":                  "/{a}",
		"/b%2F":               "",
	} {
		if got, ok := r.Match(path); got != want || ok != (want != "") {
			t.Errorf("Match(%q): got %q, %t, want %q", path, got, ok, want)
		}
	}
}
