package negotiate_test

import (
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

func strictResources(t testing.TB, templates ...string) *negotiate.Resources[string] {
	t.Helper()
	r := &negotiate.Resources[string]{Strict: true}
	for _, template := range templates {
		if err := r.Add(template, template); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestStrictPaths(t *testing.T) {
	r := strictResources(t, "/", "/pub/{x}", "/pub/{x}/y", "/doc/{name}.txt", "/files/{rest...}", "/a%2Fb", "/matrix;v=1/{x}", `/win%5C`, "/admin")
	for path, want := range map[string]string{
		// What is not suspect matches as ever.
		"":                        "/",
		"/pub/x":                  "/pub/{x}",
		"/pub//x":                 "/pub/{x}",
		"/pub/%78":                "/pub/{x}",
		"/pub/v1..v2":             "/pub/{x}",
		"/pub/...":                "/pub/{x}",
		"/pub/.hidden":            "/pub/{x}",
		"/pub/a.":                 "/pub/{x}",
		"/pub/..a/y":              "/pub/{x}/y",
		"/pub/%252e%252e":         "/pub/{x}",
		"/pub/100%":               "/pub/{x}",
		"/files/a/b.txt/":         "/files/{rest...}",
		"/doc/a.b.txt":            "/doc/{name}.txt",
		"/A%2fB":                  "/a%2Fb",
		"/matrix;v=1/x":           "/matrix;v=1/{x}",
		"/matrix%3Bv=1/x":         "/matrix;v=1/{x}",
		"/win%5c":                 `/win%5C`,
		strings.Repeat("/a", 100): "",

		// Encoded slashes and backslashes.
		"/pub/a%2Fb":             "",
		"/pub/..%2fadmin%2fx":    "",
		"/pub/a%5Cb":             "",
		`/pub/a\b`:               "",
		"/pub/..%5cadmin":        "",
		"/doc/a%2Fb.txt":         "",
		"/files/a/..%2f..%2fetc": "",
		"/files/a%2Fb":           "",
		"/files/%2F":             "",
		"/files" + strings.Repeat("/a", 100) + "/a%2Fb": "",

		// Dot segments, whoever would resolve them to what.
		"/pub/.":         "",
		"/pub/..":        "",
		"/pub/../admin":  "",
		"/pub/%2e%2E/":   "",
		"/pub/x/./y":     "",
		"/./admin":       "",
		"/admin/.%2e":    "",
		"/a%2Fb/..":      "",
		"/files/a/../b":  "",
		"/files/a/..%2f": "",

		// Parameters of a segment.
		"/pub/..;":             "",
		"/pub/..;/admin":       "",
		"/pub/x;jsessionid=1":  "",
		"/pub/..%3B/y":         "",
		"/pub;v=1/x":           "",
		"/files/a/b;c/d":       "",
		"/matrix;v=1/x;y":      "",
		"/matrix;v=1/..;/x":    "",
		"/matrix;v=1/%2e%2e;x": "",
	} {
		got, ok := r.Match(path)
		if got != want || ok != (want != "") {
			t.Errorf("Match(%q): got %q, %t, want %q", path, got, ok, want)
		}
	}
}

func TestATemplateMayTakeEncodedSlashes(t *testing.T) {
	r := strictResources(t, "/strict/{x}")
	if err := r.Add("/repos/{ref}", "taken", negotiate.EncodedSlashes); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"/repos/heads%2Fmain":   true,
		"/repos/a%2F%2Fb":       true,
		"/repos/a%2Fb;c":        false,
		"/repos/a%2F..%2Fb":     false,
		"/repos/..%2Fadmin":     false,
		"/repos/a%2F.":          false,
		"/repos/%2E%2E%2Fadmin": false,
		"/repos/a%5Cb":          false,
		"/strict/heads%2Fmain":  false,
	} {
		if _, ok := r.Match(path); ok != want {
			t.Errorf("Match(%q): got %t, want %t", path, ok, want)
		}
	}
}

func TestLenientPathsMatchAsEver(t *testing.T) {
	r := new(negotiate.Resources[string])
	for _, template := range []string{"/pub/{x}", "/admin"} {
		if err := r.Add(template, template); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"/pub/..%2fadmin": "/pub/{x}", "/pub/..;": "/pub/{x}", "/pub/../admin": "/admin"} {
		if got, _ := r.Match(path); got != want {
			t.Errorf("Match(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestStrictMatchingDoesNotAllocate(t *testing.T) {
	r := strictResources(t, "/pub/{x}")
	for _, path := range []string{"/pub/x", "/pub/a%2Fb", "/pub/%41;"} {
		if n := testing.AllocsPerRun(10, func() { r.Match(path) }); n != 0 {
			t.Errorf("Match(%q): got %v allocations, want none", path, n)
		}
	}
}

// FuzzMatchStrict holds that strict matching finds what lenient matching finds,
// or nothing, and nothing only where a look at the decoded path tells why.
func FuzzMatchStrict(f *testing.F) {
	f.Add("/a/{x}\n/{x...}", "/a/b%2Fc")
	f.Add("/a;b/{x}\n/a%2Fb/{x}.j", "/a%2fb/..%5c.j")
	f.Add("/{x}/../y\n/{x}", "/%2e%2e;")
	f.Fuzz(func(t *testing.T, templates, path string) {
		strict, lenient := &negotiate.Resources[string]{Strict: true}, new(negotiate.Resources[string])
		for template := range strings.SplitSeq(templates, "\n") {
			if lenient.Add(template, template) == nil {
				_ = strict.Add(template, template)
			}
		}
		got, ok := strict.Match(path)
		want, wantOK := lenient.Match(path)
		if wantOK && naiveStrict(want, path) != ok || ok && got != want || ok && !wantOK {
			t.Errorf("Match(%q) among %q: strict %q, %t, lenient %q, %t", path, templates, got, ok, want, wantOK)
		}
	})
}

// naiveStrict reports whether nothing is suspect in what the variables of template
// take from path.
func naiveStrict(template, path string) bool {
	parts := strings.Split(template[1:], "/")
	i := -1
	for raw := range strings.SplitSeq(path, "/") {
		if raw == "" {
			continue
		}
		i++
		text := naiveText(raw)
		for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == '\\' }) {
			if piece == "." || piece == ".." {
				return false
			}
		}
		written := i < len(parts) && !strings.Contains(parts[i], "{")
		if !written && strings.ContainsAny(text, `/\;`) {
			return false
		}
	}
	return true
}

func BenchmarkMatchStrict(b *testing.B) {
	for _, path := range []string{"/pub/orders-2026.json", "/pub/gr%C3%B6%C3%9Fe", "/pub/..%2fadmin"} {
		for name, strict := range map[string]bool{"lenient": false, "strict": true} {
			b.Run(name+" "+path, func(b *testing.B) {
				r := strictResources(b, "/pub/{x}")
				r.Strict = strict
				b.ReportAllocs()
				for b.Loop() {
					r.Match(path)
				}
			})
		}
	}
}
