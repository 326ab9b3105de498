package negotiate_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/negotiate"
)

// What Chrome and Firefox ask for when they open a page.
const (
	chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8," +
		"application/signed-exchange;v=b3;q=0.7"
	firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,image/png,image/svg+xml,*/*;q=0.8"
)

// headerSize is more than servers usually take for all fields together.
const headerSize = 64 << 10

// hostile are header fields of about size bytes, made to be expensive.
func hostile(size int) map[string]string {
	fill := func(begin, repeated, end string) string {
		return begin + strings.Repeat(repeated, (size-len(begin)-len(end))/len(repeated)) + end
	}
	return map[string]string{
		"commas":              fill("", ",", ""),
		"spaces":              fill("", " ", ""),
		"semicolons":          fill("a/b", ";", ""),
		"members":             fill("", "a/b,", ""),
		"stars":               fill("", "*,", ""),
		"junk":                fill("", "!,", ""),
		"token":               fill("", "a", ""),
		"params":              fill("a/b", ";a=b", ""),
		"quotes":              fill(`a/b;a=`, `"`, ""),
		"open_quotes":         fill("", `a/b;a=",`, ""),
		"closed_quotes_junk":  fill("", `a/b;a=",",`, "(") + `"`,
		"crossed_quotes":      fill(`a/b;a=",`, `a/b;a=";a=`, `"("`),
		"crossed_quotes_many": fill(`a/b;a=",`, `a/b;a="x,`, ""),
		"long_quote":          fill(`a/b;a="`, "x", `"`),
		"long_open_quote":     fill(`a/b;a="`, "x,", ""),
		"escapes":             fill(`a/b;a="`, `\"`, `"`),
		"open_escapes":        fill(`a/b;a="`, `\",`, `\`),
		"weights":             fill("a/b;q=0.", "0", "1"),
		"long_weights":        fill("", "a/b;q=1.000000000000000000000000,", ""),
		"extensions":          fill("a/b;q=1", ";a", ""),
		"same_type":           fill("", "application/jsom,", ""),
	}
}

func offersFor(tb testing.TB, types ...string) *negotiate.Offers {
	tb.Helper()
	offers, err := negotiate.NewOffers(types...)
	if err != nil {
		tb.Fatalf("NewOffers(%q): %v", types, err)
	}
	return offers
}

func rangesFor(tb testing.TB, list ...string) *negotiate.Ranges {
	tb.Helper()
	ranges, err := negotiate.NewRanges(list...)
	if err != nil {
		tb.Fatalf("NewRanges(%q): %v", list, err)
	}
	return ranges
}

// manyTypes are n types of the same length with the same beginning and end.
func manyTypes(n int) []string {
	types := make([]string, n)
	for i := range types {
		types[i] = fmt.Sprintf("application/js%03dn", i)
	}
	return types
}

// manyResources are n resources as a large API has them, with sub-resources.
func manyResources(tb testing.TB, n int) *negotiate.Resources[int] {
	tb.Helper()
	r := new(negotiate.Resources[int])
	forms := []string{"/api/v1/type%d", "/api/v1/type%d/{id}", "/api/v1/type%d/{id}/parts", "/api/v1/type%d/{id}/parts/{part}"}
	for i := range n {
		template := fmt.Sprintf(forms[i%len(forms)], i/len(forms))
		if err := r.Add(template, i); err != nil {
			tb.Fatalf("Add(%q): %v", template, err)
		}
	}
	return r
}

func BenchmarkChoose(b *testing.B) {
	offers := offersFor(b, "application/json", "application/xml", "text/html")
	for name, accept := range map[string]string{
		"chrome": chrome, "firefox": firefox, "any": "*/*", "json": "application/json", "escapes": `application/json;a="\"\\", */*;q=0.1`,
	} {
		b.Run("accept="+name+"/offers=3", func(b *testing.B) {
			field := []string{accept}
			b.ReportAllocs()
			for b.Loop() {
				offers.Choose(field)
			}
		})
	}
}

func BenchmarkChooseHostile(b *testing.B) {
	few, many := offersFor(b, "application/json", "application/xml", "text/html"), offersFor(b, manyTypes(200)...)
	for name, accept := range hostile(headerSize) {
		for n, offers := range map[int]*negotiate.Offers{3: few, 200: many} {
			b.Run(fmt.Sprintf("accept=%s/offers=%d", name, n), func(b *testing.B) {
				field := []string{accept}
				b.SetBytes(int64(len(accept)))
				b.ReportAllocs()
				for b.Loop() {
					offers.Choose(field)
				}
			})
		}
	}
}

func BenchmarkQuality(b *testing.B) {
	for _, mediaType := range []string{"text/html", "application/json; charset=utf-8"} {
		b.Run("accept=chrome/type="+mediaType, func(b *testing.B) {
			field := []string{chrome}
			b.ReportAllocs()
			for b.Loop() {
				negotiate.Quality(field, mediaType)
			}
		})
	}
}

func BenchmarkRangesContains(b *testing.B) {
	ranges := rangesFor(b, "application/json", "application/xml", "application/*+json")
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "application/problem+json"} {
		b.Run("type="+contentType, func(b *testing.B) {
			field := []string{contentType}
			b.ReportAllocs()
			for b.Loop() {
				ranges.Contains(field)
			}
		})
	}
}

func BenchmarkRangesContainsHostile(b *testing.B) {
	ranges := rangesFor(b, "a/b;z=1", "application/*+json;z=1")
	for name, contentType := range hostile(headerSize) {
		b.Run("type="+name, func(b *testing.B) {
			field := []string{contentType}
			b.SetBytes(int64(len(contentType)))
			b.ReportAllocs()
			for b.Loop() {
				ranges.Contains(field)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		r := manyResources(b, n)
		for name, path := range map[string]string{
			"literal":  "/api/v1/type1",
			"variable": "/api/v1/type1/4f2c1a9e",
			"deep":     "/api/v1/type1/4f2c1a9e/parts/17",
			"spelled":  "//API/./v1/x/../type%31/Caf%C3%89/Parts/17",
			"unknown":  "/favicon.ico",
		} {
			b.Run(fmt.Sprintf("resources=%d/path=%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r.Match(path)
				}
			})
		}
	}
}

// A node with a thousand mixed segments, as OData descriptions have them.
func BenchmarkMatchMixed(b *testing.B) {
	r := new(negotiate.Resources[int])
	for i := range 1000 {
		if err := r.Add(fmt.Sprintf("/odata/type%d({id})", i), i); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("resources=1000/path=odata", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Match("/odata/type777(42)")
		}
	})
}

// entangled are templates made so that a path fits as many of them as possible
// and is refused by all: every segment fits several mixed ones.
func entangled(tb testing.TB, siblings, depth int) *negotiate.Resources[int] {
	tb.Helper()
	r := new(negotiate.Resources[int])
	var add func(prefix string, level int)
	add = func(prefix string, level int) {
		if level == depth {
			if err := r.Add(prefix+"/end", 1); err != nil {
				tb.Fatal(err)
			}
			return
		}
		for i := range siblings {
			add(fmt.Sprintf("%s/%s{v%d}", prefix, strings.Repeat("a", i), level), level+1)
		}
	}
	add("", 0)
	return r
}

// The worst that templates can do: all nodes are visited, and all siblings fit.
func BenchmarkMatchEntangled(b *testing.B) {
	for _, tree := range []struct{ siblings, depth int }{{1000, 1}, {10, 3}, {2, 10}} {
		r := entangled(b, tree.siblings, tree.depth)
		b.Run(fmt.Sprintf("siblings=%d/depth=%d/resources=%d", tree.siblings, tree.depth, r.Len()), func(b *testing.B) {
			path := strings.Repeat("/"+strings.Repeat("a", 2*tree.siblings), tree.depth) + "/other"
			b.ReportAllocs()
			for b.Loop() {
				r.Match(path)
			}
		})
	}
}

func BenchmarkMatchHostile(b *testing.B) {
	r := manyResources(b, 1000)
	for name, repeated := range map[string]string{
		"slashes": "/", "dots": "/..", "deep": "/a", "escapes": "%41", "runes": "%C3%89", "up_down": "/a/..",
	} {
		b.Run("path="+name, func(b *testing.B) {
			path := "/" + strings.Repeat(repeated, headerSize/len(repeated))
			if u, err := url.Parse(path); err == nil {
				path = u.EscapedPath()
			}
			b.SetBytes(int64(len(path)))
			b.ReportAllocs()
			for b.Loop() {
				r.Match(path)
			}
		})
	}
}

// BenchmarkMatchSpans is the worst of templates whose variables take slashes: all
// end as the path does, and the path has as many segments as they can take.
func BenchmarkMatchSpans(b *testing.B) {
	for _, form := range []string{"/{+a}/x%d:y", "/{+a}/x/{+b}/z%d/{c}:y", "/{+a}-{b}q%d/{+c}:y"} {
		r := new(negotiate.Resources[int])
		for i := range 100 {
			if err := r.Add(fmt.Sprintf(form, i), i); err != nil {
				b.Fatal(err)
			}
		}
		path := strings.Repeat("/x-q/x", 31) + "/:y"
		b.Run("templates=100/form="+form, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Match(path)
			}
		})
	}
}
