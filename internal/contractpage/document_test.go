package contractpage_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/internal/contractpage"
	"github.com/statusgate/statusgate/internal/exchange"
	"github.com/statusgate/statusgate/normalize"
)

// document has everything, with texts that mean something in HTML and Markdown.
func document() *contractpage.Document {
	return &contractpage.Document{
		Gate: "a <b> `c`", Statuses: []contractpage.Status{contractpage.StatusOf(200), contractpage.StatusOf(405)},
		Problems: &contractpage.Problems{
			MediaTypes: []string{"application/problem+json"}, Members: []contractpage.Named{{Name: "status", Meaning: "The status."}},
			Kinds: contractpage.Kinds[:1], Types: true,
		},
		Retry: contractpage.Retry{Least: 5, Most: 10, Methods: []string{"GET"}, Advice: []string{"Wait."}}, UnknownResources: "reject",
		Resources: []contractpage.Resource{{Path: "/x/{<script>}", Methods: []contractpage.Method{
			{Method: "GET", Produces: []string{"text/csv"}, Statuses: []string{"200", "4XX"}},
			{Method: "*", Consumes: []string{"a/b", "c/d"}, Codings: []string{"gzip"}},
		}}},
		Jobs: &contractpage.Jobs{Path: "/jobs", After: 1.5, Keep: 3600, Cancel: true, Asked: true},
	}
}

func TestHTMLHasTheWholeDocument(t *testing.T) {
	text, err := document().HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<code>a &lt;b&gt; `c`</code>", `<h3 id="status-405">405 Method Not Allowed</h3>`, "<dt><code>Allow</code></dt>", `<h3 id="unknown_resource">`,
		"/x/{&lt;script&gt;}", "<b>any</b>", "<code>a/b</code>, <code>c/d</code>", "Any other path is a 404.", "says 5 to 10 seconds", "longer than 1.5 seconds",
		"<code>DELETE</code> cancels.", "Prefer: respond-async",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "{<script>}") {
		t.Error("a path is not escaped")
	}
}

func TestMarkdownHasTheWholeDocument(t *testing.T) {
	want := "# What this API promises\n\nThe answers that clients get at the gate `` a <b> `c` ``, and what to do with each.\n\n" +
		"## Statuses\n\n### 200 OK\n\nThe request has succeeded. Use the body.\n\n" +
		"### 405 Method Not Allowed\n\nThe resource does not have this method. Use a method that Allow lists.\n\n- `Allow`: The methods of the resource.\n\n" +
		"## Problems\n\nErrors of the gate are problems by [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), as `application/problem+json`.\n\n- `status`: The status.\n\n" +
		"### unknown_resource\n\nNo resource has the path. (404) Was the request carried out? no.\n\n" +
		"## When to repeat\n\n- Wait.\n- May be repeated: `GET`.\n- Where nobody knows better, `Retry-After` says 5 to 10 seconds.\n\n" +
		"## Resources\n\nAny other path is a 404. What is not said is not checked.\n\n### `/x/{<script>}`\n\n" +
		"- **GET**; gives `text/csv`; answers `200`, `4XX`\n- **any method**; takes `a/b`, `c/d`; decodes `gzip`\n\n" +
		"## Jobs\n\nA request that takes longer than 1.5 seconds becomes a job, if it asks for that by `Prefer: respond-async`. It is answered with 202 then. " +
		"Ask `Location`, which is below `/jobs`, how far it is. An outcome is kept for 3600 seconds. `DELETE` cancels.\n"
	if got := string(document().Markdown()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSONIsTheDocument(t *testing.T) {
	text, err := document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	got := new(contractpage.Document)
	if err := json.Unmarshal(text, got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, document()) {
		t.Errorf("got %s", text)
	}
}

func TestGroups(t *testing.T) {
	var list []contractpage.Resource
	for i := range 50 {
		list = append(list, contractpage.Resource{Path: fmt.Sprintf("/repos/{owner}/actions/a%02d", i)})
	}
	list = append(list, contractpage.Resource{Path: "/repos/{owner}/issues"}, contractpage.Resource{Path: "/users/{id}"}, contractpage.Resource{Path: "/{id}"})
	prefixes, counts := contractpage.Grouped(append([]contractpage.Resource{{Path: "/"}}, list...))
	if got, want := fmt.Sprint(prefixes, counts), "[/ /repos/{owner}/actions /repos/{owner}/issues /users /{id}] [1 50 1 1 1]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	prefixes, counts = contractpage.Grouped(list[10:])
	if got, want := fmt.Sprint(prefixes, counts), "[/repos/{owner}/actions /repos/{owner}/issues /users /{id}] [40 1 1 1]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Each kind that a gate gives a type has its words, and no other.
func TestEachKindHasItsWords(t *testing.T) {
	want := make(map[string]bool)
	for reason := range normalize.Reason(normalize.Reasons) {
		if kind := exchange.KindOf(reason); kind != "" {
			want[kind] = true
		}
	}
	for _, k := range contractpage.Kinds {
		if !want[k.Section] {
			t.Errorf("no problem is of the kind %s", k.Section)
		}
		delete(want, k.Section)
	}
	for kind := range want {
		t.Errorf("nothing is said of %s", kind)
	}
}

func TestEachStatusHasWords(t *testing.T) {
	for status := 100; status <= 599; status++ {
		if s := contractpage.StatusOf(status); s.Meaning == "" || s.Advice == "" {
			t.Errorf("%d: got %+v", status, s)
		}
	}
}
