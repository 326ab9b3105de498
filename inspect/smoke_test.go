package inspect_test

import (
	"testing"

	"github.com/statusgate/statusgate/inspect"
)

func must(t inspect.Test, err error) inspect.Test {
	if err != nil {
		panic(err)
	}
	return t
}

func TestSmoke(t *testing.T) {
	tests := []inspect.Test{must(inspect.JSON("/ok", "false")), inspect.JSONRPCError(), inspect.GraphQLErrors(), inspect.SOAPFault(), inspect.HTMLPage(), must(inspect.XML("a/b/@c", "7"))}
	p, err := inspect.NewPlan(tests, []string{"/id"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m inspect.Media
		b string
	}{
		{inspect.MediaJSON, `{"ok":false,"id":"x\u00e9"}`},
		{inspect.MediaJSON, `{"jsonrpc":"2.0","error":{"code":-32601,"message":"x"},"id":1}`},
		{inspect.MediaJSON, `{"errors":[{"message":"x","extensions":{"code":"FORBIDDEN"}}],"data":null}`},
		{inspect.MediaXML, `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>`},
		{inspect.MediaXML, `<a><b c="7"/></a>`},
		{inspect.MediaJSON, `<!doctype html><p>`},
	} {
		i := p.Get(c.m, "", nil, true)
		i.Write([]byte(c.b))
		i.End(inspect.Whole)
		for n := range tests {
			st, ok := i.Auto(n)
			t.Log(tests[n], i.Answer(n), st, ok)
		}
		v, ok := i.Value(0)
		t.Log(v, ok)
		p.Put(i)
	}
}
