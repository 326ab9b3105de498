package drift_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statusgate/statusgate/internal/drift"
	"github.com/statusgate/statusgate/openapi"
)

const document = `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{
"/orders":{"get":{"responses":{"200":{"description":"","headers":{"X-A":{"required":true}},"content":{"application/json":{}}},"404":{"description":""}}},
  "post":{"requestBody":{"content":{"application/json":{}}},"responses":{"201":{"description":""}}}},
"/orders/{id}":{"get":{"responses":{"200":{"description":""},"404":{"description":""}}}}}}`

func apiOf(t testing.TB, text string) drift.API {
	t.Helper()
	c, err := openapi.Parse(openapi.Options{}, "api.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return drift.API{Contract: c, Files: []string{"api.json"}}
}

func open(t testing.TB, reg *prometheus.Registry, gate string, api drift.API) *drift.Ledger {
	t.Helper()
	l, err := drift.Open(reg, gate, api)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// seen are one of each kind.
var seen = []drift.Sighting{
	{Kind: openapi.UndocumentedStatus, Method: "GET", Path: "/orders", Received: 409},
	{Kind: openapi.UndocumentedType, Method: "GET", Path: "/orders", Received: 200, Value: `Text/XML; charset="x"`},
	{Kind: openapi.MissingHeader, Method: "GET", Path: "/orders", Received: 200, Value: "X-A"},
	{Kind: openapi.UnknownPath, Method: "GET", Path: "/users/{…}/a", Received: 200},
	{Kind: openapi.UndocumentedMethod, Method: "DELETE", Path: "/orders/{id}", Received: 204},
	{Kind: openapi.RequestType, Method: "POST", Path: "/orders", Received: 201, Value: "text/csv"},
}

// summary has an entry in a line.
func summary(entries []drift.Entry) string {
	var lines strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&lines, "%s %s %d %q ×%d\n", e.KindWord, e.Operation, e.Received, e.Value, e.Count)
	}
	return lines.String()
}

const all = `undocumented_status GET /orders 409 "" ×2
undocumented_type GET /orders 200 "text/xml" ×2
missing_header GET /orders 200 "X-A" ×2
unknown_path GET /users/{…}/a 200 "" ×2
undocumented_method DELETE /orders/{id} 204 "" ×2
request_type POST /orders 201 "text/csv" ×2
`

func TestALedgerKeepsWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, prometheus.NewPedanticRegistry(), "a", apiOf(t, document))
		begin := time.Now()
		for range 2 {
			for i := range seen {
				s := seen[i]
				l.Note(&s)
				time.Sleep(time.Second) // of the bubble
			}
		}
		entries := l.Entries()
		if got := summary(entries); got != all {
			t.Errorf("got\n%swant\n%s", got, all)
		}
		if e := entries[1]; !e.First.Equal(begin.Add(time.Second)) || !e.Last.Equal(begin.Add(7*time.Second)) {
			t.Errorf("got first %v and last %v, want 1 and 7 seconds after %v", e.First, e.Last, begin)
		}
	})
}

func TestAMediaTypeThatIsNoneIsNotKept(t *testing.T) {
	l := open(t, prometheus.NewPedanticRegistry(), "a", apiOf(t, document))
	for _, value := range []string{"", "nonsense", "a/" + strings.Repeat("b", 200)} {
		l.Note(&drift.Sighting{Kind: openapi.RequestType, Method: "POST", Path: "/orders", Received: 200, Value: value})
	}
	if got, want := summary(l.Entries()), "request_type POST /orders 200 \"\" ×3\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if o := l.Overlay("api.json"); len(o.Actions) != 0 {
		t.Errorf("an Overlay documents it: %v", o.Actions)
	}
}

// A reload keeps what was seen, but for what the documents have by now. A reload that
// fails changes nothing.
func TestAReloadKeepsWhatIsStillDrift(t *testing.T) {
	elsewhere := apiOf(t, document)
	elsewhere.Files = []string{"other.json"}
	overlaid := apiOf(t, `{"openapi":"3.0.3","paths":{
"/orders":{"get":{"responses":{"200":{"content":{"application/json":{},"text/xml":{}}},"4XX":{}}},
  "post":{"requestBody":{"content":{"application/json":{},"text/csv":{}}},"responses":{"201":{}}}},
"/orders/{id}":{"get":{"responses":{"200":{}}},"delete":{"responses":{"204":{}}}},"/users/{id}/a":{"get":{}}}}`)
	for _, c := range []struct {
		name, gate string
		api        drift.API
		want       string
	}{
		{"the same", "a", apiOf(t, document), all},
		{"another gate", "b", apiOf(t, document), ""},
		{"another document", "a", elsewhere, ""},
		{"a document that has all of it", "a", overlaid, ""},
		{
			"a document without the operations", "a", apiOf(t, `{"openapi":"3.0.3","paths":{"/other":{"get":{}}}}`),
			"unknown_path GET /users/{…}/a 200 \"\" ×2\n",
		},
		{"no document any more", "a", drift.API{Files: []string{"api.json"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := open(t, prometheus.NewPedanticRegistry(), "a", apiOf(t, document))
			for range 2 {
				for i := range seen {
					s := seen[i]
					old.Note(&s)
				}
			}
			if got := summary(open(t, prometheus.NewPedanticRegistry(), c.gate, c.api).Entries()); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			if got := summary(old.Entries()); got != all {
				t.Errorf("the old ledger: got\n%swant\n%s", got, all)
			}
		})
	}
}

// Gates of one name and the same documents share a ledger within a configuration.
func TestGatesShareALedger(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	a, b := open(t, reg, "a", apiOf(t, document)), open(t, reg, "a", apiOf(t, document))
	c := open(t, reg, "c", apiOf(t, document))
	if a != b || a == c {
		t.Error("gates of one name do not share a ledger, or others do")
	}
}

func TestWhatALedgerKeepsIsBounded(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	l := open(t, reg, "a", apiOf(t, document))
	first := seen[0]
	l.Note(&first)
	for i := range 3000 {
		l.Note(&drift.Sighting{Kind: openapi.UndocumentedMethod, Method: "GET", Path: fmt.Sprint("/", i), Received: 200})
	}
	entries := l.Entries()
	if len(entries) != 501 || entries[0].Kind != openapi.UndocumentedStatus {
		t.Errorf("got %d entries, the first is %v", len(entries), entries[0])
	}
	if last := entries[500].Operation; last != "GET /2999" {
		t.Errorf("the last is %s", last)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum, other := 0.0, 0.0
	for _, m := range families[0].GetMetric() {
		sum += m.GetCounter().GetValue()
		for _, label := range m.GetLabel() {
			if label.GetName() == "operation" && label.GetValue() == "other" {
				other += m.GetCounter().GetValue()
			}
		}
	}
	if n := len(families[0].GetMetric()); n != 2001 || sum != 3001 || other != 1001 {
		t.Errorf("got %d series with %v in all, %v of them other; want 2001, 3001, 1001", n, sum, other)
	}
}

func TestWhatWasSeenAsAnOverlay(t *testing.T) {
	based := strings.Replace(document, `"paths"`, `"servers":[{"url":"/api"},{"url":"/api/v2"}],"paths"`, 1)
	l := open(t, prometheus.NewPedanticRegistry(), "a", apiOf(t, based))
	for i := range seen {
		s := seen[i]
		if s.Kind == openapi.UnknownPath {
			s.Path = "/api/v2" + s.Path
		}
		l.Note(&s)
	}
	// What no description can say.
	l.Note(&drift.Sighting{Kind: openapi.UndocumentedStatus, Method: "GET", Path: "/orders", Received: 999})
	l.Note(&drift.Sighting{Kind: openapi.UnknownPath, Method: "GET", Path: "/apis/x", Received: 200})
	l.Note(&drift.Sighting{Kind: openapi.UnknownPath, Method: "GET", Path: "/api/a/b/c/d/e/f/g/…", Received: 200})
	text, err := l.Overlay("api.json").JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"409"`, `"text/xml"`, `"required": false`, `"/users/{value1}/a"`, `"name": "value1"`, `"delete"`, `"text/csv"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the Overlay lacks %s:\n%s", want, text)
		}
	}
	for _, not := range []string{`"999"`, `/apis`, `/f`, `"/api`} {
		if strings.Contains(string(text), not) {
			t.Errorf("the Overlay has %s:\n%s", not, text)
		}
	}
	if o := open(t, prometheus.NewPedanticRegistry(), "a", drift.API{}).Overlay("api.json"); o != nil {
		t.Errorf("without a document there is an Overlay: %v", o)
	}
}

// Exchanges note at the same time, and while somebody looks.
func TestALedgerIsForMany(t *testing.T) {
	l := open(t, prometheus.NewPedanticRegistry(), "a", apiOf(t, document))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range 600 {
				s := seen[i%len(seen)]
				l.Note(&s)
				if i%100 == 0 {
					l.Overlay("api.json")
				}
			}
		})
	}
	wait.Wait()
	var sum int64
	for _, e := range l.Entries() {
		sum += e.Count
	}
	if sum != 8*600 {
		t.Errorf("got %d in all, want %d", sum, 8*600)
	}
}
