package inspect_test

import (
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

// One test being settled must not disturb it while others go on.
func TestTestsTogether(t *testing.T) {
	const soap = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>` +
		`<s:Value>s:Receiver</s:Value></s:Code></s:Fault></s:Body><z><![CDATA[z]]></z></s:Envelope>`
	for _, test := range []struct {
		name  string
		media inspect.Media
		body  string
		tests []inspect.Test
		want  []inspect.Answer
		auto  []int
	}{
		{
			"a fault before other XML", inspect.MediaXML, soap,
			[]inspect.Test{inspect.SOAPFault(), must(inspect.XML("Envelope/y")), must(inspect.XML("Envelope/z", "z"))},
			[]inspect.Answer{yes, no, yes},
			[]int{400, 0, 0},
		},
		{
			"the first of two members before others", inspect.MediaJSON, `{"a":1,"a":2,"b":{"c":3,"c":4},"b":5,"z":0}`,
			[]inspect.Test{must(inspect.JSON("/a")), must(inspect.JSON("/b/c", "!3")), must(inspect.JSON("/z", "0"))},
			[]inspect.Answer{yes, no, yes},
			[]int{1, 0, 0},
		},
		{
			"a test inside of another's value", inspect.MediaJSON, `{"a":{"b":{}, "c":[{"d":7}]}}`,
			[]inspect.Test{must(inspect.JSON("/a")), must(inspect.JSON("/a/b")), must(inspect.JSON("/a/c/0/d")), must(inspect.JSON(""))},
			[]inspect.Answer{yes, no, yes, yes},
			[]int{0, 0, 7, 0},
		},
		{
			"pointers through what the known formats look at", inspect.MediaJSON,
			`{"errors":[{"message":"x","code":9}],"data":null,"error":{"code":1}}`,
			[]inspect.Test{
				inspect.GraphQLErrors(), inspect.JSONRPCError(), inspect.Problem(),
				must(inspect.JSON("/errors/0/message", "x")), must(inspect.JSON("/errors/0/code", "9")), must(inspect.JSON("/error/code", "1")),
			},
			[]inspect.Answer{no, no, no, yes, yes, yes},
			[]int{0, 0, 0, 0, 9, 1},
		},
		{
			"the same test twice", inspect.MediaJSON, `{"jsonrpc":"2.0","error":{"code":-32601,"message":""}}`,
			[]inspect.Test{inspect.JSONRPCError(), inspect.JSONRPCError(), must(inspect.JSON("/error")), must(inspect.JSON("/error"))},
			[]inspect.Answer{yes, yes, yes, yes},
			[]int{404, 404, 0, 0},
		},
		{
			"texts", inspect.MediaText, "one two three",
			[]inspect.Test{must(inspect.Contains("one")), must(inspect.Contains("three")), must(inspect.Contains("four")), inspect.Empty()},
			[]inspect.Answer{yes, yes, no, no},
			[]int{500, 500, 0, 0},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := newPlan(t, nil, test.tests...)
			for _, chunk := range chunkings {
				i := ask(t, plan, test.media, "", test.body, chunk, inspect.Whole)
				for n, want := range test.want {
					if auto, _ := i.Auto(n); i.Answer(n) != want || auto != test.auto[n] {
						t.Errorf("chunks of %d: %v says %v and %d, want %v and %d", chunk, test.tests[n], i.Answer(n), auto, want, test.auto[n])
					}
				}
				plan.Put(i)
			}
		})
	}
}
