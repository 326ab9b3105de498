package audit_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/statusgate/statusgate/audit"
)

// pageOf writes a report as a page and checks that it needs nothing else.
func pageOf(t *testing.T, report *audit.Report) string {
	t.Helper()
	var b strings.Builder
	if err := report.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	tokens := html.NewTokenizer(strings.NewReader(b.String()))
	var open []string
	void := map[string]bool{"meta": true, "br": true}
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if !errors.Is(tokens.Err(), io.EOF) || len(open) > 0 {
				t.Errorf("%v, left open: %v", tokens.Err(), open)
			}
			return b.String()
		case html.StartTagToken:
			token := tokens.Token()
			if token.Data == "script" || token.Data == "link" || token.Data == "img" || token.Data == "iframe" {
				t.Errorf("a page with %v", token)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" || strings.Contains(a.Val, "NaN") || strings.Contains(a.Val, "Inf") {
					t.Errorf("a page with %v", token)
				}
			}
			if !void[token.Data] {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			name := tokens.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> in %v", name, open)
			}
			open = open[:len(open)-1]
		default:
		}
	}
}

// Looked at in Chromium 156, wide and narrow, light and dark.
func TestPageHasThePlotsAndTheLists(t *testing.T) {
	page := pageOf(t, run(t, mixedLog, func(o *audit.Options) { o.Decide = gate }))
	for _, part := range []string{
		"<h2>From received to sent</h2>", "<title>520 → 503: 2</title>", "<h2>Over time</h2>", "<h2>Paths whose statuses change</h2>",
		"<code>GET /orders/{id}</code>", "<h2>Statuses that nobody is known to use</h2>", "<h2>Requests that would be refused</h2>",
		"resource /users/{id} {", "this is no line of it", "prefers-color-scheme: dark", `name="viewport"`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("no %s", part)
		}
	}
}

func TestPageShowsWhatALogSaysAsText(t *testing.T) {
	page := pageOf(t, run(t, `h - - [30/Sep/2021:08:00:00 +0000] "GET /<script>alert(1)</script> HTTP/1.1" 777 5
h - - [30/Sep/2021:08:00:00 +0000] "GET /a'b&c HTTP/1.1" 777 5
<script>alert(2)</script>
`))
	if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;alert(2)") || !strings.Contains(page, "/a&#39;b&amp;c") {
		t.Error(page)
	}
}

func TestPageOfALongAndVariedLogStaysSmall(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	var b strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&b, "h - - [%02d/%s/20%02d:08:00:00 +0000] \"GET /%c/%c HTTP/1.1\" %d 5\n",
			1+rng.IntN(28), []string{"Jan", "Jun", "Dec"}[rng.IntN(3)], rng.IntN(60), 'a'+rng.IntN(20), 'a'+i%7, rng.IntN(1000))
	}
	report := run(t, b.String())
	if page := pageOf(t, report); len(page) > 150<<10 || !strings.Contains(page, " days</text>") || !strings.Contains(page, `class="status">other<`) {
		t.Errorf("%d bytes", len(page))
	}
	if len(report.Resources) < 101 {
		t.Errorf("only %d resources", len(report.Resources))
	}
	hours := pageOf(t, run(t, logOf(shop(20_000, rng))))
	if !strings.Contains(hours, " minutes</text>") {
		t.Error("no width in minutes")
	}
}
