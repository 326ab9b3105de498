package problem_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/statusgate/statusgate/problem"
)

func TestPagesHaveAllThatIsKnown(t *testing.T) {
	files := fstest.MapFS{"error.html": {Data: []byte(`<title>{{.Status}} {{.Title}}</title><p title="{{.Detail}}">{{.Detail}}<script>var x = {{.Detail}}</script>` +
		`<i>{{.Type}}</i>{{.Instance}}{{range .Allowed}} {{.}}{{end}}{{range .Accepted}} {{.}}{{end}}{{range .Available}} {{.}}{{end}}` +
		`{{with .RetryAfter}} {{.}} s{{end}} {{.Drawn}}{{range .Members}} {{.Name}}={{.Value}}{{end}}`)}}
	pages, err := problem.LoadPages("error.html", files.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pages.Append([]byte("before"), &full)
	want := `before<title>503 Busy</title><p title="a &#34;b&#34; &lt;c&gt; &amp; &#39;d&#39;">a &#34;b&#34; &lt;c&gt; &amp; &#39;d&#39;` +
		`<script>var x = "a \"b\" \u003cc\u003e \u0026 'd'"</script><i>https://example.com/probs/busy</i>/orders/17 GET HEAD text/csv text/csv a/b` +
		" 90 s false trace_id=4b&#34;f&lt; zone=a\nb\n"
	if err != nil || string(got) != want {
		t.Errorf(" got %s %v\nwant %s", got, err, want)
	}
	got, err = pages.Append(nil, &problem.Problem{Status: 404, Detail: "a\xffb"})
	want = `<title>404 Not Found</title><p title="a` + "\uFFFD" + `b">a` + "\uFFFD" + `b<script>var x = "a\ufffdb"</script><i>about:blank</i> false` + "\n"
	if err != nil || string(got) != want {
		t.Errorf(" got %s %v\nwant %s", got, err, want)
	}
}

func TestPagesByStatus(t *testing.T) {
	files := fstest.MapFS{
		"e/404.html": {Data: []byte("not there\n")}, "e/4xx.html": {Data: []byte("yours {{.Status}}")}, "e/503.html": {Data: []byte("busy")}, "e/600.html": {Data: []byte("{{")},
	}
	pages, err := problem.LoadPages("e/{status}.html", files.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[int]string{404: "not there\n", 405: "yours 405\n", 400: "yours 400\n", 503: "busy\n"} {
		if got, err := pages.Append(nil, &problem.Problem{Status: status}); err != nil || string(got) != want {
			t.Errorf("%d: got %q %v, want %q", status, got, err, want)
		}
	}
	for _, status := range []int{500, 0, 200, 600} {
		p := problem.Problem{Status: status}
		if got, err := pages.Append(nil, &p); err != nil || string(got) != page(&p) {
			t.Errorf("%d: got %q %v, want the page that is built in", status, got, err)
		}
	}
}

func TestPagesAreTriedOutWhenTheyAreLoaded(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no template", "{{if}}", "error.html:1: missing value for if"},
		{"a field that is not there", "a{{.Code}}", "tried with 400"},
		{"one that is used for one status only", "a{{if eq .Status 501}}{{.Code}}{{end}}", "tried with 501"},
		{"one that is used where there is a value", "a{{with .Detail}}{{.Code}}{{end}}", "tried with 400"},
		{"one that is used where there is none", "a{{if not .Detail}}{{.Code}}{{end}}", "tried with 400"},
		{"a place where no value is safe", "<a href={{.Type}}{{if .Detail}}'{{end}}>", "error.html"},
		{"nothing", " ", "nothing comes of it"},
		{"nothing for one status", "{{if ne .Status 404}}a{{end}}", "tried with 404: nothing comes of it"},
		{"too large a page", "a{{range .Allowed}}" + strings.Repeat("a", problem.MaxPage/2+1) + "{{end}}", "the page has more than 262144 bytes"},
		{"too large a file", strings.Repeat("a", problem.MaxPage+1), "error.html has 262145 bytes: want 262144 at most"},
		{"no UTF-8", "caf\xe9", "error.html is not UTF-8"},
		{"a page without an end", `{{define "a"}}a{{template "a"}}{{end}}{{template "a"}}`, "error.html"},
	} {
		_, err := problem.LoadPages("error.html", fstest.MapFS{"error.html": {Data: []byte(c.text)}}.ReadFile)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := problem.LoadPages("error.html", fstest.MapFS{}.ReadFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	if _, err := problem.LoadPages("{status}.html", fstest.MapFS{"403.htm": {}}.ReadFile); err == nil || !strings.Contains(err.Error(), "no file is called {status}.html") {
		t.Errorf("no file of a name: got %v", err)
	}
	files := fstest.MapFS{"404.html": {Data: []byte("{{")}, "5xx.html": {Data: []byte("{{.X}}")}, "4xx.html": {Data: []byte("a")}}
	if _, err := problem.LoadPages("{status}.html", files.ReadFile); err == nil || !strings.Contains(err.Error(), "404.html") || !strings.Contains(err.Error(), "5xx.html") {
		t.Errorf("two mistakes: got %v", err)
	}
}

func TestAPageThatFailsGivesWayToTheOneThatIsBuiltIn(t *testing.T) {
	files := fstest.MapFS{"e.html": {Data: []byte("a{{range .Allowed}}" + strings.Repeat("b", 1000) + "{{end}}")}}
	pages, err := problem.LoadPages("e.html", files.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	p := problem.Problem{Status: 405, Allowed: make([]string, 1000)}
	got, err := pages.Append([]byte("before"), &p)
	if err == nil || string(got) != "before"+page(&p) {
		t.Errorf("got %.80q, %v", got, err)
	}
}
