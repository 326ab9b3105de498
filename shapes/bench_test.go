package shapes_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/cputime"
	"github.com/statusgate/statusgate/shapes"
)

// order is about 1 KiB of an API's answer.
var order = func() []byte {
	var b bytes.Buffer
	b.WriteString(`{"id":4711,"status":"shipped","customer":{"id":99,"name":"Ada Lovelace","email":"ada@example.org"},"lines":[`)
	for i := range 11 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"A-%04d","title":"Widget, größe %d","quantity":%d,"price":%d.95,"taxed":true}`, i, i, i+1, 10*i)
	}
	b.WriteString(`],"total":1234.5,"note":null}`)
	return b.Bytes()
}()

func must(t inspect.Test, err error) inspect.Test {
	if err != nil {
		panic(err)
	}
	return t
}

// head are the tests of soft_errors that are not of shapes.
func head() []inspect.Test {
	return []inspect.Test{
		must(inspect.JSON("/status")), must(inspect.XML("problem/status")), inspect.Empty(), inspect.SOAPFault(), inspect.HTMLPage(),
	}
}

// presets are those of soft_errors, by their names: the one before there were
// shapes, which had JSON-RPC and GraphQL in it, and the one of common.
func presets() map[string][]inspect.Test {
	common := head()
	for _, group := range shapes.Groups() {
		rows, err := shapes.Find(group)
		if err != nil {
			panic(err)
		}
		if rows[0].Tier <= shapes.Common && group != "soap" {
			common = append(common, must(shapes.Test("error "+group, rows)))
		}
	}
	return map[string][]inspect.Test{"before": append(head(), inspect.JSONRPCError(), inspect.GraphQLErrors()), "common": common}
}

// made are n shapes in the manner of vendors.
func made(n int) []inspect.Test {
	var tests []inspect.Test
	for i := range n {
		codes := &inspect.Codes{Words: []inspect.WordCode{{Status: 404, Words: []string{"NOT_FOUND"}}}}
		word := inspect.Form{Kinds: inspect.KindText, Class: inspect.Word, Tells: codes}
		text := inspect.Form{Kinds: inspect.KindText}
		form := inspect.Form{Kinds: inspect.KindObject, Members: []inspect.Member{
			{Name: fmt.Sprintf("code%d", i), Form: word},
			{Name: "status", Form: inspect.Form{Kinds: inspect.KindText, Values: []string{fmt.Sprint("error", i)}}},
			{Name: "message", Form: text},
			{Name: "id", Optional: true, Form: text},
			{Name: "detail", Optional: true, Form: inspect.Form{Kinds: inspect.KindObject, Members: []inspect.Member{{Name: fmt.Sprint("at", i), Form: text}}}},
		}}
		tests = append(tests, must(inspect.Shapes(fmt.Sprint("error made", i), &inspect.Shape{Name: fmt.Sprint("made", i), JSON: []inspect.Form{form}})))
	}
	return tests
}

func run(b *testing.B, tests []inspect.Test, media inspect.Media, body []byte) {
	b.Helper()
	plan, err := inspect.NewPlan(tests, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	before := cputime.Used()
	for b.Loop() {
		i := plan.Get(media, "", nil, false)
		i.Write(body)
		i.End(inspect.Whole)
		plan.Put(i)
	}
	b.ReportMetric(float64((cputime.Used()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func BenchmarkSuccess(b *testing.B) {
	sets := presets()
	for _, name := range []string{"before", "common"} {
		b.Run("1KiB JSON "+name, func(b *testing.B) { run(b, sets[name], inspect.MediaJSON, order) })
	}
	for _, n := range []int{50, 500} {
		b.Run(fmt.Sprintf("1KiB JSON %d shapes", n), func(b *testing.B) { run(b, made(n), inspect.MediaJSON, order) })
	}
	page := []byte("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Orders</title>\n" + strings.Repeat("<link rel=\"stylesheet\" href=\"/a.css\">\n", 30) + "</head>\n<body>\n" + strings.Repeat("<p>An order was <b>shipped</b> to Ada.</p>\n", 60) + "</body></html>")
	text := []byte(strings.Repeat("The order 4711 was shipped to Ada Lovelace, who is in London.\n", 64))
	feed := []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Orders</title>" + strings.Repeat("<entry><id>4711</id><title>shipped</title><link href=\"/o/4711\"/></entry>", 50) + "</feed>")
	for name, c := range map[string]struct {
		media inspect.Media
		body  []byte
	}{"HTML": {inspect.MediaHTML, page}, "text": {inspect.MediaText, text}, "XML": {inspect.MediaXML, feed}} {
		b.Run("4KiB "+name, func(b *testing.B) { run(b, sets["common"], c.media, c.body[:min(len(c.body), 4096)]) })
	}
}
