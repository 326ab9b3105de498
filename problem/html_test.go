package problem_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/problem"
)

func page(p *problem.Problem) string { return string(p.Append(nil, problem.HTML)) }

func TestPageSaysWhatAPersonNeeds(t *testing.T) {
	got := page(&full)
	for _, want := range []string{
		"<!DOCTYPE html>\n<html lang=\"en\">",
		`<meta charset="utf-8">`,
		`<meta name="viewport" content="width=device-width, initial-scale=1">`,
		`<meta name="color-scheme" content="light dark">`,
		`<meta name="robots" content="noindex">`,
		"<title>503 Busy</title>",
		"<p>503 Busy</p>",
		"<h1>The service is not available right now</h1>",
		`<p dir="auto">a &#34;b&#34; &lt;c&gt; &amp; &#39;d&#39;</p>`,
		"<h2>What you can do</h2>",
		"in <strong>1 minute 30 seconds</strong>.",
		"<h2>Allowed methods</h2>\n<ul role=\"list\">\n<li><code>GET</code></li>\n<li><code>HEAD</code></li>\n</ul>",
		"<h2>Accepted formats</h2>",
		"<h2>Available formats</h2>",
		"quote this reference:<br><code>/orders/17</code></p>\n<p>trace_id: <code>4b&#34;f&lt;</code></p>\n<p>zone: <code>a b</code></p>\n</footer>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestPageLeavesOutWhatIsNotThere(t *testing.T) {
	got := page(&problem.Problem{})
	if !strings.Contains(got, "<title>Error</title>") {
		t.Errorf("no title in\n%s", got)
	}
	for _, tag := range []string{"<ul", "<footer", "<strong", "dir="} {
		if strings.Contains(got, tag) {
			t.Errorf("%s in\n%s", tag, got)
		}
	}
}

func TestPageHasMembersWithoutAReferenceToo(t *testing.T) {
	got := page(&problem.Problem{Members: []problem.Member{{Name: "type", Value: "x"}, {Name: "trace_id", Value: "17"}}})
	if want := "<footer>\n<p>trace_id: <code>17</code></p>\n</footer>\n"; !strings.Contains(got, want) {
		t.Errorf("no %s in\n%s", want, got)
	}
}

func TestEachStatusHasItsWords(t *testing.T) {
	heading := regexp.MustCompile(`<h1>(.+)</h1>`)
	heard := map[string]int{}
	for _, status := range []int{400, 401, 403, 404, 405, 406, 415, 418, 500, 503} {
		match := heading.FindStringSubmatch(page(&problem.Problem{Status: status}))
		if match == nil {
			t.Fatalf("%d: no heading", status)
		}
		if other, ok := heard[match[1]]; ok {
			t.Errorf("%d and %d both say %q", other, status, match[1])
		}
		heard[match[1]] = status
	}
	for other, like := range map[int]int{402: 418, 499: 418, 501: 500, 599: 500, 0: 500, 999: 500} {
		match := heading.FindStringSubmatch(page(&problem.Problem{Status: other}))
		if heard[match[1]] != like {
			t.Errorf("%d says %q, want the words of %d", other, match[1], like)
		}
	}
}

func TestPageIsSmallAndLoadsNothing(t *testing.T) {
	for status := 400; status < 600; status++ {
		p := full
		p.Status = status
		got := page(&p)
		if len(got) > 4096 {
			t.Errorf("%d: %d bytes", status, len(got))
		}
		for _, bad := range []string{"<script", "http:", "https:", "src=", "url(", "@import", "<form"} {
			if strings.Contains(got, bad) {
				t.Errorf("%d: %s in\n%s", status, bad, got)
			}
		}
	}
}

func TestPageHoldsNoCharactersThatHTMLForbids(t *testing.T) {
	p := problem.Problem{Detail: "a\tb\nc\rd\x00\x1b\x7f\u0080\u009f\ufdd0\ufdef\uFFFE\uFFFF\U0001FFFE\U0010FFFF\u202e\u2028|é😀\xff"}
	const r = "\uFFFD"
	want := "<p dir=\"auto\">a b c d" + strings.Repeat(r, 12) + " |é😀" + r + "</p>"
	if got := page(&p); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%q", want, got)
	}
}

// The figure is that of WCAG 2.2 §1.4.3.
func TestContrastIsEnoughInBothSchemes(t *testing.T) {
	colours := regexp.MustCompile(`--(\w+):#([0-9a-f]{3,6})`).FindAllStringSubmatch(page(&full), -1)
	if len(colours) != 12 {
		t.Fatalf("got %d colours, want 6 for each scheme: %v", len(colours), colours)
	}
	for name, scheme := range map[string][][]string{"light": colours[:6], "dark": colours[6:]} {
		luminance := map[string]float64{}
		for _, c := range scheme {
			luminance[c[1]] = luminanceOf(t, c[2])
		}
		for _, text := range []string{"text", "soft", "mark"} {
			for _, ground := range []string{"page", "card"} {
				a, b := luminance[text]+.05, luminance[ground]+.05
				if ratio := max(a, b) / min(a, b); ratio < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.1f, want 4.5", name, text, ground, ratio)
				}
			}
		}
	}
}

func luminanceOf(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 3 {
		hex = fmt.Sprintf("%[1]c%[1]c%[2]c%[2]c%[3]c%[3]c", hex[0], hex[1], hex[2])
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
