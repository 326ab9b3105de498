package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statusgate/statusgate"
)

// tenResources are as many, each with what a description says of an operation.
func tenResources() statusgate.Handler {
	var list []statusgate.Resource
	for _, first := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "orders"} {
		list = append(list, statusgate.Resource{
			Path: "/" + first + "/{id}", Methods: []string{"GET", "PUT"}, Consumes: []string{"application/json"}, Produces: []string{"application/json"},
		})
	}
	return statusgate.Handler{Resources: list}
}

// describing is a description with so many operations, one of them at
// /orders/{id}.
func describing(tb testing.TB, operations int) statusgate.Handler {
	var doc strings.Builder
	body := `{"requestBody":{"content":{"application/json":{}}},"responses":{"200":{"content":{"application/json":{}}},"404":{}}}`
	fmt.Fprintf(&doc, `{"openapi":"3.0.3","paths":{"/orders/{id}":{"get":%s,"put":%[1]s}`, body)
	for i := 2; i < operations; i += 2 {
		fmt.Fprintf(&doc, `,"/type%d/{id}":{"get":%s,"put":%[2]s}`, i, body)
	}
	doc.WriteString("}}")
	return statusgate.Handler{OpenAPI: &statusgate.OpenAPI{Files: []string{documentOf(tb, doc.String())}}}
}

// BenchmarkDescribed is an exchange that passes, with ten resources and with more and
// more operations of a description.
func BenchmarkDescribed(b *testing.B) {
	run := func(name string, h statusgate.Handler) {
		gated, _ := prepareExchange(b, &benchmark{handler: h, method: "GET", accept: "*/*", status: 200, major: 2})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				gated()
			}
		})
	}
	run("gate=bare", statusgate.Handler{})
	run("gate=ten-resources", tenResources())
	for _, n := range []int{10, 1000, 20_000} {
		run(fmt.Sprintf("operations=%d", n), describing(b, n))
	}
}

// What a description says is looked up without an allocation: 5 are those of every
// exchange, 1 is Vary, because Accept counts.
func TestADescriptionAllocatesNothing(t *testing.T) {
	for name, h := range map[string]statusgate.Handler{"ten resources": tenResources(), "a description": describing(t, 1000)} {
		gated, _ := prepareExchange(t, &benchmark{handler: h, method: "GET", accept: "*/*", status: 200, major: 2})
		gated()
		if n := testing.AllocsPerRun(1000, gated); n > 6 {
			t.Errorf("%s: %v allocations in an exchange, want 6", name, n)
		}
	}
}
