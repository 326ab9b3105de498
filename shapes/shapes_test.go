package shapes_test

import (
	"slices"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/normalize"
	"github.com/statusgate/statusgate/shapes"
)

// plan compiles a test for each row.
func plan(t testing.TB, rows []*shapes.Row) *inspect.Plan {
	t.Helper()
	var tests []inspect.Test
	for _, r := range rows {
		test, err := shapes.Test("error "+r.Name, []*shapes.Row{r})
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, test)
	}
	p, err := inspect.NewPlan(tests, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// found gives the names of the rows that a body has, and what the first tells.
func found(p *inspect.Plan, rows []*shapes.Row, contentType, body string, chunk int) (names []string, status int) {
	i := p.Get(inspect.MediaOf(contentType), inspect.CharsetOf(contentType), nil, false)
	defer p.Put(i)
	for rest := body; rest != ""; {
		n := min(len(rest), chunk)
		i.Write([]byte(rest[:n]))
		rest = rest[n:]
	}
	i.End(inspect.Whole)
	for n, r := range rows {
		if i.Answer(n) == inspect.Yes {
			if len(names) == 0 {
				status, _ = i.Auto(n)
			}
			names = append(names, r.Name)
		}
	}
	return names, status
}

func TestEachRowHasItsExample(t *testing.T) {
	rows := shapes.All()
	p := plan(t, rows)
	for n, r := range rows {
		for _, chunk := range []int{1 << 20, 1, 7} {
			names, _ := found(p, rows, r.ContentType, r.Example, chunk)
			if !slices.Contains(names, r.Name) {
				t.Errorf("%s: by %d bytes its example is %v: %s", r.Name, chunk, names, r.Example)
			}
			alone := plan(t, rows[n:n+1])
			_, status := found(alone, rows[n:n+1], r.ContentType, r.Example, chunk)
			if status, _ = normalize.Target(status); status != r.Status {
				t.Errorf("%s: by %d bytes its example tells %d, want %d", r.Name, chunk, status, r.Status)
			}
			if names, _ := found(p, rows, r.ContentType, r.Alike, chunk); slices.Contains(names, r.Name) {
				t.Errorf("%s: by %d bytes what looks alike is taken, too: %s", r.Name, chunk, r.Alike)
			}
		}
	}
	t.Logf("%d rows", len(rows))
}

func TestWordsForRows(t *testing.T) {
	names, groups := shapes.Names(), shapes.Groups()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("the names are not sorted, or stand there twice")
	}
	for _, name := range append(names, groups...) {
		rows, err := shapes.Find(name)
		if err != nil || len(rows) == 0 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		for _, r := range rows {
			if r.Name != name && r.Family != name {
				t.Errorf("%s: found %s", name, r.Name)
			}
		}
	}
	for _, r := range shapes.All() {
		if !slices.Contains(groups, r.Group()) || r.Group() != r.Family && r.Group() != r.Name {
			t.Errorf("%s stands under %s", r.Name, r.Group())
		}
		if r.Shape.Name != r.Name {
			t.Errorf("the shape of %s is called %q", r.Name, r.Shape.Name)
		}
	}
	rows, err := shapes.Find(shapes.Traces, "slack", "odata")
	if err != nil || len(rows) < 4 || rows[0].Name == rows[len(rows)-1].Name {
		t.Errorf("three words: %d rows, %v", len(rows), err)
	}
}

func TestWordsThatAreNone(t *testing.T) {
	for word, want := range map[string]string{
		"slak":    `unknown error shape "slak": is slack meant?`,
		"jsonrcp": `unknown error shape "jsonrcp": is jsonrpc or jsonrpc1 or jsonrpc2 meant?`,
		"nobody":  `unknown error shape "nobody"`,
		"s3x":     `unknown error shape "s3x"`,
		"":        `unknown error shape ""`,
	} {
		if rows, err := shapes.Find("slack", word); err == nil || err.Error() != want || rows != nil {
			t.Errorf("%q: %v %v, want %s", word, rows, err, want)
		}
	}
}

func TestTiersAreWords(t *testing.T) {
	if got := shapes.Safe.String() + ", " + shapes.Common.String() + ", " + shapes.Named.String() + ", " + shapes.Never.String(); got != "safe, common, by name, never" {
		t.Error(got)
	}
}

func TestWordsThatTellAStatus(t *testing.T) {
	for word, want := range map[string]int{"USER_NOT_FOUND": 404, "rate_limited": 503, "invalid_token": 401, "shipped": 0, "": 0} {
		if got := shapes.StatusOfWord(word); got != want {
			t.Errorf("%q: got %d, want %d", word, got, want)
		}
	}
}

// The library jayson answers as of version 1 without a result.
func TestJSONRPCOfVersion1WithoutAResult(t *testing.T) {
	rows := upTo("jsonrpc")
	p := plan(t, rows)
	for body, want := range map[string]int{
		`{"id":1,"error":{"code":-32601,"message":"Method not found"}}`:            404,
		`{"id":1,"error":{"code":-32099,"message":"Server error","data":{"x":1}}}`: 500,
		`{"id":1,"error":{"code":17,"message":"none of the protocol's numbers"}}`:  0,
		`{"id":1,"error":{"code":-32601}}`:                                         0,
		`{"id":1,"error":null}`:                                                    0,
		`{"id":1,"error":{"code":-32601,"message":"x"},"more":1}`:                  0,
	} {
		names, status := found(p, rows, "application/json", body, 512)
		if slices.Contains(names, "jsonrpc1") != (want != 0) || want != 0 && status != want {
			t.Errorf("%s: got %v, %d, want %d", body, names, status, want)
		}
	}
}
