// Package compare holds Statusgate's reading of Accept against other libraries
// for Go: who is right, and who is faster.
package compare

import (
	"slices"
	"strings"
	"testing"

	"github.com/elnormous/contenttype"
	"github.com/munnerz/goautoneg"

	"github.com/statusgate/statusgate/negotiate"
)

// library chooses among the offers it was made for; "" is none of them.
type library struct {
	name string
	make func(tb testing.TB, offers []string) func(accept string) string
}

var libraries = []library{{"negotiate", statusgate}, {"contenttype", elnormous}, {"goautoneg", munnerz}}

func statusgate(tb testing.TB, offers []string) func(string) string {
	set, err := negotiate.NewOffers(offers...)
	if err != nil {
		tb.Fatal(err)
	}
	lines := make([]string, 1)
	return func(accept string) string {
		lines[0] = accept
		i, ok := set.Choose(lines)
		if !ok {
			return ""
		}
		return offers[i]
	}
}

func elnormous(tb testing.TB, offers []string) func(string) string {
	available := make([]contenttype.MediaType, len(offers))
	for i, offer := range offers {
		var err error
		if available[i], err = contenttype.ParseMediaType(offer); err != nil {
			tb.Fatal(err)
		}
	}
	return func(accept string) string {
		chosen, _, err := contenttype.GetAcceptableMediaTypeFromHeader(accept, available)
		if err != nil {
			return ""
		}
		i := slices.IndexFunc(available, func(m contenttype.MediaType) bool { return m.Equal(chosen) })
		if i < 0 {
			return ""
		}
		return offers[i]
	}
}

func munnerz(_ testing.TB, offers []string) func(string) string {
	return func(accept string) string {
		return goautoneg.Negotiate(accept, offers)
	}
}

// comparisons are fields on which RFC 9110 §12.5.1, or what deployed clients
// mean, leaves one answer.
var comparisons = []struct {
	name   string
	accept string
	offers []string
	want   string
	wrong  []string // libraries known to answer otherwise
}{
	{"what all agree on", "text/html;q=0.5, application/json", []string{"text/html", "application/json"}, "application/json", nil},
	{"a weight of 0 excludes", "application/json;q=0", []string{"application/json"}, "", []string{"goautoneg"}},
	{"a weight of 0 excludes from a range", "text/html;q=0, text/*", []string{"text/html"}, "", []string{"goautoneg"}},
	{"a weight of 0 for everything else", "text/html, */*;q=0", []string{"application/json"}, "", []string{"goautoneg"}},
	{"case does not count", "Application/JSON", []string{"application/json"}, "application/json", []string{"goautoneg"}},
	{"the most specific range decides", "text/html;q=0.1, text/*;q=0.9", []string{"text/html", "text/plain"}, "text/plain", []string{"goautoneg"}},
	{"a range with a parameter that the offer lacks, which only orders", "text/html;level=1", []string{"text/html"}, "text/html", []string{"contenttype"}},
	{"an offer with a parameter", "text/html", []string{"text/html;level=1"}, "text/html;level=1", []string{"goautoneg"}},
	{"a comma in quotes", `text/plain;a="b, text/html;q=1", application/json;q=0.5`, []string{"text/html", "application/json"}, "application/json", nil},
	{"an escape in quotes", `text/html;a="\"b"`, []string{`text/html;a="\"b"`}, `text/html;a="\"b"`, []string{"goautoneg"}},
	{"parameters in another order", "text/html;a=1;b=2", []string{"text/html;b=2;a=1"}, "text/html;b=2;a=1", []string{"goautoneg"}},
	{"an empty field", "", []string{"application/json"}, "application/json", []string{"contenttype", "goautoneg"}},
	{"empty members", ", application/json,, ", []string{"application/json"}, "application/json", []string{"contenttype"}},
	{"an empty parameter", "application/json;", []string{"application/json"}, "application/json", []string{"contenttype"}},
	{"whitespace before a semicolon", "application/json ;q=0.5", []string{"application/json"}, "application/json", nil},
	{"a weight in upper case", "text/html;Q=0.1, application/json;Q=0.9", []string{"text/html", "application/json"}, "application/json", []string{"goautoneg"}},
	{"what Java sends", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", []string{"application/json"}, "application/json", []string{"contenttype"}},
	{"one member that does not parse", "garbage, application/json", []string{"application/json"}, "application/json", []string{"contenttype"}},
	{"a quote that is not closed", `text/plain;a="b, application/json`, []string{"application/json"}, "application/json", []string{"contenttype"}},
	{"four digits", "text/html;q=0.1234, application/json;q=0.5", []string{"text/html", "application/json"}, "application/json", []string{"contenttype"}},
}

func TestWhoIsRight(t *testing.T) {
	for _, tc := range comparisons {
		for _, l := range libraries {
			got := l.make(t, tc.offers)(tc.accept)
			if known := slices.Contains(tc.wrong, l.name); (got == tc.want) == known {
				t.Errorf("%s: %s: Accept %q among %q: got %q, want %q, known to be wrong: %t", tc.name, l.name, tc.accept, tc.offers, got, tc.want, known)
			}
		}
		if len(tc.wrong) > 0 {
			t.Logf("%s: Accept %q among %q is %q; not so in %s", tc.name, tc.accept, tc.offers, tc.want, strings.Join(tc.wrong, ", "))
		}
	}
}

const (
	chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8," +
		"application/signed-exchange;v=b3;q=0.7"
	firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,image/png,image/svg+xml,*/*;q=0.8"
)

var benchmarks = []struct{ name, accept string }{
	{"chrome", chrome}, {"firefox", firefox}, {"json", "application/json"}, {"any", "*/*"},
}

// benchmark measures l on one field against three types.
func benchmark(b *testing.B, l library, accept string) {
	choose := l.make(b, []string{"application/json", "application/xml", "text/html"})
	b.ReportAllocs()
	for b.Loop() {
		choose(accept)
	}
}

func BenchmarkChoose(b *testing.B) {
	for _, bm := range benchmarks {
		for _, l := range libraries {
			b.Run("accept="+bm.name+"/library="+l.name, func(b *testing.B) { benchmark(b, l, bm.accept) })
		}
	}
}

// On a shared machine a figure counts only beside its rivals: each gets three
// turns and its best one counts.
func TestWhoIsFaster(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for half a minute")
	}
	const factor = 3
	for _, bm := range benchmarks[:2] {
		best := make([]float64, len(libraries))
		for range 3 {
			for i, l := range libraries {
				result := testing.Benchmark(func(b *testing.B) { benchmark(b, l, bm.accept) })
				ns := float64(result.T.Nanoseconds()) / float64(result.N)
				if best[i] == 0 || ns < best[i] {
					best[i] = ns
				}
			}
		}
		for i, l := range libraries[1:] {
			ratio := best[i+1] / best[0]
			t.Logf("%s: %.0f ns, %s %.0f ns: %.1f times", bm.name, best[0], l.name, best[i+1], ratio)
			if ratio < factor {
				t.Errorf("%s: %s takes %.1f times as long as negotiate, want at least %d", bm.name, l.name, ratio, factor)
			}
		}
	}
}
