package inspect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/statusgate/statusgate/inspect"
	"github.com/statusgate/statusgate/internal/cputime"
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

// list is n orders.
func list(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"items":[`)
	for b.Len() < size {
		if b.Len() > 20 {
			b.WriteString(",\n  ")
		}
		b.Write(order)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func sixTests() []inspect.Test {
	return []inspect.Test{
		must(inspect.JSON("/ok", "false")),
		must(inspect.JSON("/error")),
		must(inspect.JSON("/errcode", "!0")),
		must(inspect.JSON("/error/code", "404", "NOT_FOUND")),
		inspect.JSONRPCError(),
		inspect.GraphQLErrors(),
	}
}

func BenchmarkInspect(b *testing.B) {
	pointers := sixTests()
	pointers[4], pointers[5] = must(inspect.JSON("/success", "false")), must(inspect.JSON("/lines/0/error"))
	for _, bench := range []struct {
		name  string
		tests []inspect.Test
		body  []byte
		chunk int
	}{
		{"1KiB six tests", sixTests(), order, 1 << 20},
		{"1KiB six pointers", pointers, order, 1 << 20},
		{"1KiB six tests by 16", sixTests(), order, 16},
		{"64KiB six tests", sixTests(), list(64 << 10), 4096},
		{"64KiB first byte", sixTests()[:1], append([]byte(`{"ok":false,`), list(64 << 10)[1:]...), 4096},
		{"64KiB XML off the path", []inspect.Test{inspect.SOAPFault(), must(inspect.XML("r/status", "9"))}, []byte("<r>" + string(bytes.Repeat([]byte(`<item n="3"><title>some text in here</title></item>`), 1300)) + "</r>"), 4096},
		{"64KiB XML", []inspect.Test{must(inspect.XML("r/i", "9"))}, []byte("<r>" + string(bytes.Repeat([]byte(`<i n="3">some text in here</i>`), 2000)) + "</r>"), 4096},
	} {
		b.Run(bench.name, func(b *testing.B) {
			plan, err := inspect.NewPlan(bench.tests, nil)
			if err != nil {
				b.Fatal(err)
			}
			media := inspect.MediaJSON
			if bench.body[0] == '<' {
				media = inspect.MediaXML
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.body)))
			before := cputime.Used()
			for b.Loop() {
				i := plan.Get(media, "", nil, false)
				for rest := bench.body; len(rest) > 0 && !i.Done(); {
					n := min(len(rest), bench.chunk)
					i.Write(rest[:n])
					rest = rest[n:]
				}
				i.End(inspect.Whole)
				plan.Put(i)
			}
			b.ReportMetric(float64(len(bench.body))*float64(b.N)/float64((cputime.Used()-before).Microseconds()), "MB/cpu-s")
		})
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	for name, body := range map[string][]byte{"1KiB": order, "64KiB": list(64 << 10)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var v any
				if err := json.Unmarshal(body, &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
